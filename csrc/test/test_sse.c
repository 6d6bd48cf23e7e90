/*
** Tests of core/sse.h, the event-stream parser.
**
** The vectors of spec/vectors/sse.txt are fed whole, byte by byte, and cut in
** two at every place; each way is a case. What a parser makes of them is
** written down in the words of that file and compared as text.
*/
#include "../core/sse.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* ---- logs ---------------------------------------------------------------- */

struct log {
  char text[16384];
  size_t len;
};

static void put(struct log *log, const char *format, ...) {
  va_list args;
  va_start(args, format);
  log->len += (size_t)vsnprintf(log->text + log->len,
                                sizeof log->text - log->len, format, args);
  va_end(args);
  if (log->len >= sizeof log->text) {
    CHECK(!"the log has room");
    log->len = 0;
  }
}

static void put_span(struct log *log, struct ih_span span) {
  size_t i;
  for (i = 0; i < span.len; i++) {
    unsigned char c = (unsigned char)span.ptr[i];
    put(log, c < 0x20 || c >= 0x7F || c == '|' ? "\\x%02X" : "%c", c);
  }
}

static void put_event(struct log *log, struct ih_span event,
                      struct ih_span data, struct ih_span id) {
  put(log, "event ");
  put_span(log, event);
  put(log, "|");
  put_span(log, data);
  put(log, "|");
  put_span(log, id);
  put(log, "\n");
}

static struct ih_span log_span(const struct log *log) {
  struct ih_span span = {log->text, log->len};
  return span;
}

/* ---- feeding ------------------------------------------------------------- */

/* Feeds one piece, each of its calls with bytes that end at a guard page.
** Returns the status of the last call. */
static int feed(struct ih_sse *p, const char *piece, size_t n,
                struct log *log) {
  const char *bytes = guarded(piece, n);
  struct ih_sse_event event;
  size_t used;
  int got;
  while ((got = ih_sse_next(p, bytes, n, &used, &event)) == IH_SSE_EVENT) {
    if (!CHECK(used > 0 && used <= n))
      return IH_SYSTEM;
    put_event(log, event.event, event.data, event.id);
    bytes += used, n -= used;
  }
  CHECK_INT(used, got == IH_SSE_MORE ? n : 0);
  return got;
}

/* An error is returned by every later call, which uses nothing. */
static void stays_broken(struct ih_sse *p, int status) {
  static const char good[] = "\n\ndata: x\n\n";
  struct ih_sse_event event;
  size_t used = 1;
  CHECK_INT(ih_sse_next(p, good, sizeof good - 1, &used, &event), status);
  CHECK_INT(used, 0);
  CHECK_INT(ih_sse_next(p, "", 0, &used, &event), status);
}

/* Feeds a stream, `first` bytes and then pieces of `piece` bytes, to a fresh
** parser and logs all that comes of it. */
static void parse(struct ih_span stream, size_t limit, size_t first,
                  size_t piece, struct log *log) {
  struct ih_sse p = {0};
  int status = IH_SSE_MORE;
  size_t at = 0, n = first;
  p.max_event_bytes = limit;
  log->len = 0;
  for (;; n = piece) {
    if (n > stream.len - at)
      n = stream.len - at;
    status = feed(&p, stream.ptr + at, n, log);
    at += n;
    if (status < 0 || at == stream.len)
      break;
  }
  if (ih_sse_retry(&p) != -1)
    put(log, "retry %" PRId64 "\n", ih_sse_retry(&p));
  if (status == IH_LIMIT)
    put(log, "error limit\n");
  else
    CHECK_INT(status, IH_SSE_MORE);
  if (status < 0)
    stays_broken(&p, status);
  ih_sse_free(&p);
}

/* ---- vectors ------------------------------------------------------------- */

struct vector {
  char name[128];
  char feed[1024];
  size_t feed_len, limit;
  struct log want;
};

static int hex_digit(int c) {
  static const char digits[] = "0123456789abcdefABCDEF";
  const char *at = c ? strchr(digits, c) : NULL;
  long value = at ? at - digits : -1;
  return (int)(value < 16 ? value : value - 6);
}

