#include "step.h"

#include <curl/curl.h>

#include "child.h"
#include "engine.h"
#include "inner.h"
#include "multi.h"
#include "play.h"
#include "sigpipe.h"

/* Handing a new transfer to libcurl takes it tens of microseconds, and it
** starts all it has been given in one go. */
#define STARTS_PER_STEP 16

#define ROUNDS_PER_STEP 8
#define EVENTS_PER_ROUND 64
#define LIBCURL_TIMERS_PER_STEP 8

/* A round that moved less than this found nearly everything drained: asking
** again at once would cost a system call and find nothing. */
#define WORTH_ANOTHER_ROUND ((size_t)16 * 1024)

/* A step that may take no time still gets somewhere. */
#define LEAST_STEP ((int64_t)50 * 1000)

#define MILLISECOND ((int64_t)1000000)

static int spent(struct ih_engine *e, int64_t now) {
  return e->lanes.bytes_left == 0 || now >= e->lanes.stop_at;
}

static void resume(struct ih_engine *e, struct ih_transfer *t, int64_t now) {
  int code = ih_request_resume(t, now);
  if (t->end == IH_RUNNING && code == CURLE_ABORTED_BY_CALLBACK) {
    t->end = IH_END_NOMEM; /* its socket could not be noted: see multi.h */
    e->failed = 1;
  }
  /* libcurl tells of what the callback gave up in here only, and no more; and
  ** so of what it had kept and lost. */
  if (t->end != IH_RUNNING || code)
    ih_engine_finish(e, t, IH_END_CURL, code);
  else if (t->play)
    ih_engine_look(e, t, now);
}

static void resume_held(struct ih_engine *e) {
  struct ih_link *link;
  struct ih_transfer *t;
  int64_t now = ih_poll_now();
  /* Who is held again while being resumed goes to the end of the queue, and has
  ** spent the budget. */
  while (!e->failed && !spent(e, now) &&
         (link = ih_queue_first(&e->lanes.resume))) {
    ih_queue_leave(link);
    t = ih_queue_item(link, struct ih_transfer, lane);
    if (t->end == IH_RUNNING)
      resume(e, t, now);
    else
      ih_engine_finish(e, t, t->end, CURLE_OK);
    now = ih_poll_now();
  }
}

/* Phases begin now; the time of the whole may have begun before. */
static void start_clock(struct ih_transfer *t, int64_t now) {
  if (t->started_at && t->timeouts.total) {
    t->timeouts.total -= now - t->started_at;
    if (t->timeouts.total <= 0)
      t->timeouts.total = 1;
  }
  t->started_at = now;
}

static void hand_over(struct ih_engine *e, struct ih_transfer *t) {
  int64_t now = ih_poll_now();
  if (t->play) {
    ih_play_begin(t, now);
    ih_engine_look(e, t, now);
    return;
  }
  t->handed_at = now;
  ih_pool_start(&e->lanes.pool, t->easy);
  if (ih_multi_open(e) < 0 ||
      curl_multi_add_handle(e->multi, t->easy) != CURLM_OK)
    ih_engine_finish(e, t, IH_END_NOMEM, CURLE_OUT_OF_MEMORY);
  else
    ih_engine_look(e, t, now);
}

static void start_waiting(struct ih_engine *e) {
  int started;
  for (started = 0; started < STARTS_PER_STEP; started++) {
    struct ih_link *link = ih_queue_first(&e->starting);
    struct ih_transfer *t;
    if (!link || e->failed)
      return;
    ih_queue_leave(link);
    t = ih_queue_item(link, struct ih_transfer, lane);
    start_clock(t, ih_poll_now());
    hand_over(e, t);
  }
}

static void act(struct ih_engine *e, curl_socket_t fd, int what) {
  int running;
  int mask = (what & IH_READ ? CURL_CSELECT_IN : 0) |
             (what & IH_WRITE ? CURL_CSELECT_OUT : 0) |
             (what & IH_ERROR ? CURL_CSELECT_ERR : 0);
  e->lanes.moments++;
  if (curl_multi_socket_action(e->multi, fd, mask, &running) != CURLM_OK)
    e->failed = 1;
  else
    ih_multi_fit(e, running);
}

