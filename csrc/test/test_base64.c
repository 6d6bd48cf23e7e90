/* Tests of core/base64.h. */
#include "../core/base64.h"

#include <string.h>

#include "check.h"

#define REFUSED NULL

static const struct {
  struct ih_span bytes, text;
} pairs[] = {
    {BYTES(""), BYTES("")},
    {BYTES("f"), BYTES("Zg==")},
    {BYTES("fo"), BYTES("Zm8=")},
    {BYTES("foo"), BYTES("Zm9v")},
    {BYTES("foob"), BYTES("Zm9vYg==")},
    {BYTES("\0"), BYTES("AA==")},
    {BYTES("\0\0\0"), BYTES("AAAA")},
    {BYTES("\xFF\xFF\xFF\xFF"), BYTES("/////w==")},
    {BYTES("\xFB\xEF\xBE\xFB"), BYTES("++++"
                                      "+w==")},
    {BYTES("\x10\x83\x10\x51\x87\x20"), BYTES("EIMQUYcg")},
};

/* `bytes` is REFUSED, with `len` the place, for what is no base64. */
static const struct {
  struct ih_span text, bytes;
} readings[] = {
    {BYTES("Zg"), BYTES("f")},
    {BYTES("Zm8"), BYTES("fo")},
    {BYTES("Zm9vYg"), BYTES("foob")},
    {BYTES("-_-_"), BYTES("\xFB\xFF\xBF")},
    {BYTES("-/+_"), BYTES("\xFB\xFF\xBF")},
    {BYTES(" \t\r\n\fZ m\n8 = \n"), BYTES("fo")},
    {BYTES("Zg= ="), BYTES("f")},
    {BYTES("Zm9v\nYmFy"), BYTES("foobar")},
    {BYTES("Zm9\nvYmFy"), BYTES("foobar")},
    {BYTES(" "), BYTES("")},
    /* bytes that are no letters */
    {BYTES("Zm9v!"), {REFUSED, 4}},
    {BYTES("Z\0m8"), {REFUSED, 1}},
    {BYTES("Zm\vv"), {REFUSED, 2}},
    {BYTES("Zm\xC3\xA9"), {REFUSED, 2}},
    {BYTES("\xFFm9v"), {REFUSED, 0}},
    {BYTES("data:,Zm9v"), {REFUSED, 4}},
    /* padding where none belongs, or too much of it */
    {BYTES("="), {REFUSED, 0}},
    {BYTES("Z==="), {REFUSED, 1}},
    {BYTES("Zg==="), {REFUSED, 4}},
    {BYTES("Zm8=="), {REFUSED, 4}},
    {BYTES("Zm9v="), {REFUSED, 4}},
    {BYTES("Zg==Zg=="), {REFUSED, 4}},
    {BYTES("Zg=g"), {REFUSED, 3}},
    /* an end too early */
    {BYTES("Z"), {REFUSED, 1}},
    {BYTES("Zm9vY"), {REFUSED, 5}},
    {BYTES("Zg="), {REFUSED, 3}},
    /* bits that belong to no byte */
    {BYTES("Zh=="), {REFUSED, 4}},
    {BYTES("Zm9="), {REFUSED, 4}},
    {BYTES("Zh"), {REFUSED, 2}},
};

static void reads(struct ih_span text, struct ih_span bytes) {
  char room[64];
  size_t len = 999;
  int done;
  memset(room, '?', sizeof room);
  text = guarded_span(text);
  done = ih_base64_decode(text.ptr, text.len, room, &len);
  CHECK_INT(done, bytes.ptr != REFUSED);
  CHECK_INT(len, bytes.len);
  if (done && bytes.ptr)
    CHECK(memcmp(room, bytes.ptr, len) == 0);
  CHECK(room[ih_base64_room(text.len)] == '?');
}

static void pairs_match(void) {
  size_t i;
  for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char room[64];
    struct ih_span bytes = guarded_span(pairs[i].bytes);
    size_t len = ih_base64_text(bytes.len);
    memset(room, '?', sizeof room);
    ih_base64_encode(bytes.ptr, bytes.len, room);
    CHECK_INT(len, pairs[i].text.len);
    CHECK(memcmp(room, pairs[i].text.ptr, len) == 0);
    CHECK(room[len] == '?');
    reads(pairs[i].text, pairs[i].bytes);
  }
}

static void readings_match(void) {
  size_t i;
  for (i = 0; i < sizeof readings / sizeof *readings; i++)
    reads(readings[i].text, readings[i].bytes);
}

/* Any bytes come back, also when the text has spaces and no padding. */
static void round_trips(void) {
  uint32_t seed = 1;
  size_t n, i;
  for (n = 0; n < 300; n++) {
    char bytes[300], text[400], spaced[800], back[800];
    size_t len = ih_base64_text(n), used = 0, got;
    for (i = 0; i < n; i++)
      bytes[i] = (char)check_random(&seed, 256);
    ih_base64_encode(bytes, n, text);
    CHECK(ih_base64_decode(text, len, back, &got));
    CHECK_INT(got, n);
    CHECK(memcmp(back, bytes, n) == 0);
    for (i = 0; i < len && text[i] != '='; i++) {
      if (check_random(&seed, 3) == 0)
        spaced[used++] = " \t\n\r\f"[check_random(&seed, 5)];
      spaced[used++] = text[i];
    }
    CHECK(ih_base64_decode(spaced, used, back, &got));
    CHECK_INT(got, n);
    CHECK(memcmp(back, bytes, n) == 0);
  }
}

/* Each byte alone is a letter, white space, or refused. */
static void every_byte_is_judged(void) {
  int c, taken = 0;
  for (c = 0; c < 256; c++) {
    char text[4] = "AAA", room[4];
    size_t len;
    text[3] = (char)c;
    taken += ih_base64_decode(text, 4, room, &len);
  }
  CHECK_INT(taken, 66 + 5 + 1); /* letters, white space, padding */
}

static void work_is_linear(void) {
  static char text[40000], room[40000];
  size_t len;
  memset(text, 'A', sizeof text);
  work_begin(20 * sizeof text);
  CHECK(ih_base64_decode(text, sizeof text, room, &len));
  memset(text, ' ', sizeof text);
  CHECK(ih_base64_decode(text, sizeof text, room, &len));
  ih_base64_encode(text, 30000, room);
  work_end();
}

void test_base64(void) {
  RUN(pairs_match);
  RUN(readings_match);
  RUN(round_trips);
  RUN(every_byte_is_judged);
  RUN(work_is_linear);
}
