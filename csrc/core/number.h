/*
** Numbers of JSON as float32.
**
** What is read is the float nearest to the number as it is written, ties to
** even, however many digits it has and whatever the locale is. Nothing that is
** no number of RFC 8259 is taken for one.
*/
#ifndef IH_NUMBER_H
#define IH_NUMBER_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Reads the number that text begins with. Returns its length; 0 when there is
** none, or when it is too large for any float. */
size_t ih_number_read(const char *text, size_t n, float *value);

#pragma GCC visibility pop

#endif
