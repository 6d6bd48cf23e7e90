/* engine:spawn{...}: the child of net/child.h as a Lua object. */
#include "../net/child.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "../net/engine.h"
#include "bind.h"
#include "engine.h"
#include "open.h"

#define CHILD_TYPE "indoxhub.child"

#define SELF 1
#define OPTIONS 2
#define KEPT 3 /* a list of every string that C points to */

#define MOST_ITEMS 10000

struct child_box {
  struct ih_child *child; /* NULL: closed */
};

static struct child_box *check(lua_State *L) {
  return luaL_checkudata(L, SELF, CHILD_TYPE);
}

/* ---- starting ----------------------------------------------------------- */

/* The list of strings in a field as a C array, in a userdata left on the stack.
*/
static const char *const *strings_field(lua_State *L, const char *field) {
  const char **list;
  int from, i, n;
  lua_getfield(L, OPTIONS, field);
  from = lua_gettop(L);
  luaL_checktype(L, from, LUA_TTABLE);
  if (lua_objlen(L, from) > MOST_ITEMS)
    luaL_error(L, "field '%s' has more than %d items", field, MOST_ITEMS);
  n = (int)lua_objlen(L, from);
  list = lua_newuserdata(L, sizeof *list * ((size_t)n + 1));
  for (i = 0; i < n; i++) {
    size_t len;
    lua_rawgeti(L, from, i + 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "%s[%d] must be a string", field, i + 1);
    list[i] = lua_tolstring(L, -1, &len);
    if (memchr(list[i], '\0', len))
      luaL_error(L, "%s[%d] contains a NUL byte", field, i + 1);
    lua_rawseti(L, KEPT, (int)lua_objlen(L, KEPT) + 1);
  }
  list[n] = NULL;
  return list;
}

/* nil, message, what could not be done */
static int push_start_failure(lua_State *L, int status, int stage) {
  static const char *const names[] = {[IH_SPAWN_PREPARE] = "prepare",
                                      [IH_SPAWN_CWD] = "cwd",
                                      [IH_SPAWN_EXEC] = "exec"};
  lua_pushnil(L);
  lua_pushstring(L, status == IH_SYSTEM ? strerror(errno) : "out of memory");
  lua_pushstring(L, names[stage]);
  return 3;
}

/* engine:spawn{argv=, env=, cwd=, max_line=} -> child | nil, message, [stage] */
static int l_spawn(lua_State *L) {
  struct engine_box *owner = ih_check_engine(L, SELF);
  struct ih_spawn s;
  struct child_box *box;
  size_t longest;
  int status, stage;
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  lua_settop(L, OPTIONS);
  lua_newtable(L);
  longest = ih_opt_size(L, OPTIONS, "max_line", 0);
  s.argv = strings_field(L, "argv");
  s.env = strings_field(L, "env");
  s.cwd = ih_opt_string(L, OPTIONS, "cwd", NULL);
  if (!s.argv[0])
    return luaL_error(L, "argv must name a program");
  box = lua_newuserdata(L, sizeof *box);
  box->child = NULL;
  luaL_setmetatable(L, CHILD_TYPE);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, SELF);
  lua_rawseti(L, -2, 1);
  ih_setuservalue(L, -2);
  if (!owner->engine)
    return ih_push_failure(L, "the engine is closed");
  if (ih_engine_is_forked(owner->engine))
    return ih_push_failure(L, "forked");
  status = ih_child_start(owner->engine, &s, longest, &box->child, &stage);
  return status == IH_OK ? 1 : push_start_failure(L, status, stage);
}

/* ---- talking ------------------------------------------------------------ */

/* child:token() -> the integer that names it in engine:step's list */
static int l_token(lua_State *L) {
  struct child_box *box = check(L);
  if (!box->child)
    return 0;
  lua_pushinteger(L, (lua_Integer)box->child->token);
  return 1;
}

/* child:write(bytes) -> true | nil, "closed", "full" or "memory" */
static int l_write(lua_State *L) {
  struct child_box *box = check(L);
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  int status = box->child ? ih_child_write(box->child, bytes, n) : IH_SYSTEM;
  if (status < 0)
    return ih_push_failure(L, status == IH_SYSTEM  ? "closed"
                              : status == IH_LIMIT ? "full"
                                                   : "memory");
  lua_pushboolean(L, 1);
  return 1;
}

/* child:unsent() -> how many bytes it has not read yet, but for what is on its
** way */
static int l_unsent(lua_State *L) {
  struct child_box *box = check(L);
  ih_push_count(L, box->child ? ih_buf_len(&box->child->unsent) : 0);
  return 1;
}