/* Undoes the escapes of the file in place; the length, or -1. */
static long undo(char *text) {
  static const char letters[] = "nrt0\\", meant[] = "\n\r\t\0\\";
  char *from = text, *to = text;
  while (*from) {
    const char *letter;
    if (*from != '\\') {
      *to++ = *from++;
    } else if (from[1] == 'x' && hex_digit(from[2]) >= 0 &&
               hex_digit(from[3]) >= 0) {
      *to++ = (char)(hex_digit(from[2]) * 16 + hex_digit(from[3]));
      from += 4;
    } else {
      letter = from[1] ? strchr(letters, from[1]) : NULL;
      if (!letter)
        return -1;
      *to++ = meant[letter - letters];
      from += 2;
    }
  }
  return (long)(to - text);
}

static int undo_span(char *text, struct ih_span *span) {
  long len = undo(text);
  span->ptr = text;
  span->len = (size_t)len;
  return len >= 0;
}

/* NAME|DATA|ID */
static int read_event(char *text, struct log *want) {
  char *data = strchr(text, '|'), *id = data ? strchr(data + 1, '|') : NULL;
  struct ih_span spans[3];
  if (!id || strchr(id + 1, '|'))
    return 0;
  *data++ = *id++ = '\0';
  if (!undo_span(text, &spans[0]) || !undo_span(data, &spans[1]) ||
      !undo_span(id, &spans[2]))
    return 0;
  put_event(want, spans[0], spans[1], spans[2]);
  return 1;
}

/* Takes in one line of a case behind its first. */
static int read_line(struct vector *v, const char *word, char *rest) {
  if (strcmp(word, "limit") == 0)
    return (v->limit = strtoul(rest, NULL, 10)) > 0;
  if (strcmp(word, "feed") == 0) {
    long len = undo(rest);
    if (len < 0 || (size_t)len > sizeof v->feed)
      return 0;
    memcpy(v->feed, rest, (size_t)len);
    v->feed_len = (size_t)len;
    return 1;
  }
  if (strcmp(word, "event") == 0)
    return read_event(rest, &v->want);
  if (strcmp(word, "retry") != 0 &&
      (strcmp(word, "error") != 0 || strcmp(rest, "limit") != 0))
    return 0;
  put(&v->want, "%s %s\n", word, rest);
  return 1;
}

static void compare(const struct vector *v, size_t first, size_t piece) {
  static struct log got;
  struct ih_span stream = {v->feed, v->feed_len};
  parse(stream, v->limit, first, piece, &got);
  check_span(log_span(&got), log_span(&v->want), "cut at", (int)first, "log");
}

/* Three cases: the ways of cutting. */
static void run_vector(const struct vector *v) {
  size_t cut;
  check_begin(v->name, "whole");
  compare(v, v->feed_len, 1);
  check_end();
  check_begin(v->name, "byte by byte");
  compare(v, 1, 1);
  check_end();
  check_begin(v->name, "cut in two");
  for (cut = 0; cut <= v->feed_len; cut++)
    compare(v, cut, v->feed_len);
  check_end();
}

/* The rest of a line behind its first word, which is ended there. */
static char *after_word(char *line) {
  char *rest;
  line[strcspn(line, "\n")] = '\0';
  rest = strchr(line, ' ');
  if (!rest)
    return line + strlen(line);
  *rest = '\0';
  return rest + 1;
}

static int read_vectors(FILE *file) {
  static struct vector v;
  static char line[2048];
  int count = 0, number = 0;
  while (fgets(line, sizeof line, file)) {
    char *rest;
    number++;
    if (*line == '#' || *line == '\n')
      continue;
    rest = after_word(line);
    if (strcmp(line, "case") == 0) {
      if (count++)
        run_vector(&v);
      memset(&v, 0, sizeof v);
      snprintf(v.name, sizeof v.name, "sse vector \"%s\"", rest);
    } else if (!count || !read_line(&v, line, rest)) {
      return -number;
    }
  }
  if (count)
    run_vector(&v);
  return count;
}

static void run_vectors(const char *name) {
  FILE *file = fopen(name, "r");
  int count = file ? read_vectors(file) : -1;
  if (file)
    fclose(file);
  check_begin("vectors can be read", "");
  /* A negative count is the line that was not understood. */
  check_true(count >= 60, name, -count, "a file of 60 vectors or more");
  check_end();
}

/* ---- one call at a time -------------------------------------------------- */

static void nothing_is_nothing(void) {
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used = 1;
  CHECK_INT(ih_sse_next(&p, "", 0, &used, &event), IH_SSE_MORE);
  CHECK_INT(used, 0);
  CHECK_INT(ih_sse_retry(&p), -1);
  ih_sse_free(&p);
}

