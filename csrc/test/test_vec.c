/* Tests of core/vec.h. */
#include "../core/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int near(double a, double b) {
  return fabs(a - b) <= 1e-12 * (fabs(a) + fabs(b) + 1);
}

/* The first n numbers of a vector that has all kinds of them. */
static void fill(float *to, size_t n, uint32_t seed) {
  size_t i;
  for (i = 0; i < n; i++)
    to[i] = ((float)check_random(&seed, 2001) - 1000) / 64;
}

/* Every length meets every end of the unrolled loops; what is behind the
** vectors faults. */
static void products_are_sums(void) {
  float a[70], b[70];
  size_t n, i;
  fill(a, 70, 1);
  fill(b, 70, 2);
  for (n = 0; n <= 70; n++) {
    double sum = 0, square = 0, own = 0;
    float *last = malloc(n * sizeof *last + 1);
    CHECK(last != NULL);
    if (!last)
      return;
    memcpy(last, b, n * sizeof *last);
    for (i = 0; i < n; i++) {
      sum += (double)a[i] * b[i];
      square += (double)a[i] * a[i];
      own += (double)b[i] * b[i];
    }
    CHECK(near(ih_vec_dot(a, last, n), sum));
    CHECK(near(ih_vec_dot(a, a, n), square));
    CHECK(near(ih_vec_cosine(a, square, last, n),
               n ? sum / sqrt(square) / sqrt(own) : 0));
    free(last);
  }
}

static double cosine(float x1, float y1, float x2, float y2) {
  float a[2], b[2];
  a[0] = x1, a[1] = y1, b[0] = x2, b[1] = y2;
  return ih_vec_cosine(a, ih_vec_dot(a, a, 2), b, 2);
}

static void cosines_stay_in_range(void) {
  float some[70];
  size_t n;
  fill(some, 70, 3);
  for (n = 1; n < 70; n++)
    CHECK(ih_vec_cosine(some, ih_vec_dot(some, some, n), some, n) == 1);
  CHECK(cosine(1, 0, 0, 1) == 0);
  CHECK(cosine(1, 0, 5, 0) == 1);
  CHECK(cosine(1, 0, -5, 0) == -1);
  CHECK(cosine(0, 0, 1, 1) == 0);
  CHECK(cosine(1, 1, 0, 0) == 0);
  CHECK(near(cosine(1, 1, 1, 0), sqrt(0.5)));
  /* no scale is too large or too small */
  CHECK(near(cosine(3e38f, 3e38f, 3e38f, 0), sqrt(0.5)));
  CHECK(near(cosine(1e-45f, 1e-45f, 3e38f, 0), sqrt(0.5)));
  CHECK(isnan(cosine(NAN, 1, 1, 1)));
}

static void bytes_come_back(void) {
  static const float numbers[] = {1, -2.5f, 0, 3.4e38f, 1e-45f};
  float back[5];
  char bytes[20];
  struct ih_span span = {bytes, sizeof bytes};
  ih_vec_store(numbers, 5, bytes);
  CHECK_SPAN(span, "\0\0\x80\x3F"
                   "\0\0\x20\xC0"
                   "\0\0\0\0"
                   "\x9E\xC9\x7F\x7F"
                   "\1\0\0\0");
  ih_vec_load(bytes, 5, back);
  CHECK(memcmp(back, numbers, sizeof back) == 0);
  memcpy(back, bytes, sizeof back);
  ih_vec_load((char *)back, 5, back);
  CHECK(memcmp(back, numbers, sizeof back) == 0);
}

/* ---- the best of many ----------------------------------------------------- */

#define MANY 300

static int in_order(const void *a, const void *b) {
  const struct ih_hit *one = a, *other = b;
  if (one->score != other->score)
    return one->score < other->score ? 1 : -1;
  return one->index < other->index ? -1 : 1;
}

/* Against sorting everything; few scores, so that many are equal. */
static void check_top(size_t room, uint32_t scores, uint32_t seed) {
  struct ih_hit all[MANY], hits[MANY + 1];
  struct ih_top top = {hits, 0, 0};
  size_t i;
  top.room = room;
  for (i = 0; i < MANY; i++) {
    all[i].index = i * 7 % MANY; /* in no order */
    all[i].score = check_random(&seed, scores);
    ih_top_offer(&top, all[i].score, all[i].index);
  }
  qsort(all, MANY, sizeof *all, in_order);
  ih_top_sort(&top);
  CHECK_INT(top.count, room < MANY ? room : MANY);
  for (i = 0; i < top.count; i++) {
    CHECK_INT(hits[i].index, all[i].index);
    CHECK(hits[i].score == all[i].score);
  }
}

static void the_best_are_kept_in_order(void) {
  static const size_t rooms[] = {1, 2, 3, 10, 100, MANY - 1, MANY, MANY + 1};
  size_t i;
  for (i = 0; i < 8; i++) {
    check_top(rooms[i], 1, (uint32_t)i);
    check_top(rooms[i], 5, (uint32_t)i);
    check_top(rooms[i], 1000000, (uint32_t)i);
  }
}

static void nan_is_never_kept(void) {
  struct ih_hit hits[3];
  struct ih_top top = {hits, 3, 0};
  ih_top_offer(&top, NAN, 1);
  ih_top_offer(&top, -INFINITY, 2);
  ih_top_offer(&top, NAN, 3);
  ih_top_offer(&top, 0, 4);
  ih_top_sort(&top);
  CHECK_INT(top.count, 2);
  CHECK_INT(hits[0].index, 4);
  CHECK_INT(hits[1].index, 2);
}

void test_vec(void) {
  RUN(products_are_sums);
  RUN(cosines_stay_in_range);
  RUN(bytes_come_back);
  RUN(the_best_are_kept_in_order);
  RUN(nan_is_never_kept);
}
