/*
** The request of a transfer: a description becomes a libcurl handle, and what
** libcurl reports is written down.
**
** The callbacks of libcurl live in request.c, but for those that ask for the
** bytes of a form. They do nothing but record: bytes into a buffer, the
** transfer into the engine's queues. Nothing of a host language is ever called
** from them.
**
** How much may arrive is bounded three ways:
** - The engine grants bytes and time per step. When they are spent the transfer
**   is held and waits in the `resume` queue for the next step.
** - A paced transfer, read while it arrives, is held when `queue_bytes` wait to
**   be read, until half of them are. A slow reader so slows the sender down.
** - Any other transfer is read when it is whole; it fails above `max_bytes`.
**
** Of the body of an answer that is no success only the first IH_MAX_REFUSAL are
** read, and then the connection is closed. Header lines count for IH_MAX_HEAD
** wherever they stand: before the last answer and behind the body, too. Bodies
** are counted, and handed out, as what a Content-Encoding stands for.
**
** Only the engine calls the functions of this header.
*/
#ifndef IH_REQUEST_H
#define IH_REQUEST_H

#include <stddef.h>

#include "transfer.h"

#pragma GCC visibility push(hidden)

struct ih_form;
struct ih_played;

#define IH_MAX_HEAD ((size_t)256 * 1024)

struct ih_request_options {
  const char *method, *url;
  const char *const *headers; /* "Name: value", NULL at the end */
  const char *body;           /* NULL: none */
  size_t body_len;
  struct ih_form *form;        /* in place of a body, or NULL */
  int expect;                  /* the body waits for the server's go-ahead */
  int progress;                /* bytes that were sent are news */
  const char *proxy, *ca_file; /* NULL: libcurl's defaults */
  int unverified;              /* certificates are not looked at */
  int http1;                   /* never HTTP/2 */
  int paced;
  size_t queue_bytes, max_bytes; /* 0: no limit */
  struct ih_timeouts timeouts;
  struct ih_gate *gate;           /* to pass before it starts, or NULL */
  size_t tape_bytes;              /* of a copy of the body, 0: none is made */
  const struct ih_played *played; /* the answer, when nothing is to be sent */
};

/* Copies everything it is given, and takes the libcurl handle over, which must
** be fresh or reset; one with an answer needs none. IH_OK, or what ih_upload_form gives; then *out is NULL and
** the handle is cleaned up. */
int ih_request_new(const struct ih_request_options *o, void *easy,
                   struct ih_transfer **out);

/* Wipes what may be secret. The transfer must be out of every engine. */
void ih_request_free(struct ih_transfer *t);

/* Reads it whole from now on. */
void ih_request_unpace(struct ih_transfer *t, int64_t now);

/* Whether one that is held has something to do again: the reader has made
** enough room, or there is something to send. */
int ih_request_may_resume(const struct ih_transfer *t);

/* Lets a held transfer go on; libcurl may deliver from within this call.
** Returns the code of libcurl. */
int ih_request_resume(struct ih_transfer *t, int64_t now);

/* Whether a transfer that libcurl has ended with `code` is to be given to it
** once more, on a new connection, because the server certainly has not
** processed it. Then it is as it was before. */
int ih_request_restart(struct ih_transfer *t, int code);

#pragma GCC visibility pop

#endif
