#include "embed.h"

#include <string.h>

#include "json.h"
#include "number.h"
#include "word.h"

#define MARK "\"\\u0000vector "

/* Bytes of a mark, with the digits of any size_t and its quote. */
#define LONGEST_MARK (sizeof MARK + 21)

struct walk {
  const char *at, *end;
  struct ih_embed sizes; /* of what was found so far */
  struct ih_embed room;  /* for what is taken; */
  int takes;             /* else all is only measured */
  const char *copied;    /* up to here the text is in `rest` */
  float *numbers;
  size_t *lengths;
  char *rest;
  int failed; /* nothing more can be taken */
};

static void skip_blanks(struct walk *w) {
  while (w->at < w->end &&
         (*w->at == ' ' || *w->at == '\n' || *w->at == '\r' || *w->at == '\t'))
    w->at++;
}

/* Moves behind a byte if it is the next; blanks may stand before it. */
static int skip(struct walk *w, char byte) {
  skip_blanks(w);
  if (w->at == w->end || *w->at != byte)
    return 0;
  w->at++;
  return 1;
}

/* Whether the next byte that is no blank is this one. */
static int sees(struct walk *w, char byte) {
  skip_blanks(w);
  return w->at < w->end && *w->at == byte;
}

static int skip_string(struct walk *w, struct ih_json_string *string) {
  if (!skip(w, '"') || !ih_json_string(w->at, (size_t)(w->end - w->at), string))
    return 0;
  w->at = string->raw.ptr + string->raw.len + 1;
  return 1;
}

/* Moves behind a list or an object; which bracket closes which does not matter
** here. */
static int skip_brackets(struct walk *w) {
  struct ih_json_string string;
  size_t depth = 0;
  do {
    if (w->at == w->end)
      return 0;
    if (*w->at == '"') {
      if (!skip_string(w, &string))
        return 0;
      continue;
    }
    depth += *w->at == '[' || *w->at == '{';
    depth -= *w->at == ']' || *w->at == '}';
    w->at++;
  } while (depth > 0);
  return 1;
}

/* Moves behind a value. False when it is not complete. */
static int skip_value(struct walk *w) {
  struct ih_json_string string;
  if (sees(w, '"'))
    return skip_string(w, &string);
  if (sees(w, '[') || sees(w, '{'))
    return skip_brackets(w);
  while (w->at < w->end && *w->at != ',' && *w->at != ']' && *w->at != '}')
    w->at++;
  return w->at < w->end;
}

/* ---- one vector ---------------------------------------------------------- */

/* How many commas there are. Those of each of eight places are counted by
** themselves, in a byte that has room for so many, and then added up. */
static size_t count_commas(const char *at, const char *end) {
  size_t count = 0;
  while (end - at >= 8) {
    uint64_t sums = 0;
    ptrdiff_t rounds = (end - at) / 8;
    for (rounds = rounds < 255 ? rounds : 255; rounds > 0; rounds--, at += 8)
      sums += ih_word_exactly(ih_word_load(at), ',') >> 7;
    sums = (sums & 0x00FF00FF00FF00FF) + (sums >> 8 & 0x00FF00FF00FF00FF);
    count += (size_t)(sums * 0x0001000100010001 >> 48);
  }
  for (; at < end; at++)
    count += *at == ',';
  return count;
}

/* Measures the list at w->at, which is a vector if it begins with a number, and
** moves behind it. How many numbers it has if so; else 0. */
static size_t measure_list(struct walk *w) {
  const char *at = w->at + 1, *end;
  size_t count;
  while (at < w->end && (*at == ' ' || *at == '\n'))
    at++;
  if (at == w->end || !(*at == '-' || (*at >= '0' && *at <= '9')))
    return 0;
  end = memchr(at, ']', (size_t)(w->end - at));
  if (!end)
    return 0;
  count = count_commas(at, end) + 1;
  w->at = end + 1;
  return count;
}

/* Reads the numbers of the list at w->at and moves behind it, as above. */
static size_t read_list(struct walk *w) {
  size_t room = w->room.floats - w->sizes.floats, count = 0;
  float *to = w->numbers + w->sizes.floats;
  w->at++;
  do {
    size_t length;
    if (count == room)
      return 0;
    skip_blanks(w);
    length = ih_number_read(w->at, (size_t)(w->end - w->at), to + count++);
    if (!length)
      return 0;
    w->at += length;
  } while (skip(w, ','));
  return skip(w, ']') ? count : 0;
}

