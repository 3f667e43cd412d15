// correct: one goroutine for each direction, and a ticker that beats once a second.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// sendInput sends each line of standard input, and BYE at its end.
func sendInput(server net.Conn, saidBye *int32) {
	input := bufio.NewReader(os.Stdin)
	for atomic.LoadInt32(saidBye) == 0 {
		line, err := input.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		if err != nil && line == "" {
			line = "BYE"
		}
		if strings.EqualFold(strings.TrimSpace(line), "bye") {
			atomic.StoreInt32(saidBye, 1)
		}
		if _, err := fmt.Fprintf(server, "%s\n", line); err != nil {
			return
		}
	}
}

func run(host, port, name string) error {
	server, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 30*time.Second)
	if err != nil {
		return err
	}
	defer server.Close()
	if _, err := fmt.Fprintf(server, "HELLO %s\n", name); err != nil {
		return err
	}
	var saidBye int32
	go sendInput(server, &saidBye)
	lines := bufio.NewScanner(server)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	if atomic.LoadInt32(&saidBye) != 0 {
		return nil
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("connection lost: %w", err)
	}
	return fmt.Errorf("the server closed the connection")
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: presence-client HOST PORT NAME")
		os.Exit(2)
	}
	go func() {
		for range time.Tick(time.Second) {
		}
	}()
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
