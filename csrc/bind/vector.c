/* core.vector() and core.vector_from(): one vector of float32. */
#include "vector.h"

#include <string.h>

#include "../core/vec.h"
#include "bind.h"
#include "open.h"

#define SELF 1
#define OTHER 2

/* No float is larger; what is nearer to it than to the next would be rounds. */
#define GREATEST 3.4028235677973366e38

static struct vector *check(lua_State *L, int index) {
  return luaL_checkudata(L, index, VECTOR_TYPE);
}

/* ---- making -------------------------------------------------------------- */

/* Pushes a vector of n numbers of its own, and returns where they go. */
static float *push_vector(lua_State *L, size_t n) {
  struct vector *v = lua_newuserdata(L, sizeof *v + n * sizeof *v->at);
  float *to = (float *)(v + 1);
  v->at = to;
  v->n = n;
  luaL_setmetatable(L, VECTOR_TYPE);
  return to;
}

void ih_push_view(lua_State *L, const float *at, size_t n, int keeper) {
  struct vector *v = lua_newuserdata(L, sizeof *v);
  v->at = at;
  v->n = n;
  luaL_setmetatable(L, VECTOR_TYPE);
  lua_pushvalue(L, keeper);
  ih_setuservalue(L, -2);
}

int ih_push_floats(lua_State *L, const float *at, size_t n) {
  char *bytes = lua_newuserdata(L, n ? n * 4 : 1);
  ih_vec_store(at, n, bytes);
  lua_pushlstring(L, bytes, n * 4);
  return 1;
}

/* core.vector(list) -> vector | nil, index of what no float can be */
static int l_vector(lua_State *L) {
  size_t i, n;
  float *to;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = lua_objlen(L, 1);
  to = push_vector(L, n);
  for (i = 0; i < n; i++) {
    lua_Number value;
    lua_rawgeti(L, 1, (int)i + 1);
    value = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER ||
        !(value > -GREATEST && value < GREATEST)) {
      lua_pushnil(L);
      lua_pushinteger(L, (lua_Integer)i + 1);
      return 2;
    }
    to[i] = (float)value;
    lua_pop(L, 1);
  }
  return 1;
}

/* core.vector_from(bytes) -> vector | nil */
static int l_vector_from(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  if (n % 4)
    lua_pushnil(L);
  else
    ih_vec_load(bytes, n / 4, push_vector(L, n / 4));
  return 1;
}

/* ---- reading ------------------------------------------------------------- */

void ih_set_index(lua_State *L, const char *name, lua_CFunction get) {
  luaL_getmetatable(L, name);
  lua_getfield(L, -1, "__index");
  lua_pushcclosure(L, get, 1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

ptrdiff_t ih_index_of_key(lua_State *L, size_t count) {
  if (lua_type(L, 2) == LUA_TNUMBER) {
    lua_Number key = lua_tonumber(L, 2);
    if (key >= 1 && key <= (lua_Number)count &&
        key == (lua_Number)(ptrdiff_t)key)
      return (ptrdiff_t)key - 1;
    lua_pushnil(L);
  } else {
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
  }
  return -1;
}

/* vector[i], from 1; nil outside */
static int l_index(lua_State *L) {
  struct vector *v = check(L, SELF);
  ptrdiff_t index = ih_index_of_key(L, v->n);
  if (index >= 0)
    lua_pushnumber(L, (lua_Number)v->at[index]);
  return 1;
}

static int l_newindex(lua_State *L) {
  return luaL_error(L, "a vector cannot be changed");
}

static int l_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L, SELF)->n);
  return 1;
}

/* The vector that goes with the one at SELF. */
static struct vector *check_other(lua_State *L) {
  struct vector *v = check(L, SELF), *other = check(L, OTHER);
  if (v->n != other->n)
    luaL_error(L, "the vectors have %d and %d dimensions", (int)v->n,
               (int)other->n);
  return other;
}

/* vector:dot(other) -> the sum of products */
static int l_dot(lua_State *L) {
  struct vector *other = check_other(L), *v = check(L, SELF);
  lua_pushnumber(L, (lua_Number)ih_vec_dot(v->at, other->at, v->n));
  return 1;
}

/* vector:cosine(other) -> from -1 to 1 */
static int l_cosine(lua_State *L) {
  struct vector *other = check_other(L), *v = check(L, SELF);
  double square = ih_vec_dot(v->at, v->at, v->n);
  lua_pushnumber(L, (lua_Number)ih_vec_cosine(v->at, square, other->at, v->n));
  return 1;
}

/* vector:bytes() -> its float32, each with its lowest byte first */
static int l_bytes(lua_State *L) {
  struct vector *v = check(L, SELF);
  return ih_push_floats(L, v->at, v->n);
}

/* vector:table() -> list of its numbers */
static int l_table(lua_State *L) {
  struct vector *v = check(L, SELF);
  size_t i;
  lua_createtable(L, (int)v->n, 0);
  for (i = 0; i < v->n; i++) {
    lua_pushnumber(L, (lua_Number)v->at[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 1;
}

/* Whether all numbers are equal; NaN equals nothing. From Lua 5.3 on either may
** be another userdata. */
static int l_eq(lua_State *L) {
  struct vector *v = luaL_testudata(L, SELF, VECTOR_TYPE);
  struct vector *other = luaL_testudata(L, OTHER, VECTOR_TYPE);
  int alike = v && other && v->n == other->n;
  size_t i, n = alike ? v->n : 0;
  for (i = 0; i < n && v->at[i] == other->at[i]; i++)
    ;
  lua_pushboolean(L, alike && i == n);
  return 1;
}

static int l_tostring(lua_State *L) {
  lua_pushfstring(L, VECTOR_TYPE " (%d dimensions)", (int)check(L, SELF)->n);
  return 1;
}

static const luaL_Reg methods[] = {{"dot", l_dot},
                                   {"cosine", l_cosine},
                                   {"bytes", l_bytes},
                                   {"table", l_table},
                                   {NULL, NULL}};

static const luaL_Reg meta[] = {{"__len", l_len},
                                {"__eq", l_eq},
                                {"__newindex", l_newindex},
                                {"__tostring", l_tostring},
                                {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"vector", l_vector}, {"vector_from", l_vector_from}, {NULL, NULL}};

void ih_open_vector(lua_State *L) {
  ih_new_class(L, VECTOR_TYPE, methods, meta);
  ih_set_index(L, VECTOR_TYPE, l_index);
  luaL_setfuncs(L, functions, 0);
}
