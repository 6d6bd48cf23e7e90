/*
** What engine.c and step.c share: the engine itself, how a transfer starts and
** ends in it, and what wakes it.
**
** A transfer that has ended is libcurl's no more and has let the next one
** through its gate; its handle is kept for another. Whoever changes what the
** engine waits for between two steps sets the bell and the alarm anew; a step
** does so when it is over.
*/
#ifndef IH_INNER_H
#define IH_INNER_H

#include <sys/types.h>

#include "poll.h"
#include "transfer.h"

#pragma GCC visibility push(hidden)

/* Handles of libcurl kept for the next transfers. Made anew each time they
** would scatter over the heap, and resident memory creep up by megabytes. */
#define SPARE_HANDLES 256

struct ih_engine {
  struct ih_poll poll;
  struct ih_lanes lanes;
  struct ih_queue starting; /* submitted, not yet libcurl's */
  struct ih_queue members;  /* every transfer that is not over */
  struct ih_heap timers;
  struct ih_queue children;   /* programs that run: see child.h */
  struct ih_queue child_news; /* those of them with news */
  size_t wanted;              /* those that somebody waits for */
  void *multi; /* libcurl's handle, NULL: the next transfer has it made */
  int failed;  /* it has, and is to be closed: see multi.h */
  int fitted;  /* for how many transfers it keeps connections */
  int64_t libcurl_due; /* when libcurl wants to be called, 0: never */
  int64_t alarm;       /* of the host, 0: none */
  int64_t rest_over;   /* when a socket is watched again, 0: never */
  int64_t last_token;
  size_t running;
  void *spare[SPARE_HANDLES];
  int spares;
  long process; /* that made it */
};

/* The next step hands it to libcurl, unless it waits in front of its gate. */
void ih_engine_begin(struct ih_engine *e, struct ih_transfer *t);

/* It counts no more for its gate, and whoever waits there may start. */
void ih_engine_leave_gate(struct ih_transfer *t);

/* Takes a transfer out of libcurl and out of the engine, but for the queue of
** those with news. `code` is libcurl's. */
void ih_engine_detach(struct ih_engine *e, struct ih_transfer *t,
                      enum ih_end end, int code);

/* The same, and tells of it. */
void ih_engine_finish(struct ih_engine *e, struct ih_transfer *t,
                      enum ih_end end, int code);

/* Ends a transfer whose time is over; else looks again in time. */
void ih_engine_look(struct ih_engine *e, struct ih_transfer *t, int64_t now);

/* The bell tells of work that no socket and no timer announces. */
void ih_engine_set_bell(struct ih_engine *e);
void ih_engine_set_alarm(struct ih_engine *e);

#pragma GCC visibility pop

#endif
