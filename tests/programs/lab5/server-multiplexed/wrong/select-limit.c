// mistake: select, whose sets end at descriptor 1,023; who would get a higher one is turned away.
// fails: L5.S2 L5.11

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
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

static struct client *clients[FD_SETSIZE];
static int listener, accepting = 1, present;

static void drop(int fd) {
    close(fd);
    free(clients[fd]);
    clients[fd] = NULL;
    present--;
    /* A descriptor is free again. */
    accepting = 1;
}

static void accept_all(void) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= FD_SETSIZE) {
            close(fd);
            continue;
        }
        if (fd >= 0) {
            clients[fd] = calloc(1, sizeof **clients);
            present++;
            continue;
        }
        if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
            return;
        /* Without a free descriptor select would return at once, again and again: wait until a client leaves. */
        perror("accept");
        if (present > 0)
            accepting = 0;
        else
            usleep(100000);
        return;
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    raise_limit();
    listener = listen_on(argc > 1 ? atoi(argv[1]) : 2525);
    for (;;) {
        fd_set to_read, to_write;
        FD_ZERO(&to_read);
        FD_ZERO(&to_write);
        if (accepting)
            FD_SET(listener, &to_read);
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (clients[fd] != NULL)
                FD_SET(fd, clients[fd]->unsent > 0 ? &to_write : &to_read);
        }
        if (select(FD_SETSIZE, &to_read, &to_write, NULL, NULL) < 0)
            continue;
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (clients[fd] != NULL && (FD_ISSET(fd, &to_read) || FD_ISSET(fd, &to_write)) && !turn(fd, clients[fd]))
                drop(fd);
        }
        if (FD_ISSET(listener, &to_read))
            accept_all();
    }
}
