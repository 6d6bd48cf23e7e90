/* Tests of core/embed.h. */
#include "../core/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define V "\"\\u0000vector "

/* A text, what is left of it, and the lengths of its vectors as letters, one
** for a vector of one number. Numbers count up from 1. */
static const struct {
  const char *text, *rest, *lengths;
} answers[] = {
    /* the shapes of the API */
    {"{\"data\":[[1,2],[3]],\"usage\":{\"n\":1}}",
     "{\"data\":[" V "1\"," V "2\"],\"usage\":{\"n\":1}}", "ba"},
    {"{\"data\":[1,2,3],\"n\":[7]}", "{\"data\":" V "1\",\"n\":[7]}", "c"},
    {"{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"embedding\":[3,4],"
     "\"index\":1}]}",
     "{\"data\":[{\"index\":0,\"embedding\":" V "1\"},{\"embedding\":" V
     "2\",\"index\":1}]}",
     "bb"},
    /* blanks, and numbers in other words */
    {" {\n\"x\" : [ 5 ] ,\t\"data\" :\r[ [ 1.0 , 20e-1\n] ,\t{ \"embedding\" "
     ": [3 ] } ] } ",
     " {\n\"x\" : [ 5 ] ,\t\"data\" :\r[ " V "1\" ,\t{ \"embedding\" : " V
     "2\" } ] } ",
     "ba"},
    /* what looks alike and is none */
    {"{\"data\":[[1],[],[null],[\"2]\"],[[2]],{\"a\":[2]},true,[2]]}",
     "{\"data\":[" V "1\",[],[null],[\"2]\"],[[2]],{\"a\":[2]},true," V "2\"]}",
     "aa"},
    {"{\"data\":[1,\"x\"]}", "{\"data\":[1,\"x\"]}", ""},
    {"{\"data\":[[7,\"]\",7],[1]]}", "{\"data\":[[7,\"]\",7]," V "1\"]}", "a"},
    {"{\"data\":{\"embedding\":[1]}}", "{\"data\":{\"embedding\":[1]}}", ""},
    {"{\"a\":{\"data\":[[1]]}}", "{\"a\":{\"data\":[[1]]}}", ""},
    {"{\"a\":\"data\",\"b\":\"\\\"data\\\":[1]\",\"data\":[1]}",
     "{\"a\":\"data\",\"b\":\"\\\"data\\\":[1]\",\"data\":" V "1\"}", "a"},
    {"{\"a\":[\"]\",{\"b\":\"}\"}],\"data\":[1]}",
     "{\"a\":[\"]\",{\"b\":\"}\"}],\"data\":" V "1\"}", "a"},
    {"{\"data\":[1],\"data\":[2]}", "{\"data\":" V "1\",\"data\":" V "2\"}",
     "aa"},
    {"[[1]]", "[[1]]", ""},
    {"{}", "{}", ""},
    {"", "", ""},
    {"5", "5", ""},
    /* no JSON: what was taken was a list of numbers all the same */
    {"{\"data\":[[1],[1e39],[2]]}", "{\"data\":[" V "1\",[1e39]," V "2\"]}",
     "aa"},
    {"{\"data\":[[1],[01],[2]]}", "{\"data\":[" V "1\",[01]," V "2\"]}", "aa"},
    {"{\"data\":[[1],[1 2],[2]]}", "{\"data\":[" V "1\",[1 2]," V "2\"]}",
     "aa"},
    {"{\"data\":[[1],[1,],[2]]}", "{\"data\":[" V "1\",[1,]," V "2\"]}", "aa"},
    {"{\"data\":[[1]", "{\"data\":[" V "1\"", "a"},
    {"{\"data\":[[1],", "{\"data\":[" V "1\",", "a"},
    {"{\"data\":[[1],[2", "{\"data\":[" V "1\",[2", "a"},
    {"{\"data\":[[1]}]", "{\"data\":[" V "1\"}]", "a"},
    {"{\"data\" [[1]]}", "{\"data\" [[1]]}", ""},
    {"{\"data", "{\"data", ""},
    {"{\"data\":", "{\"data\":", ""},
    {"{\"data\":[", "{\"data\":[", ""},
    {"{\"data\":[{\"embedding\":[", "{\"data\":[{\"embedding\":[", ""},
};

/* Takes the vectors of a text in memory of exactly the measured sizes, of which
** `less` is held back. False when there is not the room. */
static int take(const char *text, size_t n, const struct ih_embed *less,
                struct ih_embed *sizes, float **numbers, size_t **lengths,
                char **rest) {
  text = guarded(text, n);
  ih_embed_measure(text, n, sizes);
  sizes->floats -= less->floats;
  sizes->vectors -= less->vectors;
  sizes->rest -= less->rest;
  *numbers = malloc(sizes->floats * sizeof **numbers);
  *lengths = malloc(sizes->vectors * sizeof **lengths);
  *rest = malloc(sizes->rest);
  return ih_embed_take(text, n, sizes, *numbers, *lengths, *rest);
}

static void drop(float *numbers, size_t *lengths, char *rest) {
  free(numbers);
  free(lengths);
  free(rest);
}

