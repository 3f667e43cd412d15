// correct: recv into a buffer that grows; standard output is buffered, and flushed after each message.

#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT (16u << 20)

static char *in;
static size_t have, room, seen;

static void die(const char *words) {
    fflush(stdout);
    fprintf(stderr, "%s\n", words);
    exit(1);
}

static void print(const char *bytes, size_t length) {
    fwrite(bytes, 1, length, stdout);
    putchar('\n');
    fflush(stdout);
}

/* Prints what is whole. */
static void take(int with_length) {
    size_t start = 0;
    for (;;) {
        size_t left = have - start;
        if (with_length) {
            uint32_t length;
            if (left < 4) break;
            memcpy(&length, in + start, 4);
            length = ntohl(length);
            if (length > LIMIT) die("a message is too long");
            if (left - 4 < length) break;
            print(in + start + 4, length);
            start += 4 + (size_t)length;
        } else {
            char *end = memchr(in + start + seen, '\n', left - seen);
            if (!end) {
                seen = left;
                if (left > LIMIT + 1) die("a line is too long");
                break;
            }
            size_t length = end - (in + start);
            print(in + start, length > 0 && end[-1] == '\r' ? length - 1 : length);
            start = end + 1 - in;
            seen = 0;
        }
    }
    memmove(in, in + start, have - start);
    have -= start;
}

int main(int argc, char **argv) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all, *one;
    int with_length = argc > 3 && strcmp(argv[3], "length") == 0, fd = -1;
    if (getaddrinfo(argc > 1 ? argv[1] : "localhost", argc > 2 ? argv[2] : "6006", &hints, &all)) die("unknown host");
    for (one = all; one; one = one->ai_next) {
        fd = socket(one->ai_family, SOCK_STREAM, 0);
        if (connect(fd, one->ai_addr, one->ai_addrlen) == 0) break;
        close(fd);
    }
    if (!one) {
        perror("cannot connect");
        return 1;
    }
    for (;;) {
        if (room - have < 65536) {
            room = room ? 2 * room : 1 << 17;
            in = realloc(in, room);
            if (!in) abort();
        }
        ssize_t n = recv(fd, in + have, room - have, 0);
        if (n < 0) {
            perror("connection lost");
            return 1;
        }
        if (n == 0) break;
        have += n;
        take(with_length);
    }
    if (have > 0) die("the server closed in the middle of a message");
    return 0;
}
