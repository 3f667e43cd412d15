// correct: the one goroutine that serves sleeps until the next line is due; another beats once a second.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

const writeLimit = 2 * time.Second

func serve(connection *net.TCPConn, pause time.Duration, iterations int) error {
	start := time.Now()
	var latest time.Time
	for line := 0; line < iterations; line++ {
		time.Sleep(time.Until(start.Add(time.Duration(line) * pause)))
		// The wall clock may be put back.
		if now := time.Now().Round(0); now.After(latest) {
			latest = now
		}
		connection.SetWriteDeadline(time.Now().Add(writeLimit))
		if _, err := fmt.Fprintf(connection, "{'time' : '%s'}\n", latest.Format(time.RFC3339)); err != nil {
			return err
		}
	}
	// Closing with unread bytes would reset the connection, which could destroy the last lines.
	if err := connection.CloseWrite(); err != nil {
		return err
	}
	connection.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	io.Copy(io.Discard, connection)
	return nil
}

func argument(index, otherwise int) int {
	if len(os.Args) <= index {
		return otherwise
	}
	number, err := strconv.Atoi(os.Args[index])
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: streaming-time-server PORT PAUSE_MS ITERATIONS")
		os.Exit(2)
	}
	return number
}

func main() {
	port, pause, iterations := argument(1, 2205), argument(2, 1000), argument(3, 15)
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for range time.Tick(time.Second) {
		}
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "accept:", err)
			continue
		}
		err = serve(connection.(*net.TCPConn), time.Duration(pause)*time.Millisecond, iterations)
		if err != nil {
			fmt.Fprintln(os.Stderr, "client lost:", err)
		}
		connection.Close()
	}
}
