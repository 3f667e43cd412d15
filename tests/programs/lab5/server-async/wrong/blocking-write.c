// mistake: epoll tells when to read, but each answer is written with a call that blocks.
// fails: L5.S3

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 16384 };

struct client {
    int fd;
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
        n = send(fd, c->out, c->unsent, 0);
        if (n < 0)
            return errno == EINTR;
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

static int loop, listener;
static size_t present;

/* The listening socket is registered without a client. */
static void wait_for(int how, int fd, struct client *c, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(loop, how, fd, &event);
}

static void accept_all(void) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            struct client *c = calloc(1, sizeof *c);
            c->fd = fd;
            present++;
            wait_for(EPOLL_CTL_ADD, fd, c, EPOLLIN);
            continue;
        }
        if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
            return;
        /* Without a free descriptor the listening socket stays ready: leave it out until a client leaves. */
        perror("accept");
        if (present > 0)
            wait_for(EPOLL_CTL_MOD, listener, NULL, 0);
        else
            usleep(100000);
        return;
    }
}

static void serve(struct client *c) {
    size_t unsent = c->unsent;
    if (turn(c->fd, c)) {
        if ((unsent > 0) != (c->unsent > 0))
            wait_for(EPOLL_CTL_MOD, c->fd, c, c->unsent > 0 ? EPOLLOUT : EPOLLIN);
        return;
    }
    close(c->fd);
    free(c);
    present--;
    wait_for(EPOLL_CTL_MOD, listener, NULL, EPOLLIN);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    raise_limit();
    listener = listen_on(argc > 1 ? atoi(argv[1]) : 9907);
    loop = epoll_create1(0);
    wait_for(EPOLL_CTL_ADD, listener, NULL, EPOLLIN);
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(loop, events, 64, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                accept_all();
            else
                serve(events[i].data.ptr);
        }
    }
}
