/*
** libcurl's multi handle, which drives all transfers of an engine, and how it
** tells what it waits for: sockets go into the poll set of the engine, and the
** moment at which it wants to be called becomes `libcurl_due`.
**
** When libcurl runs out of memory while it notes a socket, or the system does
** when the poll set is to watch it, what libcurl knows of its sockets is damaged:
** some never wake it again, and the next look at others divides by zero. A code
** says so once, and nothing mends it. Such a handle has failed: nothing is asked
** of it any more but to let go of its transfers. They end for want of memory, it
** is closed, and the next transfer has another one made.
*/
#ifndef IH_MULTI_H
#define IH_MULTI_H

#pragma GCC visibility push(hidden)

struct ih_engine;

/* IH_OK, also when it is open, or IH_NOMEM; then the next call may succeed. */
int ih_multi_open(struct ih_engine *e);

/* To be told how many transfers libcurl is at. It counts their connections, too,
** when it looks whether it keeps too many: with a fixed bound it would keep none
** beside so many that are in use. */
void ih_multi_fit(struct ih_engine *e, int running);

/* Closes all connections. No transfer may be in it any more, nor be kept. */
void ih_multi_close(struct ih_engine *e);

#pragma GCC visibility pop

#endif
