#include "gate.h"

#include <stdlib.h>

struct ih_gate {
  struct ih_queue waiting;
  size_t most, inside;
  size_t holders;
};

struct ih_gate *ih_gate_new(size_t most) {
  struct ih_gate *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
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

int ih_gate_enter(struct ih_gate *g, struct ih_link *link) {
  if (g->inside == g->most) {
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
