/*
** Fuzzes core/sse.h against itself and against a plain reading of the grammar.
**
** The first byte of the input says how the rest is cut into pieces, the second
** which limit holds. The stream is parsed whole and in pieces, without a limit
** and with one; what comes of it must be the same byte for byte. Without a
** limit it must also be what the reader at the end of this file makes of it,
** which is slow, keeps the whole stream and knows nothing of pieces.
*/
#include "../core/sse.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* ---- logs ---------------------------------------------------------------- */

/* All that came of a stream: each span with its length, in order. */
struct log {
  char *bytes;
  size_t len, cap;
};

static void put(struct log *log, const void *bytes, size_t n) {
  if (log->len + n > log->cap) {
    log->cap = (log->len + n) * 2;
    log->bytes = realloc(log->bytes, log->cap);
    if (!log->bytes)
      abort();
  }
  if (n)
    memcpy(log->bytes + log->len, bytes, n);
  log->len += n;
}

static void put_span(struct log *log, const char *ptr, size_t len) {
  put(log, &len, sizeof len);
  put(log, ptr, len);
}

static void put_end(struct log *log, int64_t retry, int status) {
  put(log, &retry, sizeof retry);
  put(log, &status, sizeof status);
}

static void must_agree(const struct log *a, const struct log *b) {
  if (a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0)
    abort();
}

/* ---- the parser ---------------------------------------------------------- */

static void must(int holds) {
  if (!holds)
    abort();
}

/* Feeds one piece, in memory of exactly its size. */
static int feed(struct ih_sse *p, const char *piece, size_t n,
                struct log *log) {
  struct ih_sse_event event;
  char *copy = malloc(n ? n : 1), *at = copy;
  size_t used;
  int got;
  must(copy != NULL);
  memcpy(copy, piece, n);
  while ((got = ih_sse_next(p, at, n, &used, &event)) == IH_SSE_EVENT) {
    must(used > 0 && used <= n);
    put_span(log, event.event.ptr, event.event.len);
    put_span(log, event.data.ptr, event.data.len);
    put_span(log, event.id.ptr, event.id.len);
    at += used, n -= used;
  }
  must(used == (got == IH_SSE_MORE ? n : 0));
  if (got < 0)
    must(ih_sse_next(p, "data:x\n\n", 8, &used, &event) == got && used == 0);
  free(copy);
  return got;
}

/* The size of the next piece: `cuts` 0 is the whole, small values are pieces
** of that size, others pieces of sizes that vary up to it. */
static size_t next_piece(unsigned cuts, uint32_t *seed) {
  if (cuts == 0)
    return SIZE_MAX;
  if (cuts < 64)
    return cuts;
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 16) % (cuts - 62);
}

static void parse(const char *bytes, size_t n, size_t limit, unsigned cuts,
                  struct log *log) {
  struct ih_sse p;
  uint32_t seed = cuts;
  int status = IH_SSE_MORE;
  memset(&p, 0, sizeof p);
  p.max_event_bytes = limit;
  log->len = 0;
  while (n > 0 && status >= 0) {
    size_t piece = next_piece(cuts, &seed);
    if (piece > n)
      piece = n;
    status = feed(&p, bytes, piece, log);
    bytes += piece, n -= piece;
  }
  put_end(log, ih_sse_retry(&p), status);
  ih_sse_free(&p);
}

/* ---- the plain reader ---------------------------------------------------- */

/* What a stream has said so far. Each buffer can hold the whole stream. */
struct reader {
  char *data, *event, *id;
  size_t data_len, event_len, id_len;
  int64_t retry;
};

static void read_retry(struct reader *r, const char *value, size_t n) {
  const int64_t most = (int64_t)1 << 53;
  int64_t number = 0;
  size_t i;
  for (i = 0; i < n; i++) {
    if (value[i] < '0' || value[i] > '9')
      return;
    number = number * 10 + (value[i] - '0');
    if (number > most)
      number = most;
  }
  if (n > 0)
    r->retry = number;
}

static void read_field(struct reader *r, const char *name, size_t len,
                       const char *value, size_t n) {
  if (len == 4 && memcmp(name, "data", 4) == 0) {
    memcpy(r->data + r->data_len, value, n);
    r->data_len += n;
    r->data[r->data_len++] = '\n';
  } else if (len == 5 && memcmp(name, "event", 5) == 0) {
    memcpy(r->event, value, n);
    r->event_len = n;
  } else if (len == 2 && memcmp(name, "id", 2) == 0) {
    if (memchr(value, '\0', n))
      return;
    memcpy(r->id, value, n);
    r->id_len = n;
  } else if (len == 5 && memcmp(name, "retry", 5) == 0) {
    read_retry(r, value, n);
  }
}

static void read_blank(struct reader *r, struct log *log) {
  if (r->data_len) {
    if (r->event_len)
      put_span(log, r->event, r->event_len);
    else
      put_span(log, "message", 7);
    put_span(log, r->data, r->data_len - 1);
    put_span(log, r->id, r->id_len);
  }
  r->data_len = r->event_len = 0;
}

static void read_line(struct reader *r, const char *line, size_t n,
                      struct log *log) {
  const char *colon = memchr(line, ':', n), *value = line + n;
  size_t len = colon ? (size_t)(colon - line) : n;
  if (n == 0) {
    read_blank(r, log);
    return;
  }
  if (colon)
    value = colon + 1 + (colon + 1 < line + n && colon[1] == ' ');
  read_field(r, line, len, value, (size_t)(line + n - value));
}

static void read_stream(const char *bytes, size_t n, struct log *log) {
  struct reader r = {malloc(n + 1), malloc(n + 1), malloc(n + 1), 0, 0, 0, -1};
  size_t at = 0, i;
  must(r.data && r.event && r.id);
  log->len = 0;
  if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
    at = 3;
  for (i = at; i < n; i++) {
    if (bytes[i] != '\n' && bytes[i] != '\r')
      continue;
    read_line(&r, bytes + at, i - at, log);
    if (bytes[i] == '\r' && i + 1 < n && bytes[i + 1] == '\n')
      i++;
    at = i + 1;
  }
  put_end(log, r.retry, IH_SSE_MORE);
  free(r.data);
  free(r.event);
  free(r.id);
}

/* -------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static struct log whole, other;
  const char *stream = (const char *)data + 2;
  if (n < 2)
    return 0;
  parse(stream, n - 2, 0, 0, &whole);
  parse(stream, n - 2, 0, data[0], &other);
  must_agree(&whole, &other);
  read_stream(stream, n - 2, &other);
  must_agree(&whole, &other);
  parse(stream, n - 2, (size_t)data[1] + 1, 0, &whole);
  parse(stream, n - 2, (size_t)data[1] + 1, data[0], &other);
  must_agree(&whole, &other);
  return 0;
}
