#include "deflate.h"

#include <string.h>

#define MASK (IH_DEFLATE_WINDOW - 1)

#define END_OF_BLOCK 256

/* In the order in which they can follow each other. */
enum state {
  BLOCK,
  STORED_SIZE,
  STORED,
  TABLE,
  TABLE_CODES,
  TABLE_LENGTHS,
  TABLE_REPEAT,
  SYMBOL,
  LENGTH,
  DISTANCE,
  DISTANCE_BITS,
  COPY
};

static enum ih_went go(struct ih_deflate *d, enum state state) {
  d->_state = state;
  return IH_GOES_ON;
}

static enum ih_went begin_fixed(struct ih_deflate *d) {
  memset(d->_code, 8, 144);
  memset(d->_code + 144, 9, 112);
  memset(d->_code + 256, 7, 24);
  memset(d->_code + 280, 8, 8);
  ih_huffman_build(&d->_literals, d->_code, 288);
  memset(d->_code, 5, 32);
  /* Two of the 32 are never used, but make the code complete. */
  ih_huffman_build(&d->_distances, d->_code, 32);
  return go(d, SYMBOL);
}

static enum ih_went begin_block(struct ih_deflate *d, struct ih_bits *bits,
                                struct ih_span *in) {
  if (d->_final) {
    ih_bits_to_byte(bits);
    return IH_ENDS;
  }
  if (!ih_bits_has(bits, in, 3))
    return IH_WAITS;
  d->_final = (int)ih_bits_take(bits, 1);
  switch (ih_bits_take(bits, 2)) {
  case 0:
    ih_bits_to_byte(bits);
    return go(d, STORED_SIZE);
  case 1:
    return begin_fixed(d);
  case 2:
    return go(d, TABLE);
  default:
    return IH_FAILS;
  }
}

/* A number, and the same with every bit turned. */
static enum ih_went stored_size(struct ih_deflate *d, struct ih_bits *bits,
                                struct ih_span *in) {
  uint32_t word;
  if (!ih_bits_has(bits, in, 32))
    return IH_WAITS;
  word = ih_bits_take_word(bits);
  d->_left = word & 0xffff;
  return (word >> 16 ^ 0xffff) == d->_left ? go(d, STORED) : IH_FAILS;
}

static void put(struct ih_deflate *d, struct ih_sink *to, unsigned char byte) {
  d->_window[d->_at & MASK] = byte;
  /* Above the window's size it only tells that the window is full. */
  d->_at =
      d->_at == 3 * IH_DEFLATE_WINDOW - 1 ? 2 * IH_DEFLATE_WINDOW : d->_at + 1;
  to->bytes[to->made++] = byte;
}

static enum ih_went stored(struct ih_deflate *d, struct ih_bits *bits,
                           struct ih_span *in, struct ih_sink *to) {
  for (; d->_left; d->_left--) {
    if (to->made == to->room || !ih_bits_has(bits, in, 8))
      return IH_WAITS;
    put(d, to, (unsigned char)ih_bits_take(bits, 8));
  }
  return go(d, BLOCK);
}

static enum ih_went table(struct ih_deflate *d, struct ih_bits *bits,
                          struct ih_span *in) {
  if (!ih_bits_has(bits, in, 14))
    return IH_WAITS;
  d->_n_lengths = ih_bits_take(bits, 5) + 257;
  d->_n_distances = ih_bits_take(bits, 5) + 1;
  d->_n_codes = ih_bits_take(bits, 4) + 4;
  d->_left = 0;
  memset(d->_code, 0, sizeof d->_code);
  return d->_n_lengths > 286 || d->_n_distances > 30 ? IH_FAILS
                                                     : go(d, TABLE_CODES);
}

static enum ih_went table_codes(struct ih_deflate *d, struct ih_bits *bits,
                                struct ih_span *in) {
  static const unsigned char order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
  for (; d->_left < d->_n_codes; d->_left++) {
    if (!ih_bits_has(bits, in, 3))
      return IH_WAITS;
    d->_code[order[d->_left]] = (unsigned char)ih_bits_take(bits, 3);
  }
  if (!ih_huffman_build(&d->_literals, d->_code, 19))
    return IH_FAILS;
  d->_left = 0;
  return go(d, TABLE_LENGTHS);
}

static enum ih_went end_table(struct ih_deflate *d) {
  return d->_code[END_OF_BLOCK] &&
                 ih_huffman_build(&d->_literals, d->_code, d->_n_lengths) &&
                 ih_huffman_build(&d->_distances, d->_code + d->_n_lengths,
                                  d->_n_distances)
             ? go(d, SYMBOL)
             : IH_FAILS;
}

static enum ih_went table_lengths(struct ih_deflate *d, struct ih_bits *bits,
                                  struct ih_span *in) {
  while (d->_left < d->_n_lengths + d->_n_distances) {
    int symbol = ih_huffman_next(&d->_literals, bits, in);
    if (symbol < 0)
      return symbol == IH_HUFFMAN_WAITS ? IH_WAITS : IH_FAILS;
    if (symbol >= 16) {
      d->_symbol = (uint32_t)symbol;
      return go(d, TABLE_REPEAT);
    }
    d->_code[d->_left++] = (unsigned char)symbol;
  }
  return end_table(d);
}

