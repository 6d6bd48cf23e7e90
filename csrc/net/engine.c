#include "engine.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include "global.h"
#include "poll.h"

/* Handing a new transfer to libcurl takes it tens of microseconds, and it
** starts all it has been given in one go. */
#define STARTS_PER_STEP 16

#define ROUNDS_PER_STEP 8
#define EVENTS_PER_ROUND 64
#define LIBCURL_TIMERS_PER_STEP 8

/* A round that moved less than this found nearly everything drained: asking
** again at once would cost a system call and find nothing. */
#define WORTH_ANOTHER_ROUND ((size_t)16 * 1024)

/* Handles of libcurl kept for the next requests. Made anew each time they would
** scatter over the heap, and resident memory creep up by megabytes. */
#define SPARE_HANDLES 256

/* Connections kept open for the next request. */
#define IDLE_CONNECTIONS 100L

/* A step that may take no time still gets somewhere. */
#define LEAST_STEP ((int64_t)50 * 1000)

#define MILLISECOND ((int64_t)1000000)

struct ih_engine {
  struct ih_poll poll;
  struct ih_lanes lanes;
  struct ih_queue starting; /* submitted, not yet libcurl's */
  struct ih_queue members;  /* every exchange that is not over */
  struct ih_heap timers;
  CURLM *multi;
  int64_t libcurl_due; /* when libcurl wants to be called, 0: never */
  int64_t alarm;       /* of the host, 0: none */
  int64_t last_token;
  size_t running;
  CURL *spare[SPARE_HANDLES];
  int spares;
  pid_t pid;
};

/* ---- libcurl's two callbacks of the multi handle ------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *self,
                     void *known) {
  struct ih_engine *e = self;
  int events = what == CURL_POLL_REMOVE ? 0
               : what == CURL_POLL_IN   ? IH_READ
               : what == CURL_POLL_OUT  ? IH_WRITE
                                        : IH_READ | IH_WRITE;
  (void)easy;
  if (ih_poll_watch(&e->poll, fd, events, known != NULL) < 0 && events)
    return -1;
  if (events && !known)
    curl_multi_assign(e->multi, fd, e);
  return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *self) {
  struct ih_engine *e = self;
  (void)multi;
  e->libcurl_due =
      timeout_ms < 0 ? 0 : ih_poll_now() + timeout_ms * MILLISECOND;
  return 0;
}

/* ---- construction ------------------------------------------------------- */

static int open_multi(struct ih_engine *e) {
  CURLMcode code;
  e->multi = curl_multi_init();
  if (!e->multi)
    return IH_NOMEM;
  code = curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS);
  /* Streams that share a connection share its fate: libcurl goes on reading for
  ** the others and keeps in memory what arrives for a held one. */
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_PIPELINING,
                             (long)CURLPIPE_NOTHING);
#if LIBCURL_VERSION_NUM >= 0x081400
  /* Its name lookups belong to the multi handle, which must not wait for them
  ** either. */
  curl_multi_setopt(e->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  return code ? IH_NOMEM : IH_OK;
}

int ih_engine_new(struct ih_engine **out) {
  struct ih_engine *e;
  int status = ih_global_init();
  *out = NULL;
  if (status < 0)
    return status;
  e = calloc(1, sizeof *e);
  if (!e)
    return IH_NOMEM;
  e->pid = getpid();
  status = ih_poll_open(&e->poll);
  if (status < 0) {
    free(e);
    return status;
  }
  status = open_multi(e);
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
  return getpid() != e->pid;
}

size_t ih_engine_running(const struct ih_engine *e) {
  return e->running;
}

int ih_engine_is_busy(const struct ih_engine *e) {
  return e->running > 0 || ih_queue_first(&e->lanes.ready);
}

int ih_engine_add_waker(struct ih_engine *e, int fd) {
  return ih_poll_add_waker(&e->poll, fd);
}

/* ---- wake-ups ----------------------------------------------------------- */

/* The bell tells of work that no socket and no timer announces. */
static void set_bell(struct ih_engine *e) {
  ih_poll_bell(&e->poll, ih_queue_first(&e->lanes.resume) ||
                             ih_queue_first(&e->starting));
}

static void set_alarm(struct ih_engine *e) {
  struct ih_timer *first = ih_heap_first(&e->timers);
  int64_t at = first ? first->at : 0;
  if (e->libcurl_due && (!at || e->libcurl_due < at))
    at = e->libcurl_due;
  if (e->alarm && (!at || e->alarm < at))
    at = e->alarm;
  ih_poll_alarm(&e->poll, at);
}

void ih_engine_alarm(struct ih_engine *e, int64_t delay) {
  int64_t before = e->alarm;
  if (ih_engine_is_forked(e))
    return;
  e->alarm = delay < 0 ? 0 : ih_poll_now() + delay;
  if (e->alarm != before)
    set_alarm(e);
}

