/*
** core.tidy(): makes a decoded JSON value what Lua code expects.
**
** The JSON library gives null as a light userdata and, where Lua has integers,
** every number as a float. After tidying, null is absent from objects (it stays
** in arrays, where leaving it out would move the others), and whole numbers are
** integers.
*/
#include "bind.h"

#define EXACT 9007199254740992.0 /* 2^53: whole floats below it are exact */

static int is_null(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TLIGHTUSERDATA &&
         lua_touserdata(L, index) == NULL;
}

/* Whether the number on top of the stack should be an integer. */
static int is_whole(lua_State *L) {
#if IH_HAS_INTEGERS
  lua_Number n = lua_tonumber(L, -1);
  return !lua_isinteger(L, -1) && n > -EXACT && n < EXACT &&
         n == (lua_Number)(lua_Integer)n;
#else
  (void)L;
  return 0;
#endif
}

/* The table on top of the stack; leaves the stack as it was. The JSON library
** bounds the depth, so the recursion is bounded, too. */
static void tidy_table(lua_State *L) {
  int table = lua_gettop(L);
  luaL_checkstack(L, 6, "JSON nested too deeply");
  lua_pushnil(L);
  while (lua_next(L, table)) {
    int replace = 0;
    if (lua_istable(L, -1)) {
      tidy_table(L);
    } else if (lua_type(L, -1) == LUA_TNUMBER) {
      replace = is_whole(L);
      if (replace)
        lua_pushinteger(L, (lua_Integer)lua_tonumber(L, -1));
    } else if (is_null(L, -1) && lua_type(L, -2) == LUA_TSTRING) {
      replace = 1;
      lua_pushnil(L);
    }
    if (replace) {
      /* key, old value, new value: fields may be changed while walking */
      lua_pushvalue(L, -3);
      lua_insert(L, -2);
      lua_rawset(L, table);
    }
    lua_pop(L, 1);
  }
}

/* core.tidy(value) -> the same table, changed, or the tidied scalar */
static int l_tidy(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  if (lua_istable(L, 1))
    tidy_table(L);
  else if (lua_type(L, 1) == LUA_TNUMBER && is_whole(L))
    lua_pushinteger(L, (lua_Integer)lua_tonumber(L, 1));
  return 1;
}

void ih_open_tidy(lua_State *L) {
  lua_pushcfunction(L, l_tidy);
  lua_setfield(L, -2, "tidy");
}
