/*
** Tells a host that can watch its own connections only, as nginx does, when a
** descriptor is readable: by one byte on a connection of the host's.
**
** The host connects to ih_wake_path, a unix socket that has no name in the file
** system, and then calls ih_wake_accept, which makes sure that it was this
** process, and starts a thread. The thread waits for the
** descriptor, sends a byte, and is silent until ih_wake_rearm says that the
** descriptor was attended to: there is never more than one byte on its way, and
** a descriptor that is readable by then is told of at once. It touches nothing
** else, blocks all signals, and makes no system call while there is nothing to
** tell.
**
** In a forked child only ih_wake_free may be called; it leaves the parent's
** connection alone.
*/
#ifndef IH_WAKE_H
#define IH_WAKE_H

#pragma GCC visibility push(hidden)

struct ih_wake;

/* Prepares to watch `fd`. IH_OK; IH_NOMEM; IH_SYSTEM with errno. */
int ih_wake_new(int fd, struct ih_wake **out);

/* No path of a unix socket takes more, with its NUL. */
#define IH_WAKE_PATH_ROOM 108

/* Copies where to connect to. */
void ih_wake_path(const struct ih_wake *w, char to[IH_WAKE_PATH_ROOM]);

/* Takes the connection and begins to tell. IH_OK or IH_SYSTEM with errno: then
** that connection is closed, and another one may be tried. */
int ih_wake_accept(struct ih_wake *w);

/* The descriptor was attended to. */
void ih_wake_rearm(struct ih_wake *w);

/* Ends the connection: the host reads its end. */
void ih_wake_hang_up(struct ih_wake *w);

void ih_wake_free(struct ih_wake *w);

#pragma GCC visibility pop

#endif
