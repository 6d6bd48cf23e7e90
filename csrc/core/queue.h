/*
** An intrusive first-in, first-out queue.
**
** A link lives inside the object that waits, so putting an object into a queue
** cannot fail. A link is in at most one queue and knows which: pushing one that
** already waits does nothing, and an object can leave from the middle.
** Zero-filled memory is an empty queue, and a link that is in none.
*/
#ifndef IH_QUEUE_H
#define IH_QUEUE_H

#include <stddef.h>

struct ih_queue;

struct ih_link {
  struct ih_link *_prev, *_next;
  struct ih_queue *_in;
};

struct ih_queue {
  struct ih_link *_first, *_last;
};

/* The object of type `type` whose member `member` is the link `link`. */
#define ih_queue_item(link, type, member)                                      \
  ((type *)(void *)(((char *)(link)) - offsetof(type, member)))

static inline struct ih_link *ih_queue_first(const struct ih_queue *q) {
  return q->_first;
}

static inline void ih_queue_push(struct ih_queue *q, struct ih_link *link) {
  if (link->_in)
    return;
  link->_in = q;
  link->_next = NULL;
  link->_prev = q->_last;
  if (q->_last)
    q->_last->_next = link;
  else
    q->_first = link;
  q->_last = link;
}

/* Takes a link out of whatever queue it is in. */
static inline void ih_queue_leave(struct ih_link *link) {
  struct ih_queue *q = link->_in;
  if (!q)
    return;
  if (link->_prev)
    link->_prev->_next = link->_next;
  else
    q->_first = link->_next;
  if (link->_next)
    link->_next->_prev = link->_prev;
  else
    q->_last = link->_prev;
  link->_prev = link->_next = NULL;
  link->_in = NULL;
}

#endif
