/*
** A terminal that is put back when a signal ends the program.
**
** Who edits lines takes the terminal out of its usual mode. A program that
** SIGTERM, SIGHUP or SIGQUIT ends meanwhile would leave it there, without echo.
** A program that asks for it here still ends by that signal, at once and
** whatever it is doing, but with the terminal as it was. Only a program does
** this, never the library: like interrupts, it belongs to the process.
*/
#ifndef IH_TERMINAL_H
#define IH_TERMINAL_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Remembers the mode of a terminal, and what is to be written to it, at most 32
** bytes, if it has another one when the program ends. IH_OK, or IH_SYSTEM with
** errno. */
int ih_terminal_guard(int fd, const char *farewell, size_t n);

#pragma GCC visibility pop

#endif
