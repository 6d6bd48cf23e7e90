#include "sigpipe.h"

#include <pthread.h>

#include "global.h"

static int is_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void ih_sigpipe_hold(struct ih_sigpipe *s) {
  sigset_t pipe;
  s->held = ih_global_has_sigpipe();
  if (!s->held)
    return;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  s->was_pending = is_pending();
  pthread_sigmask(SIG_BLOCK, &pipe, &s->mask);
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