/* ---- the life of an exchange -------------------------------------------- */

/* Takes a request out of everything but the ready queue. */
static void detach(struct ih_engine *e, struct ih_request *r, enum ih_end end,
                   CURLcode code) {
  CURL *easy;
  if (r->easy)
    curl_multi_remove_handle(e->multi, r->easy);
  ih_queue_leave(&r->lane);
  ih_queue_leave(&r->member);
  ih_heap_drop(&e->timers, &r->timer);
  e->running--;
  easy = ih_request_finish(r, end, code);
  if (easy && e->spares < SPARE_HANDLES)
    e->spare[e->spares++] = easy;
  else
    curl_easy_cleanup(easy);
}

static void finish(struct ih_engine *e, struct ih_request *r, enum ih_end end,
                   CURLcode code) {
  detach(e, r, end, code);
  ih_queue_push(&e->lanes.ready, &r->ready);
}

static void look_at_clock(struct ih_engine *e, struct ih_request *r,
                          int64_t now) {
  int64_t next = ih_request_check(r, now);
  if (r->end != IH_RUNNING)
    finish(e, r, r->end, CURLE_OK);
  else if (next)
    ih_heap_set(&e->timers, &r->timer, next);
  else
    ih_heap_drop(&e->timers, &r->timer);
}

int ih_engine_submit(struct ih_engine *e, const struct ih_request_options *o,
                     struct ih_request **out) {
  struct ih_request *r;
  *out = NULL;
  if (ih_engine_is_forked(e))
    return IH_FORKED;
  if (ih_heap_reserve(&e->timers, e->running + 1) < 0)
    return IH_NOMEM;
  r = ih_request_new(o, e->spares ? e->spare[--e->spares] : curl_easy_init());
  if (!r)
    return IH_NOMEM;
  r->token = ++e->last_token;
  r->lanes = &e->lanes;
  e->running++;
  ih_queue_push(&e->members, &r->member);
  ih_queue_push(&e->starting, &r->lane);
  ih_poll_bell(&e->poll, 1);
  *out = r;
  return IH_OK;
}

void ih_engine_drained(struct ih_engine *e, struct ih_request *r) {
  if (!ih_request_may_resume(r) || r->lane._in || ih_engine_is_forked(e))
    return;
  ih_queue_push(&e->lanes.resume, &r->lane);
  ih_poll_bell(&e->poll, 1);
}

void ih_engine_unpace(struct ih_engine *e, struct ih_request *r) {
  r->paced = 0;
  ih_engine_drained(e, r);
}

/* Whether libcurl and this engine still have it. A request can have its end
** before, when a callback gave it up. */
static int is_attached(const struct ih_request *r) {
  return r->member._in != NULL;
}

void ih_engine_cancel(struct ih_engine *e, struct ih_request *r) {
  if (!is_attached(r) || ih_engine_is_forked(e))
    return;
  finish(e, r, IH_END_CANCELLED, CURLE_OK);
  ih_poll_bell(&e->poll, 1); /* who waits for it has to hear */
  set_alarm(e);
}

void ih_engine_limit(struct ih_engine *e, struct ih_request *r, int64_t span) {
  int64_t now = ih_poll_now();
  if (r->end != IH_RUNNING || ih_engine_is_forked(e))
    return;
  if (!r->started_at)
    r->started_at = now; /* the clock of one that waits starts now */
  r->timeouts.total = now - r->started_at + span;
  look_at_clock(e, r, now);
  if (r->end != IH_RUNNING)
    ih_poll_bell(&e->poll, 1); /* who waits for it has to hear */
  set_alarm(e);
}

/* In a forked child a request loses what libcurl made for the parent's
** connections. */
static void abandon(struct ih_engine *e, struct ih_request *r) {
  ih_queue_leave(&r->lane);
  ih_queue_leave(&r->member);
  ih_heap_drop(&e->timers, &r->timer);
  r->easy = NULL;
  r->headers = NULL;
  r->end = IH_END_CLOSED;
}

void ih_engine_release(struct ih_engine *e, struct ih_request *r) {
  if (e && is_attached(r)) {
    if (ih_engine_is_forked(e))
      abandon(e, r);
    else
      ih_engine_cancel(e, r);
  }
  ih_queue_leave(&r->ready);
  ih_queue_leave(&r->lane);
  ih_request_free(r);
}

/* ---- a step ------------------------------------------------------------- */

static int spent(struct ih_engine *e, int64_t now) {
  return e->lanes.bytes_left == 0 || now >= e->lanes.stop_at;
}

