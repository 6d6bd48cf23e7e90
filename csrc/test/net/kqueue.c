/*
** Tests of the stand-in: it is no milder than the manual pages.
*/
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../alone.h"

static const struct timespec at_once = {0, 0};

static int queue;

static struct kevent element(uintptr_t ident, int filter, int flags,
                             unsigned fflags, intptr_t data) {
  struct kevent k;
  memset(&k, 0, sizeof k);
  k.ident = ident;
  k.filter = (int16_t)filter;
  k.flags = (uint16_t)flags;
  k.fflags = fflags;
  k.data = data;
  return k;
}

/* 0, or errno. */
static int change(uintptr_t ident, int filter, int flags, unsigned fflags,
                  intptr_t data) {
  struct kevent k = element(ident, filter, flags, fflags, data);
  return kevent(queue, &k, 1, NULL, 0, NULL) < 0 ? errno : 0;
}

/* How many events there are; the first is written. */
static int take(struct kevent *first) {
  struct kevent all[8];
  int n = kevent(queue, NULL, 0, all, 8, &at_once);
  if (n > 0)
    *first = all[0];
  return n;
}

static void refuses_bad_arguments(void) {
  static const struct timespec negative = {-1, 0}, too_much = {0, 1000000000};
  struct kevent k;
  queue = kqueue();
  CHECK(kevent(queue, NULL, 0, &k, 1, &negative) < 0 && errno == EINVAL);
  CHECK(kevent(queue, NULL, 0, &k, 1, &too_much) < 0 && errno == EINVAL);
  CHECK(kevent(queue, NULL, -1, &k, 1, &at_once) < 0 && errno == EINVAL);
  CHECK(kevent(0, NULL, 0, &k, 1, &at_once) < 0 && errno == EBADF);
  CHECK(change(1, -3, EV_ADD, 0, 0) == EINVAL);
  CHECK(change(1, EVFILT_USER, EV_ADD | 0x0800, 0, 0) == EINVAL);
  CHECK(change(1, EVFILT_USER, EV_ADD, 0x40000000, 0) == EINVAL);
  CHECK(change(1, EVFILT_TIMER, EV_ADD, NOTE_NSECONDS, -1) == EINVAL);
  CHECK(change(1, EVFILT_TIMER, EV_ADD, NOTE_NSECONDS, 0) == EINVAL);
  CHECK(change(1, EVFILT_TIMER, EV_ADD, 0x00000200, 1) == EINVAL);
  CHECK(change((uintptr_t)getpid(), EVFILT_PROC, EV_ADD, 0, 0) == EINVAL);
  CHECK(change(0, EVFILT_READ, EV_ADD, 1, 0) == EINVAL);
  CHECK(change(INT32_MAX, EVFILT_READ, EV_ADD, 0, 0) == EBADF);
  close(queue);
  CHECK(change(1, EVFILT_USER, EV_ADD, 0, 0) == EBADF);
}

static void knows_what_is_not_there(void) {
  queue = kqueue();
  CHECK(change(0, EVFILT_READ, EV_DELETE, 0, 0) == ENOENT);
  CHECK(change(0, EVFILT_USER, EV_DELETE, 0, 0) == ENOENT);
  CHECK(change(0, EVFILT_USER, EV_ENABLE, 0, 0) == ENOENT);
  CHECK(change(0, EVFILT_USER, 0, NOTE_TRIGGER, 0) == ENOENT);
  CHECK(change(0, EVFILT_TIMER, EV_DELETE, 0, 0) == ENOENT);
  CHECK(change(0x3FFFFFFF, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0) == ESRCH);
  close(queue);
}

