/*
** What the servers of the specs and the benchmarks share: each listens on a
** port of 127.0.0.1 that the system chose, prints it, and serves every client
** in a thread of its own until it is ended.
*/
#ifndef SPEC_LISTENER_H
#define SPEC_LISTENER_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline struct sockaddr_in local_address(int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((unsigned short)port);
  return address;
}

/* Has each piece that is sent leave at once, in a packet of its own. */
static inline void send_at_once(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Sends all. Returns -1 when the client is gone, else 0. */
static inline int send_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
    if (sent <= 0)
      return -1;
    bytes += sent;
    n -= (size_t)sent;
  }
  return 0;
}

/* Runs `serve` with the socket of each client, which it closes. Returns the
** exit code of a program that cannot listen. */
static inline int serve_clients(void *(*serve)(void *fd)) {
  struct sockaddr_in address = local_address(0);
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, 1024) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) < 0) {
    perror("cannot listen");
    return 1;
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    pthread_t thread;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
      continue;
    send_at_once(fd);
    if (pthread_create(&thread, NULL, serve, (void *)(long)fd) == 0)
      pthread_detach(thread);
    else
      close(fd);
  }
}

#endif
