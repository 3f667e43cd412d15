// correct: two goroutines for each client and a bounded queue between them; a ticker beats once a second.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	lineLimit  = 64 << 10
	queueLimit = 8 << 20
	anonymous  = "An anonymous user"
	welcome    = "Welcome! The commands are HELLO, SAY, WHO, BYE and KILL."
	what       = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands"
)

type client struct {
	connection *net.TCPConn
	name       string
	lock       sync.Mutex
	some       sync.Cond
	queue      []byte
	ended      bool
	written    chan struct{}
}

func newClient(connection *net.TCPConn) *client {
	c := &client{connection: connection, name: anonymous, written: make(chan struct{})}
	c.some.L = &c.lock
	return c
}

// send never blocks: who has stopped reading is cut off when the queue is full.
func (c *client) send(line string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.ended {
		return
	}
	if len(c.queue)+len(line) >= queueLimit {
		c.ended, c.queue = true, nil
		c.connection.Close()
	} else {
		c.queue = append(append(c.queue, line...), '\n')
	}
	c.some.Signal()
}

func (c *client) write() {
	defer close(c.written)
	for {
		c.lock.Lock()
		for len(c.queue) == 0 && !c.ended {
			c.some.Wait()
		}
		bytes := c.queue
		c.queue = nil
		c.lock.Unlock()
		if len(bytes) == 0 {
			return
		}
		if _, err := c.connection.Write(bytes); err != nil {
			return
		}
	}
}

// hangUp lets the queue run empty and reads what is left: closing with unread bytes would reset the connection.
func (c *client) hangUp() {
	c.lock.Lock()
	c.ended = true
	c.some.Signal()
	c.lock.Unlock()
	c.connection.SetDeadline(time.Now().Add(500 * time.Millisecond))
	<-c.written
	if c.connection.CloseWrite() == nil {
		io.Copy(io.Discard, c.connection)
	}
	c.connection.Close()
}

type room struct {
	lock    sync.Mutex
	members []*client
}

func (r *room) tellAll(line string) {
	for _, member := range r.members {
		member.send(line)
	}
}

func (r *room) join(c *client) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.tellAll("Someone has arrived...")
	c.send(welcome)
	r.members = append(r.members, c)
}

func (r *room) leave(c *client) {
	for index, member := range r.members {
		if member == c {
			r.members = append(r.members[:index:index], r.members[index+1:]...)
			r.tellAll(c.name + " has left the room.")
			return
		}
	}
}

func (r *room) leaveAnyway(c *client) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.leave(c)
}

// obey says whether the client stays.
func (r *room) obey(c *client, line string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	command, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(command) {
	case "HELLO":
		c.name = anonymous
		if words := strings.Fields(rest); len(words) > 0 {
			c.name = words[0]
		}
		r.tellAll(c.name + " is in the room.")
	case "SAY":
		if rest == "" {
			rest = "nothing..."
		}
		r.tellAll(c.name + " says: " + rest)
	case "WHO":
		list := "Currently connected users:\n"
		for _, member := range r.members {
			list += " - " + member.name + "\n"
		}
		c.send(list)
	case "BYE":
		r.tellAll(c.name + " is about to leave the room.")
		r.leave(c)
		return false
	case "KILL":
		c.send("KILL command received. Bringing server down...")
		c.hangUp()
		os.Exit(0)
	default:
		c.send(what)
	}
	return true
}

func clean(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "?"))
}

func (r *room) work(c *client) {
	go c.write()
	scanner := bufio.NewScanner(c.connection)
	scanner.Buffer(nil, lineLimit)
	for scanner.Scan() && r.obey(c, clean(scanner.Text())) {
	}
	if err := scanner.Err(); err != nil {
		c.send("Goodbye: " + err.Error())
	}
	r.leaveAnyway(c)
	c.hangUp()
}

func main() {
	port := "9907"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for range time.Tick(time.Second) {
		}
	}()
	var everybody room
	for {
		connection, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "accept:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		c := newClient(connection.(*net.TCPConn))
		everybody.join(c)
		go everybody.work(c)
	}
}
