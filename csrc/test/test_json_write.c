/* Tests of core/json_write.h. */
#include "../core/json_write.h"

#include <string.h>

#include "../core/json.h"
#include "check.h"

#define VALID ((size_t)-1)

/* Texts, and the byte from which on they are none. */
static const struct {
  struct ih_span text;
  size_t wrong;
} texts[] = {
    {BYTES(""), VALID},
    {BYTES("plain text of some length"), VALID},
    {BYTES("\xC3\xB8\xE2\x82\xAC\xF0\x9F\x98\x80"), VALID},
    {BYTES("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80"), VALID},
    {BYTES("\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80"), VALID},
    {BYTES("ab\xFF"), 2},
    {BYTES("\x80"), 0},
    {BYTES("a\xC0\xAF"), 1},
    {BYTES("a\xC1\xBF"), 1},
    {BYTES("\xE0\x9F\xBF"), 0},
    {BYTES("\xF0\x8F\xBF\xBF"), 0},
    {BYTES("abc\xED\xA0\x80"), 3},
    {BYTES("\xED\xBF\xBF"), 0},
    {BYTES("\xF4\x90\x80\x80"), 0},
    {BYTES("\xF5\x80\x80\x80"), 0},
    {BYTES("abcd\xE2\x82"), 4},
    {BYTES("\xC3"), 0},
    {BYTES("\xF0\x9F\x98"), 0},
    {BYTES("\xC3\xC3\xB8"), 0},
    {BYTES("\xE2\x82x"), 0},
    {BYTES("\xF0\x9F\x98x"), 0},
    {BYTES("\"\n\\\xFE"), 3},
    {BYTES("0123456789abcde\xC3\xB8g\xFF"), 18},
};

static void texts_are_checked(void) {
  size_t i, shift;
  for (i = 0; i < sizeof texts / sizeof *texts; i++)
    for (shift = 0; shift < 17; shift++) { /* as words of eight fall */
      char text[80];
      size_t n = shift + texts[i].text.len, wrong = 99;
      size_t right = texts[i].wrong == VALID ? n : texts[i].wrong + shift;
      struct ih_buf b = {0};
      memset(text, 'x', shift);
      memcpy(text + shift, texts[i].text.ptr, texts[i].text.len);
      CHECK_INT(ih_utf8_length(guarded(text, n), n), right);
      CHECK_INT(ih_json_write_string(&b, guarded(text, n), n, &wrong),
                texts[i].wrong == VALID);
      CHECK_INT(wrong, texts[i].wrong == VALID ? 99 : right);
      ih_buf_free(&b);
    }
}

static void escapes_are_few(void) {
  struct ih_buf b = {0};
  struct ih_span text = SPAN("/a\"b\\c\b\f\n\r\t\0\1\x1F\x7F\xC2\x80");
  size_t wrong;
  CHECK_INT(ih_json_write_string(&b, text.ptr, text.len, &wrong), 1);
  CHECK_SPAN(ih_buf_span(&b), "\"/a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0000\\u0001"
                              "\\u001f\x7F\xC2\x80\"");
  ih_buf_free(&b);
}

/* All bytes below 128, at every place of a word: read back they are the same. */
static void strings_are_read_back(void) {
  int c, place;
  for (c = 0; c < 128; c++)
    for (place = 0; place < 20; place++) {
      char text[20];
      struct ih_buf b = {0}, back = {0};
      struct ih_json_string string;
      struct ih_span given = {text, sizeof text};
      size_t wrong;
      memset(text, '.', sizeof text);
      text[place] = (char)c;
      CHECK_INT(ih_json_write_string(&b, text, sizeof text, &wrong), 1);
      CHECK(ih_json_string(ih_buf_bytes(&b) + 1, ih_buf_len(&b) - 1, &string));
      CHECK_INT(string.raw.len, ih_buf_len(&b) - 2);
      CHECK_INT(ih_json_unescape(string.raw, &back), 1);
      check_span(ih_buf_span(&back), given, __FILE__, __LINE__, "text");
      ih_buf_free(&b);
      ih_buf_free(&back);
    }
}

static void time_is_linear(void) {
  static char text[100000];
  struct ih_buf b = {0};
  size_t wrong, i;
  for (i = 0; i < sizeof text; i++)
    text[i] = "ab\ncdefghijklmnop\""[i % 18];
  work_begin(20 * sizeof text);
  CHECK_INT(ih_json_write_string(&b, text, sizeof text, &wrong), 1);
  work_end();
  ih_buf_free(&b);
}

void test_json_write(void) {
  RUN(texts_are_checked);
  RUN(escapes_are_few);
  RUN(strings_are_read_back);
  RUN(time_is_linear);
}
