#include "tape.h"

static void lose(struct ih_tape *tape) {
  ih_tape_free(tape);
  tape->lost = 1;
}

void ih_tape_add(struct ih_tape *tape, int64_t at, const char *bytes,
                 size_t n) {
  struct ih_mark mark = {at, n};
  if (tape->lost || n == 0)
    return;
  if (n > tape->most - ih_buf_len(&tape->bytes) ||
      ih_buf_append(&tape->bytes, bytes, n) < 0 ||
      ih_buf_append(&tape->marks, (const char *)&mark, sizeof mark) < 0)
    lose(tape);
}

void ih_tape_free(struct ih_tape *tape) {
  ih_buf_free(&tape->bytes);
  ih_buf_free(&tape->marks);
}
