#include "buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

char *ih_buf_grow(struct ih_buf *b, size_t n) {
  size_t len = ih_buf_len(b);
  if (n > SIZE_MAX / 4 - len)
    return NULL;
  if (b->_start >= b->_cap / 2 && len + n <= b->_cap && b->_mem) {
    /* At least half is free in front, so the move is paid for by what was
    ** consumed since the last one. */
    memmove(b->_mem, b->_mem + b->_start, len);
  } else {
    /* Doubling also when a move would do keeps a nearly full buffer from
    ** being copied for every few bytes. */
    size_t cap = b->_cap ? b->_cap * 2 : FIRST_CAPACITY;
    char *mem;
    while (cap < len + n)
      cap *= 2;
    if (b->_start == 0) { /* large memory grows where it is */
      mem = realloc(b->_mem, cap);
      if (!mem)
        return NULL;
    } else {
      mem = malloc(cap);
      if (!mem)
        return NULL;
      if (len) /* then there is memory */
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
        memcpy(mem, b->_mem + b->_start, len);
      free(b->_mem);
    }
    b->_mem = mem;
    b->_cap = cap;
  }
  b->_start = 0;
  b->_end = len;
  return b->_mem + b->_end;
}

int ih_buf_append(struct ih_buf *b, const char *bytes, size_t n) {
  char *to;
  if (n == 0)
    return IH_OK;
  to = ih_buf_reserve(b, n);
  if (!to)
    return IH_NOMEM;
  memcpy(to, bytes, n);
  b->_end += n;
  return IH_OK;
}

int ih_buf_set(struct ih_buf *b, const char *bytes, size_t n) {
  size_t old = ih_buf_len(b);
  int status = ih_buf_append(b, bytes, n);
  if (status == IH_OK)
    ih_buf_consume(b, old);
  return status;
}

void ih_buf_free(struct ih_buf *b) {
  free(b->_mem);
  memset(b, 0, sizeof *b);
}
