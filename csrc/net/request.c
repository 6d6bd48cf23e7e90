#define _GNU_SOURCE /* explicit_bzero, SOCK_CLOEXEC */

#include "request.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "global.h"
#include "poll.h"

/* A body up to this size leaves together with the head. */
#define SMALL_BODY ((size_t)32 * 1024)

#define KEEPALIVE_AFTER 30L
#define KEEPALIVE_EVERY 15L

/* Nanoseconds until a timeout that met waiting bytes is looked at again. */
#define LOOK_AGAIN ((int64_t)20 * 1000 * 1000)

/* libcurl takes no "never" for the time to connect. */
#define NEVER_MS 2147483647L

/* libcurl writes its message into the request. */
typedef char text_has_room[IH_MAX_TEXT >= CURL_ERROR_SIZE ? 1 : -1];

enum hold {
  NOT_HELD,
  HELD_FOR_STEP,  /* the budget of the step is spent */
  HELD_FOR_READER /* the queue is full */
};

/* ---- callbacks ---------------------------------------------------------- */

static size_t hold(struct ih_request *r, enum hold why) {
  r->held = why;
  if (why == HELD_FOR_STEP)
    ih_queue_push(&r->lanes->resume, &r->lane);
  return CURL_WRITEFUNC_PAUSE;
}

/* Ends the transfer from within a callback. */
static size_t give_up(struct ih_request *r, enum ih_end end) {
  r->end = end;
  return 0;
}

/* Bytes that wait for the reader. */
static size_t waiting(const struct ih_request *r) {
  return ih_buf_len(&r->in) + r->reading;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *self) {
  struct ih_request *r = self;
  struct ih_lanes *lanes = r->lanes;
  size_t n = size * count;
  int64_t now = ih_poll_now();
  if (r->paced && r->queue_bytes && waiting(r) >= r->queue_bytes)
    return hold(r, HELD_FOR_READER);
  if (!lanes->stepping || lanes->bytes_left == 0 || now >= lanes->stop_at)
    return hold(r, HELD_FOR_STEP);
  if (!r->paced && r->max_bytes && r->received + n > r->max_bytes)
    return give_up(r, IH_END_BODY_LIMIT);
  if (ih_buf_append(&r->in, bytes, n) < 0)
    return give_up(r, IH_END_NOMEM);
  r->heard_at = now;
  r->received += n;
  lanes->bytes_left -= n < lanes->bytes_left ? n : lanes->bytes_left;
  ih_queue_push(&lanes->ready, &r->ready);
  return n;
}

static int begins(const char *bytes, size_t n, const char *with) {
  size_t len = strlen(with);
  return n >= len && memcmp(bytes, with, len) == 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *self) {
  struct ih_request *r = self;
  size_t n = size * count;
  if (r->status)
    return n; /* a trailer */
  if (begins(bytes, n, "HTTP/"))
    ih_buf_clear(&r->head); /* what came before was not the last response */
  if (ih_buf_len(&r->head) + n > IH_MAX_HEAD)
    return give_up(r, IH_END_HEAD_LIMIT);
  if (ih_buf_append(&r->head, bytes, n) < 0)
    return give_up(r, IH_END_NOMEM);
  if (*bytes == '\r' || *bytes == '\n') {
    long status = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 || status == 101) {
      r->status = (int)status;
      ih_queue_push(&r->lanes->ready, &r->ready);
    }
  }
  return n;
}

/* Only for bodies that take a while to leave. */
static int on_progress(void *self, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up) {
  struct ih_request *r = self;
  (void)down_total, (void)down, (void)up_total;
  if ((uint64_t)up > r->sent) {
    r->sent = (uint64_t)up;
    r->sent_at = ih_poll_now();
  }
  return 0;
}

/* Programs that the host starts must not inherit connections. */
static curl_socket_t open_socket(void *self, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
  struct ih_request *r = self;
  curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                            address->protocol);
  (void)purpose;
  if (fd < 0)
    r->os_error = errno;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* ---- construction ------------------------------------------------------- */

static int add_header(struct ih_request *r, const char *line) {
  struct curl_slist *longer = curl_slist_append(r->headers, line);
  if (!longer)
    return IH_NOMEM;
  r->headers = longer;
  return IH_OK;
}

static int copy_headers(struct ih_request *r,
                        const struct ih_request_options *o) {
  const char *const *line;
  for (line = o->headers; *line; line++)
    if (add_header(r, *line) < 0)
      return IH_NOMEM;
  /* libcurl takes a body without bytes for an empty form. */
  if (o->body && o->body_len == 0 && add_header(r, "Content-Type:") < 0)
    return IH_NOMEM;
  /* Else a body above 1 MB waits a second for a go-ahead few servers send. */
  return add_header(r, "Expect:");
}

