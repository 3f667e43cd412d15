// correct: an event loop that comes round every 200 ms, be there something to do or not.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINE_LIMIT = 64 << 10, OUT_LIMIT = 8 << 20, PATIENCE_MS = 300 };
static const char *ANONYMOUS = "An anonymous user";

/* In the order of arrival. Who has left stays in the list until what waits for him is sent. */
struct client {
    struct client *next;
    int fd, member, ending, dead, waits_to_write;
    long end_ms;
    char *name, *line, *out;
    size_t line_length, out_length, out_room;
};

static struct client *first;
static int epoll_fd;
static struct client *killer;

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *name_of(const struct client *c) { return c->name ? c->name : ANONYMOUS; }

static void tell(struct client *c, const char *line, size_t length) {
    if (c->dead || c->ending)
        return;
    if (c->out_length + length > OUT_LIMIT) {
        c->dead = 1;
        return;
    }
    if (c->out_length + length > c->out_room) {
        size_t room = 2 * (c->out_length + length);
        char *larger = realloc(c->out, room);
        if (larger == NULL) {
            c->dead = 1;
            return;
        }
        c->out = larger;
        c->out_room = room;
    }
    memcpy(c->out + c->out_length, line, length);
    c->out_length += length;
}

static void say_to(struct client *c, const char *line) { tell(c, line, strlen(line)); }

static void tell_all(const char *name, const char *between, const char *rest) {
    size_t length = strlen(name) + strlen(between) + strlen(rest) + 1;
    char *line = malloc(length + 1);
    if (line == NULL)
        return;
    snprintf(line, length + 1, "%s%s%s\n", name, between, rest);
    for (struct client *c = first; c != NULL; c = c->next)
        if (c->member)
            tell(c, line, length);
    free(line);
}

static void leave(struct client *c) {
    if (!c->member)
        return;
    c->member = 0;
    tell_all(name_of(c), " has left the room.", "");
}

/* The rest is sent, then our side is shut down; the client has a moment to close his. */
static void end(struct client *c) {
    if (!c->ending) {
        c->ending = 1;
        c->end_ms = now_ms() + PATIENCE_MS;
    }
}

static size_t sequence_length(const unsigned char *s, size_t left) {
    size_t n = s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n > left)
        return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F))
        return 0;
    if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* Puts a question mark for each control character and for each byte that is not UTF-8. The text gets no longer. */
static void clean(char *text, size_t length) {
    unsigned char *from = (unsigned char *)text, *to = from, *stop = from + length;
    while (from < stop) {
        size_t n = *from < 0x80 ? 1 : sequence_length(from, (size_t)(stop - from));
        if (n == 0 || *from < 0x20 || *from == 0x7F || (n == 2 && from[0] == 0xC2 && from[1] < 0xA0)) {
            from += n ? n : 1;
            *to++ = '?';
        } else {
            memmove(to, from, n);
            from += n;
            to += n;
        }
    }
    *to = '\0';
}

static void who(struct client *to) {
    say_to(to, "Currently connected users:\n");
    for (struct client *c = first; c != NULL; c = c->next)
        if (c->member) {
            say_to(to, " - ");
            say_to(to, name_of(c));
            say_to(to, "\n");
        }
    say_to(to, "\n");
}

static void obey(struct client *c, char *line) {
    char *rest = line + strcspn(line, " ");
    if (*rest == ' ')
        *rest++ = '\0';
    if (strcasecmp(line, "HELLO") == 0) {
        char *word = rest + strspn(rest, " ");
        word[strcspn(word, " ")] = '\0';
        free(c->name);
        c->name = *word ? strdup(word) : NULL;
        tell_all(name_of(c), " is in the room.", "");
    } else if (strcasecmp(line, "SAY") == 0) {
        tell_all(name_of(c), " says: ", *rest ? rest : "nothing...");
    } else if (strcasecmp(line, "WHO") == 0) {
        who(c);
    } else if (strcasecmp(line, "BYE") == 0) {
        tell_all(name_of(c), " is about to leave the room.", "");
        end(c);
        leave(c);
    } else if (strcasecmp(line, "KILL") == 0) {
        say_to(c, "KILL command received. Bringing server down...\n");
        end(c);
        killer = c;
    } else {
        say_to(c, "What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n");
    }
}

