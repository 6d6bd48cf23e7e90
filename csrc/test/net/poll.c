/*
** Tests of net/poll.h and net/bell.h, for each back end.
*/
#include "../../net/platform.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "../../core/buf.h"
#include "../../net/bell.h"
#include "../../net/poll.h"
#include "../alone.h"

#define MOST 64
#define MANY 100
#define MILLISECOND ((int64_t)1000000)
#define PATIENCE 10000 /* milliseconds: for what comes */

static struct ih_poll set;
static struct ih_poll_event events[MOST];

static void open_set(void) {
  CHECK(ih_poll_open(&set) == IH_OK);
}

static void close_set(void) {
  ih_poll_close(&set);
}

static void open_pair(int pair[2]) {
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
}

static void close_pair(const int pair[2]) {
  close(pair[0]);
  close(pair[1]);
}

/* As a host's loop sees it. */
static int is_readable(int fd, int timeout_ms) {
  struct pollfd look;
  look.fd = fd;
  look.events = POLLIN;
  look.revents = 0;
  return poll(&look, 1, timeout_ms) == 1 && look.revents & POLLIN;
}

static int is_set_readable(int timeout_ms) {
  return is_readable(ih_poll_fd(&set), timeout_ms);
}

/* What is told of a descriptor, 0 for nothing; of no other one anything is. */
static int told_of(int fd, int timeout_ms) {
  int n = ih_poll_wait(&set, events, MOST, timeout_ms);
  CHECK(n <= 1);
  CHECK(n == 0 || events[0].fd == fd);
  return n > 0 ? events[0].what : 0;
}

/* ---- sockets ------------------------------------------------------------ */

static void tells_of_what_is_watched(void) {
  int pair[2];
  open_set();
  open_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_READ, 0) == IH_OK);
  CHECK(told_of(pair[0], 0) == 0);
  CHECK(!is_set_readable(0));
  CHECK(write(pair[1], "x", 1) == 1);
  CHECK(is_set_readable(PATIENCE));
  CHECK(told_of(pair[0], PATIENCE) == IH_READ);
  CHECK(told_of(pair[0], 0) == IH_READ); /* it was not read */
  CHECK(ih_poll_watch(&set, pair[0], IH_READ | IH_WRITE, 1) == IH_OK);
  CHECK(told_of(pair[0], 0) == (IH_READ | IH_WRITE));
  CHECK(ih_poll_watch(&set, pair[0], IH_WRITE, 1) == IH_OK);
  CHECK(told_of(pair[0], 0) == IH_WRITE);
  CHECK(ih_poll_watch(&set, pair[0], 0, 1) == IH_OK);
  CHECK(told_of(pair[0], 0) == 0);
  close_pair(pair);
  close_set();
}

static void believes_nothing_of_what_was_known(void) {
  int pair[2];
  open_set();
  open_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_WRITE, 1) == IH_OK);
  CHECK(told_of(pair[0], 0) == IH_WRITE);
  CHECK(ih_poll_watch(&set, pair[0], IH_WRITE, 0) == IH_OK);
  CHECK(told_of(pair[0], 0) == IH_WRITE);
  CHECK(ih_poll_watch(&set, pair[0], 0, 0) == IH_OK);
  CHECK(ih_poll_watch(&set, pair[0], 0, 1) == IH_SYSTEM);
  CHECK(errno == ENOENT);
  close_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_READ, 0) == IH_SYSTEM);
  CHECK(errno == EBADF);
  close_set();
}

static void forgets_what_is_closed(void) {
  int pair[2], other[2];
  open_set();
  open_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_WRITE, 0) == IH_OK);
  close_pair(pair);
  CHECK(!is_set_readable(0));
  CHECK(told_of(-1, 0) == 0);
  open_pair(other);
  CHECK(other[0] == pair[0]);
  CHECK(told_of(-1, 0) == 0);
  CHECK(ih_poll_watch(&set, other[0], IH_WRITE, 1) == IH_OK);
  CHECK(told_of(other[0], 0) == IH_WRITE);
  close_pair(other);
  close_set();
}