static char *write_count(char *to, size_t n) {
  char digits[24];
  int count = 0;
  do {
    digits[count++] = (char)('0' + n % 10);
    n /= 10;
  } while (n > 0);
  while (count > 0)
    *to++ = digits[--count];
  return to;
}

/* Copies the text up to a place, if there is room for it and a mark. */
static int copy(struct walk *w, const char *to) {
  size_t n = (size_t)(to - w->copied);
  if (n + LONGEST_MARK > w->room.rest - w->sizes.rest)
    return 0;
  memcpy(w->rest + w->sizes.rest, w->copied, n);
  w->sizes.rest += n;
  w->copied = to;
  return 1;
}

/* Puts a mark in place of the text up to w->at. */
static void put_mark(struct walk *w) {
  char *to = w->rest + w->sizes.rest;
  memcpy(to, MARK, sizeof MARK - 1);
  to = write_count(to + sizeof MARK - 1, w->sizes.vectors);
  *to++ = '"';
  w->sizes.rest = (size_t)(to - w->rest);
  w->copied = w->at;
}

/* Takes, or measures, the list at w->at if it is a vector, and moves behind it.
** Otherwise it stays there. */
static int take_list(struct walk *w) {
  const char *start = w->at;
  size_t count = w->takes ? read_list(w) : measure_list(w);
  if (count && w->takes) {
    w->failed = w->sizes.vectors == w->room.vectors || !copy(w, start);
    if (w->failed)
      return 0;
    w->lengths[w->sizes.vectors] = count;
  }
  if (!count) {
    w->at = start;
    return 0;
  }
  w->sizes.vectors++;
  w->sizes.floats += count;
  if (w->takes)
    put_mark(w);
  else
    w->sizes.rest += LONGEST_MARK - (size_t)(w->at - start);
  return 1;
}

/* ---- where vectors stand -------------------------------------------------- */

/* Walks an object. The values of the fields of a name are walked by `value`.
** False, here and below, when the walk cannot go on. */
static int walk_object(struct walk *w, struct ih_span name,
                       int (*value)(struct walk *)) {
  if (!skip(w, '{'))
    return 0;
  do {
    struct ih_json_string key;
    if (!skip_string(w, &key) || !skip(w, ':'))
      return 0;
    if (key.raw.len == name.len &&
        memcmp(key.raw.ptr, name.ptr, name.len) == 0) {
      if (!value(w))
        return 0;
    } else if (!skip_value(w)) {
      return 0;
    }
  } while (skip(w, ','));
  return skip(w, '}');
}

static int walk_embedding(struct walk *w) {
  return (sees(w, '[') && take_list(w)) || (!w->failed && skip_value(w));
}

static int walk_element(struct walk *w) {
  static const struct ih_span name = {"embedding", 9};
  return sees(w, '{') ? walk_object(w, name, walk_embedding)
                      : walk_embedding(w);
}

static int walk_data(struct walk *w) {
  if (!sees(w, '['))
    return skip_value(w);
  if (take_list(w))
    return 1;
  if (w->failed)
    return 0;
  w->at++;
  do {
    if (!walk_element(w))
      return 0;
  } while (skip(w, ','));
  return skip(w, ']');
}

static void walk(struct walk *w, const char *text, size_t n) {
  static const struct ih_span name = {"data", 4};
  w->at = w->copied = text;
  w->end = text + n;
  walk_object(w, name, walk_data);
}

void ih_embed_measure(const char *text, size_t n, struct ih_embed *sizes) {
  struct walk w;
  memset(&w, 0, sizeof w);
  w.sizes.rest = n + LONGEST_MARK;
  walk(&w, text, n);
  *sizes = w.sizes;
}

int ih_embed_take(const char *text, size_t n, struct ih_embed *sizes,
                  float *numbers, size_t *lengths, char *rest) {
  struct walk w;
  memset(&w, 0, sizeof w);
  w.takes = 1;
  w.room = *sizes;
  w.numbers = numbers;
  w.lengths = lengths;
  w.rest = rest;
  walk(&w, text, n);
  if (w.failed || !copy(&w, text + n))
    return 0;
  *sizes = w.sizes;
  return 1;
}
