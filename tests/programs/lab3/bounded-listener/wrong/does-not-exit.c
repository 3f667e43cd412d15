// mistake: goes on waiting for clients after it has accepted all.
// fails: L3.18

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, accepted = 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 2367))};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4) < 0) {
        perror("listen");
        return 1;
    }
    for (int c = getchar(); c != '\n' && c != EOF; c = getchar()) {
    }
    while (accept(listener, NULL, NULL) >= 0)
        accepted++;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        perror("accept");
        return 1;
    }
    printf("accepted %d clients\n", accepted);
    return 0;
}
