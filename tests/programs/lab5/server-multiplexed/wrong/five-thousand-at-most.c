// mistake: turns clients away when 5,000 others are there.
// fails: L5.S2

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 16384 };

struct client {
    char in[LIMIT], out[LIMIT];
    size_t length, unsent;
    int leaving;
};

/* Turns the lines that have come into answers, and keeps what follows the last of them. */
static void take_lines(struct client *c) {
    char *line = c->in, *end;
    while (!c->leaving && (end = memchr(line, '\n', c->length)) != NULL) {
        size_t size = (size_t)(end - line) + 1, length = size - 1;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        for (size_t i = 0; i < length; i++)
            c->out[c->unsent + i] = (char)toupper((unsigned char)line[i]);
        c->leaving = length == 3 && memcmp(c->out + c->unsent, "BYE", 3) == 0;
        c->out[c->unsent + length] = '\n';
        c->unsent += length + 1;
        line += size;
        c->length -= size;
    }
    memmove(c->in, line, c->length);
}

/* One read, or one write of what could not be written before; says whether the client stays. */
static int turn(int fd, struct client *c) {
    ssize_t n;
    if (c->unsent == 0) {
        n = recv(fd, c->in + c->length, sizeof c->in - c->length, MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return 0;
        c->length += (size_t)n;
        take_lines(c);
        if (c->length == sizeof c->in)
            return 0;
    }
    if (c->unsent > 0) {
        n = send(fd, c->out, c->unsent, MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->unsent -= (size_t)n;
        memmove(c->out, c->out + n, c->unsent);
    }
    return !c->leaving || c->unsent > 0;
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void raise_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* The first is the listening socket, and has no client. */
static struct pollfd *sockets;
static struct client **clients;
static size_t count, room;

static void add(int fd) {
    if (count == room) {
        room = room * 2 + 64;
        sockets = realloc(sockets, room * sizeof *sockets);
        clients = realloc(clients, room * sizeof *clients);
    }
    sockets[count] = (struct pollfd){.fd = fd, .events = POLLIN};
    clients[count++] = calloc(1, sizeof **clients);
}

static void drop(size_t i) {
    close(sockets[i].fd);
    free(clients[i]);
    count--;
    sockets[i] = sockets[count];
    clients[i] = clients[count];
    /* A descriptor is free again. */
    sockets[0].events = POLLIN;
}

static void accept_all(void) {
    for (;;) {
        int fd = accept(sockets[0].fd, NULL, NULL);
        if (fd >= 0 && count > 5000) {
            close(fd);
            continue;
        }
        if (fd >= 0) {
            add(fd);
            continue;
        }
        if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
            return;
        /* Without a free descriptor poll would return at once, again and again: wait until a client leaves. */
        perror("accept");
        if (count > 1)
            sockets[0].events = 0;
        else
            usleep(100000);
        return;
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    raise_limit();
    add(listen_on(argc > 1 ? atoi(argv[1]) : 2525));
    for (;;) {
        if (poll(sockets, count, -1) < 0)
            continue;
        /* From the last to the first: where one goes, one comes that has had its turn. */
        for (size_t i = count - 1; i > 0; i--) {
            if (sockets[i].revents == 0)
                continue;
            if (turn(sockets[i].fd, clients[i]))
                sockets[i].events = clients[i]->unsent > 0 ? POLLOUT : POLLIN;
            else
                drop(i);
        }
        if (sockets[0].revents != 0)
            accept_all();
    }
}
