/*
** What systems do in different ways: the one file that asks which system this
** is, besides those that the build chooses among (see poll.h).
**
** It comes before the headers of the system, because it says which of their
** functions are to be declared. Functions that return int give 0, or -1 with
** errno.
*/
#ifndef IH_PLATFORM_H
#define IH_PLATFORM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* accept4, explicit_bzero, pipe2, struct ucred */
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#elif !defined(__APPLE__)
#error "indoxhub runs on Linux and macOS: see doc/platforms.md for others"
#endif

/* No file is too large for an offset (-D_FILE_OFFSET_BITS=64). */
typedef char ih_offsets_have_64_bits[sizeof(off_t) >= 8 ? 1 : -1];

#if defined(__linux__)

/* A pipe that programs started by the host do not inherit. */
static inline int ih_platform_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC);
}

/* The same for a socket, and no signal comes of writing to it. */
static inline int ih_platform_socket(int family, int type, int protocol) {
  return socket(family, type | SOCK_CLOEXEC, protocol);
}

/* A connection of a listening socket, likewise. */
static inline int ih_platform_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Never waits, and raises no signal. */
static inline ssize_t ih_platform_send(int fd, const void *bytes, size_t n) {
  return send(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Which process made the other end of a unix socket, as far as is known. */
static inline pid_t ih_platform_peer(int fd) {
  struct ucred peer;
  socklen_t len = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? peer.pid
                                                                   : -1;
}

/* Opens a file so that it can be reached, until that is closed, without the name
** it has: by the one that is written to `path`. A descriptor; -1 where there is
** no such thing, and then `path` is left alone. */
static inline int ih_platform_hold(const char *name, char *path, size_t room) {
  char held[sizeof "/proc/self/fd/-2147483648"];
  int fd = open(name, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return -1;
  (void)snprintf(held, sizeof held, "/proc/self/fd/%d", fd);
  if (sizeof held <= room && access(held, F_OK) == 0) {
    memcpy(path, held, sizeof held);
    return fd;
  }
  close(fd);
  return -1;
}

/* Closes all descriptors from one on. */
static inline int ih_platform_close_from(unsigned first) {
#ifdef SYS_close_range
  return (int)syscall(SYS_close_range, first, ~0U, 0);
#else
  (void)first;
  errno = ENOSYS;
  return -1;
#endif
}

/* The system kills this process when the thread that forked it ends; where it
** cannot, this does nothing. */
static inline int ih_platform_die_with_parent(void) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Overwrites a secret, whatever an optimiser thinks of it. */
static inline void ih_platform_wipe(void *bytes, size_t n) {
  explicit_bzero(bytes, n);
}

/* Waits until a file is on the disk; or until its bytes and its length are. */
static inline int ih_platform_sync(int fd) {
  return fsync(fd);
}
static inline int ih_platform_sync_bytes(int fd) {
  return fdatasync(fd);
}

#else

/* In two steps, between which another thread may fork: there is no one. */
static inline int ih_platform_keep(int fd) {
  int error;
  if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
    return fd;
  error = errno;
  close(fd);
  errno = error;
  return -1;
}

static inline int ih_platform_pipe(int ends[2]) {
  if (pipe(ends) < 0)
    return -1;
  if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
      fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0)
    return 0;
  close(ends[0]);
  close(ends[1]);
  return -1;
}

static inline int ih_platform_quiet(int fd) {
  int on = 1;
  if (fd >= 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  return fd;
}

static inline int ih_platform_socket(int family, int type, int protocol) {
  return ih_platform_quiet(ih_platform_keep(socket(family, type, protocol)));
}

static inline int ih_platform_accept(int listener) {
  return ih_platform_quiet(ih_platform_keep(accept(listener, NULL, NULL)));
}

static inline ssize_t ih_platform_send(int fd, const void *bytes, size_t n) {
  return send(fd, bytes, n, MSG_DONTWAIT);
}

static inline pid_t ih_platform_peer(int fd) {
  pid_t peer = -1;
  socklen_t len = sizeof peer;
  return getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &peer, &len) == 0 ? peer : -1;
}

static inline int ih_platform_hold(const char *name, char *path, size_t room) {
  (void)name, (void)path, (void)room;
  return -1;
}

static inline int ih_platform_close_from(unsigned first) {
  (void)first;
  errno = ENOSYS;
  return -1;
}

static inline int ih_platform_die_with_parent(void) {
  return 0;
}

static inline void ih_platform_wipe(void *bytes, size_t n) {
  volatile unsigned char *at = bytes;
  while (n-- > 0)
    *at++ = 0;
}

/* fsync alone leaves them in the memory of the disk. */
static inline int ih_platform_sync(int fd) {
  return fcntl(fd, F_FULLFSYNC) < 0 ? fsync(fd) : 0;
}

static inline int ih_platform_sync_bytes(int fd) {
  return ih_platform_sync(fd);
}

#endif

#endif
