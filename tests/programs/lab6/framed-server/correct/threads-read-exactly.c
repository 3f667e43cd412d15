// correct: a thread for each client; reads a length and then exactly that many bytes, and lines byte by byte from a buffer.

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 16 << 20 };

static int with_length;

/* Reads exactly that many bytes and counts them: what is in them does not matter. */
static int skip(FILE *in, uint32_t count) {
    char piece[4096];
    while (count > 0) {
        size_t wanted = count < sizeof piece ? count : sizeof piece;
        size_t n = fread(piece, 1, wanted, in);
        if (n == 0) return 0;
        count -= n;
    }
    return 1;
}

static long next_length(FILE *in) {
    uint32_t prefix;
    if (fread(&prefix, 4, 1, in) != 1) return -1;
    prefix = ntohl(prefix);
    return prefix <= LIMIT && skip(in, prefix) ? (long)prefix : -1;
}

static long next_line(FILE *in) {
    long length = 0;
    int before = 0, c;
    while ((c = getc(in)) != EOF) {
        if (c == '\n') return before == '\r' ? length - 1 : length;
        if (++length > LIMIT + 1) return -1;
        before = c;
    }
    return -1;
}

static void *serve(void *argument) {
    int fd = (int)(intptr_t)argument;
    FILE *in = fdopen(fd, "r");
    long length;
    while ((length = with_length ? next_length(in) : next_line(in)) >= 0) {
        char text[32], answer[40];
        int digits = sprintf(text, "%ld", length), size;
        if (with_length) {
            uint32_t prefix = htonl(digits);
            memcpy(answer, &prefix, 4);
            memcpy(answer + 4, text, digits);
            size = digits + 4;
        } else {
            size = sprintf(answer, "%s\n", text);
        }
        if (write(fd, answer, size) != size) break;
    }
    fclose(in);
    return NULL;
}

int main(int argc, char **argv) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 6006)};
    with_length = argc > 2 && strcmp(argv[2], "length") == 0;
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 64)) {
        perror("listen");
        return 1;
    }
    for (;;) {
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd)) close(fd);
        else pthread_detach(thread);
    }
}
