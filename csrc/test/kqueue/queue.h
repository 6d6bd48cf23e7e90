/*
** What the two files of the stand-in share: a queue, which is an epoll set, and
** what it was told to note.
**
** Descriptors are in the set themselves, each once for both directions. A timer,
** an event of the user and a process have a descriptor of their own there. The
** set knows them by number, so that nothing is looked up that is gone.
*/
#ifndef IH_STAND_IN_QUEUE_H
#define IH_STAND_IN_QUEUE_H

#include <sys/event.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

struct note {
  struct note *next;
  struct kevent told; /* flags: EV_ONESHOT and EV_CLEAR only */
  uint64_t number;
  int fd; /* of its own, -1: none */
  int enabled;
  dev_t device; /* of the file that a descriptor stood for */
  ino_t file;
};

enum { TIMER, USER, ANOTHER_USER, SPARES };

struct queue {
  struct queue *next;
  int set;
  int spares[SPARES]; /* -1: in use */
  uint64_t last;
  struct note *notes;
};

/* Numbers of descriptors are below this one, those of notes above. */
#define FIRST_NOTE ((uint64_t)1 << 32)

/* Does what one element of a changelist says. 0, or what errno would be. */
int ih_note_change(struct queue *q, const struct kevent *k);

/* Writes what is ready of one element that the set told of, at most `room`
** events. How many. */
int ih_note_take(struct queue *q, uint64_t number, uint32_t ready,
                 struct kevent *to, int room);

/* Forgets the notes of a descriptor that is about to be closed. */
void ih_note_forget(struct queue *q, int fd);

/* Opens what a queue has to spare: 0, or what errno would be. */
int ih_note_open_spares(struct queue *q);

void ih_note_close_spares(struct queue *q);

void ih_note_free_all(struct queue *q);

#pragma GCC visibility pop

/* Of the linker: close() itself, which kqueue.c stands in front of. */
int __real_close(int fd);

#endif
