/* Tests of core/json.h, the ends and the escapes of JSON strings. */
#include "../core/json.h"

#include <string.h>

#include "check.h"

#define REFUSED NULL

/* A string as it stands behind its opening quote, and what comes of it. `text`
** is REFUSED when it has no end, or no meaning. */
static const struct {
  struct ih_span bytes;
  size_t len; /* up to the closing quote */
  int escaped;
  struct ih_span text;
} strings[] = {
    {BYTES("\""), 0, 0, BYTES("")},
    {BYTES("abc\""), 3, 0, BYTES("abc")},
    {BYTES("abc\"def\""), 3, 0, BYTES("abc")},
    {BYTES("a\\\"b\"c"), 4, 1, BYTES("a\"b")},
    {BYTES("\\\\\"x\""), 2, 1, BYTES("\\")},
    {BYTES("\\\\\\\"\""), 4, 1, BYTES("\\\"")},
    {BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t\""), 16, 1, BYTES("\"\\/\b\f\n\r\t")},
    {BYTES("a/b\x7F\""), 4, 0, BYTES("a/b\x7F")},
    {BYTES("\xC3\xA9\""), 2, 0, BYTES("\xC3\xA9")},
    {BYTES("\xFF\x80\""), 2, 0, BYTES("\xFF\x80")},
    {BYTES("x\\u0041y\""), 8, 1, BYTES("xAy")},
    {BYTES("\\u0000\""), 6, 1, BYTES("\0")},
    {BYTES("\\u007f\\u0080\""), 12, 1, BYTES("\x7F\xC2\x80")},
    {BYTES("\\u07FF\\u0800\""), 12, 1, BYTES("\xDF\xBF\xE0\xA0\x80")},
    {BYTES("\\ud7ff\\uE000\""), 12, 1, BYTES("\xED\x9F\xBF\xEE\x80\x80")},
    {BYTES("\\uFFff\""), 6, 1, BYTES("\xEF\xBF\xBF")},
    {BYTES("\\ud83d\\uDE00\""), 12, 1, BYTES("\xF0\x9F\x98\x80")},
    {BYTES("\\uD800\\uDC00\""), 12, 1, BYTES("\xF0\x90\x80\x80")},
    {BYTES("\\uDBFF\\uDFFF!\""), 13, 1, BYTES("\xF4\x8F\xBF\xBF!")},
    {BYTES("\\n\\u00e9\\n\""), 10, 1, BYTES("\n\xC3\xA9\n")},
    /* no end, or a byte that may not stand there */
    {BYTES(""), 0, 0, {REFUSED, 0}},
    {BYTES("abc"), 0, 0, {REFUSED, 0}},
    {BYTES("abc\\"), 0, 0, {REFUSED, 0}},
    {BYTES("abc\\\""), 0, 0, {REFUSED, 0}},
    {BYTES("a\nb\""), 0, 0, {REFUSED, 0}},
    {BYTES("a\0b\""), 0, 0, {REFUSED, 0}},
    {BYTES("\x1F\""), 0, 0, {REFUSED, 0}},
    /* an escape that is none */
    {BYTES("\\x\""), 2, 1, {REFUSED, 0}},
    {BYTES("\\\0\""), 2, 1, {REFUSED, 0}},
    {BYTES("\\N\""), 2, 1, {REFUSED, 0}},
    {BYTES("\\U0041\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\u\""), 2, 1, {REFUSED, 0}},
    {BYTES("\\u004\""), 5, 1, {REFUSED, 0}},
    {BYTES("\\u004g\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\u+041\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\u 041\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\u0x41\""), 6, 1, {REFUSED, 0}},
    /* halves of surrogate pairs, and halves that do not fit */
    {BYTES("\\ud800\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\udbffx\""), 7, 1, {REFUSED, 0}},
    {BYTES("\\udc00\""), 6, 1, {REFUSED, 0}},
    {BYTES("\\udfff\\ud800\""), 12, 1, {REFUSED, 0}},
    {BYTES("\\ud800\\ud800\""), 12, 1, {REFUSED, 0}},
    {BYTES("\\ud800\\u0041\""), 12, 1, {REFUSED, 0}},
    {BYTES("\\ud800\\uE000\""), 12, 1, {REFUSED, 0}},
    {BYTES("\\ud800\\uDC0\""), 11, 1, {REFUSED, 0}},
    {BYTES("\\ud800\\nDC00\""), 12, 1, {REFUSED, 0}},
    {BYTES("\\ud800/uDC00\""), 12, 1, {REFUSED, 0}},
};

