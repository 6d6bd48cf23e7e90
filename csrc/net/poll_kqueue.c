#include "platform.h"

#include <string.h>
#include <sys/event.h>
#include <sys/time.h>
#include <time.h>

#include "../core/buf.h"
#include "poll.h"

#define SECOND ((int64_t)1000000000)
#define MILLISECOND ((int64_t)1000000)
#define MOST_AT_ONCE 64
#define MOST_CHANGES 4

/* Events of our own, beside those of descriptors: the bell, and that the alarm is
** due. The timer's own is taken back by looking at it, but the set has to stay
** readable. */
enum { BELL, DUE };

/* The one timer. */
#define ALARM 0

/* macOS lets timers come late to save power, unless it is told not to. */
#ifdef NOTE_CRITICAL
#define PUNCTUAL NOTE_CRITICAL
#else
#define PUNCTUAL 0
#endif

/* Marks descriptors that are never reported. */
static char silent;

int64_t ih_poll_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

/* ---- changes ------------------------------------------------------------ */

struct changes {
  struct kevent all[MOST_CHANGES];
  int n;
};

static void change(struct changes *c, uintptr_t ident, int filter, int flags,
                   unsigned fflags, int64_t data, void *udata) {
  struct kevent *one = &c->all[c->n++];
  memset(one, 0, sizeof *one);
  one->ident = ident;
  one->filter = (short)filter;
  /* Each is answered, and no event is taken meanwhile. */
  one->flags = (unsigned short)(flags | EV_RECEIPT);
  one->fflags = fflags;
  one->data = (intptr_t)data;
  one->udata = udata;
}

/* Makes all changes. How many took place; or IH_SYSTEM with errno when one failed
** for another reason than that there was nothing to delete. */
static int apply(int set, const struct changes *c) {
  struct kevent told[MOST_CHANGES];
  int i, n, done = 0, error = 0;
  if (c->n == 0)
    return 0;
  do
    n = kevent(set, c->all, c->n, told, c->n, NULL);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return IH_SYSTEM;
  for (i = 0; i < n; i++) {
    if (told[i].data == 0)
      done++;
    else if (told[i].data != ENOENT || !(c->all[i].flags & EV_DELETE))
      error = (int)told[i].data;
  }
  errno = error;
  return error ? IH_SYSTEM : done;
}

/* One that stays until it is deleted. */
static void trigger(struct changes *c, uintptr_t ident) {
  change(c, ident, EVFILT_USER, EV_ADD, 0, 0, &silent);
  change(c, ident, EVFILT_USER, 0, NOTE_TRIGGER, 0, &silent);
}

static void drop(struct changes *c, uintptr_t ident, int filter) {
  change(c, ident, filter, EV_DELETE, 0, 0, NULL);
}

/* ---- its life ----------------------------------------------------------- */

static int new_set(void) {
  int set = kqueue(), saved;
  if (set < 0 || fcntl(set, F_SETFD, FD_CLOEXEC) == 0)
    return set;
  saved = errno;
  close(set);
  errno = saved;
  return -1;
}

int ih_poll_open(struct ih_poll *p) {
  p->_timer = p->_bell = p->_ringing = 0;
  p->_alarm = 0;
  p->_owner = getpid();
  p->_set = new_set();
  return p->_set < 0 ? IH_SYSTEM : IH_OK;
}

/* A forked child has no set: the number may be that of something else. */
void ih_poll_close(struct ih_poll *p) {
  int saved = errno;
  if (p->_set >= 0 && p->_owner == getpid())
    close(p->_set);
  p->_set = -1;
  errno = saved;
}

/* ---- what is watched ---------------------------------------------------- */

int ih_poll_add_waker(struct ih_poll *p, int fd) {
  struct changes c = {.n = 0};
  change(&c, (uintptr_t)fd, EVFILT_READ, EV_ADD, 0, 0, &silent);
  return apply(p->_set, &c) < 0 ? IH_SYSTEM : IH_OK;
}

int ih_poll_watch(struct ih_poll *p, int fd, int what, int known) {
  struct changes c = {.n = 0};
  int done;
  (void)known; /* both are changed in one call anyway */
  change(&c, (uintptr_t)fd, EVFILT_READ, what & IH_READ ? EV_ADD : EV_DELETE, 0,
         0, NULL);
  change(&c, (uintptr_t)fd, EVFILT_WRITE, what & IH_WRITE ? EV_ADD : EV_DELETE,
         0, 0, NULL);
  done = apply(p->_set, &c);
  if (done == 0) {
    errno = ENOENT;
    return IH_SYSTEM;
  }
  return done < 0 ? IH_SYSTEM : IH_OK;
}