/* The last length, or none, a few times more. */
static enum ih_went table_repeat(struct ih_deflate *d, struct ih_bits *bits,
                                 struct ih_span *in) {
  uint32_t extra = d->_symbol == 16 ? 2 : d->_symbol == 17 ? 3 : 7;
  uint32_t times = d->_symbol == 18 ? 11 : 3;
  if (!ih_bits_has(bits, in, extra))
    return IH_WAITS;
  times += ih_bits_take(bits, extra);
  if ((d->_symbol == 16 && d->_left == 0) ||
      d->_left + times > d->_n_lengths + d->_n_distances)
    return IH_FAILS;
  for (; times; times--, d->_left++)
    d->_code[d->_left] = d->_symbol == 16 ? d->_code[d->_left - 1] : 0;
  return go(d, TABLE_LENGTHS);
}

static enum ih_went symbols(struct ih_deflate *d, struct ih_bits *bits,
                            struct ih_span *in, struct ih_sink *to) {
  while (to->made < to->room) {
    int symbol = ih_huffman_next(&d->_literals, bits, in);
    if (symbol < 0)
      return symbol == IH_HUFFMAN_WAITS ? IH_WAITS : IH_FAILS;
    if (symbol == END_OF_BLOCK)
      return go(d, BLOCK);
    if (symbol > END_OF_BLOCK) {
      d->_symbol = (uint32_t)symbol - END_OF_BLOCK - 1;
      return d->_symbol < 29 ? go(d, LENGTH) : IH_FAILS;
    }
    put(d, to, (unsigned char)symbol);
  }
  return IH_WAITS;
}

static enum ih_went length(struct ih_deflate *d, struct ih_bits *bits,
                           struct ih_span *in) {
  static const unsigned char base[29] = {
      3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 0};
  static const unsigned char extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
                                          1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
                                          4, 4, 4, 4, 5, 5, 5, 5, 0};
  if (!ih_bits_has(bits, in, extra[d->_symbol]))
    return IH_WAITS;
  /* The last one, 258, has no room in a byte. */
  d->_left = d->_symbol == 28
                 ? 258
                 : base[d->_symbol] + ih_bits_take(bits, extra[d->_symbol]);
  return go(d, DISTANCE);
}

static enum ih_went distance(struct ih_deflate *d, struct ih_bits *bits,
                             struct ih_span *in) {
  int symbol = ih_huffman_next(&d->_distances, bits, in);
  if (symbol == IH_HUFFMAN_WAITS)
    return IH_WAITS;
  if (symbol < 0 || symbol >= 30)
    return IH_FAILS;
  d->_symbol = (uint32_t)symbol;
  return go(d, DISTANCE_BITS);
}

static enum ih_went distance_bits(struct ih_deflate *d, struct ih_bits *bits,
                                  struct ih_span *in) {
  uint32_t extra = d->_symbol < 4 ? 0 : d->_symbol / 2 - 1;
  uint32_t base =
      d->_symbol < 4 ? d->_symbol + 1 : ((2 + (d->_symbol & 1)) << extra) + 1;
  if (!ih_bits_has(bits, in, extra))
    return IH_WAITS;
  d->_distance = base + ih_bits_take(bits, extra);
  return d->_distance > d->_at ? IH_FAILS : go(d, COPY);
}

static enum ih_went copy(struct ih_deflate *d, struct ih_sink *to) {
  for (; d->_left; d->_left--) {
    if (to->made == to->room)
      return IH_WAITS;
    put(d, to, d->_window[(d->_at - d->_distance) & MASK]);
  }
  return go(d, SYMBOL);
}

static enum ih_went step(struct ih_deflate *d, struct ih_bits *bits,
                         struct ih_span *in, struct ih_sink *to) {
  switch (d->_state) {
  case BLOCK:
    return begin_block(d, bits, in);
  case STORED_SIZE:
    return stored_size(d, bits, in);
  case STORED:
    return stored(d, bits, in, to);
  case TABLE:
    return table(d, bits, in);
  case TABLE_CODES:
    return table_codes(d, bits, in);
  case TABLE_LENGTHS:
    return table_lengths(d, bits, in);
  case TABLE_REPEAT:
    return table_repeat(d, bits, in);
  case SYMBOL:
    return symbols(d, bits, in, to);
  case LENGTH:
    return length(d, bits, in);
  case DISTANCE:
    return distance(d, bits, in);
  case DISTANCE_BITS:
    return distance_bits(d, bits, in);
  case COPY:
    return copy(d, to);
  default:
    return IH_FAILS;
  }
}

void ih_deflate_begin(struct ih_deflate *d) {
  d->_state = BLOCK;
  d->_final = 0;
  d->_at = 0;
}

enum ih_went ih_deflate_read(struct ih_deflate *d, struct ih_bits *bits,
                             struct ih_span *in, struct ih_sink *to) {
  enum ih_went went = IH_GOES_ON;
  while (went == IH_GOES_ON)
    went = step(d, bits, in, to);
  return went;
}
