/* Tests of core/buf.h, the growable run of bytes. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void zero_is_empty(void) {
  struct ih_buf b = {0};
  CHECK_INT(ih_buf_len(&b), 0);
  CHECK_SPAN(ih_buf_span(&b), "");
  CHECK(ih_buf_bytes(&b) != NULL);
  ih_buf_free(&b);
}

static void appends_and_consumes(void) {
  struct ih_buf b = {0};
  CHECK_INT(ih_buf_append(&b, "ab\0c", 4), IH_OK);
  CHECK_INT(ih_buf_append(&b, "def", 3), IH_OK);
  CHECK_SPAN(ih_buf_span(&b), "ab\0cdef");
  ih_buf_consume(&b, 2);
  CHECK_SPAN(ih_buf_span(&b), "\0cdef");
  ih_buf_chop(&b, 1);
  CHECK_SPAN(ih_buf_span(&b), "\0cde");
  ih_buf_consume(&b, 4);
  CHECK_SPAN(ih_buf_span(&b), "");
  ih_buf_append(&b, "x", 1);
  ih_buf_clear(&b);
  CHECK_SPAN(ih_buf_span(&b), "");
  ih_buf_free(&b);
}

static void nothing_appended_allocates_nothing(void) {
  struct ih_buf b = {0};
  check_memory.made = 0;
  CHECK_INT(ih_buf_append(&b, "", 0), IH_OK);
  CHECK_INT(ih_buf_set(&b, "", 0), IH_OK);
  CHECK_INT(check_memory.made, 0);
  CHECK_INT(ih_buf_len(&b), 0);
  ih_buf_free(&b);
}

static void set_replaces(void) {
  struct ih_buf b = {0};
  ih_buf_set(&b, "first", 5);
  ih_buf_consume(&b, 1);
  CHECK_INT(ih_buf_set(&b, "2nd", 3), IH_OK);
  CHECK_SPAN(ih_buf_span(&b), "2nd");
  CHECK_INT(ih_buf_set(&b, "", 0), IH_OK);
  CHECK_SPAN(ih_buf_span(&b), "");
  ih_buf_free(&b);
}

static void reserve_gives_the_room_asked_for(void) {
  struct ih_buf b = {0};
  size_t n;
  for (n = 1; n < 3000; n += 1 + n / 7) {
    char *to = ih_buf_reserve(&b, n);
    size_t before = ih_buf_len(&b);
    CHECK(to == ih_buf_bytes(&b) + before);
    memset(to, (int)('a' + n % 26), n);
    CHECK_INT(ih_buf_len(&b), before);
    ih_buf_extend(&b, n);
    CHECK_INT(ih_buf_len(&b), before + n);
    ih_buf_consume(&b, n / 2);
  }
  ih_buf_free(&b);
}

/* Bytes that were reserved are there without another allocation. */
static void reserve_is_a_promise(void) {
  static const char bytes[5000];
  size_t n;
  for (n = 1; n < sizeof bytes; n += n < 1100 ? 1 : 97) {
    struct ih_buf b = {0};
    ih_buf_append(&b, bytes, n % 3);
    CHECK(ih_buf_reserve(&b, n) != NULL);
    check_memory.made = 0;
    ih_buf_append(&b, bytes, n - n / 2);
    ih_buf_append(&b, bytes, n / 2);
    CHECK_INT(check_memory.made, 0);
    ih_buf_free(&b);
  }
}

/* With every relation of what is free in front, behind, and asked for. */
static void reserve_is_enough_after_consuming(void) {
  static const char bytes[256];
  size_t full, gone, n;
  for (full = 254; full <= 256; full++)
    for (gone = 0; gone <= full; gone++)
      for (n = gone ? gone - 1 : 0; n < gone + 4; n++) {
        struct ih_buf b = {0};
        char *to;
        ih_buf_append(&b, bytes, full);
        ih_buf_consume(&b, gone);
        to = ih_buf_reserve(&b, n);
        memset(to, 'x', n);
        CHECK(to == ih_buf_bytes(&b) + ih_buf_len(&b));
        CHECK_INT(ih_buf_len(&b), full - gone);
        ih_buf_free(&b);
      }
}

static void reserving_nothing_works(void) {
  struct ih_buf b = {0};
  CHECK(ih_buf_reserve(&b, 0) != NULL);
  CHECK_INT(ih_buf_len(&b), 0);
  ih_buf_free(&b);
}

static void consuming_moves_nothing(void) {
  struct ih_buf b = {0};
  struct ih_span span;
  ih_buf_append(&b, "0123456789", 10);
  span = ih_buf_span(&b);
  ih_buf_consume(&b, 4);
  CHECK(ih_buf_bytes(&b) == span.ptr + 4);
  ih_buf_chop(&b, 2);
  CHECK(ih_buf_bytes(&b) == span.ptr + 4);
  CHECK_SPAN(span, "0123456789");
  ih_buf_free(&b);
}