/* Serves sockets until the budget is spent; who was not served is still ready
** in the next step. Returns how many bytes came. */
static size_t serve(struct ih_engine *e, struct ih_poll_event *events, int n) {
  size_t before = e->lanes.bytes_left;
  int i;
  for (i = 0; i < n; i++) {
    uint64_t moved = e->lanes.moved;
    if (e->failed || spent(e, ih_poll_now()))
      break;
    if (ih_child_serve(e, events[i].fd, events[i].what))
      continue;
    act(e, events[i].fd, events[i].what);
    ih_rest_served(&e->lanes.rests, &e->poll, events[i].fd, events[i].what,
                   e->lanes.moved == moved);
  }
  return before - e->lanes.bytes_left;
}

static void serve_libcurl_timer(struct ih_engine *e) {
  int i;
  for (i = 0; i < LIBCURL_TIMERS_PER_STEP; i++) {
    int64_t now = ih_poll_now();
    if (e->failed || !e->libcurl_due || e->libcurl_due > now || spent(e, now))
      return;
    e->libcurl_due = 0;
    act(e, CURL_SOCKET_TIMEOUT, 0);
  }
}

static void complete(struct ih_engine *e, struct ih_transfer *t,
                     CURLcode code) {
  ih_reuse_keep(&e->lanes.kept, t->easy);
  if (!e->failed && ih_request_restart(t, code)) {
    curl_multi_remove_handle(e->multi, t->easy);
    hand_over(e, t);
  } else {
    ih_engine_finish(e, t, code ? IH_END_CURL : IH_END_COMPLETE, code);
  }
}

static void collect_finished(struct ih_engine *e) {
  CURLMsg *message;
  int left;
  while (e->multi && (message = curl_multi_info_read(e->multi, &left))) {
    void *self = NULL;
    CURLcode code = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&self);
    complete(e, self, code);
  }
}

/* Ends the transfers of a handle that has failed, and closes it. Those that wait
** to be handed over get the next one. */
static void let_go(struct ih_engine *e) {
  struct ih_queue others = {NULL, NULL};
  struct ih_link *link;
  while ((link = ih_queue_first(&e->members))) {
    struct ih_transfer *t = ih_queue_item(link, struct ih_transfer, member);
    if (t->handed_at) {
      ih_engine_finish(e, t, IH_END_NOMEM, CURLE_OUT_OF_MEMORY);
    } else {
      ih_queue_leave(link);
      ih_queue_push(&others, link);
    }
  }
  while ((link = ih_queue_first(&others))) {
    ih_queue_leave(link);
    ih_queue_push(&e->members, link);
  }
  ih_multi_close(e);
}

static void check_timeouts(struct ih_engine *e, int64_t now) {
  struct ih_timer *first;
  while ((first = ih_heap_first(&e->timers)) && first->at <= now)
    ih_engine_look(e, ih_queue_item(first, struct ih_transfer, timer), now);
}

static int round_up_ms(int64_t ns) {
  int64_t ms = (ns + MILLISECOND - 1) / MILLISECOND;
  return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

int ih_engine_step(struct ih_engine *e, int64_t budget, size_t bytes,
                   int64_t wait) {
  struct ih_poll_event events[EVENTS_PER_ROUND];
  struct ih_sigpipe pipe;
  int round, n;
  if (ih_engine_is_forked(e))
    return IH_FORKED;
  n = ih_poll_wait(&e->poll, events, EVENTS_PER_ROUND, round_up_ms(wait));
  ih_sigpipe_hold(&pipe);
  e->lanes.stepping = 1;
  e->lanes.stop_at =
      ih_poll_now() + (budget > LEAST_STEP ? budget : LEAST_STEP);
  e->lanes.bytes_left = bytes;
  resume_held(e);
  start_waiting(e);
  for (round = 1;; round++) {
    size_t moved = serve(e, events, n);
    serve_libcurl_timer(e);
    if (moved < WORTH_ANOTHER_ROUND || round == ROUNDS_PER_STEP ||
        spent(e, ih_poll_now()))
      break;
    n = ih_poll_wait(&e->poll, events, EVENTS_PER_ROUND, 0);
  }
  collect_finished(e);
  if (e->failed)
    let_go(e);
  e->rest_over = ih_rest_over(&e->lanes.rests, &e->poll, ih_poll_now());
  check_timeouts(e, ih_poll_now());
  e->lanes.stepping = 0;
  ih_sigpipe_release(&pipe);
  ih_engine_set_bell(e);
  ih_engine_set_alarm(e);
  return IH_OK;
}
