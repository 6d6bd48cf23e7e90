#include "platform.h"

#include <string.h>
#include <sys/event.h>
#include <sys/time.h>

#include "../core/buf.h"
#include "wake_set.h"

/* The one event of our own. */
#define STOP 0

/* Marks the descriptor that is armed again and again. */
static char watched;

static int change(struct ih_wake_set *s, uintptr_t ident, int filter, int flags,
                  unsigned fflags, void *udata) {
  struct kevent one;
  int status;
  memset(&one, 0, sizeof one);
  one.ident = ident;
  one.filter = (short)filter;
  one.flags = (unsigned short)flags;
  one.fflags = fflags;
  one.udata = udata;
  do
    status = kevent(s->_set, &one, 1, NULL, 0, NULL);
  while (status < 0 && errno == EINTR);
  return status < 0 ? IH_SYSTEM : IH_OK;
}

static int arm(struct ih_wake_set *s, int fd) {
  return change(s, (uintptr_t)fd, EVFILT_READ, EV_ADD | EV_ONESHOT, 0,
                &watched);
}

int ih_wake_set_open(struct ih_wake_set *s) {
  s->_owner = getpid();
  s->_stop = -1;
  s->_set = kqueue();
  if (s->_set >= 0 && fcntl(s->_set, F_SETFD, FD_CLOEXEC) == 0 &&
      change(s, STOP, EVFILT_USER, EV_ADD, 0, NULL) == IH_OK)
    return IH_OK;
  ih_wake_set_close(s);
  return IH_SYSTEM;
}

/* A forked child has no set: the number may be that of something else. */
void ih_wake_set_close(struct ih_wake_set *s) {
  int saved = errno;
  if (s->_set >= 0 && s->_owner == getpid())
    close(s->_set);
  s->_set = -1;
  errno = saved;
}

int ih_wake_set_watch(struct ih_wake_set *s, int fd, int connection) {
  int status;
  if (fd == connection) { /* it was closed, and its number is in use again */
    errno = EBADF;
    return IH_SYSTEM;
  }
  /* What the host may write is told of once: it is its end that counts. */
  status =
      change(s, (uintptr_t)connection, EVFILT_READ, EV_ADD | EV_CLEAR, 0, NULL);
  if (status == IH_OK)
    status = arm(s, fd);
  return status;
}

void ih_wake_set_unwatch(struct ih_wake_set *s, int fd) {
  int saved = errno;
  change(s, (uintptr_t)fd, EVFILT_READ, EV_DELETE, 0, NULL);
  errno = saved;
}

void ih_wake_set_rearm(struct ih_wake_set *s, int fd) {
  arm(s, fd);
}

int ih_wake_set_wait(struct ih_wake_set *s) {
  for (;;) {
    struct kevent event;
    int n = kevent(s->_set, NULL, 0, &event, 1, NULL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0 || event.filter == EVFILT_USER)
      return 0; /* told to stop */
    if (event.udata == &watched)
      return 1;
    if (event.flags & EV_EOF)
      return 0; /* the host has hung up */
  }
}

void ih_wake_set_stop(struct ih_wake_set *s) {
  change(s, STOP, EVFILT_USER, 0, NOTE_TRIGGER, NULL);
}
