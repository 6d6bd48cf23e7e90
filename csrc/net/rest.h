/*
** Sockets that can be written to while libcurl has nothing to write.
**
** Over HTTP/2 a server may take no more of a body although its connection is
** free. libcurl (7.88 does) goes on waiting until the socket can be written to,
** which it can be at once, so the host would be woken without end. A socket that
** was served for writing in vain several times in a row is therefore watched for
** reading only, for a moment: what makes the server take more arrives there.
*/
#ifndef IH_REST_H
#define IH_REST_H

#include <stdint.h>

#include "poll.h"

#pragma GCC visibility push(hidden)

/* Of so many sockets at a time. Any other one is watched as libcurl says. */
#define IH_RESTS 16

/* Zero-filled memory knows no socket. */
struct ih_rests {
  struct ih_rest {
    int fd;        /* with one added, 0: none */
    int what;      /* what libcurl waits for */
    int in_vain;   /* times in a row */
    int64_t until; /* when it is watched as before, 0: it is */
  } all[IH_RESTS];
};

/* A socket was served for `what`, and whether anything came of it. */
void ih_rest_served(struct ih_rests *rests, struct ih_poll *poll, int fd,
                    int what, int in_vain);

/* libcurl says anew what it waits for. */
void ih_rest_watched(struct ih_rests *rests, int fd, int what);

/* Watches those again whose moment is over. Returns when the next one's is, 0
** for never. */
int64_t ih_rest_over(struct ih_rests *rests, struct ih_poll *poll, int64_t now);

/* Whether writing to a socket was in vain of late. */
int ih_rest_is(const struct ih_rests *rests, int fd);

#pragma GCC visibility pop

#endif
