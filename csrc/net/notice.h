/*
** Learns from a C callback of the host that something of the host's has ended,
** as a request of nginx does without a word to Lua.
**
** A group hands out notices, each with a number and a callback for the host. The
** host calls it once; from then on the group's descriptor is readable until
** ih_notices_take has told the number. Callback and group may be given up in any
** order: the last one frees. All in one thread.
*/
#ifndef IH_NOTICE_H
#define IH_NOTICE_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ih_notices;

/* IH_OK; IH_NOMEM; IH_SYSTEM with errno. */
int ih_notices_new(struct ih_notices **out);

/* No more notices will be taken. */
void ih_notices_free(struct ih_notices *g);

int ih_notices_fd(const struct ih_notices *g);

/* The argument for ih_notice_give, which belongs to the host from now on, and
** its number; NULL without memory. */
void *ih_notice_new(struct ih_notices *g, int64_t *number);

/* The callback. */
void ih_notice_give(void *notice);

/* The number of a notice that was given and not yet taken; 0 for none. */
int64_t ih_notices_take(struct ih_notices *g);

#pragma GCC visibility pop

#endif
