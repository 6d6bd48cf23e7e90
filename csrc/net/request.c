#include "platform.h"

#include "request.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "deadline.h"
#include "encoding.h"
#include "ending.h"
#include "gate.h"
#include "global.h"
#include "intake.h"
#include "play.h"
#include "poll.h"
#include "upload.h"

/* A body up to this size leaves together with the head. */
#define SMALL_BODY ((size_t)32 * 1024)

#define KEEPALIVE_AFTER 30L
#define KEEPALIVE_EVERY 15L

/* A new connection is not spoilt, but its server may be one that leaves, too. */
#define MOST_RESTARTS 2

/* "Expectation Failed" */
#define STATUS_NO_GO_AHEAD 417

/* libcurl takes no "never" for the time to connect. */
#define NEVER_MS 2147483647L

/* Earlier libcurls free a name twice when memory runs out while they keep the
** session of a TLS connection. */
#define SAFE_SESSIONS 0x080c00

/* libcurl writes its message into the transfer. */
typedef char text_has_room[IH_MAX_TEXT >= CURL_ERROR_SIZE ? 1 : -1];

/* ---- callbacks ---------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *self) {
  struct ih_transfer *t = self;
  t->lanes->moved++;
  ih_pool_ending(&t->lanes->pool, t->easy, &t->closes);
  return ih_intake_body(t, bytes, size * count);
}

/* Ends the transfer from within a callback. */
static size_t give_up(struct ih_transfer *t, enum ih_end end) {
  t->end = end;
  return 0;
}

static int begins(const char *bytes, size_t n, const char *with) {
  size_t len = strlen(with);
  return n >= len && memcmp(bytes, with, len) == 0;
}

/* Only for bodies that take a while to leave, or whose progress is asked for, or
** whose end has to be looked at. */
static int on_progress(void *self, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up) {
  struct ih_transfer *t = self;
  (void)down_total, (void)down;
  ih_refused_progress(&t->refusal);
  if (t->until_end)
    ih_ending_look(t);
  if (up_total > 0)
    t->total = up_total;
  if ((uint64_t)up > t->sent) {
    t->sent = (uint64_t)up;
    t->sent_at = ih_poll_now();
    t->lanes->moved++;
    if (t->progress)
      ih_queue_push(&t->lanes->ready, &t->ready);
  }
  return 0;
}

static CURLcode tell_progress(struct ih_transfer *t) {
  CURLcode code =
      curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  if (!code)
    code = curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
  return code ? code : curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
}

static void wipe_headers(struct curl_slist *list) {
  for (; list; list = list->next)
    ih_platform_wipe(list->data, strlen(list->data));
}

static void free_headers(struct ih_transfer *t) {
  wipe_headers(t->headers);
  curl_slist_free_all(t->headers);
  t->headers = NULL;
}

/* The server has taken the request: it is sent no more, and what it was need not
** be kept for as long as a slow answer takes. */
static void forget_request(struct ih_transfer *t) {
  curl_off_t sent = 0;
  if (curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL) == CURLE_OK)
    free_headers(t);
  /* It may answer before it has read all of a body. */
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (ih_buf_len(&t->body) > 0 && (size_t)sent >= ih_buf_len(&t->body) &&
      curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, NULL) == CURLE_OK)
    ih_buf_free(&t->body);
}

/* The head of the answer is complete. */
static int begin_body(struct ih_transfer *t) {
  ih_refused_rest(&t->refusal, t->easy, t->counted);
  t->until_end = ih_ending_begins(t);
  if (t->until_end && tell_progress(t))
    return IH_NOMEM;
  return ih_decoder_new(ih_buf_span(&t->head), &t->decoder, &t->refused);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *self) {
  struct ih_transfer *t = self;
  size_t n = size * count;
  t->head_bytes += n;
  t->lanes->moved++;
  if (t->head_bytes > IH_MAX_HEAD)
    return give_up(t, IH_END_HEAD_LIMIT);
  ih_pool_ending(&t->lanes->pool, t->easy, &t->closes);
  if (t->status)
    return n; /* a trailer */
  if (begins(bytes, n, "HTTP/"))
    ih_buf_clear(&t->head); /* what came before was not the last answer */
  if (ih_buf_append(&t->head, bytes, n) < 0)
    return give_up(t, IH_END_NOMEM);
  if (*bytes == '\r' || *bytes == '\n') {
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 || status == 101) {
      t->status = (int)status;
      if (!ih_transfer_is_failure(t))
        forget_request(t);
      if (begin_body(t) == IH_NOMEM)
        return give_up(t, IH_END_NOMEM);
      ih_queue_push(&t->lanes->ready, &t->ready);
    }
    if (ih_upload_may_resume(t))
      ih_queue_push(&t->lanes->resume, &t->lane);
    /* libcurl would send it again by itself, for ever if need be. */
    if (t->expect && status == STATUS_NO_GO_AHEAD)
      return give_up(t, IH_END_COMPLETE);
  }
  return n;
}

