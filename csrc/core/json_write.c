#include "json_write.h"

#include <stdint.h>
#include <string.h>

#define ONES ((uint64_t)0x0101010101010101)

/* Whether all of eight bytes are ASCII that stands for itself. */
static int is_plain(const char *at) {
  uint64_t bytes, quote, back;
  memcpy(&bytes, at, sizeof bytes);
  quote = bytes ^ ONES * '"';
  back = bytes ^ ONES * '\\';
  /* A byte less than what is subtracted leaves its upper bit; it may lend one
  ** to others, which then are looked at in vain. */
  return !((bytes | (bytes - ONES * 0x20) | (quote - ONES) | (back - ONES)) &
           ONES * 0x80);
}

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

/* How many bytes from the beginning are UTF-8 and stand for themselves; *ends is
** set when the next one must be escaped, or the text is over. */
static size_t plain_length(const char *text, size_t n, int *ends) {
  size_t at = 0, length;
  *ends = 1;
  for (;;) {
    unsigned char c;
    while (n - at >= 8 && is_plain(text + at))
      at += 8;
    if (at == n)
      return at;
    c = (unsigned char)text[at];
    if (c == '"' || c == '\\' || c < 0x20)
      return at;
    length = c < 0x80 ? 1 : character(text + at, n - at);
    if (length == 0) {
      *ends = 0;
      return at;
    }
    at += length;
  }
}

size_t ih_utf8_length(const char *text, size_t n) {
  size_t at = 0;
  int ends = 1;
  while (at < n) {
    at += plain_length(text + at, n - at, &ends);
    if (!ends || at == n)
      break;
    at++;
  }
  return at;
}

/* Appends the escape of one byte. */
static int escape(struct ih_buf *to, char byte) {
  static const char meant[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  static const char digits[] = "0123456789abcdef";
  const char *found = byte ? strchr(meant, byte) : NULL;
  char text[6] = {'\\', 'u', '0', '0', '0', '0'};
  if (found) {
    text[1] = letters[found - meant];
    return ih_buf_append(to, text, 2);
  }
  text[4] = digits[byte >> 4];
  text[5] = digits[byte & 15];
  return ih_buf_append(to, text, sizeof text);
}

int ih_json_write_string(struct ih_buf *to, const char *text, size_t n,
                         size_t *wrong) {
  size_t at = 0;
  int ends;
  if (n > (size_t)-1 - 2 || !ih_buf_reserve(to, n + 2))
    return IH_NOMEM;
  ih_buf_append(to, "\"", 1); /* there is room */
  for (;;) {
    size_t plain = plain_length(text + at, n - at, &ends);
    if (ih_buf_append(to, text + at, plain) < 0)
      return IH_NOMEM;
    at += plain;
    if (!ends) {
      *wrong = at;
      return 0;
    }
    if (at == n)
      break;
    if (escape(to, text[at++]) < 0)
      return IH_NOMEM;
  }
  return ih_buf_append(to, "\"", 1) < 0 ? IH_NOMEM : 1;
}
