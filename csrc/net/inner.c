#include "inner.h"

#include <curl/curl.h>

#include "deadline.h"
#include "gate.h"
#include "play.h"
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
  if (e->rest_over && (!at || e->rest_over < at))
    at = e->rest_over;
  ih_poll_alarm(&e->poll, at);
}

/* ---- the beginning of a transfer ---------------------------------------- */

static struct ih_engine *engine_of(struct ih_transfer *t) {
  return ih_queue_item(t->lanes, struct ih_engine, lanes);
}

/* Its next step hands it to libcurl. */
static void start(struct ih_transfer *t) {
  struct ih_engine *e = engine_of(t);
  ih_queue_push(&e->starting, &t->lane);
  ih_poll_bell(&e->poll, 1);
}

static void enter_gate(struct ih_engine *e, struct ih_transfer *t) {
  t->waits = !ih_gate_enter(t->gate, &t->lane);
  if (!t->waits) {
    start(t);
    return;
  }
  ih_upload_put_down(&t->upload);
  t->started_at = ih_poll_now();
  ih_engine_look(e, t, t->started_at);
  ih_engine_set_alarm(e);
}

void ih_engine_begin(struct ih_engine *e, struct ih_transfer *t) {
  if (t->gate)
    enter_gate(e, t);
  else
    start(t);
}

/* ---- its end ------------------------------------------------------------ */

void ih_engine_leave_gate(struct ih_transfer *t) {
  struct ih_link *next = t->waits ? NULL : ih_gate_leave(t->gate);
  t->waits = 0;
  if (next) {
    t = ih_queue_item(next, struct ih_transfer, lane);
    t->waits = 0;
    start(t);
  }
}

void ih_engine_detach(struct ih_engine *e, struct ih_transfer *t,
                      enum ih_end end, int code) {
  struct ih_sigpipe pipe;
  CURL *easy;
  ih_sigpipe_hold(&pipe);
  if (t->easy)
    curl_multi_remove_handle(e->multi, t->easy);
  ih_sigpipe_release(&pipe);
  ih_queue_leave(&t->lane);
  ih_queue_leave(&t->member);
  ih_heap_drop(&e->timers, &t->timer);
  if (t->gate)
    ih_engine_leave_gate(t);
  ih_pool_left(&e->lanes.pool, &t->socket);
  e->running--;
  easy = ih_result_write(t, end, code);
  if (easy && !e->failed && e->spares < SPARE_HANDLES)
    e->spare[e->spares++] = easy;
  else
    curl_easy_cleanup(easy);
}

void ih_engine_finish(struct ih_engine *e, struct ih_transfer *t,
                      enum ih_end end, int code) {
  ih_engine_detach(e, t, end, code);
  ih_queue_push(&e->lanes.ready, &t->ready);
}

/* What it has to play is due: the next step sees to that. */
static void go_on(struct ih_engine *e, struct ih_transfer *t) {
  ih_heap_drop(&e->timers, &t->timer);
  ih_queue_push(&e->lanes.resume, &t->lane);
  ih_poll_bell(&e->poll, 1);
}

void ih_engine_look(struct ih_engine *e, struct ih_transfer *t, int64_t now) {
  int64_t next = ih_deadline_check(t, now);
  if (t->end != IH_RUNNING)
    ih_engine_finish(e, t, t->end, CURLE_OK);
  else if (t->play && next && next <= now)
    go_on(e, t);
  else if (next)
    ih_heap_set(&e->timers, &t->timer, next);
  else
    ih_heap_drop(&e->timers, &t->timer);
}
