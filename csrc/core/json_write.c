#include "json_write.h"

#include <stdint.h>
#include <string.h>

#include "word.h"

static int is_between(const char *at, int low, int high) {
  return (unsigned char)*at >= low && (unsigned char)*at <= high;
}

/* The length of the character at a byte >= 0x80; 0 when there is none. */
static size_t character(const char *at, size_t n) {
  unsigned char first = (unsigned char)*at;
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2, i;
  int low = 0x80, high = 0xBF;
  if (first < 0xC2 || first > 0xF4 || n < length)
    return 0;
  if (first == 0xE0) /* others would fit into fewer bytes, */
    low = 0xA0;
  else if (first == 0xED) /* are halves of surrogate pairs, */
    high = 0x9F;
  else if (first == 0xF0)
    low = 0x90;
  else if (first == 0xF4) /* or lie beyond the last code point */
    high = 0x8F;
  if (!is_between(at + 1, low, high))
    return 0;
  for (i = 2; i < length; i++)
    if (!is_between(at + i, 0x80, 0xBF))
      return 0;
  return length;
}

/* Marks bytes that are no ASCII or must be escaped in a string. */
static uint64_t mark_special(uint64_t word) {
  return (word & IH_WORD_MARKS) | ih_word_below(word, 0x20) |
         ih_word_equal(word, '"') | ih_word_equal(word, '\\');
}

/* Whether a byte is neither. */
static int is_plain(char byte) {
  return (unsigned char)(byte - 0x20) < 0x60 && byte != '"' && byte != '\\';
}

/* How many bytes stand before the end, or one that is not plain. */
static size_t plain_length(const char *at, size_t n) {
  size_t i = 0;
  for (; n - i >= 8; i += 8) {
    uint64_t marks = mark_special(ih_word_load(at + i));
    if (marks)
      return i + ih_word_first(marks);
  }
  while (i < n && is_plain(at[i]))
    i++;
  return i;
}

/* The same, and copies them. Eight bytes are copied before they are looked at, so
** what is behind the last may be anything then, within n bytes. */
static size_t copy_plain(char *to, const char *at, size_t n) {
  size_t i = 0;
  for (; n - i >= 8; i += 8) {
    uint64_t marks = mark_special(ih_word_load(at + i));
    memcpy(to + i, at + i, 8);
    if (marks)
      return i + ih_word_first(marks);
  }
  for (; i < n && is_plain(at[i]); i++)
    to[i] = at[i];
  return i;
}

static int is_ascii(char byte) {
  return (unsigned char)byte < 0x80;
}

/* How many bytes from the beginning are characters that are no ASCII. */
static size_t others_length(const char *at, size_t n) {
  size_t i = 0, length;
  while (i < n && !is_ascii(at[i]) && (length = character(at + i, n - i)) > 0)
    i += length;
  return i;
}

size_t ih_utf8_length(const char *text, size_t n) {
  size_t at = 0, length;
  while (at < n) {
    at += plain_length(text + at, n - at);
    if (at < n && is_ascii(text[at])) {
      at++;
      continue;
    }
    length = others_length(text + at, n - at);
    if (length == 0)
      break;
    at += length;
  }
  return at;
}

/* Writes the escape of a byte; returns its end. */
static char *escape(char *to, char byte) {
  static const char letters[] = "btn fr", digits[] = "0123456789abcdef";
  *to++ = '\\';
  if (byte == '"' || byte == '\\') {
    *to++ = byte;
  } else if (byte >= '\b' && byte <= '\r' && byte != '\v') {
    *to++ = letters[byte - '\b'];
  } else {
    memcpy(to, "u00", 3);
    to[3] = digits[byte >> 4];
    to[4] = digits[byte & 15];
    to += 5;
  }
  return to;
}

/* Bytes of the longest escape. */
#define LONGEST 6

/* A string that is being written. */
struct writing {
  struct ih_buf *to;
  char *start, *out, *limit; /* of what is not in the buffer yet */
};

/* Makes room for so many bytes, and for some escapes among them. */
static int make_room(struct writing *w, size_t n) {
  size_t room = n + n / 8 + 64;
  if (w->out)
    ih_buf_extend(w->to, (size_t)(w->out - w->start));
  w->start = w->out = room > n ? ih_buf_reserve(w->to, room) : NULL;
  if (!w->out)
    return 0;
  w->limit = w->out + room;
  return 1;
}

int ih_json_write_string(struct ih_buf *to, const char *text, size_t n,
                         size_t *wrong) {
  struct writing w = {to, NULL, NULL, NULL};
  size_t at = 0, length;
  if (!make_room(&w, n + 2))
    return IH_NOMEM;
  *w.out++ = '"';
  for (;;) {
    length = copy_plain(w.out, text + at, n - at);
    w.out += length;
    at += length;
    if (at == n)
      break;
    if (!is_ascii(text[at])) {
      length = others_length(text + at, n - at);
      if (length == 0) {
        *wrong = at;
        return 0;
      }
      memcpy(w.out, text + at, length);
      w.out += length;
      at += length;
      continue;
    }
    w.out = escape(w.out, text[at++]);
    /* There must be room for the rest, and for the next escape or the quote. */
    if ((size_t)(w.limit - w.out) < n - at + LONGEST &&
        !make_room(&w, n - at + LONGEST))
      return IH_NOMEM;
  }
  *w.out++ = '"';
  ih_buf_extend(to, (size_t)(w.out - w.start));
  return 1;
}
