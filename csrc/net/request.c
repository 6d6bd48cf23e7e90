#define _GNU_SOURCE /* explicit_bzero, SOCK_CLOEXEC */

#include "request.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "deadline.h"
#include "encoding.h"
#include "gate.h"
#include "global.h"
#include "poll.h"
#include "upload.h"

/* A body up to this size leaves together with the head. */
#define SMALL_BODY ((size_t)32 * 1024)

/* So much of a body is decoded between two looks at the limits. */
#define DECODE_ROOM ((size_t)16 * 1024)

#define KEEPALIVE_AFTER 30L
#define KEEPALIVE_EVERY 15L

/* A new connection is not spoilt, but its server may be one that leaves, too. */
#define MOST_RESTARTS 2

/* "Expectation Failed" */
#define STATUS_NO_GO_AHEAD 417

/* libcurl takes no "never" for the time to connect. */
#define NEVER_MS 2147483647L

/* libcurl writes its message into the request. */
typedef char text_has_room[IH_MAX_TEXT >= CURL_ERROR_SIZE ? 1 : -1];

/* ---- callbacks ---------------------------------------------------------- */

static size_t hold(struct ih_request *r, enum ih_hold why) {
  r->held = why;
  ih_request_settle(r, ih_poll_now());
  if (why == IH_HELD_FOR_STEP)
    ih_queue_push(&r->lanes->resume, &r->lane);
  return CURL_WRITEFUNC_PAUSE;
}

/* Ends the transfer from within a callback. */
static size_t give_up(struct ih_request *r, enum ih_end end) {
  r->end = end;
  return 0;
}

static enum ih_hold must_hold(const struct ih_request *r, int64_t now) {
  const struct ih_lanes *lanes = r->lanes;
  if (r->paced && r->queue_bytes && ih_request_waiting(r) >= r->queue_bytes)
    return IH_HELD_FOR_READER;
  if (!lanes->stepping || lanes->bytes_left == 0 || now >= lanes->stop_at)
    return IH_HELD_FOR_STEP;
  return IH_NOT_HELD;
}

static int is_failure(const struct ih_request *r) {
  return r->status >= 300;
}

/* How many more bytes of the body may come. */
static size_t allowance(const struct ih_request *r) {
  size_t most = r->paced ? 0 : r->max_bytes;
  if (is_failure(r) && (!most || most > IH_MAX_REFUSAL))
    most = IH_MAX_REFUSAL;
  if (!most)
    return SIZE_MAX;
  return most > r->decoded ? most - (size_t)r->decoded : 0;
}

enum { LINE_BEGINS, LINE_GOES_ON, IN_COMMENT };

/* Whether there is more than blanks and comments of an event stream. */
static int has_content(struct ih_request *r, const char *bytes, size_t n) {
  int found = 0;
  for (; n; n--, bytes++) {
    if (*bytes == '\n' || *bytes == '\r') {
      r->line = LINE_BEGINS;
    } else if (r->line == LINE_BEGINS && *bytes == ':') {
      r->line = IN_COMMENT;
    } else if (r->line != IN_COMMENT) {
      r->line = LINE_GOES_ON;
      found |= *bytes != ' ' && *bytes != '\t';
    }
  }
  return found;
}

/* Takes in n bytes that were written behind those of r->in. 0 when that was too
** much, and the exchange is over. */
static int take_in(struct ih_request *r, size_t n, int64_t now) {
  struct ih_lanes *lanes = r->lanes;
  size_t most = allowance(r);
  const char *bytes = ih_buf_bytes(&r->in) + ih_buf_len(&r->in);
  if (n > most)
    r->end = is_failure(r) ? IH_END_CUT : IH_END_BODY_LIMIT;
  if (r->end == IH_END_BODY_LIMIT)
    return 0;
  n = n < most ? n : most;
  if (!r->paced && has_content(r, bytes, n))
    r->content_at = now;
  ih_buf_extend(&r->in, n);
  r->decoded += n;
  lanes->bytes_left -= n < lanes->bytes_left ? n : lanes->bytes_left;
  ih_request_settle(r, now);
  ih_queue_push(&lanes->ready, &r->ready);
  return r->end == IH_RUNNING;
}

static size_t take_plain(struct ih_request *r, const char *bytes, size_t n,
                         int64_t now) {
  char *to = ih_buf_reserve(&r->in, n);
  if (!to)
    return give_up(r, IH_END_NOMEM);
  memcpy(to, bytes, n);
  return take_in(r, n, now) ? n : 0;
}

