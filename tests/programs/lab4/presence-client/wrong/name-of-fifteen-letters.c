// mistake: has room for fifteen letters of the name.
// fails: L4.14

#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct lines {
    char *bytes;
    size_t length, room;
};

static void append(struct lines *lines, const char *bytes, size_t length) {
    if (lines->length + length > lines->room) {
        lines->room = 2 * (lines->length + length);
        lines->bytes = realloc(lines->bytes, lines->room);
        if (lines->bytes == NULL)
            abort();
    }
    memcpy(lines->bytes + lines->length, bytes, length);
    lines->length += length;
}

/* Calls use with each whole line, the end made plain, until it returns false, and keeps the rest. */
static bool each_line(struct lines *lines, bool (*use)(int, char *, size_t), int fd) {
    char *start = lines->bytes, *limit = lines->bytes + lines->length, *end;
    bool more = true;
    while (more && start < limit && (end = memchr(start, '\n', (size_t)(limit - start))) != NULL) {
        char *stop = end > start && end[-1] == '\r' ? end - 1 : end;
        *stop = '\n';
        more = use(fd, start, (size_t)(stop + 1 - start));
        start = end + 1;
    }
    lines->length = (size_t)(limit - start);
    if (lines->length > 0)
        memmove(lines->bytes, start, lines->length);
    return more;
}

static bool print_line(int fd, char *line, size_t length) {
    (void)fd;
    fwrite(line, 1, length, stdout);
    fflush(stdout);
    return true;
}

/* Whether the line was another than BYE. */
static bool send_line(int fd, char *line, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, line + sent, length - sent, MSG_NOSIGNAL);
        if (n < 0)
            break;
        sent += (size_t)n;
    }
    return length != 4 || strncasecmp(line, "BYE\n", 4) != 0;
}

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int code = getaddrinfo(host, port, &hints, &list), failure = 0;
    if (code != 0) {
        fprintf(stderr, "unknown host %s: %s\n", host, gai_strerror(code));
        exit(1);
    }
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            return fd;
        failure = errno;
        if (fd >= 0)
            close(fd);
    }
    fprintf(stderr, "cannot connect to %s:%s: %s\n", host, port, strerror(failure));
    exit(1);
}

static int finish(bool said_bye, const char *message) {
    if (said_bye)
        return 0;
    fprintf(stderr, "%s\n", message);
    return 1;
}

static int talk(int server) {
    static struct lines heard, typed;
    struct pollfd waiting[] = {{.fd = server, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    char chunk[4096];
    for (;;) {
        poll(waiting, 2, -1);
        if (waiting[1].fd >= 0 && waiting[1].revents) {
            ssize_t length = read(0, chunk, sizeof chunk);
            if (length > 0)
                append(&typed, chunk, (size_t)length);
            else
                append(&typed, typed.length > 0 ? "\nBYE\n" : "BYE\n", typed.length > 0 ? 5 : 4);
            if (!each_line(&typed, send_line, server))
                waiting[1].fd = -1;
        }
        if (waiting[0].revents) {
            ssize_t length = recv(server, chunk, sizeof chunk, 0);
            if (length < 0)
                return finish(waiting[1].fd < 0, strerror(errno));
            if (length == 0) {
                fwrite(heard.bytes, 1, heard.length, stdout);
                return finish(waiting[1].fd < 0, "the server closed the connection");
            }
            append(&heard, chunk, (size_t)length);
            each_line(&heard, print_line, server);
        }
    }
}

int main(int argc, char **argv) {
    char hello[sizeof "HELLO \n" + 15], name[16] = "";
    if (argc != 4) {
        fprintf(stderr, "usage: %s HOST PORT NAME\n", argv[0]);
        return 2;
    }
    int server = connect_to(argv[1], argv[2]), length;
    strncat(name, argv[3], sizeof name - 1);
    length = sprintf(hello, "HELLO %s\n", name);
    send_line(server, hello, (size_t)length);
    return talk(server);
}
