// correct: one deadline for the whole conversation, and a ticker that shows that it is alive.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func expect(reader *bufio.Reader, wanted string) error {
	line, err := reader.ReadString('\n')
	if err != nil || strings.TrimRight(line, "\r\n") != wanted {
		return fmt.Errorf("expected %q, got %q (%v)", wanted+"\n", line, err)
	}
	return nil
}

func run(address string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return fmt.Errorf("cannot connect: %w", err)
	}
	defer connection.Close()
	connection.SetDeadline(deadline)
	reader := bufio.NewReader(connection)
	if err := expect(reader, "HELLO"); err != nil {
		return err
	}
	if _, err := io.WriteString(connection, "ThIS is a TeSt\n"); err != nil {
		return fmt.Errorf("connection lost: %w", err)
	}
	return expect(reader, "THIS IS A TEST")
}

func main() {
	arguments := append(os.Args[1:], []string{"localhost", "3232", "10000"}[len(os.Args)-1:]...)
	timeout, err := strconv.Atoi(arguments[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: echo-client HOST PORT TIMEOUT_MS")
		os.Exit(2)
	}
	beats := 0
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
			beats++
		}
	}()
	if err := run(net.JoinHostPort(arguments[0], arguments[1]), time.Duration(timeout)*time.Millisecond); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("the server answered THIS IS A TEST, as it should")
}