static void resume_held(struct ih_engine *e) {
  struct ih_link *link;
  struct ih_request *r;
  int64_t now = ih_poll_now();
  int code;
  /* Who is held again while being resumed goes to the end of the queue, and has
  ** spent the budget. */
  while (!spent(e, now) && (link = ih_queue_first(&e->lanes.resume))) {
    ih_queue_leave(link);
    r = ih_queue_item(link, struct ih_request, lane);
    code = ih_request_resume(r, now);
    /* libcurl tells of what the callback gave up in here only, and no more. */
    if (r->end != IH_RUNNING)
      finish(e, r, r->end, (CURLcode)code);
    now = ih_poll_now();
  }
}

static void start_waiting(struct ih_engine *e) {
  int started;
  for (started = 0; started < STARTS_PER_STEP; started++) {
    struct ih_link *link = ih_queue_first(&e->starting);
    struct ih_request *r;
    if (!link)
      return;
    ih_queue_leave(link);
    r = ih_queue_item(link, struct ih_request, lane);
    r->started_at = ih_poll_now();
    if (curl_multi_add_handle(e->multi, r->easy) != CURLM_OK)
      finish(e, r, IH_END_NOMEM, CURLE_OUT_OF_MEMORY);
    else
      look_at_clock(e, r, r->started_at);
  }
}

static void act(struct ih_engine *e, curl_socket_t fd, int what) {
  int running;
  int mask = (what & IH_READ ? CURL_CSELECT_IN : 0) |
             (what & IH_WRITE ? CURL_CSELECT_OUT : 0) |
             (what & IH_ERROR ? CURL_CSELECT_ERR : 0);
  curl_multi_socket_action(e->multi, fd, mask, &running);
}

/* Serves sockets until the budget is spent; who was not served is still ready
** in the next step. Returns how many bytes came. */
static size_t serve(struct ih_engine *e, struct ih_poll_event *events, int n) {
  size_t before = e->lanes.bytes_left;
  int i;
  for (i = 0; i < n; i++) {
    if (spent(e, ih_poll_now()))
      break;
    act(e, events[i].fd, events[i].what);
  }
  return before - e->lanes.bytes_left;
}

static void serve_libcurl_timer(struct ih_engine *e) {
  int i;
  for (i = 0; i < LIBCURL_TIMERS_PER_STEP; i++) {
    int64_t now = ih_poll_now();
    if (!e->libcurl_due || e->libcurl_due > now || spent(e, now))
      return;
    e->libcurl_due = 0;
    act(e, CURL_SOCKET_TIMEOUT, 0);
  }
}

static void collect_finished(struct ih_engine *e) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(e->multi, &left))) {
    void *self = NULL;
    CURLcode code = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&self);
    finish(e, self, code ? IH_END_CURL : IH_END_COMPLETE, code);
  }
}

static void check_timeouts(struct ih_engine *e, int64_t now) {
  struct ih_timer *first;
  while ((first = ih_heap_first(&e->timers)) && first->at <= now)
    look_at_clock(e, ih_queue_item(first, struct ih_request, timer), now);
}

static int round_up_ms(int64_t ns) {
  int64_t ms = (ns + MILLISECOND - 1) / MILLISECOND;
  return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

int ih_engine_step(struct ih_engine *e, int64_t budget, size_t bytes,
                   int64_t wait) {
  struct ih_poll_event events[EVENTS_PER_ROUND];
  int round, n;
  if (ih_engine_is_forked(e))
    return IH_FORKED;
  n = ih_poll_wait(&e->poll, events, EVENTS_PER_ROUND, round_up_ms(wait));
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
  check_timeouts(e, ih_poll_now());
  e->lanes.stepping = 0;
  set_bell(e);
  set_alarm(e);
  return IH_OK;
}

struct ih_request *ih_engine_ready(struct ih_engine *e) {
  struct ih_link *link = ih_queue_first(&e->lanes.ready);
  return link ? ih_queue_item(link, struct ih_request, ready) : NULL;
}

void ih_engine_told(struct ih_engine *e, int64_t token) {
  struct ih_request *r = ih_engine_ready(e);
  if (r && r->token == token) {
    ih_queue_leave(&r->ready);
    r->told++;
  }
}

/* ---- end ---------------------------------------------------------------- */

void ih_engine_free(struct ih_engine *e) {
  struct ih_link *link;
  int forked;
  if (!e)
    return;
  forked = ih_engine_is_forked(e);
  while ((link = ih_queue_first(&e->members))) {
    struct ih_request *r = ih_queue_item(link, struct ih_request, member);
    if (forked)
      abandon(e, r);
    else
      detach(e, r, IH_END_CLOSED, CURLE_OK);
  }
  if (!forked) {
    while (e->spares)
      curl_easy_cleanup(e->spare[--e->spares]);
    curl_multi_cleanup(e->multi);
  }
  while ((link = ih_queue_first(&e->lanes.ready)))
    ih_queue_leave(link);
  ih_poll_close(&e->poll);
  ih_heap_free(&e->timers);
  free(e);
}
