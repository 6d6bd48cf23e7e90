/*
** A transfer whose answer is known already, and which is never sent: its bytes
** come out of memory, cut and timed as marks say, and go the way of those that
** libcurl delivers. So whoever reads it sees no difference: it is held for a slow
** reader and at the end of a step, it can be cancelled, and it may take too long.
** Only the limits of connections and of silence do not hold for it.
*/
#ifndef IH_PLAY_H
#define IH_PLAY_H

#include <stddef.h>
#include <stdint.h>

#include "tape.h"
#include "transfer.h"

#pragma GCC visibility push(hidden)

/* An answer to be played. */
struct ih_played {
  int status;
  struct ih_span head, body; /* header lines as they are sent, decoded bytes */
  const struct ih_mark
      *marks; /* in their order; together as long as the body */
  size_t count;
  uint64_t sent; /* bytes that the request is said to have had */
};

/* Copies what it is given. IH_OK or IH_NOMEM. */
int ih_play_new(struct ih_transfer *t, const struct ih_played *played);
void ih_play_free(struct ih_play *play);

/* Its turn has come: the head is there. */
void ih_play_begin(struct ih_transfer *t, int64_t now);

/* Hands out what is due, as far as that is possible, and ends the transfer behind
** the last byte. */
void ih_play_go(struct ih_transfer *t, int64_t now);

#pragma GCC visibility pop

#endif
