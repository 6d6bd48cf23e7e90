/*
** The little JSON the delta path needs: finding the end of a string and
** undoing its escapes. Documents are decoded elsewhere, by a library.
**
** A string is accepted when RFC 8259 accepts it, except that bytes >= 0x80 are
** passed through unchecked. A lone surrogate is refused: it has no UTF-8.
*/
#ifndef IH_JSON_H
#define IH_JSON_H

#include "buf.h"

#pragma GCC visibility push(hidden)

struct ih_json_string {
  struct ih_span raw; /* between the quotes, escapes and all */
  int escaped;        /* whether there are any */
};

/* Reads a string whose first byte after the quote is bytes[0]. True when its
** closing quote was found; string->raw.ptr[string->raw.len] is that quote. */
int ih_json_string(const char *bytes, size_t n, struct ih_json_string *string);

/* Appends the text that raw stands for. 1, or 0 when an escape is not valid
** (what was appended so far is taken back), or IH_NOMEM. */
int ih_json_unescape(struct ih_span raw, struct ih_buf *to);

#pragma GCC visibility pop

#endif
