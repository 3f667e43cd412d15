// correct: io.ReadFull tells the end of the stream from an end in the middle.

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

const limit = 16 << 20

func nextLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
		case err == io.EOF && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != bufio.ErrBufferFull:
			return nil, err
		case len(line) > limit+1:
			return nil, errors.New("a line is too long")
		}
	}
}

func nextWithLength(in *bufio.Reader) ([]byte, error) {
	prefix := make([]byte, 4)
	if _, err := io.ReadFull(in, prefix); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(prefix)
	if length > limit {
		return nil, fmt.Errorf("a message of %d bytes is too long", length)
	}
	message := make([]byte, length)
	if _, err := io.ReadFull(in, message); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return message, nil
}

func run() error {
	arguments := []string{"localhost", "6006", "lines"}
	copy(arguments, os.Args[1:])
	conn, err := net.Dial("tcp", net.JoinHostPort(arguments[0], arguments[1]))
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	next := nextLine
	if arguments[2] == "length" {
		next = nextWithLength
	}
	for {
		message, err := next(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := os.Stdout.Write(append(message, '\n')); err != nil {
			return err
		}
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "framed-client:", err)
		os.Exit(1)
	}
}