static void tells_of_ends(void) {
  int pair[2], ends[2];
  open_set();
  open_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_READ, 0) == IH_OK);
  close(pair[1]);
  CHECK(told_of(pair[0], PATIENCE) & IH_READ);
  close(pair[0]);
  CHECK(ih_platform_pipe(ends) == 0);
  CHECK(ih_poll_watch(&set, ends[1], IH_WRITE, 0) == IH_OK);
  CHECK(told_of(ends[1], 0) == IH_WRITE);
  close(ends[0]);
  CHECK(told_of(ends[1], PATIENCE) & IH_ERROR);
  close(ends[1]);
  CHECK(ih_platform_pipe(ends) == 0);
  CHECK(ih_poll_watch(&set, ends[0], IH_READ, 0) == IH_OK);
  close(ends[1]);
  CHECK(told_of(ends[0], PATIENCE) & IH_READ);
  close(ends[0]);
  close_set();
}

/* More than are told of at a time: nobody is left out for ever. */
static void serves_all_of_many(void) {
  int pairs[MANY][2], seen = 0, round, i, n;
  open_set();
  for (i = 0; i < MANY; i++) {
    open_pair(pairs[i]);
    CHECK(ih_poll_watch(&set, pairs[i][0], IH_READ | IH_WRITE, 0) == IH_OK);
  }
  for (round = 0; round < MANY && seen < MANY; round++) {
    n = ih_poll_wait(&set, events, MOST, 0);
    CHECK(n > 0);
    for (i = 0; i < n; i++)
      CHECK(ih_poll_watch(&set, events[i].fd, 0, 1) == IH_OK);
    seen += n;
  }
  CHECK(seen == MANY);
  for (i = 0; i < MANY; i++)
    close_pair(pairs[i]);
  close_set();
}

static void knows_who_has_left(void) {
  int pair[2];
  open_pair(pair);
  CHECK(!ih_poll_is_left(pair[0]));
  CHECK(write(pair[1], "x", 1) == 1);
  CHECK(!ih_poll_is_left(pair[0]));
  CHECK(shutdown(pair[1], SHUT_WR) == 0);
  CHECK(ih_poll_is_left(pair[0]));
  close_pair(pair);
}

/* ---- the alarm, the bell and wakers ------------------------------------- */

static void stays_awake_from_the_alarm_on(void) {
  open_set();
  CHECK(!is_set_readable(0));
  ih_poll_alarm(&set, ih_poll_now() - MILLISECOND);
  CHECK(is_set_readable(0));
  CHECK(ih_poll_wait(&set, events, MOST, PATIENCE) == 0);
  CHECK(is_set_readable(0));
  ih_poll_alarm(&set, 0);
  CHECK(!is_set_readable(0));
  ih_poll_alarm(&set, ih_poll_now() + 20 * MILLISECOND);
  CHECK(!is_set_readable(0));
  CHECK(ih_poll_wait(&set, events, MOST, -1) == 0);
  CHECK(is_set_readable(0));
  CHECK(ih_poll_wait(&set, events, MOST, -1) == 0);
  CHECK(is_set_readable(0));
  ih_poll_alarm(&set, ih_poll_now() + 10000 * MILLISECOND);
  CHECK(!is_set_readable(0));
  close_set();
}

static void takes_another_alarm(void) {
  int64_t late = ih_poll_now() + 3600000 * MILLISECOND, soon;
  open_set();
  ih_poll_alarm(&set, late);
  CHECK(!is_set_readable(0));
  soon = ih_poll_now() + 5 * MILLISECOND;
  ih_poll_alarm(&set, soon);
  CHECK(is_set_readable(PATIENCE));
  CHECK(ih_poll_now() >= soon);
  ih_poll_alarm(&set, late);
  CHECK(!is_set_readable(0));
  ih_poll_alarm(&set, late);
  CHECK(!is_set_readable(0));
  /* One that has gone off and was not looked at. */
  ih_poll_alarm(&set, ih_poll_now() + MILLISECOND);
  CHECK(is_set_readable(PATIENCE));
  ih_poll_alarm(&set, 0);
  CHECK(!is_set_readable(0));
  CHECK(told_of(-1, 0) == 0);
  close_set();
}

static void is_awake_while_the_bell_is_on(void) {
  int i;
  open_set();
  for (i = 0; i < 3; i++) {
    ih_poll_bell(&set, 1);
    ih_poll_bell(&set, 1);
    CHECK(is_set_readable(0));
    CHECK(ih_poll_wait(&set, events, MOST, -1) == 0);
    CHECK(is_set_readable(0));
    ih_poll_bell(&set, 0);
    ih_poll_bell(&set, 0);
    CHECK(!is_set_readable(0));
  }
  close_set();
}

