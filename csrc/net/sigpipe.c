#include "sigpipe.h"

#include <pthread.h>

#include "global.h"

static int is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void ih_sigpipe_block(struct ih_sigpipe *s) {
  sigset_t pipe;
  s->held = 1;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  s->was_pending = is_pending();
  pthread_sigmask(SIG_BLOCK, &pipe, &s->mask);
}

void ih_sigpipe_hold(struct ih_sigpipe *s) {
  s->held = 0;
  if (ih_global_has_sigpipe())
    ih_sigpipe_block(s);
}

void ih_sigpipe_release(struct ih_sigpipe *s) {
  sigset_t pipe;
  int got;
  if (!s->held)
    return;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  if (!s->was_pending && is_pending())
    sigwait(&pipe, &got);
  pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
}
