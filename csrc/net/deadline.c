#define _GNU_SOURCE /* POLLRDHUP */

#include "deadline.h"

#include <curl/curl.h>
#include <poll.h>

#define MILLISECOND ((int64_t)1000 * 1000)

/* Until a timeout that met waiting bytes is looked at again. */
#define LOOK_AGAIN (20 * MILLISECOND)

/* After that many of those looks the bytes are no excuse: whatever they are, they
** were read meanwhile and meant nothing. */
#define MOST_LOOKS 25

/* A reader that takes no longer than this does not keep anything waiting. */
#define PROMPT (100 * MILLISECOND)

/* Between two looks whether the server of a fed sender is still there. */
#define LOOK_FOR_SERVER (1000 * MILLISECOND)

/* libcurl 8.9 and 8.10 do not look at the clock while they look up a name. */
#define CONNECT_GRACE (100 * MILLISECOND)

/* The earlier of two moments, of which 0 means never. */
static int64_t earlier(int64_t a, int64_t b) {
  return !a || (b && b < a) ? b : a;
}

/* `span` after `from`, never when the timeout is off. */
static int64_t after(int64_t from, int64_t span) {
  return span ? from + span : 0;
}

/* When something was last sent or received. */
static int64_t last_sign(const struct ih_request *r) {
  int64_t sent = r->sent_at ? r->sent_at : r->connected_at;
  return r->heard_at > sent ? r->heard_at : sent;
}

/* The host is not asked to feed any more, and libcurl may have stopped. */
static int is_refused(const struct ih_request *r) {
  return r->status >= 300;
}

static int is_ours(const struct ih_request *r) {
  return r->held != IH_NOT_HELD ||
         (r->paced && ih_request_waiting(r) > r->seen);
}

/* How long the reader has kept the other side waiting since the last account. */
static int64_t ours_now(const struct ih_request *r, int64_t now) {
  int64_t span = r->ours_since ? now - r->ours_since : 0;
  return span > PROMPT ? span : 0;
}

void ih_request_settle(struct ih_request *r, int64_t now) {
  if (is_ours(r)) {
    r->ours_since = r->ours_since ? r->ours_since : now;
  } else if (r->ours_since) {
    r->ours += ours_now(r, now);
    r->ours_since = 0;
  }
}

void ih_request_heard(struct ih_request *r, int64_t now) {
  r->content_at = now;
  r->ours = 0;
  r->ours_since = is_ours(r) ? now : 0;
}

/* Bytes that wait may mean something, once, until they are read. */
static int has_grace(struct ih_request *r) {
  if (!r->grace_of)
    r->grace_of = r->ours_since;
  return r->ours_since && r->grace_of == r->ours_since;
}

/* When that which means nothing may not go on any longer. Once the answer has
** begun it may at least take as long as silence may. */
static int64_t content_deadline(struct ih_request *r, int64_t now) {
  const struct ih_timeouts *limit = &r->timeouts;
  int64_t sent = r->sent_at ? r->sent_at : r->connected_at;
  int64_t span = limit->first_byte, at;
  if (r->content_at && (!limit->idle || limit->idle > span))
    span = span ? limit->idle : 0;
  at =
      after((r->content_at ? r->content_at : sent) + r->ours + ours_now(r, now),
            span);
  if (now < at)
    r->grace_of = 0;
  else if (at && has_grace(r))
    at = now + LOOK_AGAIN;
  return at;
}

/* When the phase the exchange is in runs out of time, and as what. */
static int64_t phase_deadline(struct ih_request *r, int64_t now,
                              enum ih_end *as) {
  const struct ih_timeouts *limit = &r->timeouts;
  int64_t idle, content;
  int is_sent;
  *as = IH_END_CONNECT;
  if (!ih_request_is_connected(r))
    return after(r->tried_at ? r->tried_at : r->started_at,
                 limit->connect ? limit->connect + CONNECT_GRACE : 0);
  *as = IH_END_IDLE;
  if (r->upload.starved && !is_refused(r))
    return 0; /* the silence is ours */
  is_sent = ih_request_is_sent(r);
  idle = r->held == IH_NOT_HELD && (r->heard_at || !is_sent)
             ? after(last_sign(r), limit->idle)
             : 0;
  content = is_sent ? content_deadline(r, now) : 0;
  if (content && (!idle || content < idle))
    *as = IH_END_FIRST_BYTE;
  return earlier(idle, content);
}

/* Whether the silence is the other side's: a host that did not step for a while
** finds much at its sockets and may have served some of them only. */
static int is_silent(struct ih_request *r) {
  struct pollfd look = {.fd = r->socket, .events = POLLIN};
  if (r->socket < 0)
    return 1;
  if (!ih_request_is_sent(r) && !is_refused(r))
    look.events |= POLLOUT;
  return poll(&look, 1, 0) <= 0;
}

/* Whether the server of a held sender is gone: libcurl may only find out when it
** sends again, and the host may take for ever. */
static int is_left(const struct ih_request *r) {
  struct pollfd look = {.fd = r->socket, .events = POLLRDHUP};
  return r->upload.starved && r->socket >= 0 && poll(&look, 1, 0) > 0;
}

int64_t ih_request_check(struct ih_request *r, int64_t now) {
  enum ih_end as;
  int64_t total = earlier(after(r->started_at, r->timeouts.total), r->leave_at);
  int64_t phase = phase_deadline(r, now, &as), next;
  if (!phase || now < phase)
    r->looks = 0;
  if (total && now >= total)
    r->end = r->waits ? IH_END_GATE : IH_END_TOTAL;
  else if (r->waits)
    return total;
  else if (r->looks < MOST_LOOKS && phase && now >= phase && !is_silent(r))
    r->looks++, phase = now + LOOK_AGAIN;
  else if (phase && now >= phase)
    r->end = as;
  if (r->end == IH_RUNNING && is_left(r)) {
    r->end = IH_END_CURL;
    r->code = CURLE_SEND_ERROR;
  }
  next = earlier(total, phase);
  if (r->upload.is_fed && !r->upload.drained)
    next = earlier(next, now + LOOK_FOR_SERVER);
  if (r->heard_at && phase)
    return next;
  /* Another phase may begin right after this look, so its timeout bounds the
  ** time to the next look. Nothing then needs a timer per byte. */
  return earlier(next,
                 after(now, earlier(r->timeouts.idle, r->timeouts.first_byte)));
}
