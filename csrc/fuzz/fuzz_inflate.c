/*
** Fuzzes core/inflate.h.
**
** However the data is cut, and however little room there is, the same comes of
** it: as text, as a verdict, and as whether it may end there. The first byte
** says how it is cut and whether it may be bare.
*/
#include "../core/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* More is not looked at: a few bytes may be many. */
#define MOST ((size_t)256 * 1024)

struct outcome {
  char text[MOST];
  size_t len;
  int status, is_whole;
};

static void must(int holds) {
  if (!holds)
    abort();
}

/* Pieces are copied to where reading one byte too many is seen. */
static struct outcome *decode(const char *bytes, size_t n, int may_be_bare,
                              size_t cut, size_t room) {
  struct ih_inflate *z = calloc(1, sizeof *z);
  struct outcome *got = calloc(1, sizeof *got);
  size_t at = 0, made = 0;
  must(z && got);
  z->may_be_bare = may_be_bare;
  while (at < n && got->status == IH_OK && got->len < MOST) {
    size_t some = cut < n - at ? cut : n - at;
    char *copy = malloc(some);
    struct ih_span in = {copy, some};
    must(copy != NULL);
    memcpy(copy, bytes + at, some);
    at += some;
    do {
      size_t left = room < MOST - got->len ? room : MOST - got->len;
      got->status = ih_inflate(z, &in, got->text + got->len, left, &made);
      must(made <= left);
      got->len += made;
    } while (got->status == IH_OK && made == room && got->len < MOST);
    must(got->status < 0 || got->len == MOST || in.len == 0);
    free(copy);
  }
  got->is_whole = got->status == IH_OK && ih_inflate_is_whole(z);
  free(z);
  return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct outcome *whole, *cut;
  const char *bytes = (const char *)data + 1;
  int may_be_bare;
  if (n < 1)
    return 0;
  may_be_bare = *data & 1;
  whole = decode(bytes, n - 1, may_be_bare, n, MOST);
  cut =
      decode(bytes, n - 1, may_be_bare, 1 + (*data >> 1 & 7), 1 + (*data >> 4));
  must(whole->len == cut->len);
  must(memcmp(whole->text, cut->text, whole->len) == 0);
  if (whole->len < MOST) {
    must(whole->status == cut->status);
    must(whole->is_whole == cut->is_whole);
  }
  free(whole);
  free(cut);
  return 0;
}
