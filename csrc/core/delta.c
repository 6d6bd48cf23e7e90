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

int ih_delta_match(struct ih_delta *d, struct ih_span name, struct ih_span data,
                   struct ih_span *text) {
  const char *shape = ih_buf_bytes(&d->_shape);
  struct ih_json_string string;
  size_t fixed = ih_buf_len(&d->_shape), rest;
  const char *at = data.ptr;
  if (!d->_holes || data.len < fixed || !same(name, ih_buf_span(&d->_name)) ||
      memcmp(at, shape, d->_part[0]) != 0)
    return 0;
  at += d->_part[0];
  shape += d->_part[0];
  if (!ih_json_string(at, data.len - d->_part[0], &string))
    return 0;
  rest = fixed - d->_part[0];
  if (data.len != fixed + string.raw.len * (size_t)d->_holes)
    return 0;
  at += string.raw.len;
  if (d->_holes == 2) {
    if (memcmp(at, shape, d->_part[1]) != 0 ||
        memcmp(at + d->_part[1], string.raw.ptr, string.raw.len) != 0)
      return 0;
    at += d->_part[1] + string.raw.len;
    shape += d->_part[1];
    rest -= d->_part[1];
  }
  if (memcmp(at, shape, rest) != 0)
    return 0;
  *text = string.raw;
  if (string.escaped) {
    int status;
    ih_buf_clear(&d->_text);
    status = ih_json_unescape(string.raw, &d->_text);
    if (status != 1)
      return status;
    *text = ih_buf_span(&d->_text);
  }
  d->_learned_in_vain = 0;
  return 1;
}

void ih_delta_free(struct ih_delta *d) {
  ih_buf_free(&d->_name);
  ih_buf_free(&d->_shape);
  ih_buf_free(&d->_text);
}