static void is_awake_with_its_wakers(void) {
  struct ih_poll inner;
  struct ih_bell bell;
  open_set();
  CHECK(ih_poll_open(&inner) == IH_OK);
  CHECK(ih_bell_open(&bell) == IH_OK);
  CHECK(ih_poll_add_waker(&set, bell.fd) == IH_OK);
  CHECK(ih_poll_add_waker(&set, ih_poll_fd(&inner)) == IH_OK);
  CHECK(!is_set_readable(0));
  ih_bell_ring(&bell);
  CHECK(is_set_readable(PATIENCE));
  CHECK(ih_poll_wait(&set, events, MOST, PATIENCE) == 0);
  CHECK(is_set_readable(0));
  ih_bell_still(&bell);
  CHECK(!is_set_readable(0));
  ih_poll_bell(&inner, 1); /* a set in a set */
  CHECK(is_set_readable(PATIENCE));
  ih_poll_bell(&inner, 0);
  CHECK(!is_set_readable(0));
  ih_poll_alarm(&inner, ih_poll_now() + MILLISECOND);
  CHECK(is_set_readable(PATIENCE));
  CHECK(ih_poll_wait(&inner, events, MOST, 0) == 0);
  CHECK(is_set_readable(0));
  ih_bell_close(&bell);
  ih_poll_close(&inner);
  CHECK(!is_set_readable(0));
  close_set();
}

static void rings_however_often(void) {
  struct ih_bell bell = IH_NO_BELL;
  long i;
  ih_bell_close(&bell); /* once more is fine */
  CHECK(ih_bell_open(&bell) == IH_OK);
  CHECK(!is_readable(bell.fd, 0));
  ih_bell_still(&bell);
  for (i = 0; i < 100000; i++)
    ih_bell_ring(&bell);
  CHECK(is_readable(bell.fd, 0));
  ih_bell_still(&bell);
  CHECK(!is_readable(bell.fd, 0));
  ih_bell_ring(&bell);
  CHECK(is_readable(bell.fd, 0));
  ih_bell_close(&bell);
}

/* ---- processes ---------------------------------------------------------- */

/* What was opened after the fork may have the number of the set. */
static void a_child_closes_nothing_else(void) {
  int pair[2], status = 1;
  pid_t child;
  open_set();
  open_pair(pair);
  CHECK(ih_poll_watch(&set, pair[0], IH_READ, 0) == IH_OK);
  child = fork();
  if (child == 0) {
    int one = open("/dev/null", O_RDONLY), two = open("/dev/null", O_RDONLY);
    ih_poll_close(&set);
    _exit(fcntl(one, F_GETFD) < 0 || fcntl(two, F_GETFD) < 0 || one == two);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  CHECK(write(pair[1], "x", 1) == 1);
  CHECK(told_of(pair[0], PATIENCE) == IH_READ);
  close_pair(pair);
  close_set();
}

static pid_t start_child(void) {
  pid_t child = fork();
  if (child == 0)
    for (;;)
      pause();
  CHECK(child > 0);
  return child;
}

static void hears_that_a_process_has_ended(void) {
  pid_t child = start_child();
  int fd = ih_poll_exit(child), again;
  siginfo_t info;
  CHECK(fd >= 0);
  open_set();
  CHECK(ih_poll_watch(&set, fd, IH_READ, 0) == IH_OK);
  CHECK(!is_readable(fd, 0));
  CHECK(kill(child, SIGKILL) == 0);
  CHECK(is_readable(fd, PATIENCE));
  CHECK(told_of(fd, PATIENCE) == IH_READ);
  CHECK(told_of(fd, PATIENCE) == IH_READ);
  CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
  again = ih_poll_exit(child); /* it has ended, and nobody has waited for it */
  CHECK(again >= 0 && is_readable(again, 0));
  CHECK(waitpid(child, NULL, 0) == child);
  CHECK(is_readable(fd, 0));
  ih_poll_exit_close(again, 0);
  ih_poll_exit_close(fd, 0);
  close_set();
}

int main(void) {
  RUN("a poll set", tells_of_what_is_watched);
  RUN("a poll set", believes_nothing_of_what_was_known);
  RUN("a poll set", forgets_what_is_closed);
  RUN("a poll set", tells_of_ends);
  RUN("a poll set", serves_all_of_many);
  RUN("a poll set", knows_who_has_left);
  RUN("a poll set", stays_awake_from_the_alarm_on);
  RUN("a poll set", takes_another_alarm);
  RUN("a poll set", is_awake_while_the_bell_is_on);
  RUN("a poll set", is_awake_with_its_wakers);
  RUN("a poll set", a_child_closes_nothing_else);
  RUN("a poll set", hears_that_a_process_has_ended);
  RUN("a bell", rings_however_often);
  return print_totals();
}
