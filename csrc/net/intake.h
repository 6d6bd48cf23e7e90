/*
** What arrives of a body: it is decoded, counted against the limits that
** request.h tells of, and put where its reader finds it. May be called within a
** callback of libcurl, and does nothing that could not be done there.
*/
#ifndef IH_INTAKE_H
#define IH_INTAKE_H

#include "transfer.h"

#pragma GCC visibility push(hidden)

#define IH_MAX_REFUSAL ((size_t)1024 * 1024)

/* Takes in the next bytes of the body. Returns n, CURL_WRITEFUNC_PAUSE when the
** transfer is held and the same bytes are to come again, or anything else when
** it is over. */
size_t ih_intake_body(struct ih_transfer *t, const char *bytes, size_t n);

/* Whether there is more than blanks and comments of an event stream in the bytes
** that come next. */
int ih_intake_means(struct ih_transfer *t, const char *bytes, size_t n);

#pragma GCC visibility pop

#endif
