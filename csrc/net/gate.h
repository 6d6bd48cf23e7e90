/*
** A gate: how many transfers of one owner run at the same time. The others wait
** in front of it, the first to come the first to pass; an engine hands them to
** libcurl when they have passed, and not before.
**
** The owner and each transfer that came to it hold a gate; it is freed when the
** last of them lets go. In a forked child it begins anew: what was in front of
** it or had passed belongs to the parent.
*/
#ifndef IH_GATE_H
#define IH_GATE_H

#include "../core/queue.h"

#pragma GCC visibility push(hidden)

struct ih_gate;

/* NULL when there is no memory. `most` is 1 or more. The caller holds it. */
struct ih_gate *ih_gate_new(size_t most);

void ih_gate_hold(struct ih_gate *g);
void ih_gate_drop(struct ih_gate *g); /* NULL is fine */

int ih_gate_is_full(struct ih_gate *g);

/* Whether it passes at once; else it waits in the gate's queue, which it may
** leave any time. */
int ih_gate_enter(struct ih_gate *g, struct ih_link *link);

/* One that passed is over. Returns the one that passes in its place, NULL when
** none waits. */
struct ih_link *ih_gate_leave(struct ih_gate *g);

#pragma GCC visibility pop

#endif
