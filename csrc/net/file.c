#include "platform.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int64_t ih_file_read(int fd, char *to, size_t n, int64_t at) {
  ssize_t got;
  do
    got = pread(fd, to, n, (off_t)at);
  while (got < 0 && errno == EINTR);
  return got;
}

/* Files of the kernel say that they are empty and are not. */
static int is_plain(int fd, const struct stat *about) {
  char byte;
  return S_ISREG(about->st_mode) &&
         (about->st_size > 0 || ih_file_read(fd, &byte, 1, 0) == 0);
}

int ih_file_open(const char *path, int64_t *size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error;
  struct stat about;
  if (fd < 0) {
    if (errno == ENXIO) /* a socket, or a device without a driver */
      errno = ESPIPE;
    return -1;
  }
  if (fstat(fd, &about) < 0)
    error = errno;
  else if (is_plain(fd, &about))
    error = 0;
  else
    error = S_ISDIR(about.st_mode) ? EISDIR : ESPIPE;
  if (error) {
    close(fd);
    errno = error;
    return -1;
  }
  *size = about.st_size;
  return fd;
}

int64_t ih_file_size(const char *path) {
  struct stat about;
  return stat(path, &about) < 0 ? -1 : (int64_t)about.st_size;
}

int64_t ih_file_load(const char *path, char *to, size_t n, int64_t *size) {
  int64_t got = 0, at = 0;
  int fd = ih_file_open(path, size), error;
  if (fd < 0)
    return -1;
  while ((size_t)at < n &&
         (got = ih_file_read(fd, to + at, n - (size_t)at, at)) > 0)
    at += got;
  error = errno;
  close(fd);
  errno = error;
  return got < 0 ? -1 : at;
}

int ih_file_create(const char *path) {
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  int fd = open(path, flags, S_IRUSR | S_IWUSR);
  return fd < 0 ? -1 : close(fd);
}

/* What the program lets others do with new files. Until it is known, those of
** other threads are private. */
static mode_t usual_mode(void) {
  mode_t mask = umask(S_IRWXG | S_IRWXO);
  umask(mask);
  return (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH) & ~mask;
}

int ih_file_mode(const char *path, const char *place) {
  struct stat about;
  mode_t mode;
  if (stat(place, &about) == 0)
    mode = about.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
  else
    mode = usual_mode();
  return chmod(path, mode);
}

int ih_file_sync(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
  if (fd < 0)
    return -1;
  if (ih_platform_sync(fd) < 0 && errno != EINVAL && errno != ENOSYS)
    error = errno;
  close(fd);
  errno = error;
  return error ? -1 : 0;
}

static int is_inside(const char *name) {
  return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int ih_file_names(const char *path, struct ih_buf *names) {
  DIR *folder = opendir(path);
  struct dirent *entry;
  int error = 0;
  if (!folder)
    return -1;
  errno = 0;
  while (!error && (entry = readdir(folder))) {
    const char *name = entry->d_name;
    if (is_inside(name) && ih_buf_append(names, name, strlen(name) + 1) < 0)
      error = ENOMEM;
  }
  error = error ? error : errno;
  closedir(folder);
  errno = error;
  return error ? -1 : 0;
}

int64_t ih_file_link(const char *path, char *to, size_t n) {
  return (int64_t)readlink(path, to, n);
}
