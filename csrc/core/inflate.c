#include "inflate.h"

#include <string.h>

#define MASK (IH_INFLATE_WINDOW - 1)
#define LONGEST_CODE 15
#define FAST_BITS 9

#define END_OF_BLOCK 256

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
  BLOCK,
  STORED_SIZE,
  STORED,
  TABLE,
  TABLE_CODES,
  TABLE_LENGTHS,
  TABLE_REPEAT,
  SYMBOL,
  LENGTH,
  DISTANCE,
  DISTANCE_BITS,
  COPY,
  CHECKSUM,
  SIZE,
  MEMBER_END,
  BROKEN
};

enum wrap { BARE, ZLIB, GZIP };

enum { FLAG_CHECK = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

/* What a step of the machine comes to. */
enum went { WAITS, GOES_ON, FAILS };

/* Where the decoded bytes go. */
struct sink {
  unsigned char *bytes;
  size_t room, made;
};

/* ---- bits --------------------------------------------------------------- */

/* Whether at least n bits, 24 at most, are there. Never reads a byte that it
** does not need: what follows the data must stay in *in. */
static int has_bits(struct ih_inflate *z, struct ih_span *in, uint32_t n) {
  while (z->_bit_count < n) {
    if (in->len == 0)
      return 0;
    z->_bits |= (uint32_t)(unsigned char)*in->ptr << z->_bit_count;
    z->_bit_count += 8;
    in->ptr++;
    in->len--;
  }
  return 1;
}

static uint32_t take_bits(struct ih_inflate *z, uint32_t n) {
  uint32_t value = z->_bits & ((1u << n) - 1);
  z->_bits >>= n;
  z->_bit_count -= n;
  return value;
}

static void drop_to_byte(struct ih_inflate *z) {
  take_bits(z, z->_bit_count & 7);
}

/* ---- checksums ---------------------------------------------------------- */

static uint32_t crc32_of(uint32_t sum, const unsigned char *p, size_t n) {
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
      0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  sum = ~sum;
  for (; n; n--, p++) {
    sum = table[(sum ^ *p) & 15] ^ (sum >> 4);
    sum = table[(sum ^ (uint32_t)*p >> 4) & 15] ^ (sum >> 4);
  }
  return ~sum;
}

static uint32_t adler32_of(uint32_t sum, const unsigned char *p, size_t n) {
  uint32_t a = sum & 0xffff, b = sum >> 16;
  while (n) {
    size_t some = n < 5552 ? n : 5552; /* as many as cannot overflow */
    n -= some;
    for (; some; some--) {
      a += *p++;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b << 16 | a;
}

/* ---- Huffman codes ------------------------------------------------------ */

static void fill_fast(struct ih_huffman *h) {
  uint32_t code = 0, next = 0, len, i;
  memset(h->_fast, 0, sizeof h->_fast);
  for (len = 1; len <= FAST_BITS; len++, code <<= 1) {
    for (i = 0; i < h->_count[len]; i++, code++, next++) {
      uint32_t reversed = 0, bit;
      for (bit = 0; bit < len; bit++)
        reversed |= (code >> bit & 1) << (len - 1 - bit);
      for (; reversed < IH_INFLATE_FAST; reversed += 1u << len)
        h->_fast[reversed] = (uint16_t)(h->_symbol[next] << 4 | len);
    }
  }
}

/* From the lengths of n symbols. Only a code of a single symbol may leave some
** unused. */
static int build(struct ih_huffman *h, const unsigned char *lengths,
                 uint32_t n) {
  uint16_t offset[LONGEST_CODE + 1];
  int32_t left = 1;
  uint32_t i;
  memset(h->_count, 0, sizeof h->_count);
  for (i = 0; i < n; i++)
    h->_count[lengths[i]]++;
  offset[1] = 0;
  for (i = 1; i <= LONGEST_CODE; i++) {
    left = left * 2 - h->_count[i];
    if (left < 0)
      return 0;
    if (i < LONGEST_CODE)
      offset[i + 1] = (uint16_t)(offset[i] + h->_count[i]);
  }
  for (i = 0; i < n; i++)
    if (lengths[i])
      h->_symbol[offset[lengths[i]]++] = (uint16_t)i;
  if (h->_count[0] < n && left > 0 && h->_count[0] + h->_count[1] != n)
    return 0;
  h->_count[0] = 0;
  fill_fast(h);
  return 1;
}

/* The symbol that the bits begin with: -1 when there are too few of them, -2
** when there is none. */
static int find_symbol(struct ih_inflate *z, const struct ih_huffman *h) {
  uint32_t fast = h->_fast[z->_bits & (IH_INFLATE_FAST - 1)];
  uint32_t code = 0, first = 0, index = 0, len;
  if (fast && (fast & 15) <= z->_bit_count) {
    take_bits(z, fast & 15);
    return (int)(fast >> 4);
  }
  for (len = 1; len <= LONGEST_CODE; len++) {
    if (len > z->_bit_count)
      return -1;
    code |= z->_bits >> (len - 1) & 1;
    if (code < first + h->_count[len]) {
      take_bits(z, len);
      return h->_symbol[index + code - first];
    }
    index += h->_count[len];
    first = (first + h->_count[len]) << 1;
    code <<= 1;
  }
  return -2;
}

static int next_symbol(struct ih_inflate *z, struct ih_span *in,
                       const struct ih_huffman *h) {
  int symbol;
  while ((symbol = find_symbol(z, h)) == -1)
    if (!has_bits(z, in, z->_bit_count + 1))
      return -1;
  return symbol;
}

/* ---- what stands around the data ---------------------------------------- */

static enum went go(struct ih_inflate *z, enum state state) {
  z->_state = state;
  return GOES_ON;
}

static enum went begin_data(struct ih_inflate *z, enum wrap wrap) {
  z->_wrap = wrap;
  z->_final = 0;
  z->_at = 0;
  z->_size = 0;
  z->_sum = wrap == ZLIB;
  return go(z, BLOCK);
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
static enum went first_bytes(struct ih_inflate *z, struct ih_span *in) {
  if (!has_bits(z, in, 8))
    return WAITS;
  if (!z->may_be_bare && (z->_bits & 0xff) != 0x1f && (z->_bits & 0xff) != 0x78)
    return go(z, PLAIN);
  if (!has_bits(z, in, 16))
    return WAITS;
  if ((z->_bits & 0xffff) == 0x8b1f) {
    take_bits(z, 16);
    z->_left = 0;
    return go(z, GZIP_HEAD);
  }
  if (is_zlib(z, z->_bits & 0xffff)) {
    take_bits(z, 16);
    return begin_data(z, ZLIB);
  }
  return z->may_be_bare && !begins_text(z->_bits & 0xffff) ? begin_data(z, BARE)
                                                           : go(z, PLAIN);
}

static enum went plain(struct ih_inflate *z, struct ih_span *in,
                       struct sink *to) {
  size_t n = to->room - to->made;
  for (; n && z->_bit_count; n--)
    to->bytes[to->made++] = (unsigned char)take_bits(z, 8);
  n = n < in->len ? n : in->len;
  memcpy(to->bytes + to->made, in->ptr, n);
  to->made += n;
  in->ptr += n;
  in->len -= n;
  return WAITS;
}

/* Method, flags, time, hints and system. */
static enum went gzip_head(struct ih_inflate *z, struct ih_span *in) {
  uint32_t byte;
  for (; z->_left < 8; z->_left++) {
    if (!has_bits(z, in, 8))
      return WAITS;
    byte = take_bits(z, 8);
    if ((z->_left == 0 && byte != 8) || (z->_left == 1 && byte & 0xe0))
      return FAILS;
    if (z->_left == 1)
      z->_flags = byte;
  }
  return go(z, GZIP_EXTRA_SIZE);
}

static enum went gzip_extra(struct ih_inflate *z, struct ih_span *in) {
  if (!(z->_flags & FLAG_EXTRA))
    return go(z, GZIP_NAME);
  if (z->_state == GZIP_EXTRA_SIZE) {
    if (!has_bits(z, in, 16))
      return WAITS;
    z->_left = take_bits(z, 16);
    z->_state = GZIP_EXTRA;
  }
  for (; z->_left; z->_left--) {
    if (!has_bits(z, in, 8))
      return WAITS;
    take_bits(z, 8);
  }
  return go(z, GZIP_NAME);
}

/* A text that ends with a NUL, when the flag says that there is one. */
static enum went gzip_text(struct ih_inflate *z, struct ih_span *in,
                           uint32_t flag, enum state next) {
  while (z->_flags & flag) {
    if (!has_bits(z, in, 8))
      return WAITS;
    if (take_bits(z, 8) == 0)
      break;
  }
  return go(z, next);
}

static enum went gzip_check(struct ih_inflate *z, struct ih_span *in) {
  if (z->_flags & FLAG_CHECK) {
    if (!has_bits(z, in, 16))
      return WAITS;
    take_bits(z, 16);
  }
  return begin_data(z, GZIP);
}

/* Reads 32 bits to the symbol, in either order of bytes. */
static int has_word(struct ih_inflate *z, struct ih_span *in, int highest) {
  for (; z->_left < 4; z->_left++) {
    if (!has_bits(z, in, 8))
      return 0;
    if (highest)
      z->_symbol = z->_symbol << 8 | take_bits(z, 8);
    else
      z->_symbol |= take_bits(z, 8) << (8 * z->_left);
  }
  return 1;
}

static enum went end_data(struct ih_inflate *z) {
  drop_to_byte(z);
  z->_left = z->_symbol = 0;
  return go(z, z->_wrap == BARE ? MEMBER_END : CHECKSUM);
}

/* The sum of what this call has written was not added yet. */
static void add_up(struct ih_inflate *z, const unsigned char *bytes, size_t n) {
  z->_size += (uint32_t)n;
  if (z->_wrap == GZIP)
    z->_sum = crc32_of(z->_sum, bytes, n);
  else if (z->_wrap == ZLIB)
    z->_sum = adler32_of(z->_sum, bytes, n);
}

static enum went checksum(struct ih_inflate *z, struct ih_span *in) {
  if (!has_word(z, in, z->_wrap == ZLIB))
    return WAITS;
  if (z->_symbol != z->_sum)
    return FAILS;
  z->_left = z->_symbol = 0;
  return go(z, z->_wrap == GZIP ? SIZE : MEMBER_END);
}

static enum went check_size(struct ih_inflate *z, struct ih_span *in) {
  if (!has_word(z, in, 0))
    return WAITS;
  return z->_symbol == z->_size ? go(z, MEMBER_END) : FAILS;
}

/* Only another member of gzip may follow. */
static enum went member_end(struct ih_inflate *z, struct ih_span *in) {
  if (in->len == 0 && z->_bit_count == 0)
    return WAITS;
  if (z->_wrap != GZIP || !has_bits(z, in, 8) || (z->_bits & 0xff) != 0x1f)
    return FAILS;
  if (!has_bits(z, in, 16))
    return WAITS;
  if (take_bits(z, 16) != 0x8b1f)
    return FAILS;
  z->_left = 0;
  return go(z, GZIP_HEAD);
}

/* ---- blocks ------------------------------------------------------------- */

static enum went begin_fixed(struct ih_inflate *z) {
  memset(z->_code, 8, 144);
  memset(z->_code + 144, 9, 112);
  memset(z->_code + 256, 7, 24);
  memset(z->_code + 280, 8, 8);
  build(&z->_literals, z->_code, 288);
  memset(z->_code, 5, 32);
  /* Two of the 32 are never used, but make the code complete. */
  build(&z->_distances, z->_code, 32);
  return go(z, SYMBOL);
}

static enum went begin_block(struct ih_inflate *z, struct ih_span *in) {
  if (z->_final)
    return end_data(z);
  if (!has_bits(z, in, 3))
    return WAITS;
  z->_final = (int)take_bits(z, 1);
  switch (take_bits(z, 2)) {
  case 0:
    drop_to_byte(z);
    z->_left = z->_symbol = 0;
    return go(z, STORED_SIZE);
  case 1:
    return begin_fixed(z);
  case 2:
    return go(z, TABLE);
  default:
    return FAILS;
  }
}

/* A number, and the same with every bit turned. */
static enum went stored_size(struct ih_inflate *z, struct ih_span *in) {
  if (!has_word(z, in, 0))
    return WAITS;
  z->_left = z->_symbol & 0xffff;
  return (z->_symbol >> 16 ^ 0xffff) == z->_left ? go(z, STORED) : FAILS;
}

static void put(struct ih_inflate *z, struct sink *to, unsigned char byte) {
  z->_window[z->_at & MASK] = byte;
  /* Above the window's size it only tells that the window is full. */
  z->_at =
      z->_at == 3 * IH_INFLATE_WINDOW - 1 ? 2 * IH_INFLATE_WINDOW : z->_at + 1;
  to->bytes[to->made++] = byte;
}

static enum went stored(struct ih_inflate *z, struct ih_span *in,
                        struct sink *to) {
  for (; z->_left; z->_left--) {
    if (to->made == to->room || !has_bits(z, in, 8))
      return WAITS;
    put(z, to, (unsigned char)take_bits(z, 8));
  }
  return go(z, BLOCK);
}

static enum went table(struct ih_inflate *z, struct ih_span *in) {
  if (!has_bits(z, in, 14))
    return WAITS;
  z->_n_lengths = take_bits(z, 5) + 257;
  z->_n_distances = take_bits(z, 5) + 1;
  z->_n_codes = take_bits(z, 4) + 4;
  z->_left = 0;
  memset(z->_code, 0, sizeof z->_code);
  return z->_n_lengths > 286 || z->_n_distances > 30 ? FAILS
                                                     : go(z, TABLE_CODES);
}

static enum went table_codes(struct ih_inflate *z, struct ih_span *in) {
  static const unsigned char order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
  for (; z->_left < z->_n_codes; z->_left++) {
    if (!has_bits(z, in, 3))
      return WAITS;
    z->_code[order[z->_left]] = (unsigned char)take_bits(z, 3);
  }
  if (!build(&z->_literals, z->_code, 19))
    return FAILS;
  z->_left = 0;
  return go(z, TABLE_LENGTHS);
}

static enum went end_table(struct ih_inflate *z) {
  return z->_code[END_OF_BLOCK] &&
                 build(&z->_literals, z->_code, z->_n_lengths) &&
                 build(&z->_distances, z->_code + z->_n_lengths,
                       z->_n_distances)
             ? go(z, SYMBOL)
             : FAILS;
}

static enum went table_lengths(struct ih_inflate *z, struct ih_span *in) {
  while (z->_left < z->_n_lengths + z->_n_distances) {
    int symbol = next_symbol(z, in, &z->_literals);
    if (symbol < 0)
      return symbol == -1 ? WAITS : FAILS;
    if (symbol >= 16) {
      z->_symbol = (uint32_t)symbol;
      return go(z, TABLE_REPEAT);
    }
    z->_code[z->_left++] = (unsigned char)symbol;
  }
  return end_table(z);
}

/* The last length, or none, a few times more. */
static enum went table_repeat(struct ih_inflate *z, struct ih_span *in) {
  uint32_t bits = z->_symbol == 16 ? 2 : z->_symbol == 17 ? 3 : 7;
  uint32_t times = z->_symbol == 18 ? 11 : 3;
  if (!has_bits(z, in, bits))
    return WAITS;
  times += take_bits(z, bits);
  if ((z->_symbol == 16 && z->_left == 0) ||
      z->_left + times > z->_n_lengths + z->_n_distances)
    return FAILS;
  for (; times; times--, z->_left++)
    z->_code[z->_left] = z->_symbol == 16 ? z->_code[z->_left - 1] : 0;
  return go(z, TABLE_LENGTHS);
}

static enum went symbols(struct ih_inflate *z, struct ih_span *in,
                         struct sink *to) {
  while (to->made < to->room) {
    int symbol = next_symbol(z, in, &z->_literals);
    if (symbol < 0)
      return symbol == -1 ? WAITS : FAILS;
    if (symbol == END_OF_BLOCK)
      return go(z, BLOCK);
    if (symbol > END_OF_BLOCK) {
      z->_symbol = (uint32_t)symbol - END_OF_BLOCK - 1;
      return z->_symbol < 29 ? go(z, LENGTH) : FAILS;
    }
    put(z, to, (unsigned char)symbol);
  }
  return WAITS;
}

static enum went length(struct ih_inflate *z, struct ih_span *in) {
  static const unsigned char base[29] = {
      3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 0};
  static const unsigned char extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
                                          1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
                                          4, 4, 4, 4, 5, 5, 5, 5, 0};
  if (!has_bits(z, in, extra[z->_symbol]))
    return WAITS;
  /* The last one, 258, has no room in a byte. */
  z->_left = z->_symbol == 28
                 ? 258
                 : base[z->_symbol] + take_bits(z, extra[z->_symbol]);
  return go(z, DISTANCE);
}

static enum went distance(struct ih_inflate *z, struct ih_span *in) {
  int symbol = next_symbol(z, in, &z->_distances);
  if (symbol == -1)
    return WAITS;
  if (symbol < 0 || symbol >= 30)
    return FAILS;
  z->_symbol = (uint32_t)symbol;
  return go(z, DISTANCE_BITS);
}

static enum went distance_bits(struct ih_inflate *z, struct ih_span *in) {
  uint32_t extra = z->_symbol < 4 ? 0 : z->_symbol / 2 - 1;
  uint32_t base =
      z->_symbol < 4 ? z->_symbol + 1 : ((2 + (z->_symbol & 1)) << extra) + 1;
  if (!has_bits(z, in, extra))
    return WAITS;
  z->_distance = base + take_bits(z, extra);
  return z->_distance > z->_at ? FAILS : go(z, COPY);
}

static enum went copy(struct ih_inflate *z, struct sink *to) {
  for (; z->_left; z->_left--) {
    if (to->made == to->room)
      return WAITS;
    put(z, to, z->_window[(z->_at - z->_distance) & MASK]);
  }
  return go(z, SYMBOL);
}

/* ---- the machine -------------------------------------------------------- */

static enum went around(struct ih_inflate *z, struct ih_span *in) {
  switch (z->_state) {
  case FIRST_BYTES:
    return first_bytes(z, in);
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
  case CHECKSUM:
    return checksum(z, in);
  case SIZE:
    return check_size(z, in);
  case MEMBER_END:
    return member_end(z, in);
  default:
    return FAILS;
  }
}

static enum went step(struct ih_inflate *z, struct ih_span *in,
                      struct sink *to) {
  switch (z->_state) {
  case PLAIN:
    return plain(z, in, to);
  case BLOCK:
    return begin_block(z, in);
  case STORED_SIZE:
    return stored_size(z, in);
  case STORED:
    return stored(z, in, to);
  case TABLE:
    return table(z, in);
  case TABLE_CODES:
    return table_codes(z, in);
  case TABLE_LENGTHS:
    return table_lengths(z, in);
  case TABLE_REPEAT:
    return table_repeat(z, in);
  case SYMBOL:
    return symbols(z, in, to);
  case LENGTH:
    return length(z, in);
  case DISTANCE:
    return distance(z, in);
  case DISTANCE_BITS:
    return distance_bits(z, in);
  case COPY:
    return copy(z, to);
  default:
    return around(z, in);
  }
}

int ih_inflate(struct ih_inflate *z, struct ih_span *in, char *out, size_t room,
               size_t *made) {
  struct sink to = {NULL, room, 0};
  enum went went = GOES_ON;
  size_t added = 0;
  to.bytes = (unsigned char *)out;
  while (went == GOES_ON) {
    if (z->_state == CHECKSUM && added < to.made) {
      add_up(z, to.bytes + added, to.made - added);
      added = to.made;
    }
    went = step(z, in, &to);
  }
  add_up(z, to.bytes + added, to.made - added);
  *made = to.made;
  if (went == FAILS)
    z->_state = BROKEN;
  return went == FAILS ? IH_INFLATE_BROKEN : IH_OK;
}

int ih_inflate_is_whole(const struct ih_inflate *z) {
  switch (z->_state) {
  case FIRST_BYTES:
    return z->_bit_count == 0;
  case PLAIN:
    return 1;
  case MEMBER_END:
    return z->_bit_count == 0;
  default:
    return 0;
  }
}
