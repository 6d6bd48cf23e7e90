/*
** SHA-256 (FIPS 180-4), over bytes in any pieces.
*/
#ifndef IH_SHA256_H
#define IH_SHA256_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define IH_SHA256_BYTES 32

struct ih_sha256 {
  uint32_t _state[8];
  uint64_t _count; /* bytes so far */
  unsigned char _block[64];
};

void ih_sha256_begin(struct ih_sha256 *sum);
void ih_sha256_add(struct ih_sha256 *sum, const void *bytes, size_t n);

/* The digest of what was added so far, to which more may be added. */
void ih_sha256_digest(const struct ih_sha256 *sum,
                      unsigned char digest[IH_SHA256_BYTES]);

#pragma GCC visibility pop

#endif
