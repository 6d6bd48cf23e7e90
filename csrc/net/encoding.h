/*
** What a server compressed although nobody asked it to.
**
** No request of ours names an encoding, and libcurl decodes only for those that
** do; then it takes every name it does not know for a failure and a body that
** was cut for a whole one. So this is ours. gzip and deflate are decoded, one
** over the other, too; of other compressions the name is told; and a name that
** is none (identity, utf-8, aws-chunked) leaves the bytes alone.
**
** A decoder writes no more than it is given room for and does a bounded share
** of the work at a time, however large a few bytes become.
*/
#ifndef IH_ENCODING_H
#define IH_ENCODING_H

#include "../core/buf.h"

#pragma GCC visibility push(hidden)

struct ih_decoder;

/* Reads the header lines of an answer. IH_OK, with *out NULL when there is
** nothing to decode; IH_NOMEM; IH_LIMIT, and *name is what cannot be decoded. */
int ih_decoder_new(struct ih_span head, struct ih_decoder **out,
                   const char **name);

/* Takes bytes from the front of *in and writes at most `room` decoded ones. 1:
** call again, with or without more of them; 0: it has used all it was given; or
** IH_INFLATE_BROKEN. */
int ih_decoder_run(struct ih_decoder *d, struct ih_span *in, char *out,
                   size_t room, size_t *made);

/* Whether the answer may end here. */
int ih_decoder_is_whole(const struct ih_decoder *d);

/* "gzip" or "deflate": the one that was applied last. */
const char *ih_decoder_name(const struct ih_decoder *d);

void ih_decoder_free(struct ih_decoder *d);

#pragma GCC visibility pop

#endif
