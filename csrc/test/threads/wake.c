/*
** Tests of net/wake.h with threads that wake it while a host listens, ends it
** and forks, for ThreadSanitizer: spec/support/ctest.sh builds and runs it.
**
** The last line printed is `N passed, N failed, N skipped`.
*/
#include "../../net/wake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAKERS 4
#define TIMES 500  /* that each of them wakes */
#define ROUNDS 100 /* of beginnings and ends */

static int passed, failed, wrong;

static void check(int holds, int line, const char *expr) {
  if (holds)
    return;
  printf("  %s:%d: %s\n", __FILE__, line, expr);
  wrong++;
}

#define CHECK(expr) check((expr) != 0, __LINE__, #expr)

/* ---- a host --------------------------------------------------------------- */

struct host {
  int fd; /* what is watched */
  int connection;
  struct ih_wake *wake;
};

static int connect_to(const struct ih_wake *w) {
  struct sockaddr_un address;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  ih_wake_path(w, address.sun_path);
  CHECK(fd >= 0);
  CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  return fd;
}

static void start(struct host *h) {
  h->fd = eventfd(0, EFD_NONBLOCK);
  CHECK(h->fd >= 0);
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
  close(h->fd);
}

static void wake_up(int fd) {
  static const uint64_t one = 1;
  CHECK(write(fd, &one, sizeof one) == sizeof one);
}

/* How often it was woken since it was asked last. */
static uint64_t take(int fd) {
  uint64_t n = 0;
  return read(fd, &n, sizeof n) == sizeof n ? n : 0;
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
  int fd;
};

static void *wake_often(void *argument) {
  const struct wakers *all = argument;
  int i;
  for (i = 0; i < TIMES; i++)
    wake_up(all->fd);
  return NULL;
}

static void start_wakers(struct wakers *all, int fd) {
  int i;
  all->fd = fd;
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
  start_wakers(&all, h.fd);
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
    start_wakers(&all, h.fd);
    if (i % 2)
      CHECK(listen_to(h.connection, 0) == 1);
    if (i % 4 > 1)
      ih_wake_rearm(h.wake);
    ih_wake_free(h.wake);
    join_wakers(&all);
    close(h.connection);
    close(h.fd);
  }
}

static void hangs_up_while_it_is_woken(void) {
  int i;
  for (i = 0; i < ROUNDS; i++) {
    struct host h;
    struct wakers all;
    start(&h);
    start_wakers(&all, h.fd);
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
    wake_up(h.fd);
    ih_wake_rearm(h.wake);
    ih_wake_free(h.wake);
    close(h.fd);
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
    start_wakers(&all, h.fd);
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
    wake_up(h.fd);
    CHECK(listen_to(h.connection, 0) == 1);
    finish(&h);
  }
}

static void refuses_another_process(void) {
  struct host h;
  int status = 1;
  pid_t child;
  h.fd = eventfd(0, EFD_NONBLOCK);
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
  wake_up(h.fd);
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
    wake_up(h.fd);
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

static void run(const char *name, void (*test)(void)) {
  wrong = 0;
  test();
  if (wrong)
    printf("FAILED: a waker, %s\n", name);
  *(wrong ? &failed : &passed) += 1;
}

#define RUN(test) run(#test, test)

int main(void) {
  RUN(no_wake_up_is_lost);
  RUN(ends_while_it_is_woken);
  RUN(hangs_up_while_it_is_woken);
  RUN(ends_when_the_host_has_gone);
  RUN(is_left_alone_by_a_child);
  RUN(refuses_another_process);
  RUN(many_share_nothing);
  printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed > 0;
}
