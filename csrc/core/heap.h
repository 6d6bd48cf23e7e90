/*
** Timers in order of the moment they are due.
**
** A timer lives inside the object it belongs to and is in at most one heap.
** Room for it is made beforehand, once per object, with ih_heap_reserve, so
** that setting a timer never fails. Zero-filled memory is an empty heap and a
** timer that is not set. Moments are nanoseconds of any one clock.
*/
#ifndef IH_HEAP_H
#define IH_HEAP_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ih_timer {
  int64_t at;   /* when it is due, while it is set */
  size_t _slot; /* 1 is the top; 0: not set */
};

struct ih_heap {
  struct ih_timer **_slots;
  size_t _used, _cap;
};

/* Makes room for n timers in all. IH_OK or IH_NOMEM. */
int ih_heap_reserve(struct ih_heap *h, size_t n);

/* Sets a timer, or moves one that is set. */
void ih_heap_set(struct ih_heap *h, struct ih_timer *t, int64_t at);

/* Unsets a timer; one that is not set is left alone. */
void ih_heap_drop(struct ih_heap *h, struct ih_timer *t);

/* The timer that is due first, or NULL. */
static inline struct ih_timer *ih_heap_first(const struct ih_heap *h) {
  return h->_used ? h->_slots[0] : NULL;
}

void ih_heap_free(struct ih_heap *h);

#pragma GCC visibility pop

#endif
