// mistake: the lecture's client: prints what one read brings, and a newline.
// fails: L6.8 L6.9 L6.S5 L6.S6
// says: with framing

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *server;
    char buffer[1024];
    ssize_t n;
    if (getaddrinfo(argc > 1 ? argv[1] : "localhost", argc > 2 ? argv[2] : "6006", &hints, &server)) return 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0), skip = argc > 3 && strcmp(argv[3], "length") == 0 ? 4 : 0;
    if (connect(fd, server->ai_addr, server->ai_addrlen)) {
        perror("cannot connect");
        return 1;
    }
    while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        while (!skip && n > 0 && (buffer[n - 1] == '\n' || buffer[n - 1] == '\r')) n--;
        if (n > skip) fwrite(buffer + skip, 1, n - skip, stdout);
        putchar('\n');
        fflush(stdout);
    }
    if (n < 0) {
        perror("connection lost");
        return 1;
    }
    return 0;
}