/* Unescapes into a buffer that holds something already. */
static void unescapes_to(struct ih_span raw, struct ih_span text) {
  struct ih_buf b = {0};
  struct ih_span got;
  ih_buf_append(&b, "kept", 4);
  CHECK_INT(ih_json_unescape(guarded_span(raw), &b), text.ptr != REFUSED);
  got = ih_buf_span(&b);
  CHECK(got.len >= 4 && memcmp(got.ptr, "kept", 4) == 0);
  got.ptr += 4, got.len -= 4;
  if (text.ptr)
    check_span(got, text, __FILE__, __LINE__, "text");
  else
    CHECK_INT(got.len, 0);
  ih_buf_free(&b);
}

static void strings_end_and_mean(void) {
  size_t i;
  for (i = 0; i < sizeof strings / sizeof *strings; i++) {
    struct ih_span bytes = strings[i].bytes;
    struct ih_json_string string;
    const char *copy = guarded(bytes.ptr, bytes.len);
    int found = ih_json_string(copy, bytes.len, &string);
    int ends = strings[i].text.ptr != REFUSED || strings[i].len > 0;
    if (!CHECK_INT(found, ends) || !found)
      continue;
    CHECK(string.raw.ptr == copy);
    CHECK_INT(string.raw.len, strings[i].len);
    CHECK(copy[string.raw.len] == '"');
    CHECK_INT(!!string.escaped, strings[i].escaped);
    string.raw.ptr = bytes.ptr;
    unescapes_to(string.raw, strings[i].text);
  }
}

/* Every beginning of every string ends at a guard page. */
static void beginnings_are_not_read_past(void) {
  struct ih_json_string string;
  struct ih_buf b = {0};
  size_t i, n;
  for (i = 0; i < sizeof strings / sizeof *strings; i++)
    for (n = 0; n < strings[i].bytes.len; n++) {
      const char *copy = guarded(strings[i].bytes.ptr, n);
      struct ih_span raw = {copy, n};
      int ends = n > strings[i].len && (strings[i].text.ptr || strings[i].len);
      CHECK_INT(ih_json_string(copy, n, &string), ends);
      ih_buf_clear(&b);
      CHECK(ih_json_unescape(raw, &b) >= 0);
    }
  ih_buf_free(&b);
}

static void bytes_that_may_stand_alone(void) {
  struct ih_json_string string;
  int c;
  for (c = 0; c < 256; c++) {
    char bytes[] = {'a', (char)c, 'b', '"'};
    int found = ih_json_string(guarded(bytes, 4), 4, &string);
    CHECK_INT(found, c >= 0x20);
    if (found)
      CHECK_INT(string.raw.len, c == '"' ? 1 : 3);
    if (found)
      CHECK_INT(!!string.escaped, c == '\\');
  }
}

static void letters_after_a_backslash(void) {
  static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  int c;
  for (c = 0; c < 256; c++) {
    char raw[] = {'\\', (char)c};
    struct ih_span bytes = {raw, 2}, text = {REFUSED, 0};
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
      text.ptr = meant + (letter - letters);
      text.len = 1;
    }
    unescapes_to(bytes, text);
  }
}

static void digits_of_a_code_point(void) {
  int c, place;
  for (place = 2; place < 6; place++)
    for (c = 0; c < 256; c++) {
      char raw[] = "\\u0000";
      struct ih_span bytes = {raw, 6};
      struct ih_buf b = {0};
      int digit = c && strchr("0123456789abcdefABCDEF", c);
      raw[place] = (char)c;
      CHECK_INT(ih_json_unescape(bytes, &b), digit);
      ih_buf_free(&b);
    }
}

/* Reads one character of UTF-8 in the plainest way; -1 when it is malformed. */
static long read_utf8(struct ih_span s) {
  const unsigned char *b = (const unsigned char *)s.ptr;
  size_t len = b[0] < 0x80 ? 1 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4, i;
  long code = b[0] & (len == 1 ? 0x7F : 0xFF >> (len + 1));
  static const long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (s.len != len)
    return -1;
  for (i = 1; i < len; i++) {
    if ((b[i] & 0xC0) != 0x80)
      return -1;
    code = code * 64 + (b[i] & 0x3F);
  }
  return code >= smallest[len] ? code : -1;
}

static char *write_hex(char *to, long value, const char *digits) {
  int shift;
  *to++ = '\\';
  *to++ = 'u';
  for (shift = 12; shift >= 0; shift -= 4)
    *to++ = digits[value >> shift & 15];
  return to;
}

