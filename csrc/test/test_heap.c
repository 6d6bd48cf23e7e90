/* Tests of core/heap.h, the timers in order of the moment they are due. */
#include "../core/heap.h"

#include <string.h>

#include "check.h"

#define TIMERS 100

static struct ih_timer timers[TIMERS];
static struct ih_heap heap;

static void fresh(size_t room) {
  memset(timers, 0, sizeof timers);
  memset(&heap, 0, sizeof heap);
  CHECK_INT(ih_heap_reserve(&heap, room), IH_OK);
}

/* Whether every timer is where it says and none is before its parent. */
static int in_order(void) {
  size_t slot;
  for (slot = 1; slot <= heap._used; slot++) {
    const struct ih_timer *t = heap._slots[slot - 1];
    if (t->_slot != slot ||
        t->at < heap._slots[(slot > 1 ? slot / 2 : 1) - 1]->at)
      return 0;
  }
  return 1;
}

static void zero_is_empty(void) {
  struct ih_heap empty = {0};
  struct ih_timer t = {0};
  CHECK(ih_heap_first(&empty) == NULL);
  ih_heap_drop(&empty, &t);
  CHECK(ih_heap_first(&empty) == NULL);
  ih_heap_free(&empty);
}

static void one_comes_and_goes(void) {
  fresh(1);
  ih_heap_set(&heap, &timers[0], 5);
  CHECK(ih_heap_first(&heap) == &timers[0]);
  CHECK_INT(timers[0].at, 5);
  ih_heap_drop(&heap, &timers[0]);
  CHECK(ih_heap_first(&heap) == NULL);
  ih_heap_drop(&heap, &timers[0]);
  CHECK(ih_heap_first(&heap) == NULL);
  ih_heap_set(&heap, &timers[0], 6);
  CHECK(ih_heap_first(&heap) == &timers[0]);
  ih_heap_free(&heap);
}

/* Sets all timers by `key` and drops the first until none is left. */
static void drains_sorted(int64_t (*key)(int i)) {
  int64_t last = INT64_MIN;
  int i;
  fresh(TIMERS);
  for (i = 0; i < TIMERS; i++) {
    ih_heap_set(&heap, &timers[i], key(i));
    CHECK(in_order());
  }
  for (i = 0; i < TIMERS; i++) {
    struct ih_timer *first = ih_heap_first(&heap);
    if (!CHECK(first != NULL))
      break;
    CHECK(first->at >= last);
    last = first->at;
    ih_heap_drop(&heap, first);
    CHECK_INT(first->_slot, 0);
    CHECK(in_order());
  }
  CHECK(ih_heap_first(&heap) == NULL);
  ih_heap_free(&heap);
}

static int64_t rising(int i) {
  return i;
}

static int64_t falling(int i) {
  return -i;
}

static int64_t equal(int i) {
  return 7 + 0 * i;
}

static int64_t scattered(int i) {
  return i * 37 % 101;
}

static int64_t extreme(int i) {
  return i % 2 ? INT64_MAX - i : INT64_MIN + i;
}

static void drains_sorted_whatever_the_order(void) {
  drains_sorted(rising);
  drains_sorted(falling);
  drains_sorted(equal);
  drains_sorted(scattered);
  drains_sorted(extreme);
}

static void setting_again_moves(void) {
  fresh(3);
  ih_heap_set(&heap, &timers[0], 10);
  ih_heap_set(&heap, &timers[1], 20);
  ih_heap_set(&heap, &timers[2], 30);
  ih_heap_set(&heap, &timers[2], 5);
  CHECK(ih_heap_first(&heap) == &timers[2]);
  ih_heap_set(&heap, &timers[2], 25);
  CHECK(ih_heap_first(&heap) == &timers[0]);
  ih_heap_set(&heap, &timers[0], 10);
  CHECK(ih_heap_first(&heap) == &timers[0]);
  ih_heap_set(&heap, &timers[0], 40);
  CHECK(ih_heap_first(&heap) == &timers[1]);
  CHECK_INT(heap._used, 3);
  CHECK(in_order());
  ih_heap_free(&heap);
}

/* The last timer, put where another left, may belong above that place. */
static void dropping_may_move_up(void) {
  static const int64_t at[] = {1, 50, 2, 60, 55, 3, 4};
  int i;
  fresh(7);
  for (i = 0; i < 7; i++)
    ih_heap_set(&heap, &timers[i], at[i]);
  ih_heap_drop(&heap, &timers[3]);
  CHECK(in_order());
  CHECK_INT(heap._used, 6);
  ih_heap_free(&heap);
}

