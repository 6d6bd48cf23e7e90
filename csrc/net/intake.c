#include "intake.h"

#include <curl/curl.h>
#include <stdint.h>
#include <string.h>

#include "deadline.h"
#include "encoding.h"
#include "poll.h"

/* So much of a body is decoded between two looks at the limits. */
#define DECODE_ROOM ((size_t)16 * 1024)

static size_t hold(struct ih_transfer *t, enum ih_hold why) {
  t->held = why;
  ih_deadline_settle(t, ih_poll_now());
  if (why == IH_HELD_FOR_STEP)
    ih_queue_push(&t->lanes->resume, &t->lane);
  return CURL_WRITEFUNC_PAUSE;
}

/* Ends the transfer from within a callback. */
static size_t give_up(struct ih_transfer *t, enum ih_end end) {
  t->end = end;
  return 0;
}

static enum ih_hold must_hold(const struct ih_transfer *t, int64_t now) {
  const struct ih_lanes *lanes = t->lanes;
  if (t->paced && t->queue_bytes && ih_transfer_waiting(t) >= t->queue_bytes)
    return IH_HELD_FOR_READER;
  if (!lanes->stepping || lanes->bytes_left == 0 || now >= lanes->stop_at)
    return IH_HELD_FOR_STEP;
  return IH_NOT_HELD;
}

/* How many more bytes of the body may come. */
static size_t allowance(const struct ih_transfer *t) {
  size_t most = t->paced ? 0 : t->max_bytes;
  if (ih_transfer_is_failure(t) && (!most || most > IH_MAX_REFUSAL))
    most = IH_MAX_REFUSAL;
  if (!most)
    return SIZE_MAX;
  return most > t->decoded ? most - (size_t)t->decoded : 0;
}

enum { LINE_BEGINS, LINE_GOES_ON, IN_COMMENT };

int ih_intake_means(struct ih_transfer *t, const char *bytes, size_t n) {
  int found = 0;
  for (; n; n--, bytes++) {
    if (*bytes == '\n' || *bytes == '\r') {
      t->line = LINE_BEGINS;
    } else if (t->line == LINE_BEGINS && *bytes == ':') {
      t->line = IN_COMMENT;
    } else if (t->line != IN_COMMENT) {
      t->line = LINE_GOES_ON;
      found |= *bytes != ' ' && *bytes != '\t';
    }
  }
  return found;
}

/* Takes in n bytes that were written behind those of t->in. 0 when that was too
** much, and the transfer is over. */
static int take_in(struct ih_transfer *t, size_t n, int64_t now) {
  struct ih_lanes *lanes = t->lanes;
  size_t most = allowance(t);
  const char *bytes = ih_buf_bytes(&t->in) + ih_buf_len(&t->in);
  if (n > most)
    t->end = ih_transfer_is_failure(t) ? IH_END_CUT : IH_END_BODY_LIMIT;
  if (t->end == IH_END_BODY_LIMIT)
    return 0;
  n = n < most ? n : most;
  if (!t->paced && ih_intake_means(t, bytes, n))
    t->content_at = now;
  ih_buf_extend(&t->in, n);
  t->decoded += n;
  lanes->bytes_left -= n < lanes->bytes_left ? n : lanes->bytes_left;
  ih_deadline_settle(t, now);
  ih_queue_push(&lanes->ready, &t->ready);
  return t->end == IH_RUNNING;
}

static size_t take_plain(struct ih_transfer *t, const char *bytes, size_t n,
                         int64_t now) {
  char *to = ih_buf_reserve(&t->in, n);
  if (!to)
    return give_up(t, IH_END_NOMEM);
  memcpy(to, bytes, n);
  return take_in(t, n, now) ? n : 0;
}

/* What there is room and time for. libcurl delivers the rest again together with
** what was decoded, because it knows of the whole only. */
static size_t take_encoded(struct ih_transfer *t, const char *bytes, size_t n,
                           int64_t now) {
  size_t skip = t->ahead < n ? t->ahead : n, made;
  struct ih_span in = {bytes + skip, n - skip};
  int got = 1;
  for (;;) {
    char *to = ih_buf_reserve(&t->in, DECODE_ROOM);
    enum ih_hold why;
    if (!to)
      return give_up(t, IH_END_NOMEM);
    got = ih_decoder_run(t->decoder, &in, to, DECODE_ROOM, &made);
    if (made && !take_in(t, made, now))
      return 0;
    if (got <= 0)
      break;
    now = ih_poll_now();
    why = must_hold(t, now);
    if (why) {
      t->ahead = n - in.len;
      return hold(t, why);
    }
  }
  t->ahead -= skip;
  return got < 0 ? give_up(t, IH_END_ENCODING) : n;
}

/* What was taken in last is the end of what waits. */
static void tape(struct ih_transfer *t, int64_t now, size_t n) {
  const char *end = ih_buf_bytes(&t->in) + ih_buf_len(&t->in);
  ih_tape_add(&t->tape, now - t->started_at, end - n, n);
}

size_t ih_intake_body(struct ih_transfer *t, const char *bytes, size_t n) {
  uint64_t before = t->decoded;
  size_t taken;
  int64_t now = ih_poll_now();
  enum ih_hold why = must_hold(t, now);
  if (t->refused && n > 0)
    return give_up(t, IH_END_ENCODING);
  if (why)
    return hold(t, why);
  t->heard_at = now;
  taken = t->decoder ? take_encoded(t, bytes, n, now)
                     : take_plain(t, bytes, n, now);
  if (taken == n)
    t->received += n;
  if (t->tape.most)
    tape(t, now, (size_t)(t->decoded - before));
  return taken;
}
