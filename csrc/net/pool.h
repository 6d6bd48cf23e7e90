/*
** How many connections of an engine are open and how many are in use, so that
** libcurl need not look for what is not there.
**
** libcurl (7.88 does) walks through all its connections whenever a request
** starts, for one that is free, and whenever one ends while it keeps too many,
** for the oldest. Among ten thousand that is most of what a transfer costs. So
** beside many others one that starts is told to open its own connection when
** none can be free, and one that ends to close its own when enough are.
**
** Both are a guess that errs on the safe side for few: more may seem free than
** are, while two addresses are tried at once.
*/
#ifndef IH_POOL_H
#define IH_POOL_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Connections kept open for the next request. */
#define IH_POOL_IDLE 100

/* Zero-filled memory has no connections. */
struct ih_pool {
  size_t open;   /* sockets */
  size_t in_use; /* transfers that have one */
};

/* Before the handle of a transfer is given to libcurl. */
void ih_pool_start(struct ih_pool *p, void *easy);

/* It may be about to end. `closes` is what libcurl was told last. */
void ih_pool_ending(const struct ih_pool *p, void *easy, int *closes);

/* A transfer has a socket, or another one, in place of `socket`, which is negative
** for one that has none. */
void ih_pool_has(struct ih_pool *p, int *socket, int fd);

/* It has none any more. */
void ih_pool_left(struct ih_pool *p, int *socket);

#pragma GCC visibility pop

#endif
