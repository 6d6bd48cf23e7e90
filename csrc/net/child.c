#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "global.h"
#include "inner.h"
#include "sigpipe.h"

/* Read at a time; and what may wait when there are lines in it. */
#define PIECE ((size_t)64 * 1024)
#define QUEUE ((size_t)512 * 1024)

/* Looks at a program that was killed, and the time between them. */
#define LOOKS 100
#define BETWEEN_LOOKS 1000000 /* nanoseconds */

/* Whether it is this process's, and its engine is there. */
static int is_ours(const struct ih_child *c) {
  return c->engine && c->owner == ih_global_process();
}

static void tell(struct ih_child *c) {
  ih_queue_push(&c->engine->child_news, &c->news);
}

/* ---- watching ----------------------------------------------------------- */

static void watch(struct ih_child *c, int fd, int *watched, int what) {
  if (*watched == what || fd < 0)
    return;
  if (ih_poll_watch(&c->engine->poll, fd, what, *watched) == IH_OK)
    *watched = what;
}

/* A descriptor leaves the poll set before it is closed; that of a parent process
** it may be in no more. */
static void let_go(struct ih_child *c, int *fd, int *watched) {
  if (*fd < 0)
    return;
  if (*watched && is_ours(c))
    ih_poll_watch(&c->engine->poll, *fd, 0, 1);
  *watched = 0;
  close(*fd);
  *fd = -1;
}

static void let_go_ending(struct ih_child *c) {
  if (c->ending < 0)
    return;
  if (is_ours(c))
    ih_poll_watch(&c->engine->poll, c->ending, 0, 1);
  ih_poll_exit_close(c->ending, c->owner != ih_global_process());
  c->ending = -1;
}

static int has_line(const struct ih_child_lines *l) {
  const char *from = ih_buf_bytes(&l->bytes) + l->looked;
  return memchr(from, '\n', ih_buf_len(&l->bytes) - l->looked) != NULL;
}

static int is_full(const struct ih_child_lines *l) {
  size_t n = ih_buf_len(&l->bytes);
  return has_line(l) ? n >= QUEUE : n > l->longest;
}

static void watch_lines(struct ih_child *c, struct ih_child_lines *l) {
  watch(c, l->fd, &l->watched, is_full(l) ? 0 : IH_READ);
}

/* ---- the life of a child ------------------------------------------------ */

static struct ih_child *adopt(struct ih_engine *e, const struct ih_spawned *s,
                              struct ih_child *c, size_t longest) {
  c->token = ++e->last_token;
  c->engine = e;
  c->pid = s->pid;
  c->owner = e->process;
  c->in = s->in;
  c->lines[IH_CHILD_OUT].fd = s->out;
  c->lines[IH_CHILD_OUT].longest = longest;
  c->lines[IH_CHILD_ERR].fd = s->err;
  c->lines[IH_CHILD_ERR].longest = IH_CHILD_ERROR_LINE;
  c->ending = ih_poll_exit(s->pid);
  ih_queue_push(&e->children, &c->member);
  return c;
}

int ih_child_start(struct ih_engine *e, const struct ih_spawn *s,
                   size_t longest, struct ih_child **out, int *stage) {
  struct ih_spawned spawned;
  struct ih_child *c = calloc(1, sizeof *c);
  int ending_watched = 0, status;
  *out = NULL;
  *stage = IH_SPAWN_PREPARE;
  if (!c)
    return IH_NOMEM;
  status = ih_spawn(s, &spawned, stage);
  if (status < 0) {
    free(c);
    return status;
  }
  adopt(e, &spawned, c, longest);
  watch_lines(c, &c->lines[IH_CHILD_OUT]);
  watch_lines(c, &c->lines[IH_CHILD_ERR]);
  watch(c, c->ending, &ending_watched, IH_READ);
  if (!c->lines[IH_CHILD_OUT].watched || !c->lines[IH_CHILD_ERR].watched) {
    status = errno;
    ih_child_release(c);
    errno = status;
    return IH_SYSTEM;
  }
  *out = c;
  return IH_OK;
}

/* Those that the program has started and left behind end with it. Its number is
** nobody else's as long as it was not taken away. */
static void note_end(struct ih_child *c) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (info.si_pid == 0)
      return;
    kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
      ;
  } else if (errno == EINTR) {
    return;
  } /* else somebody else has taken it away */
  c->ended = 1;
  let_go_ending(c);
}

int ih_child_has_ended(struct ih_child *c) {
  if (!c->ended && c->owner == ih_global_process())
    note_end(c);
  return c->ended;
}

void ih_child_signal(struct ih_child *c, int number) {
  if (!ih_child_has_ended(c) && c->owner == ih_global_process())
    kill(-c->pid, number);
}

/* A process that was killed takes a moment to end. */
static void kill_now(struct ih_child *c) {
  struct timespec moment = {0, BETWEEN_LOOKS};
  int looks;
  if (c->owner != ih_global_process())
    return;
  ih_child_signal(c, SIGKILL);
  for (looks = 0; looks < LOOKS && !ih_child_has_ended(c); looks++)
    nanosleep(&moment, NULL);
}

static void leave(struct ih_child *c) {
  int which;
  ih_child_want(c, 0);
  let_go(c, &c->in, &c->in_watched);
  for (which = 0; which < IH_CHILD_STREAMS; which++)
    let_go(c, &c->lines[which].fd, &c->lines[which].watched);
  kill_now(c);
  let_go_ending(c);
  ih_queue_leave(&c->member);
  ih_queue_leave(&c->news);
  c->engine = NULL;
}

