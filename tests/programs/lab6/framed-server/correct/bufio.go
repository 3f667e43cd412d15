// correct: a goroutine for each client, bufio and io.ReadFull.

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
)

const limit = 16 << 20

var errTooLong = errors.New("a message is too long")

func readLine(in *bufio.Reader) (int, error) {
	length, last := 0, byte(0)
	for {
		part, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return 0, err
		}
		if err == nil {
			end := len(part) - 1
			if end > 0 {
				last = part[end-1]
			}
			length += end
			if length > 0 && last == '\r' {
				length--
			}
			if length > limit {
				return 0, errTooLong
			}
			return length, nil
		}
		length += len(part)
		last = part[len(part)-1]
		if length > limit+1 {
			return 0, errTooLong
		}
	}
}

func readWithLength(in *bufio.Reader) (int, error) {
	var length uint32
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return 0, err
	}
	if length > limit {
		return 0, errTooLong
	}
	n, err := io.CopyN(io.Discard, in, int64(length))
	return int(n), err
}

func serve(conn net.Conn, withLength bool) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	read := readLine
	if withLength {
		read = readWithLength
	}
	for {
		length, err := read(in)
		if err != nil {
			fmt.Fprintln(os.Stderr, "client left:", err)
			return
		}
		answer := []byte(strconv.Itoa(length))
		if withLength {
			answer = append(binary.BigEndian.AppendUint32(nil, uint32(len(answer))), answer...)
		} else {
			answer = append(answer, '\n')
		}
		if _, err := conn.Write(answer); err != nil {
			fmt.Fprintln(os.Stderr, "client lost:", err)
			return
		}
	}
}

func main() {
	port := "6006"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	withLength := len(os.Args) > 2 && os.Args[2] == "length"
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		conn, err := listener.Accept()
		if err == nil {
			go serve(conn, withLength)
		}
	}
}
