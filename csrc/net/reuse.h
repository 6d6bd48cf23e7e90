/*
** What came on a connection while nothing was asked on it.
**
** A connection that is kept for the next request may carry bytes that nobody
** asked for: a second answer of a confused proxy, the "408 Request Timeout" of
** a load balancer, or its end. libcurl would take them for the answer to the
** next request: one caller would read what belongs to another. So a connection
** that was used before is looked at right before a request is written on it,
** and when something is there the request goes out on a new one. Nothing of it
** was sent, so this is safe for every request, and no attempt that counts.
**
** libcurl tells the socket of a connection only when a transfer on it is over,
** and its addresses only when the next one begins. What is kept here leads from
** these to that.
**
** Only HTTP/1 is looked at: frames of HTTP/2 may come at any time. Under TLS
** bytes on the socket may also be session tickets, which are no answer:
** - libcurl from 8.0 on takes no connection on which bytes wait, tickets or
**   not. There this look only finds what came since, or waits in OpenSSL
**   already decrypted.
** - Before, OpenSSL is asked what the bytes are: see openssl.h. With any other
**   library for TLS, GnuTLS for one, they count as an answer: a connection is
**   lost to a late ticket, but no answer is ever taken for another. What such a
**   library has decrypted already is not seen.
**
** What comes between the look and the request, or on a connection that was
** never used, is not told from an answer. Libcurls before 7.80 give no moment
** to look.
*/
#ifndef IH_REUSE_H
#define IH_REUSE_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

struct ih_kept_connection;

/* Connections that were used. Zero-filled memory holds none. */
struct ih_kept {
  struct ih_kept_connection *all;
  size_t count, room;
};

/* A transfer is over; its handle must still be in its multi handle. */
void ih_reuse_keep(struct ih_kept *kept, void *easy);

enum ih_reuse {
  IH_REUSE_UNKNOWN, /* a new connection, or none of HTTP/1 */
  IH_REUSE_CLEAN,   /* nothing came */
  IH_REUSE_SPOILT   /* something did, or it was closed */
};

/* Looks at the connection that a transfer is about to use. The addresses are
** those of CURLOPT_PREREQFUNCTION. */
enum ih_reuse ih_reuse_look(struct ih_kept *kept, void *easy, const char *to,
                            const char *from, int to_port, int from_port);

void ih_reuse_free(struct ih_kept *kept);

#pragma GCC visibility pop

#endif
