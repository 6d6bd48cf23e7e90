/* Tests of core/shortest.h. The C library's strtod, and printf with 1 to 17
** digits, are the measure, in the "C" locale. */
#include "../core/shortest.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/number.h"
#include "check.h"

static const struct {
  double value;
  struct ih_span text;
} numbers[] = {
    {0, BYTES("0")},
    {-0.0, BYTES("-0")},
    {1, BYTES("1")},
    {-57, BYTES("-57")},
    {0.7, BYTES("0.7")},
    {0.1 + 0.2, BYTES("0.30000000000000004")},
    {1700000000.123456, BYTES("1700000000.123456")},
    {99999999999999.5, BYTES("99999999999999.5")},
    {-12.25, BYTES("-12.25")},
    {0.00001, BYTES("0.00001")},
    {0.000001, BYTES("1e-6")},
    {-3.45e-6, BYTES("-3.45e-6")},
    {1e15, BYTES("1000000000000000")},
    {9007199254740991.0, BYTES("9007199254740991")},
    {9007199254740992.0, BYTES("9007199254740992")},
    {9007199254740994.0, BYTES("9007199254740994")},
    {1e18, BYTES("1000000000000000000")},
    {4611686018427387904.0, BYTES("4.611686018427388e18")},
    {1e21, BYTES("1e21")},
    {1e23, BYTES("1e23")},
    {5e-324, BYTES("5e-324")},
    {-5e-324, BYTES("-5e-324")},
    {2.2250738585072014e-308, BYTES("2.2250738585072014e-308")},
    {2.225073858507201e-308, BYTES("2.225073858507201e-308")},
    {1.7976931348623157e308, BYTES("1.7976931348623157e308")},
};

static struct ih_span write(double value, char *text) {
  struct ih_span span = {text, ih_shortest(value, text)};
  return span;
}

static void numbers_have_their_shortest_text(void) {
  char text[IH_SHORTEST_ROOM];
  size_t i;
  for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
    check_span(write(numbers[i].value, text), numbers[i].text, __FILE__,
               __LINE__, "the shortest");
}

static void integers_are_written(void) {
  char text[IH_SHORTEST_ROOM];
  struct ih_span span = {text, 0};
  span.len = ih_shortest_integer(INT64_MIN, text);
  CHECK_SPAN(span, "-9223372036854775808");
  span.len = ih_shortest_integer(INT64_MAX, text);
  CHECK_SPAN(span, "9223372036854775807");
  span.len = ih_shortest_integer(0, text);
  CHECK_SPAN(span, "0");
}

/* Digits without zeros at either end. */
static int count_digits(const char *text) {
  int count = 0, zeros = 0;
  for (; *text && *text != 'e'; text++) {
    if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
      continue;
    count++;
    zeros = *text == '0' ? zeros + 1 : 0;
  }
  return count - zeros;
}

/* That it reads back equal, here and in C, and no other text is shorter. */
static int check_number(double value) {
  char text[IH_SHORTEST_ROOM + 1], other[40];
  size_t n = ih_shortest(value, text);
  struct ih_number number;
  int digits = 0;
  text[n] = '\0';
  do {
    sprintf(other, "%.*e", digits, value);
  } while (strtod(other, NULL) != value && ++digits < 17);
  if (n < IH_SHORTEST_ROOM && strtod(text, NULL) == value &&
      ih_number_parse(text, n, &number) == n && number.value == value &&
      count_digits(text) <= count_digits(other))
    return 1;
  printf("    of %s: %s\n", other, text);
  return CHECK(!"the shortest text that reads back equal");
}

static double of_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Doubles of all powers of two, and those beside them. */
static void powers_are_right(void) {
  uint64_t power;
  for (power = 1; power < 2047; power++) {
    uint64_t bits = power << 52;
    if (!check_number(of_bits(bits)) || !check_number(of_bits(bits - 1)) ||
        !check_number(of_bits(bits + 1)))
      break;
  }
}

static void random_numbers_are_right(void) {
  uint32_t seed = 11;
  int i;
  for (i = 0; i < 60000; i++) {
    uint64_t bits = (uint64_t)check_random(&seed, 0x7FF00000) << 32;
    bits |= check_random(&seed, 0xFFFFFFFF);
    if (i % 2) /* what people have */
      bits = (bits & 0x000FFFFFFFFFFFFF) |
             (uint64_t)(1000 + check_random(&seed, 60)) << 52;
    if (!check_number(of_bits(bits)) ||
        !check_number((double)(int32_t)check_random(&seed, 1000000) / 1000))
      break;
  }
}

static void no_locale_matters(void) {
  static const char *const names[] = {"de_DE.UTF-8", "de_DE", "nb_NO.UTF-8",
                                      "fr_FR.UTF-8"};
  char text[IH_SHORTEST_ROOM];
  size_t i;
  for (i = 0; i < 4 && !setlocale(LC_NUMERIC, names[i]); i++)
    ;
  CHECK_SPAN(write(0.1 + 0.2, text), "0.30000000000000004");
  setlocale(LC_NUMERIC, "C");
}

void test_shortest(void) {
  RUN(numbers_have_their_shortest_text);
  RUN(integers_are_written);
  RUN(powers_are_right);
  RUN(random_numbers_are_right);
  RUN(no_locale_matters);
}
