/* Tests of core/number.h. */
#include "../core/number.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The C library's strtof is the measure of all below, in the "C" locale. */

static const char *const numbers[] = {
    "0", "-0", "0.0", "-0.0e-5", "0e99", "1", "-1", "9", "10", "0.5", "-0.25",
    "1e0", "1E5", "1e+5", "1e-5", "12345678", "123456789", "1234567890123456",
    "12345678901234567890", "0.012843807227909565", "-0.006929283495992422",
    "0.1", "0.2", "0.3", "3.14159265358979323846264338327950288",
    /* ties, and what is just beside them */
    "16777217", "16777219", "16777217.0000000000000000000000000000000001",
    "16777216.99999999999999999999999999999999", "33554434", "33554438",
    "0.500000029802322387695312500", "0.50000002980232238769531251",
    "0.50000002980232238769531249", "5.00000029802322387695312500e-1",
    "1.000000059604644775390625", "1.00000005960464477539062500000000000001",
    /* the ends of the range */
    "3.4028234e38", "3.4028235e38", "3.40282346638528859811704183484516925e38",
    "340282356779733661637539395458142568447.9", "3.4e38", "1.2e-38",
    "1.17549435e-38", "1.1754942e-38", "1.17549428e-38", "1.4e-45", "7e-46",
    "7.1e-46", "7.006492321624085354618e-46", "7.00649232162408535462e-46",
    "1e-45", "1e-46", "1e-60", "1e-61", "1e-300", "1e-400",
    "1e-99999999999999999999999999", "0e99999999999999999999999999",
    /* exponents that the digits bring back */
    "0.00000000000000000000000000000000000000000000000001e50",
    "100000000000000000000000000000000000000000000000000e-50",
    "123456789012345678901234567890e-29", "0.0000000000123456789012345678901e9",
    "1234567890123456789012345678901234567890e-66"};

static float measure(const char *text) {
  return strtof(text, NULL);
}

