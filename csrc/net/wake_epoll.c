#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/buf.h"
#include "wake_set.h"

enum { WATCHED, STOP, CONNECTION };

static int control(struct ih_wake_set *s, int op, int fd, uint32_t events,
                   int what) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u32 = (uint32_t)what;
  return epoll_ctl(s->_set, op, fd, &event) == 0 ? IH_OK : IH_SYSTEM;
}

int ih_wake_set_open(struct ih_wake_set *s) {
  s->_set = epoll_create1(EPOLL_CLOEXEC);
  s->_stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (s->_set >= 0 && s->_stop >= 0 &&
      control(s, EPOLL_CTL_ADD, s->_stop, EPOLLIN, STOP) == IH_OK)
    return IH_OK;
  ih_wake_set_close(s);
  return IH_SYSTEM;
}

static void close_one(int *fd) {
  int saved = errno;
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
  errno = saved;
}

void ih_wake_set_close(struct ih_wake_set *s) {
  close_one(&s->_stop);
  close_one(&s->_set);
}

int ih_wake_set_watch(struct ih_wake_set *s, int fd, int connection) {
  int status = control(s, EPOLL_CTL_ADD, connection, EPOLLRDHUP, CONNECTION);
  if (status == IH_OK)
    status = control(s, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT, WATCHED);
  return status;
}

void ih_wake_set_unwatch(struct ih_wake_set *s, int fd) {
  int saved = errno;
  epoll_ctl(s->_set, EPOLL_CTL_DEL, fd, NULL);
  errno = saved;
}

void ih_wake_set_rearm(struct ih_wake_set *s, int fd) {
  control(s, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, WATCHED);
}

int ih_wake_set_wait(struct ih_wake_set *s) {
  struct epoll_event event;
  int n;
  do
    n = epoll_wait(s->_set, &event, 1, -1);
  while (n < 0 && errno == EINTR);
  return n > 0 && event.data.u32 == WATCHED;
}

void ih_wake_set_stop(struct ih_wake_set *s) {
  static const uint64_t one = 1;
  if (write(s->_stop, &one, sizeof one) < 0) {
    /* The counter is not full: it was never written before. */
  }
}
