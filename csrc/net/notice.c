#include "notice.h"

#include <stdlib.h>

#include "../core/buf.h"
#include "bell.h"

struct notice {
  struct ih_notices *group;
  struct notice *next; /* among those that were given */
  int64_t number;
};

struct ih_notices {
  struct ih_bell bell;
  size_t holders; /* the owner, and notices the host may still give */
  int owned;
  int64_t last;
  struct notice *given;
};

static void let_go(struct ih_notices *g) {
  if (--g->holders > 0)
    return;
  ih_bell_close(&g->bell);
  free(g);
}

int ih_notices_new(struct ih_notices **out) {
  struct ih_notices *g = calloc(1, sizeof *g);
  *out = NULL;
  if (!g)
    return IH_NOMEM;
  if (ih_bell_open(&g->bell) < 0) {
    free(g);
    return IH_SYSTEM;
  }
  g->holders = 1;
  g->owned = 1;
  *out = g;
  return IH_OK;
}

int ih_notices_fd(const struct ih_notices *g) {
  return g->bell.fd;
}

void *ih_notice_new(struct ih_notices *g, int64_t *number) {
  struct notice *n = malloc(sizeof *n);
  if (!n)
    return NULL;
  n->group = g;
  n->next = NULL;
  n->number = *number = ++g->last;
  g->holders++;
  return n;
}

void ih_notice_give(void *notice) {
  struct notice *n = notice;
  struct ih_notices *g = n->group;
  if (g->owned) {
    n->next = g->given;
    g->given = n;
    ih_bell_ring(&g->bell);
  } else {
    free(n);
  }
  let_go(g);
}

int64_t ih_notices_take(struct ih_notices *g) {
  struct notice *n = g->given;
  int64_t number;
  if (!n)
    return 0;
  number = n->number;
  g->given = n->next;
  free(n);
  if (!g->given)
    ih_bell_still(&g->bell);
  return number;
}

void ih_notices_free(struct ih_notices *g) {
  if (!g)
    return;
  while (ih_notices_take(g) != 0)
    ;
  g->owned = 0;
  let_go(g);
}