static enum ih_child_stream check_stream(lua_State *L) {
  static const char *const names[] = {[IH_CHILD_OUT] = "out",
                                      [IH_CHILD_ERR] = "err",
                                      [IH_CHILD_STREAMS] = NULL};
  return luaL_checkoption(L, 2, NULL, names) == 0 ? IH_CHILD_OUT : IH_CHILD_ERR;
}

/* Whether it is open, and no line of the stream was taken meanwhile. */
static int is_untouched(const struct child_box *box, enum ih_child_stream which,
                        uint64_t taken) {
  return box->child && box->child->lines[which].taken == taken;
}

/* child:line("out" or "err") -> the next line of that stream | nil | nil,
** "limit". Making the string may run finalizers, which may take lines or close
** the child: then it is looked at again. The line is taken away when Lua has it,
** so that none is lost when there is no memory. */
static int l_line(lua_State *L) {
  struct child_box *box = check(L);
  enum ih_child_stream which = check_stream(L);
  struct ih_span line;
  size_t used, room = 0;
  char *copy = NULL;
  int got;
  while (box->child &&
         (got = ih_child_line(box->child, which, &line, &used)) != 0) {
    uint64_t taken = box->child->lines[which].taken;
    if (got < 0)
      return ih_push_failure(L, "limit");
    if (copy && line.len <= room) {
      memcpy(copy, line.ptr, line.len);
      lua_pushlstring(L, copy, line.len);
      if (is_untouched(box, which, taken)) {
        ih_child_consume(box->child, which, used);
        return 1;
      }
    }
    lua_settop(L, 2);
    room = line.len;
    copy = lua_newuserdata(L, room ? room : 1);
  }
  return 0;
}

/* child:over("out" or "err") -> whether that stream has ended, and all its lines
** were taken */
static int l_over(lua_State *L) {
  struct child_box *box = check(L);
  enum ih_child_stream which = check_stream(L);
  lua_pushboolean(L, !box->child || ih_child_is_over(box->child, which));
  return 1;
}

/* child:close_input(): its input ends when what waits has left */
static int l_close_input(lua_State *L) {
  struct child_box *box = check(L);
  if (box->child)
    ih_child_close_input(box->child);
  return 0;
}

/* child:want(boolean): whether somebody waits for it, so that the engine is busy
*/
static int l_want(lua_State *L) {
  struct child_box *box = check(L);
  if (box->child)
    ih_child_want(box->child, lua_toboolean(L, 2));
  return 0;
}

/* ---- end ---------------------------------------------------------------- */

/* child:ended() -> nil while it runs, else "exit" and its code, or "signal" and
** its number */
static int l_ended(lua_State *L) {
  struct child_box *box = check(L);
  int status;
  if (!box->child || !ih_child_has_ended(box->child))
    return 0;
  status = box->child->status;
  lua_pushstring(L, WIFSIGNALED(status) ? "signal" : "exit");
  lua_pushinteger(L,
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  return 2;
}

/* child:signal(number): to the program and all that it has started */
static int l_signal(lua_State *L) {
  struct child_box *box = check(L);
  int number = (int)luaL_checkinteger(L, 2);
  if (box->child)
    ih_child_signal(box->child, number);
  return 0;
}

/* child:close(); also the finalizer: kills it. Never raises. */
static int l_close(lua_State *L) {
  struct child_box *box = check(L);
  struct ih_child *c = box->child;
  box->child = NULL;
  if (c)
    ih_child_release(c);
  return 0;
}

static int l_tostring(lua_State *L) {
  struct child_box *box = check(L);
  if (box->child)
    lua_pushfstring(L, CHILD_TYPE " (process %d)", (int)box->child->pid);
  else
    lua_pushliteral(L, CHILD_TYPE " (closed)");
  return 1;
}

static const luaL_Reg methods[] = {
    {"token", l_token},   {"write", l_write},
    {"unsent", l_unsent}, {"line", l_line},
    {"over", l_over},     {"want", l_want},
    {"ended", l_ended},   {"close_input", l_close_input},
    {"signal", l_signal}, {"close", l_close},
    {NULL, NULL}};

static const luaL_Reg meta[] = {{"__gc", l_close},
                                {"__close", l_close},
                                {"__tostring", l_tostring},
                                {NULL, NULL}};

static const luaL_Reg engine_methods[] = {{"spawn", l_spawn}, {NULL, NULL}};

/* The method goes to the class that engine.c has registered. */
void ih_open_child(lua_State *L) {
  ih_new_class(L, CHILD_TYPE, methods, meta);
  ih_add_methods(L, ENGINE_TYPE, engine_methods);
}
