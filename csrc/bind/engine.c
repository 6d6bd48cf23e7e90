/* core.engine(): the engine of net/engine.h as a Lua object; and its clock. */
#include "engine.h"

#include <errno.h>
#include <string.h>

#include "../net/engine.h"
#include "../net/global.h"
#include "../net/interrupt.h"
#include "../net/poll.h"
#include "../net/step.h"
#include "bind.h"
#include "open.h"

#define SELF 1

#define CLOSED "the engine is closed"
#define FORKED "forked"

struct engine_box *ih_check_engine(lua_State *L, int index) {
  return luaL_checkudata(L, index, ENGINE_TYPE);
}

static struct ih_engine *self(lua_State *L) {
  return ih_check_engine(L, SELF)->engine;
}

/* core.engine() -> engine | nil, message */
static int l_new(lua_State *L) {
  struct engine_box *box = lua_newuserdata(L, sizeof *box);
  int status;
  box->engine = NULL;
  luaL_setmetatable(L, ENGINE_TYPE);
  status = ih_engine_new(&box->engine);
  if (status == IH_OK)
    return 1;
  if (status == IH_SYSTEM && (errno == EMFILE || errno == ENFILE))
    return ih_push_failure(L, "no file descriptor is free: raise the limit "
                              "(ulimit -n) or close some");
  if (status == IH_SYSTEM)
    return ih_push_failure(L, strerror(errno));
  return ih_push_failure(L, "out of memory");
}

/* engine:fd() -> descriptor */
static int l_fd(lua_State *L) {
  struct ih_engine *e = self(L);
  if (!e)
    return ih_push_failure(L, CLOSED);
  lua_pushinteger(L, ih_engine_fd(e));
  return 1;
}

/* engine:step(ready, [seconds], [bytes], [wait]) -> count | nil, message.
** Writes the tokens of transfers and children with news to ready[1 .. count]. */
static int l_step(lua_State *L) {
  struct ih_engine *e = self(L);
  lua_Number seconds = luaL_optnumber(L, 3, IH_STEP_SECONDS);
  lua_Number bytes = luaL_optnumber(L, 4, (lua_Number)IH_STEP_BYTES);
  lua_Number wait = luaL_optnumber(L, 5, 0);
  int64_t token;
  int count = 0;
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_argcheck(L, bytes >= 0 && bytes <= (lua_Number)INT32_MAX, 4,
                "a number of bytes that is not negative");
  if (!e)
    return ih_push_failure(L, CLOSED);
  if (ih_engine_step(e, ih_nanoseconds(seconds), (size_t)bytes,
                     ih_nanoseconds(wait)) < 0)
    return ih_push_failure(L, FORKED);
  /* Storing may run finalizers, which may do anything to the engine; and it may
  ** run out of memory, after which the news is still there. */
  while ((e = self(L)) && (token = ih_engine_ready(e)) != 0) {
    lua_pushinteger(L, (lua_Integer)token);
    lua_rawseti(L, 2, ++count);
    if ((e = self(L)))
      ih_engine_told(e, token);
  }
  lua_pushinteger(L, count);
  return 1;
}

/* engine:alarm([seconds]): the descriptor becomes readable then; nil: no more
 */
static int l_alarm(lua_State *L) {
  struct ih_engine *e = self(L);
  lua_Number delay = luaL_optnumber(L, 2, -1);
  if (e)
    ih_engine_alarm(e, delay < 0 ? -1 : ih_nanoseconds(delay));
  return 0;
}

/* engine:running() -> how many transfers are not over */
static int l_running(lua_State *L) {
  struct ih_engine *e = self(L);
  lua_pushinteger(L, e ? (lua_Integer)ih_engine_running(e) : 0);
  return 1;
}

/* engine:busy() -> whether a step may bring news */
static int l_busy(lua_State *L) {
  struct ih_engine *e = self(L);
  lua_pushboolean(L, e && ih_engine_is_busy(e));
  return 1;
}

/* engine:forked() -> whether another process made it */
static int l_forked(lua_State *L) {
  struct ih_engine *e = self(L);
  lua_pushboolean(L, e && ih_engine_is_forked(e));
  return 1;
}

/* engine:closed() */
static int l_closed(lua_State *L) {
  lua_pushboolean(L, !self(L));
  return 1;
}

/* engine:wake_on_interrupt(): a caught Ctrl-C ends its waits */
static int l_wake_on_interrupt(lua_State *L) {
  struct ih_engine *e = self(L);
  if (!e)
    return ih_push_failure(L, CLOSED);
  if (ih_engine_add_waker(e, ih_interrupt_fd()) < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* engine:watch(descriptor): it becomes readable when that is */
static int l_watch(lua_State *L) {
  struct ih_engine *e = self(L);
  int fd = ih_check_descriptor(L, 2);
  if (!e)
    return ih_push_failure(L, CLOSED);
  if (ih_engine_add_waker(e, fd) < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* engine:close(); also the finalizer. Never raises. */
static int l_close(lua_State *L) {
  struct engine_box *box = ih_check_engine(L, SELF);
  struct ih_engine *e = box->engine;
  box->engine = NULL;
  ih_engine_free(e);
  return 0;
}

static int l_tostring(lua_State *L) {
  struct ih_engine *e = self(L);
  if (e)
    lua_pushfstring(L, ENGINE_TYPE " (descriptor %d, %d running, %s)",
                    ih_engine_fd(e), (int)ih_engine_running(e),
                    ih_global_version());
  else
    lua_pushliteral(L, ENGINE_TYPE " (closed)");
  return 1;
}

/* core.curl_version() -> "libcurl/8.x (OpenSSL/3.x)" */
static int l_curl_version(lua_State *L) {
  lua_pushstring(L, ih_global_version());
  return 1;
}

/* core.can_suspend() -> whether the running coroutine can be suspended | nil
** where Lua does not tell. Its own function for that is not there in nginx. */
static int l_can_suspend(lua_State *L) {
  int can = ih_can_suspend(L);
  if (can < 0)
    lua_pushnil(L);
  else
    lua_pushboolean(L, can);
  return 1;
}

/* core.now() -> seconds of the monotonic clock */
static int l_now(lua_State *L) {
  lua_pushnumber(L, (lua_Number)ih_poll_now() / 1e9);
  return 1;
}

static const luaL_Reg methods[] = {
    {"fd", l_fd},         {"step", l_step},
    {"alarm", l_alarm},   {"running", l_running},
    {"busy", l_busy},     {"forked", l_forked},
    {"closed", l_closed}, {"wake_on_interrupt", l_wake_on_interrupt},
    {"watch", l_watch},   {"close", l_close},
    {NULL, NULL}};

static const luaL_Reg meta[] = {{"__gc", l_close},
                                {"__close", l_close},
                                {"__tostring", l_tostring},
                                {NULL, NULL}};

static const luaL_Reg functions[] = {{"engine", l_new},
                                     {"curl_version", l_curl_version},
                                     {"now", l_now},
                                     {"can_suspend", l_can_suspend},
                                     {NULL, NULL}};

void ih_open_engine(lua_State *L) {
  ih_new_class(L, ENGINE_TYPE, methods, meta);
  luaL_setfuncs(L, functions, 0);
}
