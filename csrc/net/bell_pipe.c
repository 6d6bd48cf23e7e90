#include "platform.h"

#include "../core/buf.h"
#include "bell.h"

static int never_blocks(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

int ih_bell_open(struct ih_bell *b) {
  int ends[2];
  b->fd = b->_ring = -1;
  if (ih_platform_pipe(ends) < 0)
    return IH_SYSTEM;
  b->fd = ends[0];
  b->_ring = ends[1];
  if (never_blocks(ends[0]) && never_blocks(ends[1]))
    return IH_OK;
  ih_bell_close(b);
  return IH_SYSTEM;
}

void ih_bell_ring(const struct ih_bell *b) {
  int saved = errno;
  if (write(b->_ring, "!", 1) < 0) {
    /* The pipe is full, so it is readable: nothing is lost. */
  }
  errno = saved;
}

void ih_bell_still(const struct ih_bell *b) {
  char bytes[512];
  int saved = errno;
  while (read(b->fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
    ;
  errno = saved;
}

void ih_bell_close(struct ih_bell *b) {
  int saved = errno;
  if (b->fd >= 0)
    close(b->fd);
  if (b->_ring >= 0)
    close(b->_ring);
  b->fd = b->_ring = -1;
  errno = saved;
}
