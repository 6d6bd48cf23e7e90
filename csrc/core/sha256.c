#include "sha256.h"

#include <string.h>

#define BLOCK ((size_t)64)

/* Where the length of the message stands in its last block. */
#define LENGTH_AT ((size_t)56)

/* The first 32 bits of the fractional parts of the cube roots of the first 64
** primes, */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* and of the square roots of the first 8. */
static const uint32_t beginning[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}

static uint32_t word_at(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
         p[3];
}

static void put_word(unsigned char *p, uint32_t x) {
  p[0] = (unsigned char)(x >> 24);
  p[1] = (unsigned char)(x >> 16);
  p[2] = (unsigned char)(x >> 8);
  p[3] = (unsigned char)x;
}

static void schedule(uint32_t w[64], const unsigned char *block) {
  int i;
  for (i = 0; i < 16; i++)
    w[i] = word_at(block + (size_t)4 * (size_t)i);
  for (; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
}

static void add_block(uint32_t state[8], const unsigned char *block) {
  uint32_t w[64], s[8];
  int i;
  schedule(w, block);
  memcpy(s, state, sizeof s);
  for (i = 0; i < 64; i++) {
    uint32_t one = s[7] + constants[i] + w[i] + (s[6] ^ (s[4] & (s[5] ^ s[6])));
    uint32_t two = (s[0] & s[1]) | (s[2] & (s[0] | s[1]));
    one += rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
    two += rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += one;
    s[0] = one + two;
  }
  for (i = 0; i < 8; i++)
    state[i] += s[i];
}

void ih_sha256_begin(struct ih_sha256 *sum) {
  memset(sum, 0, sizeof *sum);
  memcpy(sum->_state, beginning, sizeof beginning);
}

void ih_sha256_add(struct ih_sha256 *sum, const void *bytes, size_t n) {
  const unsigned char *p = bytes;
  size_t held = (size_t)(sum->_count % BLOCK);
  sum->_count += n;
  if (held && n >= BLOCK - held) {
    memcpy(sum->_block + held, p, BLOCK - held);
    add_block(sum->_state, sum->_block);
    p += BLOCK - held;
    n -= BLOCK - held;
    held = 0;
  }
  for (; !held && n >= BLOCK; n -= BLOCK, p += BLOCK)
    add_block(sum->_state, p);
  if (n)
    memcpy(sum->_block + held, p, n);
}

void ih_sha256_digest(const struct ih_sha256 *sum,
                      unsigned char digest[IH_SHA256_BYTES]) {
  struct ih_sha256 end = *sum;
  size_t held = (size_t)(sum->_count % BLOCK), i;
  end._block[held++] = 0x80;
  memset(end._block + held, 0, BLOCK - held);
  if (held > LENGTH_AT) {
    add_block(end._state, end._block);
    memset(end._block, 0, BLOCK);
  }
  put_word(end._block + LENGTH_AT, (uint32_t)(sum->_count >> 29));
  put_word(end._block + LENGTH_AT + 4, (uint32_t)(sum->_count << 3));
  add_block(end._state, end._block);
  for (i = 0; i < 8; i++)
    put_word(digest + 4 * i, end._state[i]);
}
