// correct: copies until the end, while a goroutine with a ticker watches how long nothing has come.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

const request = "Hello, sorry, but I don't speak HTTP...\r\n\r\n"
const patience = 60 * time.Second

// watch closes a connection on which nothing has come for a minute.
func watch(connection net.Conn, last *int64, done <-chan struct{}) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-ticker.C:
			if now.UnixNano()-atomic.LoadInt64(last) > int64(patience) {
				connection.Close()
				return
			}
		}
	}
}

type stamped struct {
	io.Reader
	last *int64
}

func (s stamped) Read(buffer []byte) (int, error) {
	n, err := s.Reader.Read(buffer)
	atomic.StoreInt64(s.last, time.Now().UnixNano())
	return n, err
}

func run(host, port string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	address := net.JoinHostPort(host, port)
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		var unknown *net.DNSError
		if errors.As(err, &unknown) {
			return fmt.Errorf("unknown host %s: %w", host, err)
		}
		return fmt.Errorf("cannot connect to %s: %w", address, err)
	}
	defer connection.Close()
	last, done := time.Now().UnixNano(), make(chan struct{})
	defer close(done)
	go watch(connection, &last, done)
	if _, err := io.WriteString(connection, request); err != nil {
		return fmt.Errorf("connection lost: %w", err)
	}
	if _, err := io.Copy(os.Stdout, stamped{connection, &last}); err != nil {
		return fmt.Errorf("connection lost: %w", err)
	}
	return nil
}

func main() {
	host, port := "www.heig-vd.ch", "80"
	if len(os.Args) > 1 {
		host = os.Args[1]
	}
	if len(os.Args) > 2 {
		port = os.Args[2]
	}
	if err := run(host, port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
