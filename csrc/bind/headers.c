/* core.headers(): the lines of a head as a table. */
#include <string.h>

#include "compat.h"
#include "open.h"

#define LINES 1
#define HEADERS 2

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
  } else {
    lua_insert(L, -2);
    lua_pushliteral(L, ", ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  }
  lua_rawset(L, HEADERS);
}

/* core.headers(lines) -> {name in lower case = value}; values of repeated ones
** are joined by ", ". Lines without a colon are passed over. */
static int l_headers(lua_State *L) {
  size_t n;
  const char *at = luaL_checklstring(L, LINES, &n), *end = at + n;
  lua_settop(L, LINES);
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
  return 1;
}

void ih_open_headers(lua_State *L) {
  lua_pushcfunction(L, l_headers);
  lua_setfield(L, -2, "headers");
}
