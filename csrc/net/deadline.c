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
static int64_t last_sign(const struct ih_transfer *t) {
  int64_t sent = t->sent_at ? t->sent_at : t->connected_at;
  return t->heard_at > sent ? t->heard_at : sent;
}

static int is_ours(const struct ih_transfer *t) {
  return t->held != IH_NOT_HELD ||
         (t->paced && ih_transfer_waiting(t) > t->seen);
}

/* How long the reader has kept the other side waiting since the last account. */
static int64_t ours_now(const struct ih_transfer *t, int64_t now) {
  int64_t span = t->ours_since ? now - t->ours_since : 0;
  return span > PROMPT ? span : 0;
}

void ih_deadline_settle(struct ih_transfer *t, int64_t now) {
  if (is_ours(t)) {
    t->ours_since = t->ours_since ? t->ours_since : now;
  } else if (t->ours_since) {
    t->ours += ours_now(t, now);
    t->ours_since = 0;
  }
}

void ih_deadline_heard(struct ih_transfer *t, int64_t now) {
  t->content_at = now;
  t->ours = 0;
  t->ours_since = is_ours(t) ? now : 0;
}

/* Bytes that wait may mean something, once, until they are read. */
static int has_grace(struct ih_transfer *t) {
  if (!t->grace_of)
    t->grace_of = t->ours_since;
  return t->ours_since && t->grace_of == t->ours_since;
}

/* When that which means nothing may not go on any longer. Once the answer has
** begun it may at least take as long as silence may. */
static int64_t content_deadline(struct ih_transfer *t, int64_t now) {
  const struct ih_timeouts *limit = &t->timeouts;
  int64_t sent = t->sent_at ? t->sent_at : t->connected_at;
  int64_t span = limit->first_byte, at;
  if (t->content_at && (!limit->idle || limit->idle > span))
    span = span ? limit->idle : 0;
  at =
      after((t->content_at ? t->content_at : sent) + t->ours + ours_now(t, now),
            span);
  if (now < at)
    t->grace_of = 0;
  else if (at && has_grace(t))
    at = now + LOOK_AGAIN;
  return at;
}

/* When the phase the transfer is in runs out of time, and as what. */
static int64_t phase_deadline(struct ih_transfer *t, int64_t now,
                              enum ih_end *as) {
  const struct ih_timeouts *limit = &t->timeouts;
  int64_t idle, content;
  int is_sent;
  *as = IH_END_CONNECT;
  if (!ih_transfer_is_connected(t))
    return after(t->handed_at ? t->handed_at : t->started_at,
                 limit->connect ? limit->connect + CONNECT_GRACE : 0);
  *as = IH_END_IDLE;
  if (t->upload.starved && !ih_transfer_is_failure(t))
    return 0; /* the silence is ours */
  is_sent = ih_transfer_is_sent(t);
  idle = t->held == IH_NOT_HELD && (t->heard_at || !is_sent)
             ? after(last_sign(t), limit->idle)
             : 0;
  content = is_sent ? content_deadline(t, now) : 0;
  if (content && (!idle || content < idle))
    *as = IH_END_FIRST_BYTE;
  return earlier(idle, content);
}

/* Whether the silence is the other side's: a host that did not step for a while
** finds much at its sockets and may have served some of them only. That one can
** be written to means nothing where that was in vain. */
static int is_silent(struct ih_transfer *t) {
  struct pollfd look = {.fd = t->socket, .events = POLLIN};
  if (t->socket < 0)
    return 1;
  if (!ih_transfer_is_sent(t) && !ih_transfer_is_failure(t) &&
      !ih_rest_is(&t->lanes->rests, t->socket))
    look.events |= POLLOUT;
  return poll(&look, 1, 0) <= 0;
}

/* Whether the server of a held sender is gone: libcurl may only find out when it
** sends again, and the host may take for ever. */
static int is_left(const struct ih_transfer *t) {
  return t->upload.starved && t->socket >= 0 && ih_poll_is_left(t->socket);
}

/* Of a transfer that only its own clock bounds. */
static int64_t check_play(struct ih_transfer *t, int64_t now, int64_t total) {
  if (total && now >= total)
    t->end = IH_END_TOTAL;
  return earlier(total, t->play_at);
}

int64_t ih_deadline_check(struct ih_transfer *t, int64_t now) {
  enum ih_end as;
  int64_t total = earlier(after(t->started_at, t->timeouts.total), t->leave_at);
  int64_t phase, next;
  if (t->play)
    return check_play(t, now, total);
  phase = phase_deadline(t, now, &as);
  if (!phase || now < phase)
    t->looks = 0;
  if (total && now >= total)
    t->end = t->waits ? IH_END_GATE : IH_END_TOTAL;
  else if (t->waits)
    return total;
  else if (t->looks < MOST_LOOKS && phase && now >= phase && !is_silent(t))
    t->looks++, phase = now + LOOK_AGAIN;
  else if (phase && now >= phase)
    t->end = as;
  if (t->end == IH_RUNNING && is_left(t)) {
    t->end = IH_END_CURL;
    t->code = CURLE_SEND_ERROR;
  }
  next = earlier(total, phase);
  if (t->upload.is_fed && !t->upload.drained)
    next = earlier(next, now + LOOK_FOR_SERVER);
  if (t->heard_at && phase)
    return next;
  /* Another phase may begin right after this look, so its timeout bounds the
  ** time to the next look. Nothing then needs a timer per byte. */
  return earlier(next,
                 after(now, earlier(t->timeouts.idle, t->timeouts.first_byte)));
}
