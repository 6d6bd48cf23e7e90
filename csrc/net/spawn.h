/*
** Starts a program whose standard streams are pipes of ours.
**
** No shell takes part. The program gets the environment it is given and nothing
** else of this process: no open descriptor, no blocked or ignored signal, no
** terminal. It leads a session and a group of its own, by which all can be
** signalled that it starts in turn. On Linux it dies with the thread that started
** it, however that ends; elsewhere it hears that its input has ended.
*/
#ifndef IH_SPAWN_H
#define IH_SPAWN_H

#include <sys/types.h>

#pragma GCC visibility push(hidden)

struct ih_spawn {
  const char *const *argv; /* ends with NULL; the first names the program */
  const char *const *env;  /* "NAME=value", ends with NULL */
  const char *cwd;         /* NULL: that of this process */
};

struct ih_spawned {
  pid_t pid;
  int in, out, err; /* our ends, which never block */
};

/* What could not be done. */
enum ih_spawn_stage {
  IH_SPAWN_PREPARE, /* pipes, the process */
  IH_SPAWN_CWD,
  IH_SPAWN_EXEC
};

/* A name without a slash is looked for in PATH of the given environment. IH_OK,
** IH_NOMEM, or IH_SYSTEM with errno and *stage. */
int ih_spawn(const struct ih_spawn *s, struct ih_spawned *out, int *stage);

#pragma GCC visibility pop

#endif
