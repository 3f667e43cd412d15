// mistake: answers one message after each read, and leaves the others until more comes.
// fails: L6.2
// says: messages came in one segment

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT (64u << 20)
#define CLIENTS 1000

struct client {
    char *in, *out;
    size_t have, room, seen;
    size_t unsent, out_room, out_start;
};

static struct client clients[CLIENTS];
static struct pollfd polled[CLIENTS];
static int count = 1, with_length;

static void *more(void *bytes, size_t *room, size_t needed) {
    while (*room < needed) *room = *room ? *room * 2 : 4096;
    bytes = realloc(bytes, *room);
    if (!bytes) abort();
    return bytes;
}

static void answer(struct client *c, size_t length) {
    char text[32];
    int digits = snprintf(text, sizeof text, "%zu", length);
    c->out = more(c->out, &c->out_room, c->out_start + c->unsent + 40);
    char *end = c->out + c->out_start + c->unsent;
    if (with_length) {
        uint32_t prefix = htonl(digits);
        memcpy(end, &prefix, 4);
        memcpy(end + 4, text, digits);
        c->unsent += 4 + digits;
    } else {
        memcpy(end, text, digits);
        end[digits] = '\n';
        c->unsent += digits + 1;
    }
}

/* Answers what is whole; 0 if the client must go. */
static int take(struct client *c) {
    size_t start = 0;
    for (;;) {
        size_t left = c->have - start;
        if (with_length) {
            uint32_t length;
            if (left < 4) break;
            memcpy(&length, c->in + start, 4);
            length = ntohl(length);
            if (length > LIMIT) return 0;
            if (left - 4 < length) break;
            answer(c, length);
            start += 4 + (size_t)length;
            break;
        } else {
            /* What was searched before has no newline. */
            char *end = memchr(c->in + start + c->seen, '\n', left - c->seen);
            if (!end) {
                c->seen = left;
                if (left > LIMIT + 1) return 0;
                break;
            }
            size_t length = end - (c->in + start);
            if (length > 0 && end[-1] == '\r') length--;
            answer(c, length);
            start = end + 1 - c->in;
            c->seen = 0;
            break;
        }
    }
    memmove(c->in, c->in + start, c->have - start);
    c->have -= start;
    return 1;
}

static int flush(int fd, struct client *c) {
    while (c->unsent > 0) {
        ssize_t n = send(fd, c->out + c->out_start, c->unsent, MSG_NOSIGNAL);
        if (n < 0) return errno == EAGAIN;
        c->out_start += n;
        c->unsent -= n;
    }
    c->out_start = 0;
    return 1;
}

static int serve(int fd, struct client *c, short events) {
    if (events & POLLOUT) return flush(fd, c);
    c->in = more(c->in, &c->room, c->have + 65536);
    ssize_t n = recv(fd, c->in + c->have, c->room - c->have, 0);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n <= 0) return 0;
    c->have += n;
    return take(c) && flush(fd, c);
}

int main(int argc, char **argv) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 6006)};
    with_length = argc > 2 && strcmp(argv[2], "length") == 0;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
        perror("listen");
        return 1;
    }
    polled[0].fd = listener;
    polled[0].events = POLLIN;
    for (;;) {
        for (int i = 1; i < count; i++) polled[i].events = clients[i].unsent ? POLLOUT : POLLIN;
        if (poll(polled, count, -1) < 0) return 1;
        for (int i = count - 1; i > 0; i--) {
            if (!polled[i].revents || serve(polled[i].fd, &clients[i], polled[i].revents)) continue;
            close(polled[i].fd);
            free(clients[i].in);
            free(clients[i].out);
            count--;
            polled[i] = polled[count];
            clients[i] = clients[count];
            memset(&clients[count], 0, sizeof clients[count]);
        }
        if (polled[0].revents && count < CLIENTS) {
            int fd = accept(listener, NULL, NULL);
            if (fd < 0) continue;
            fcntl(fd, F_SETFL, O_NONBLOCK);
            polled[count].fd = fd;
            polled[count].revents = 0;
            count++;
        }
    }
}
