/* What the command needs of the process it is: terminals, Ctrl-C, pipes that
** nobody reads any more, folders for nobody else, and locks. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/buf.h"
#include "../net/interrupt.h"
#include "../net/terminal.h"
#include "bind.h"
#include "open.h"

/* core.isatty(descriptor) -> boolean */
static int l_isatty(lua_State *L) {
  lua_pushboolean(L, isatty(ih_check_descriptor(L, 1)));
  return 1;
}

/* core.catch_interrupts([ends]) -> true | nil, message: takes Ctrl-C over, and
** with `ends` what ends programs */
static int l_catch(lua_State *L) {
  if (ih_interrupt_catch() < 0 ||
      (lua_toboolean(L, 1) && ih_interrupt_catch_ends() < 0))
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* core.interrupted() -> whether there was one since the last call */
static int l_interrupted(lua_State *L) {
  lua_pushboolean(L, ih_interrupt_take());
  return 1;
}

/* core.ending() -> number of the signal that ends the program | nil */
static int l_ending(lua_State *L) {
  int number = ih_interrupt_ending();
  if (number)
    lua_pushinteger(L, number);
  else
    lua_pushnil(L);
  return 1;
}

/* core.await_input(descriptor) -> true, false when interrupted | nil, message */
static int l_await(lua_State *L) {
  int readable = ih_interrupt_await(ih_check_descriptor(L, 1));
  if (readable < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, readable);
  return 1;
}

/* core.read_input(descriptor) -> bytes, "" at the end | false when interrupted
** | nil, message: what there is, without waiting for more */
static int l_read(lua_State *L) {
  char bytes[16384];
  int fd = ih_check_descriptor(L, 1);
  int readable = ih_interrupt_await(fd);
  ssize_t n = readable > 0 ? read(fd, bytes, sizeof bytes) : -1;
  if (readable == 0 || (n < 0 && errno == EINTR))
    lua_pushboolean(L, 0);
  else if (n < 0)
    return ih_push_failure(L, strerror(errno));
  else
    lua_pushlstring(L, bytes, (size_t)n);
  return 1;
}

/* core.terminal_width(descriptor) -> columns, nil when that is not known */
static int l_width(lua_State *L) {
  struct winsize size;
  if (ioctl(ih_check_descriptor(L, 1), TIOCGWINSZ, &size) < 0 ||
      size.ws_col == 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, size.ws_col);
  return 1;
}

/* core.guard_terminal(descriptor, farewell) -> true | nil, message: a signal that
** ends the program leaves the terminal in the mode it is in now, and in another
** mode it gets the farewell first */
static int l_guard(lua_State *L) {
  size_t n;
  const char *farewell = luaL_checklstring(L, 2, &n);
  if (ih_terminal_guard(ih_check_descriptor(L, 1), farewell, n) < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* core.ignore_broken_pipes(): writing to one fails, and ends no process */
static int l_ignore(lua_State *L) {
  (void)L;
  (void)signal(SIGPIPE, SIG_IGN);
  return 0;
}

/* core.fill_descriptors(): the first three that the caller closed lead nowhere,
** so that nothing opened later is taken for them; writing to stdout fails */
static int l_fill(lua_State *L) {
  int fd;
  (void)L;
  for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
  return 0;
}

/* core.make_folder(path) -> true | nil, message: for its owner alone; one that
** is there stays as it is */
static int l_make_folder(lua_State *L) {
  if (mkdir(luaL_checkstring(L, 1), S_IRWXU) < 0 && errno != EEXIST)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* core.lock(file) -> true | nil, message: an open file of io, until it is closed;
** waits for others, but not on after a signal */
static int l_lock(lua_State *L) {
  FILE *file = ih_check_file(L, 1);
  luaL_argcheck(L, file, 1, "is closed");
  if (flock(fileno(file), LOCK_EX) < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

static const luaL_Reg functions[] = {{"isatty", l_isatty},
                                     {"catch_interrupts", l_catch},
                                     {"interrupted", l_interrupted},
                                     {"ending", l_ending},
                                     {"await_input", l_await},
                                     {"read_input", l_read},
                                     {"terminal_width", l_width},
                                     {"guard_terminal", l_guard},
                                     {"ignore_broken_pipes", l_ignore},
                                     {"fill_descriptors", l_fill},
                                     {"make_folder", l_make_folder},
                                     {"lock", l_lock},
                                     {NULL, NULL}};

void ih_open_process(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
}
