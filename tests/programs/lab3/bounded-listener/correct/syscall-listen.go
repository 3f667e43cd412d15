// correct: net.Listen knows no backlog, so it makes its socket by itself; the backlog's clients are counted by a deadline.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

func listen(port int) (*net.TCPListener, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port}); err != nil {
		return nil, err
	}
	if err := syscall.Listen(fd, 4); err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, err
	}
	return listener.(*net.TCPListener), nil
}

func main() {
	port := 2367
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	listener, err := listen(port)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot listen:", err)
		os.Exit(1)
	}
	bufio.NewReader(os.Stdin).ReadString('\n')
	var clients []net.Conn
	for {
		listener.SetDeadline(time.Now().Add(100 * time.Millisecond))
		client, err := listener.Accept()
		if err != nil {
			break
		}
		clients = append(clients, client)
	}
	fmt.Println("accepted", len(clients), "clients")
}
