/*
** What is asked of OpenSSL about a connection of libcurl.
**
** Whether bytes on one that was kept are data. Servers send session tickets of
** TLS 1.3 whenever they like, which only OpenSSL can tell from an answer. It is
** asked to decrypt what is there, without taking it. While it is asked, OpenSSL
** reads from the socket by itself, not through libcurl, whose reader works
** within libcurl's own calls only; and what OpenSSL has to say to the server,
** about a new key for example, goes nowhere. When there was such a thing, or
** half a record, the connection is given up, too.
**
** Whether the other side has said that it ends; and when libcurl reads.
**
** The OpenSSL that made the connection is libcurl's own: its functions are
** looked up where libcurl finds them, so that nothing more has to be linked. A
** process can hold a second one, of its host; where that makes it doubtful whose
** functions libcurl uses, none are called, and whatever is there counts as data.
*/
#ifndef IH_OPENSSL_H
#define IH_OPENSSL_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* That of a CURL *, within its callbacks; NULL when there is none. */
void *ih_openssl_of(void *easy);

/* `ssl` is OpenSSL's connection on the socket `fd`. `has_news`: something can
** be read from the socket. `may_read`: OpenSSL may look what it is; else it
** counts as data. */
int ih_openssl_is_spoilt(void *ssl, int fd, int has_news, int may_read);

/* Whether the other side has said that nothing more will come; also where
** nobody can be asked. */
int ih_openssl_said_end(void *ssl);

/* From now on `*reads` grows by one before each reading of the connection's
** bytes; it must live as long as the connection. Where nobody can be asked it
** stays as it is. */
void ih_openssl_count_reads(void *ssl, uint64_t *reads);

#pragma GCC visibility pop

#endif
