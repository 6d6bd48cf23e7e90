#include "base64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a byte of the text is: the value of a letter, or one of these. */
enum { P = 64 /* padding */, S /* white space */, N /* nothing */ };

/* clang-format off */
static const unsigned char values[256] = {
    N, N, N, N, N, N, N, N, N, S, S, N, S, S, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    S, N, N, N, N, N, N, N, N, N, N, 62, N, 62, N, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, N, N, N, P, N, N,
    N, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, N, N, N, N, 63,
    N, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
/* clang-format on */

void ih_base64_encode(const char *bytes, size_t n, char *to) {
  const unsigned char *at = (const unsigned char *)bytes;
  for (; n >= 3; n -= 3, at += 3) {
    *to++ = letters[at[0] >> 2];
    *to++ = letters[(at[0] & 3) << 4 | at[1] >> 4];
    *to++ = letters[(at[1] & 15) << 2 | at[2] >> 6];
    *to++ = letters[at[2] & 63];
  }
  if (n == 0)
    return;
  *to++ = letters[at[0] >> 2];
  if (n == 1) {
    *to++ = letters[(at[0] & 3) << 4];
    *to++ = '=';
  } else {
    *to++ = letters[(at[0] & 3) << 4 | at[1] >> 4];
    *to++ = letters[(at[1] & 15) << 2];
  }
  *to = '=';
}

/* Decodes groups of four letters as long as there is nothing between them.
** Returns where that ends. */
static size_t take_groups(const unsigned char *text, size_t n, char **to) {
  size_t at;
  for (at = 0; n - at >= 4; at += 4) {
    unsigned a = values[text[at]], b = values[text[at + 1]],
             c = values[text[at + 2]], d = values[text[at + 3]];
    if ((a | b | c | d) > 63)
      break;
    *(*to)++ = (char)(a << 2 | b >> 4);
    *(*to)++ = (char)(b << 4 | c >> 2);
    *(*to)++ = (char)(c << 6 | d);
  }
  return at;
}

int ih_base64_decode(const char *text, size_t n, char *to, size_t *len) {
  const unsigned char *from = (const unsigned char *)text;
  const char *start = to;
  size_t at = 0;
  unsigned bits = 0, value;
  int count = 0, padding = 0; /* letters of the group, and what follows them */
  for (;;) {
    if (count == 0 && !padding)
      at += take_groups(from + at, n - at, &to);
    if (at == n)
      break;
    value = values[from[at]];
    if (value == N || (value < P && padding) ||
        (value == P && (count < 2 || count + ++padding > 4))) {
      *len = at;
      return 0;
    }
    at++;
    if (value >= P)
      continue;
    bits = bits << 6 | value;
    if (++count == 4) {
      *to++ = (char)(bits >> 16);
      *to++ = (char)(bits >> 8);
      *to++ = (char)bits;
      count = 0;
    }
  }
  *len = n;
  if (count == 1 || (padding && count + padding != 4) ||
      (count == 2 && bits & 15) || (count == 3 && bits & 3))
    return 0;
  if (count == 2)
    *to++ = (char)(bits >> 4);
  if (count == 3) {
    *to++ = (char)(bits >> 10);
    *to++ = (char)(bits >> 2);
  }
  *len = (size_t)(to - start);
  return 1;
}
