/*
** A stand-in for kqueue(2) on Linux, for tests of poll_kqueue.c and
** wake_kqueue.c where there is none: kqueue.c and note.c.
**
** It was written from the manual pages of FreeBSD and macOS, and offers what
** both have. Where they differ it takes what is harder on the caller:
**
** - A process that has ended and was not waited for is ESRCH, as on macOS;
**   FreeBSD tells of its end at once.
** - A timer of 0 is EINVAL: the pages do not say what it means.
** - NOTE_CRITICAL is taken and means nothing; FreeBSD has no such flag.
** - Both say that a queue is not inherited by a forked child: there its
**   descriptor is closed.
** - An event of a socket that has failed has some error in `fflags`, not that of
**   the socket: to ask for it would take it away.
**
** What no page says of a flag or a value is EINVAL, and so is what is not stood
** in for: other filters, and NOTE_LOWAT, NOTE_ABSTIME and the like.
*/
#ifndef IH_STAND_IN_EVENT_H
#define IH_STAND_IN_EVENT_H

#include <stdint.h>
#include <time.h>

#pragma GCC visibility push(hidden)

struct kevent {
  uintptr_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  intptr_t data;
  void *udata;
};

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_PROC (-5)
#define EVFILT_TIMER (-7)
#define EVFILT_USER (-10)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

#define NOTE_TRIGGER 0x01000000u
#define NOTE_EXIT 0x80000000u
#define NOTE_NSECONDS 0x00000004u
#define NOTE_CRITICAL 0x00000020u

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int nchanges,
           struct kevent *events, int nevents, const struct timespec *timeout);

#pragma GCC visibility pop

#endif
