#include "number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "word.h"

/* As many digits as always fit into 64 bits. */
#define MOST_DIGITS 19

/* No float, and no midpoint of two, has as many digits as these; of what follows
** them it only matters whether it is zero. The same for doubles. */
#define DECISIVE_DIGITS 120
#define DECISIVE_DIGITS_OF_DOUBLES 800

/* Powers of ten that no float is as large as, or as small as; and no double. */
#define MOST_POWER 60
#define MOST_POWER_OF_DOUBLES 400

/* Exponents beyond this decide by themselves. No text is long enough to bring
** them back with its digits. */
#define FARTHEST ((int64_t)1 << 50)

/* Powers of ten that a double holds exactly, and the nearest doubles to their
** inverses: a product with one of these is off by a bit, and much faster than a
** division. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
static const double inverses[] = {1e-0,  1e-1,  1e-2,  1e-3,  1e-4,  1e-5,
                                  1e-6,  1e-7,  1e-8,  1e-9,  1e-10, 1e-11,
                                  1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17,
                                  1e-18, 1e-19, 1e-20, 1e-21, 1e-22};

#define LARGEST_POWER 22

/* 2^53: whole numbers up to here are doubles. */
#define EXACT ((uint64_t)1 << 53)

#define GREATEST_FLOAT 3.40282347e38f

/* Doubles of which (float) makes an ordinary float, with room to spare. */
#define LEAST 1.2e-38
#define GREATEST 3.4e38

/* A number as it is written. */
struct decimal {
  const char *start, *end; /* of the digits, which a point may divide */
  uint64_t leading;        /* the first digits, as many as there is room for */
  int64_t beyond;          /* how many others there are */
  int64_t exponent;        /* of ten, by which all digits are multiplied */
  int negative;
};

static int is_digit(const char *at, const char *end) {
  return at < end && (unsigned char)(*at - '0') < 10;
}

/* How many of eight bytes are digits before the first that is none. */
static unsigned count_digits(uint64_t bytes) {
  /* What is left in an upper half, here or when 6 is added, is no digit's. A
  ** carry into the next byte comes from one that is none itself. */
  uint64_t rest = bytes ^ IH_WORD_ONES * '0', others;
  others = (rest | (rest + IH_WORD_ONES * 6)) & IH_WORD_ONES * 0xF0;
  return others ? ih_word_first(others) : 8;
}