static void setting_never_allocates(void) {
  int i;
  fresh(TIMERS);
  check_memory.made = 0;
  for (i = 0; i < TIMERS; i++)
    ih_heap_set(&heap, &timers[i], TIMERS - i);
  for (i = 0; i < TIMERS; i++)
    ih_heap_drop(&heap, &timers[i]);
  CHECK_INT(check_memory.made, 0);
  ih_heap_free(&heap);
}

static void reserve_keeps_what_is_set(void) {
  size_t room;
  int i = 0;
  fresh(0);
  for (room = 1; room <= TIMERS; room++, i++) {
    CHECK_INT(ih_heap_reserve(&heap, room), IH_OK);
    ih_heap_set(&heap, &timers[i], scattered(i));
    CHECK(in_order());
  }
  CHECK_INT(heap._used, TIMERS);
  CHECK_INT(ih_heap_reserve(&heap, 1), IH_OK);
  CHECK_INT(heap._used, TIMERS);
  CHECK(in_order());
  ih_heap_free(&heap);
  CHECK(ih_heap_first(&heap) == NULL);
}

static void room_is_made_once(void) {
  size_t room;
  for (room = 1; room < 300; room++) {
    fresh(room);
    check_memory.made = 0;
    CHECK_INT(ih_heap_reserve(&heap, room), IH_OK);
    CHECK_INT(check_memory.made, 0);
    ih_heap_free(&heap);
  }
}

static void room_grows_in_strides(void) {
  size_t room;
  fresh(0);
  check_memory.made = 0;
  for (room = 1; room <= 10000; room++)
    CHECK_INT(ih_heap_reserve(&heap, room), IH_OK);
  CHECK(check_memory.made < 40);
  ih_heap_free(&heap);
}

static void impossible_sizes_are_refused(void) {
  struct ih_heap empty = {0};
  fresh(1);
  ih_heap_set(&heap, &timers[0], 1);
  CHECK_INT(ih_heap_reserve(&heap, SIZE_MAX / 64), IH_NOMEM);
  CHECK(ih_heap_first(&heap) == &timers[0]);
  ih_heap_free(&heap);
  /* So many that their size in bytes comes out as 0; and more than any power
  ** of two, which is tried only where that one is refused. */
  if (CHECK_INT(ih_heap_reserve(&empty, SIZE_MAX / sizeof(void *) + 1),
                IH_NOMEM))
    CHECK_INT(ih_heap_reserve(&empty, SIZE_MAX), IH_NOMEM);
  ih_heap_free(&empty);
}

/* The smallest moment of the timers that the model says are set. */
static const struct ih_timer *earliest(const int64_t *at, const char *set) {
  const struct ih_timer *first = NULL;
  int i;
  for (i = 0; i < TIMERS; i++)
    if (set[i] && (!first || at[i] < first->at))
      first = &timers[i];
  return first;
}

static void behaves_like_a_search(void) {
  static int64_t at[TIMERS];
  static char set[TIMERS];
  uint32_t seed = 3, round;
  int good = 1;
  fresh(TIMERS);
  for (round = 0; round < 20000 && good; round++) {
    uint32_t i = check_random(&seed, TIMERS);
    const struct ih_timer *first;
    set[i] = (char)(check_random(&seed, 3) > 0);
    if (set[i])
      ih_heap_set(&heap, &timers[i], at[i] = check_random(&seed, 200));
    else
      ih_heap_drop(&heap, &timers[i]);
    first = earliest(at, set);
    good = CHECK(in_order()) && CHECK(!first == !ih_heap_first(&heap)) &&
           CHECK(!first || first->at == ih_heap_first(&heap)->at) &&
           CHECK(!set[i] || timers[i].at == at[i]) &&
           CHECK(!set[i] == !timers[i]._slot);
  }
  ih_heap_free(&heap);
}

void test_heap(void) {
  RUN(zero_is_empty);
  RUN(one_comes_and_goes);
  RUN(drains_sorted_whatever_the_order);
  RUN(setting_again_moves);
  RUN(dropping_may_move_up);
  RUN(setting_never_allocates);
  RUN(reserve_keeps_what_is_set);
  RUN(room_is_made_once);
  RUN(room_grows_in_strides);
  RUN(impossible_sizes_are_refused);
  RUN(behaves_like_a_search);
}
