/*
** Ctrl-C for a program that wants to end what it is doing and live on.
**
** Lua's own handler stops the running code once and lets the next Ctrl-C kill
** the program. A program that catches interrupts here is told instead, as often
** as it happens, and its waits end. Only a program does this, never the
** library: signals belong to the process, and so does this module's state, the
** one static a signal handler can reach.
*/
#ifndef IH_INTERRUPT_H
#define IH_INTERRUPT_H

#pragma GCC visibility push(hidden)

/* Takes SIGINT over. IH_OK, or IH_SYSTEM with errno. Once is enough. */
int ih_interrupt_catch(void);

/* The same for what ends a program, SIGTERM and SIGHUP: the first of each is an
** interrupt, the next does what it always does. One that is ignored, as under
** nohup, stays so. */
int ih_interrupt_catch_ends(void);

/* The signal that ends the program, 0 while none has come. */
int ih_interrupt_ending(void);

/* A descriptor that is readable while an interrupt waits to be taken; -1 when
** they are not caught. */
int ih_interrupt_fd(void);

/* Whether there was an interrupt since the last call. */
int ih_interrupt_take(void);

/* Waits until a descriptor is readable or there is an interrupt, which is not
** taken. 1 in the first case, 0 in the second, IH_SYSTEM with errno. */
int ih_interrupt_await(int fd);

#pragma GCC visibility pop

#endif
