/*
** Keeps a broken connection from ending the program.
**
** From 7.87 on libcurl writes to sockets so that no signal comes of it. Before,
** OpenSSL wrote to them itself, and a connection that was gone raised SIGPIPE.
** Between these two calls the signal is held back from this thread, and then
** forgotten if it came; with a newer libcurl they do nothing.
*/
#ifndef IH_SIGPIPE_H
#define IH_SIGPIPE_H

#include <signal.h>

#pragma GCC visibility push(hidden)

struct ih_sigpipe {
  int held, was_pending;
  sigset_t mask; /* of the thread, before */
};

void ih_sigpipe_hold(struct ih_sigpipe *s);

/* The same with every libcurl, around a write of our own. */
void ih_sigpipe_block(struct ih_sigpipe *s);

void ih_sigpipe_release(struct ih_sigpipe *s);

#pragma GCC visibility pop

#endif
