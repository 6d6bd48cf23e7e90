/* core.base64() and core.unbase64(). */
#include "../core/base64.h"

#include "bind.h"
#include "open.h"

/* core.base64(bytes) -> text */
static int l_base64(lua_State *L) {
  size_t n, len;
  const char *bytes = luaL_checklstring(L, 1, &n);
  char *text;
  luaL_argcheck(L, n <= IH_BASE64_MOST, 1, "too long");
  len = ih_base64_text(n);
  text = lua_newuserdata(L, len + 1);
  ih_base64_encode(bytes, n, text);
  lua_pushlstring(L, text, len);
  return 1;
}

/* core.unbase64(text) -> bytes | nil, message */
static int l_unbase64(lua_State *L) {
  size_t n, len;
  const char *text = luaL_checklstring(L, 1, &n);
  char *bytes = lua_newuserdata(L, ih_base64_room(n) + 1);
  if (ih_base64_decode(text, n, bytes, &len)) {
    lua_pushlstring(L, bytes, len);
    return 1;
  }
  lua_pushnil(L);
  if (len == n)
    lua_pushliteral(L, "base64 that was cut off");
  else
    lua_pushfstring(L, "not base64 at byte %d", (int)len + 1);
  return 2;
}

static const luaL_Reg functions[] = {
    {"base64", l_base64}, {"unbase64", l_unbase64}, {NULL, NULL}};

void ih_open_base64(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
}
