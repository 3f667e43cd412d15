// correct: sleeps until the next line is due; a goroutine beside it wakes every second by a ticker.

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

func serve(client *net.TCPConn, pause time.Duration, iterations int) error {
	start := time.Now()
	var last int64
	for line := 0; line < iterations; line++ {
		time.Sleep(time.Until(start.Add(pause * time.Duration(line))))
		if now := time.Now().Unix(); now > last {
			last = now
		}
		client.SetWriteDeadline(time.Now().Add(writeLimit))
		text := time.Unix(last, 0).UTC().Format(time.RFC3339)
		if _, err := fmt.Fprintf(client, "{'time' : '%s'}\n", text); err != nil {
			return err
		}
	}
	// Closing with unread bytes would reset the connection, which could destroy the last lines.
	if err := client.CloseWrite(); err != nil {
		return err
	}
	client.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	io.Copy(io.Discard, client)
	return nil
}

func heartbeat() {
	beats := 0
	for range time.NewTicker(time.Second).C {
		beats++
	}
}

func main() {
	values := []int{2205, 1000, 15}
	for i, argument := range os.Args[1:] {
		values[i], _ = strconv.Atoi(argument)
	}
	go heartbeat()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{Port: values[0]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		client, err := listener.AcceptTCP()
		if err != nil {
			continue
		}
		if err := serve(client, time.Duration(values[1])*time.Millisecond, values[2]); err != nil {
			fmt.Fprintln(os.Stderr, "client lost:", err)
		}
		client.Close()
	}
}
