#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../core/buf.h"

/* Written before the handlers are set, and never again. */
static struct {
  int fd;
  struct termios mode;
  char farewell[32];
  size_t n;
} guarded;

/* A terminal that was told to hold its output takes nothing, and would keep the
** program from ending. */
static int takes_output(int fd) {
  struct pollfd asked;
  asked.fd = fd;
  asked.events = POLLOUT;
  return poll(&asked, 1, 0) > 0 && (asked.revents & POLLOUT);
}

/* In the background the terminal is in the mode of somebody else. */
static void put_back(void) {
  struct termios now;
  if (tcgetpgrp(guarded.fd) != getpgrp() || tcgetattr(guarded.fd, &now) < 0 ||
      now.c_lflag == guarded.mode.c_lflag)
    return;
  tcsetattr(guarded.fd, TCSANOW, &guarded.mode);
  if (takes_output(guarded.fd) &&
      write(guarded.fd, guarded.farewell, guarded.n) < 0) {
    /* It is gone. */
  }
}

/* The default action is back and the signal is not blocked: raising it ends the
** program as the parent expects. */
static void on_signal(int number) {
  put_back();
  (void)raise(number);
}

static int handle(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) < 0)
    return IH_SYSTEM;
  if (action.sa_handler != SIG_DFL)
    return IH_OK; /* as under nohup */
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGTTOU); /* would stop the program */
  return sigaction(number, &action, NULL) == 0 ? IH_OK : IH_SYSTEM;
}

int ih_terminal_guard(int fd, const char *farewell, size_t n) {
  static const int ends[] = {SIGTERM, SIGHUP, SIGQUIT};
  size_t i;
  if (n > sizeof guarded.farewell) {
    errno = EINVAL;
    return IH_SYSTEM;
  }
  if (tcgetattr(fd, &guarded.mode) < 0)
    return IH_SYSTEM;
  guarded.fd = fd;
  guarded.n = n;
  memcpy(guarded.farewell, farewell, n);
  for (i = 0; i < sizeof ends / sizeof *ends; i++)
    if (handle(ends[i]) < 0)
      return IH_SYSTEM;
  return IH_OK;
}
