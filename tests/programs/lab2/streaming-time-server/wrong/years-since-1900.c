// mistake: forgets that tm_year counts from 1900.
// fails: L2.3

#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int send_all(int fd, const char *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n < 0)
            return -1;
        sent += (size_t)n;
    }
    return 0;
}

/* Closing with unread bytes would reset the connection, which could destroy the last lines. */
static void hang_up(int fd) {
    static char rest[65536];
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    time_t end = time(NULL) + 1;
    shutdown(fd, SHUT_WR);
    while (time(NULL) <= end && poll(&waiting, 1, 100) > 0 && recv(fd, rest, sizeof rest, 0) > 0) {
    }
}

static void serve(int fd, long pause_ms, long iterations) {
    struct timeval limit = {.tv_sec = 2};
    struct timespec due;
    time_t last = 0;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (long line = 0; line < iterations; line++) {
        char text[128];
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        time_t now = time(NULL);
        last = now > last ? now : last;
        struct tm *t = gmtime(&last);
        snprintf(text, sizeof text, "{'time' : '%04d-%02d-%02dT%02d:%02d:%02dZ'}\n", t->tm_year,
                 t->tm_mon + 1, t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec);
        if (send_all(fd, text, strlen(text)) < 0) {
            perror("client lost");
            return;
        }
        due.tv_nsec += pause_ms % 1000 * 1000000;
        due.tv_sec += pause_ms / 1000 + due.tv_nsec / 1000000000;
        due.tv_nsec %= 1000000000;
    }
    hang_up(fd);
}

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 2205;
    long pause_ms = argc > 2 ? atol(argv[2]) : 1000;
    long iterations = argc > 3 ? atol(argv[3]) : 15;
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0) {
        perror("listen");
        return 1;
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            perror("accept");
            continue;
        }
        serve(fd, pause_ms, iterations);
        close(fd);
    }
}
