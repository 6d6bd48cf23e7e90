#include "checksum.h"

uint32_t ih_crc32(uint32_t sum, const unsigned char *p, size_t n) {
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
      0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  sum = ~sum;
  for (; n; n--, p++) {
    sum = table[(sum ^ *p) & 15] ^ (sum >> 4);
    sum = table[(sum ^ (uint32_t)*p >> 4) & 15] ^ (sum >> 4);
  }
  return ~sum;
}

uint32_t ih_adler32(uint32_t sum, const unsigned char *p, size_t n) {
  uint32_t a = sum & 0xffff, b = sum >> 16;
  while (n) {
    size_t some = n < 5552 ? n : 5552; /* as many as cannot overflow */
    n -= some;
    for (; some; some--) {
      a += *p++;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b << 16 | a;
}
