/* core.waker(descriptor): the forwarder of net/wake.h as a Lua object. */
#include "../net/wake.h"

#include <errno.h>
#include <string.h>

#include "../core/buf.h"
#include "bind.h"
#include "open.h"

#define WAKER_TYPE "indoxhub.waker"

#define SELF 1

struct waker_box {
  struct ih_wake *wake; /* NULL: closed */
};

static struct ih_wake *self(lua_State *L) {
  struct waker_box *box = luaL_checkudata(L, SELF, WAKER_TYPE);
  return box->wake;
}

/* core.waker(descriptor) -> waker | nil, message */
static int l_new(lua_State *L) {
  int fd = ih_check_descriptor(L, 1);
  struct waker_box *box = lua_newuserdata(L, sizeof *box);
  int status;
  box->wake = NULL;
  luaL_setmetatable(L, WAKER_TYPE);
  status = ih_wake_new(fd, &box->wake);
  if (status == IH_OK)
    return 1;
  return ih_push_failure(L, status == IH_SYSTEM ? strerror(errno)
                                                : "out of memory");
}

/* waker:path() -> where to connect to; nil when closed */
static int l_path(lua_State *L) {
  struct ih_wake *w = self(L);
  char path[IH_WAKE_PATH_ROOM];
  if (!w)
    return 0;
  /* A copy: making a string may run finalizers, which may close the waker. */
  ih_wake_path(w, path);
  lua_pushstring(L, path);
  return 1;
}

/* waker:accept() -> true | nil, message */
static int l_accept(lua_State *L) {
  struct ih_wake *w = self(L);
  if (!w)
    return ih_push_failure(L, "the waker is closed");
  if (ih_wake_accept(w) < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* waker:rearm() */
static int l_rearm(lua_State *L) {
  struct ih_wake *w = self(L);
  if (w)
    ih_wake_rearm(w);
  return 0;
}

/* waker:hang_up() */
static int l_hang_up(lua_State *L) {
  struct ih_wake *w = self(L);
  if (w)
    ih_wake_hang_up(w);
  return 0;
}

/* waker:close(); also the finalizer. Never raises. */
static int l_close(lua_State *L) {
  struct waker_box *box = luaL_checkudata(L, SELF, WAKER_TYPE);
  struct ih_wake *w = box->wake;
  box->wake = NULL;
  ih_wake_free(w);
  return 0;
}

static const luaL_Reg methods[] = {{"path", l_path},   {"accept", l_accept},
                                   {"rearm", l_rearm}, {"hang_up", l_hang_up},
                                   {"close", l_close}, {NULL, NULL}};

static const luaL_Reg meta[] = {{"__gc", l_close}, {NULL, NULL}};

void ih_open_wake(lua_State *L) {
  ih_new_class(L, WAKER_TYPE, methods, meta);
  lua_pushcfunction(L, l_new);
  lua_setfield(L, -2, "waker");
}
