#define _GNU_SOURCE /* EPOLLRDHUP, syscall */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue.h"

#define SECOND 1000000000

#define KEPT (EV_ONESHOT | EV_CLEAR)
#define KNOWN                                                                  \
  (EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE | EV_ONESHOT | EV_CLEAR |       \
   EV_RECEIPT)

static int is_of_descriptor(const struct kevent *k) {
  return k->filter == EVFILT_READ || k->filter == EVFILT_WRITE;
}

static struct note *find(const struct queue *q, uintptr_t ident, int filter) {
  struct note *n = q->notes;
  while (n && (n->told.ident != ident || n->told.filter != filter))
    n = n->next;
  return n;
}

/* ---- the set ------------------------------------------------------------ */

static uint32_t wanted(const struct note *n) {
  uint32_t events;
  if (!n || !n->enabled)
    return 0;
  events = n->told.filter == EVFILT_WRITE ? (uint32_t)EPOLLOUT
                                          : (uint32_t)(EPOLLIN | EPOLLRDHUP);
  return events | (n->told.flags & EV_CLEAR ? (uint32_t)EPOLLET : 0);
}

/* Has the set watch what the notes want of one descriptor. One that is not noted
** must not be in it: an end is told of always. 0, or an errno. */
static int watch(struct queue *q, int fd, uint64_t number, uint32_t events) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u64 = number;
  if (!events) {
    epoll_ctl(q->set, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  if (epoll_ctl(q->set, EPOLL_CTL_MOD, fd, &event) == 0)
    return 0;
  if (errno != ENOENT)
    return errno;
  return epoll_ctl(q->set, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

static int settle(struct queue *q, const struct kevent *k,
                  const struct note *n) {
  int fd = (int)k->ident;
  if (is_of_descriptor(k))
    return watch(q, fd, (uint64_t)fd,
                 wanted(find(q, k->ident, EVFILT_READ)) |
                     wanted(find(q, k->ident, EVFILT_WRITE)));
  return n ? watch(q, n->fd, n->number, n->enabled ? (uint32_t)EPOLLIN : 0) : 0;
}

/* ---- descriptors of their own ------------------------------------------- */

static int open_own(int filter) {
  return filter == EVFILT_TIMER
             ? timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)
             : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int ih_note_open_spares(struct queue *q) {
  int i, error = 0;
  for (i = 0; i < SPARES; i++) {
    q->spares[i] = open_own(i == TIMER ? EVFILT_TIMER : EVFILT_USER);
    if (q->spares[i] < 0)
      error = errno;
  }
  return error;
}

void ih_note_close_spares(struct queue *q) {
  int i;
  for (i = 0; i < SPARES; i++)
    if (q->spares[i] >= 0)
      __real_close(q->spares[i]);
}

static int take_own_fd(struct queue *q, int filter) {
  int i = filter == EVFILT_TIMER ? TIMER : USER, fd;
  if (filter == EVFILT_USER && q->spares[i] < 0)
    i = ANOTHER_USER;
  fd = q->spares[i];
  q->spares[i] = -1;
  return fd < 0 ? open_own(filter) : fd;
}

/* As new. */
static void give_back_fd(struct queue *q, int filter, int fd) {
  struct itimerspec never;
  uint64_t count;
  int i = filter == EVFILT_TIMER ? TIMER : USER;
  if (filter == EVFILT_USER && q->spares[i] >= 0)
    i = ANOTHER_USER;
  if (filter == EVFILT_PROC || q->spares[i] >= 0) {
    __real_close(fd);
    return;
  }
  memset(&never, 0, sizeof never);
  if (filter == EVFILT_TIMER)
    timerfd_settime(fd, 0, &never, NULL);
  else if (read(fd, &count, sizeof count) < 0)
    errno = 0; /* it was not triggered */
  q->spares[i] = fd;
}

/* ---- the end of a note -------------------------------------------------- */

/* One that stays open must be taken out. */
static void drop(struct queue *q, struct note *n) {
  struct note **at = &q->notes;
  struct kevent told = n->told;
  while (*at && *at != n)
    at = &(*at)->next;
  if (*at)
    *at = n->next;
  settle(q, &told, NULL);
  if (n->fd >= 0) {
    watch(q, n->fd, 0, 0);
    give_back_fd(q, told.filter, n->fd);
  }
  free(n);
}

void ih_note_forget(struct queue *q, int fd) {
  int filter;
  for (filter = EVFILT_WRITE; filter <= EVFILT_READ; filter++) {
    struct note *n = find(q, (uintptr_t)fd, filter);
    if (n)
      drop(q, n);
  }
}

void ih_note_free_all(struct queue *q) {
  while (q->notes)
    drop(q, q->notes);
}

/* ---- what is noted ------------------------------------------------------ */

/* Bad arguments, as the pages have them. */
static int check(const struct kevent *k) {
  if (k->flags & ~KNOWN)
    return EINVAL;
  switch (k->filter) {
  case EVFILT_READ:
  case EVFILT_WRITE:
    if (k->ident > INT32_MAX || fcntl((int)k->ident, F_GETFD) < 0)
      return EBADF;
    return k->fflags || k->data ? EINVAL : 0;
  case EVFILT_TIMER:
    if (k->flags & EV_DELETE)
      return 0;
    return k->fflags & ~(NOTE_NSECONDS | NOTE_CRITICAL) || k->data <= 0 ? EINVAL
                                                                        : 0;
  case EVFILT_USER:
    return k->fflags & ~NOTE_TRIGGER ? EINVAL : 0;
  case EVFILT_PROC:
    return k->fflags != NOTE_EXIT && !(k->flags & EV_DELETE) ? EINVAL : 0;
  default:
    return EINVAL;
  }
}

/* Another file may have come by the number of a descriptor that somebody else
** has closed. */
static int is_stale(const struct note *n) {
  struct stat about;
  return is_of_descriptor(&n->told) &&
         (fstat((int)n->told.ident, &about) < 0 || about.st_ino != n->file ||
          about.st_dev != n->device);
}

static int open_process(pid_t pid) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid == pid) {
    errno = ESRCH;
    return -1;
  }
  return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int attach(struct queue *q, struct note *n, const struct kevent *k) {
  struct stat about;
  n->fd = -1;
  if (is_of_descriptor(k)) {
    if (fstat((int)k->ident, &about) < 0)
      return errno;
    n->file = about.st_ino;
    n->device = about.st_dev;
    return 0;
  }
  n->fd = k->filter == EVFILT_PROC ? open_process((pid_t)k->ident)
                                   : take_own_fd(q, k->filter);
  return n->fd < 0 ? errno : 0;
}

static int add(struct queue *q, const struct kevent *k, struct note **out) {
  struct note *n = calloc(1, sizeof *n);
  int error;
  if (!n)
    return ENOMEM;
  error = attach(q, n, k);
  if (error) {
    free(n);
    return error;
  }
  n->told = *k;
  n->number = FIRST_NOTE + ++q->last;
  n->next = q->notes;
  q->notes = n;
  *out = n;
  return 0;
}

static int start_timer(const struct note *n) {
  int64_t span = n->told.data;
  struct itimerspec when;
  if (!(n->told.fflags & NOTE_NSECONDS))
    span *= 1000000;
  memset(&when, 0, sizeof when);
  when.it_value.tv_sec = (time_t)(span / SECOND);
  when.it_value.tv_nsec = (long)(span % SECOND);
  if (!(n->told.flags & EV_ONESHOT))
    when.it_interval = when.it_value;
  return timerfd_settime(n->fd, 0, &when, NULL) < 0 ? errno : 0;
}

static int update(struct note *n, const struct kevent *k) {
  static const uint64_t one = 1;
  n->told.udata = k->udata;
  n->told.fflags = k->fflags;
  n->told.data = k->data;
  if (k->flags & EV_ADD)
    n->told.flags = k->flags & KEPT;
  if (k->flags & (EV_ADD | EV_ENABLE))
    n->enabled = 1;
  if (k->flags & EV_DISABLE)
    n->enabled = 0;
  if (n->told.filter == EVFILT_TIMER && k->flags & EV_ADD)
    return start_timer(n);
  if (n->told.filter == EVFILT_USER && k->fflags & NOTE_TRIGGER &&
      write(n->fd, &one, sizeof one) < 0)
    return errno;
  return 0;
}

int ih_note_change(struct queue *q, const struct kevent *k) {
  struct note *n;
  int error = check(k);
  if (error)
    return error;
  n = find(q, k->ident, k->filter);
  if (n && is_stale(n)) {
    ih_note_forget(q, (int)k->ident);
    n = NULL;
  }
  if (!n && !(k->flags & EV_ADD))
    return ENOENT;
  if (k->flags & EV_DELETE) {
    if (n)
      drop(q, n);
    return 0;
  }
  error = n ? 0 : add(q, k, &n);
  if (!error)
    error = update(n, k);
  if (!error)
    error = settle(q, k, n);
  if (error && n)
    drop(q, n);
  return error;
}

/* ---- what is told ------------------------------------------------------- */

static void tell(struct kevent *to, const struct note *n, int flags,
                 unsigned fflags, intptr_t data) {
  *to = n->told;
  to->flags = (uint16_t)(n->told.flags | flags);
  to->fflags = fflags;
  to->data = data;
}

/* One direction of a descriptor. Whether there was something to tell. */
static int take_direction(struct queue *q, struct note *n, uint32_t ready,
                          struct kevent *to) {
  uint32_t ends = EPOLLHUP | EPOLLERR, news = EPOLLOUT;
  int bytes = 0;
  if (!n || !n->enabled)
    return 0;
  if (n->told.filter == EVFILT_READ) {
    ends |= EPOLLRDHUP;
    news = EPOLLIN;
    ioctl((int)n->told.ident, FIONREAD, &bytes);
  }
  if (!(ready & (ends | news)))
    return 0;
  tell(to, n, ready & ends ? EV_EOF : 0, ready & EPOLLERR ? EIO : 0, bytes);
  if (n->told.flags & EV_ONESHOT)
    drop(q, n);
  return 1;
}

/* One that has a descriptor of its own. */
static int take_own(struct queue *q, struct note *n, struct kevent *to) {
  uint64_t count = 1;
  int is_user = n->told.filter == EVFILT_USER;
  int is_process = n->told.filter == EVFILT_PROC;
  if (n->told.filter == EVFILT_TIMER || n->told.flags & EV_CLEAR) {
    if (!is_process && read(n->fd, &count, sizeof count) < 0)
      return 0;
  }
  if (is_process)
    tell(to, n, EV_EOF | EV_ONESHOT, NOTE_EXIT, 0);
  else
    tell(to, n, is_user ? 0 : EV_CLEAR, 0, is_user ? 0 : (intptr_t)count);
  if (is_process || n->told.flags & EV_ONESHOT)
    drop(q, n);
  return 1;
}

int ih_note_take(struct queue *q, uint64_t number, uint32_t ready,
                 struct kevent *to, int room) {
  struct note *n = q->notes;
  int count;
  if (number < FIRST_NOTE) {
    count =
        take_direction(q, find(q, (uintptr_t)number, EVFILT_READ), ready, to);
    if (count < room)
      count += take_direction(q, find(q, (uintptr_t)number, EVFILT_WRITE),
                              ready, to + count);
    return count;
  }
  while (n && n->number != number)
    n = n->next;
  return n && n->enabled ? take_own(q, n, to) : 0;
}
