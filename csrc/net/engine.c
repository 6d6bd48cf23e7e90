#include "engine.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "deadline.h"
#include "gate.h"
#include "global.h"
#include "inner.h"
#include "multi.h"
#include "upload.h"

/* ---- construction ------------------------------------------------------- */

int ih_engine_new(struct ih_engine **out) {
  struct ih_engine *e;
  int status = ih_global_init();
  *out = NULL;
  if (status < 0)
    return status;
  e = calloc(1, sizeof *e);
  if (!e)
    return IH_NOMEM;
  e->process = ih_global_process();
  status = ih_poll_open(&e->poll);
  if (status < 0) {
    free(e);
    return status;
  }
  status = ih_multi_open(e);
  if (status < 0) {
    ih_engine_free(e);
    return status;
  }
  *out = e;
  return IH_OK;
}

int ih_engine_fd(const struct ih_engine *e) {
  return ih_poll_fd(&e->poll);
}

int ih_engine_is_forked(const struct ih_engine *e) {
  return ih_global_process() != e->process;
}

size_t ih_engine_running(const struct ih_engine *e) {
  return e->running;
}

int ih_engine_is_busy(const struct ih_engine *e) {
  return e->running > 0 || e->wanted > 0 || ih_engine_ready(e) != 0;
}

int ih_engine_add_waker(struct ih_engine *e, int fd) {
  return ih_poll_add_waker(&e->poll, fd);
}

/* ---- wake-ups ----------------------------------------------------------- */

void ih_engine_alarm(struct ih_engine *e, int64_t delay) {
  int64_t before = e->alarm;
  if (ih_engine_is_forked(e))
    return;
  e->alarm = delay < 0 ? 0 : ih_poll_now() + delay;
  if (e->alarm != before)
    ih_engine_set_alarm(e);
}

/* ---- the life of a transfer --------------------------------------------- */

static CURL *take_handle(struct ih_engine *e) {
  return e->spares ? e->spare[--e->spares] : curl_easy_init();
}

int ih_engine_submit(struct ih_engine *e, const struct ih_request_options *o,
                     struct ih_transfer **out) {
  struct ih_transfer *t;
  int status;
  *out = NULL;
  if (ih_engine_is_forked(e))
    return IH_FORKED;
  if (ih_heap_reserve(&e->timers, e->running + 1) < 0)
    return IH_NOMEM;
  status = ih_request_new(o, o->played ? NULL : take_handle(e), &t);
  if (status < 0)
    return status;
  t->token = ++e->last_token;
  t->lanes = &e->lanes;
  e->running++;
  ih_queue_push(&e->members, &t->member);
  ih_engine_begin(e, t);
  *out = t;
  return IH_OK;
}

static void resume_soon(struct ih_engine *e, struct ih_transfer *t) {
  if (!ih_request_may_resume(t) || t->lane._in || ih_engine_is_forked(e))
    return;
  ih_queue_push(&e->lanes.resume, &t->lane);
  ih_poll_bell(&e->poll, 1);
}

void ih_engine_heard(struct ih_transfer *t) {
  ih_deadline_heard(t, ih_poll_now());
}

void ih_engine_seen(struct ih_transfer *t) {
  t->seen = ih_transfer_waiting(t);
  ih_deadline_settle(t, ih_poll_now());
}

void ih_engine_drained(struct ih_engine *e, struct ih_transfer *t) {
  t->seen = 0;
  if (t->ours_since)
    ih_deadline_settle(t, ih_poll_now());
  resume_soon(e, t);
}

void ih_engine_unpace(struct ih_engine *e, struct ih_transfer *t) {
  ih_request_unpace(t, ih_poll_now());
  ih_engine_drained(e, t);
}

/* Whether libcurl and this engine still have it. A transfer can have its end
** before, when a callback gave it up. */
static int is_attached(const struct ih_transfer *t) {
  return t->member._in != NULL;
}

/* Ends one between two steps. */
static void end_now(struct ih_engine *e, struct ih_transfer *t,
                    enum ih_end end) {
  ih_engine_finish(e, t, end, CURLE_OK);
  ih_poll_bell(&e->poll, 1); /* who waits for it has to hear */
  ih_engine_set_alarm(e);
}

