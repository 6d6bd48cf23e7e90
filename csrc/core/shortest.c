#include "shortest.h"

#include <string.h>

/* The digits of a number: 0.DIGITS times ten to the power of `point`. */
struct digits {
  char at[20];
  int count, point;
};

/* ---- the few that most numbers have -------------------------------------- */

/* Powers of ten that a double holds exactly. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define LARGEST_POWER 22

/* 2^53: whole numbers below it are doubles. */
#define EXACT 9007199254740992.0

/* Two numbers of so many digits are never the same double. */
#define MOST_SAFE 1e15

static void set_digits(struct digits *d, uint64_t whole, int power) {
  char back[20];
  int n = 0, i;
  for (; whole; whole /= 10)
    back[n++] = (char)('0' + whole % 10);
  d->point = n - power;
  for (i = 0; i < n; i++)
    d->at[i] = back[n - 1 - i];
  while (n > 0 && d->at[n - 1] == '0')
    n--;
  d->count = n;
}

/* A positive number that is a whole one over a small power of ten, which is what
** people write: the least power has the fewest digits. Both are exact, so their
** quotient is what reading the digits gives. False where there is none. */
static int find_few(double value, struct digits *d) {
  int power;
  for (power = 0; power <= LARGEST_POWER; power++) {
    double scaled = value * powers[power];
    uint64_t whole;
    if (scaled >= MOST_SAFE)
      return 0;
    whole = (uint64_t)(scaled + 0.5);
    if ((double)whole / powers[power] == value) {
      set_digits(d, whole, power);
      return 1;
    }
  }
  return 0;
}

/* ---- any number, by long arithmetic -------------------------------------- */

/* Bits of 2^1076 times ten, and of 2^53 times 10^325. */
#define LIMBS 40

struct large {
  uint32_t at[LIMBS]; /* the lowest first */
  int count;          /* without zeros above */
};

