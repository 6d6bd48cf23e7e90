/*
** Inflate: compressed bytes in any pieces become the bytes they stand for.
**
** Reads gzip (RFC 1952, members one after the other, too), zlib (RFC 1950) and
** bare deflate data (RFC 1951). Which of them it is, the first two bytes decide
** and not the caller, who only says whether it may be bare: that has no mark of
** its own. Data that is nothing of the kind is handed out as it is, because
** servers name encodings that they did not use.
**
** Whatever has arrived is decoded, whole or not, so that what a sender flushed
** can be read at once. No more is written than there is room for, so what came
** in small and goes out large is bounded by the caller. Checksums are checked.
** Nothing is allocated: an ih_inflate is some 40 KB. One that is filled with
** zeros is fresh.
*/
#ifndef IH_INFLATE_H
#define IH_INFLATE_H

#include <stdint.h>

#include "bits.h"
#include "buf.h"
#include "deflate.h"

#pragma GCC visibility push(hidden)

#define IH_INFLATE_BROKEN (-5) /* the data contradicts itself */

struct ih_inflate {
  int may_be_bare; /* set by the caller before the first byte */

  int _state, _wrap;
  uint32_t _left;  /* of what the state counts */
  uint32_t _flags; /* of a gzip member */
  uint32_t _sum, _size;
  struct ih_bits _bits;
  struct ih_deflate _data;
};

/* Takes bytes from the front of *in and writes at most `room` decoded ones.
** With *made less than `room` all of *in is used. IH_OK, or IH_INFLATE_BROKEN,
** which every later call returns again. */
int ih_inflate(struct ih_inflate *z, struct ih_span *in, char *out, size_t room,
               size_t *made);

/* Whether it may end here: nothing came, or all that was begun is complete. */
int ih_inflate_is_whole(const struct ih_inflate *z);

#pragma GCC visibility pop

#endif
