/* core.search(): the vectors that are nearest to one, looked for in steps, so
** that nobody has to wait for all of them. */
#include <string.h>

#include "../core/vec.h"
#include "bind.h"
#include "matrix.h"
#include "open.h"
#include "vector.h"

#define SEARCH_TYPE "indoxhub.search"

#define SELF 1
#define VECTORS 2

struct search {
  const float *query; /* kept alive by the uservalue */
  size_t dimensions;
  double square; /* of the query; negative: products, not cosines */
  struct ih_top top;
};

static struct search *check(lua_State *L) {
  return luaL_checkudata(L, SELF, SEARCH_TYPE);
}

/* core.search(query, k, [by_dot]) -> search for the k best */
static int l_search(lua_State *L) {
  struct vector *query = luaL_checkudata(L, 1, VECTOR_TYPE);
  lua_Number k = luaL_checknumber(L, 2);
  struct search *s;
  luaL_argcheck(L, k >= 1 && k <= 1e9, 2, "no number of vectors");
  lua_settop(L, 3);
  s = lua_newuserdata(L, sizeof *s + (size_t)k * sizeof *s->top.hits);
  s->query = query->at;
  s->dimensions = query->n;
  s->square =
      lua_toboolean(L, 3) ? -1 : ih_vec_dot(query->at, query->at, query->n);
  s->top.hits = (struct ih_hit *)(s + 1);
  s->top.room = (size_t)k;
  s->top.count = 0;
  luaL_setmetatable(L, SEARCH_TYPE);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  ih_setuservalue(L, -2);
  return 1;
}

static void look_at(struct search *s, const float *at, size_t index) {
  double score = s->square < 0
                     ? ih_vec_dot(s->query, at, s->dimensions)
                     : ih_vec_cosine(s->query, s->square, at, s->dimensions);
  ih_top_offer(&s->top, score, index);
}

/* search:scan(list or matrix, from, to) -> true | nil, index: looks at the
** vectors from .. to, which there are, or stops at one that is none, or has
** other dimensions than the query */
static int l_scan(lua_State *L) {
  struct search *s = check(L);
  struct matrix *m = luaL_testudata(L, VECTORS, MATRIX_TYPE);
  size_t from = (size_t)luaL_checkinteger(L, 3);
  size_t to = (size_t)luaL_checkinteger(L, 4), i;
  luaL_argcheck(L, from >= 1, 3, "out of range");
  if (m) {
    luaL_argcheck(L, to <= m->count, 4, "out of range");
    luaL_argcheck(L, m->dimensions == s->dimensions, VECTORS,
                  "other dimensions");
    for (i = from; i <= to; i++)
      look_at(s, ih_matrix_at(m, i - 1), i);
  } else {
    luaL_checktype(L, VECTORS, LUA_TTABLE);
    for (i = from; i <= to; i++) {
      struct vector *v;
      lua_rawgeti(L, VECTORS, (int)i);
      v = luaL_testudata(L, -1, VECTOR_TYPE);
      if (!v || v->n != s->dimensions) {
        lua_pushnil(L);
        lua_pushinteger(L, (lua_Integer)i);
        return 2;
      }
      look_at(s, v->at, i);
      lua_pop(L, 1);
    }
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* search:best() -> list of {index =, score =}, the best first; ends it */
static int l_best(lua_State *L) {
  struct search *s = check(L);
  size_t i;
  ih_top_sort(&s->top);
  lua_createtable(L, (int)s->top.count, 0);
  for (i = 0; i < s->top.count; i++) {
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, (lua_Integer)s->top.hits[i].index);
    lua_setfield(L, -2, "index");
    lua_pushnumber(L, (lua_Number)s->top.hits[i].score);
    lua_setfield(L, -2, "score");
    lua_rawseti(L, -2, (int)i + 1);
  }
  s->top.count = 0;
  return 1;
}

static const luaL_Reg methods[] = {
    {"scan", l_scan}, {"best", l_best}, {NULL, NULL}};

static const luaL_Reg meta[] = {{NULL, NULL}};

void ih_open_search(lua_State *L) {
  ih_new_class(L, SEARCH_TYPE, methods, meta);
  lua_pushcfunction(L, l_search);
  lua_setfield(L, -2, "search");
}
