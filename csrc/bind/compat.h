/*
** The differences between Lua 5.1, 5.2, 5.3, 5.4 and LuaJIT. No other file
** tests the version.
*/
#ifndef IH_COMPAT_H
#define IH_COMPAT_H

#include <stdio.h>

#pragma GCC visibility push(default)
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#ifdef LUA_JITLIBNAME
#include <luajit.h>
#endif

/* These never return, which Lua's headers do not say and analyzers must know. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
int luaL_error(lua_State *L, const char *format, ...) __attribute__((noreturn));
int lua_error(lua_State *L) __attribute__((noreturn));
#pragma GCC diagnostic pop
#pragma GCC visibility pop

#if LUA_VERSION_NUM < 502

/* LuaJIT declares these itself, or may. */
#define luaL_setmetatable ih_setmetatable
#define luaL_testudata ih_testudata
#define luaL_setfuncs ih_setfuncs
#undef luaL_newlib
#define luaL_newlib(L, list)                                                   \
  (lua_createtable(L, 0, (int)(sizeof(list) / sizeof(*(list)))),               \
   luaL_setfuncs(L, list, 0))

static inline void ih_setmetatable(lua_State *L, const char *name) {
  luaL_getmetatable(L, name);
  lua_setmetatable(L, -2);
}

static inline void *ih_testudata(lua_State *L, int index, const char *name) {
  void *box = lua_touserdata(L, index);
  int same = 0;
  if (box && lua_getmetatable(L, index)) {
    luaL_getmetatable(L, name);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  return same ? box : NULL;
}

static inline void ih_setfuncs(lua_State *L, const luaL_Reg *list, int n) {
  (void)n; /* upvalues are never used here */
  for (; list->name; list++) {
    lua_pushcfunction(L, list->func);
    lua_setfield(L, -2, list->name);
  }
}

/* One table belongs to each userdata of ours and keeps alive what it uses. */
#define ih_setuservalue lua_setfenv
#define ih_getuservalue lua_getfenv

#else

#define ih_setuservalue lua_setuservalue
#define ih_getuservalue lua_getuservalue
#undef lua_objlen
#define lua_objlen lua_rawlen

#endif

/* The file of io at a stack index, NULL when it is closed: from Lua 5.2 on the
** pointer of a closed one is left as it was. */
static inline FILE *ih_check_file(lua_State *L, int index) {
#if LUA_VERSION_NUM < 502
  return *(FILE **)luaL_checkudata(L, index, LUA_FILEHANDLE);
#else
  luaL_Stream *stream = luaL_checkudata(L, index, LUA_FILEHANDLE);
  return stream->closef ? stream->f : NULL;
#endif
}

/* Whether the running coroutine can be suspended; -1 where Lua does not tell. */
static inline int ih_can_suspend(lua_State *L) {
#if LUA_VERSION_NUM >= 503 || defined(LUAJIT_VERSION)
  return lua_isyieldable(L);
#else
  (void)L;
  return -1;
#endif
}

#if LUA_VERSION_NUM >= 503
#define IH_HAS_INTEGERS 1
#else
#define IH_HAS_INTEGERS 0
#define lua_isinteger(L, index) 0
#endif

#endif
