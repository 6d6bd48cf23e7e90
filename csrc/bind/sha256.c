/* core.sha256() and core.sha256_sum(). */
#include "../core/sha256.h"

#include "bind.h"
#include "open.h"

#define SUM_TYPE "indoxhub.sha256"

static int push_digest(lua_State *L, const struct ih_sha256 *sum) {
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[IH_SHA256_BYTES];
  char text[2 * IH_SHA256_BYTES];
  size_t i;
  ih_sha256_digest(sum, digest);
  for (i = 0; i < sizeof digest; i++) {
    text[2 * i] = digits[digest[i] >> 4];
    text[2 * i + 1] = digits[digest[i] & 15];
  }
  lua_pushlstring(L, text, sizeof text);
  return 1;
}

/* core.sha256(bytes) -> digest in hexadecimal */
static int l_sha256(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  struct ih_sha256 sum;
  ih_sha256_begin(&sum);
  ih_sha256_add(&sum, bytes, n);
  return push_digest(L, &sum);
}

/* core.sha256_sum() -> sum, to which bytes are added piece by piece */
static int l_sum(lua_State *L) {
  struct ih_sha256 *sum = lua_newuserdata(L, sizeof *sum);
  ih_sha256_begin(sum);
  luaL_setmetatable(L, SUM_TYPE);
  return 1;
}

/* sum:add(bytes) */
static int l_add(lua_State *L) {
  struct ih_sha256 *sum = luaL_checkudata(L, 1, SUM_TYPE);
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  ih_sha256_add(sum, bytes, n);
  return 0;
}

/* sum:digest() -> that of all bytes so far, in hexadecimal */
static int l_digest(lua_State *L) {
  return push_digest(L, luaL_checkudata(L, 1, SUM_TYPE));
}

static const luaL_Reg functions[] = {
    {"sha256", l_sha256}, {"sha256_sum", l_sum}, {NULL, NULL}};
static const luaL_Reg methods[] = {
    {"add", l_add}, {"digest", l_digest}, {NULL, NULL}};
static const luaL_Reg meta[] = {{NULL, NULL}};

void ih_open_sha256(lua_State *L) {
  ih_new_class(L, SUM_TYPE, methods, meta);
  luaL_setfuncs(L, functions, 0);
}
