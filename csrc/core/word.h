/*
** Eight bytes at a time: a word, whose lowest byte is the first on any machine.
**
** A mark of a byte is its highest bit. Most functions that mark may also mark
** bytes behind the first one that they should, never before it.
*/
#ifndef IH_WORD_H
#define IH_WORD_H

#include <stdint.h>

#define IH_WORD_ONES ((uint64_t)0x0101010101010101)
#define IH_WORD_MARKS (IH_WORD_ONES * 0x80)

static inline uint64_t ih_word_load(const char *at) {
  const unsigned char *byte = (const unsigned char *)at;
  return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 |
         (uint64_t)byte[3] << 24 | (uint64_t)byte[4] << 32 |
         (uint64_t)byte[5] << 40 | (uint64_t)byte[6] << 48 |
         (uint64_t)byte[7] << 56;
}

/* Marks bytes below a limit of at most 0x80; those from 0x80 on are none. */
static inline uint64_t ih_word_below(uint64_t word, unsigned limit) {
  return (word - IH_WORD_ONES * limit) & ~word & IH_WORD_MARKS;
}

/* Marks bytes that are this one, which is below 0x80. */
static inline uint64_t ih_word_equal(uint64_t word, unsigned byte) {
  return ih_word_below(word ^ IH_WORD_ONES * byte, 1);
}

/* The same, and marks no other bytes. */
static inline uint64_t ih_word_exactly(uint64_t word, unsigned byte) {
  uint64_t others = word ^ IH_WORD_ONES * byte;
  others |= (others & ~IH_WORD_MARKS) + ~IH_WORD_MARKS;
  return ~others & IH_WORD_MARKS;
}

/* How many bytes stand before the first that is marked; one is. */
static inline unsigned ih_word_first(uint64_t marks) {
  return (unsigned)__builtin_ctzll(marks) / 8;
}

#endif
