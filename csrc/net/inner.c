#include "inner.h"

#include <curl/curl.h>

#include "deadline.h"
#include "gate.h"
#include "result.h"
#include "sigpipe.h"
#include "upload.h"

/* ---- wake-ups ----------------------------------------------------------- */

void ih_engine_set_bell(struct ih_engine *e) {
  ih_poll_bell(&e->poll, ih_queue_first(&e->lanes.resume) ||
                             ih_queue_first(&e->starting));
}

void ih_engine_set_alarm(struct ih_engine *e) {
  struct ih_timer *first = ih_heap_first(&e->timers);
  int64_t at = first ? first->at : 0;
  if (e->libcurl_due && (!at || e->libcurl_due < at))
    at = e->libcurl_due;
  if (e->alarm && (!at || e->alarm < at))
    at = e->alarm;
  ih_poll_alarm(&e->poll, at);
}

/* ---- the beginning of a transfer ---------------------------------------- */

static struct ih_engine *engine_of(struct ih_request *r) {
  return ih_queue_item(r->lanes, struct ih_engine, lanes);
}

/* Its next step hands it to libcurl. */
static void start(struct ih_request *r) {
  struct ih_engine *e = engine_of(r);
  ih_queue_push(&e->starting, &r->lane);
  ih_poll_bell(&e->poll, 1);
}

static void enter_gate(struct ih_engine *e, struct ih_request *r) {
  r->waits = !ih_gate_enter(r->gate, &r->lane);
  if (!r->waits) {
    start(r);
    return;
  }
  ih_upload_put_down(&r->upload);
  r->started_at = ih_poll_now();
  ih_engine_look(e, r, r->started_at);
  ih_engine_set_alarm(e);
}

void ih_engine_begin(struct ih_engine *e, struct ih_request *r) {
  if (r->gate)
    enter_gate(e, r);
  else
    start(r);
}

/* ---- its end ------------------------------------------------------------ */

void ih_engine_leave_gate(struct ih_request *r) {
  struct ih_link *next = r->waits ? NULL : ih_gate_leave(r->gate);
  r->waits = 0;
  if (next) {
    r = ih_queue_item(next, struct ih_request, lane);
    r->waits = 0;
    start(r);
  }
}

void ih_engine_detach(struct ih_engine *e, struct ih_request *r,
                      enum ih_end end, int code) {
  struct ih_sigpipe pipe;
  CURL *easy;
  ih_sigpipe_hold(&pipe);
  if (r->easy)
    curl_multi_remove_handle(e->multi, r->easy);
  ih_sigpipe_release(&pipe);
  ih_queue_leave(&r->lane);
  ih_queue_leave(&r->member);
  ih_heap_drop(&e->timers, &r->timer);
  if (r->gate)
    ih_engine_leave_gate(r);
  e->running--;
  easy = ih_request_finish(r, end, code);
  if (easy && e->spares < SPARE_HANDLES)
    e->spare[e->spares++] = easy;
  else
    curl_easy_cleanup(easy);
}

void ih_engine_finish(struct ih_engine *e, struct ih_request *r,
                      enum ih_end end, int code) {
  ih_engine_detach(e, r, end, code);
  ih_queue_push(&e->lanes.ready, &r->ready);
}

void ih_engine_look(struct ih_engine *e, struct ih_request *r, int64_t now) {
  int64_t next = ih_request_check(r, now);
  if (r->end != IH_RUNNING)
    ih_engine_finish(e, r, r->end, CURLE_OK);
  else if (next)
    ih_heap_set(&e->timers, &r->timer, next);
  else
    ih_heap_drop(&e->timers, &r->timer);
}
