/*
** Whether a body without a length came to its end.
**
** With neither a length nor chunks a body ends with its connection, which
** anybody on the way can end. TLS says where the end is (RFC 8446, 6.1), but
** libcurl with OpenSSL 3.0 and 3.1 does not look, and takes a body that was cut
** for a whole one. So OpenSSL is asked here, in the last moment before libcurl
** gives the connection away: when it tells of progress, which it does once more
** after the end.
**
** Many servers never say it. What is whole by itself, as JSON is, may be used
** all the same; who has only the bytes must not take them for all.
*/
#ifndef IH_ENDING_H
#define IH_ENDING_H

#include "transfer.h"

#pragma GCC visibility push(hidden)

/* The head of an answer is complete. Whether its body ends with a connection
** that has TLS: then it is to be looked at with each progress. */
int ih_ending_begins(const struct ih_transfer *t);

void ih_ending_look(struct ih_transfer *t);

#pragma GCC visibility pop

#endif
