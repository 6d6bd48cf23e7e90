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
static volatile sig_atomic_t ending;

static void on_signal(int number) {
  static const uint64_t one = 1;
  int saved = errno;
  if (number != SIGINT)
    ending = number;
  pending = 1;
  if (write(bell, &one, sizeof one) < 0) {
    /* The counter is full, so it is readable: nothing is lost. */
  }
  errno = saved;
}

static int catch_one(int number, int flags) {
  struct sigaction action;
  if (bell < 0) {
    bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell < 0)
      return IH_SYSTEM;
  }
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  /* Without SA_RESTART a read from the terminal ends, too. */
  return sigaction(number, &action, NULL) == 0 ? IH_OK : IH_SYSTEM;
}

int ih_interrupt_catch(void) {
  return catch_one(SIGINT, 0);
}

int ih_interrupt_catch_ends(void) {
  static const int ends[] = {SIGTERM, SIGHUP};
  struct sigaction action;
  size_t i;
  for (i = 0; i < sizeof ends / sizeof *ends; i++)
    if (sigaction(ends[i], NULL, &action) < 0 ||
        (action.sa_handler == SIG_DFL &&
         catch_one(ends[i], (int)SA_RESETHAND) < 0))
      return IH_SYSTEM;
  return IH_OK;
}

int ih_interrupt_ending(void) {
  return ending;
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
