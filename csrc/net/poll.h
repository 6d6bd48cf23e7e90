/*
** One descriptor for many sockets, a clock and a bell.
**
** A poll set is a descriptor of the operating system that is readable whenever
** one of the watched sockets is ready, the alarm is due, or the bell is on. The
** set itself can be watched by any event loop. The build chooses a back end: that of
** Linux is poll_epoll.c, that of macOS poll_kqueue.c. With it come two smaller
** ones, of bell.h and of wake_set.h.
**
** Functions that return int give IH_OK, or IH_SYSTEM with errno set.
*/
#ifndef IH_POLL_H
#define IH_POLL_H

#include <stdint.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

enum { IH_READ = 1, IH_WRITE = 2, IH_ERROR = 4 };

struct ih_poll {
  int _set;
  int _timer, _bell, _ringing; /* of the back end */
  int64_t _alarm;              /* what the timer is set to, 0: off */
  pid_t _owner;                /* of a set that forks do not inherit */
};

struct ih_poll_event {
  int fd;
  int what; /* IH_READ, IH_WRITE, IH_ERROR together */
};

/* Nanoseconds of the monotonic clock. */
int64_t ih_poll_now(void);

int ih_poll_open(struct ih_poll *p);

/* Closes the descriptors. In a forked child this leaves the parent's set as it
** is, which taking sockets out one by one would not. */
void ih_poll_close(struct ih_poll *p);

/* Watches a socket for IH_READ and IH_WRITE; 0 stops watching it. `known` is
** what the caller believes about it being watched already: it saves a system
** call when right and does no harm when wrong. */
int ih_poll_watch(struct ih_poll *p, int fd, int what, int known);

/* The set is readable from the moment `at` on; 0: no alarm. */
void ih_poll_alarm(struct ih_poll *p, int64_t at);

/* The set is readable as long as the bell is on. */
void ih_poll_bell(struct ih_poll *p, int on);

/* Watches a descriptor that only wakes: it is readable for its owner's reasons
** and is never reported. */
int ih_poll_add_waker(struct ih_poll *p, int fd);

/* Waits at most timeout_ms (-1: for ever) and returns how many sockets are
** ready, 0 also for the alarm, the bell, a waker and a signal. */
int ih_poll_wait(struct ih_poll *p, struct ih_poll_event *events, int most,
                 int timeout_ms);

/* Whether the other side of a connection is gone or will send no more, whatever
** is still to be read. */
int ih_poll_is_left(int fd);

/* A descriptor of its own that is readable when a child of this process has
** ended, until it is closed; -1 where the system has none. */
int ih_poll_exit(pid_t pid);

/* Closes it; in a forked child of the process that opened it, what is left of
** it. */
void ih_poll_exit_close(int fd, int is_forked);

static inline int ih_poll_fd(const struct ih_poll *p) {
  return p->_set;
}

#pragma GCC visibility pop

#endif