static CURLcode set_method(CURL *easy, const char *method, int has_body) {
  if (strcmp(method, "GET") == 0 && !has_body)
    return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (strcmp(method, "HEAD") == 0)
    return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (strcmp(method, "POST") == 0 && has_body)
    return curl_easy_setopt(easy, CURLOPT_POST, 1L);
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode set_body(struct ih_request *r, const char *body, size_t len) {
  CURLcode code;
  if (!body)
    return CURLE_OK;
  if (ih_buf_append(&r->body, body, len) < 0)
    return CURLE_OUT_OF_MEMORY;
  code =
      curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
  if (!code)
    code =
        curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, ih_buf_bytes(&r->body));
  if (!code && len > SMALL_BODY) {
    code = curl_easy_setopt(r->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (!code)
      code = curl_easy_setopt(r->easy, CURLOPT_XFERINFODATA, r);
    if (!code)
      code = curl_easy_setopt(r->easy, CURLOPT_NOPROGRESS, 0L);
  }
  return code;
}

static long connect_ms(int64_t ns) {
  int64_t ms = (ns + 999999) / 1000000;
  return ms > 0 && ms < NEVER_MS ? (long)ms : NEVER_MS;
}

static CURLcode set_all(struct ih_request *r,
                        const struct ih_request_options *o) {
  CURL *easy = r->easy;
  CURLcode code = (CURLcode)ih_global_apply(easy, o->ca_file);
  long version =
      o->http1 ? CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS;
#define SET(option, value)                                                     \
  do {                                                                         \
    if (!code)                                                                 \
      code = curl_easy_setopt(easy, CURLOPT_##option, value);                  \
  } while (0)
  SET(URL, o->url);
  SET(NOSIGNAL, 1L);
  SET(HTTP_VERSION, version);
  SET(CONNECTTIMEOUT_MS, connect_ms(o->timeouts.connect));
  SET(TCP_KEEPALIVE, 1L);
  SET(TCP_KEEPIDLE, KEEPALIVE_AFTER);
  SET(TCP_KEEPINTVL, KEEPALIVE_EVERY);
  SET(SUPPRESS_CONNECT_HEADERS, 1L);
  SET(HTTPHEADER, r->headers);
  SET(ERRORBUFFER, r->text);
  SET(PRIVATE, r);
  SET(WRITEFUNCTION, on_body);
  SET(WRITEDATA, r);
  SET(HEADERFUNCTION, on_header);
  SET(HEADERDATA, r);
  SET(OPENSOCKETFUNCTION, open_socket);
  SET(OPENSOCKETDATA, r);
  if (o->proxy)
    SET(PROXY, o->proxy);
#undef SET
  if (!code)
    code = set_body(r, o->body, o->body_len);
  if (!code)
    code = set_method(easy, o->method, o->body != NULL);
  return code;
}

struct ih_request *ih_request_new(const struct ih_request_options *o,
                                  void *easy) {
  struct ih_request *r = calloc(1, sizeof *r);
  if (!r) {
    curl_easy_cleanup(easy);
    return NULL;
  }
  r->easy = easy;
  r->paced = o->paced;
  r->queue_bytes = o->queue_bytes;
  r->max_bytes = o->max_bytes;
  r->timeouts = o->timeouts;
  if (easy && copy_headers(r, o) == IH_OK && set_all(r, o) == CURLE_OK)
    return r;
  ih_request_free(r);
  return NULL;
}

/* ---- life --------------------------------------------------------------- */

/* The earlier of two moments, of which 0 means never. */
static int64_t earlier(int64_t a, int64_t b) {
  return !a || (b && b < a) ? b : a;
}

/* `span` after `from`, never when the timeout is off. */
static int64_t after(int64_t from, int64_t span) {
  return span ? from + span : 0;
}

static int64_t info_ns(CURL *easy, CURLINFO what) {
  curl_off_t us = 0;
  curl_easy_getinfo(easy, what, &us);
  return (int64_t)us * 1000;
}

static int is_connected(struct ih_request *r) {
  if (!r->connected_at && r->easy) {
    int64_t took = info_ns(r->easy, CURLINFO_PRETRANSFER_TIME_T);
    r->connected_at = took ? r->started_at + took : 0;
  }
  return r->connected_at != 0;
}

static int is_sent(struct ih_request *r) {
  size_t len = ih_buf_len(&r->body);
  if (len > SMALL_BODY)
    return r->sent >= len;
  r->sent = len;
  r->sent_at = r->connected_at;
  return 1;
}

/* When the phase the exchange is in runs out of time, and as what. */
static int64_t phase_deadline(struct ih_request *r, enum ih_end *as) {
  const struct ih_timeouts *limit = &r->timeouts;
  *as = IH_END_IDLE;
  if (!is_connected(r))
    return 0; /* libcurl watches over this phase itself */
  if (r->held != NOT_HELD)
    return 0; /* bytes are here; the silence is ours */
  if (r->heard_at)
    return after(r->heard_at, limit->idle);
  if (!is_sent(r)) {
    int64_t since = r->sent_at ? r->sent_at : r->connected_at;
    return after(since, limit->idle);
  }
  *as = IH_END_FIRST_BYTE;
  return after(r->sent_at, limit->first_byte);
}

/* Whether the silence is the other side's: a host that did not step for a while
** finds much at its sockets and may have served some of them only. */
static int is_silent(struct ih_request *r) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  struct pollfd look = {.events = POLLIN};
  if (r->easy)
    curl_easy_getinfo(r->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd == CURL_SOCKET_BAD)
    return 1;
  look.fd = fd;
  if (!is_sent(r))
    look.events |= POLLOUT;
  return poll(&look, 1, 0) <= 0;
}

int64_t ih_request_check(struct ih_request *r, int64_t now) {
  enum ih_end as;
  int64_t total = after(r->started_at, r->timeouts.total);
  int64_t phase = phase_deadline(r, &as), next;
  if (total && now >= total)
    r->end = IH_END_TOTAL;
  else if (phase && now >= phase && !is_silent(r))
    phase = now + LOOK_AGAIN;
  else if (phase && now >= phase)
    r->end = as;
  next = earlier(total, phase);
  if (r->heard_at && phase)
    return next;
  /* Another phase may begin right after this look, so its timeout bounds the
  ** time to the next look. Nothing then needs a timer per byte. */
  return earlier(next,
                 after(now, earlier(r->timeouts.idle, r->timeouts.first_byte)));
}

int ih_request_may_resume(const struct ih_request *r) {
  return r->held == HELD_FOR_READER &&
         (!r->paced || waiting(r) <= r->queue_bytes / 2);
}

int ih_request_resume(struct ih_request *r, int64_t now) {
  r->heard_at = now; /* the silence was ours */
  r->held = NOT_HELD;
  return r->easy ? (int)curl_easy_pause(r->easy, CURLPAUSE_CONT) : CURLE_OK;
}

static void read_infos(struct ih_request *r) {
  static const CURLINFO times[] = {
      CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T,
      CURLINFO_APPCONNECT_TIME_T, CURLINFO_PRETRANSFER_TIME_T,
      CURLINFO_TOTAL_TIME_T};
  long error = 0;
  int i;
  curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &error);
  curl_easy_getinfo(r->easy, CURLINFO_NUM_CONNECTS, &r->new_connections);
  if (!r->os_error)
    r->os_error = error;
  for (i = 0; i < IH_TIMES; i++)
    r->times[i] = info_ns(r->easy, times[i]);
  if (is_connected(r))
    is_sent(r); /* counts a small body as sent */
}

void *ih_request_finish(struct ih_request *r, enum ih_end end, int code) {
  void *easy = r->easy;
  if (r->end == IH_RUNNING)
    r->end = end;
  if (r->end == IH_END_CURL && code == CURLE_OPERATION_TIMEDOUT)
    r->end = IH_END_CONNECT; /* the only time libcurl keeps for us */
  r->code = code;
  r->held = NOT_HELD;
  if (!r->text[0])
    strncpy(r->text, curl_easy_strerror((CURLcode)code), IH_MAX_TEXT - 1);
  if (easy) {
    read_infos(r);
    curl_easy_reset(easy);
    ih_global_leave_quickly(easy);
    r->easy = NULL;
  }
  return easy;
}

static void wipe_headers(struct curl_slist *list) {
  for (; list; list = list->next)
    explicit_bzero(list->data, strlen(list->data));
}

void ih_request_free(struct ih_request *r) {
  if (!r)
    return;
  if (r->easy)
    curl_easy_cleanup(r->easy);
  wipe_headers(r->headers);
  curl_slist_free_all(r->headers);
  ih_buf_free(&r->body);
  ih_buf_free(&r->head);
  ih_buf_free(&r->in);
  free(r);
}
