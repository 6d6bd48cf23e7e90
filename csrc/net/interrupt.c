#include "interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "../core/buf.h"
#include "bell.h"

static volatile sig_atomic_t pending;
static volatile sig_atomic_t ending;

/* Opened before the handlers are set, and never closed. */
static struct ih_bell bell = IH_NO_BELL;

static void on_signal(int number) {
  if (number != SIGINT)
    ending = number;
  pending = 1;
  ih_bell_ring(&bell);
}

static int catch_one(int number, int flags) {
  struct sigaction action;
  if (bell.fd < 0 && ih_bell_open(&bell) < 0)
    return IH_SYSTEM;
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
  return bell.fd;
}

int ih_interrupt_take(void) {
  int was = pending;
  pending = 0;
  if (was)
    ih_bell_still(&bell);
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
  waited[1].fd = bell.fd; /* poll leaves a negative one out */
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
