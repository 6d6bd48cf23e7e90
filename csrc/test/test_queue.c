/* Tests of core/queue.h, the intrusive queue. */
#include "../core/queue.h"

#include <string.h>

#include "check.h"

struct job {
  int before;
  struct ih_link link;
  int number;
};

#define JOBS 5

static struct job jobs[JOBS];
static struct ih_queue queue;

static void fresh(void) {
  int i;
  memset(jobs, 0, sizeof jobs);
  memset(&queue, 0, sizeof queue);
  for (i = 0; i < JOBS; i++)
    jobs[i].number = i;
}

static void push(int number) {
  ih_queue_push(&queue, &jobs[number].link);
}

/* The numbers waiting, front first, as decimal digits; -1 when a link does not
** fit its neighbours. */
static int waiting(const struct ih_queue *q) {
  struct ih_link *link = ih_queue_first(q), *prev = NULL;
  int digits = 0;
  for (; link; prev = link, link = link->_next) {
    if (link->_prev != prev || link->_in != q)
      return -1;
    digits = digits * 10 + ih_queue_item(link, struct job, link)->number;
  }
  return q->_last == prev ? digits : -1;
}

static void zero_is_empty(void) {
  fresh();
  CHECK(ih_queue_first(&queue) == NULL);
  CHECK_INT(waiting(&queue), 0);
}

static void first_in_first_out(void) {
  fresh();
  push(3), push(1), push(2);
  CHECK_INT(waiting(&queue), 312);
  ih_queue_leave(ih_queue_first(&queue));
  CHECK_INT(waiting(&queue), 12);
  push(4);
  CHECK_INT(waiting(&queue), 124);
}

static void item_finds_its_object(void) {
  fresh();
  push(2);
  CHECK(ih_queue_item(ih_queue_first(&queue), struct job, link) == &jobs[2]);
}

static void pushing_twice_does_nothing(void) {
  struct ih_queue other = {0};
  fresh();
  push(1), push(2), push(1), push(2);
  CHECK_INT(waiting(&queue), 12);
  ih_queue_push(&other, &jobs[1].link);
  CHECK(ih_queue_first(&other) == NULL);
  CHECK_INT(waiting(&queue), 12);
}

static void leaves_from_anywhere(void) {
  static const int left[] = {234, 134, 124, 123};
  int i;
  for (i = 1; i <= 4; i++) {
    fresh();
    push(1), push(2), push(3), push(4);
    ih_queue_leave(&jobs[i].link);
    CHECK_INT(waiting(&queue), left[i - 1]);
    CHECK(!jobs[i].link._in && !jobs[i].link._prev && !jobs[i].link._next);
    push(i);
    CHECK_INT(waiting(&queue), left[i - 1] * 10 + i);
  }
}

static void the_only_one_leaves(void) {
  fresh();
  push(1);
  ih_queue_leave(&jobs[1].link);
  CHECK(ih_queue_first(&queue) == NULL);
  push(2), push(1);
  CHECK_INT(waiting(&queue), 21);
}

static void leaving_no_queue_does_nothing(void) {
  fresh();
  push(1);
  ih_queue_leave(&jobs[2].link);
  ih_queue_leave(&jobs[1].link);
  ih_queue_leave(&jobs[1].link);
  CHECK_INT(waiting(&queue), 0);
}

static void moves_to_another_queue(void) {
  struct ih_queue other = {0};
  fresh();
  push(1), push(2), push(3);
  ih_queue_leave(&jobs[2].link);
  ih_queue_push(&other, &jobs[2].link);
  CHECK_INT(waiting(&queue), 13);
  CHECK_INT(waiting(&other), 2);
  ih_queue_leave(&jobs[2].link);
  CHECK_INT(waiting(&other), 0);
  CHECK_INT(waiting(&queue), 13);
}

static void neighbouring_fields_are_left_alone(void) {
  fresh();
  jobs[1].before = 7;
  push(0), push(1), push(2);
  ih_queue_leave(&jobs[1].link);
  CHECK_INT(jobs[1].before, 7);
  CHECK_INT(jobs[1].number, 1);
}

/* Against digits in a number: pushing appends one, leaving removes one. */
static int without(int digits, int digit) {
  int kept = 0, unit;
  for (unit = 10000; unit; unit /= 10) {
    int d = digits / unit % 10;
    if (d && d != digit)
      kept = kept * 10 + d;
  }
  return kept;
}

static void behaves_like_a_list(void) {
  uint32_t seed = 2, round;
  int model = 0, same = 1;
  fresh();
  for (round = 0; round < 20000 && same; round++) {
    int number = 1 + (int)check_random(&seed, JOBS - 1);
    int present = without(model, number) != model;
    if (check_random(&seed, 2)) {
      push(number);
      model = present ? model : model * 10 + number;
    } else {
      ih_queue_leave(&jobs[number].link);
      model = without(model, number);
    }
    same = CHECK_INT(waiting(&queue), model);
  }
}

void test_queue(void) {
  RUN(zero_is_empty);
  RUN(first_in_first_out);
  RUN(item_finds_its_object);
  RUN(pushing_twice_does_nothing);
  RUN(leaves_from_anywhere);
  RUN(the_only_one_leaves);
  RUN(leaving_no_queue_does_nothing);
  RUN(moves_to_another_queue);
  RUN(neighbouring_fields_are_left_alone);
  RUN(behaves_like_a_list);
}
