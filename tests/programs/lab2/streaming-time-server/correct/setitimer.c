// correct: an interval timer beats each second, whose signal interrupts calls; what was interrupted goes on.

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t beats;

static void beat(int number) {
    (void)number;
    beats++;
}

static void sleep_until(struct timespec due) {
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
        ;
}

static int send_all(int client, const char *text, size_t length) {
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (length > 0) {
        ssize_t sent = send(client, text, length, MSG_NOSIGNAL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (sent >= 0) {
            text += sent;
            length -= (size_t)sent;
        } else if (errno != EINTR || now.tv_sec > begun.tv_sec + 2) {
            return -1;
        }
    }
    return 0;
}

static void serve(int client, long pause_ms, long iterations) {
    struct timespec due;
    time_t latest = 0;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (long line = 0; line < iterations; line++) {
        char text[100], moment[60];
        sleep_until(due);
        time_t now = time(NULL);
        latest = now > latest ? now : latest;
        strftime(moment, sizeof moment, "%a, %d %b %Y %H:%M:%S %z", localtime(&latest));
        int length = snprintf(text, sizeof text, "{'time' : '%s'}\n", moment);
        if (send_all(client, text, (size_t)length) < 0) {
            perror("client lost");
            return;
        }
        due.tv_nsec += pause_ms % 1000 * 1000000;
        due.tv_sec += pause_ms / 1000 + due.tv_nsec / 1000000000;
        due.tv_nsec %= 1000000000;
    }
    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    shutdown(client, SHUT_WR);
    struct timeval patience = {.tv_usec = 100000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char rest[16384];
    for (int reads = 0; reads < 100 && recv(client, rest, sizeof rest, 0) > 0; reads++)
        ;
}

int main(int argc, char **argv) {
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 2205);
    long pause_ms = argc > 2 ? atol(argv[2]) : 1000, iterations = argc > 3 ? atol(argv[3]) : 15;
    struct sigaction action = {.sa_handler = beat};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval second = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};
    setitimer(ITIMER_REAL, &second, NULL);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 10) < 0) {
        perror("cannot listen");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) {
            serve(client, pause_ms, iterations);
            close(client);
        }
    }
}
