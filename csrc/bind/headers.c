/* core.headers(): the lines of a head as a table. */
#include <string.h>

#include "compat.h"
#include "open.h"

#define LINES 1
#define HEADERS 2
/* By name, the values of those that came several times, as a list: joined one by
** one they would be copied again and again. */
#define SEVERAL 3

static int is_end(char c) {
  return c == '\r' || c == '\n';
}

/* Whatever the locale is. */
static int is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Pushes a name in lower case. */
static void push_lower(lua_State *L, const char *name, size_t n) {
  luaL_Buffer buffer;
  size_t i;
  luaL_buffinit(L, &buffer);
  for (i = 0; i < n; i++) {
    char c = name[i];
    luaL_addchar(&buffer, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
  }
  luaL_pushresult(&buffer);
}

/* Adds the value on top of the stack under the name below it, behind what is
** there, and takes both away. */
static void add(lua_State *L) {
  lua_pushvalue(L, -2);
  lua_rawget(L, HEADERS);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_rawset(L, HEADERS);
    return;
  }
  lua_pushvalue(L, -3);
  lua_rawget(L, SEVERAL);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_createtable(L, 2, 0);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, -4);
    lua_pushvalue(L, -2);
    lua_rawset(L, SEVERAL);
  }
  lua_pushvalue(L, -3);
  lua_rawseti(L, -2, (int)lua_objlen(L, -2) + 1);
  lua_pop(L, 4);
}

/* Pushes the values of a list, joined. */
static void push_joined(lua_State *L, int list) {
  luaL_Buffer buffer;
  int n = (int)lua_objlen(L, list), i;
  luaL_buffinit(L, &buffer);
  for (i = 1; i <= n; i++) {
    if (i > 1)
      luaL_addlstring(&buffer, ", ", 2);
    lua_rawgeti(L, list, i);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
}

static void join_several(lua_State *L) {
  lua_pushnil(L);
  while (lua_next(L, SEVERAL)) {
    lua_pushvalue(L, -2);
    push_joined(L, SEVERAL + 2);
    lua_rawset(L, HEADERS);
    lua_pop(L, 1);
  }
}

/* core.headers(lines) -> {name in lower case = value}; values of repeated ones
** are joined by ", ". Lines without a colon are passed over. */
static int l_headers(lua_State *L) {
  size_t n;
  const char *at = luaL_checklstring(L, LINES, &n), *end = at + n;
  lua_settop(L, LINES);
  lua_newtable(L);
  lua_newtable(L);
  while (at < end) {
    const char *name = at, *value;
    while (at < end && *at != ':' && !is_end(*at))
      at++;
    if (at == end || at == name || *at != ':') {
      at += at < end;
      continue;
    }
    push_lower(L, name, (size_t)(at - name));
    do
      at++;
    while (at < end && (*at == ' ' || *at == '\t'));
    value = at;
    while (at < end && !is_end(*at))
      at++;
    n = (size_t)(at - value);
    while (n > 0 && is_blank(value[n - 1]))
      n--;
    lua_pushlstring(L, value, n);
    add(L);
  }
  join_several(L);
  lua_pushvalue(L, HEADERS);
  return 1;
}

void ih_open_headers(lua_State *L) {
  lua_pushcfunction(L, l_headers);
  lua_setfield(L, -2, "headers");
}
