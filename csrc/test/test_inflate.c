/* Tests of core/inflate.h. */
#include "../core/inflate.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define TEXT                                                                   \
  "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"                \
  "data: {\"choices\":[{\"delta\":{\"content\":\"lo, you\"}}]}\n\n"

/* The text as zlib writes it: with codes of its own, with the fixed codes in a
** member that has every field of a head, and so on. */
#define GZIP                                                                   \
  "\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\x03\x05\xc1\xc1\x09\xc0\x20"           \
  "\x0c\x05\xd0\xbb\x53\xc8\x3f\x77\x82\x4c\xd0\x1d\x8a\x87\x10\x03"           \
  "\x0a\x62\x0e\xa6\x87\x12\xb2\x7b\xdf\xeb\xec\x4c\x35\x20\xc3\xa6"           \
  "\xe8\x01\x3d\x81\xae\xcb\x19\x14\x10\xdb\xae\xdb\x41\xb8\x75\x21"           \
  "\xb3\x65\x29\x9d\x9d\xa9\x06\x64\xd8\x14\x3d\xa0\x27\xd0\x75\x39"           \
  "\x83\x02\x62\xdb\x75\x3b\x08\xcb\xae\xfa\xd9\x8b\xcc\x96\xa5\xfc"           \
  "\x49\x61\xd1\xc9\x66\x00\x00\x00"

#define GZIP_FIELDS                                                            \
  "\x1f\x8b\x08\x1e\x01\x02\x03\x04\x00\x03\x03\x00\x61\x62\x63\x6e"           \
  "\x61\x6d\x65\x00\x61\x20\x63\x6f\x6d\x6d\x65\x6e\x74\x00\x09\x09"           \
  "\x4b\x49\x2c\x49\xb4\x52\xa8\x56\x4a\xce\xc8\xcf\x4c\x4e\x2d\x56"           \
  "\xb2\x8a\xae\x56\x4a\x49\xcd\x29\x49\x54\xb2\xaa\x56\x4a\xce\xcf"           \
  "\x2b\x49\xcd\x2b\x51\xb2\x52\xf2\x48\xcd\x51\xaa\xad\x8d\xad\xe5"           \
  "\xe2\x4a\x21\x4e\x43\x4e\xbe\x8e\x42\x65\x7e\x29\x54\x13\x00\x49"           \
  "\x61\xd1\xc9\x66\x00\x00\x00"

#define ZLIB                                                                   \
  "\x78\x9c\x4b\x49\x2c\x49\xb4\x52\xa8\x56\x4a\xce\xc8\xcf\x4c\x4e"           \
  "\x2d\x56\xb2\x8a\xae\x56\x4a\x49\xcd\x29\x49\x54\xb2\xaa\x56\x4a"           \
  "\xce\xcf\x2b\x49\xcd\x2b\x51\xb2\x52\xf2\x48\xcd\x51\xaa\xad\x8d"           \
  "\xad\xe5\xe2\x4a\x21\x4e\x43\x4e\xbe\x8e\x42\x65\x7e\x29\x54\x13"           \
  "\x00\xf6\x3b\x22\x30"

#define ZLIB_STORED                                                            \
  "\x78\x01\x01\x66\x00\x99\xff\x64\x61\x74\x61\x3a\x20\x7b\x22\x63"           \
  "\x68\x6f\x69\x63\x65\x73\x22\x3a\x5b\x7b\x22\x64\x65\x6c\x74\x61"           \
  "\x22\x3a\x7b\x22\x63\x6f\x6e\x74\x65\x6e\x74\x22\x3a\x22\x48\x65"           \
  "\x6c\x22\x7d\x7d\x5d\x7d\x0a\x0a\x64\x61\x74\x61\x3a\x20\x7b\x22"           \
  "\x63\x68\x6f\x69\x63\x65\x73\x22\x3a\x5b\x7b\x22\x64\x65\x6c\x74"           \
  "\x61\x22\x3a\x7b\x22\x63\x6f\x6e\x74\x65\x6e\x74\x22\x3a\x22\x6c"           \
  "\x6f\x2c\x20\x79\x6f\x75\x22\x7d\x7d\x5d\x7d\x0a\x0a\xf6\x3b\x22"           \
  "\x30"

