/*
** Huffman codes as deflate writes them: made from the length of each symbol's
** code, and read bit by bit, the short ones at once.
*/
#ifndef IH_HUFFMAN_H
#define IH_HUFFMAN_H

#include <stdint.h>

#include "bits.h"

#pragma GCC visibility push(hidden)

#define IH_HUFFMAN_SYMBOLS 288
#define IH_HUFFMAN_LONGEST 15
#define IH_HUFFMAN_SHORT 9 /* bits of codes that are looked up */

/* What is found when there is no symbol. */
#define IH_HUFFMAN_WAITS (-1) /* there are too few bits */
#define IH_HUFFMAN_NONE (-2)  /* no code begins so */

/* How many symbols have each length, and the symbols in the order of their
** codes. */
struct ih_huffman {
  uint16_t _count[IH_HUFFMAN_LONGEST + 1], _symbol[IH_HUFFMAN_SYMBOLS];
  uint16_t _short[1 << IH_HUFFMAN_SHORT]; /* symbol * 16 + length, 0: none */
};

/* From the lengths of n symbols; 0 when they make no code. Only a code of a
** single symbol may leave some unused. */
int ih_huffman_build(struct ih_huffman *h, const unsigned char *lengths,
                     uint32_t n);

/* As ih_huffman_next, of a code that is not short. */
int ih_huffman_next_long(const struct ih_huffman *h, struct ih_bits *bits,
                         struct ih_span *in);

/* Takes the bits of a symbol. Too few of them stay for the next time. While
** nothing is found the code is longer than the bits that are there, so that it
** needs the next byte. */
static inline int ih_huffman_next(const struct ih_huffman *h,
                                  struct ih_bits *bits, struct ih_span *in) {
  do {
    uint32_t found = h->_short[bits->held & ((1 << IH_HUFFMAN_SHORT) - 1)];
    if (found && (found & 15) <= bits->count) {
      ih_bits_take(bits, found & 15);
      return (int)(found >> 4);
    }
    if (bits->count >= IH_HUFFMAN_SHORT)
      return ih_huffman_next_long(h, bits, in);
  } while (ih_bits_has(bits, in, bits->count + 1));
  return IH_HUFFMAN_WAITS;
}

#pragma GCC visibility pop

#endif
