/* Tests of core/checksum.h. */
#include "../core/checksum.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static const unsigned char *bytes_of(const char *text) {
  return (const unsigned char *)text;
}

static void sums_up_what_others_do(void) {
  const unsigned char *digits = bytes_of("123456789");
  CHECK_INT(ih_crc32(0, digits, 0), 0);
  CHECK_INT(ih_crc32(0, digits, 9), 0xcbf43926);
  CHECK_INT(ih_adler32(1, digits, 0), 1);
  CHECK_INT(ih_adler32(1, digits, 9), 0x091e01de);
}

static void goes_on_from_a_sum(void) {
  const unsigned char *digits = bytes_of("123456789");
  size_t n;
  for (n = 0; n <= 9; n++) {
    uint32_t crc = ih_crc32(0, digits, n), adler = ih_adler32(1, digits, n);
    CHECK_INT(ih_crc32(crc, digits + n, 9 - n), 0xcbf43926);
    CHECK_INT(ih_adler32(adler, digits + n, 9 - n), 0x091e01de);
  }
}

/* The greatest bytes, many times as many as are added up at once: the same
** comes of them one by one. */
static void does_not_overflow(void) {
  size_t n = 100000, i;
  unsigned char *bytes = malloc(n);
  uint32_t sum = 1;
  CHECK(bytes != NULL);
  if (!bytes)
    return;
  memset(bytes, 0xff, n);
  for (i = 0; i < n; i++)
    sum = ih_adler32(sum, bytes + i, 1);
  CHECK_INT(ih_adler32(1, bytes, n), sum);
  free(bytes);
}

void test_checksum(void) {
  RUN(sums_up_what_others_do);
  RUN(goes_on_from_a_sum);
  RUN(does_not_overflow);
}
