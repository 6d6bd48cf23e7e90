#include "interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/buf.h"

static volatile sig_atomic_t pending;
static volatile sig_atomic_t bell = -1;

static void on_signal(int number) {
  static const uint64_t one = 1;
  int saved = errno;
  (void)number;
  pending = 1;
  if (write(bell, &one, sizeof one) < 0) {
    /* The counter is full, so it is readable: nothing is lost. */
  }
  errno = saved;
}

int ih_interrupt_catch(void) {
  struct sigaction action;
  if (bell < 0) {
    bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell < 0)
      return IH_SYSTEM;
  }
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  /* Without SA_RESTART a read from the terminal ends, too. */
  return sigaction(SIGINT, &action, NULL) == 0 ? IH_OK : IH_SYSTEM;
}

int ih_interrupt_fd(void) {
  return bell;
}

int ih_interrupt_take(void) {
  uint64_t count;
  int was = pending;
  pending = 0;
  if (was && read(bell, &count, sizeof count) < 0) {
    /* Already empty. */
  }
  return was;
}

int ih_interrupt_await(int fd) {
  struct pollfd waited[2];
  int n;
  if (fd < 0) { /* poll would leave it out, and wait for ever */
    errno = EBADF;
    return IH_SYSTEM;
  }
  waited[0].fd = fd;
  waited[1].fd = bell; /* poll leaves a negative one out */
  waited[0].events = waited[1].events = POLLIN;
  do
    n = poll(waited, 2, -1);
  while (n < 0 && errno == EINTR && !pending);
  if (n < 0 && errno != EINTR)
    return IH_SYSTEM;
  if (n > 0 && waited[0].revents & POLLNVAL) {
    errno = EBADF;
    return IH_SYSTEM;
  }
  return !pending;
}
