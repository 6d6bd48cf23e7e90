/* core.notices(): the group of net/notice.h as a Lua object. */
#include "../net/notice.h"

#include <errno.h>
#include <string.h>

#include "../core/buf.h"
#include "bind.h"
#include "open.h"

#define NOTICES_TYPE "indoxhub.notices"

#define SELF 1

struct notices_box {
  struct ih_notices *group; /* NULL: closed */
};

static struct ih_notices *self(lua_State *L) {
  struct notices_box *box = luaL_checkudata(L, SELF, NOTICES_TYPE);
  return box->group;
}

/* core.notices() -> notices | nil, message */
static int l_new(lua_State *L) {
  struct notices_box *box = lua_newuserdata(L, sizeof *box);
  int status;
  box->group = NULL;
  luaL_setmetatable(L, NOTICES_TYPE);
  status = ih_notices_new(&box->group);
  if (status == IH_OK)
    return 1;
  return ih_push_failure(L, status == IH_SYSTEM ? strerror(errno)
                                                : "out of memory");
}

/* notices:fd() -> descriptor; nil when closed */
static int l_fd(lua_State *L) {
  struct ih_notices *g = self(L);
  if (!g)
    return 0;
  lua_pushinteger(L, ih_notices_fd(g));
  return 1;
}

/* notices:add() -> number, callback, argument | nil. The callback is a
** `void (*)(void *)` that the host must call once, with the argument. */
static int l_add(lua_State *L) {
  union {
    void (*call)(void *);
    void *pointer;
  } callback;
  struct ih_notices *g = self(L);
  int64_t number = 0;
  void *argument = g ? ih_notice_new(g, &number) : NULL;
  if (!argument)
    return 0;
  callback.call = ih_notice_give;
  lua_pushinteger(L, (lua_Integer)number);
  lua_pushlightuserdata(L, callback.pointer);
  lua_pushlightuserdata(L, argument);
  return 3;
}

/* notices:take() -> number of one that was given | nil */
static int l_take(lua_State *L) {
  struct ih_notices *g = self(L);
  int64_t number = g ? ih_notices_take(g) : 0;
  if (number == 0)
    return 0;
  lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

/* notices:close(); also the finalizer. Never raises. */
static int l_close(lua_State *L) {
  struct notices_box *box = luaL_checkudata(L, SELF, NOTICES_TYPE);
  struct ih_notices *g = box->group;
  box->group = NULL;
  ih_notices_free(g);
  return 0;
}

static const luaL_Reg methods[] = {{"fd", l_fd},
                                   {"add", l_add},
                                   {"take", l_take},
                                   {"close", l_close},
                                   {NULL, NULL}};

static const luaL_Reg meta[] = {{"__gc", l_close}, {NULL, NULL}};

void ih_open_notice(lua_State *L) {
  ih_new_class(L, NOTICES_TYPE, methods, meta);
  lua_pushcfunction(L, l_new);
  lua_setfield(L, -2, "notices");
}