static int32_t bits_of(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* A number, alone and with something behind it. */
static void check_number(const char *text) {
  size_t n = strlen(text);
  float got = 5;
  char longer[1400];
  CHECK_INT(ih_number_read(guarded(text, n), n, &got), n);
  CHECK_INT(bits_of(got), bits_of(measure(text)));
  n = (size_t)sprintf(longer, "%s,17", text);
  CHECK_INT(ih_number_read(guarded(longer, n), n, &got), n - 3);
  CHECK_INT(bits_of(got), bits_of(measure(text)));
}

static void numbers_are_rounded_right(void) {
  size_t i;
  for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
    check_number(numbers[i]);
}

static const char *const refused[] = {
    "", "-", "+1", ".5", "-.5", "1.", "1.e5", "1.x", "1e", "1e+", "1e-", "1ex",
    "e5", "E", "x", "nan", "NaN", "inf", "Infinity", "-Infinity", "\"1\"",
    "null", "[1]", " 1", ",", "-x", "--1",
    /* larger than any float, by little and by much */
    "3.40282357e38", "340282356779733661637539395458142568448", "1e39", "-1e39",
    "1e400", "1e99999999999999999999",
    "100000000000000000000000000000000000000000000000000000000000000000e-5"};

static void garbage_is_refused(void) {
  size_t i;
  for (i = 0; i < sizeof refused / sizeof *refused; i++) {
    size_t n = strlen(refused[i]);
    float got = 5;
    if (!CHECK_INT(ih_number_read(guarded(refused[i], n), n, &got), 0))
      printf("    of %s\n", refused[i]);
    CHECK(got == 5);
  }
}

/* What JSON does not have is where a number ends. */
static void number_ends(const char *text, size_t length) {
  float got;
  CHECK_INT(ih_number_read(text, strlen(text), &got), length);
}

static void numbers_end_where_they_do(void) {
  number_ends("01", 1);
  number_ends("-01", 2);
  number_ends("0x10", 1);
  number_ends("1.5.5", 3);
  number_ends("1e5e5", 3);
  number_ends("1 2", 1);
  number_ends("1]", 1);
  number_ends("123456781234567x", 15);
  number_ends("1234567:", 7);
  number_ends("1234567/", 7);
}

/* Floats, and the midpoints between them, in all kinds of spellings. */
static void random_numbers_are_rounded_right(void) {
  uint32_t seed = 7;
  int i;
  for (i = 0; i < 200000; i++) {
    char text[400];
    uint32_t bits = check_random(&seed, 0x7F7FFFFF);
    float below, above;
    double value;
    memcpy(&below, &bits, sizeof bits);
    bits++;
    memcpy(&above, &bits, sizeof bits);
    value = i % 2 ? below : ((double)below + (double)above) / 2;
    sprintf(text, "%.*g", (int)(6 + check_random(&seed, 140)), value);
    if (i % 4 == 0)
      sprintf(text, "%.*f", (int)check_random(&seed, 170), value);
    check_number(text);
  }
}

/* A million digits cost a million steps, and do not change the number. */
static void long_numbers_are_linear(void) {
  size_t n = 1000000, i;
  char *text = malloc(n);
  float got = 0;
  CHECK(text != NULL);
  if (!text)
    return;
  memset(text, '0', n);
  memcpy(text, "0.5000000298023223876953125", 27); /* a tie but for the end */
  text[n - 1] = '1';
  work_begin(8 * n);
  CHECK_INT(ih_number_read(text, n, &got), n);
  work_end();
  CHECK_INT(bits_of(got), bits_of(0.50000006f));
  text[n - 1] = '0';
  CHECK_INT(ih_number_read(text, n, &got), n);
  CHECK_INT(bits_of(got), bits_of(0.5f));
  for (i = 0; i < n; i++)
    text[i] = '7';
  CHECK_INT(ih_number_read(text, n, &got), 0);
  free(text);
}

/* ---- doubles ------------------------------------------------------------- */

/* Ties of doubles and what is beside them, and the ends of their range. */
static const char *const doubles[] = {
    "9007199254740993",
    "9007199254740992.9999999999999999999999999999",
    "9007199254740993.0000000000000000000000000000000000000001",
    "9007199254740995",
    "1e22",
    "1e23",
    "8.5e22",
    "123456789012345678e-5",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324",
    "2.47032822920623272e-324",
    "2.4703282292062328e-324",
    "1e-400",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "0.1e-400",
    "1e400",
    "1.797693134862315807e308",
    "-1e400",
    "0e400",
    "-0.0",
    "1e-22",
    "1e-23",
    "100000000000000000000000000000000000000000000000000000000000000000e-65"};

static void check_double(const char *text) {
  size_t n = strlen(text);
  struct ih_number got = {5, 5, 5};
  double want = strtod(text, NULL);
  CHECK_INT(ih_number_parse(guarded(text, n), n, &got), n);
  if (!CHECK(memcmp(&got.value, &want, sizeof want) == 0))
    printf("    of %s: %.17g\n", text, got.value);
  if (got.is_whole)
    CHECK((double)got.whole == got.value);
}

static void doubles_are_rounded_right(void) {
  size_t i;
  for (i = 0; i < sizeof doubles / sizeof *doubles; i++)
    check_double(doubles[i]);
  for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
    check_double(numbers[i]);
}

static void random_doubles_are_rounded_right(void) {
  uint32_t seed = 9;
  int i;
  for (i = 0; i < 100000; i++) {
    char text[400];
    uint64_t bits = (uint64_t)check_random(&seed, 0x7FF00000) << 32;
    double value;
    bits |= check_random(&seed, 0xFFFFFFFF);
    memcpy(&value, &bits, sizeof bits);
    sprintf(text, "%.*e", (int)check_random(&seed, 25), value);
    check_double(text);
    sprintf(text, "%.*f", (int)check_random(&seed, 20),
            (double)check_random(&seed, 1000000000) / 1024);
    check_double(text);
  }
}

/* Texts, and whether they are whole and what then. */
static const struct {
  const char *text;
  int is_whole;
  int64_t whole;
} wholes[] = {
    {"0", 1, 0},
    {"-0", 1, 0},
    {"57", 1, 57},
    {"-57.0", 1, -57},
    {"1e3", 1, 1000},
    {"1000e-3", 1, 1},
    {"0.5", 0, 0},
    {"9007199254740993", 1, 9007199254740993},
    {"9223372036854775807", 1, INT64_MAX},
    {"-9223372036854775808", 1, INT64_MIN},
    {"9223372036854775808", 0, 0},
    {"-9223372036854775809", 0, 0},
    {"18446744073709551616", 0, 0},
    {"100000000000000000000000000", 0, 0},
    {"9007199254740991.0", 1, 9007199254740991},
    {"9007199254740992.0", 0, 0},
    {"1e16", 0, 0},
    {"1e400", 0, 0},
};

static void whole_numbers_are_exact(void) {
  size_t i;
  for (i = 0; i < sizeof wholes / sizeof *wholes; i++) {
    struct ih_number got;
    size_t n = strlen(wholes[i].text);
    CHECK_INT(ih_number_parse(wholes[i].text, n, &got), n);
    CHECK_INT(!!got.is_whole, wholes[i].is_whole);
    CHECK_INT(got.whole, wholes[i].whole);
  }
}

/* In a locale with a decimal comma, if the machine has one. */
static void locale_does_not_matter(void) {
  static const char *const names[] = {"de_DE.UTF-8", "de_DE", "nb_NO.UTF-8",
                                      "fr_FR.UTF-8"};
  size_t i;
  float got = 0;
  struct ih_number number;
  for (i = 0; i < 4 && !setlocale(LC_NUMERIC, names[i]); i++)
    ;
  CHECK_INT(ih_number_read("16777217.5", 10, &got), 10);
  CHECK(got == 16777218.0f);
  CHECK_INT(ih_number_parse("0.30000000000000004", 19, &number), 19);
  CHECK(number.value == 0.1 + 0.2);
  setlocale(LC_NUMERIC, "C");
}

void test_number(void) {
  RUN(numbers_are_rounded_right);
  RUN(garbage_is_refused);
  RUN(numbers_end_where_they_do);
  RUN(random_numbers_are_rounded_right);
  RUN(long_numbers_are_linear);
  RUN(doubles_are_rounded_right);
  RUN(random_doubles_are_rounded_right);
  RUN(whole_numbers_are_exact);
  RUN(locale_does_not_matter);
}
