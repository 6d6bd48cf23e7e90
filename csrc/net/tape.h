/*
** A copy of a body as it is handed out, with a mark for each time that some of it
** arrived: when, and how much. So it can be played another time: see play.h.
**
** A copy that would become too large, or for which there is no memory, is lost;
** the transfer goes on all the same. Zero-filled memory is a tape that is off.
*/
#ifndef IH_TAPE_H
#define IH_TAPE_H

#include <stdint.h>

#include "../core/buf.h"

#pragma GCC visibility push(hidden)

struct ih_mark {
  int64_t at; /* nanoseconds since the transfer began */
  size_t n;
};

struct ih_tape {
  size_t most; /* bytes of the copy, 0: it is off */
  int lost;
  struct ih_buf bytes, marks;
};

static inline size_t ih_tape_marks(const struct ih_tape *tape) {
  return ih_buf_len(&tape->marks) / sizeof(struct ih_mark);
}

/* n bytes have arrived. */
void ih_tape_add(struct ih_tape *tape, int64_t at, const char *bytes, size_t n);

void ih_tape_free(struct ih_tape *tape);

#pragma GCC visibility pop

#endif
