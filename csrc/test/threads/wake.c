/*
** Tests of net/wake.h with threads that wake it while a host listens, ends it
** and forks, for ThreadSanitizer: spec/support/ctest.sh builds and runs it.
*/
#include "../../net/platform.h"

#include "../../net/wake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../alone.h"

#define WAKERS 4
#define TIMES 500  /* that each of them wakes */
#define ROUNDS 100 /* of beginnings and ends */

/* ---- a host --------------------------------------------------------------- */

struct host {
  int fd;   /* what is watched, */
  int ring; /* and where it is made readable */
  int connection;
  struct ih_wake *wake;
};

static int connect_to(const struct ih_wake *w) {
  struct sockaddr_un address;
  char path[IH_WAKE_PATH_ROOM];
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  ih_wake_path(w, path);
  CHECK(fd >= 0 && strlen(path) < sizeof address.sun_path);
  memcpy(address.sun_path, path, strlen(path) + 1);
  CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  return fd;
}

static void open_watched(struct host *h) {
  int ends[2] = {-1, -1};
  CHECK(ih_platform_pipe(ends) == 0 &&
        fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
  h->fd = ends[0];
  h->ring = ends[1];
}

static void close_watched(const struct host *h) {
  close(h->fd);
  close(h->ring);
}

static void start(struct host *h) {
  open_watched(h);
  CHECK(ih_wake_new(h->fd, &h->wake) == 0);
  if (!h->wake) {
    printf("  no waker: %s\n", strerror(errno));
    exit(1);
  }
  h->connection = connect_to(h->wake);
  CHECK(ih_wake_accept(h->wake) == 0);
}

static void finish(struct host *h) {
  ih_wake_free(h->wake);
  close(h->connection);
  close_watched(h);
}

static void wake_up(int ring) {
  CHECK(write(ring, "!", 1) == 1);
}

/* How often it was woken since it was asked last. */
static uint64_t take(int fd) {
  char bytes[WAKERS * TIMES];
  ssize_t n = read(fd, bytes, sizeof bytes);
  return n > 0 ? (uint64_t)n : 0;
}

static ssize_t listen_to(int connection, int flags) {
  char byte[2];
  return recv(connection, byte, sizeof byte, flags);
}

static int is_silent(int connection) {
  return listen_to(connection, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* ---- threads that wake it ------------------------------------------------- */

struct wakers {
  pthread_t threads[WAKERS];
  int ring;
};

static void *wake_often(void *argument) {
  const struct wakers *all = argument;
  int i;
  for (i = 0; i < TIMES; i++)
    wake_up(all->ring);
  return NULL;
}

static void start_wakers(struct wakers *all, int ring) {
  int i;
  all->ring = ring;
  for (i = 0; i < WAKERS; i++)
    CHECK(pthread_create(&all->threads[i], NULL, wake_often, all) == 0);
}

static void join_wakers(struct wakers *all) {
  int i;
  for (i = 0; i < WAKERS; i++)
    CHECK(pthread_join(all->threads[i], NULL) == 0);
}

/* ---- the tests ------------------------------------------------------------ */

static void no_wake_up_is_lost(void) {
  struct host h;
  struct wakers all;
  uint64_t got = 0;
  start(&h);
  start_wakers(&all, h.ring);
  while (got < (uint64_t)WAKERS * TIMES && wrong == 0) {
    CHECK(listen_to(h.connection, 0) == 1);
    CHECK(is_silent(h.connection)); /* until it is attended to */
    got += take(h.fd);
    ih_wake_rearm(h.wake);
  }
  join_wakers(&all);
  CHECK(got == (uint64_t)WAKERS * TIMES);
  finish(&h);
}

static void ends_while_it_is_woken(void) {
  int i;
  for (i = 0; i < ROUNDS; i++) {
    struct host h;
    struct wakers all;
    start(&h);
    start_wakers(&all, h.ring);
    if (i % 2)
      CHECK(listen_to(h.connection, 0) == 1);
    if (i % 4 > 1)
      ih_wake_rearm(h.wake);
    ih_wake_free(h.wake);
    join_wakers(&all);
    close(h.connection);
    close_watched(&h);
  }
}

static void hangs_up_while_it_is_woken(void) {
  int i;
  for (i = 0; i < ROUNDS; i++) {
    struct host h;
    struct wakers all;
    start(&h);
    start_wakers(&all, h.ring);
    ih_wake_hang_up(h.wake);
    ih_wake_rearm(h.wake);
    while (listen_to(h.connection, 0) > 0)
      ;
    join_wakers(&all);
    finish(&h);
  }
}

static void ends_when_the_host_has_gone(void) {
  int i;
  for (i = 0; i < ROUNDS; i++) {
    struct host h;
    start(&h);
    close(h.connection);
    wake_up(h.ring);
    ih_wake_rearm(h.wake);
    ih_wake_free(h.wake);
    close_watched(&h);
  }
}

/* A child frees what it has; the parent goes on. */
static void is_left_alone_by_a_child(void) {
  int i;
  for (i = 0; i < ROUNDS / 10; i++) {
    struct host h;
    struct wakers all;
    int status = 1;
    pid_t child;
    start(&h);
    start_wakers(&all, h.ring);
    child = fork();
    if (child == 0) {
      finish(&h);
      _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    join_wakers(&all);
    CHECK(listen_to(h.connection, 0) == 1);
    take(h.fd);
    ih_wake_rearm(h.wake);
    CHECK(is_silent(h.connection));
    wake_up(h.ring);
    CHECK(listen_to(h.connection, 0) == 1);
    finish(&h);
  }
}

static void refuses_another_process(void) {
  struct host h;
  int status = 1;
  pid_t child;
  open_watched(&h);
  CHECK(ih_wake_new(h.fd, &h.wake) == 0);
  child = fork();
  if (child == 0) {
    int fd = connect_to(h.wake);
    _exit(wrong || listen_to(fd, 0) > 0);
  }
  /* Not before it has connected. */
  while (ih_wake_accept(h.wake) < 0 && errno == EAGAIN)
    poll(NULL, 0, 1);
  CHECK(errno == EPERM);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  h.connection = connect_to(h.wake);
  CHECK(ih_wake_accept(h.wake) == 0);
  wake_up(h.ring);
  CHECK(listen_to(h.connection, 0) == 1);
  finish(&h);
}

/* As interpreters in threads of their own have them. */
static void *begin_and_end(void *argument) {
  int i;
  (void)argument;
  for (i = 0; i < ROUNDS; i++) {
    struct host h;
    start(&h);
    wake_up(h.ring);
    CHECK(listen_to(h.connection, 0) == 1);
    finish(&h);
  }
  return NULL;
}

static void many_share_nothing(void) {
  pthread_t threads[WAKERS];
  int i;
  for (i = 0; i < WAKERS; i++)
    CHECK(pthread_create(&threads[i], NULL, begin_and_end, NULL) == 0);
  for (i = 0; i < WAKERS; i++)
    CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void) {
  RUN("a waker", no_wake_up_is_lost);
  RUN("a waker", ends_while_it_is_woken);
  RUN("a waker", hangs_up_while_it_is_woken);
  RUN("a waker", ends_when_the_host_has_gone);
  RUN("a waker", is_left_alone_by_a_child);
  RUN("a waker", refuses_another_process);
  RUN("a waker", many_share_nothing);
  return print_totals();
}
