/*
** Asks a server for /ping at fixed moments, over one connection.
**
**     ping PORT SECONDS
**
** Prints, in milliseconds: p50 p99 p99.9 max of the time from the moment a
** request was due to its answer, so that one slow answer counts against all that
** had to wait for it; then how many there were.
*/
#define _GNU_SOURCE

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NS 5000000
#define SECOND_NS 1000000000

static const char request[] = "GET /ping HTTP/1.1\r\nHost: ping\r\n\r\n";

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static void sleep_until(int64_t at) {
  struct timespec t;
  t.tv_sec = at / SECOND_NS;
  t.tv_nsec = at % SECOND_NS;
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int open_connection(int port) {
  struct sockaddr_in address;
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)port);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
    return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* One request and its answer, which ends with "pong" in its last chunk. */
static int ask(int fd) {
  char answer[4096];
  size_t len = 0;
  if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
    return -1;
  do {
    ssize_t got = recv(fd, answer + len, sizeof answer - 1 - len, 0);
    if (got <= 0)
      return -1;
    len += (size_t)got;
    answer[len] = '\0';
  } while (!strstr(answer, "pong") ||
           (strstr(answer, "chunked") && !strstr(answer, "0\r\n\r\n")));
  return 0;
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* What so many thousandths of them did not exceed. Milliseconds. */
static double part(const int64_t *took, long count, long thousandths) {
  int64_t found = took[count * thousandths / 1000];
  return (double)found / 1e6;
}

int main(int argc, char **argv) {
  long count, i;
  int64_t *took, start;
  int fd;
  if (argc != 3)
    return 2;
  count = (long)(atof(argv[2]) * SECOND_NS / INTERVAL_NS);
  fd = open_connection(atoi(argv[1]));
  took = calloc((size_t)count, sizeof *took);
  if (!took || fd < 0)
    exit(1);
  start = now() + INTERVAL_NS;
  for (i = 0; i < count; i++) {
    int64_t due = start + i * INTERVAL_NS;
    sleep_until(due);
    if (ask(fd) < 0)
      exit(1);
    took[i] = now() - due;
  }
  qsort(took, (size_t)count, sizeof *took, compare);
  printf("%.3f %.3f %.3f %.3f %ld\n", part(took, count, 500),
         part(took, count, 990), part(took, count, 999),
         (double)took[count - 1] / 1e6, count);
  free(took);
  close(fd);
  return 0;
}
