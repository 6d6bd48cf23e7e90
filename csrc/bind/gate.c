/* core.gate(): the gate of net/gate.h as a Lua object. */
#include "gate.h"

#include "../net/gate.h"
#include "bind.h"
#include "open.h"

#define GATE_TYPE "indoxhub.gate"

struct gate_box {
  struct ih_gate *gate; /* NULL: collected */
};

/* core.gate(most) -> gate | nil, message */
static int l_new(lua_State *L) {
  lua_Number most = luaL_checknumber(L, 1);
  struct gate_box *box;
  luaL_argcheck(L, most >= 1, 1, "must be 1 or more");
  box = lua_newuserdata(L, sizeof *box);
  box->gate = NULL;
  luaL_setmetatable(L, GATE_TYPE);
  box->gate = ih_gate_new(most < 1e9 ? (size_t)most : (size_t)1e9);
  return box->gate ? 1 : ih_push_failure(L, "out of memory");
}

/* gate:full() -> whether the next one would wait */
static int l_full(lua_State *L) {
  struct gate_box *box = luaL_checkudata(L, 1, GATE_TYPE);
  lua_pushboolean(L, box->gate && ih_gate_is_full(box->gate));
  return 1;
}

static int l_gc(lua_State *L) {
  struct gate_box *box = luaL_checkudata(L, 1, GATE_TYPE);
  ih_gate_drop(box->gate);
  box->gate = NULL;
  return 0;
}

struct ih_gate *ih_opt_gate(lua_State *L, int table, const char *field) {
  struct gate_box *box;
  lua_getfield(L, table, field);
  box = lua_isnil(L, -1) ? NULL : luaL_checkudata(L, -1, GATE_TYPE);
  return box ? box->gate : NULL;
}

void ih_open_gate(lua_State *L) {
  static const luaL_Reg methods[] = {{"full", l_full}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", l_gc}, {NULL, NULL}};
  ih_new_class(L, GATE_TYPE, methods, meta);
  lua_pushcfunction(L, l_new);
  lua_setfield(L, -2, "gate");
}
