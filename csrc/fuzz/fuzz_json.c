/*
** Fuzzes core/json_read.h, core/json_write.h, core/shortest.h and the doubles of
** core/number.h.
**
** As a document, the input is read and written anew, and what was written must
** be read as the same tokens. As a text, it must be read back from the string
** that it is written as, unless a plain reading of UTF-8 refuses it at the same
** byte. As a number, it must be what the C library says; and as the bits of a
** double, it must be read back, here and in C.
*/
#include "../core/json_read.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/json_write.h"
#include "../core/shortest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(int holds) {
  if (!holds)
    abort();
}

/* ---- documents ----------------------------------------------------------- */

static void append(struct ih_buf *to, const char *bytes, size_t n) {
  must(ih_buf_append(to, bytes, n) == IH_OK);
}

static void append_number(struct ih_buf *to, const struct ih_number *number) {
  char text[IH_SHORTEST_ROOM];
  if (number->is_whole)
    append(to, text, ih_shortest_integer(number->whole, text));
  else if (number->value - number->value == 0)
    append(to, text, ih_shortest(number->value, text));
  else
    append(to, number->value > 0 ? "1e999" : "-1e999",
           number->value > 0 ? 5 : 6);
}

/* A string, its bytes that are no UTF-8 as question marks. */
static void append_string(struct ih_buf *to, struct ih_span raw) {
  struct ih_buf text = {0};
  size_t wrong, from = 0;
  int lone = 0, status;
  if (ih_json_unescape_halves(raw, IH_HALVES_REPLACED, &text, &lone) == 1) {
    char *bytes = text._mem + text._start;
    size_t n = ih_buf_len(&text);
    while ((from = ih_utf8_length(bytes, n)) < n)
      bytes[from] = '?';
    status = ih_json_write_string(to, bytes, n, &wrong);
    must(status == 1);
  } else {
    append(to, "\"\"", 2);
  }
  ih_buf_free(&text);
}

/* Writes the tokens of a text without blanks. False when it is no document. */
static int rewrite(const char *text, size_t n, struct ih_buf *to) {
  static const char *const words[] = {"", "", "null", "true", "false"};
  struct ih_json_reader r;
  struct ih_json_token token;
  enum ih_json_kind kind;
  char closes[IH_JSON_DEPTH];
  int comma = 0;
  ih_json_start(&r, text, n);
  while ((kind = ih_json_next(&r, &token)) > IH_JSON_END) {
    must(r.depth >= 0 && r.depth <= IH_JSON_DEPTH);
    if (comma && kind != IH_JSON_CLOSE)
      append(to, ",", 1);
    comma =
        kind != IH_JSON_NAME && kind != IH_JSON_LIST && kind != IH_JSON_OBJECT;
    if (kind <= IH_JSON_FALSE) {
      append(to, words[kind], strlen(words[kind]));
    } else if (kind == IH_JSON_NUMBER) {
      append_number(to, &token.number);
    } else if (kind == IH_JSON_CLOSE) {
      append(to, closes + r.depth, 1);
    } else if (kind == IH_JSON_LIST || kind == IH_JSON_OBJECT) {
      append(to, kind == IH_JSON_LIST ? "[" : "{", 1);
      closes[r.depth - 1] = kind == IH_JSON_LIST ? ']' : '}';
    } else {
      append_string(to, token.string.raw);
      if (kind == IH_JSON_NAME)
        append(to, ":", 1);
    }
  }
  return kind == IH_JSON_END;
}

static void try_document(const char *text, size_t n) {
  struct ih_buf once = {0}, twice = {0};
  if (rewrite(text, n, &once)) {
    must(rewrite(ih_buf_bytes(&once), ih_buf_len(&once), &twice));
    must(ih_buf_len(&once) == ih_buf_len(&twice));
    must(memcmp(ih_buf_bytes(&once), ih_buf_bytes(&twice), ih_buf_len(&once)) ==
         0);
  }
  ih_buf_free(&once);
  ih_buf_free(&twice);
}

/* ---- texts --------------------------------------------------------------- */

/* The length of the character that bytes begin with, in the plainest way. */
static size_t character(const unsigned char *at, size_t n) {
  static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t len = *at < 0x80   ? 1
               : *at < 0xC0 ? 0
               : *at < 0xE0 ? 2
               : *at < 0xF0 ? 3
               : *at < 0xF8 ? 4
                            : 0;
  long code = *at & (0xFF >> (len + 1)), i;
  if (len < 2 || len > n)
    return len == 1;
  for (i = 1; i < (long)len; i++) {
    if ((at[i] & 0xC0) != 0x80)
      return 0;
    code = code * 64 + (at[i] & 0x3F);
  }
  return code < least[len] || code > 0x10FFFF || (code >> 11) == 0x1B ? 0 : len;
}

static void try_text(const char *text, size_t n) {
  struct ih_buf b = {0}, back = {0};
  struct ih_json_string string;
  size_t right = 0, wrong = n, len = 1;
  while (right < n &&
         (len = character((const unsigned char *)text + right, n - right)))
    right += len;
  must(ih_utf8_length(text, n) == right);
  must(ih_json_write_string(&b, text, n, &wrong) == (right == n));
  must(wrong == right);
  if (right == n) {
    const char *written = ih_buf_bytes(&b);
    must(ih_json_string(written + 1, ih_buf_len(&b) - 1, &string));
    must(string.raw.len == ih_buf_len(&b) - 2);
    must(ih_json_unescape(string.raw, &back) == 1);
    must(ih_buf_len(&back) == n && memcmp(ih_buf_bytes(&back), text, n) == 0);
  }
  ih_buf_free(&b);
  ih_buf_free(&back);
}

/* ---- numbers ------------------------------------------------------------- */

static void try_number(const char *text, size_t n) {
  struct ih_number got;
  size_t length = ih_number_parse(text, n, &got);
  char *copy = malloc(length + 1);
  double want;
  must(copy != NULL);
  memcpy(copy, text, length);
  copy[length] = '\0';
  want = strtod(copy, NULL);
  must(!length || memcmp(&got.value, &want, sizeof want) == 0);
  free(copy);
}

static void try_double(const uint8_t *data) {
  char text[IH_SHORTEST_ROOM + 1], other[40];
  struct ih_number got;
  double value;
  size_t n;
  memcpy(&value, data, sizeof value);
  if (value - value != 0)
    return;
  n = ih_shortest(value, text);
  must(n < IH_SHORTEST_ROOM);
  text[n] = '\0';
  must(ih_number_parse(text, n, &got) == n && got.value == value);
  must(strtod(text, NULL) == value);
  (void)sprintf(other, "%.17g", value); /* no number needs more */
  must(n <= strlen(other) + 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  char *text = malloc(n ? n : 1);
  must(text != NULL);
  memcpy(text, data, n);
  try_document(text, n);
  try_text(text, n);
  try_number(text, n);
  if (n >= sizeof(double))
    try_double(data);
  free(text);
  return 0;
}
