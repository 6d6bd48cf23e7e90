/*
** Bits of bytes that come in pieces, the lowest bit of a byte first.
**
** No byte is read before a bit of it is needed: what follows the data stays
** where it is. Zero-filled memory holds none.
*/
#ifndef IH_BITS_H
#define IH_BITS_H

#include <stdint.h>

#include "buf.h"

struct ih_bits {
  uint32_t held, count; /* read and not used */
};

/* Whether at least n bits are there: 24 at most, or 32 where a byte begins. */
static inline int ih_bits_has(struct ih_bits *b, struct ih_span *in,
                              uint32_t n) {
  while (b->count < n) {
    if (in->len == 0)
      return 0;
    b->held |= (uint32_t)(unsigned char)*in->ptr << b->count;
    b->count += 8;
    in->ptr++;
    in->len--;
  }
  return 1;
}

/* Takes n bits that are there, 24 at most. */
static inline uint32_t ih_bits_take(struct ih_bits *b, uint32_t n) {
  uint32_t value = b->held & ((1u << n) - 1);
  b->held >>= n;
  b->count -= n;
  return value;
}

/* Takes the 32 bits that are there. */
static inline uint32_t ih_bits_take_word(struct ih_bits *b) {
  uint32_t value = b->held;
  b->held = b->count = 0;
  return value;
}

/* Drops what is left of a byte that was begun. */
static inline void ih_bits_to_byte(struct ih_bits *b) {
  ih_bits_take(b, b->count & 7);
}

#endif
