#include "heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define FIRST_CAPACITY 16

int ih_heap_reserve(struct ih_heap *h, size_t n) {
  struct ih_timer **slots;
  size_t cap = h->_cap ? h->_cap : FIRST_CAPACITY;
  if (n <= h->_cap)
    return IH_OK;
  /* Pointers are what it holds: NOLINTBEGIN(bugprone-sizeof-expression) */
  if (n > SIZE_MAX / 2 / sizeof *slots)
    return IH_NOMEM;
  while (cap < n)
    cap *= 2;
  slots = realloc(h->_slots, cap * sizeof *slots);
  /* NOLINTEND(bugprone-sizeof-expression) */
  if (!slots)
    return IH_NOMEM;
  h->_slots = slots;
  h->_cap = cap;
  return IH_OK;
}

/* Slots are counted from 1, as the arithmetic of a heap wants it. */
static void place(struct ih_heap *h, size_t slot, struct ih_timer *t) {
  h->_slots[slot - 1] = t;
  t->_slot = slot;
}

static void sift_up(struct ih_heap *h, size_t slot, struct ih_timer *t) {
  while (slot > 1 && h->_slots[slot / 2 - 1]->at > t->at) {
    place(h, slot, h->_slots[slot / 2 - 1]);
    slot /= 2;
  }
  place(h, slot, t);
}

static void sift_down(struct ih_heap *h, size_t slot, struct ih_timer *t) {
  for (;;) {
    size_t child = slot * 2;
    if (child > h->_used)
      break;
    if (child < h->_used && h->_slots[child]->at < h->_slots[child - 1]->at)
      child++;
    if (h->_slots[child - 1]->at >= t->at)
      break;
    place(h, slot, h->_slots[child - 1]);
    slot = child;
  }
  place(h, slot, t);
}

void ih_heap_set(struct ih_heap *h, struct ih_timer *t, int64_t at) {
  int64_t before = t->at;
  t->at = at;
  if (!t->_slot) {
    assert(h->_used < h->_cap);
    sift_up(h, ++h->_used, t);
  } else if (at < before) {
    sift_up(h, t->_slot, t);
  } else if (at > before) {
    sift_down(h, t->_slot, t);
  }
}

void ih_heap_drop(struct ih_heap *h, struct ih_timer *t) {
  struct ih_timer *last;
  size_t slot = t->_slot;
  if (!slot)
    return;
  t->_slot = 0;
  last = h->_slots[--h->_used];
  if (last == t)
    return;
  if (slot > 1 && h->_slots[slot / 2 - 1]->at > last->at)
    sift_up(h, slot, last);
  else
    sift_down(h, slot, last);
}

void ih_heap_free(struct ih_heap *h) {
  free(h->_slots);
  memset(h, 0, sizeof *h);
}
