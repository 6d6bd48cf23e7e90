/*
** The timeouts of a transfer. Only that of connecting is libcurl's.
**
** While nothing arrives that means something, time runs out twice: silence is
** bounded by `idle`, and comments and blanks, after which silence begins anew,
** by `first_byte`. Bytes that wait for a slow reader, and a transfer that is
** held, stop the second clock.
*/
#ifndef IH_DEADLINE_H
#define IH_DEADLINE_H

#include "transfer.h"

#pragma GCC visibility push(hidden)

/* Looks at the clock: sets t->end when a timeout has passed. Returns when to
** look again, 0 for never. */
int64_t ih_deadline_check(struct ih_transfer *t, int64_t now);

/* Keeps account of whose the wait is: after bytes came or were read, and after
** the transfer was held or goes on. */
void ih_deadline_settle(struct ih_transfer *t, int64_t now);

/* What was read meant something. */
void ih_deadline_heard(struct ih_transfer *t, int64_t now);

#pragma GCC visibility pop

#endif