void ih_child_release(struct ih_child *c) {
  if (c->engine)
    leave(c);
  ih_buf_free(&c->unsent);
  ih_buf_free(&c->lines[IH_CHILD_OUT].bytes);
  ih_buf_free(&c->lines[IH_CHILD_ERR].bytes);
  free(c);
}

void ih_child_leave_all(struct ih_engine *e) {
  struct ih_link *link;
  while ((link = ih_queue_first(&e->children)))
    leave(ih_queue_item(link, struct ih_child, member));
}

void ih_child_want(struct ih_child *c, int wanted) {
  if (c->engine && c->wanted != wanted) {
    c->wanted = wanted;
    if (wanted)
      c->engine->wanted++;
    else
      c->engine->wanted--;
  }
}

/* ---- writing ------------------------------------------------------------ */

static void flush(struct ih_child *c) {
  struct ih_sigpipe pipe;
  ssize_t n = 1;
  ih_sigpipe_block(&pipe);
  while (ih_buf_len(&c->unsent) > 0 && n > 0) {
    n = write(c->in, ih_buf_bytes(&c->unsent), ih_buf_len(&c->unsent));
    if (n > 0)
      ih_buf_consume(&c->unsent, (size_t)n);
    else if (n < 0 && errno == EINTR)
      n = 1;
  }
  ih_sigpipe_release(&pipe);
  if (n < 0 && errno != EAGAIN) {
    ih_buf_clear(&c->unsent); /* nobody reads any more */
    c->in_closing = 1;
  }
  if (ih_buf_len(&c->unsent) > 0)
    watch(c, c->in, &c->in_watched, IH_WRITE);
  else if (c->in_closing)
    let_go(c, &c->in, &c->in_watched);
  else
    watch(c, c->in, &c->in_watched, 0);
}

int ih_child_write(struct ih_child *c, const char *bytes, size_t n) {
  if (!is_ours(c) || c->in < 0 || c->in_closing)
    return IH_SYSTEM;
  if (ih_buf_len(&c->unsent) + n > IH_CHILD_UNREAD)
    return IH_LIMIT;
  if (ih_buf_append(&c->unsent, bytes, n) < 0)
    return IH_NOMEM;
  flush(c);
  return c->in_closing ? IH_SYSTEM : IH_OK;
}

void ih_child_close_input(struct ih_child *c) {
  if (!is_ours(c) || c->in < 0)
    return;
  c->in_closing = 1;
  flush(c);
}

/* ---- reading ------------------------------------------------------------ */

static void read_lines(struct ih_child *c, struct ih_child_lines *l) {
  size_t room = c->engine->lanes.bytes_left;
  ssize_t n = -1;
  char *to;
  if (room > PIECE)
    room = PIECE;
  to = ih_buf_reserve(&l->bytes, room);
  if (!to)
    errno = ENOMEM;
  else
    n = read(l->fd, to, room);
  if (n > 0) {
    ih_buf_extend(&l->bytes, (size_t)n);
    c->engine->lanes.bytes_left -= (size_t)n;
    watch_lines(c, l);
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    let_go(c, &l->fd, &l->watched);
  } else {
    return;
  }
  tell(c);
}

static int serve(struct ih_child *c, int fd, int what) {
  int which;
  if (fd == c->in && (what & (IH_WRITE | IH_ERROR))) {
    flush(c);
    return 1;
  }
  for (which = 0; which < IH_CHILD_STREAMS; which++)
    if (fd == c->lines[which].fd) {
      read_lines(c, &c->lines[which]);
      return 1;
    }
  if (fd != c->ending)
    return fd == c->in;
  note_end(c);
  tell(c);
  return 1;
}

int ih_child_serve(struct ih_engine *e, int fd, int what) {
  struct ih_link *link = ih_queue_first(&e->children);
  for (; link; link = link->_next)
    if (serve(ih_queue_item(link, struct ih_child, member), fd, what))
      return 1;
  return 0;
}

int ih_child_line(struct ih_child *c, enum ih_child_stream which,
                  struct ih_span *line, size_t *used) {
  struct ih_child_lines *l = &c->lines[which];
  const char *bytes = ih_buf_bytes(&l->bytes), *end;
  size_t n = ih_buf_len(&l->bytes);
  end = memchr(bytes + l->looked, '\n', n - l->looked);
  line->ptr = bytes;
  line->len = end ? (size_t)(end - bytes) : n;
  *used = line->len + (end != NULL);
  if (line->len > l->longest) {
    if (which == IH_CHILD_OUT)
      return IH_LIMIT;
    line->len = *used = l->longest;
    return 1;
  }
  if (end || (l->fd < 0 && n > 0))
    return 1;
  l->looked = n;
  return 0;
}

void ih_child_consume(struct ih_child *c, enum ih_child_stream which,
                      size_t used) {
  struct ih_child_lines *l = &c->lines[which];
  ih_buf_consume(&l->bytes, used);
  l->looked = 0;
  l->taken++;
  if (is_ours(c))
    watch_lines(c, l);
}

int ih_child_is_over(const struct ih_child *c, enum ih_child_stream which) {
  return c->lines[which].fd < 0 && ih_buf_len(&c->lines[which].bytes) == 0;
}