static void every_code_point(void) {
  static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
  struct ih_buf b = {0};
  long code;
  /* All of the first plane, and some of each other one. */
  for (code = 0; code <= 0x10FFFF; code += code < 0x10000 ? 1 : 0x3F) {
    char raw[12];
    struct ih_span span = {raw, 6};
    int surrogate = code >= 0xD800 && code <= 0xDFFF, status;
    if (code < 0x10000) {
      write_hex(raw, code, code & 1 ? lower : upper);
    } else {
      write_hex(write_hex(raw, 0xD800 + ((code - 0x10000) >> 10), upper),
                0xDC00 + ((code - 0x10000) & 0x3FF), lower);
      span.len = 12;
    }
    ih_buf_clear(&b);
    status = ih_json_unescape(span, &b);
    if (!CHECK_INT(status, !surrogate) ||
        (status && !CHECK_INT(read_utf8(ih_buf_span(&b)), code)))
      break;
  }
  ih_buf_free(&b);
}

/* Long runs between escapes, so that the buffer must grow for them. */
static void long_texts(void) {
  static char raw[5000], text[5000];
  struct ih_span bytes = {raw, 0}, meant = {text, 0};
  int i;
  for (i = 0; i < 900; i++) {
    if (i % 7 == 0) {
      memcpy(raw + bytes.len, "\\t", 2);
      text[meant.len++] = '\t';
      bytes.len += 2;
    } else {
      raw[bytes.len++] = text[meant.len++] = (char)('a' + i % 26);
    }
    if (i % 50 == 0)
      unescapes_to(bytes, meant);
  }
  unescapes_to(bytes, meant);
}

/* What becomes of halves that stand alone, and whether there was one. */
static const struct {
  struct ih_span raw, replaced, kept;
  int lone;
} halves[] = {
    {BYTES("a\\ud83d\\ude00b"),
     BYTES("a\xF0\x9F\x98\x80"
           "b"),
     BYTES("a\xF0\x9F\x98\x80"
           "b"),
     0},
    {BYTES("\\ud83d"), BYTES("\xEF\xBF\xBD"), BYTES("\xED\xA0\xBD"), 1},
    {BYTES("\\ude00"), BYTES("\xEF\xBF\xBD"), BYTES("\xED\xB8\x80"), 1},
    {BYTES("x\\udbff\\n"), BYTES("x\xEF\xBF\xBD\n"), BYTES("x\xED\xAF\xBF\n"),
     1},
    {BYTES("\\ude00\\ud83d"), BYTES("\xEF\xBF\xBD\xEF\xBF\xBD"),
     BYTES("\xED\xB8\x80\xED\xA0\xBD"), 1},
    {BYTES("\\ud83d\\ud83d\\ude00"), BYTES("\xEF\xBF\xBD\xF0\x9F\x98\x80"),
     BYTES("\xED\xA0\xBD\xF0\x9F\x98\x80"), 1},
    {BYTES("\\ud83d\\u0041"),
     BYTES("\xEF\xBF\xBD"
           "A"),
     BYTES("\xED\xA0\xBD"
           "A"),
     1},
    {BYTES("\\ud83dude00"),
     BYTES("\xEF\xBF\xBD"
           "ude00"),
     BYTES("\xED\xA0\xBD"
           "ude00"),
     1},
};

static void halves_are_treated_as_asked(void) {
  size_t i;
  for (i = 0; i < sizeof halves / sizeof *halves; i++) {
    struct ih_buf b = {0};
    struct ih_span raw = guarded_span(halves[i].raw);
    int lone = 0;
    CHECK_INT(ih_json_unescape(raw, &b), !halves[i].lone);
    ih_buf_clear(&b);
    CHECK_INT(ih_json_unescape_halves(raw, IH_HALVES_REPLACED, &b, &lone), 1);
    CHECK_INT(lone, halves[i].lone);
    check_span(ih_buf_span(&b), halves[i].replaced, __FILE__, __LINE__, "text");
    lone = 0;
    ih_buf_clear(&b);
    CHECK_INT(ih_json_unescape_halves(raw, IH_HALVES_KEPT, &b, &lone), 1);
    CHECK_INT(lone, halves[i].lone);
    check_span(ih_buf_span(&b), halves[i].kept, __FILE__, __LINE__, "text");
    ih_buf_free(&b);
  }
}

void test_json(void) {
  RUN(strings_end_and_mean);
  RUN(beginnings_are_not_read_past);
  RUN(bytes_that_may_stand_alone);
  RUN(letters_after_a_backslash);
  RUN(digits_of_a_code_point);
  RUN(every_code_point);
  RUN(long_texts);
  RUN(halves_are_treated_as_asked);
}
