/*
** Fuzzes core/delta.h, and core/json.h beneath it, against a plain decoder.
**
** The input is cut at NUL bytes. After two bytes of choices come the name of an
** event, its data, and then any number of other data. Which of the strings of
** the event is its text, and whether it counts as one hole or two, is chosen by
** the first bytes; the decoder at the top of this file reads it. The path must
** learn exactly when the decoder finds that text that often, must recognise the
** very event it learned from, and must recognise any other exactly when it is
** the same around the holes and the same text decodes from each: then the text
** is the decoder's. Each of the other data is tried as an event and, between
** the right surroundings, as a text. Each is tried in a frame, too: what is
** recognised by that must be what the event-stream parser and the path make of the
** same bytes, and only what is not whole, or not of that shape, may be missed.
*/
#include "../core/delta.h"
#include "../core/sse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STRINGS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(int holds) {
  if (!holds)
    abort();
}

/* ---- the plain decoder --------------------------------------------------- */

/* A string of an event: where it stands, between its quotes. */
struct string {
  size_t from, to;
  int is_value;
};

static int hex(int c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The 16 bits of \uXXXX at the front of s, or -1. */
static long unit(const char *s, size_t n) {
  long value = 0;
  size_t i;
  if (n < 6 || s[0] != '\\' || s[1] != 'u')
    return -1;
  for (i = 2; i < 6; i++) {
    if (hex(s[i]) < 0)
      return -1;
    value = value * 16 + hex(s[i]);
  }
  return value;
}

/* Writes code in as many bytes as it needs; how many. */
static size_t encode(char *to, unsigned long code) {
  size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const int first[] = {0, 0xC0, 0xE0, 0xF0};
  size_t i;
  for (i = more; i > 0; i--) {
    to[i] = (char)(0x80 + code % 64);
    code /= 64;
  }
  to[0] = (char)((unsigned long)first[more] + code);
  return more + 1;
}

/* Decodes the escape at the front of s. How many bytes it takes and gives, or
** 0 when it is none. */
static size_t decode_escape(const char *s, size_t n, char *to, size_t *len) {
  long high = unit(s, n), low;
  *len = 1;
  if (high >= 0xD800 && high < 0xDC00) {
    low = unit(s + 6, n - 6);
    if (low < 0xDC00 || low > 0xDFFF)
      return 0;
    *len = encode(to, 0x10000 + (unsigned long)(high - 0xD800) * 0x400 +
                          (unsigned long)(low - 0xDC00));
    return 12;
  }
  if (high >= 0) {
    *len = encode(to, (unsigned long)high);
    return high >= 0xDC00 && high <= 0xDFFF ? 0 : 6;
  }
  switch (n > 1 ? s[1] : 'u') {
  case '"':
  case '\\':
  case '/':
    *to = s[1];
    return 2;
  case 'b':
    *to = '\b';
    return 2;
  case 'f':
    *to = '\f';
    return 2;
  case 'n':
    *to = '\n';
    return 2;
  case 'r':
    *to = '\r';
    return 2;
  case 't':
    *to = '\t';
    return 2;
  default:
    return 0;
  }
}

/* Decodes what stands between quotes to memory of its own; NULL when it is not
** valid. */
static char *decode(const char *s, size_t n, size_t *len) {
  char *text = malloc(n + 4);
  size_t at = 0, out = 0;
  if (!text)
    abort();
  while (at < n) {
    size_t took = 1, gave = 1;
    if (s[at] == '\\')
      took = decode_escape(s + at, n - at, text + out, &gave);
    else if ((unsigned char)s[at] < 0x20)
      took = 0;
    else
      text[out] = s[at];
    if (!took) {
      free(text);
      return NULL;
    }
    at += took;
    out += gave;
  }
  *len = out;
  return text;
}

/* The string whose opening quote stands before `at`; false when it has no
** end or a control character in it. */
static int read_string(struct ih_span data, size_t at, struct string *s) {
  s->from = at;
  for (; at < data.len && data.ptr[at] != '"'; at++) {
    if (data.ptr[at] == '\\' && at + 1 < data.len)
      at++;
    else if ((unsigned char)data.ptr[at] < 0x20)
      return 0;
  }
  s->to = at;
  if (at >= data.len)
    return 0;
  for (at++; at < data.len && strchr(" \t\n\r", data.ptr[at]);)
    at += data.ptr[at] ? 1 : data.len;
  s->is_value = at >= data.len || data.ptr[at] != ':';
  return 1;
}

/* All strings up to the first that is broken; how many. */
static size_t read_strings(struct ih_span data, struct string *strings) {
  size_t at = 0, count = 0;
  while (at < data.len && count < MOST_STRINGS) {
    if (data.ptr[at++] != '"')
      continue;
    if (!read_string(data, at, &strings[count]))
      break;
    at = strings[count++].to + 1;
  }
  return count;
}

static int decodes_to(struct ih_span data, const struct string *s,
                      struct ih_span text) {
  size_t len;
  char *got = decode(data.ptr + s->from, s->to - s->from, &len);
  int same = got && len == text.len && memcmp(got, text.ptr, len) == 0;
  free(got);
  return same;
}

/* ---- learning ------------------------------------------------------------ */

/* An event, its text, and its holes as the decoder sees them. */
struct lesson {
  struct ih_span name, data, text;
  struct string holes[IH_DELTA_HOLES];
  size_t order[IH_DELTA_HOLES]; /* which strings of the event they are */
  size_t count;                 /* of all strings that are values and mean it */
};

static int same_bytes(struct ih_span data, const struct string *a,
                      const struct string *b) {
  return a->to - a->from == b->to - b->from &&
         memcmp(data.ptr + a->from, data.ptr + b->from, a->to - a->from) == 0;
}

static void find_holes(struct lesson *l) {
  struct string strings[MOST_STRINGS];
  size_t i, count = read_strings(l->data, strings);
  l->count = 0;
  for (i = 0; i < count; i++) {
    if (!strings[i].is_value || !decodes_to(l->data, &strings[i], l->text))
      continue;
    if (l->count < IH_DELTA_HOLES) {
      l->holes[l->count] = strings[i];
      l->order[l->count] = i;
    }
    l->count++;
  }
}

static int can_be_learned(const struct lesson *l, size_t holes) {
  return l->text.len > 0 && l->count == holes &&
         (holes == 1 || same_bytes(l->data, &l->holes[0], &l->holes[1]));
}

/* ---- matching ------------------------------------------------------------ */

/* Whether a from one place to another is what b is between two others. */
static int agree(struct ih_span a, size_t from, size_t to, struct ih_span b,
                 size_t b_from, size_t b_to) {
  return to - from == b_to - b_from &&
         memcmp(a.ptr + from, b.ptr + b_from, to - from) == 0;
}

/* The text of an event, decoded, when it is a twin of the lesson. */
static char *text_of_twin(const struct lesson *l, size_t holes,
                          struct ih_span data, size_t *len) {
  struct string strings[MOST_STRINGS];
  const struct string *first, *last;
  size_t count = read_strings(data, strings);
  if (l->order[holes - 1] >= count)
    return NULL;
  first = &strings[l->order[0]];
  last = &strings[l->order[holes - 1]];
  if (!agree(l->data, 0, l->holes[0].from, data, 0, first->from) ||
      !agree(l->data, l->holes[holes - 1].to, l->data.len, data, last->to,
             data.len))
    return NULL;
  if (holes == 2 && (!agree(l->data, l->holes[0].to, l->holes[1].from, data,
                            first->to, last->from) ||
                     !same_bytes(data, first, last)))
    return NULL;
  return decode(data.ptr + first->from, first->to - first->from, len);
}

/* ---- frames -------------------------------------------------------------- */

static const struct ih_span lead = {"id: 7\ndata: ", 12}, tail = {"\n\n", 2};

/* Shows so many bytes of a stream to the path by its frame, and to the parser and
** then to the path. */
static void must_frame_alike(struct ih_delta *d, const struct lesson *l,
                             const char *bytes, size_t n) {
  struct ih_span text;
  struct ih_sse_event event;
  struct ih_sse sse;
  size_t used = 0, parsed = 0, known = 0;
  char *copy = NULL;
  int got = ih_delta_match_frame(d, bytes, n, &used, &text), want;
  if (got == 1) {
    must(used <= n);
    copy = malloc(text.len + 1);
    if (!copy)
      abort();
    memcpy(copy, text.ptr, text.len);
    known = text.len;
  }
  memset(&sse, 0, sizeof sse);
  sse._state = IH_SSE_AT_LINE;
  want = ih_sse_next(&sse, bytes, n, &parsed, &event) == IH_SSE_EVENT &&
         ih_delta_match(d, l->name, event.data, &text) == 1;
  if (copy) {
    must(want && used == parsed && known == text.len &&
         memcmp(copy, text.ptr, text.len) == 0);
  } else {
    /* Other spellings of the same event are for the parser. */
    must(got == 0 &&
         !(want && parsed == lead.len + event.data.len + tail.len &&
           memcmp(bytes, lead.ptr, lead.len) == 0 &&
           event.data.ptr == bytes + lead.len &&
           memcmp(bytes + parsed - tail.len, tail.ptr, tail.len) == 0));
  }
  ih_sse_free(&sse);
  free(copy);
}

/* Frames data, whole and cut off. */
static void match_framed(struct ih_delta *d, const struct lesson *l,
                         struct ih_span data) {
  size_t n = lead.len + data.len + tail.len;
  char *bytes;
  if (!d->_framed)
    return;
  bytes = malloc(n);
  if (!bytes)
    abort();
  memcpy(bytes, lead.ptr, lead.len);
  memcpy(bytes + lead.len, data.ptr, data.len);
  memcpy(bytes + lead.len + data.len, tail.ptr, tail.len);
  must_frame_alike(d, l, bytes, n);
  must_frame_alike(d, l, bytes, n - 1);
  must_frame_alike(d, l, bytes + lead.len, n - lead.len);
  free(bytes);
}

/* Shows an event, in memory of its own size, to both. */
static void must_match_alike(struct ih_delta *d, const struct lesson *l,
                             size_t holes, struct ih_span data) {
  char *copy = malloc(data.len ? data.len : 1), *want;
  struct ih_span event = {copy, data.len}, text;
  size_t len = 0;
  int got;
  must(copy != NULL);
  memcpy(copy, data.ptr, data.len);
  want = text_of_twin(l, holes, event, &len);
  got = ih_delta_match(d, l->name, event, &text);
  must(got == (want != NULL));
  if (want)
    must(text.len == len && memcmp(text.ptr, want, len) == 0);
  match_framed(d, l, event);
  free(want);
  free(copy);
}

/* The event of the lesson with its holes filled with other bytes. */
static void match_filled(struct ih_delta *d, const struct lesson *l,
                         size_t holes, struct ih_span bytes) {
  char *event = malloc(l->data.len + 2 * bytes.len + 1);
  struct ih_span span = {event, 0};
  size_t i, at = 0;
  must(event != NULL);
  for (i = 0; i <= holes; i++) {
    size_t to = i < holes ? l->holes[i].from : l->data.len;
    memcpy(event + span.len, l->data.ptr + at, to - at);
    span.len += to - at;
    if (i == holes)
      break;
    memcpy(event + span.len, bytes.ptr, bytes.len);
    span.len += bytes.len;
    at = l->holes[i].to;
  }
  must_match_alike(d, l, holes, span);
  free(event);
}

/* ---- the input ----------------------------------------------------------- */

/* The bytes up to the next NUL, which is skipped. */
static struct ih_span next_part(struct ih_span *rest) {
  struct ih_span part = *rest;
  const char *end = memchr(rest->ptr, '\0', rest->len);
  if (end)
    part.len = (size_t)(end - part.ptr);
  rest->ptr += part.len + (end != NULL);
  rest->len -= part.len + (end != NULL);
  return part;
}

/* Decodes the string that was chosen to be the text; NULL when there is none.
** An event of very many strings is too long for the decoder. */
static char *choose_text(struct lesson *l, unsigned choice) {
  struct string strings[MOST_STRINGS];
  size_t count = read_strings(l->data, strings);
  const struct string *s = &strings[count ? choice % count : 0];
  char *text;
  if (count == 0 || count == MOST_STRINGS)
    return NULL;
  text = decode(l->data.ptr + s->from, s->to - s->from, &l->text.len);
  l->text.ptr = text;
  return text;
}

static void try_lesson(struct lesson *l, size_t holes, struct ih_span rest) {
  struct ih_delta d;
  int learned;
  memset(&d, 0, sizeof d);
  find_holes(l);
  learned = ih_delta_learn(&d, l->name, l->data, l->text, (int)holes);
  must(learned == can_be_learned(l, holes));
  if (learned) {
    must_match_alike(&d, l, holes, l->data);
    /* Data with the end of a line in it stand in no such frame. */
    if (!memchr(l->data.ptr, '\n', l->data.len) &&
        !memchr(l->data.ptr, '\r', l->data.len))
      must(ih_delta_frame(&d, lead, tail) == IH_OK);
    must_match_alike(&d, l, holes, l->data);
    while (rest.len) {
      struct ih_span part = next_part(&rest);
      must_match_alike(&d, l, holes, part);
      match_filled(&d, l, holes, part);
    }
    must_match_alike(&d, l, holes, l->data);
  }
  ih_delta_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct ih_span rest = {(const char *)data + 2, n - 2};
  struct lesson l;
  char *text;
  if (n < 2)
    return 0;
  memset(&l, 0, sizeof l);
  l.name = next_part(&rest);
  l.data = next_part(&rest);
  text = choose_text(&l, data[0]);
  if (text)
    try_lesson(&l, 1 + data[1] % IH_DELTA_HOLES, rest);
  free(text);
  return 0;
}