/* Obeys the whole lines, and keeps what follows the last of them. */
static void take_lines(struct client *c) {
    char *start = c->line, *stop = c->line + c->line_length, *newline;
    while (!c->ending && (newline = memchr(start, '\n', (size_t)(stop - start))) != NULL) {
        size_t length = (size_t)(newline - start);
        if (length > 0 && start[length - 1] == '\r')
            length--;
        clean(start, length);
        obey(c, start);
        start = newline + 1;
    }
    c->line_length = (size_t)(stop - start);
    memmove(c->line, start, c->line_length);
    if (c->line_length == LINE_LIMIT && !c->ending) {
        say_to(c, "A line may have no more than 65536 bytes.\n");
        end(c);
        leave(c);
    }
}

static void receive(struct client *c) {
    static char scrap[65536];
    ssize_t n = c->ending ? recv(c->fd, scrap, sizeof scrap, 0)
                          : recv(c->fd, c->line + c->line_length, LINE_LIMIT - c->line_length, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n < 0 || (n == 0 && c->ending)) {
        c->dead = 1;
    } else if (n == 0) {
        end(c);
        leave(c);
    } else if (!c->ending) {
        c->line_length += (size_t)n;
        take_lines(c);
    }
}

static void write_out(struct client *c) {
    size_t sent = 0;
    while (sent < c->out_length) {
        ssize_t n = send(c->fd, c->out + sent, c->out_length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            c->dead = 1;
        if (n < 0)
            break;
        sent += (size_t)n;
    }
    c->out_length -= sent;
    memmove(c->out, c->out + sent, c->out_length);
    if (c->out_length == 0 && c->ending == 1 && !c->dead) {
        c->ending = 2;
        shutdown(c->fd, SHUT_WR);
    }
    int waits = c->out_length > 0;
    if (waits != c->waits_to_write && !c->dead) {
        struct epoll_event want = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &want);
        c->waits_to_write = waits;
    }
}

static void bury(struct client **link) {
    struct client *c = *link;
    *link = c->next;
    if (c == killer)
        exit(0);
    close(c->fd);
    free(c->name);
    free(c->line);
    free(c->out);
    free(c);
}

/* Sends what the last events have brought about. Who dies here is announced in the next round, so that nobody misses it. */
static int settle(void) {
    int again = 0, ending = 0;
    long now = now_ms();
    for (struct client *c = first; c != NULL; c = c->next) {
        if (c->ending && now > c->end_ms)
            c->dead = 1;
        if (!c->dead && (c->out_length > 0 || c->ending == 1) && !c->waits_to_write)
            write_out(c);
    }
    for (struct client **link = &first; *link != NULL;) {
        if ((*link)->dead) {
            again |= (*link)->member;
            leave(*link);
            bury(link);
        } else {
            ending |= (*link)->ending;
            link = &(*link)->next;
        }
    }
    return again ? 0 : ending ? 50 : 200;
}

static void arrive(int listener) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        /* Without a free descriptor accept fails at once, again and again: wait until there may be one. */
        if (errno == EMFILE || errno == ENFILE)
            usleep(100000);
        return;
    }
    struct client *c = calloc(1, sizeof *c), **link = &first;
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
    if (c == NULL || (c->line = malloc(LINE_LIMIT)) == NULL || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &want) < 0) {
        free(c);
        close(fd);
        return;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    c->fd = fd;
    tell_all("Someone has arrived...", "", "");
    say_to(c, "Welcome! Commands: HELLO name, SAY text, WHO, BYE, KILL.\n");
    c->member = 1;
    while (*link != NULL)
        link = &(*link)->next;
    *link = c;
}

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, timeout = -1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 9907))};
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("listen");
        return 1;
    }
    fcntl(listener, F_SETFL, O_NONBLOCK);
    epoll_fd = epoll_create1(0);
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &want);
    for (;;) {
        int n = epoll_wait(epoll_fd, events, 64, timeout);
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (c == NULL) {
                arrive(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT)
                write_out(c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                receive(c);
        }
        timeout = settle();
    }
}
