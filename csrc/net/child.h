/*
** A program that an engine watches: what is written to it leaves when it reads,
** and what it says comes line by line.
**
** The engine's descriptor is readable when there is something to do for it, and
** a step reports it by its token, as it does transfers, when lines came, a
** stream of it ended, or the program did. Whatever the program does, no function
** here waits, and no more is kept than the limits say: a stream whose lines
** nobody takes is not read any more.
**
** A child belongs to the caller from ih_child_start to ih_child_release, also
** after the engine has closed; then, or when it is released, the program and all
** of its group are killed. It belongs to the process that started it: in a
** forked child of that every function fails or does nothing, and the program is
** let be.
*/
#ifndef IH_CHILD_H
#define IH_CHILD_H

#include <stdint.h>

#include "../core/buf.h"
#include "../core/queue.h"
#include "spawn.h"

#pragma GCC visibility push(hidden)

struct ih_engine;

/* What it may be sent and does not read. */
#define IH_CHILD_UNREAD ((size_t)32 * 1024 * 1024)

/* Of what goes wrong; longer lines come in pieces. */
#define IH_CHILD_ERROR_LINE ((size_t)4096)

enum ih_child_stream { IH_CHILD_OUT, IH_CHILD_ERR, IH_CHILD_STREAMS };

struct ih_child_lines {
  int fd, watched; /* negative: at its end */
  size_t longest;  /* of a line */
  size_t looked;   /* at so many bytes, in which no line ends */
  uint64_t taken;  /* how often something was taken away */
  struct ih_buf bytes;
};

struct ih_child {
  int64_t token;
  int64_t told; /* how often its news was delivered */
  struct ih_link member, news;
  struct ih_engine *engine; /* NULL: the engine is closed */
  pid_t pid;
  long owner; /* the process that started it: see global.h */
  int ending; /* readable when the program has ended, negative: none */
  int in, in_watched, in_closing;
  struct ih_buf unsent;
  struct ih_child_lines lines[IH_CHILD_STREAMS];
  int ended, status; /* of waitpid */
  int wanted;
};

/* `longest` bounds the lines of its output. IH_OK; or with *out NULL IH_NOMEM,
** or IH_SYSTEM with errno and *stage of spawn.h. */
int ih_child_start(struct ih_engine *e, const struct ih_spawn *s,
                   size_t longest, struct ih_child **out, int *stage);

/* Takes bytes to be written. IH_OK, IH_NOMEM, IH_LIMIT when it does not read, or
** IH_SYSTEM when it cannot any more. */
int ih_child_write(struct ih_child *c, const char *bytes, size_t n);

/* Its input ends when what waits has left. */
void ih_child_close_input(struct ih_child *c);

/* The first line of a stream, without its end, of *used bytes. 1, 0 when there
** is none, or IH_LIMIT when it is too long: nothing comes after that. The line
** is good until the next call. */
int ih_child_line(struct ih_child *c, enum ih_child_stream which,
                  struct ih_span *line, size_t *used);

/* Takes so many bytes away. */
void ih_child_consume(struct ih_child *c, enum ih_child_stream which,
                      size_t used);

/* Whether a stream has ended, and all lines of it were taken. */
int ih_child_is_over(const struct ih_child *c, enum ih_child_stream which);

/* Whether the program has ended; then `status` is what waitpid told. */
int ih_child_has_ended(struct ih_child *c);

/* Sends a signal to the program and all of its group, if it has not ended. */
void ih_child_signal(struct ih_child *c, int number);

/* Whether somebody waits for it, so that the engine is busy. */
void ih_child_want(struct ih_child *c, int wanted);

/* Kills and frees. */
void ih_child_release(struct ih_child *c);

/* ---- for the engine ---- */

/* Whether a descriptor that is ready was one of a child, and was served. */
int ih_child_serve(struct ih_engine *e, int fd, int what);

/* The engine ends. */
void ih_child_leave_all(struct ih_engine *e);

#pragma GCC visibility pop

#endif
