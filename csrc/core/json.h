/*
** Strings of JSON: finding the end of one and undoing its escapes.
**
** A string is accepted when RFC 8259 accepts it, except that bytes >= 0x80 are
** passed through unchecked. A lone half of a surrogate pair has no UTF-8: the
** delta path refuses it, and a document has something else in its place.
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

/* What a lone half becomes: nothing that is valid, U+FFFD, or the three bytes
** that UTF-8 would have for it, so that the next text may bring the other. */
enum ih_json_halves { IH_HALVES_REFUSED, IH_HALVES_REPLACED, IH_HALVES_KEPT };

/* The same with another way to treat halves; *lone is set when there is one, and
** left alone otherwise. */
int ih_json_unescape_halves(struct ih_span raw, enum ih_json_halves way,
                            struct ih_buf *to, int *lone);

#pragma GCC visibility pop

#endif
