/*
** spec_process: what a host does in C, for the specs.
**
**     spec_process.fork()    -> 0 in the child, its id in the parent
**     spec_process.wait(id)  -> exit code, that of a shell after a signal
**     spec_process.limit(seconds)
**         -- this process ends after so long, by SIGALRM
**     spec_process.call(callback, argument)
**     spec_process.allocated() -> bytes that malloc has given out; what it keeps
**         for later goes back to the system
**
** and a person at a terminal:
**
**     spec_process.terminal(command, columns) -> process, descriptor
**     spec_process.type(descriptor, bytes)
**     spec_process.see(descriptor, seconds)
**         -> bytes, "" when there are none in that time, nil at the end
**     spec_process.is_usual(descriptor)
**         -> whether it shows what is typed and takes it line by line
**     spec_process.leave(descriptor)
*/
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int l_fork(lua_State *L) {
  lua_pushinteger(L, fork());
  return 1;
}

static int l_wait(lua_State *L) {
  int status = 0;
  waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0);
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status)
                                       : 128 + WTERMSIG(status));
  return 1;
}

static int l_limit(lua_State *L) {
  alarm((unsigned)luaL_checkinteger(L, 1));
  return 0;
}

static int l_call(lua_State *L) {
  union {
    void *pointer;
    void (*call)(void *);
  } callback;
  callback.pointer = lua_touserdata(L, 1);
  callback.call(lua_touserdata(L, 2));
  return 0;
}

static int l_allocated(lua_State *L) {
  struct mallinfo2 info;
  malloc_trim(0);
  info = mallinfo2();
  lua_pushnumber(L, (lua_Number)(info.uordblks + info.hblkhd));
  return 1;
}

static int l_terminal(lua_State *L) {
  const char *command = luaL_checkstring(L, 1);
  struct winsize size;
  int fd;
  pid_t id;
  memset(&size, 0, sizeof size);
  size.ws_row = 24;
  size.ws_col = (unsigned short)luaL_checkinteger(L, 2);
  id = forkpty(&fd, NULL, NULL, &size);
  if (id == 0) {
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  } else if (id < 0)
    return luaL_error(L, "no terminal: %s", strerror(errno));
  lua_pushinteger(L, id);
  lua_pushinteger(L, fd);
  return 2;
}

static int l_type(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  if (write((int)luaL_checkinteger(L, 1), bytes, n) != (ssize_t)n)
    return luaL_error(L, "the terminal takes nothing: %s", strerror(errno));
  return 0;
}

static int l_see(lua_State *L) {
  char bytes[4096];
  struct pollfd waited;
  ssize_t n;
  waited.fd = (int)luaL_checkinteger(L, 1);
  waited.events = POLLIN;
  if (poll(&waited, 1, (int)(luaL_checknumber(L, 2) * 1000)) <= 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  n = read(waited.fd, bytes, sizeof bytes);
  if (n <= 0) /* EIO: nobody has the terminal open any more */
    lua_pushnil(L);
  else
    lua_pushlstring(L, bytes, (size_t)n);
  return 1;
}

static int l_usual(lua_State *L) {
  struct termios mode;
  if (tcgetattr((int)luaL_checkinteger(L, 1), &mode) < 0)
    return luaL_error(L, "no terminal: %s", strerror(errno));
  lua_pushboolean(L, (mode.c_lflag & ECHO) && (mode.c_lflag & ICANON));
  return 1;
}

static int l_leave(lua_State *L) {
  close((int)luaL_checkinteger(L, 1));
  return 0;
}

static const luaL_Reg functions[] = {{"fork", l_fork},
                                     {"wait", l_wait},
                                     {"limit", l_limit},
                                     {"call", l_call},
                                     {"allocated", l_allocated},
                                     {"terminal", l_terminal},
                                     {"type", l_type},
                                     {"see", l_see},
                                     {"is_usual", l_usual},
                                     {"leave", l_leave},
                                     {NULL, NULL}};

int luaopen_spec_process(lua_State *L);

int luaopen_spec_process(lua_State *L) {
  const luaL_Reg *f;
  lua_newtable(L);
  for (f = functions; f->name; f++) {
    lua_pushcfunction(L, f->func);
    lua_setfield(L, -2, f->name);
  }
  return 1;
}
