/*
** The checksums of gzip and zlib, over bytes in any pieces: each takes the sum
** so far, which begins with 0 for CRC-32 and with 1 for Adler-32.
*/
#ifndef IH_CHECKSUM_H
#define IH_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

uint32_t ih_crc32(uint32_t sum, const unsigned char *p, size_t n);
uint32_t ih_adler32(uint32_t sum, const unsigned char *p, size_t n);

#pragma GCC visibility pop

#endif
