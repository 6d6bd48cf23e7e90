/*
** Numbers of JSON as float32 and as double.
**
** What is read is the float or the double nearest to the number as it is
** written, ties to even, however many digits it has and whatever the locale is.
** Nothing that is no number of RFC 8259 is taken for one.
*/
#ifndef IH_NUMBER_H
#define IH_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Reads the number that text begins with. Returns its length; 0 when there is
** none, or when it is too large for any float. */
size_t ih_number_read(const char *text, size_t n, float *value);

struct ih_number {
  double value;  /* infinite when it is too large */
  int64_t whole; /* the same, if it is_whole */
  int is_whole;  /* written without point and exponent, as far as 64 bits go; or
                 ** a whole double below 2^53, however it is written */
};

/* The same for a double. */
size_t ih_number_parse(const char *text, size_t n, struct ih_number *number);

#pragma GCC visibility pop

#endif
