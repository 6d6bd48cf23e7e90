#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/buf.h"
#include "bell.h"

int ih_bell_open(struct ih_bell *b) {
  b->fd = b->_ring = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return b->fd < 0 ? IH_SYSTEM : IH_OK;
}

void ih_bell_ring(const struct ih_bell *b) {
  static const uint64_t one = 1;
  int saved = errno;
  if (write(b->_ring, &one, sizeof one) < 0) {
    /* The counter is full, so it is readable: nothing is lost. */
  }
  errno = saved;
}

void ih_bell_still(const struct ih_bell *b) {
  uint64_t count;
  int saved = errno;
  if (read(b->fd, &count, sizeof count) < 0) {
    /* Already still. */
  }
  errno = saved;
}

void ih_bell_close(struct ih_bell *b) {
  int saved = errno;
  if (b->fd >= 0)
    close(b->fd);
  b->fd = b->_ring = -1;
  errno = saved;
}
