/*
** Fuzzes core/embed.h and core/number.h.
**
** The vectors of the input are taken out and their marks put back as lists, by
** a reading of the text that knows nothing of its structure: what comes of it
** must be the input but for how its numbers are spelled. The room is exactly
** what was measured, or less, as the first byte says. As a number, the input
** must be what the C library says.
*/
#include "../core/embed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../core/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MARK "\"\\u0000vector "

static void must(int holds) {
  if (!holds)
    abort();
}

static void *claim(size_t n) {
  void *got = malloc(n ? n : 1);
  must(got != NULL);
  return got;
}

/* Skips a list of numbers in the input; they must be those of the vector. */
static const char *same_numbers(const char *at, const float *numbers,
                                size_t count) {
  size_t i;
  must(*at == '[');
  for (i = 0; i < count; i++) {
    char *end;
    float value;
    at += 1 + strspn(at + 1, " \t\r\n");
    value = strtof(at, &end);
    must(end > at && memcmp(&value, numbers + i, sizeof value) == 0);
    at = end + strspn(end, " \t\r\n");
    must(*at == (i + 1 < count ? ',' : ']'));
  }
  return at + 1;
}

/* Both are strings that end in NUL. */
static void compare(const char *text, const char *rest, const float *numbers,
                    const size_t *lengths, const struct ih_embed *sizes) {
  size_t taken = 0;
  while (*text || *rest) {
    if (strncmp(rest, MARK, sizeof MARK - 1) == 0 && *text != '"') {
      char *end;
      must(strtoul(rest + sizeof MARK - 1, &end, 10) == taken + 1);
      must(*end == '"' && taken < sizes->vectors);
      text = same_numbers(text, numbers, lengths[taken]);
      numbers += lengths[taken++];
      rest = end + 1;
    } else {
      must(*text++ == *rest++);
    }
  }
  must(taken == sizes->vectors);
}

static void try_reply(const char *text, size_t n, unsigned less) {
  struct ih_embed sizes;
  float *numbers;
  size_t *lengths;
  char *rest;
  ih_embed_measure(text, n, &sizes);
  sizes.floats -= sizes.floats > less ? less : 0;
  numbers = claim(sizes.floats * sizeof *numbers);
  lengths = claim(sizes.vectors * sizeof *lengths);
  rest = claim(sizes.rest + 1);
  if (ih_embed_take(text, n, &sizes, numbers, lengths, rest)) {
    rest[sizes.rest] = '\0';
    compare(text, rest, numbers, lengths, &sizes);
  }
  free(numbers);
  free(lengths);
  free(rest);
}

/* What is read as a number is one to the C library, which knows more kinds. */
static void try_number(const char *text, size_t n) {
  float got, want;
  size_t length = ih_number_read(text, n, &got);
  char *copy = claim(length + 1);
  memcpy(copy, text, length);
  copy[length] = '\0';
  want = strtof(copy, NULL);
  must(!length || memcmp(&got, &want, sizeof got) == 0);
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  char *text;
  if (n == 0 || memchr(data + 1, '\0', n - 1))
    return 0;
  n--;
  text = claim(n + 1);
  memcpy(text, data + 1, n);
  text[n] = '\0';
  try_reply(text, n, data[0] % 8);
  try_number(text, n);
  free(text);
  return 0;
}
