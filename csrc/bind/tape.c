/* transfer:tape(): a copy of the body, for who asked for it. */
#include "transfer.h"

#include <string.h>

#include "bind.h"
#include "open.h"

/* Pushes {seconds, length, ...}. What Lua does meanwhile may add marks, which
** moves them. */
static void push_marks(lua_State *L, const struct ih_tape *tape) {
  size_t n = ih_tape_marks(tape), i;
  struct ih_mark *marks = lua_newuserdata(L, sizeof *marks * (n + 1));
  n = ih_tape_marks(tape) < n ? ih_tape_marks(tape) : n;
  memcpy(marks, ih_buf_bytes(&tape->marks), n * sizeof *marks);
  lua_createtable(L, (int)(2 * n), 0);
  for (i = 0; i < n; i++) {
    lua_pushnumber(L, (lua_Number)marks[i].at / 1e9);
    lua_rawseti(L, -2, (int)(2 * i + 1));
    lua_pushnumber(L, (lua_Number)marks[i].n);
    lua_rawseti(L, -2, (int)(2 * i + 2));
  }
}

/* transfer:tape() -> bytes, {seconds, length, ...} of each time that some of them
** came; nil when none were kept, or too many came. The bytes may be more than
** the marks tell of. */
static int l_tape(lua_State *L) {
  struct ih_tape *tape = &ih_hold_transfer(L, 1)->transfer->tape;
  int marks;
  if (!tape->most || tape->lost) {
    lua_pushnil(L);
    return 1;
  }
  push_marks(L, tape);
  marks = lua_gettop(L);
  ih_push_kept(L, &tape->bytes);
  lua_pushvalue(L, marks);
  return 2;
}

static const luaL_Reg methods[] = {{"tape", l_tape}, {NULL, NULL}};

/* To the class that transfer.c has registered. */
void ih_open_tape(lua_State *L) {
  ih_add_methods(L, TRANSFER_TYPE, methods);
}