static void multiply(struct large *a, uint32_t by) {
  uint64_t carry = 0;
  int i;
  for (i = 0; i < a->count; i++) {
    carry += (uint64_t)a->at[i] * by;
    a->at[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry)
    a->at[a->count++] = (uint32_t)carry;
}

static void multiply_by_power(struct large *a, int power) {
  for (; power >= 9; power -= 9)
    multiply(a, 1000000000);
  for (; power > 0; power--)
    multiply(a, 10);
}

static void set_shifted(struct large *a, uint64_t value, int bits) {
  int limb = bits / 32, i;
  memset(a, 0, sizeof *a);
  a->at[limb] = (uint32_t)value;
  a->at[limb + 1] = (uint32_t)(value >> 32);
  a->count = limb + 2;
  for (i = bits % 32; i > 0; i--)
    multiply(a, 2);
  while (a->count > 0 && a->at[a->count - 1] == 0)
    a->count--;
}

/* Whether a + b is less than c, equal or more: -1, 0 or 1. */
static int compare_sum(const struct large *a, const struct large *b,
                       const struct large *c) {
  int most = a->count > b->count ? a->count : b->count, i;
  int64_t rest = 0; /* of c, what is left for the limbs below */
  if (c->count > most)
    most = c->count;
  for (i = most - 1; i >= 0; i--) {
    rest = rest * ((int64_t)1 << 32) + (i < c->count ? c->at[i] : 0) -
           (i < a->count ? (int64_t)a->at[i] : 0) -
           (i < b->count ? (int64_t)b->at[i] : 0);
    if (rest < 0)
      return 1;
    if (rest > 2)
      return -1;
  }
  return rest > 0 ? -1 : 0;
}

static int compare(const struct large *a, const struct large *b) {
  int i;
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  for (i = a->count - 1; i >= 0; i--)
    if (a->at[i] != b->at[i])
      return a->at[i] < b->at[i] ? -1 : 1;
  return 0;
}

/* Subtracts b, which is not more. */
static void subtract(struct large *a, const struct large *b) {
  uint64_t borrow = 0;
  int i;
  for (i = 0; i < a->count; i++) {
    uint64_t less = (i < b->count ? b->at[i] : 0) + borrow;
    borrow = a->at[i] < less;
    a->at[i] = (uint32_t)(a->at[i] - less);
  }
  while (a->count > 0 && a->at[a->count - 1] == 0)
    a->count--;
}

/* What the digits are made of, by Steele and White: the number is rest / whole,
** and everything that reads as it lies between (rest - below) / whole and (rest
** + above) / whole; these two as well if its last bit is even. */
struct search {
  struct large rest, whole, below, above;
  int even;
};

/* Takes a positive number; returns the power of two of its last bit. */
static int take_apart(double value, struct search *s) {
  uint64_t bits, fraction;
  int power, narrow;
  memcpy(&bits, &value, sizeof bits);
  fraction = bits & (((uint64_t)1 << 52) - 1);
  power = (int)(bits >> 52 & 0x7FF);
  narrow = fraction == 0 && power > 1; /* the double below is nearer */
  if (power)
    fraction |= (uint64_t)1 << 52;
  else
    power = 1;
  power -= 1075;
  s->even = !(fraction & 1);
  set_shifted(&s->rest, fraction, (power > 0 ? power : 0) + 1 + narrow);
  set_shifted(&s->whole, 1, (power < 0 ? -power : 0) + 1 + narrow);
  set_shifted(&s->below, 1, power > 0 ? power : 0);
  set_shifted(&s->above, 1, (power > 0 ? power : 0) + narrow);
  return power;
}

static void multiply_number(struct search *s, int power) {
  multiply_by_power(&s->rest, power);
  multiply_by_power(&s->below, power);
  multiply_by_power(&s->above, power);
}

/* Whether as much as this belongs to the next number. */
static int reaches_whole(const struct search *s) {
  int order = compare_sum(&s->rest, &s->above, &s->whole);
  return order > 0 || (order == 0 && s->even);
}

/* Scales the number so that its first digit comes first behind the point. */
static int scale(struct search *s, double value, int power) {
  /* The decimal logarithm, at most one too small. */
  double logarithm = (power + 52) * 0.30102999566398114;
  int point;
  if (value < 2.2250738585072014e-308) /* fewer bits than others */
    /* Each step divides, so it is no counter that could miss its end. */
    /* NOLINTNEXTLINE(clang-analyzer-security.FloatLoopCounter) */
    for (logarithm = -324; value >= 1e-323; value /= 10)
      logarithm++;
  point = (int)logarithm - (logarithm < 0);
  if (point > 0)
    multiply_by_power(&s->whole, point);
  else
    multiply_number(s, -point);
  while (reaches_whole(s)) {
    multiply(&s->whole, 10);
    point++;
  }
  return point;
}

static void find_all(double value, struct digits *d) {
  struct search s;
  int low, high;
  d->point = scale(&s, value, take_apart(value, &s));
  d->count = 0;
  do {
    int digit = 0, order;
    multiply_number(&s, 1);
    for (; compare(&s.rest, &s.whole) >= 0; digit++)
      subtract(&s.rest, &s.whole);
    order = compare(&s.rest, &s.below);
    low = order < 0 || (order == 0 && s.even);
    high = reaches_whole(&s);
    if (high && (!low || compare_sum(&s.rest, &s.rest, &s.whole) >= 0))
      digit++;
    d->at[d->count++] = (char)('0' + digit);
  } while (!low && !high);
}

/* ---- writing ------------------------------------------------------------- */

/* Digits with their point, or zeros, where they belong. */
static char *write_plain(const struct digits *d, char *to) {
  int i;
  if (d->point <= 0) {
    *to++ = '0';
    *to++ = '.';
  }
  for (i = d->point; i < 0; i++)
    *to++ = '0';
  for (i = 0; i < d->count; i++) {
    if (i > 0 && i == d->point)
      *to++ = '.';
    *to++ = d->at[i];
  }
  for (; i < d->point; i++)
    *to++ = '0';
  return to;
}

/* One digit, the others behind a point, and an exponent. */
static char *write_power(const struct digits *d, char *to) {
  int power = d->point - 1;
  /* No number without digits comes here. */
  /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
  *to++ = d->at[0];
  if (d->count > 1)
    *to++ = '.';
  memcpy(to, d->at + 1, (size_t)d->count - 1);
  to += d->count - 1;
  *to++ = 'e';
  if (power < 0)
    *to++ = '-';
  return to + ih_shortest_integer(power < 0 ? -power : power, to);
}

/* Whether digits with zeros behind them are a whole number exactly. */
static int is_exact(const struct digits *d, double value) {
  uint64_t whole = 0;
  int i;
  if (d->point > 19 || value >= 18446744073709551616.0)
    return 0;
  for (i = 0; i < d->point; i++)
    whole = whole * 10 + (unsigned)(i < d->count ? d->at[i] - '0' : 0);
  return whole == (uint64_t)value;
}

size_t ih_shortest_integer(int64_t value, char *to) {
  uint64_t whole = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char back[20], *start = to;
  int n = 0;
  if (value < 0)
    *to++ = '-';
  do {
    back[n++] = (char)('0' + whole % 10);
    whole /= 10;
  } while (whole);
  while (n > 0)
    *to++ = back[--n];
  return (size_t)(to - start);
}

size_t ih_shortest(double value, char *to) {
  struct digits d;
  char *start = to;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (bits >> 63) { /* -0 is no less than 0 */
    *to++ = '-';
    value = -value;
  }
  if (value < EXACT && value == (double)(int64_t)value)
    return (size_t)(to - start) + ih_shortest_integer((int64_t)value, to);
  if (!find_few(value, &d))
    find_all(value, &d);
  if (d.point < d.count ? d.point > -5 : is_exact(&d, value))
    to = write_plain(&d, to);
  else
    to = write_power(&d, to);
  return (size_t)(to - start);
}
