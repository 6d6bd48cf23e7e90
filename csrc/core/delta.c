#include "delta.h"

#include <string.h>

#include "json.h"

#define MOST_IN_VAIN 8

static int same(struct ih_span a, struct ih_span b) {
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Whether the string ending before `at` is followed by a colon. */
static int is_key(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
    at++;
  return at < end && *at == ':';
}

/* Whether a string stands for `text`. 1, 0 or IH_NOMEM. */
static int means(struct ih_delta *d, const struct ih_json_string *string,
                 struct ih_span text) {
  int status;
  if (!string->escaped)
    return same(string->raw, text);
  ih_buf_clear(&d->_text);
  status = ih_json_unescape(string->raw, &d->_text);
  return status == 1 ? same(ih_buf_span(&d->_text), text) : status;
}

/* Finds the strings of data that are values and stand for text. Returns how
** many there are, at most one more than there is room for, or IH_NOMEM. */
static int find_holes(struct ih_delta *d, struct ih_span data,
                      struct ih_span text, struct ih_span *found) {
  const char *at = data.ptr, *end = data.ptr + data.len;
  int holes = 0;
  while (holes <= IH_DELTA_HOLES && at < end) {
    struct ih_json_string string;
    int hit;
    at = memchr(at, '"', (size_t)(end - at));
    if (!at || !ih_json_string(at + 1, (size_t)(end - at - 1), &string))
      break;
    at = string.raw.ptr + string.raw.len + 1;
    hit = is_key(at, end) ? 0 : means(d, &string, text);
    if (hit < 0)
      return hit;
    if (!hit)
      continue;
    if (holes < IH_DELTA_HOLES)
      found[holes] = string.raw;
    holes++;
  }
  return holes;
}

static int keep_shape(struct ih_delta *d, struct ih_span name,
                      struct ih_span data, const struct ih_span *found,
                      int holes) {
  const char *at = data.ptr;
  int i;
  if (ih_buf_set(&d->_name, name.ptr, name.len) < 0)
    return IH_NOMEM;
  ih_buf_clear(&d->_shape);
  for (i = 0; i <= holes; i++) {
    const char *to = i < holes ? found[i].ptr : data.ptr + data.len;
    d->_part[i] = (size_t)(to - at);
    if (ih_buf_append(&d->_shape, at, d->_part[i]) < 0)
      return IH_NOMEM;
    if (i < holes)
      at = found[i].ptr + found[i].len;
  }
  d->_holes = holes;
  d->_lead = d->_tail = 0;
  d->_framed = 0;
  return 1;
}

int ih_delta_learn(struct ih_delta *d, struct ih_span name, struct ih_span data,
                   struct ih_span text, int holes) {
  struct ih_span found[IH_DELTA_HOLES];
  int count;
  d->_holes = 0;
  if (holes < 1 || holes > IH_DELTA_HOLES || text.len == 0 ||
      d->_learned_in_vain >= MOST_IN_VAIN)
    return 0;
  count = find_holes(d, data, text, found);
  if (count < 0)
    return count;
  if (count != holes || (holes == 2 && !same(found[0], found[1])))
    return 0;
  d->_learned_in_vain++;
  return keep_shape(d, name, data, found, holes);
}

/* Whether n bytes are of the shape from its byte `from` on, which stands in the
** part before the text, to its byte `to`, which stands behind it. *used is how
** many bytes it takes, *string the text. */
static int has_shape(const struct ih_delta *d, size_t from, size_t to,
                     const char *bytes, size_t n, size_t *used,
                     struct ih_json_string *string) {
  const char *shape = ih_buf_bytes(&d->_shape) + from, *at = bytes;
  size_t before = d->_lead + d->_part[0] - from, rest = to - from - before;
  if (n < to - from || memcmp(at, shape, before) != 0)
    return 0;
  at += before;
  shape += before;
  if (!ih_json_string(at, n - before, string))
    return 0;
  *used = to - from + string->raw.len * (size_t)d->_holes;
  if (n < *used)
    return 0;
  at += string->raw.len;
  if (d->_holes == 2) {
    if (memcmp(at, shape, d->_part[1]) != 0 ||
        memcmp(at + d->_part[1], string->raw.ptr, string->raw.len) != 0)
      return 0;
    at += d->_part[1] + string->raw.len;
    shape += d->_part[1];
    rest -= d->_part[1];
  }
  return memcmp(at, shape, rest) == 0;
}

/* What a string stands for. 1, 0 when an escape in it is none, or IH_NOMEM. */
static int read_text(struct ih_delta *d, const struct ih_json_string *string,
                     struct ih_span *text) {
  *text = string->raw;
  if (string->escaped) {
    int status;
    ih_buf_clear(&d->_text);
    status = ih_json_unescape(string->raw, &d->_text);
    if (status != 1)
      return status;
    *text = ih_buf_span(&d->_text);
  }
  d->_learned_in_vain = 0;
  return 1;
}

int ih_delta_match(struct ih_delta *d, struct ih_span name, struct ih_span data,
                   struct ih_span *text) {
  struct ih_json_string string;
  size_t used;
  if (!d->_holes || !same(name, ih_buf_span(&d->_name)) ||
      !has_shape(d, d->_lead, ih_buf_len(&d->_shape) - d->_tail, data.ptr,
                 data.len, &used, &string) ||
      used != data.len)
    return 0;
  return read_text(d, &string, text);
}

int ih_delta_frame(struct ih_delta *d, struct ih_span lead,
                   struct ih_span tail) {
  struct ih_buf framed;
  memset(&framed, 0, sizeof framed);
  if (!d->_holes || d->_framed)
    return IH_OK;
  if (ih_buf_append(&framed, lead.ptr, lead.len) < 0 ||
      ih_buf_append(&framed, ih_buf_bytes(&d->_shape), ih_buf_len(&d->_shape)) <
          0 ||
      ih_buf_append(&framed, tail.ptr, tail.len) < 0) {
    ih_buf_free(&framed);
    return IH_NOMEM;
  }
  ih_buf_swap(&framed, &d->_shape);
  ih_buf_free(&framed);
  d->_lead = lead.len;
  d->_tail = tail.len;
  d->_framed = 1;
  return IH_OK;
}

int ih_delta_match_frame(struct ih_delta *d, const char *bytes, size_t n,
                         size_t *used, struct ih_span *text) {
  struct ih_json_string string;
  if (!d->_holes || !d->_framed ||
      !has_shape(d, 0, ih_buf_len(&d->_shape), bytes, n, used, &string))
    return 0;
  return read_text(d, &string, text);
}

void ih_delta_free(struct ih_delta *d) {
  ih_buf_free(&d->_name);
  ih_buf_free(&d->_shape);
  ih_buf_free(&d->_text);
}
