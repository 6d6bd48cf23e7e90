/*
** Files that are sent: regular ones only, whose size is known. Opening one never
** waits, as that of a pipe would for its other end. And new ones that nobody
** else may read, before they get the place they are meant for.
*/
#ifndef IH_FILE_H
#define IH_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "../core/buf.h"

#pragma GCC visibility push(hidden)

/* A descriptor, or -1 with errno: EISDIR for a folder, ESPIPE for anything else
** that is no file of a known size. */
int ih_file_open(const char *path, int64_t *size);

/* Reads up to n bytes from a place. How many, 0 at the end, -1 with errno. */
int64_t ih_file_read(int fd, char *to, size_t n, int64_t at);

/* The size of a file by its name, -1 with errno. Another may have that name at
** once. */
int64_t ih_file_size(const char *path);

/* Reads up to n bytes of a file from its beginning. How many, -1 with errno; and
** how many there were to be read, as another file may have taken its place. */
int64_t ih_file_load(const char *path, char *to, size_t n, int64_t *size);

/* Makes an empty file that only its owner can read and write. 0, or -1 with
** errno, EEXIST when there is something of that name. */
int ih_file_create(const char *path);

/* Gives a file the permissions of what stands at a place, or those of any new
** file where nothing does. 0, or -1 with errno. */
int ih_file_mode(const char *path, const char *place);

/* Waits until all of a file is on the disk. 0, or -1 with errno. */
int ih_file_sync(const char *path);

/* Where a symbolic link leads, as it says itself, without a 0 at its end. How
** many bytes, n of them when there may be more; -1 with errno, EINVAL when it is
** no link. */
int64_t ih_file_link(const char *path, char *to, size_t n);

/* Appends the names of all that is in a folder, each with a 0 behind it, but for
** the folder itself and the one above. 0, or -1 with errno. */
int ih_file_names(const char *path, struct ih_buf *names);

#pragma GCC visibility pop

#endif
