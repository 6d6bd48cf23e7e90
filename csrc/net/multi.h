/*
** libcurl's multi handle, which drives all transfers of an engine, and how it
** tells what it waits for: sockets go into the poll set of the engine, and the
** moment at which it wants to be called becomes `libcurl_due`.
*/
#ifndef IH_MULTI_H
#define IH_MULTI_H

#pragma GCC visibility push(hidden)

struct ih_engine;

/* IH_OK or IH_NOMEM. */
int ih_multi_open(struct ih_engine *e);

/* Closes all connections. No transfer may be in it any more. */
void ih_multi_close(struct ih_engine *e);

#pragma GCC visibility pop

#endif
