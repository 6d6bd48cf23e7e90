/*
** spec_process: what a host does in C, for the specs.
**
**     spec_process.fork()    -> 0 in the child, its id in the parent
**     spec_process.wait(id)  -> exit code
**     spec_process.call(callback, argument)
*/
#include <lauxlib.h>
#include <lua.h>
#include <sys/wait.h>
#include <unistd.h>

static int l_fork(lua_State *L) {
  lua_pushinteger(L, fork());
  return 1;
}

static int l_wait(lua_State *L) {
  int status = 0;
  waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0);
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
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

int luaopen_spec_process(lua_State *L);

int luaopen_spec_process(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, l_fork);
  lua_setfield(L, -2, "fork");
  lua_pushcfunction(L, l_wait);
  lua_setfield(L, -2, "wait");
  lua_pushcfunction(L, l_call);
  lua_setfield(L, -2, "call");
  return 1;
}
