#include "inflate.h"

#include <string.h>

#include "checksum.h"

/* In the order in which they can follow each other. */
enum state {
  FIRST_BYTES,
  PLAIN, /* not compressed at all */
  GZIP_HEAD,
  GZIP_EXTRA_SIZE,
  GZIP_EXTRA,
  GZIP_NAME,
  GZIP_COMMENT,
  GZIP_CHECK,
  DATA,
  CHECKSUM,
  SIZE,
  MEMBER_END,
  BROKEN
};

enum wrap { BARE, ZLIB, GZIP };

enum { FLAG_CHECK = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

static enum ih_went go(struct ih_inflate *z, enum state state) {
  z->_state = state;
  return IH_GOES_ON;
}

/* ---- what stands before the data ---------------------------------------- */

static enum ih_went begin_data(struct ih_inflate *z, enum wrap wrap) {
  ih_deflate_begin(&z->_data);
  z->_wrap = wrap;
  z->_size = 0;
  z->_sum = wrap == ZLIB;
  return go(z, DATA);
}

static int is_zlib(const struct ih_inflate *z, uint32_t two) {
  uint32_t one = two & 0xff, other = two >> 8;
  return (one & 15) == 8 && one >> 4 <= 7 && (one << 8 | other) % 31 == 0 &&
         !(other & 0x20) && (one == 0x78 || z->may_be_bare);
}

/* Whether JSON or an event stream begins with these two bytes. Bare data that
** begins so contradicts itself, or begins with what is no UTF-8. */
static int begins_text(uint32_t two) {
  static const char *const after[][2] = {{"{", "\" \t\r\n"},
                                         {"[", "{[\" \t\r\n"},
                                         {"d", "a"},
                                         {"e", "v"},
                                         {":", " "}};
  char one = (char)(two & 0xff), other = (char)(two >> 8);
  size_t i;
  for (i = 0; i < sizeof after / sizeof *after; i++)
    if (one == *after[i][0])
      return other && strchr(after[i][1], other) != NULL;
  return 0;
}

/* Looks at the first byte alone as far as it can: a plain text is not held
** back. */
static enum ih_went first_bytes(struct ih_inflate *z, struct ih_span *in) {
  if (!ih_bits_has(&z->_bits, in, 8))
    return IH_WAITS;
  if (!z->may_be_bare && (z->_bits.held & 0xff) != 0x1f &&
      (z->_bits.held & 0xff) != 0x78)
    return go(z, PLAIN);
  if (!ih_bits_has(&z->_bits, in, 16))
    return IH_WAITS;
  if ((z->_bits.held & 0xffff) == 0x8b1f) {
    ih_bits_take(&z->_bits, 16);
    z->_left = 0;
    return go(z, GZIP_HEAD);
  }
  if (is_zlib(z, z->_bits.held & 0xffff)) {
    ih_bits_take(&z->_bits, 16);
    return begin_data(z, ZLIB);
  }
  return z->may_be_bare && !begins_text(z->_bits.held & 0xffff)
             ? begin_data(z, BARE)
             : go(z, PLAIN);
}

static enum ih_went plain(struct ih_inflate *z, struct ih_span *in,
                          struct ih_sink *to) {
  size_t n = to->room - to->made;
  for (; n && z->_bits.count; n--)
    to->bytes[to->made++] = (unsigned char)ih_bits_take(&z->_bits, 8);
  n = n < in->len ? n : in->len;
  memcpy(to->bytes + to->made, in->ptr, n);
  to->made += n;
  in->ptr += n;
  in->len -= n;
  return IH_WAITS;
}

/* Method, flags, time, hints and system. */
static enum ih_went gzip_head(struct ih_inflate *z, struct ih_span *in) {
  uint32_t byte;
  for (; z->_left < 8; z->_left++) {
    if (!ih_bits_has(&z->_bits, in, 8))
      return IH_WAITS;
    byte = ih_bits_take(&z->_bits, 8);
    if ((z->_left == 0 && byte != 8) || (z->_left == 1 && byte & 0xe0))
      return IH_FAILS;
    if (z->_left == 1)
      z->_flags = byte;
  }
  return go(z, GZIP_EXTRA_SIZE);
}

static enum ih_went gzip_extra(struct ih_inflate *z, struct ih_span *in) {
  if (!(z->_flags & FLAG_EXTRA))
    return go(z, GZIP_NAME);
  if (z->_state == GZIP_EXTRA_SIZE) {
    if (!ih_bits_has(&z->_bits, in, 16))
      return IH_WAITS;
    z->_left = ih_bits_take(&z->_bits, 16);
    z->_state = GZIP_EXTRA;
  }
  for (; z->_left; z->_left--) {
    if (!ih_bits_has(&z->_bits, in, 8))
      return IH_WAITS;
    ih_bits_take(&z->_bits, 8);
  }
  return go(z, GZIP_NAME);
}

/* A text that ends with a NUL, when the flag says that there is one. */
static enum ih_went gzip_text(struct ih_inflate *z, struct ih_span *in,
                              uint32_t flag, enum state next) {
  while (z->_flags & flag) {
    if (!ih_bits_has(&z->_bits, in, 8))
      return IH_WAITS;
    if (ih_bits_take(&z->_bits, 8) == 0)
      break;
  }
  return go(z, next);
}

static enum ih_went gzip_check(struct ih_inflate *z, struct ih_span *in) {
  if (z->_flags & FLAG_CHECK) {
    if (!ih_bits_has(&z->_bits, in, 16))
      return IH_WAITS;
    ih_bits_take(&z->_bits, 16);
  }
  return begin_data(z, GZIP);
}

/* ---- the data and what stands behind it --------------------------------- */

static void add_up(struct ih_inflate *z, const unsigned char *bytes, size_t n) {
  z->_size += (uint32_t)n;
  if (z->_wrap == GZIP)
    z->_sum = ih_crc32(z->_sum, bytes, n);
  else if (z->_wrap == ZLIB)
    z->_sum = ih_adler32(z->_sum, bytes, n);
}

static enum ih_went data(struct ih_inflate *z, struct ih_span *in,
                         struct ih_sink *to) {
  size_t before = to->made;
  enum ih_went went = ih_deflate_read(&z->_data, &z->_bits, in, to);
  add_up(z, to->bytes + before, to->made - before);
  if (went != IH_ENDS)
    return went;
  return go(z, z->_wrap == BARE ? MEMBER_END : CHECKSUM);
}

/* The same number with its bytes in the other order. */
static uint32_t turned(uint32_t word) {
  return word << 24 | (word & 0xff00) << 8 | (word >> 8 & 0xff00) | word >> 24;
}

/* In zlib the highest byte stands first. */
static enum ih_went checksum(struct ih_inflate *z, struct ih_span *in) {
  uint32_t sum;
  if (!ih_bits_has(&z->_bits, in, 32))
    return IH_WAITS;
  sum = ih_bits_take_word(&z->_bits);
  if ((z->_wrap == ZLIB ? turned(sum) : sum) != z->_sum)
    return IH_FAILS;
  return go(z, z->_wrap == GZIP ? SIZE : MEMBER_END);
}

static enum ih_went check_size(struct ih_inflate *z, struct ih_span *in) {
  if (!ih_bits_has(&z->_bits, in, 32))
    return IH_WAITS;
  return ih_bits_take_word(&z->_bits) == z->_size ? go(z, MEMBER_END)
                                                  : IH_FAILS;
}

/* Only another member of gzip may follow. */
static enum ih_went member_end(struct ih_inflate *z, struct ih_span *in) {
  if (in->len == 0 && z->_bits.count == 0)
    return IH_WAITS;
  if (z->_wrap != GZIP || !ih_bits_has(&z->_bits, in, 8) ||
      (z->_bits.held & 0xff) != 0x1f)
    return IH_FAILS;
  if (!ih_bits_has(&z->_bits, in, 16))
    return IH_WAITS;
  if (ih_bits_take(&z->_bits, 16) != 0x8b1f)
    return IH_FAILS;
  z->_left = 0;
  return go(z, GZIP_HEAD);
}

/* ---- the machine -------------------------------------------------------- */

static enum ih_went step(struct ih_inflate *z, struct ih_span *in,
                         struct ih_sink *to) {
  switch (z->_state) {
  case FIRST_BYTES:
    return first_bytes(z, in);
  case PLAIN:
    return plain(z, in, to);
  case GZIP_HEAD:
    return gzip_head(z, in);
  case GZIP_EXTRA_SIZE:
  case GZIP_EXTRA:
    return gzip_extra(z, in);
  case GZIP_NAME:
    return gzip_text(z, in, FLAG_NAME, GZIP_COMMENT);
  case GZIP_COMMENT:
    return gzip_text(z, in, FLAG_COMMENT, GZIP_CHECK);
  case GZIP_CHECK:
    return gzip_check(z, in);
  case DATA:
    return data(z, in, to);
  case CHECKSUM:
    return checksum(z, in);
  case SIZE:
    return check_size(z, in);
  case MEMBER_END:
    return member_end(z, in);
  default:
    return IH_FAILS;
  }
}

int ih_inflate(struct ih_inflate *z, struct ih_span *in, char *out, size_t room,
               size_t *made) {
  struct ih_sink to = {NULL, room, 0};
  enum ih_went went = IH_GOES_ON;
  to.bytes = (unsigned char *)out;
  while (went == IH_GOES_ON)
    went = step(z, in, &to);
  *made = to.made;
  if (went == IH_FAILS)
    z->_state = BROKEN;
  return went == IH_FAILS ? IH_INFLATE_BROKEN : IH_OK;
}

int ih_inflate_is_whole(const struct ih_inflate *z) {
  switch (z->_state) {
  case FIRST_BYTES:
    return z->_bits.count == 0;
  case PLAIN:
    return 1;
  case MEMBER_END:
    return z->_bits.count == 0;
  default:
    return 0;
  }
}
