#include "bind.h"

#include <limits.h>

/* A number of seconds that any clock survives. */
#define MOST_SECONDS 1e9

void ih_new_class(lua_State *L, const char *name, const luaL_Reg *methods,
                  const luaL_Reg *meta) {
  luaL_newmetatable(L, name);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  luaL_setfuncs(L, meta, 0);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void ih_add_methods(lua_State *L, const char *name, const luaL_Reg *methods) {
  luaL_getmetatable(L, name);
  lua_getfield(L, -1, "__index");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}

const char *ih_opt_string(lua_State *L, int table, const char *field,
                          size_t *len) {
  lua_getfield(L, table, field);
  if (lua_isnil(L, -1))
    return NULL;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "field '%s' must be a string, not %s", field,
               luaL_typename(L, -1));
  return lua_tolstring(L, -1, len);
}

int ih_opt_boolean(lua_State *L, int table, const char *field) {
  int value;
  lua_getfield(L, table, field);
  value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

lua_Number ih_opt_number(lua_State *L, int table, const char *field,
                         lua_Number otherwise) {
  lua_Number value = otherwise;
  lua_getfield(L, table, field);
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "field '%s' must be a number, not %s", field,
                 luaL_typename(L, -1));
    value = lua_tonumber(L, -1);
    if (!(value >= 0))
      luaL_error(L, "field '%s' must not be negative", field);
  }
  lua_pop(L, 1);
  return value;
}

size_t ih_opt_size(lua_State *L, int table, const char *field,
                   size_t otherwise) {
  lua_Number value = ih_opt_number(L, table, field, (lua_Number)otherwise);
  return value >= (lua_Number)(SIZE_MAX / 2) ? SIZE_MAX / 2 : (size_t)value;
}

int ih_check_descriptor(lua_State *L, int index) {
  lua_Integer fd = luaL_checkinteger(L, index);
  return fd >= 0 && fd <= INT_MAX ? (int)fd : -1;
}

int64_t ih_nanoseconds(lua_Number seconds) {
  if (!(seconds > 0))
    return 0;
  return (int64_t)((seconds < MOST_SECONDS ? seconds : MOST_SECONDS) * 1e9);
}

int ih_push_failure(lua_State *L, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, message);
  return 2;
}

void ih_push_count(lua_State *L, uint64_t n) {
  if (sizeof(lua_Integer) >= sizeof n)
    lua_pushinteger(L, (lua_Integer)n);
  else
    lua_pushnumber(L, (lua_Number)n);
}
