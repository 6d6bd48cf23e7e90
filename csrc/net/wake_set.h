/*
** What the thread of wake.h waits for: that a descriptor is readable, that the
** host has hung up its connection, or that it is told to stop.
**
** A descriptor that was readable is not looked at until it is armed again, and
** then told of at once if it is readable. The build chooses between
** wake_epoll.c and wake_kqueue.c. Functions that return int give IH_OK, or
** IH_SYSTEM with errno, unless they say something else.
*/
#ifndef IH_WAKE_SET_H
#define IH_WAKE_SET_H

#include <sys/types.h>

#pragma GCC visibility push(hidden)

struct ih_wake_set {
  int _set, _stop; /* of the back end */
  pid_t _owner;    /* of a set that forks do not inherit */
};

int ih_wake_set_open(struct ih_wake_set *s);

/* In a forked child this leaves the parent's set as it is. */
void ih_wake_set_close(struct ih_wake_set *s);

/* Watches both; a connection that is closed is watched no more. */
int ih_wake_set_watch(struct ih_wake_set *s, int fd, int connection);

/* The descriptor is not watched any more. errno stays. */
void ih_wake_set_unwatch(struct ih_wake_set *s, int fd);

/* The descriptor was attended to. */
void ih_wake_set_rearm(struct ih_wake_set *s, int fd);

/* Waits. 1: the descriptor is readable; 0: it is over. */
int ih_wake_set_wait(struct ih_wake_set *s);

/* It is over, now or at the next wait. */
void ih_wake_set_stop(struct ih_wake_set *s);

#pragma GCC visibility pop

#endif
