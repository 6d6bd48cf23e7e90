/*
** Deflate data (RFC 1951), block by block: compressed bits in any pieces become
** the bytes they stand for. What stands around the data is for inflate.h.
*/
#ifndef IH_DEFLATE_H
#define IH_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "bits.h"
#include "buf.h"
#include "huffman.h"

#pragma GCC visibility push(hidden)

#define IH_DEFLATE_WINDOW 32768
#define IH_DEFLATE_CODES 320 /* lengths of one block: 288 + 32 */

/* Where the decoded bytes go. */
struct ih_sink {
  unsigned char *bytes;
  size_t room, made;
};

/* What a step of decoding comes to. */
enum ih_went {
  IH_WAITS,   /* for more bytes, or for more room */
  IH_GOES_ON, /* with the next step */
  IH_ENDS,    /* the data is complete */
  IH_FAILS    /* the data contradicts itself */
};

struct ih_deflate {
  int _state, _final;
  uint32_t _left; /* of what the state counts */
  uint32_t _distance, _symbol;
  uint32_t _n_lengths, _n_distances, _n_codes;
  uint32_t _at; /* where the next byte goes, and how many there were */
  unsigned char _code[IH_DEFLATE_CODES];
  struct ih_huffman _literals, _distances;
  unsigned char _window[IH_DEFLATE_WINDOW];
};

void ih_deflate_begin(struct ih_deflate *d);

/* Decodes what there is, and has room. Never comes to IH_GOES_ON; behind
** IH_ENDS the bits begin with a byte. */
enum ih_went ih_deflate_read(struct ih_deflate *d, struct ih_bits *bits,
                             struct ih_span *in, struct ih_sink *to);

#pragma GCC visibility pop

#endif
