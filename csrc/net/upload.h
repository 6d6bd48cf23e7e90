/*
** The body of a form, and bytes that the host feeds while they are sent.
**
** A form is a list of parts: bytes in memory, files, and at most one part whose
** bytes come from the host piece by piece. libcurl asks for all of them; what
** it asks for is read from disk or taken from a buffer, never from the host's
** code. When the buffer is empty the transfer is held and waits to be fed.
**
** A size that was announced is kept: the last byte leaves only when the end of
** the part was marked, and a file that grew or shrank ends the transfer.
*/
#ifndef IH_UPLOAD_H
#define IH_UPLOAD_H

#include "transfer.h"

#pragma GCC visibility push(hidden)

/* A host that feeds has fed enough for now when this much waits. */
#define IH_FEED_BYTES ((size_t)128 * 1024)

struct ih_part {
  const char *name, *filename, *type; /* NULL: none */
  const char *data;                   /* bytes in memory, */
  size_t len;
  const char *path; /* or a file, */
  int fed;          /* or what the host feeds, */
  int64_t size;     /* so much of it; negative: not known */
};

struct ih_form {
  const struct ih_part *parts;
  size_t count;
  size_t refused; /* after IH_SYSTEM: the part whose file cannot be read */
};

/* Makes the form the body of the request. IH_OK; IH_NOMEM; IH_SYSTEM with
** errno, which is ESPIPE for what is no file of a known size. */
int ih_upload_form(struct ih_transfer *t, struct ih_form *form);

/* Takes bytes for the fed part; NULL marks its end. IH_OK; IH_NOMEM; IH_LIMIT
** when the announced size is not kept, after which `text` of the transfer says
** so. */
int ih_upload_feed(struct ih_transfer *t, const char *bytes, size_t n);

/* Whether the host should feed. */
int ih_upload_is_hungry(const struct ih_transfer *t);

/* Whether a held sender has something to do. */
int ih_upload_may_resume(const struct ih_transfer *t);

/* Closes the files of a transfer that will wait for long; it opens them again
** when they are sent, which fails for one whose size is another one by then. */
void ih_upload_put_down(struct ih_upload *up);

/* Puts the reason into `text` of a transfer that a file has ended. */
void ih_upload_explain(struct ih_transfer *t);

/* libcurl must not use the form any more. */
void ih_upload_free(struct ih_upload *up);

#pragma GCC visibility pop

#endif