void ih_engine_cancel(struct ih_engine *e, struct ih_transfer *t) {
  if (is_attached(t) && !ih_engine_is_forked(e))
    end_now(e, t, IH_END_CANCELLED);
}

int ih_engine_feed(struct ih_engine *e, struct ih_transfer *t,
                   const char *bytes, size_t n) {
  int status;
  if (!is_attached(t) || t->end != IH_RUNNING || ih_engine_is_forked(e))
    return IH_OK;
  status = ih_upload_feed(t, bytes, n);
  if (status == IH_LIMIT)
    end_now(e, t, IH_END_UPLOAD_SIZE);
  else if (status == IH_OK)
    resume_soon(e, t);
  return status == IH_LIMIT ? IH_OK : status;
}

void ih_engine_limit(struct ih_engine *e, struct ih_transfer *t, int64_t span) {
  int64_t now = ih_poll_now();
  if (t->end != IH_RUNNING || ih_engine_is_forked(e))
    return;
  if (!t->started_at)
    t->started_at = now; /* the clock of one that waits starts now */
  if (t->gate && !t->waits) {
    ih_engine_leave_gate(t);
    ih_gate_drop(t->gate);
    t->gate = NULL;
  }
  t->leave_at = now + span;
  ih_engine_look(e, t, now);
  if (t->end != IH_RUNNING)
    ih_poll_bell(&e->poll, 1); /* who waits for it has to hear */
  ih_engine_set_alarm(e);
}

/* In a forked child a transfer loses what libcurl made for the parent's
** connections. */
static void abandon(struct ih_engine *e, struct ih_transfer *t) {
  ih_queue_leave(&t->lane);
  ih_queue_leave(&t->member);
  ih_heap_drop(&e->timers, &t->timer);
  t->easy = NULL;
  t->headers = NULL;
  t->end = IH_END_CLOSED;
}

void ih_engine_release(struct ih_engine *e, struct ih_transfer *t) {
  if (e && is_attached(t)) {
    if (ih_engine_is_forked(e))
      abandon(e, t);
    else
      ih_engine_cancel(e, t);
  }
  ih_queue_leave(&t->ready);
  ih_queue_leave(&t->lane);
  ih_request_free(t);
}

/* ---- news --------------------------------------------------------------- */

static struct ih_transfer *first_transfer(const struct ih_engine *e) {
  struct ih_link *link = ih_queue_first(&e->lanes.ready);
  return link ? ih_queue_item(link, struct ih_transfer, ready) : NULL;
}

static struct ih_child *first_child(const struct ih_engine *e) {
  struct ih_link *link = ih_queue_first(&e->child_news);
  return link ? ih_queue_item(link, struct ih_child, news) : NULL;
}

int64_t ih_engine_ready(const struct ih_engine *e) {
  const struct ih_transfer *t = first_transfer(e);
  const struct ih_child *c = t ? NULL : first_child(e);
  if (t)
    return t->token;
  return c ? c->token : 0;
}

void ih_engine_told(struct ih_engine *e, int64_t token) {
  struct ih_transfer *t = first_transfer(e);
  struct ih_child *c = t ? NULL : first_child(e);
  if (t && t->token == token) {
    ih_queue_leave(&t->ready);
    t->told++;
  } else if (c && c->token == token) {
    ih_queue_leave(&c->news);
    c->told++;
  }
}

/* ---- end ---------------------------------------------------------------- */

static void close_libcurl(struct ih_engine *e) {
  while (e->spares)
    curl_easy_cleanup(e->spare[--e->spares]);
  ih_multi_close(e);
}

void ih_engine_free(struct ih_engine *e) {
  struct ih_link *link;
  int forked;
  if (!e)
    return;
  forked = ih_engine_is_forked(e);
  ih_child_leave_all(e);
  while ((link = ih_queue_first(&e->members))) {
    struct ih_transfer *t = ih_queue_item(link, struct ih_transfer, member);
    if (forked)
      abandon(e, t);
    else
      ih_engine_detach(e, t, IH_END_CLOSED, CURLE_OK);
  }
  if (!forked)
    close_libcurl(e);
  while ((link = ih_queue_first(&e->lanes.ready)))
    ih_queue_leave(link);
  ih_poll_close(&e->poll);
  ih_heap_free(&e->timers);
  ih_reuse_free(&e->lanes.kept);
  free(e);
}
