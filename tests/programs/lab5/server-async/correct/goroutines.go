// correct: a goroutine for each client, and a ticker of 1 s; below them is one event loop on epoll.

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"time"
)

func serve(connection net.Conn) {
	defer connection.Close()
	lines := bufio.NewReader(connection)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		text := bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
		if _, err := connection.Write([]byte("> " + string(bytes.ToUpper(text)) + "\n")); err != nil {
			fmt.Fprintln(os.Stderr, "client lost:", err)
			return
		}
		if bytes.EqualFold(text, []byte("bye")) {
			return
		}
	}
}

func main() {
	port := "9907"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	listener, err := net.Listen("tcp", "0.0.0.0:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		seconds := 0
		for range time.Tick(time.Second) {
			seconds++
		}
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			// Without a free descriptor accept fails at once, again and again: wait until there may be one.
			fmt.Fprintln(os.Stderr, "accept:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go serve(connection)
	}
}
