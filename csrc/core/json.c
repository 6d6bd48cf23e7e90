#include "json.h"

#include <string.h>

int ih_json_string(const char *bytes, size_t n, struct ih_json_string *string) {
  size_t i;
  string->raw.ptr = bytes;
  string->escaped = 0;
  for (i = 0; i < n; i++) {
    unsigned char c = (unsigned char)bytes[i];
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

/* The code point of \uXXXX or of a surrogate pair; *at stands after the `u` and
** is moved behind what was read. -1 when it is not one. */
static long code_point(const char **at, const char *end) {
  long high = hex4(*at, end), low;
  if (high < 0 || (high >= 0xDC00 && high <= 0xDFFF))
    return -1;
  *at += 4;
  if (high < 0xD800 || high > 0xDBFF)
    return high;
  if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
    return -1;
  low = hex4(*at + 2, end);
  if (low < 0xDC00 || low > 0xDFFF)
    return -1;
  *at += 6;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

int ih_json_unescape(struct ih_span raw, struct ih_buf *to) {
  static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *at = raw.ptr, *end = raw.ptr + raw.len;
  /* No escape is shorter than what it stands for. */
  char *start = ih_buf_reserve(to, raw.len ? raw.len : 1), *out = start;
  if (!start)
    return IH_NOMEM;
  while (at < end) {
    const char *back = memchr(at, '\\', (size_t)(end - at));
    const char *letter;
    size_t plain = (size_t)((back ? back : end) - at);
    memcpy(out, at, plain);
    out += plain;
    if (!back)
      break;
    at = back + 1;
    if (at == end)
      return 0;
    if (*at == 'u') {
      long code;
      at++;
      code = code_point(&at, end);
      if (code < 0)
        return 0;
      out += utf8(out, code);
      continue;
    }
    letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
      return 0;
    *out++ = meant[letter - letters];
    at++;
  }
  ih_buf_extend(to, (size_t)(out - start));
  return 1;
}
