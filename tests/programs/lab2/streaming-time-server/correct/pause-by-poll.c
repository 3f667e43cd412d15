// correct: pauses in poll(2) without a descriptor, until the next line is due.

#define _GNU_SOURCE
#include <poll.h>
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct timespec due;
static long step_ms;

static void begin_pauses(long pause_ms) {
    clock_gettime(CLOCK_MONOTONIC, &due);
    step_ms = pause_ms;
}

static void end_pauses(void) {
}

static void wait_for_beat(void) {
    due.tv_sec += step_ms / 1000;
    due.tv_nsec += step_ms % 1000 * 1000000;
    if (due.tv_nsec >= 1000000000) {
        due.tv_sec++;
        due.tv_nsec -= 1000000000;
    }
    for (;;) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left = (due.tv_sec - now.tv_sec) * 1000 + (due.tv_nsec - now.tv_nsec + 999999) / 1000000;
        if (left <= 0) return;
        poll(NULL, 0, (int)left);
    }
}

static int say_the_time(int client, time_t *last) {
    time_t now = time(NULL);
    if (now < *last) now = *last;
    *last = now;
    char line[64];
    size_t length = strftime(line, sizeof line, "{'time' : '%Y-%m-%dT%H:%M:%SZ'}\n", gmtime(&now));
    time_t begun = time(NULL);
    for (size_t sent = 0; sent < length;) {
        ssize_t taken = send(client, line + sent, length - sent, MSG_NOSIGNAL);
        // A signal ends a write that has a time limit, which then begins anew.
        if (taken < 0 && (errno != EINTR || time(NULL) - begun > 2)) return -1;
        if (taken > 0) sent += (size_t)taken;
    }
    return 0;
}

static void serve(int client, long pause_ms, long iterations) {
    struct timeval limit = {.tv_sec = 2};
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    time_t last = 0;
    begin_pauses(pause_ms);
    for (long line = 0; line < iterations; line++) {
        if (line > 0 && pause_ms > 0) wait_for_beat();
        if (say_the_time(client, &last) < 0) {
            end_pauses();
            return;
        }
    }
    end_pauses();
    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    shutdown(client, SHUT_WR);
    struct timeval moment = {.tv_usec = 100000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    char rest[65536];
    for (int reads = 0; reads < 50 && read(client, rest, sizeof rest) > 0; reads++) {
    }
}

int main(int count, char **arguments) {
    long port = count > 1 ? atol(arguments[1]) : 2205;
    long pause_ms = count > 2 ? atol(arguments[2]) : 1000;
    long iterations = count > 3 ? atol(arguments[3]) : 15;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0) {
        perror("listen");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        serve(client, pause_ms, iterations);
        close(client);
    }
}