/* What there is room and time for. libcurl delivers the rest again together with
** what was decoded, because it knows of the whole only. */
static size_t take_encoded(struct ih_request *r, const char *bytes, size_t n,
                           int64_t now) {
  size_t skip = r->ahead < n ? r->ahead : n, made;
  struct ih_span in = {bytes + skip, n - skip};
  int got = 1;
  for (;;) {
    char *to = ih_buf_reserve(&r->in, DECODE_ROOM);
    enum ih_hold why;
    if (!to)
      return give_up(r, IH_END_NOMEM);
    got = ih_decoder_run(r->decoder, &in, to, DECODE_ROOM, &made);
    if (made && !take_in(r, made, now))
      return 0;
    if (got <= 0)
      break;
    now = ih_poll_now();
    why = must_hold(r, now);
    if (why) {
      r->ahead = n - in.len;
      return hold(r, why);
    }
  }
  r->ahead -= skip;
  return got < 0 ? give_up(r, IH_END_ENCODING) : n;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *self) {
  struct ih_request *r = self;
  size_t n = size * count, taken;
  int64_t now = ih_poll_now();
  enum ih_hold why = must_hold(r, now);
  if (r->refused && n > 0)
    return give_up(r, IH_END_ENCODING);
  if (why)
    return hold(r, why);
  r->heard_at = now;
  taken = r->decoder ? take_encoded(r, bytes, n, now)
                     : take_plain(r, bytes, n, now);
  if (taken == n)
    r->received += n;
  return taken;
}

static int begins(const char *bytes, size_t n, const char *with) {
  size_t len = strlen(with);
  return n >= len && memcmp(bytes, with, len) == 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *self) {
  struct ih_request *r = self;
  size_t n = size * count;
  r->head_bytes += n;
  if (r->head_bytes > IH_MAX_HEAD)
    return give_up(r, IH_END_HEAD_LIMIT);
  if (r->status)
    return n; /* a trailer */
  if (begins(bytes, n, "HTTP/"))
    ih_buf_clear(&r->head); /* what came before was not the last response */
  if (ih_buf_append(&r->head, bytes, n) < 0)
    return give_up(r, IH_END_NOMEM);
  if (*bytes == '\r' || *bytes == '\n') {
    long status = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 || status == 101) {
      r->status = (int)status;
      ih_refused_rest(&r->refusal, r->easy, r->counted);
      if (ih_decoder_new(ih_buf_span(&r->head), &r->decoder, &r->refused) ==
          IH_NOMEM)
        return give_up(r, IH_END_NOMEM);
      ih_queue_push(&r->lanes->ready, &r->ready);
    }
    if (ih_upload_may_resume(r))
      ih_queue_push(&r->lanes->resume, &r->lane);
    /* libcurl would send it again by itself, for ever if need be. */
    if (r->expect && status == STATUS_NO_GO_AHEAD)
      return give_up(r, IH_END_COMPLETE);
  }
  return n;
}