static void events_are_pulled_one_by_one(void) {
  static const char bytes[] = "data: a\n\ndata: b\ndata: c\n\ndata: d";
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used, n = sizeof bytes - 1;
  CHECK_INT(ih_sse_next(&p, bytes, n, &used, &event), IH_SSE_EVENT);
  CHECK_INT(used, 9);
  CHECK_SPAN(event.data, "a");
  CHECK_INT(ih_sse_next(&p, bytes + 9, n - 9, &used, &event), IH_SSE_EVENT);
  CHECK_INT(used, 17);
  CHECK_SPAN(event.data, "b\nc");
  CHECK_INT(ih_sse_next(&p, bytes + 26, n - 26, &used, &event), IH_SSE_MORE);
  CHECK_INT(used, n - 26);
  CHECK_INT(ih_sse_next(&p, "\n\n", 2, &used, &event), IH_SSE_EVENT);
  CHECK_INT(used, 2);
  CHECK_SPAN(event.data, "d");
  ih_sse_free(&p);
}

/* The event that a call returned survives until the next call, also when the
** bytes that completed it are gone. */
static void spans_last_until_the_next_call(void) {
  char bytes[] = "event: name\nid: 12\ndata: a\ndata: b\n\n";
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used, n = sizeof bytes - 1;
  CHECK_INT(ih_sse_next(&p, bytes, n, &used, &event), IH_SSE_EVENT);
  memset(bytes, '?', n);
  CHECK_SPAN(event.event, "name");
  CHECK_SPAN(event.data, "a\nb");
  CHECK_SPAN(event.id, "12");
  ih_sse_free(&p);
}

static void retry_is_told_as_soon_as_known(void) {
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used;
  ih_sse_next(&p, "retry: 12", 9, &used, &event);
  CHECK_INT(ih_sse_retry(&p), -1);
  ih_sse_next(&p, "3\r", 2, &used, &event);
  CHECK_INT(ih_sse_retry(&p), 123);
  ih_sse_next(&p, "\nretry: 0\n", 10, &used, &event);
  CHECK_INT(ih_sse_retry(&p), 0);
  ih_sse_free(&p);
}

/* The default limit, without an event of its size. */
static void the_default_limit_is_in_force(void) {
  static char line[1 << 20];
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used, fed = 0;
  int got = IH_SSE_MORE;
  memset(line, 'x', sizeof line);
  ih_sse_next(&p, "data:", 5, &used, &event);
  while (got == IH_SSE_MORE && fed <= 2 * IH_SSE_MAX_EVENT) {
    got = ih_sse_next(&p, line, sizeof line, &used, &event);
    fed += sizeof line;
  }
  CHECK_INT(got, IH_LIMIT);
  CHECK_INT(fed, IH_SSE_MAX_EVENT + sizeof line);
  stays_broken(&p, IH_LIMIT);
  ih_sse_free(&p);
}

/* ---- the common event ---------------------------------------------------- */

/* One event with n bytes of data, fed in one piece: the data is a span of the
** given bytes, which end at a guard page, `tail` bytes behind the event. */
static void one_line_event(const char *colon, const char *end, size_t n,
                           size_t tail) {
  char bytes[256];
  struct ih_sse p = {0};
  struct ih_sse_event event;
  struct ih_span want = {bytes + 4 + strlen(colon), n};
  size_t len = (size_t)sprintf(bytes, "data%s", colon), used, i;
  const char *copy;
  for (i = 0; i < n; i++)
    bytes[len++] = (char)(' ' + 1 + i % 90);
  len += (size_t)sprintf(bytes + len, "%s", end);
  memset(bytes + len, ':', tail);
  copy = guarded(bytes, len + tail);
  check_memory.made = 0;
  CHECK_INT(ih_sse_next(&p, copy, len + tail, &used, &event), IH_SSE_EVENT);
  CHECK_INT(used, len);
  CHECK(event.data.ptr == copy + (want.ptr - bytes));
  check_span(event.data, want, colon, (int)n, "data");
  CHECK_SPAN(event.event, "message");
  CHECK_SPAN(event.id, "");
  CHECK_INT(check_memory.made, 0);
  CHECK_INT(ih_sse_next(&p, copy + used, tail, &used, &event), IH_SSE_MORE);
  ih_sse_free(&p);
}

