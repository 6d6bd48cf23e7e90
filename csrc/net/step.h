/*
** A step of the engine: all that libcurl does, a bounded share at a time.
**
** It takes up what was held, hands what was submitted to libcurl, serves
** sockets and timers until its time or its bytes are spent, and ends what is
** complete and what has run out of time. What it leaves undone keeps the
** descriptor of the engine readable.
*/
#ifndef IH_STEP_H
#define IH_STEP_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ih_engine;

/* What a host takes that has no other wishes. */
#define IH_STEP_SECONDS 0.004
#define IH_STEP_BYTES ((size_t)128 * 1024)

/* Works for at most `budget` nanoseconds and `bytes` bytes of bodies, after
** waiting at most `wait` nanoseconds (0: not at all) for something to do. A
** signal ends the wait. IH_OK or IH_FORKED. */
int ih_engine_step(struct ih_engine *e, int64_t budget, size_t bytes,
                   int64_t wait);

#pragma GCC visibility pop

#endif
