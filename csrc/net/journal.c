#include "platform.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* How often a file is opened that goes away meanwhile. */
enum { MOST_TRIES = 10 };

static int fail(struct ih_journal *j, int error) {
  ih_journal_close(j);
  errno = error;
  return -1;
}

/* Whether the open file still has a name; -1 with errno. */
static int is_there(int fd) {
  struct stat about;
  return fstat(fd, &about) < 0 ? -1 : about.st_nlink > 0;
}

/* A device would do something when it is written to, and a pipe is not read
** again. */
static int open_regular(struct ih_journal *j, const char *path) {
  int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  struct stat about;
  j->fd = open(path, flags, S_IRUSR | S_IWUSR);
  if (j->fd < 0) {
    if (errno == ENXIO)
      errno = ESPIPE;
    return -1;
  }
  if (fstat(j->fd, &about) < 0)
    return fail(j, errno);
  return S_ISREG(about.st_mode) ? 0 : fail(j, ESPIPE);
}

int ih_journal_open(struct ih_journal *j, const char *path) {
  int tries;
  j->torn = -1;
  for (tries = 0; tries < MOST_TRIES; tries++) {
    int there;
    if (open_regular(j, path) < 0)
      return -1;
    if (flock(j->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
      return fail(j, EWOULDBLOCK);
    there = is_there(j->fd);
    if (there < 0)
      return fail(j, errno);
    if (there)
      return 0;
    ih_journal_close(j); /* who had the lock has removed it */
  }
  errno = EWOULDBLOCK;
  return -1;
}

int64_t ih_journal_size(const struct ih_journal *j) {
  struct stat about;
  return fstat(j->fd, &about) < 0 ? -1 : (int64_t)about.st_size;
}

int64_t ih_journal_read(const struct ih_journal *j, char *to, size_t n,
                        int64_t at) {
  return ih_file_read(j->fd, to, n, at);
}

static int write_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t done = write(fd, bytes, n);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0) {
      errno = done == 0 ? ENOSPC : errno;
      return -1;
    }
    bytes += done;
    n -= (size_t)done;
  }
  return 0;
}

/* Takes back what was written of a line. */
static int mend(struct ih_journal *j) {
  if (j->torn >= 0 && ih_journal_cut(j, j->torn) < 0)
    return -1;
  j->torn = -1;
  return 0;
}

int ih_journal_append(struct ih_journal *j, const char *bytes, size_t n) {
  int64_t size;
  int there = is_there(j->fd), error;
  if (there == 0)
    errno = ENOENT;
  if (there <= 0 || mend(j) < 0)
    return -1;
  size = ih_journal_size(j);
  if (size < 0)
    return -1;
  if (write_all(j->fd, bytes, n) == 0)
    return 0;
  error = errno;
  j->torn = size;
  mend(j); /* or before the next line */
  errno = error;
  return -1;
}

int ih_journal_cut(const struct ih_journal *j, int64_t size) {
  int64_t before = ih_journal_size(j);
  int status;
  if (before < 0)
    return -1;
  if (size >= before)
    return 0;
  do
    status = ftruncate(j->fd, (off_t)size);
  while (status < 0 && errno == EINTR);
  return status;
}

int ih_journal_sync(const struct ih_journal *j) {
  return ih_platform_sync_bytes(j->fd) < 0 && errno != EINVAL && errno != ENOSYS
             ? -1
             : 0;
}

void ih_journal_close(struct ih_journal *j) {
  if (j->fd >= 0)
    close(j->fd);
  j->fd = -1;
}
