/*
** The engine: any number of transfers behind one descriptor.
**
** The descriptor is readable whenever there is something to do, timers
** included; then call ih_engine_step: see step.h. Between steps nothing
** happens: no thread, no signal, no callback into the host. A step is bounded
** in time and bytes, so one busy transfer cannot starve the loop it runs in,
** and whatever it left undone keeps the descriptor readable.
**
** A transfer belongs to the caller from ih_engine_submit to ih_engine_release,
** also after the engine has closed. In between the engine drives it and reports
** it as ready when its head is complete, when bytes arrived, and when it ended.
**
** An engine belongs to the process that made it. In a forked child every
** function returns IH_FORKED or does nothing, and no socket is touched, because
** parent and child share them.
*/
#ifndef IH_ENGINE_H
#define IH_ENGINE_H

#include "request.h"

#pragma GCC visibility push(hidden)

#define IH_FORKED (-4)

#define IH_QUEUE_BYTES ((size_t)512 * 1024)

struct ih_engine;

/* IH_OK; IH_NOMEM; IH_SYSTEM with errno. */
int ih_engine_new(struct ih_engine **out);

/* Ends every transfer and gives all resources back. In a forked child the
** parent's connections are left alone, and so is the memory that libcurl holds
** for them. */
void ih_engine_free(struct ih_engine *e);

int ih_engine_fd(const struct ih_engine *e);
int ih_engine_is_forked(const struct ih_engine *e);

/* The token of the first of the transfers with news, in the order the news came,
** and after those of the children (see child.h); 0 when there is none. It stays
** the first until ih_engine_told takes it away. */
int64_t ih_engine_ready(const struct ih_engine *e);

/* The news of what has this token was delivered. */
void ih_engine_told(struct ih_engine *e, int64_t token);

/* Begins a transfer; copies everything it is given. IH_OK, or with *out NULL
** IH_NOMEM, IH_FORKED, or IH_SYSTEM with errno for a file of the form. */
int ih_engine_submit(struct ih_engine *e, const struct ih_request_options *o,
                     struct ih_transfer **out);

/* Takes bytes for the fed part of the form; NULL marks its end. IH_OK, also when
** nothing is wanted any more, or IH_NOMEM. */
int ih_engine_feed(struct ih_engine *e, struct ih_transfer *t,
                   const char *bytes, size_t n);

/* The reader consumed bytes of t->in: a transfer held for it may go on. */
void ih_engine_drained(struct ih_engine *e, struct ih_transfer *t);

/* What the reader of a paced transfer found in its bytes means something: see
** deadline.h. */
void ih_engine_heard(struct ih_transfer *t);

/* The reader of a paced transfer has looked at its bytes and waits for more. */
void ih_engine_seen(struct ih_transfer *t);

/* Reads a paced transfer whole after all: what waits for a reader is bounded by
** max_bytes from now on. */
void ih_engine_unpace(struct ih_engine *e, struct ih_transfer *t);

/* Ends a transfer; one that is over is left as it is. */
void ih_engine_cancel(struct ih_engine *e, struct ih_transfer *t);

/* Ends a transfer `span` nanoseconds from now at the latest, and never later
** than its total time; the last call counts. It was left to itself, and counts no
** more for its gate. */
void ih_engine_limit(struct ih_engine *e, struct ih_transfer *t, int64_t span);

/* Cancels and frees. `e` may be NULL when the engine is gone. */
void ih_engine_release(struct ih_engine *e, struct ih_transfer *t);

/* The descriptor also becomes readable `delay` nanoseconds from now; negative:
** no longer. One alarm per engine, for the timers of the host. */
void ih_engine_alarm(struct ih_engine *e, int64_t delay);

/* How many transfers are not over. */
size_t ih_engine_running(const struct ih_engine *e);

/* Whether a step may bring news: a transfer runs, a child is wanted, or news of
** one was not delivered. */
int ih_engine_is_busy(const struct ih_engine *e);

/* Wakes the engine's waits while `fd` is readable. */
int ih_engine_add_waker(struct ih_engine *e, int fd);

#pragma GCC visibility pop

#endif