static void one_line_events_are_not_copied(void) {
  static const char *const colons[] = {":", ": "};
  static const char *const ends[] = {"\n\n", "\r\n\n", "\n\r", "\r\n\r"};
  size_t i, j, n, tail;
  for (i = 0; i < 2; i++)
    for (j = 0; j < 4; j++)
      for (n = 0; n < 72; n++)
        for (tail = 0; tail < 17; tail++)
          one_line_event(colons[i], ends[j], n, tail);
}

/* ---- memory -------------------------------------------------------------- */

/* What an event does not need is not kept: feeds `head`, then a MiB of x in
** pieces, then `tail`, and counts allocations. */
static void keeps_nothing_of(const char *head, const char *tail) {
  static char piece[4096];
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used;
  int i;
  memset(piece, 'x', sizeof piece);
  check_memory.made = 0;
  ih_sse_next(&p, head, strlen(head), &used, &event);
  for (i = 0; i < 256; i++)
    CHECK_INT(ih_sse_next(&p, piece, sizeof piece, &used, &event), IH_SSE_MORE);
  ih_sse_next(&p, tail, strlen(tail), &used, &event);
  CHECK_INT(check_memory.made, 0);
  CHECK_INT(ih_sse_next(&p, "data: x\n\n", 9, &used, &event), IH_SSE_EVENT);
  CHECK_SPAN(event.data, "x");
  ih_sse_free(&p);
}

static void what_means_nothing_is_not_kept(void) {
  keeps_nothing_of(":", "\n");
  keeps_nothing_of("foo:", "\n");
  keeps_nothing_of("dat", "\n");
  keeps_nothing_of("", "\n");
  keeps_nothing_of("retry: ", "\n\n");
  keeps_nothing_of("\r: ", "\r");
}

/* A long stream of small events needs no more memory than one of them. */
static void memory_does_not_grow_with_the_stream(void) {
  static const char bytes[] = "event: e\nid: 1\ndata: a\ndata: b\n\n";
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t used, i;
  check_memory.made = 0;
  for (i = 0; i < 100000; i++)
    if (ih_sse_next(&p, bytes, sizeof bytes - 1, &used, &event) != IH_SSE_EVENT)
      break;
  CHECK_INT(i, 100000);
  CHECK(check_memory.made < 16);
  ih_sse_free(&p);
}

/* ---- work ---------------------------------------------------------------- */

/* Streams that a careless parser goes over again and again: `head` once, then
** `body` as often as fits. */
static const struct {
  const char *name, *head, *body;
} streams[] = {
    {"only CR", "", "\r"},
    {"only LF", "", "\n"},
    {"only CRLF", "", "\r\n"},
    {"only LF and CR", "", "\n\r"},
    {"tiny events", "", "data:x\n\n"},
    {"tiny events, CR", "", "data:x\r\r"},
    {"tiny events, CRLF", "", "data:x\r\n\r\n"},
    {"tiny events, LF and CR", "", "data:x\n\r"},
    {"tiny events of all fields", "", "event:e\nid:1\nretry:1\ndata:x\n\n"},
    {"tiny events of two lines", "", "data:x\ndata\n\n"},
    {"blank lines after CR", "a\rb\n", "\n"},
    {"one line of data", "data:", "x"},
    {"one line of data after CR", "a\rdata:", "x"},
    {"one event name", "event:", "x"},
    {"one id", "id:", "x"},
    {"one retry", "retry:", "1"},
    {"one comment", ":", "x"},
    {"one comment of colons", ":", ":"},
    {"one name", "", "x"},
    {"one long name of data", "", "data"},
    {"one unknown field", "foo:", "x"},
    {"one event of many lines", "", "data:x\n"},
    {"one event of many lines, CR", "", "data:x\r"},
    {"one event of many lines, CRLF", "", "data:x\r\n"},
    {"one event of empty lines", "", "data\n"},
    {"many comments", "", ":x\n"},
    {"many comments, CR", "", ":x\r"},
    {"many comments, CRLF", "", ":\r\n"},
    {"many names, CR", "", "foo\r"},
    {"many event names", "", "event:x\n"},
    {"many event names, CR", "", "event:x\r"},
    {"many ids", "", "id:x\n"},
    {"many ids, CR", "", "id:x\r"},
    {"many ids after data", "data:x\n", "id:x\n"},
    {"many retries", "", "retry:1\n"},
    {"one LF, then CR", "\n", "data:x\r"},
    {"a CRLF, then CR", "\r\n", ":\r"},
    {"every style", "", "data:x\n\ndata:x\r\rdata:x\r\n\r\n:\r\r\n"},
    {"bytes of a mark", "", "\xEF\xBB\xBF"},
};

