/*
** Text as strings of JSON.
**
** JSON is UTF-8, as RFC 3629 has it: the shortest form only, and no halves of
** surrogate pairs. Anything else is refused, and where it begins is told. Only
** what must be escaped is.
*/
#ifndef IH_JSON_WRITE_H
#define IH_JSON_WRITE_H

#include <stddef.h>

#include "buf.h"

#pragma GCC visibility push(hidden)

/* How many bytes of a text are UTF-8, from its beginning: all of them when it
** is. */
size_t ih_utf8_length(const char *text, size_t n);

/* Appends a string with its quotes. 1; or 0 when the text is not UTF-8 from byte
** *wrong on, counted from 0; or IH_NOMEM. What it appended then is of no use. */
int ih_json_write_string(struct ih_buf *to, const char *text, size_t n,
                         size_t *wrong);

#pragma GCC visibility pop

#endif
