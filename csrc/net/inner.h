/*
** What engine.c and step.c share: the engine itself, and how an exchange ends.
*/
#ifndef IH_INNER_H
#define IH_INNER_H

#include <sys/types.h>

#include "engine.h"
#include "poll.h"

#pragma GCC visibility push(hidden)

/* Handles of libcurl kept for the next requests. Made anew each time they would
** scatter over the heap, and resident memory creep up by megabytes. */
#define SPARE_HANDLES 256

struct ih_engine {
  struct ih_poll poll;
  struct ih_lanes lanes;
  struct ih_queue starting; /* submitted, not yet libcurl's */
  struct ih_queue members;  /* every exchange that is not over */
  struct ih_heap timers;
  void *multi;
  int64_t libcurl_due; /* when libcurl wants to be called, 0: never */
  int64_t alarm;       /* of the host, 0: none */
  int64_t last_token;
  size_t running;
  void *spare[SPARE_HANDLES];
  int spares;
  pid_t pid;
};

/* Takes a request out of libcurl and out of the engine, and tells of it. `code`
** is libcurl's. */
void ih_engine_finish(struct ih_engine *e, struct ih_request *r,
                      enum ih_end end, int code);

/* Ends a request whose time is over; else looks again in time. */
void ih_engine_look(struct ih_engine *e, struct ih_request *r, int64_t now);

/* The bell tells of work that no socket and no timer announces. */
void ih_engine_set_bell(struct ih_engine *e);
void ih_engine_set_alarm(struct ih_engine *e);

#pragma GCC visibility pop

#endif
