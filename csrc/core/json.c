#include "json.h"

#include <stdint.h>
#include <string.h>

#include "word.h"

static int is_plain(char byte) {
  return (unsigned char)byte >= 0x20 && byte != '"' && byte != '\\';
}

/* How many bytes stand before a quote, a backslash, one below 0x20 or the end.
** Escapes stand close together, so the first byte is looked at by itself. */
static size_t plain_length(const char *at, size_t n) {
  size_t i = 0;
  if (n > 0 && !is_plain(*at))
    return 0;
  for (; n - i >= 8; i += 8) {
    uint64_t word = ih_word_load(at + i);
    uint64_t marks = ih_word_below(word, 0x20) | ih_word_equal(word, '"') |
                     ih_word_equal(word, '\\');
    if (marks)
      return i + ih_word_first(marks);
  }
  while (i < n && is_plain(at[i]))
    i++;
  return i;
}

int ih_json_string(const char *bytes, size_t n, struct ih_json_string *string) {
  size_t i = 0;
  string->raw.ptr = bytes;
  string->escaped = 0;
  for (;;) {
    i += plain_length(bytes + i, n - i);
    if (i == n)
      return 0;
    if (bytes[i] == '"') {
      string->raw.len = i;
      return 1;
    }
    if (bytes[i] != '\\' || n - i < 2)
      return 0;
    string->escaped = 1;
    i += 2;
  }
}

/* Four hexadecimal digits, or -1. */
static long hex4(const char *at, const char *end) {
  long value = 0;
  int i;
  if (end - at < 4)
    return -1;
  for (i = 0; i < 4; i++) {
    char c = at[i];
    value *= 16;
    if (c >= '0' && c <= '9')
      value += c - '0';
    else if (c >= 'a' && c <= 'f')
      value += c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
      value += c - 'A' + 10;
    else
      return -1;
  }
  return value;
}

static size_t utf8(char *to, long code) {
  if (code < 0x80) {
    to[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    to[0] = (char)(0xC0 | code >> 6);
    to[1] = (char)(0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    to[0] = (char)(0xE0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 0x3F));
    to[2] = (char)(0x80 | (code & 0x3F));
    return 3;
  }
  to[0] = (char)(0xF0 | code >> 18);
  to[1] = (char)(0x80 | (code >> 12 & 0x3F));
  to[2] = (char)(0x80 | (code >> 6 & 0x3F));
  to[3] = (char)(0x80 | (code & 0x3F));
  return 4;
}

static int is_high(long code) {
  return code >= 0xD800 && code <= 0xDBFF;
}

static int is_low(long code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}

/* The code point of \uXXXX, or of two that are a pair; *at stands after the `u`
** and is moved behind what was read. A half that stands alone is itself. -1 when
** it is no escape. */
static long code_point(const char **at, const char *end) {
  long high = hex4(*at, end), low;
  if (high < 0)
    return -1;
  *at += 4;
  if (!is_high(high) || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
    return high;
  low = hex4(*at + 2, end);
  if (!is_low(low))
    return high;
  *at += 6;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* What a letter behind a backslash stands for; 0 when it is none. */
static char meaning(char letter) {
  switch (letter) {
  case '"':
  case '\\':
  case '/':
    return letter;
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return 0;
  }
}

/* The code point of an escape whose digits `at` stands before, and where it ends.
** -1 when it is none, or a half that is refused; *lone is set at any half. */
static long read_code(const char **at, const char *end, enum ih_json_halves way,
                      int *lone) {
  long code = code_point(at, end);
  if (!is_high(code) && !is_low(code))
    return code;
  *lone = 1;
  if (way == IH_HALVES_REFUSED)
    return -1;
  return way == IH_HALVES_REPLACED ? 0xFFFD : code;
}

/* Copies what stands before a backslash or the end; returns how much that is.
** There is room for all there is. */
static size_t copy_plain(char *to, const char *at, size_t n) {
  size_t i = 0, few = n < 8 ? n : 8;
  for (; i < few && at[i] != '\\'; i++)
    to[i] = at[i];
  if (i < few)
    return i;
  for (; n - i >= 8; i += 8) {
    uint64_t marks = ih_word_equal(ih_word_load(at + i), '\\');
    memcpy(to + i, at + i, 8);
    if (marks)
      return i + ih_word_first(marks);
  }
  for (; i < n && at[i] != '\\'; i++)
    to[i] = at[i];
  return i;
}

int ih_json_unescape_halves(struct ih_span raw, enum ih_json_halves way,
                            struct ih_buf *to, int *lone) {
  const char *at = raw.ptr, *end = raw.ptr + raw.len, *text;
  /* No escape is shorter than what it stands for. */
  char *start = ih_buf_reserve(to, raw.len ? raw.len : 1), *out = start;
  if (!start)
    return IH_NOMEM;
  for (;;) {
    size_t plain = copy_plain(out, at, (size_t)(end - at));
    long code;
    out += plain;
    at += plain;
    if (at == end)
      break;
    if (++at == end)
      return 0;
    if (*at != 'u') {
      if (!(*out++ = meaning(*at++)))
        return 0;
      continue;
    }
    text = at + 1;
    code = read_code(&text, end, way, lone);
    if (code < 0)
      return 0;
    at = text;
    out += utf8(out, code);
  }
  ih_buf_extend(to, (size_t)(out - start));
  return 1;
}

int ih_json_unescape(struct ih_span raw, struct ih_buf *to) {
  int lone;
  return ih_json_unescape_halves(raw, IH_HALVES_REFUSED, to, &lone);
}