static void clear_keeps_the_memory(void) {
  static const char bytes[1000];
  struct ih_buf b = {0};
  ih_buf_append(&b, bytes, sizeof bytes);
  check_memory.made = 0;
  ih_buf_clear(&b);
  ih_buf_append(&b, bytes, sizeof bytes);
  ih_buf_consume(&b, sizeof bytes);
  ih_buf_append(&b, bytes, sizeof bytes);
  CHECK_INT(check_memory.made, 0);
  ih_buf_free(&b);
}

static void free_leaves_it_usable(void) {
  struct ih_buf b = {0};
  ih_buf_append(&b, "x", 1);
  ih_buf_free(&b);
  CHECK_SPAN(ih_buf_span(&b), "");
  CHECK_INT(ih_buf_append(&b, "yz", 2), IH_OK);
  CHECK_SPAN(ih_buf_span(&b), "yz");
  ih_buf_free(&b);
  ih_buf_free(&b);
}

static void impossible_sizes_are_refused(void) {
  static const size_t sizes[] = {SIZE_MAX,         SIZE_MAX - 1, SIZE_MAX / 2,
                                 SIZE_MAX / 2 + 1, SIZE_MAX / 4, SIZE_MAX / 8};
  struct ih_buf b = {0};
  size_t i;
  for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    CHECK(ih_buf_reserve(&b, sizes[i]) == NULL);
    CHECK_INT(ih_buf_len(&b), 0);
  }
  ih_buf_append(&b, "kept", 4);
  for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    CHECK(ih_buf_reserve(&b, sizes[i]) == NULL);
    CHECK_SPAN(ih_buf_span(&b), "kept");
  }
  ih_buf_free(&b);
}

/* Against a plain array and two indexes. */
static void behaves_like_an_array(void) {
  enum { ROOM = 1 << 21, ROUNDS = 30000 };
  char *model = malloc(ROOM);
  size_t start = 0, end = 0;
  struct ih_buf b = {0};
  uint32_t seed = 1, round, i;
  CHECK(model != NULL);
  if (!model)
    return;
  for (round = 0; round < ROUNDS && end + 600 < ROOM; round++) {
    uint32_t n = check_random(&seed, round % 512 + 1);
    uint32_t what = check_random(&seed, 16);
    if (what < 8) {
      for (i = 0; i < n; i++)
        model[end + i] = (char)check_random(&seed, 256);
      ih_buf_append(&b, model + end, n);
      end += n;
    } else if (what < 15) {
      n = n < end - start ? n : (uint32_t)(end - start);
      ih_buf_consume(&b, n);
      start += n;
    } else {
      n = n < end - start ? n : (uint32_t)(end - start);
      ih_buf_chop(&b, n);
      end -= n;
    }
    if (ih_buf_len(&b) != end - start ||
        memcmp(ih_buf_bytes(&b), model + start, end - start) != 0)
      break;
  }
  CHECK(round == ROUNDS || end + 600 >= ROOM);
  ih_buf_free(&b);
  free(model);
}

/* Keeps `held` bytes in the buffer while n bytes pass through it in pieces.
** Returns the work that took. */
static uint64_t pass_through(size_t held, size_t piece, size_t n) {
  static char bytes[4096];
  struct ih_buf b = {0};
  size_t done;
  while (ih_buf_len(&b) < held)
    ih_buf_append(&b, bytes, 1);
  check_memory.largest = 0;
  work_begin((uint64_t)n * 64);
  for (done = 0; done < n; done += piece) {
    ih_buf_append(&b, bytes, piece);
    ih_buf_consume(&b, piece);
  }
  CHECK(check_memory.largest <= 4 * (held + piece) + 1024);
  ih_buf_free(&b);
  return work_end();
}

static void work_is_linear(void) {
  static const size_t held[] = {0, 1, 127, 128, 255, 256, 4095, 4096, 60000};
  static const size_t pieces[] = {1, 7, 256, 4096};
  size_t i, j;
  for (i = 0; i < sizeof held / sizeof *held; i++)
    for (j = 0; j < sizeof pieces / sizeof *pieces; j++) {
      uint64_t once = pass_through(held[i], pieces[j], 1 << 17);
      uint64_t twice = pass_through(held[i], pieces[j], 1 << 18);
      CHECK(twice < once * 3);
    }
}

static void growing_is_linear(void) {
  struct ih_buf b = {0};
  size_t i, n = 1 << 20;
  work_begin((uint64_t)n * 32);
  for (i = 0; i < n; i++)
    ih_buf_append(&b, "x", 1);
  work_end();
  CHECK_INT(ih_buf_len(&b), n);
  ih_buf_free(&b);
}

void test_buf(void) {
  RUN(zero_is_empty);
  RUN(appends_and_consumes);
  RUN(nothing_appended_allocates_nothing);
  RUN(set_replaces);
  RUN(reserve_gives_the_room_asked_for);
  RUN(reserve_is_a_promise);
  RUN(reserve_is_enough_after_consuming);
  RUN(reserving_nothing_works);
  RUN(consuming_moves_nothing);
  RUN(clear_keeps_the_memory);
  RUN(free_leaves_it_usable);
  RUN(impossible_sizes_are_refused);
  RUN(behaves_like_an_array);
  RUN(work_is_linear);
  RUN(growing_is_linear);
}
