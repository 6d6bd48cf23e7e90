#include "rest.h"

#include <stddef.h>
#include <string.h>

/* A few wake-ups in vain are nothing. */
#define PATIENCE 4

#define MOMENT ((int64_t)10 * 1000 * 1000)

static struct ih_rest *find(struct ih_rests *rests, int key) {
  int i;
  for (i = 0; i < IH_RESTS; i++)
    if (rests->all[i].fd == key)
      return &rests->all[i];
  return NULL;
}

static void watch_again(struct ih_rest *rest, struct ih_poll *poll) {
  rest->until = 0;
  ih_poll_watch(poll, rest->fd - 1, rest->what, 1);
}

void ih_rest_served(struct ih_rests *rests, struct ih_poll *poll, int fd,
                    int what, int in_vain) {
  struct ih_rest *rest = find(rests, fd + 1);
  if (!in_vain || what != IH_WRITE) {
    if (rest && rest->until)
      watch_again(rest, poll);
    if (rest && !in_vain)
      memset(rest, 0, sizeof *rest);
    return;
  }
  rest = rest ? rest : find(rests, 0);
  if (!rest)
    return;
  if (rest->fd == 0) { /* what it waits for is not known yet */
    rest->fd = fd + 1;
    rest->what = IH_READ | IH_WRITE;
  }
  if (++rest->in_vain < PATIENCE)
    return;
  if (ih_poll_watch(poll, fd, IH_READ, 1) == 0)
    rest->until = ih_poll_now() + MOMENT;
}

void ih_rest_watched(struct ih_rests *rests, int fd, int what) {
  struct ih_rest *rest = find(rests, fd + 1);
  if (rest && what & IH_WRITE) {
    rest->what = what;
    rest->until = 0;
  } else if (rest) {
    memset(rest, 0, sizeof *rest);
  }
}

int64_t ih_rest_over(struct ih_rests *rests, struct ih_poll *poll,
                     int64_t now) {
  int64_t next = 0;
  int i;
  for (i = 0; i < IH_RESTS; i++) {
    struct ih_rest *rest = &rests->all[i];
    if (rest->until && rest->until <= now)
      watch_again(rest, poll);
    if (rest->until && (!next || rest->until < next))
      next = rest->until;
  }
  return next;
}

int ih_rest_is(const struct ih_rests *rests, int fd) {
  int i;
  for (i = 0; i < IH_RESTS; i++)
    if (rests->all[i].fd == fd + 1)
      return rests->all[i].in_vain >= PATIENCE;
  return 0;
}
