#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "queue.h"

#define SECOND ((int64_t)1000000000)
#define MILLISECOND ((int64_t)1000000)
#define MOST 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct queue *queues;

static struct queue *find(int set) {
  struct queue *q = queues;
  while (q && q->set != set)
    q = q->next;
  return q;
}

static void forget(struct queue *q) {
  struct queue **at = &queues;
  while (*at && *at != q)
    at = &(*at)->next;
  if (*at)
    *at = q->next;
  ih_note_free_all(q);
  ih_note_close_spares(q);
  free(q);
}

/* ---- forks -------------------------------------------------------------- */

static void before_fork(void) {
  pthread_mutex_lock(&lock);
}

static void after_fork(void) {
  pthread_mutex_unlock(&lock);
}

/* The set is the parent's, too, and is left as it is: nothing is taken out. */
static void in_child(void) {
  struct queue *q;
  struct note *n;
  while ((q = queues)) {
    queues = q->next;
    __real_close(q->set);
    while ((n = q->notes)) {
      q->notes = n->next;
      if (n->fd >= 0)
        __real_close(n->fd);
      free(n);
    }
    ih_note_close_spares(q);
    free(q);
  }
  pthread_mutex_unlock(&lock);
}

static void mind_forks(void) {
  pthread_atfork(before_fork, after_fork, in_child);
}

/* ---- close -------------------------------------------------------------- */

/* The linker has calls of close() in our objects come here (--wrap). */
int __wrap_close(int fd) __attribute__((visibility("hidden")));

int __wrap_close(int fd) {
  struct queue *q;
  int status;
  pthread_mutex_lock(&lock);
  q = find(fd);
  if (q)
    forget(q);
  for (q = queues; q; q = q->next)
    ih_note_forget(q, fd);
  status = __real_close(fd);
  pthread_mutex_unlock(&lock);
  return status;
}

/* ---- kqueue ------------------------------------------------------------- */

int kqueue(void) {
  struct queue *q = calloc(1, sizeof *q);
  int error;
  pthread_once(&once, mind_forks);
  if (!q) {
    errno = ENOMEM;
    return -1;
  }
  q->set = epoll_create1(0);
  error = ih_note_open_spares(q);
  if (q->set < 0 || error) {
    if (q->set >= 0)
      __real_close(q->set);
    ih_note_close_spares(q);
    free(q);
    errno = error ? error : EMFILE;
    return -1;
  }
  pthread_mutex_lock(&lock);
  q->next = queues;
  queues = q;
  pthread_mutex_unlock(&lock);
  return q->set;
}

/* How many answers were written, or -1 with errno; what comes before the change
** that failed has happened. */
static int change_all(struct queue *q, const struct kevent *changes, int count,
                      struct kevent *to, int room) {
  int i, told = 0;
  for (i = 0; i < count; i++) {
    struct kevent change = changes[i];
    int error = ih_note_change(q, &change);
    if (!error && !(change.flags & EV_RECEIPT))
      continue;
    if (told < room) {
      to[told] = change;
      to[told].flags |= EV_ERROR;
      to[told++].data = error;
    } else if (error) {
      errno = error;
      return -1;
    }
  }
  return told;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static int left_ms(int64_t until) {
  int64_t left = until - now();
  left = left > 0 ? (left + MILLISECOND - 1) / MILLISECOND : 0;
  return left > INT32_MAX ? INT32_MAX : (int)left;
}

static int take_all(int kq, const struct epoll_event *found, int n,
                    struct kevent *to, int room) {
  struct queue *q;
  int i, count = 0;
  pthread_mutex_lock(&lock);
  q = find(kq);
  for (i = 0; q && i < n && count < room; i++)
    count += ih_note_take(q, found[i].data.u64, found[i].events, to + count,
                          room - count);
  pthread_mutex_unlock(&lock);
  return count;
}

/* A descriptor may be two events: with half of the room nothing is lost that is
** told of once. */
static int wait(int kq, struct kevent *to, int room, int64_t until) {
  struct epoll_event found[MOST];
  int most = room / 2 < MOST ? room / 2 : MOST, n, count;
  do {
    n = epoll_wait(kq, found, most ? most : 1, until < 0 ? -1 : left_ms(until));
    if (n <= 0)
      return n;
    count = take_all(kq, found, n, to, room);
  } while (count == 0 && (until < 0 || now() < until));
  return count;
}

int kevent(int kq, const struct kevent *changes, int nchanges,
           struct kevent *events, int nevents, const struct timespec *timeout) {
  int64_t until = -1;
  struct queue *q;
  int told;
  if (nchanges < 0 || nevents < 0 ||
      (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
                   timeout->tv_nsec >= SECOND))) {
    errno = EINVAL;
    return -1;
  }
  if (timeout)
    until = now() + timeout->tv_sec * SECOND + timeout->tv_nsec;
  pthread_mutex_lock(&lock);
  q = find(kq);
  errno = EBADF;
  told = q ? change_all(q, changes, nchanges, events, nevents) : -1;
  pthread_mutex_unlock(&lock);
  if (told != 0 || nevents == 0)
    return told;
  return wait(kq, events, nevents, until);
}