/* Programs that the host starts must not inherit connections. */
static curl_socket_t open_socket(void *self, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
  struct ih_transfer *t = self;
  curl_socket_t fd =
      ih_platform_socket(address->family, address->socktype, address->protocol);
  (void)purpose;
  if (fd < 0)
    t->os_error = errno;
  else
    t->lanes->pool.open++;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* The server may have done what the first request said, unless it has said that
** it did not. What changes nothing is sent once more on a new connection: libcurl
** would try five more that were used before, and ask the server six times.
** A callback of CURLOPT_PREREQFUNCTION: 0 goes on, 1 gives up. */
static int on_sending(void *self, char *to, char *from, int to_port,
                      int from_port) {
  struct ih_transfer *t = self;
  enum ih_reuse reuse;
  if (t->begun && !t->refusal.is_told && !(t->may_repeat && t->restarts)) {
    t->spoilt = t->may_repeat;
    return 1;
  }
  reuse = ih_reuse_look(&t->lanes->kept, t->easy, to, from, to_port, from_port);
  t->spoilt = reuse == IH_REUSE_SPOILT;
  if (t->spoilt)
    return 1;
  t->begun++;
  t->refusal.is_told = 0;
  if (t->multiplexed && reuse == IH_REUSE_UNKNOWN)
    ih_refused_watch(&t->refusal, t->easy, t->text, &t->lanes->moments,
                     t->counted);
  return 0;
}

/* ---- construction ------------------------------------------------------- */

static int add_header(struct ih_transfer *t, const char *line) {
  struct curl_slist *longer = curl_slist_append(t->headers, line);
  if (!longer)
    return IH_NOMEM;
  t->headers = longer;
  return IH_OK;
}

static int copy_headers(struct ih_transfer *t,
                        const struct ih_request_options *o) {
  const char *const *line;
  for (line = o->headers; *line; line++)
    if (add_header(t, *line) < 0)
      return IH_NOMEM;
  /* libcurl takes a body without bytes for an empty form. */
  if (o->body && o->body_len == 0 && add_header(t, "Content-Type:") < 0)
    return IH_NOMEM;
  /* Else a body above 1 MB waits a second for a go-ahead few servers send. */
  return add_header(t, o->expect ? "Expect: 100-continue" : "Expect:");
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

static CURLcode set_body(struct ih_transfer *t, const char *body, size_t len) {
  CURLcode code;
  if (ih_buf_append(&t->body, body, len) < 0)
    return CURLE_OUT_OF_MEMORY;
  t->total = (int64_t)len;
  code =
      curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
  return code ? code
              : curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS,
                                 ih_buf_bytes(&t->body));
}

static long connect_ms(int64_t ns) {
  int64_t ms = (ns + 999999) / 1000000;
  return ms > 0 && ms < NEVER_MS ? (long)ms : NEVER_MS;
}

static CURLcode set_all(struct ih_transfer *t,
                        const struct ih_request_options *o) {
  CURL *easy = t->easy;
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
  SET(HTTPHEADER, t->headers);
  SET(ERRORBUFFER, t->text);
  SET(PRIVATE, t);
  SET(WRITEFUNCTION, on_body);
  SET(WRITEDATA, t);
  SET(HEADERFUNCTION, on_header);
  SET(HEADERDATA, t);
  SET(OPENSOCKETFUNCTION, open_socket);
  SET(OPENSOCKETDATA, t);
  /* The least, whatever the machine's settings for OpenSSL allow. */
  SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (ih_global_libcurl() < SAFE_SESSIONS)
    SET(SSL_SESSIONID_CACHE, 0L);
  SET(SSL_VERIFYPEER, o->unverified ? 0L : 1L);
  SET(SSL_VERIFYHOST, o->unverified ? 0L : 2L);
  if (o->proxy)
    SET(PROXY, o->proxy);
#undef SET
  ih_global_tell_sending(easy, on_sending, t);
  if (!code && o->body)
    code = set_body(t, o->body, o->body_len);
  if (!code && t->counted)
    code = tell_progress(t);
  return code;
}

static int set_up(struct ih_transfer *t, const struct ih_request_options *o) {
  int status = IH_OK, has_body = o->body || o->form;
  if (!t->easy || copy_headers(t, o) < 0 || set_all(t, o))
    return IH_NOMEM;
  t->may_repeat =
      strcmp(o->method, "GET") == 0 || strcmp(o->method, "HEAD") == 0;
  if (o->form)
    status = ih_upload_form(t, o->form);
  if (status == IH_OK && set_method(t->easy, o->method, has_body))
    return IH_NOMEM;
  return status;
}

int ih_request_new(const struct ih_request_options *o, void *easy,
                   struct ih_transfer **out) {
  struct ih_transfer *t = calloc(1, sizeof *t);
  int status;
  *out = NULL;
  if (!t) {
    curl_easy_cleanup(easy);
    return IH_NOMEM;
  }
  t->easy = easy;
  t->socket = -1;
  t->expect = o->expect;
  t->multiplexed = !o->http1 && ih_global_has_http2() &&
                   strncasecmp(o->url, "https:", 6) == 0;
  t->progress = o->progress;
  t->counted = o->form || o->expect || o->progress || o->body_len > SMALL_BODY;
  t->total = o->form ? -1 : 0;
  t->paced = o->paced;
  t->queue_bytes = o->queue_bytes;
  t->max_bytes = o->max_bytes;
  t->timeouts = o->timeouts;
  t->tape.most = o->tape_bytes;
  t->gate = o->gate;
  if (t->gate)
    ih_gate_hold(t->gate);
  status = o->played ? ih_play_new(t, o->played) : set_up(t, o);
  if (status == IH_OK) {
    *out = t;
  } else {
    int error = errno;
    ih_request_free(t);
    errno = error;
  }
  return status;
}

/* ---- life --------------------------------------------------------------- */

static int reader_has_room(const struct ih_transfer *t) {
  return t->held == IH_HELD_FOR_READER &&
         (!t->paced || ih_transfer_waiting(t) <= t->queue_bytes / 2);
}

int ih_request_restart(struct ih_transfer *t, int code) {
  if (t->end != IH_RUNNING || !code || !ih_transfer_is_unprocessed(t) ||
      t->upload.is_fed || t->restarts == MOST_RESTARTS ||
      curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L))
    return 0;
  t->restarts++;
  t->spoilt = 0;
  t->text[0] = '\0';
  ih_pool_left(&t->lanes->pool, &t->socket);
  t->connected_at = t->sent_at = 0;
  t->sent = 0;
  return 1;
}

