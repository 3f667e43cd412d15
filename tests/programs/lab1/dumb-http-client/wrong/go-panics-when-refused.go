// mistake: panics with the error, in another goroutine than the first.
// fails: L1.7
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

const request = "Hello, sorry, but I don't speak HTTP...\r\n\r\n"

func run(address string) error {
	connection, err := net.Dial("tcp", address)
	var unknown *net.DNSError
	if errors.As(err, &unknown) {
		return err
	}
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, request); err != nil {
		return err
	}
	_, err = io.Copy(os.Stdout, connection)
	return err
}

func main() {
	ended := make(chan error)
	go func() { ended <- run(net.JoinHostPort(os.Args[1], os.Args[2])) }()
	if err := <-ended; err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
