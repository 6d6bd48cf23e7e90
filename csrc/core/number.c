#include "number.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Digits that fit into 64 bits. */
#define MOST_DIGITS 19

/* No float, and no midpoint of two, has as many digits as these; of what follows
** them it only matters whether it is zero. */
#define DECISIVE_DIGITS 120

/* Powers of ten that no float is as large as, or as small as. */
#define MOST_POWER 60

/* Exponents beyond this decide by themselves. No text is long enough to bring
** them back with its digits. */
#define FARTHEST ((int64_t)1 << 50)

/* The powers of ten that a double holds exactly. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define LARGEST_POWER 22

#define GREATEST_FLOAT 3.40282347e38f

/* Doubles of which (float) makes an ordinary float, with room to spare. */
#define LEAST 1.2e-38
#define GREATEST 3.4e38

/* A number as it is written. */
struct decimal {
  const char *start, *end; /* of the digits, which a point may divide */
  uint64_t leading;        /* the first digits that are not zeros in front */
  int64_t exponent;        /* of ten, by which `leading` is multiplied */
  int negative;
};

static int is_digit(const char *at, const char *end) {
  return at < end && (unsigned char)(*at - '0') < 10;
}

/* Eight bytes as one number, the first byte lowest on any machine. */
static uint64_t load_eight(const char *at) {
  const unsigned char *byte = (const unsigned char *)at;
  return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 |
         (uint64_t)byte[3] << 24 | (uint64_t)byte[4] << 32 |
         (uint64_t)byte[5] << 40 | (uint64_t)byte[6] << 48 |
         (uint64_t)byte[7] << 56;
}

/* Whether all eight are digits: 3 is their upper half, and stays so when 6 is
** added to the lower. */
static int are_digits(uint64_t bytes) {
  const uint64_t upper = 0xF0F0F0F0F0F0F0F0, threes = 0x3030303030303030;
  return (bytes & upper) == threes &&
         ((bytes + 0x0606060606060606) & upper) == threes;
}

/* What eight digits stand for: neighbours are joined to pairs, the pairs to
** fours, and these to one number. */
static uint64_t join_digits(uint64_t digits) {
  digits = (digits & 0x0F0F0F0F0F0F0F0F) * (1 + (10 << 8)) >> 8;
  digits = (digits & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
  return (digits & 0x0000FFFF0000FFFF) * (1 + ((uint64_t)10000 << 32)) >> 32;
}

/* Reads digits, counting those that no longer fit into `leading`. */
static const char *read_digits(const char *at, const char *end,
                               struct decimal *d, int *room, int64_t *beyond) {
  uint64_t leading = d->leading;
  if (!leading)
    while (at < end && *at == '0')
      at++;
  while (*room >= 8 && end - at >= 8) {
    uint64_t eight = load_eight(at);
    if (!are_digits(eight))
      break;
    leading = leading * 100000000 + join_digits(eight);
    *room -= 8;
    at += 8;
  }
  for (; *room > 0 && is_digit(at, end); at++, --*room)
    leading = leading * 10 + (unsigned)(*at - '0');
  d->leading = leading;
  for (; is_digit(at, end); at++)
    ++*beyond;
  return at;
}

/* Reads what follows an e. NULL when that is no exponent. */
static const char *read_exponent(const char *at, const char *end,
                                 int64_t *exponent) {
  int64_t value = 0;
  int negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+'))
    at++;
  if (!is_digit(at, end))
    return NULL;
  for (; is_digit(at, end); at++)
    if (value < FARTHEST)
      value = value * 10 + (*at - '0');
  *exponent += negative ? -value : value;
  return at;
}

/* Reads a number. Where it ends, or NULL. */
static const char *read_decimal(const char *at, const char *end,
                                struct decimal *d) {
  int room = MOST_DIGITS;
  int64_t beyond = 0, ignored = 0;
  memset(d, 0, sizeof *d);
  d->negative = at < end && *at == '-';
  at += d->negative;
  d->start = at;
  if (!is_digit(at, end))
    return NULL;
  at = *at == '0' ? at + 1 : read_digits(at, end, d, &room, &beyond);
  d->exponent = beyond;
  if (at < end && *at == '.') {
    const char *from = ++at;
    if (!is_digit(at, end))
      return NULL;
    at = read_digits(at, end, d, &room, &ignored);
    d->exponent -= (at - from) - ignored;
  }
  d->end = at;
  if (at < end && (*at == 'e' || *at == 'E'))
    at = read_exponent(at + 1, end, &d->exponent);
  return at;
}

/* The number as a double that is off by no more than a few of its last bits. */
static double approximate(const struct decimal *d) {
  int64_t power = d->exponent < 0 ? -d->exponent : d->exponent;
  double value = (double)d->leading;
  if (power > 2 * LARGEST_POWER)
    return 0; /* too far away for this */
  if (power > LARGEST_POWER) {
    power -= LARGEST_POWER;
    value = d->exponent < 0 ? value / powers[LARGEST_POWER]
                            : value * powers[LARGEST_POWER];
  }
  return d->exponent < 0 ? value / powers[power] : value * powers[power];
}

/* Whether a double is so far from the midpoint of two floats that the number it
** is near to has the same nearest float. The 29 bits that a float lacks tell. */
static int is_decided(double value) {
  uint64_t bits;
  int32_t lacking;
  memcpy(&bits, &value, sizeof bits);
  lacking = (int32_t)(bits & 0x1FFFFFFF) - 0x10000000;
  return value > LEAST && value < GREATEST && (lacking < -8 || lacking > 8);
}

/* Writes an exponent of at most three digits. */
static void write_exponent(char *to, int exponent) {
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  exponent = exponent < 0 ? -exponent : exponent;
  *to++ = (char)('0' + exponent / 100);
  *to++ = (char)('0' + exponent / 10 % 10);
  *to++ = (char)('0' + exponent % 10);
  *to = '\0';
}

/* The nearest float by the C library, which is exact but slow; negative when it
** is too large. A number without a point is the same in any locale, so that is
** what the library gets. */
static float convert(const struct decimal *d) {
  char text[DECISIVE_DIGITS + 8];
  const char *at = d->start;
  int64_t exponent = d->exponent, count = 0;
  int more = 0;
  float value;
  for (; at < d->end; at++) {
    if (*at == '.' || (count == 0 && *at == '0'))
      continue;
    if (count < DECISIVE_DIGITS)
      text[count] = *at;
    else
      more |= *at != '0';
    count++;
  }
  /* The exponent belongs to those digits that went into `leading`. */
  exponent += count < MOST_DIGITS ? count : MOST_DIGITS;
  if (exponent < -MOST_POWER)
    return 0;
  if (exponent > MOST_POWER)
    return -1;
  if (count > DECISIVE_DIGITS)
    count = DECISIVE_DIGITS;
  if (more) /* an odd last digit is nobody's midpoint */
    text[count - 1] |= 1;
  write_exponent(text + count, (int)(exponent - count));
  value = strtof(text, NULL);
  return value <= GREATEST_FLOAT ? value : -1;
}

size_t ih_number_read(const char *text, size_t n, float *value) {
  struct decimal d;
  const char *end = read_decimal(text, text + n, &d);
  float got = 0;
  if (!end)
    return 0;
  if (d.leading) {
    double near = approximate(&d);
    got = is_decided(near) ? (float)near : convert(&d);
  }
  if (got < 0)
    return 0;
  *value = d.negative ? -got : got;
  return (size_t)(end - text);
}