static void check_answer(const char *text, const char *rest,
                         const char *expected) {
  static const struct ih_embed nothing = {0, 0, 0};
  struct ih_embed sizes;
  struct ih_span got = {NULL, 0};
  float *numbers, next = 1;
  size_t *lengths, i, j, at = 0;
  char *left;
  int taken =
      take(text, strlen(text), &nothing, &sizes, &numbers, &lengths, &left);
  check_begin(text, "");
  CHECK_INT(taken, rest != NULL);
  if (taken && rest) {
    struct ih_span want = {rest, strlen(rest)};
    got.ptr = left;
    got.len = sizes.rest;
    check_span(got, want, __FILE__, __LINE__, "rest");
    CHECK_INT(sizes.vectors, strlen(expected));
    for (i = 0; i < sizes.vectors && expected[i]; i++) {
      CHECK_INT(lengths[i], expected[i] - 'a' + 1);
      for (j = 0; j < lengths[i]; j++)
        CHECK(numbers[at + j] == next++);
      at += lengths[i];
    }
    CHECK_INT(sizes.floats, at);
  }
  check_end();
  drop(numbers, lengths, left);
}

/* Takes with less room than was measured: no other is used. */
static void take_with_less(struct ih_embed less) {
  static const char text[] = "{\"data\":[[1,2,3],[4,5,6]],\"x\":\"a text\"}";
  struct ih_embed sizes;
  float *numbers;
  size_t *lengths;
  char *rest;
  if (take(text, sizeof text - 1, &less, &sizes, &numbers, &lengths, &rest)) {
    CHECK_INT(less.vectors, 0);
    CHECK_INT(sizes.vectors, (6 - less.floats) / 3);
    CHECK_INT(sizes.floats, sizes.vectors * 3);
  } else {
    CHECK(less.floats + less.vectors + less.rest > 0);
  }
  drop(numbers, lengths, rest);
}

static void too_little_room_is_noticed(void) {
  struct ih_embed less = {0, 0, 0};
  for (; less.floats <= 6; less.floats++)
    take_with_less(less);
  less.floats = 0;
  for (; less.vectors <= 2; less.vectors++)
    take_with_less(less);
  less.vectors = 0;
  for (; less.rest <= 100; less.rest++)
    take_with_less(less);
}

/* A body of `n` bytes that repeats something. */
static char *repeated(const char *head, const char *unit, size_t n) {
  char *text = malloc(n + 1);
  size_t at = strlen(head), length = strlen(unit);
  if (!text)
    return NULL;
  memcpy(text, head, at);
  for (; at < n; at += length)
    memcpy(text + at, unit, length < n - at ? length : n - at);
  text[n] = '\0';
  return text;
}

/* Bodies made to be expensive cost no more than their length. */
static void work_is_linear(void) {
  static const char *const heads[] = {"{\"data\":[", "{\"data\":[[1",
                                      "{\"data\":[{\"embedding\":[0", "{"};
  static const char *const units[] = {"[",     "{",  "1,",     "[1,", "[1],",
                                      "[1,[]", ",9", "\"a\":", "\"",  "-",
                                      "[-],",  "]",  " ",      "{},"};
  size_t n = 200000, i, j;
  for (i = 0; i < 4; i++) {
    for (j = 0; j < sizeof units / sizeof *units; j++) {
      struct ih_embed sizes;
      char *text = repeated(heads[i], units[j], n);
      float *numbers;
      size_t *lengths;
      char *rest;
      if (!CHECK(text != NULL))
        return;
      work_begin(100 * n);
      ih_embed_measure(text, n, &sizes);
      numbers = malloc(sizes.floats * sizeof *numbers + 1);
      lengths = malloc(sizes.vectors * sizeof *lengths + 1);
      rest = malloc(sizes.rest);
      ih_embed_take(text, n, &sizes, numbers, lengths, rest);
      work_end();
      free(text);
      drop(numbers, lengths, rest);
    }
  }
}

/* Measures a list of so many of a unit, each of which ends with a comma, and
** of one number more. */
static void check_count(const char *unit, size_t count) {
  static const char head[] = "{\"data\":[", tail[] = "1]}";
  size_t n = sizeof head - 1 + count * strlen(unit) + sizeof tail - 1;
  struct ih_embed sizes;
  char *text = repeated(head, unit, n);
  CHECK(text != NULL);
  if (!text)
    return;
  memcpy(text + n - (sizeof tail - 1), tail, sizeof tail - 1);
  ih_embed_measure(guarded(text, n), n, &sizes);
  CHECK_INT(sizes.floats, count + 1);
  free(text);
}

/* No number more, and none less: what differs from a comma in a bit stands
** beside it, and some lists have more than a byte can count. */
static void numbers_are_counted(void) {
  static const char *const units[] = {"1,", "-1,", "1,\n", "1-,", "1.5e-7,"};
  size_t count, i;
  for (i = 0; i < sizeof units / sizeof *units; i++) {
    for (count = 0; count < 40; count++)
      check_count(units[i], count);
    check_count(units[i], 3000);
  }
}

static void nothing_is_allocated(void) {
  static const char text[] = "{\"data\":[[1.25,16777217]]}";
  struct ih_embed sizes;
  float numbers[2];
  size_t lengths[1];
  char rest[200];
  check_memory.made = 0;
  ih_embed_measure(text, sizeof text - 1, &sizes);
  CHECK(sizes.rest <= sizeof rest);
  CHECK(ih_embed_take(text, sizeof text - 1, &sizes, numbers, lengths, rest));
  CHECK_INT(check_memory.made, 0);
}

void test_embed(void) {
  size_t i;
  for (i = 0; i < sizeof answers / sizeof *answers; i++)
    check_answer(answers[i].text, answers[i].rest, answers[i].lengths);
  RUN(too_little_room_is_noticed);
  RUN(work_is_linear);
  RUN(numbers_are_counted);
  RUN(nothing_is_allocated);
}
