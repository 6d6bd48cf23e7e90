/*
** A growable run of bytes: append at the end, consume at the front.
**
** Zero-filled memory is an empty buffer. Appending is linear in total: bytes
** are moved or copied only when the memory doubles or half of it lies unused
** in front. A span from ih_buf_bytes stays valid until the next append,
** reserve or free; consuming does not move anything.
**
** This header also holds the one status enumeration of the C core: values
** >= 0 are progress, negatives are errors.
*/
#ifndef IH_BUF_H
#define IH_BUF_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

enum ih_status {
  IH_OK = 0,
  IH_NOMEM = -1, /* an allocation failed; the object is unchanged */
  IH_LIMIT = -2, /* a size limit was passed */
  IH_SYSTEM = -3 /* the operating system refused; errno says why */
};

struct ih_span {
  const char *ptr;
  size_t len;
};

struct ih_buf {
  char *_mem;
  size_t _start, _end, _cap;
};

static inline size_t ih_buf_len(const struct ih_buf *b) {
  return b->_end - b->_start;
}

static inline const char *ih_buf_bytes(const struct ih_buf *b) {
  return b->_mem ? b->_mem + b->_start : "";
}

static inline struct ih_span ih_buf_span(const struct ih_buf *b) {
  struct ih_span span = {ih_buf_bytes(b), ih_buf_len(b)};
  return span;
}

/* Keeps the memory for what comes next. */
static inline void ih_buf_clear(struct ih_buf *b) {
  b->_start = b->_end = 0;
}

/* Drops n bytes at the front; n is at most the length. */
static inline void ih_buf_consume(struct ih_buf *b, size_t n) {
  b->_start += n;
  if (b->_start == b->_end)
    b->_start = b->_end = 0;
}

/* Drops n bytes at the end; n is at most the length. */
static inline void ih_buf_chop(struct ih_buf *b, size_t n) {
  b->_end -= n;
}

/* Exchanges contents and memory. */
static inline void ih_buf_swap(struct ih_buf *a, struct ih_buf *b) {
  struct ih_buf other = *a;
  *a = *b;
  *b = other;
}

/* What ih_buf_reserve does where there is no room. */
char *ih_buf_grow(struct ih_buf *b, size_t n);

/* Makes room for n more bytes and returns where they go, NULL when out of
** memory. ih_buf_extend then takes in what was written there. */
static inline char *ih_buf_reserve(struct ih_buf *b, size_t n) {
  return b->_mem && b->_cap - b->_end >= n ? b->_mem + b->_end
                                           : ih_buf_grow(b, n);
}

static inline void ih_buf_extend(struct ih_buf *b, size_t n) {
  b->_end += n;
}

/* IH_OK or IH_NOMEM. */
int ih_buf_append(struct ih_buf *b, const char *bytes, size_t n);

/* Replaces the contents. IH_OK or IH_NOMEM. */
int ih_buf_set(struct ih_buf *b, const char *bytes, size_t n);

/* Gives the memory back; the buffer is empty and usable afterwards. */
void ih_buf_free(struct ih_buf *b);

#pragma GCC visibility pop

#endif