/* Only for bodies that take a while to leave, or whose progress is asked for.
*/
static int on_progress(void *self, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up) {
  struct ih_request *r = self;
  (void)down_total, (void)down;
  ih_refused_progress(&r->refusal);
  if (up_total > 0)
    r->total = up_total;
  if ((uint64_t)up > r->sent) {
    r->sent = (uint64_t)up;
    r->sent_at = ih_poll_now();
    if (r->progress)
      ih_queue_push(&r->lanes->ready, &r->ready);
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

/* The server may have done what the first request said, unless it has said that
** it did not. A callback of CURLOPT_PREREQFUNCTION: 0 goes on, 1 gives up. */
static int on_sending(void *self, char *to, char *from, int to_port,
                      int from_port) {
  struct ih_request *r = self;
  enum ih_reuse reuse;
  if (r->begun && !r->may_repeat && !r->refusal.is_told)
    return 1;
  reuse = ih_reuse_look(&r->lanes->kept, r->easy, to, from, to_port, from_port);
  r->spoilt = reuse == IH_REUSE_SPOILT;
  if (r->spoilt)
    return 1;
  r->begun++;
  r->refusal.is_told = 0;
  if (r->multiplexed && reuse == IH_REUSE_UNKNOWN)
    ih_refused_watch(&r->refusal, r->easy, r->text, &r->lanes->calls,
                     r->counted);
  return 0;
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
  return add_header(r, o->expect ? "Expect: 100-continue" : "Expect:");
}

static CURLcode set_method(CURL *easy, const char *method, int has_body) {
  if (strcmp(method, "GET") == 0 && !has_body)
    return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (strcmp(method, "HEAD") == 0)
    return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (strcmp(method, "POST") == 0 && has_body)
    return CURLE_OK; /* the body has said so */
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode set_body(struct ih_request *r, const char *body, size_t len) {
  CURLcode code;
  if (ih_buf_append(&r->body, body, len) < 0)
    return CURLE_OUT_OF_MEMORY;
  r->total = (int64_t)len;
  code =
      curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
  return code ? code
              : curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS,
                                 ih_buf_bytes(&r->body));
}

static CURLcode count_sent(struct ih_request *r) {
  CURLcode code =
      curl_easy_setopt(r->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  if (!code)
    code = curl_easy_setopt(r->easy, CURLOPT_XFERINFODATA, r);
  return code ? code : curl_easy_setopt(r->easy, CURLOPT_NOPROGRESS, 0L);
}

static long connect_ms(int64_t ns) {
  int64_t ms = (ns + 999999) / 1000000;
  return ms > 0 && ms < NEVER_MS ? (long)ms : NEVER_MS;
}

static CURLcode set_all(struct ih_request *r,
                        const struct ih_request_options *o) {
  CURL *easy = r->easy;
  CURLcode code = (CURLcode)ih_global_apply(easy, o->ca_file);
#define SET(option, value)                                                     \
  do {                                                                         \
    if (!code)                                                                 \
      code = curl_easy_setopt(easy, CURLOPT_##option, value);                  \
  } while (0)
  SET(URL, o->url);
  SET(NOSIGNAL, 1L);
  if (o->http1)
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  else if (ih_global_has_http2())
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
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
  SET(SSL_VERIFYPEER, o->unverified ? 0L : 1L);
  SET(SSL_VERIFYHOST, o->unverified ? 0L : 2L);
  if (o->proxy)
    SET(PROXY, o->proxy);
#undef SET
  ih_global_tell_sending(easy, on_sending, r);
  if (!code && o->body)
    code = set_body(r, o->body, o->body_len);
  if (!code && r->counted)
    code = count_sent(r);
  return code;
}

static int set_up(struct ih_request *r, const struct ih_request_options *o) {
  int status = IH_OK, has_body = o->body || o->form;
  if (!r->easy || copy_headers(r, o) < 0 || set_all(r, o))
    return IH_NOMEM;
  r->may_repeat =
      strcmp(o->method, "GET") == 0 || strcmp(o->method, "HEAD") == 0;
  if (o->form)
    status = ih_upload_form(r, o->form);
  if (status == IH_OK && set_method(r->easy, o->method, has_body))
    return IH_NOMEM;
  return status;
}

int ih_request_new(const struct ih_request_options *o, void *easy,
                   struct ih_request **out) {
  struct ih_request *r = calloc(1, sizeof *r);
  int status;
  *out = NULL;
  if (!r) {
    curl_easy_cleanup(easy);
    return IH_NOMEM;
  }
  r->easy = easy;
  r->socket = -1;
  r->expect = o->expect;
  r->multiplexed = !o->http1 && ih_global_has_http2() &&
                   strncasecmp(o->url, "https:", 6) == 0;
  r->progress = o->progress;
  r->counted = o->form || o->expect || o->progress || o->body_len > SMALL_BODY;
  r->total = o->form ? -1 : 0;
  r->paced = o->paced;
  r->queue_bytes = o->queue_bytes;
  r->max_bytes = o->max_bytes;
  r->timeouts = o->timeouts;
  r->gate = o->gate;
  if (r->gate)
    ih_gate_hold(r->gate);
  status = set_up(r, o);
  if (status == IH_OK) {
    *out = r;
  } else {
    int error = errno;
    ih_request_free(r);
    errno = error;
  }
  return status;
}

/* ---- life --------------------------------------------------------------- */

static int reader_has_room(const struct ih_request *r) {
  return r->held == IH_HELD_FOR_READER &&
         (!r->paced || ih_request_waiting(r) <= r->queue_bytes / 2);
}

int ih_request_restart(struct ih_request *r, int code) {
  if (r->end != IH_RUNNING || !code || !ih_request_is_unprocessed(r) ||
      r->upload.is_fed || r->restarts == MOST_RESTARTS ||
      curl_easy_setopt(r->easy, CURLOPT_FRESH_CONNECT, 1L))
    return 0;
  r->restarts++;
  r->spoilt = 0;
  r->text[0] = '\0';
  r->socket = -1;
  r->connected_at = r->sent_at = 0;
  r->sent = 0;
  return 1;
}

int ih_request_may_resume(const struct ih_request *r) {
  return reader_has_room(r) || ih_upload_may_resume(r);
}

void ih_request_unpace(struct ih_request *r, int64_t now) {
  if (r->paced && has_content(r, ih_buf_bytes(&r->in), ih_buf_len(&r->in)))
    ih_request_heard(r, now);
  r->paced = 0;
  ih_request_settle(r, now);
}

/* What is held, in both directions. */
static int pauses(const struct ih_request *r) {
  return (r->held ? CURLPAUSE_RECV : 0) |
         (r->upload.starved ? CURLPAUSE_SEND : 0);
}

int ih_request_resume(struct ih_request *r, int64_t now) {
  int was = pauses(r);
  if (r->held == IH_HELD_FOR_STEP || reader_has_room(r)) {
    r->held = IH_NOT_HELD;
    r->heard_at = now; /* the silence was ours */
    ih_request_settle(r, now);
  }
  if (ih_upload_may_resume(r)) {
    r->upload.starved = 0;
    r->sent_at = now; /* the same */
    /* libcurl may not have seen yet that the form is held, and forgets it only
    ** when it knows. */
    if (r->easy)
      curl_easy_pause(r->easy, was);
  }
  if (!r->easy || pauses(r) == was)
    return CURLE_OK;
  return (int)curl_easy_pause(r->easy, pauses(r));
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
  ih_upload_free(&r->upload);
  ih_decoder_free(r->decoder);
  ih_buf_free(&r->body);
  ih_buf_free(&r->head);
  ih_buf_free(&r->in);
  ih_gate_drop(r->gate);
  free(r);
}
