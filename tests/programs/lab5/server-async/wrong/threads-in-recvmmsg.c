// mistake: epoll accepts, and threads that were started before serve the clients with blocking reads.
// fails: L5.9 L5.11

#define _GNU_SOURCE

#include <ctype.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 16384, POOL = 64, ROOM = 1024 };

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

/* Clients that no thread serves yet. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static int queue[ROOM], first, last, idle;

static void *serve_many(void *argument) {
    for (;;) {
        pthread_mutex_lock(&lock);
        idle++;
        while (first == last)
            pthread_cond_wait(&more, &lock);
        idle--;
        int fd = queue[first++ % ROOM];
        pthread_mutex_unlock(&lock);
        serve(fd);
        close(fd);
    }
    return argument;
}

static int is_taken(int fd) {
    pthread_mutex_lock(&lock);
    int taken = idle > last - first;
    if (taken) {
        queue[last++ % ROOM] = fd;
        pthread_cond_signal(&more);
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 2323);
    int loop = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    for (int i = 0; i < POOL; i++)
        pthread_create(&thread, &attributes, serve_many, NULL);
    for (;;) {
        epoll_wait(loop, &event, 1, -1);
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            /* Without a free descriptor accept fails at once, again and again: wait until there may be one. */
            perror("accept");
            usleep(100000);
            continue;
        }
        if (!is_taken(fd) && pthread_create(&thread, &attributes, work, (void *)(intptr_t)fd) != 0) {
            fprintf(stderr, "no thread for the client\n");
            close(fd);
        }
    }
}