/* What the first digits of eight bytes stand for: behind zeros in front,
** neighbours are joined to pairs, the pairs to fours, and these to one number. */
static uint64_t join_digits(uint64_t bytes, unsigned count) {
  uint64_t digits = bytes << 4 * (8 - count) << 4 * (8 - count);
  digits = (digits & 0x0F0F0F0F0F0F0F0F) * (1 + (10 << 8)) >> 8;
  digits = (digits & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
  return (digits & 0x0000FFFF0000FFFF) * (1 + ((uint64_t)10000 << 32)) >> 32;
}

/* Whole numbers, spelled like doubles, of which none is rounded. */
/* NOLINTBEGIN(bugprone-narrowing-conversions) */
static const uint64_t tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
/* NOLINTEND(bugprone-narrowing-conversions) */

/* Reads digits. Zeros in front take no room, so what is beyond it is always less
** than the last bit of a double. */
static const char *read_digits(const char *at, const char *end,
                               struct decimal *d) {
  uint64_t leading = d->leading;
  int goes_on = 1;
  while (goes_on && end - at >= 8) {
    uint64_t bytes = ih_word_load(at);
    unsigned count = count_digits(bytes);
    if (leading >= tens[MOST_DIGITS - count])
      break;
    leading = leading * tens[count] + join_digits(bytes, count);
    at += count;
    goes_on = count == 8;
  }
  if (goes_on) { /* near the end of the text, or of the room */
    for (; leading < tens[MOST_DIGITS - 1] && is_digit(at, end); at++)
      leading = leading * 10 + (unsigned)(*at - '0');
    for (; is_digit(at, end); at++)
      d->beyond++;
  }
  d->leading = leading;
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
  d->leading = 0;
  d->beyond = d->exponent = 0;
  d->negative = at < end && *at == '-';
  at += d->negative;
  d->start = at;
  if (!is_digit(at, end))
    return NULL;
  at = *at == '0' ? at + 1 : read_digits(at, end, d);
  if (at < end && *at == '.') {
    const char *from = ++at;
    if (!is_digit(at, end))
      return NULL;
    at = read_digits(at, end, d);
    d->exponent = from - at;
  }
  d->end = at;
  if (at < end && (*at == 'e' || *at == 'E'))
    at = read_exponent(at + 1, end, &d->exponent);
  return at;
}

/* The number as a double that is off by no more than a few of its last bits; 0
** when that is not to be had. */
static double approximate(const struct decimal *d) {
  const double *factors = powers;
  int64_t power = d->exponent + d->beyond;
  double value = (double)d->leading;
  if (power < 0) {
    factors = inverses;
    power = -power;
  }
  if (power - LARGEST_POWER > LARGEST_POWER)
    return 0;
  if (power > LARGEST_POWER) {
    value *= factors[LARGEST_POWER];
    power -= LARGEST_POWER;
  }
  return value * factors[power];
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

/* Writes an exponent of at most four digits. */
static void write_exponent(char *to, int exponent) {
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  exponent = exponent < 0 ? -exponent : exponent;
  *to++ = (char)('0' + exponent / 1000);
  *to++ = (char)('0' + exponent / 100 % 10);
  *to++ = (char)('0' + exponent / 10 % 10);
  *to++ = (char)('0' + exponent % 10);
  *to = '\0';
}

/* Spells a number anew, without a point: that is the same in any locale, so the
** C library may read it. Of its digits go as many as are decisive; `text` has
** room for 7 bytes more. Returns -1 when the number is less than ten to the
** power of -most, 1 when it is more than that of most, and 0 when it is there. */
static int spell(const struct decimal *d, int64_t decisive, int64_t most,
                 char *text) {
  const char *at = d->start;
  int64_t exponent = d->exponent, count = 0;
  int more = 0;
  for (; at < d->end; at++) {
    if (*at == '.' || (count == 0 && *at == '0'))
      continue;
    if (count < decisive)
      text[count] = *at;
    else
      more |= *at != '0';
    count++;
  }
  exponent += count; /* of ten, that the number is less than */
  if (exponent < -most || exponent > most)
    return exponent < 0 ? -1 : 1;
  if (count > decisive)
    count = decisive;
  if (more) /* an odd last digit is nobody's midpoint */
    text[count - 1] |= 1;
  write_exponent(text + count, (int)(exponent - count));
  return 0;
}

/* The nearest float by the C library, which is exact but slow; negative when it
** is too large. */
static float convert(const struct decimal *d) {
  char text[DECISIVE_DIGITS + 8];
  int beyond = spell(d, DECISIVE_DIGITS, MOST_POWER, text);
  float value = beyond ? 0 : strtof(text, NULL);
  return beyond <= 0 && value <= GREATEST_FLOAT ? value : -1;
}

/* The nearest double, in the same way. */
static double convert_to_double(const struct decimal *d) {
  char text[DECISIVE_DIGITS_OF_DOUBLES + 8];
  int beyond =
      spell(d, DECISIVE_DIGITS_OF_DOUBLES, MOST_POWER_OF_DOUBLES, text);
  if (beyond)
    return beyond < 0 ? 0 : HUGE_VAL;
  return strtod(text, NULL);
}

/* The nearest double. One rounding of exact numbers is right. */
static double nearest(const struct decimal *d) {
  int64_t power = d->exponent;
  if (!d->leading)
    return 0;
  if (d->beyond || (power && d->leading > EXACT) || power > LARGEST_POWER ||
      power < -LARGEST_POWER)
    return convert_to_double(d);
  return power < 0 ? (double)d->leading / powers[-power]
                   : (double)d->leading * powers[power];
}

size_t ih_number_read(const char *text, size_t n, float *value) {
  struct decimal d;
  const char *end = read_decimal(text, text + n, &d);
  static const float signs[] = {1, -1};
  float got = 0;
  if (!end)
    return 0;
  if (d.leading) {
    double near = approximate(&d);
    got = is_decided(near) ? (float)near : convert(&d);
  }
  if (got < 0)
    return 0;
  *value = got * signs[d.negative];
  return (size_t)(end - text);
}

/* Whether digits alone fit into 64 bits. */
static int fits(const struct decimal *d) {
  return !d->beyond &&
         d->leading <= (uint64_t)INT64_MAX + (d->negative ? 1 : 0);
}

size_t ih_number_parse(const char *text, size_t n, struct ih_number *number) {
  struct decimal d;
  const char *end = read_decimal(text, text + n, &d);
  double value;
  if (!end)
    return 0;
  value = nearest(&d);
  number->whole = 0;
  number->is_whole = d.end == end && d.exponent == 0 && fits(&d) &&
                     !memchr(d.start, '.', (size_t)(d.end - d.start));
  if (number->is_whole)
    number->whole = (int64_t)(d.negative ? 0 - d.leading : d.leading);
  else if (value < (double)EXACT && value == (double)(int64_t)value) {
    number->is_whole = 1;
    number->whole = d.negative ? -(int64_t)value : (int64_t)value;
  }
  number->value = d.negative ? -value : value;
  return (size_t)(end - text);
}
