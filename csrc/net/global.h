/*
** What belongs to the process: libcurl's once-only start, and what this
** libcurl can do.
**
** libcurl is started once, by the first engine, and never stopped: other
** modules of the process may use it too. The shared object that holds this code
** is pinned in memory at the same moment, because a resolver thread of libcurl
** may outlive the Lua state that started it. This is the only mutable static
** data of the core.
*/
#ifndef IH_GLOBAL_H
#define IH_GLOBAL_H

#pragma GCC visibility push(hidden)

/* IH_OK; IH_NOMEM, after which the next call may succeed; IH_SYSTEM when libcurl
** is older than 7.76. */
int ih_global_init(void);

/* A number that is another one in a process that was forked from this one. It
** takes no system call where the system tells of forks. After ih_global_init. */
long ih_global_process(void);

/* Gives a libcurl handle the options every transfer of this process gets, as
** far as this libcurl has them: protocols, trust store, quick exit. Returns the
** code of libcurl. */
int ih_global_apply(void *easy, const char *ca_file);

/* libcurl calls `fn` with `self` before each time it sends the request: it does
** so a second time when a connection that was used before turns out to be dead.
** Libcurls before 7.80 cannot tell. */
void ih_global_tell_sending(void *easy,
                            int (*fn)(void *, char *, char *, int, int),
                            void *self);

/* The number of this libcurl, in the form of LIBCURL_VERSION_NUM. */
unsigned ih_global_libcurl(void);

/* Whether this libcurl was built with HTTP/2. */
int ih_global_has_http2(void);

/* Whether this libcurl lets SIGPIPE through: see sigpipe.h. */
int ih_global_has_sigpipe(void);

/* Else closing a handle waits for a name server that does not answer; also for
** one that was reset and still has its lookup. */
void ih_global_leave_quickly(void *easy);

/* "libcurl/8.x (OpenSSL/3.x)" for user agents and bug reports. */
const char *ih_global_version(void);

#pragma GCC visibility pop

#endif
