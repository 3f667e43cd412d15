// correct: main ends by pthread_exit, and leaves a thread that accepts and a small detached one for each client; knows Latin-1's upper case only.

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 4 << 20 };

/* Every letter concerned needs as many bytes in upper case as in lower case, so that the line keeps its length. */
static void upper(unsigned char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char *c = text + i;
        if (*c >= 'a' && *c <= 'z') {
            *c -= 32;
        } else if (i + 1 < length && *c == 0xC3) {
            if (c[1] == 0x9F)
                memcpy(c, "SS", 2);
            else if (c[1] == 0xBF)
                memcpy(c, "\xC5\xB8", 2);
            else if (c[1] >= 0xA0 && c[1] <= 0xBE && c[1] != 0xB7)
                c[1] -= 0x20;
            i++;
        } else if (i + 1 < length && *c == 0xC2 && c[1] == 0xB5) {
            memcpy(c, "\xCE\x9C", 2);
            i++;
        }
    }
}

static int send_all(int fd, const void *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(fd, (const char *)bytes + sent, length - sent, 0);
        if (n < 0)
            return -1;
        sent += (size_t)n;
    }
    return 0;
}

/* Closing with unread bytes would reset the connection, which could destroy the answer. */
static void hang_up(int fd) {
    char rest[16384];
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    time_t end = time(NULL) + 1;
    shutdown(fd, SHUT_WR);
    while (time(NULL) <= end && poll(&waiting, 1, 100) > 0 && recv(fd, rest, sizeof rest, 0) > 0) {
    }
}

static void serve(int fd) {
    size_t length = 0, room = 4096;
    unsigned char *line = malloc(room), *end = NULL;
    if (line == NULL || send_all(fd, "HELLO\n", 6) < 0)
        goto out;
    while (end == NULL && length < LIMIT) {
        if (length == room) {
            unsigned char *larger = realloc(line, room * 2);
            if (larger == NULL)
                goto out;
            line = larger;
            room *= 2;
        }
        ssize_t n = recv(fd, line + length, room - length, 0);
        if (n <= 0)
            goto out;
        end = memchr(line + length, '\n', (size_t)n);
        length += (size_t)n;
    }
    if (end == NULL) {
        send_all(fd, "ERROR: line too long\n", 21);
    } else {
        if (end > line && end[-1] == '\r')
            end--;
        upper(line, (size_t)(end - line));
        *end = '\n';
        send_all(fd, line, (size_t)(end - line) + 1);
    }
    hang_up(fd);
out:
    free(line);
}

static void *work(void *argument) {
    int fd = (int)(intptr_t)argument;
    serve(fd);
    close(fd);
    return NULL;
}

static pthread_attr_t attributes;

static void *accept_all(void *argument) {
    int listener = (int)(intptr_t)argument;
    pthread_t thread;
    for (;;) {
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

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    pthread_t acceptor;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 3232))};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        return 1;
    }
    if (pthread_create(&acceptor, &attributes, accept_all, (void *)(intptr_t)listener) != 0) {
        fprintf(stderr, "no thread to accept clients\n");
        return 1;
    }
    pthread_exit(NULL);
}
