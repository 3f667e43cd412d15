// correct: bufio.Scanner with a buffer of its own size, and a deadline for each conversation; a ticker beats once a second.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

const limit = 4 << 20

func serve(connection *net.TCPConn) error {
	if _, err := io.WriteString(connection, "HELLO\n"); err != nil {
		return err
	}
	scanner := bufio.NewScanner(connection)
	scanner.Buffer(make([]byte, 0, 64<<10), limit)
	ended := false
	scanner.Split(func(data []byte, atEnd bool) (int, []byte, error) {
		advance, line, err := bufio.ScanLines(data, false)
		ended = ended || line != nil
		return advance, line, err
	})
	scanner.Scan()
	answer := strings.ReplaceAll(strings.ToUpper(scanner.Text()), "ß", "SS") + "\n"
	if err := scanner.Err(); err == bufio.ErrTooLong {
		answer = "ERROR: line too long\n"
	} else if err != nil || !ended {
		return err
	}
	_, err := io.WriteString(connection, answer)
	return err
}

// hangUp reads what is left: closing with unread bytes would reset the connection, which could destroy the answer.
func hangUp(connection *net.TCPConn) {
	defer connection.Close()
	if connection.CloseWrite() == nil {
		connection.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		io.Copy(io.Discard, connection)
	}
}

func main() {
	port := "3232"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
		}
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "accept:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		connection.SetDeadline(time.Now().Add(10 * time.Minute))
		if err := serve(connection.(*net.TCPConn)); err != nil {
			fmt.Fprintln(os.Stderr, "client lost:", err)
		}
		hangUp(connection.(*net.TCPConn))
	}
}
