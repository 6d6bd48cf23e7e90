/*
** A file that grows line by line and is read again after a crash: one program
** writes to it at a time, what is appended is there whole or not at all as far
** as this program can see to it, and who kills the program takes nothing back.
**
** It is made private, in its place: there is no moment at which another name or
** other rights hold. A disk that is full leaves no part of a line behind. What a
** power failure leaves is for the reader: only ih_journal_sync() waits for the
** disk.
*/
#ifndef IH_JOURNAL_H
#define IH_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ih_journal {
  int fd;       /* -1: closed */
  int64_t torn; /* where part of a line begins that is still to go; -1: none */
};

/* Opens a file, or makes an empty one, and locks it until it is closed; where
** the file system has no locks, nothing is locked. 0, or -1 with errno: EISDIR,
** ESPIPE for what is no regular file, EWOULDBLOCK when it is locked already, by
** this program or another. */
int ih_journal_open(struct ih_journal *j, const char *path);

/* How long it is; -1 with errno. */
int64_t ih_journal_size(const struct ih_journal *j);

/* Reads up to n bytes from a place. How many, 0 at the end, -1 with errno. */
int64_t ih_journal_read(const struct ih_journal *j, char *to, size_t n,
                        int64_t at);

/* Adds bytes to its end. 0; or -1 with errno, and it is as it was before: ENOENT
** when somebody has removed the file, so that nobody would find them. */
int ih_journal_append(struct ih_journal *j, const char *bytes, size_t n);

/* Takes away what stands behind a place, if anything does. 0, or -1 with errno. */
int ih_journal_cut(const struct ih_journal *j, int64_t size);

/* Waits until all of it is on the disk. 0, or -1 with errno. */
int ih_journal_sync(const struct ih_journal *j);

/* Once more is fine. */
void ih_journal_close(struct ih_journal *j);

#pragma GCC visibility pop

#endif
