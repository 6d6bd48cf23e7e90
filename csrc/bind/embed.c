/* core.take_vectors(): the vectors of an embeddings answer, from its text. */
#include "../core/embed.h"

#include "open.h"
#include "vector.h"

#define TEXT 1
#define KEEPER 2

/* A vector takes more memory than its text when it has few numbers. No answer
** has so many that are so short, unless somebody wants us to run out of it. */
#define MANY 65536
#define FEW 4

static int is_worth_it(const struct ih_embed *sizes) {
  return sizes->vectors > 0 &&
         (sizes->vectors <= MANY || sizes->floats / FEW >= sizes->vectors);
}

/* core.take_vectors(text) -> rest, list of vectors; the text itself and none
** where there are none to be taken, or far too many of a few numbers each */
static int l_take_vectors(lua_State *L) {
  size_t n, i, *lengths;
  const char *text = luaL_checklstring(L, TEXT, &n);
  struct ih_embed sizes;
  float *numbers;
  char *rest;
  lua_settop(L, TEXT);
  ih_embed_measure(text, n, &sizes);
  if (!is_worth_it(&sizes))
    return 1;
  lua_createtable(L, 1, 0);
  numbers = lua_newuserdata(L, sizes.floats * sizeof *numbers);
  lua_rawseti(L, KEEPER, 1);
  lengths = lua_newuserdata(L, sizes.vectors * sizeof *lengths);
  rest = lua_newuserdata(L, sizes.rest);
  if (!ih_embed_take(text, n, &sizes, numbers, lengths, rest)) {
    lua_settop(L, TEXT);
    return 1;
  }
  lua_pushlstring(L, rest, sizes.rest);
  lua_createtable(L, (int)sizes.vectors, 0);
  for (i = 0; i < sizes.vectors; numbers += lengths[i++]) {
    ih_push_view(L, numbers, lengths[i], KEEPER);
    lua_rawseti(L, -2, (int)i + 1);
  }
  return 2;
}

void ih_open_embed(lua_State *L) {
  lua_pushcfunction(L, l_take_vectors);
  lua_setfield(L, -2, "take_vectors");
}
