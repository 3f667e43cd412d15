// mistake: goes on reading at end of file, for ever.
// fails: L5.3 L5.4

#include <ctype.h>
#include <netinet/in.h>
#include <signal.h>
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
        ssize_t n = recv(fd, buffer + length, sizeof buffer - length, 0);
        if (n < 0)
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

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 2424);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            perror("accept");
            usleep(100000);
            continue;
        }
        serve(fd);
        close(fd);
    }
}
