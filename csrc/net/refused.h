/*
** Whether a server of HTTP/2 has said that it did not process a request.
**
** It says so in two ways (RFC 9113, 6.8 and 8.7): a GOAWAY whose last stream
** comes before that of the request, and a RST_STREAM with REFUSED_STREAM. Such
** a request may be sent again, even one that is billed. libcurl has no call
** that tells of either, and ends the transfer with the same codes as one whose
** server took the request and died. But its verbose text tells: it is read
** here, from the moment the request is sent to the head of the answer, and goes
** nowhere else.
**
** What the text does not tell is as if it had not happened: a request may fail
** that could have been sent again, but none is sent twice that must not. What
** each libcurl from 7.76.0 to 8.21.0 says stands in a table in refused.c:
** - GOAWAY is told from 7.88 on,
** - a refused stream on a new connection by all,
** - on one that was used before by 7.88, between the lines, and from 8.19 on.
**   The others tell it as any connection that died.
**
** libcurl keeps a mark of a refused stream in the handle, and does not always
** wipe it, so a handle whose transfer was watched and failed is not used again.
*/
#ifndef IH_REFUSED_H
#define IH_REFUSED_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Of a request. Zero-filled memory is one that was never sent. */
struct ih_refusal {
  long stream;            /* the request's, 0: not known yet */
  int is_told;            /* the server has not processed the request */
  int chances;            /* how often it was sent */
  const char *complaint;  /* libcurl's last, "" when it has none */
  uint64_t *moments;      /* of libcurl: see ih_refused_watch */
  uint64_t progressed_in; /* the one in which it last got somewhere */
};

/* The request is about to be sent, for the first time or once more. `complaint`
** is the buffer of CURLOPT_ERRORBUFFER. `*moments` grows with each call that
** serves a socket or a timer, and here with each reading of the connection; it
** lives as long as that. `has_progress`: the request has a function for progress,
** which passes it on. */
void ih_refused_watch(struct ih_refusal *refusal, void *easy,
                      const char *complaint, uint64_t *moments,
                      int has_progress);
void ih_refused_progress(struct ih_refusal *refusal);

/* An answer came: nothing more is to be told. */
void ih_refused_rest(const struct ih_refusal *refusal, void *easy,
                     int has_progress);

#pragma GCC visibility pop

#endif
