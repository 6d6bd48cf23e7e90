#include "platform.h"

#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/buf.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* Where the child keeps its ends before they take their places, and the one that
** tells how it went. */
#define ASIDE 16
#define REPORT 3

/* Descriptors that are closed one by one where there is no better way. */
#define MOST_CLOSED 65536

/* What the child says when it could not become the program. */
struct report {
  int stage, error;
};

/* ---- what is done before ------------------------------------------------ */

static const char *path_of(const char *const *env) {
  for (; *env; env++)
    if (strncmp(*env, "PATH=", 5) == 0)
      return *env + 5;
  return DEFAULT_PATH;
}

static int is_program(const char *file) {
  struct stat info;
  return stat(file, &info) == 0 && S_ISREG(info.st_mode) &&
         access(file, X_OK) == 0;
}

/* The file of a program, to be freed; NULL with errno, or ENOMEM in it. */
static char *find_program(const char *name, const char *const *env) {
  const char *path = path_of(env);
  size_t longest = strlen(path) + strlen(name) + 2;
  char *file = malloc(longest);
  if (!file)
    return NULL;
  if (strchr(name, '/'))
    return strcpy(file, name); /* NOLINT(clang-analyzer-security*): it fits */
  while (*path) {
    size_t n = strcspn(path, ":");
    if (*path == '/') { /* others would mean what the working folder is */
      memcpy(file, path, n);
      file[n] = '/';
      memcpy(file + n + 1, name, strlen(name) + 1);
      if (is_program(file))
        return file;
    }
    path += n + (path[n] == ':');
  }
  free(file);
  errno = ENOENT;
  return NULL;
}

static void close_pair(int pair[2]) {
  int saved = errno;
  if (pair[0] >= 0)
    close(pair[0]);
  if (pair[1] >= 0)
    close(pair[1]);
  pair[0] = pair[1] = -1;
  errno = saved;
}

enum { IN, OUT, ERR, TOLD, PIPES };

static void close_pipes(int pipes[PIPES][2]) {
  int i;
  for (i = 0; i < PIPES; i++)
    close_pair(pipes[i]);
}

static int open_pipes(int pipes[PIPES][2]) {
  int i, opened = 1;
  for (i = 0; i < PIPES; i++)
    pipes[i][0] = pipes[i][1] = -1;
  for (i = 0; i < PIPES && opened; i++)
    opened = ih_platform_pipe(pipes[i]) == 0;
  if (!opened)
    close_pipes(pipes);
  return opened;
}

/* ---- in the child: nothing here may allocate ----------------------------- */

static void fail(int told, int stage) {
  struct report r;
  r.stage = stage;
  r.error = errno;
  if (write(told, &r, sizeof r) < 0)
    _exit(126);
  _exit(127);
}

static void default_signals(void) {
  struct sigaction action;
  int i;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  for (i = 1; i < NSIG; i++)
    sigaction(i, &action, NULL);
  sigprocmask(SIG_SETMASK, &action.sa_mask, NULL); /* which is empty */
}

static void close_from(unsigned first) {
  struct rlimit limit;
  unsigned fd, last = MOST_CLOSED;
  if (ih_platform_close_from(first) == 0)
    return;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < last)
    last = (unsigned)limit.rlim_cur;
  for (fd = first; fd < last; fd++)
    close((int)fd);
}

/* Its ends are where nothing else is, then in their places. */
static int take_places(int pipes[PIPES][2]) {
  static const int ours[PIPES] = {0, 1, 1, 1};
  static const int places[PIPES] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
                                    REPORT};
  int i, aside[PIPES];
  for (i = 0; i < PIPES; i++)
    if ((aside[i] = fcntl(pipes[i][ours[i]], F_DUPFD, ASIDE)) < 0)
      return 0;
  for (i = 0; i < PIPES; i++)
    if (dup2(aside[i], places[i]) < 0)
      return 0;
  return fcntl(REPORT, F_SETFD, FD_CLOEXEC) == 0;
}

/* What execve does not change it takes as if it might. */
static char *const *for_exec(const char *const *list) {
  union {
    const char *const *given;
    char *const *taken;
  } either;
  either.given = list;
  return either.taken;
}

static void become(const struct ih_spawn *s, const char *file,
                   int pipes[PIPES][2], pid_t parent) {
  if (!take_places(pipes))
    fail(pipes[TOLD][1], IH_SPAWN_PREPARE);
  close_from(REPORT + 1);
  setsid();
  if (ih_platform_die_with_parent() < 0 || getppid() != parent)
    fail(REPORT, IH_SPAWN_PREPARE);
  default_signals();
  if (s->cwd && chdir(s->cwd) < 0)
    fail(REPORT, IH_SPAWN_CWD);
  execve(file, for_exec(s->argv), for_exec(s->env));
  fail(REPORT, IH_SPAWN_EXEC);
}

/* ---- in the parent ------------------------------------------------------ */

/* No handler of the host's may run in the child. */
static pid_t fork_quietly(const struct ih_spawn *s, const char *file,
                          int pipes[PIPES][2]) {
  sigset_t all, before;
  pid_t pid, parent = getpid();
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid = fork();
  if (pid == 0)
    become(s, file, pipes, parent);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pid;
}

/* Waits until the child is the program, or has said why it is not. */
static int hear(int fd, pid_t pid, int *stage) {
  struct report r;
  ssize_t n;
  do
    n = read(fd, &r, sizeof r);
  while (n < 0 && errno == EINTR);
  if (n == 0)
    return IH_OK;
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    ;
  *stage = n == (ssize_t)sizeof r ? r.stage : IH_SPAWN_PREPARE;
  errno = n == (ssize_t)sizeof r ? r.error : EAGAIN;
  return IH_SYSTEM;
}

static int is_ready(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static int start(const struct ih_spawn *s, const char *file,
                 struct ih_spawned *out, int *stage) {
  int pipes[PIPES][2], status;
  pid_t pid;
  if (!open_pipes(pipes))
    return IH_SYSTEM;
  if (!is_ready(pipes[IN][1]) || !is_ready(pipes[OUT][0]) ||
      !is_ready(pipes[ERR][0]) || (pid = fork_quietly(s, file, pipes)) < 0) {
    close_pipes(pipes);
    return IH_SYSTEM;
  }
  close(pipes[TOLD][1]);
  pipes[TOLD][1] = -1;
  status = hear(pipes[TOLD][0], pid, stage);
  if (status == IH_OK) {
    out->pid = pid;
    out->in = pipes[IN][1];
    out->out = pipes[OUT][0];
    out->err = pipes[ERR][0];
    pipes[IN][1] = pipes[OUT][0] = pipes[ERR][0] = -1;
  }
  close_pipes(pipes);
  return status;
}

int ih_spawn(const struct ih_spawn *s, struct ih_spawned *out, int *stage) {
  char *file = find_program(s->argv[0], s->env);
  int status, saved;
  *stage = IH_SPAWN_EXEC;
  if (!file)
    return errno == ENOMEM ? IH_NOMEM : IH_SYSTEM;
  *stage = IH_SPAWN_PREPARE;
  status = start(s, file, out, stage);
  saved = errno;
  free(file);
  errno = saved;
  return status;
}