#define BARE                                                                   \
  "\x4b\x49\x2c\x49\xb4\x52\xa8\x56\x4a\xce\xc8\xcf\x4c\x4e\x2d\x56"           \
  "\xb2\x8a\xae\x56\x4a\x49\xcd\x29\x49\x54\xb2\xaa\x56\x4a\xce\xcf"           \
  "\x2b\x49\xcd\x2b\x51\xb2\x52\xf2\x48\xcd\x51\xaa\xad\x8d\xad\xe5"           \
  "\xe2\x4a\x21\x4e\x43\x4e\xbe\x8e\x42\x65\x7e\x29\x54\x13\x00"

#define EMPTY                                                                  \
  "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00"           \
  "\x00\x00\x00\x00"

static const struct form {
  const char *name;
  struct ih_span data, text;
  int may_be_bare;
} forms[] = {
    {"gzip", BYTES(GZIP), BYTES(TEXT), 0},
    {"gzip with fields", BYTES(GZIP_FIELDS), BYTES(TEXT), 0},
    {"gzip called deflate", BYTES(GZIP), BYTES(TEXT), 1},
    {"nothing in gzip", BYTES(EMPTY), BYTES(""), 0},
    {"members", BYTES(GZIP EMPTY GZIP_FIELDS), BYTES(TEXT TEXT), 0},
    {"zlib", BYTES(ZLIB), BYTES(TEXT), 1},
    {"zlib called gzip", BYTES(ZLIB), BYTES(TEXT), 0},
    {"stored", BYTES(ZLIB_STORED), BYTES(TEXT), 1},
    {"bare", BYTES(BARE), BYTES(TEXT), 1},
    {"not compressed", BYTES("{\"data\":1}"), BYTES("{\"data\":1}"), 0},
    {"not compressed but called deflate", BYTES(TEXT), BYTES(TEXT), 1},
    {"not compressed, an object", BYTES("{\"a\":1}"), BYTES("{\"a\":1}"), 1},
    {"not compressed, a list", BYTES("[ 1]"), BYTES("[ 1]"), 1},
    {"not compressed, an event", BYTES("event: a\n"), BYTES("event: a\n"), 1},
    {"not compressed, a comment", BYTES(": a\n"), BYTES(": a\n"), 1},
    {"half a mark", BYTES("\x1f{}"), BYTES("\x1f{}"), 0},
    {"an x", BYTES("xylophone"), BYTES("xylophone"), 0},
    {"nothing", BYTES(""), BYTES(""), 0},
};

#define MOST_TEXT 1024

/* What comes of data that arrives in pieces of `cut` bytes and leaves in pieces
** of `room`. */
struct outcome {
  int status, is_whole;
  size_t len;
  char text[MOST_TEXT];
};

static struct outcome decode(struct ih_span data, int may_be_bare, size_t cut,
                             size_t room) {
  struct ih_inflate *z = calloc(1, sizeof *z);
  struct outcome got = {IH_OK, 0, 0, ""};
  size_t at = 0, made;
  CHECK(z != NULL);
  if (!z)
    return got;
  z->may_be_bare = may_be_bare;
  while (at < data.len && got.status == IH_OK) {
    size_t n = cut < data.len - at ? cut : data.len - at;
    struct ih_span in = {guarded(data.ptr + at, n), n};
    at += n;
    do {
      size_t left = MOST_TEXT - got.len;
      size_t some = room < left ? room : left;
      got.status = ih_inflate(z, &in, got.text + got.len, some, &made);
      got.len += made;
      if (!some)
        got.status = IH_INFLATE_BROKEN; /* longer than any text here */
    } while (got.status == IH_OK && made == room);
    CHECK(got.status < 0 || in.len == 0);
  }
  got.is_whole = got.status == IH_OK && ih_inflate_is_whole(z);
  if (got.status < 0) {
    struct ih_span in = SPAN("x");
    CHECK_INT(ih_inflate(z, &in, got.text, 1, &made), IH_INFLATE_BROKEN);
  }
  free(z);
  return got;
}

static int is_text(const struct outcome *got, struct ih_span text) {
  return got->len == text.len && memcmp(got->text, text.ptr, text.len) == 0;
}

static void reads_every_form_however_it_is_cut(void) {
  static const size_t rooms[] = {1, 7, MOST_TEXT};
  size_t i, cut, room;
  for (i = 0; i < sizeof forms / sizeof *forms; i++)
    for (cut = 1; cut <= forms[i].data.len; cut++)
      for (room = 0; room < 3; room++) {
        struct outcome got =
            decode(forms[i].data, forms[i].may_be_bare, cut, rooms[room]);
        if (!CHECK(got.is_whole && is_text(&got, forms[i].text)))
          return;
      }
}

