/* Tests of core/sha256.h. */
#include "../core/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* Digests in hexadecimal, as they are published. */
static void in_hex(const struct ih_sha256 *sum, char text[65]) {
  unsigned char digest[IH_SHA256_BYTES];
  size_t i;
  ih_sha256_digest(sum, digest);
  for (i = 0; i < sizeof digest; i++)
    sprintf(text + 2 * i, "%02x", digest[i]);
}

static int is_digest(const void *bytes, size_t n, const char *expected) {
  struct ih_sha256 sum;
  char text[65];
  ih_sha256_begin(&sum);
  ih_sha256_add(&sum, bytes, n);
  in_hex(&sum, text);
  return strcmp(text, expected) == 0;
}

#define LONG_ONE "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define LONGER                                                                 \
  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"                   \
  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"

/* The messages of NIST's examples for FIPS 180, */
static void digests_what_nist_does(void) {
  CHECK(is_digest(
      "", 0,
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  CHECK(is_digest(
      "abc", 3,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  CHECK(is_digest(
      LONG_ONE, 56,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
  CHECK(is_digest(
      LONGER, 112,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"));
}

/* and some of its short messages of CAVP, of 1, 2, 4, 8 and 64 bytes. */
static void digests_short_messages(void) {
  CHECK(is_digest(
      "\xd3", 1,
      "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"));
  CHECK(is_digest(
      "\x11\xaf", 2,
      "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"));
  CHECK(is_digest(
      "\x74\xba\x25\x21", 4,
      "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"));
  CHECK(is_digest(
      "\x57\x38\xc9\x29\xc4\xf4\xcc\xb6", 8,
      "963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf"));
  CHECK(is_digest(
      "\x5a\x86\xb7\x37\xea\xea\x8e\xe9\x76\xa0\xa2\x4d\xa6\x3e\x7e\xd7"
      "\xee\xfa\xd1\x8a\x10\x1c\x12\x11\xe2\xb3\x65\x0c\x51\x87\xc2\xa8"
      "\xa6\x50\x54\x72\x08\x25\x1f\x6d\x42\x37\xe6\x61\xc7\xbf\x4c\x77"
      "\xf3\x35\x39\x03\x94\xc3\x7f\xa1\xa9\xf9\xbe\x83\x6a\xc2\x85\x09",
      64, "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa"));
}

/* A million letters, in pieces that no block is a multiple of. */
static void digests_a_million_letters(void) {
  static const char expected[] =
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  struct ih_sha256 sum;
  char text[65], letters[1000];
  int left;
  memset(letters, 'a', sizeof letters);
  ih_sha256_begin(&sum);
  for (left = 1000; left; left--)
    ih_sha256_add(&sum, letters, sizeof letters);
  in_hex(&sum, text);
  CHECK(strcmp(text, expected) == 0);
}

/* Of every length around a block, cut everywhere: the same as in one piece. And
** a digest that was asked for in between changes nothing. */
static void does_not_care_for_pieces(void) {
  char bytes[150], whole[65], cut[65];
  size_t n, at;
  for (n = 0; n < sizeof bytes; n++)
    bytes[n] = (char)(n * 7);
  for (n = 50; n < sizeof bytes; n++) {
    struct ih_sha256 sum;
    ih_sha256_begin(&sum);
    ih_sha256_add(&sum, bytes, n);
    in_hex(&sum, whole);
    for (at = 0; at <= n; at++) {
      ih_sha256_begin(&sum);
      ih_sha256_add(&sum, bytes, at);
      in_hex(&sum, cut);
      ih_sha256_add(&sum, bytes + at, n - at);
      in_hex(&sum, cut);
      CHECK(strcmp(whole, cut) == 0);
    }
  }
}

void test_sha256(void) {
  RUN(digests_what_nist_does);
  RUN(digests_short_messages);
  RUN(digests_a_million_letters);
  RUN(does_not_care_for_pieces);
}
