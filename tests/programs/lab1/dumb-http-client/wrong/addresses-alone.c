// mistake: takes addresses alone; of a host's name it knows nothing.
// fails: L1.1 L1.S3

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char REQUEST[] = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";

static int connect_to(const char *host, const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        fprintf(stderr, "not an address: %s\n", host);
        exit(1);
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    fprintf(stderr, "cannot connect to %s:%s: %s\n", host, port, strerror(errno));
    exit(1);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    int fd = connect_to(argc > 1 ? argv[1] : "www.heig-vd.ch", argc > 2 ? argv[2] : "80");
    char buffer[8192];
    ssize_t length = send(fd, REQUEST, strlen(REQUEST), 0);
    while (length >= 0 && (length = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        if (fwrite(buffer, 1, (size_t)length, stdout) != (size_t)length || fflush(stdout) != 0) {
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
