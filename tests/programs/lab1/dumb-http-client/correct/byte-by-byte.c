// correct: reads byte by byte, with a call for each.

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char REQUEST[] = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int code = getaddrinfo(host, port, &hints, &list);
    if (code != 0) {
        fprintf(stderr, "unknown host %s: %s\n", host, gai_strerror(code));
        exit(1);
    }
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            return fd;
        int failure = errno;
        if (fd >= 0)
            close(fd);
        errno = failure;
    }
    fprintf(stderr, "cannot connect to %s:%s: %s\n", host, port, strerror(errno));
    exit(1);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    int fd = connect_to(argc > 1 ? argv[1] : "www.heig-vd.ch", argc > 2 ? argv[2] : "80");
    char byte;
    ssize_t length = send(fd, REQUEST, strlen(REQUEST), 0);
    while (length >= 0 && (length = recv(fd, &byte, 1, 0)) > 0) {
        if (putchar((unsigned char)byte) == EOF) {
            perror("cannot print");
            return 1;
        }
    }
    if (length < 0) {
        perror("connection lost");
        return 1;
    }
    return 0;
}
