#include "gate.h"

#include <stdlib.h>
#include <unistd.h>

struct ih_gate {
  pid_t pid;
  struct ih_queue waiting;
  size_t most, inside;
  size_t holders;
};

struct ih_gate *ih_gate_new(size_t most) {
  struct ih_gate *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  g->pid = getpid();
  g->most = most;
  g->holders = 1;
  return g;
}

void ih_gate_hold(struct ih_gate *g) {
  g->holders++;
}

void ih_gate_drop(struct ih_gate *g) {
  if (g && --g->holders == 0)
    free(g);
}

/* In a forked child all that passed or wait are the parent's. */
static void settle_fork(struct ih_gate *g) {
  struct ih_link *link;
  if (g->pid == getpid())
    return;
  g->pid = getpid();
  g->inside = 0;
  while ((link = ih_queue_first(&g->waiting)))
    ih_queue_leave(link);
}

int ih_gate_is_full(struct ih_gate *g) {
  settle_fork(g);
  return g->inside == g->most;
}

int ih_gate_enter(struct ih_gate *g, struct ih_link *link) {
  if (ih_gate_is_full(g)) {
    ih_queue_push(&g->waiting, link);
    return 0;
  }
  g->inside++;
  return 1;
}

struct ih_link *ih_gate_leave(struct ih_gate *g) {
  struct ih_link *next = ih_queue_first(&g->waiting);
  if (next)
    ih_queue_leave(next);
  else
    g->inside--;
  return next;
}