/* What a sender flushed is there before the rest is. */
static void tells_what_is_not_whole(void) {
  size_t i, n;
  for (i = 0; i < sizeof forms / sizeof *forms; i++)
    for (n = 1; n < forms[i].data.len; n++) {
      struct ih_span part = {forms[i].data.ptr, n};
      struct outcome got =
          decode(part, forms[i].may_be_bare, part.len, MOST_TEXT);
      int ends = n == sizeof GZIP - 1 || n == sizeof GZIP EMPTY - 1;
      if (strstr(forms[i].name, "compressed") ||
          strstr(forms[i].name, "mark") || strstr(forms[i].name, "an x"))
        continue;
      CHECK_INT(got.status, IH_OK);
      CHECK_INT(got.is_whole, ends && strcmp(forms[i].name, "members") == 0);
      CHECK(got.len <= forms[i].text.len &&
            memcmp(got.text, forms[i].text.ptr, got.len) == 0);
    }
}

/* A bit of a head may turn without any harm; the text never does. */
static void finds_every_damage(void) {
  struct ih_span data = SPAN(GZIP);
  size_t i, harmless = 0;
  for (i = 16; i < data.len * 8; i++) {
    char copy[sizeof GZIP];
    struct ih_span damaged = {copy, data.len};
    struct outcome got;
    memcpy(copy, data.ptr, data.len);
    copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
    got = decode(damaged, 0, data.len, MOST_TEXT);
    harmless += (size_t)got.is_whole;
    CHECK(!got.is_whole || is_text(&got, SPAN(TEXT)));
  }
  /* Time, hints and system, "text", and bits of the last byte of the data. */
  CHECK(harmless <= 6 * 8 + 1 + 7);
}

static void refuses_rubbish_behind_the_data(void) {
  CHECK(decode(SPAN(GZIP "x"), 0, 3, 9).status == IH_INFLATE_BROKEN);
  CHECK(decode(SPAN(ZLIB ZLIB), 1, 3, 9).status == IH_INFLATE_BROKEN);
  CHECK(decode(SPAN(BARE "\n"), 1, 3, 9).status == IH_INFLATE_BROKEN);
  CHECK(!decode(SPAN(GZIP "\x1f"), 0, 3, 9).is_whole);
}

static void refuses_what_points_before_the_text(void) {
  /* The fixed codes: a copy of three bytes from a distance of one. */
  CHECK(decode(SPAN("\x03\x02\x00"), 1, 1, 9).status == IH_INFLATE_BROKEN);
}

/* A few bytes are thousands: what is decoded is only what is asked for. */
static void makes_no_more_than_there_is_room_for(void) {
  struct ih_inflate *z = calloc(1, sizeof *z);
  static const char begins[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
  struct ih_span in = {begins, sizeof begins - 1};
  char out[100];
  size_t made;
  CHECK_INT(ih_inflate(z, &in, out, sizeof out, &made), IH_OK);
  CHECK_INT(made, 0);
  /* Fixed codes, a letter, and copies of 258 of it. */
  in = SPAN("\xaa\xa8\x18\x05\xa3\x60\x14\x8c\x82\x51\x30\x0a");
  CHECK_INT(ih_inflate(z, &in, out, sizeof out, &made), IH_OK);
  CHECK_INT(made, sizeof out);
  CHECK(in.len > 0);
  CHECK(out[0] == 'x' && memcmp(out, out + 1, sizeof out - 1) == 0);
  free(z);
}

static void allocates_nothing(void) {
  struct ih_inflate *z = calloc(1, sizeof *z);
  struct ih_span in = SPAN(GZIP);
  char out[MOST_TEXT];
  size_t made;
  check_memory.made = 0;
  CHECK_INT(ih_inflate(z, &in, out, sizeof out, &made), IH_OK);
  CHECK_INT(check_memory.made, 0);
  free(z);
}

void test_inflate(void) {
  RUN(reads_every_form_however_it_is_cut);
  RUN(tells_what_is_not_whole);
  RUN(finds_every_damage);
  RUN(refuses_rubbish_behind_the_data);
  RUN(refuses_what_points_before_the_text);
  RUN(makes_no_more_than_there_is_room_for);
  RUN(allocates_nothing);
}
