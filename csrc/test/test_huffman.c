/* Tests of core/huffman.h. */
#include "../core/huffman.h"

#include "check.h"

static int build(struct ih_huffman *h, struct ih_span lengths) {
  return ih_huffman_build(h, (const unsigned char *)lengths.ptr,
                          (uint32_t)lengths.len);
}

/* The code of RFC 1951, 3.2.2, whose codes are 10, 0, 110 and 111. */
static void reads_a_code_in_pieces(void) {
  struct ih_huffman h;
  struct ih_bits bits = {0, 0};
  struct ih_span in = SPAN("\xda");
  int i;
  CHECK(build(&h, SPAN("\2\1\3\3")));
  CHECK_INT(ih_huffman_next(&h, &bits, &in), 1);
  CHECK_INT(ih_huffman_next(&h, &bits, &in), 0);
  CHECK_INT(ih_huffman_next(&h, &bits, &in), 2);
  CHECK_INT(ih_huffman_next(&h, &bits, &in), IH_HUFFMAN_WAITS);
  in = SPAN("\x01");
  CHECK_INT(ih_huffman_next(&h, &bits, &in), 3);
  for (i = 0; i < 7; i++)
    CHECK_INT(ih_huffman_next(&h, &bits, &in), 1);
  CHECK_INT(ih_huffman_next(&h, &bits, &in), IH_HUFFMAN_WAITS);
}

/* A code of every length: as many ones as the symbol, and a zero; the last one
** is ones only. */
static void reads_every_length_and_no_byte_more(void) {
  struct ih_huffman h;
  uint32_t i;
  CHECK(build(&h, SPAN("\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\17")));
  for (i = 0; i < 16; i++) {
    uint32_t ones = (1u << i) - 1, len = i < 15 ? i + 1 : 15;
    char two[] = {(char)(ones & 0xff), (char)(ones >> 8 & 0x7f)};
    struct ih_bits bits = {0, 0};
    struct ih_span in = {two, 2};
    CHECK_INT(ih_huffman_next(&h, &bits, &in), i);
    CHECK_INT(in.len, len <= 8);
    CHECK_INT(bits.count, (len <= 8 ? 8 : 16) - len);
  }
}

static void refuses_lengths_that_make_no_code(void) {
  struct ih_huffman h;
  CHECK(!build(&h, SPAN("\1\1\1")));
  CHECK(!build(&h, SPAN("\2\2\2")));
  CHECK(build(&h, SPAN("\2\2\2\2")));
  CHECK(build(&h, SPAN("\0\0")));
  CHECK(!build(&h, SPAN("\0\2")));
}

static void knows_what_no_code_begins_with(void) {
  struct ih_huffman h;
  struct ih_bits bits = {0, 0};
  struct ih_span in = SPAN("\xfe\xff\xff");
  CHECK(build(&h, SPAN("\0\1")));
  CHECK_INT(ih_huffman_next(&h, &bits, &in), 1);
  CHECK_INT(ih_huffman_next(&h, &bits, &in), IH_HUFFMAN_NONE);
}

void test_huffman(void) {
  RUN(reads_a_code_in_pieces);
  RUN(reads_every_length_and_no_byte_more);
  RUN(refuses_lengths_that_make_no_code);
  RUN(knows_what_no_code_begins_with);
}
