#define _GNU_SOURCE /* POLLRDHUP, syscall */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "../core/buf.h"
#include "poll.h" /* NOLINT(readability-duplicate-include): of ours */

#define SECOND ((int64_t)1000000000)
#define MOST_AT_ONCE 64

/* Marks descriptors that are never reported. */
#define SILENT ((uint64_t)1 << 32)

int64_t ih_poll_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

static int control(struct ih_poll *p, int op, int fd, uint32_t events,
                   uint64_t data) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u64 = data;
  return epoll_ctl(p->_set, op, fd, &event) == 0 ? IH_OK : IH_SYSTEM;
}

int ih_poll_add_waker(struct ih_poll *p, int fd) {
  return control(p, EPOLL_CTL_ADD, fd, EPOLLIN, SILENT);
}

int ih_poll_open(struct ih_poll *p) {
  p->_ringing = 0;
  p->_alarm = 0;
  p->_set = epoll_create1(EPOLL_CLOEXEC);
  p->_timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  /* The counter stays at one for ever: the bell is switched by watching it or
  ** not, which is one system call and cannot overflow. */
  p->_bell = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  if (p->_set >= 0 && p->_timer >= 0 && p->_bell >= 0 &&
      ih_poll_add_waker(p, p->_timer) == IH_OK &&
      control(p, EPOLL_CTL_ADD, p->_bell, 0, SILENT) == IH_OK)
    return IH_OK;
  ih_poll_close(p);
  return IH_SYSTEM;
}

static void close_one(int *fd) {
  int saved = errno;
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
  errno = saved;
}

void ih_poll_close(struct ih_poll *p) {
  close_one(&p->_set);
  close_one(&p->_timer);
  close_one(&p->_bell);
}

int ih_poll_watch(struct ih_poll *p, int fd, int what, int known) {
  uint32_t events =
      (what & IH_READ ? EPOLLIN : 0u) | (what & IH_WRITE ? EPOLLOUT : 0u);
  int op = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (!what)
    return control(p, EPOLL_CTL_DEL, fd, 0, 0);
  if (control(p, op, fd, events, (uint64_t)fd) == IH_OK)
    return IH_OK;
  if (errno != ENOENT && errno != EEXIST)
    return IH_SYSTEM;
  op = known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return control(p, op, fd, events, (uint64_t)fd);
}

void ih_poll_alarm(struct ih_poll *p, int64_t at) {
  struct itimerspec when;
  if (at == p->_alarm)
    return;
  memset(&when, 0, sizeof when);
  when.it_value.tv_sec = at / SECOND;
  when.it_value.tv_nsec = at % SECOND;
  /* Setting the timer also takes back that it has gone off. */
  if (timerfd_settime(p->_timer, TFD_TIMER_ABSTIME, &when, NULL) == 0)
    p->_alarm = at;
}

void ih_poll_bell(struct ih_poll *p, int on) {
  if (on == p->_ringing)
    return;
  if (control(p, EPOLL_CTL_MOD, p->_bell, on ? EPOLLIN : 0u, SILENT) == IH_OK)
    p->_ringing = on;
}

int ih_poll_wait(struct ih_poll *p, struct ih_poll_event *events, int most,
                 int timeout_ms) {
  struct epoll_event found[MOST_AT_ONCE];
  int i, n, sockets = 0;
  if (most > MOST_AT_ONCE)
    most = MOST_AT_ONCE;
  n = epoll_wait(p->_set, found, most, timeout_ms);
  for (i = 0; i < n; i++) {
    uint32_t had = found[i].events;
    if (found[i].data.u64 & SILENT)
      continue;
    events[sockets].fd = (int)found[i].data.u64;
    events[sockets].what =
        (had & EPOLLIN ? IH_READ : 0) | (had & EPOLLOUT ? IH_WRITE : 0) |
        (had & (EPOLLERR | EPOLLHUP) ? IH_READ | IH_ERROR : 0);
    sockets++;
  }
  return sockets;
}

int ih_poll_is_left(int fd) {
  struct pollfd look = {.fd = fd, .events = POLLRDHUP};
  return poll(&look, 1, 0) > 0;
}

int ih_poll_exit(pid_t pid) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, pid, 0);
#else
  (void)pid;
  return -1;
#endif
}

void ih_poll_exit_close(int fd, int is_forked) {
  (void)is_forked;
  close(fd);
}
