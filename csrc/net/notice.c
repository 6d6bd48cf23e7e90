#include "notice.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/buf.h"

struct notice {
  struct ih_notices *group;
  struct notice *next; /* among those that were given */
  int64_t number;
};

struct ih_notices {
  int fd;
  size_t holders; /* the owner, and notices the host may still give */
  int owned;
  int64_t last;
  struct notice *given;
};

static void let_go(struct ih_notices *g) {
  if (--g->holders > 0)
    return;
  close(g->fd);
  free(g);
}

int ih_notices_new(struct ih_notices **out) {
  struct ih_notices *g = calloc(1, sizeof *g);
  *out = NULL;
  if (!g)
    return IH_NOMEM;
  g->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (g->fd < 0) {
    free(g);
    return IH_SYSTEM;
  }
  g->holders = 1;
  g->owned = 1;
  *out = g;
  return IH_OK;
}

int ih_notices_fd(const struct ih_notices *g) {
  return g->fd;
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
  static const uint64_t one = 1;
  struct notice *n = notice;
  struct ih_notices *g = n->group;
  if (g->owned) {
    n->next = g->given;
    g->given = n;
    if (write(g->fd, &one, sizeof one) < 0) {
      /* The counter is full, so it is readable: nothing is lost. */
    }
  } else {
    free(n);
  }
  let_go(g);
}

int64_t ih_notices_take(struct ih_notices *g) {
  struct notice *n = g->given;
  uint64_t count;
  int64_t number;
  if (!n)
    return 0;
  number = n->number;
  g->given = n->next;
  free(n);
  if (!g->given && read(g->fd, &count, sizeof count) < 0) {
    /* Already empty. */
  }
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