/* What comes behind an error that has no room happens no more. */
static void answers_in_order(void) {
  struct kevent changes[3], told[3];
  queue = kqueue();
  changes[0] = element(1, EVFILT_USER, EV_ADD | EV_RECEIPT, 0, 0);
  changes[1] = element(2, EVFILT_USER, EV_DELETE, 0, 0);
  changes[2] = element(3, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0);
  CHECK(kevent(queue, changes, 3, told, 3, &at_once) == 2);
  CHECK(told[0].ident == 1 && told[0].flags & EV_ERROR && told[0].data == 0);
  CHECK(told[1].ident == 2 && told[1].flags & EV_ERROR &&
        told[1].data == ENOENT);
  CHECK(take(told) == 1 && told[0].ident == 3);
  CHECK(change(3, EVFILT_USER, EV_DELETE, 0, 0) == 0);
  CHECK(kevent(queue, changes + 1, 2, NULL, 0, NULL) < 0 && errno == ENOENT);
  CHECK(take(told) == 0);
  close(queue);
}

static void has_three_ways_to_tell(void) {
  struct kevent k;
  int pair[2];
  queue = kqueue();
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  CHECK(write(pair[1], "x", 1) == 1);
  CHECK(change((uintptr_t)pair[0], EVFILT_READ, EV_ADD, 0, 0) == 0);
  CHECK(take(&k) == 1 && k.data == 1);
  CHECK(take(&k) == 1);
  CHECK(change((uintptr_t)pair[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0) == 0);
  CHECK(take(&k) == 1);
  CHECK(take(&k) == 0);
  CHECK(write(pair[1], "x", 1) == 1);
  CHECK(take(&k) == 1 && k.data == 2);
  CHECK(change((uintptr_t)pair[0], EVFILT_READ, EV_ADD | EV_ONESHOT, 0, 0) ==
        0);
  CHECK(take(&k) == 1);
  CHECK(take(&k) == 0);
  CHECK(change((uintptr_t)pair[0], EVFILT_READ, EV_DELETE, 0, 0) == ENOENT);
  close(pair[1]);
  CHECK(change((uintptr_t)pair[0], EVFILT_READ, EV_ADD, 0, 0) == 0);
  CHECK(take(&k) == 1 && k.flags & EV_EOF);
  close(pair[0]);
  CHECK(take(&k) == 0);
  close(queue);
}

/* A timer is told of once, whether it is looked at again or not. */
static void takes_back_a_timer(void) {
  struct kevent k;
  queue = kqueue();
  CHECK(change(1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS, 1) == 0);
  CHECK(kevent(queue, NULL, 0, &k, 1, NULL) == 1 && k.filter == EVFILT_TIMER);
  CHECK(take(&k) == 0);
  CHECK(change(1, EVFILT_TIMER, EV_DELETE, 0, 0) == ENOENT);
  close(queue);
}

static void is_as_strict_as_macos_with_processes(void) {
  struct kevent k;
  siginfo_t info;
  pid_t child = fork();
  if (child == 0)
    for (;;)
      pause();
  queue = kqueue();
  CHECK(change((uintptr_t)child, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0) == 0);
  CHECK(take(&k) == 0);
  CHECK(kill(child, SIGKILL) == 0);
  CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
  CHECK(take(&k) == 1 && k.fflags == NOTE_EXIT);
  CHECK(take(&k) == 0);
  CHECK(change((uintptr_t)child, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0) == ESRCH);
  CHECK(waitpid(child, NULL, 0) == child);
  close(queue);
}

static void is_not_inherited(void) {
  int status = 1;
  pid_t child;
  queue = kqueue();
  child = fork();
  if (child == 0)
    _exit(fcntl(queue, F_GETFD) >= 0);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(change(1, EVFILT_USER, EV_ADD, 0, 0) == 0);
  close(queue);
}

int main(void) {
  RUN("the stand-in for kqueue", refuses_bad_arguments);
  RUN("the stand-in for kqueue", knows_what_is_not_there);
  RUN("the stand-in for kqueue", answers_in_order);
  RUN("the stand-in for kqueue", has_three_ways_to_tell);
  RUN("the stand-in for kqueue", takes_back_a_timer);
  RUN("the stand-in for kqueue", is_as_strict_as_macos_with_processes);
  RUN("the stand-in for kqueue", is_not_inherited);
  return print_totals();
}
