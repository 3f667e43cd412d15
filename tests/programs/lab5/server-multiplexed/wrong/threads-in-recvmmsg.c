// mistake: a thread for each client, in recvmmsg, behind one that accepts in poll.
// fails: L5.8 L5.11

#define _GNU_SOURCE

#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 16384 };

static int send_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, 0);
        if (n < 0)
            return -1;
        bytes += n;
        length -= (size_t)n;
    }
    return 0;
}

/* Answers one line, which ends with \n, and says whether the conversation goes on. */
static int answer(int fd, char *line, size_t length) {
    length--;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    for (size_t i = 0; i < length; i++)
        line[i] = (char)toupper((unsigned char)line[i]);
    line[length] = '\n';
    if (send_all(fd, line, length + 1) < 0)
        return 0;
    return length != 3 || memcmp(line, "BYE", 3) != 0;
}

static void serve(int fd) {
    char buffer[LIMIT];
    size_t length = 0;
    while (length < sizeof buffer) {
        struct iovec part = {buffer + length, sizeof buffer - length};
        struct mmsghdr one = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
        ssize_t n = recvmmsg(fd, &one, 1, 0, NULL) == 1 ? (ssize_t)one.msg_len : -1;
        if (n <= 0)
            return;
        length += (size_t)n;
        char *line = buffer, *end;
        while ((end = memchr(line, '\n', length)) != NULL) {
            size_t size = (size_t)(end - line) + 1;
            if (!answer(fd, line, size))
                return;
            line += size;
            length -= size;
        }
        memmove(buffer, line, length);
    }
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void *work(void *argument) {
    int fd = (int)(intptr_t)argument;
    serve(fd);
    close(fd);
    return NULL;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 2323);
    for (;;) {
        struct pollfd waiting = {listener, POLLIN, 0};
        poll(&waiting, 1, -1);
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            /* Without a free descriptor accept fails at once, again and again: wait until there may be one. */
            perror("accept");
            usleep(100000);
            continue;
        }
        if (pthread_create(&thread, &attributes, work, (void *)(intptr_t)fd) != 0) {
            fprintf(stderr, "no thread for the client\n");
            close(fd);
        }
    }
}
