// mistake: calls toupper on every byte, which knows no letter outside ASCII.
// fails: L3.S1

#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 4 << 20 };

static int send_all(int fd, const void *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, (const char *)bytes + sent, length - sent, 0);
        if (n < 0)
            return -1;
        sent += (size_t)n;
    }
    return 0;
}

static void wait_for(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    while (poll(&waiting, 1, 100) == 0) {
    }
}

/* Closing with unread bytes would reset the connection, which could destroy the answer. */
static void hang_up(int fd) {
    static char rest[65536];
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    time_t end = time(NULL) + 1;
    shutdown(fd, SHUT_WR);
    while (time(NULL) <= end && poll(&waiting, 1, 100) > 0 && recv(fd, rest, sizeof rest, 0) > 0) {
    }
}

static void serve(int fd, unsigned char *line) {
    size_t length = 0;
    unsigned char *end = NULL;
    if (send_all(fd, "HELLO\n", 6) < 0)
        return;
    while (end == NULL && length < LIMIT) {
        wait_for(fd);
        ssize_t n = recv(fd, line + length, LIMIT - length, 0);
        if (n <= 0)
            return;
        end = memchr(line + length, '\n', (size_t)n);
        length += (size_t)n;
    }
    if (end == NULL) {
        send_all(fd, "ERROR: line too long\n", 21);
    } else {
        if (end > line && end[-1] == '\r')
            end--;
        for (unsigned char *c = line; c < end; c++)
            *c = (unsigned char)toupper(*c);
        *end = '\n';
        send_all(fd, line, (size_t)(end - line) + 1);
    }
    hang_up(fd);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    unsigned char *line = malloc(LIMIT);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 3232))};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        return 1;
    }
    for (;;) {
        wait_for(listener);
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            perror("accept");
            continue;
        }
        serve(fd, line);
        close(fd);
    }
}
