// mistake: accepts one client and sleeps for ever.
// fails: L5.1 L5.2 L5.3 L5.4 L5.8 L5.10 L5.11 L5.S1 L5.S2 L5.S3 L5.S4

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void raise_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    raise_limit();
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 2525);
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    poll(&waiting, 1, -1);
    accept(listener, NULL, NULL);
    for (;;)
        pause();
}