/* Writes n bytes of a stream. */
static void compose(char *to, size_t n, const char *head, const char *body) {
  size_t first = strlen(head), len = strlen(body), at;
  memcpy(to, head, first);
  for (at = first; at < n; at++)
    to[at] = *(at < first + len ? body + (at - first) : to + (at - len));
}

/* The work of parsing n bytes in pieces of one size. */
static uint64_t work_of(const char *bytes, size_t n, size_t piece) {
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t at, used;
  int got = IH_SSE_MORE;
  p.max_event_bytes = SIZE_MAX;
  work_begin((uint64_t)n * 100);
  for (at = 0; at < n && got >= 0; at += used) {
    size_t left = piece - at % piece;
    got = ih_sse_next(&p, bytes + at, left < n - at ? left : n - at, &used,
                      &event);
  }
  CHECK(got >= 0);
  ih_sse_free(&p);
  return work_end();
}

/* Twice the bytes may cost twice the work, in pieces of any size. */
static void work_is_linear(void) {
  static const size_t pieces[] = {1, 2, 7, 16384, (size_t)1 << 30};
  size_t i, j, n = 1 << 16;
  char *bytes = malloc(2 * n);
  for (i = 0; i < sizeof streams / sizeof *streams; i++) {
    check_begin("work is linear", streams[i].name);
    compose(bytes, 2 * n, streams[i].head, streams[i].body);
    for (j = 0; j < sizeof pieces / sizeof *pieces; j++) {
      uint64_t once = work_of(bytes, n, pieces[j]);
      uint64_t twice = work_of(bytes, 2 * n, pieces[j]);
      CHECK(twice < once * 5 / 2);
    }
    check_end();
  }
  free(bytes);
}

static void one_large_stream(const char *head, const char *body, size_t n,
                             size_t piece) {
  char *bytes = malloc(n);
  compose(bytes, n, head, body);
  work_of(bytes, n, piece);
  free(bytes);
}

/* Of a size at which anything else than linear would take hours, were it not
** counted. */
static void large_streams_are_linear(void) {
  size_t mib = (size_t)1 << 20;
  one_large_stream("", "\r", 16 * mib, 16 * mib);
  one_large_stream("", "\n", 16 * mib, 16 * mib);
  one_large_stream("", "data:x\r\r", 16 * mib, 16 * mib);
  one_large_stream("", "data:x\n\n", 16 * mib, 16 * mib);
  one_large_stream("data:", "x", 3 * mib, 1);
}

static void objects_without_a_field_are_data(void) {
  static const char text[] = "data: a\n\n{\"b\":1}\n\n{c\n{d\n\ndata: e\n\n";
  static const char *const expected[] = {"a", "{\"b\":1}", "{c\n{d", "e"};
  size_t cut, at, used, n = sizeof text - 1;
  for (cut = 1; cut <= n; cut++) {
    struct ih_sse sse = {.objects = 1};
    struct ih_sse_event event;
    size_t found = 0;
    for (at = 0; at < n; at += used) {
      size_t most = n - at < cut ? n - at : cut;
      if (ih_sse_next(&sse, text + at, most, &used, &event) != IH_SSE_EVENT)
        continue;
      CHECK(found < 4 && event.data.len == strlen(expected[found]) &&
            memcmp(event.data.ptr, expected[found], event.data.len) == 0);
      found++;
    }
    CHECK(found == 4);
    ih_sse_free(&sse);
  }
}

void test_sse(const char *vectors) {
  run_vectors(vectors);
  RUN(nothing_is_nothing);
  RUN(events_are_pulled_one_by_one);
  RUN(spans_last_until_the_next_call);
  RUN(objects_without_a_field_are_data);
  RUN(retry_is_told_as_soon_as_known);
  RUN(the_default_limit_is_in_force);
  RUN(one_line_events_are_not_copied);
  RUN(what_means_nothing_is_not_kept);
  RUN(memory_does_not_grow_with_the_stream);
  work_is_linear();
  RUN(large_streams_are_linear);
}
