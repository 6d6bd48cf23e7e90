/*
** A descriptor that is readable from when it is rung until it is stilled, for a
** poll set or the host's loop to watch.
**
** The build chooses between two: bell_eventfd.c where there are such
** descriptors, and bell_pipe.c elsewhere. To ring is safe in a signal handler.
*/
#ifndef IH_BELL_H
#define IH_BELL_H

#pragma GCC visibility push(hidden)

struct ih_bell {
  int fd;    /* to watch; -1: closed */
  int _ring; /* where to write */
};

#define IH_NO_BELL                                                             \
  { -1, -1 }

/* IH_OK, or IH_SYSTEM with errno. */
int ih_bell_open(struct ih_bell *b);

/* However often: it is readable once. errno stays. */
void ih_bell_ring(const struct ih_bell *b);

void ih_bell_still(const struct ih_bell *b);

void ih_bell_close(struct ih_bell *b);

#pragma GCC visibility pop

#endif
