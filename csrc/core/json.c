#include "json.h"

#include <stdint.h>
#include <string.h>

#define ONES ((uint64_t)0x0101010101010101)

/* Whether none of eight bytes is a quote, a backslash or below 0x20. */
static int is_plain(const char *at) {
  uint64_t bytes, quote, back;
  memcpy(&bytes, at, sizeof bytes);
  quote = bytes ^ ONES * '"';
  back = bytes ^ ONES * '\\';
  /* A byte less than what is subtracted leaves its upper bit, unless it had one
  ** itself; it may lend one to others, which then are looked at in vain. */
  return !(((bytes - ONES * 0x20) | (quote - ONES) | (back - ONES)) & ~bytes &
           ONES * 0x80);
}

int ih_json_string(const char *bytes, size_t n, struct ih_json_string *string) {
  size_t i = 0;
  string->raw.ptr = bytes;
  string->escaped = 0;
  while (i < n) {
    unsigned char c;
    while (n - i >= 8 && is_plain(bytes + i))
      i += 8;
    if (i == n)
      break;
    c = (unsigned char)bytes[i];
    if (c == '"') {
      string->raw.len = i;
      return 1;
    }
    if (c < 0x20)
      return 0;
    if (c == '\\') {
      string->escaped = 1;
      i++;
    }
    i++;
  }
  return 0;
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

/* Writes what the escape behind a backslash stands for, at *out. False when it
** is none, or a half that is refused. */
static int unescape_one(const char **at, const char *end,
                        enum ih_json_halves way, char **out, int *lone) {
  static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *letter;
  if (**at == 'u') {
    long code;
    ++*at;
    code = code_point(at, end);
    if (is_high(code) || is_low(code)) {
      *lone = 1;
      code = way == IH_HALVES_REPLACED ? 0xFFFD : code;
      code = way == IH_HALVES_REFUSED ? -1 : code;
    }
    if (code >= 0)
      *out += utf8(*out, code);
    return code >= 0;
  }
  letter = **at ? strchr(letters, **at) : NULL;
  if (!letter)
    return 0;
  *(*out)++ = meant[letter - letters];
  ++*at;
  return 1;
}

int ih_json_unescape_halves(struct ih_span raw, enum ih_json_halves way,
                            struct ih_buf *to, int *lone) {
  const char *at = raw.ptr, *end = raw.ptr + raw.len;
  /* No escape is shorter than what it stands for. */
  char *start = ih_buf_reserve(to, raw.len ? raw.len : 1), *out = start;
  if (!start)
    return IH_NOMEM;
  while (at < end) {
    const char *back = memchr(at, '\\', (size_t)(end - at));
    size_t plain = (size_t)((back ? back : end) - at);
    memcpy(out, at, plain);
    out += plain;
    if (!back)
      break;
    at = back + 1;
    if (at == end || !unescape_one(&at, end, way, &out, lone))
      return 0;
  }
  ih_buf_extend(to, (size_t)(out - start));
  return 1;
}

int ih_json_unescape(struct ih_span raw, struct ih_buf *to) {
  int lone;
  return ih_json_unescape_halves(raw, IH_HALVES_REFUSED, to, &lone);
}