int ih_request_may_resume(const struct ih_transfer *t) {
  return reader_has_room(t) || ih_upload_may_resume(t);
}

void ih_request_unpace(struct ih_transfer *t, int64_t now) {
  if (t->paced && ih_intake_means(t, ih_buf_bytes(&t->in), ih_buf_len(&t->in)))
    ih_deadline_heard(t, now);
  t->paced = 0;
  ih_deadline_settle(t, now);
}

/* What is held, in both directions. */
static int pauses(const struct ih_transfer *t) {
  return (t->held ? CURLPAUSE_RECV : 0) |
         (t->upload.starved ? CURLPAUSE_SEND : 0);
}

int ih_request_resume(struct ih_transfer *t, int64_t now) {
  int was = pauses(t), code = CURLE_OK;
  if (t->held == IH_HELD_FOR_STEP || reader_has_room(t)) {
    t->held = IH_NOT_HELD;
    t->heard_at = now; /* the silence was ours */
    ih_deadline_settle(t, now);
  }
  if (ih_upload_may_resume(t)) {
    t->upload.starved = 0;
    t->sent_at = now; /* the same */
    /* libcurl may not have seen yet that the form is held, and forgets it only
    ** when it knows. */
    if (t->easy)
      code = (int)curl_easy_pause(t->easy, was);
  }
  if (!code && t->easy && pauses(t) != was)
    code = (int)curl_easy_pause(t->easy, pauses(t));
  if (t->play)
    ih_play_go(t, now);
  /* It is over in libcurl already, which will tell. */
  return code == CURLE_BAD_FUNCTION_ARGUMENT ? CURLE_OK : code;
}

void ih_request_free(struct ih_transfer *t) {
  if (!t)
    return;
  if (t->easy)
    curl_easy_cleanup(t->easy);
  free_headers(t);
  ih_upload_free(&t->upload);
  ih_decoder_free(t->decoder);
  ih_buf_free(&t->body);
  ih_buf_free(&t->head);
  ih_buf_free(&t->in);
  ih_tape_free(&t->tape);
  ih_play_free(t->play);
  ih_gate_drop(t->gate);
  free(t);
}