/* `_timer` says whether there is a timer, `_bell` whether it is due. */
void ih_poll_alarm(struct ih_poll *p, int64_t at) {
  struct changes c = {.n = 0};
  int64_t span;
  if (at == p->_alarm)
    return;
  span = at - ih_poll_now();
  if (p->_timer)
    drop(&c, ALARM, EVFILT_TIMER);
  if (p->_bell)
    drop(&c, DUE, EVFILT_USER);
  if (at && span <= 0)
    trigger(&c, DUE);
  else if (at)
    change(&c, ALARM, EVFILT_TIMER, EV_ADD | EV_ONESHOT,
           NOTE_NSECONDS | PUNCTUAL, span, &silent);
  if (apply(p->_set, &c) < 0)
    return;
  p->_timer = at && span > 0;
  p->_bell = at && span <= 0;
  p->_alarm = at;
}

void ih_poll_bell(struct ih_poll *p, int on) {
  struct changes c = {.n = 0};
  if (on == p->_ringing)
    return;
  if (on)
    trigger(&c, BELL);
  else
    drop(&c, BELL, EVFILT_USER);
  if (apply(p->_set, &c) >= 0)
    p->_ringing = on;
}

/* ---- waiting ------------------------------------------------------------ */

/* The timer went off: from now on it is the other event that tells. */
static void note_alarm(struct ih_poll *p) {
  struct changes c = {.n = 0};
  p->_timer = 0;
  trigger(&c, DUE);
  if (apply(p->_set, &c) >= 0)
    p->_bell = 1;
  else
    p->_alarm = -1; /* so that it is set again */
}

static int what_of(const struct kevent *event) {
  int ended = event->flags & EV_EOF;
  if (event->filter == EVFILT_WRITE)
    return ended ? IH_READ | IH_WRITE | IH_ERROR : IH_WRITE;
  /* What came before the end is still to be read. */
  return ended && event->fflags ? IH_READ | IH_ERROR : IH_READ;
}

/* Both directions of a socket are one event. Returns how many there are then. */
static int report(struct ih_poll_event *events, int n, int fd, int what) {
  int i;
  for (i = 0; i < n; i++)
    if (events[i].fd == fd) {
      events[i].what |= what;
      return n;
    }
  events[n].fd = fd;
  events[n].what = what;
  return n + 1;
}

int ih_poll_wait(struct ih_poll *p, struct ih_poll_event *events, int most,
                 int timeout_ms) {
  struct kevent found[MOST_AT_ONCE];
  struct timespec span;
  int i, n, sockets = 0;
  span.tv_sec = timeout_ms / 1000;
  span.tv_nsec = (long)(timeout_ms % 1000 * MILLISECOND);
  if (most > MOST_AT_ONCE)
    most = MOST_AT_ONCE;
  n = kevent(p->_set, NULL, 0, found, most, timeout_ms < 0 ? NULL : &span);
  for (i = 0; i < n; i++) {
    if (found[i].filter == EVFILT_TIMER)
      note_alarm(p);
    else if (found[i].udata != &silent)
      sockets =
          report(events, sockets, (int)found[i].ident, what_of(&found[i]));
  }
  return sockets;
}

/* A set of its own: another one may not watch it, or watch something else of
** it. */
int ih_poll_is_left(int fd) {
  static const struct timespec at_once = {0, 0};
  struct kevent one;
  int set = new_set(), n;
  if (set < 0)
    return 0;
  memset(&one, 0, sizeof one);
  one.ident = (uintptr_t)fd;
  one.filter = EVFILT_READ;
  one.flags = EV_ADD;
  n = kevent(set, &one, 1, &one, 1, &at_once);
  close(set);
  return n > 0 && (one.flags & (EV_EOF | EV_ERROR));
}

/* ---- the end of a process ----------------------------------------------- */

int ih_poll_exit(pid_t pid) {
  struct changes c = {.n = 0};
  int set = new_set(), saved;
  if (set < 0)
    return -1;
  change(&c, (uintptr_t)pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
  if (apply(set, &c) > 0)
    return set;
  c.n = 0;
  trigger(&c, DUE); /* as macOS says of one that has ended already */
  if (errno == ESRCH && apply(set, &c) >= 0)
    return set;
  saved = errno;
  close(set);
  errno = saved;
  return -1;
}

void ih_poll_exit_close(int fd, int is_forked) {
  if (!is_forked)
    close(fd);
}
