/* core.matrix(), core.matrix_from() and core.read_matrix(): many vectors of one
** size, in one piece of memory. */
#include "matrix.h"

#include <errno.h>
#include <string.h>

#include "../core/vec.h"
#include "../net/file.h"
#include "bind.h"
#include "open.h"
#include "vector.h"

#define SELF 1
#define OTHER 2

static struct matrix *check(lua_State *L, int index) {
  return luaL_checkudata(L, index, MATRIX_TYPE);
}

static size_t floats_of(const struct matrix *m) {
  return m->count * m->dimensions;
}

/* ---- making -------------------------------------------------------------- */

/* Pushes a matrix whose numbers are still to be written. Its table, which keeps
** it alive, is there. */
static struct matrix *push_matrix(lua_State *L, size_t count,
                                  size_t dimensions) {
  struct matrix *m;
  if (dimensions && count > SIZE_MAX / 8 / dimensions)
    luaL_error(L, "not enough memory");
  m = lua_newuserdata(L, sizeof *m + count * dimensions * sizeof(float));
  m->count = count;
  m->dimensions = dimensions;
  luaL_setmetatable(L, MATRIX_TYPE);
  lua_createtable(L, 1, 0); /* for its views */
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, 1);
  ih_setuservalue(L, -2);
  return m;
}

/* core.matrix(list) -> matrix | nil, index of what is no vector, or none of as
** many dimensions as the first */
static int l_matrix(lua_State *L) {
  size_t i, count, dimensions = 0;
  struct matrix *m = NULL;
  luaL_checktype(L, 1, LUA_TTABLE);
  count = lua_objlen(L, 1);
  lua_settop(L, 1);
  for (i = 0; i < count; i++) {
    struct vector *v;
    lua_rawgeti(L, 1, (int)i + 1);
    v = luaL_testudata(L, -1, VECTOR_TYPE);
    if (v && i == 0) {
      dimensions = v->n;
      m = push_matrix(L, count, dimensions);
      lua_insert(L, 2);
    }
    if (!v || v->n != dimensions) {
      lua_pushnil(L);
      lua_pushinteger(L, (lua_Integer)i + 1);
      return 2;
    }
    memcpy(ih_matrix_at(m, i), v->at, dimensions * sizeof(float));
    lua_settop(L, 2);
  }
  if (!m)
    push_matrix(L, 0, 0);
  return 1;
}

/* How many dimensions argument 2 says there are. */
static size_t check_dimensions(lua_State *L) {
  lua_Number n = luaL_checknumber(L, 2);
  luaL_argcheck(L, n >= 1 && n <= 1e9, 2, "no number of dimensions");
  return (size_t)n;
}

/* core.matrix_from(bytes, dimensions) -> matrix | nil */
static int l_matrix_from(lua_State *L) {
  size_t n, dimensions = check_dimensions(L);
  const char *bytes = luaL_checklstring(L, 1, &n);
  if (n % (4 * dimensions)) {
    lua_pushnil(L);
  } else {
    struct matrix *m = push_matrix(L, n / 4 / dimensions, dimensions);
    ih_vec_load(bytes, floats_of(m), ih_matrix_at(m, 0));
  }
  return 1;
}

static int failed(lua_State *L) {
  return ih_push_failure(L, errno == ESPIPE ? "not a regular file"
                                            : strerror(errno));
}

/* core.read_matrix(path, dimensions) -> matrix | nil, message | nil, "size",
** bytes of the file. It is read straight to its place. */
static int l_read_matrix(lua_State *L) {
  size_t dimensions = check_dimensions(L);
  const char *path = luaL_checkstring(L, 1);
  char none;
  struct matrix *m;
  int64_t size, now, got;
  if (ih_file_load(path, &none, 0, &size) < 0)
    return failed(L);
  if ((uint64_t)size % (4 * dimensions)) {
    ih_push_failure(L, "size");
    ih_push_count(L, (uint64_t)size);
    return 3;
  }
  m = push_matrix(L, (size_t)size / 4 / dimensions, dimensions);
  got = ih_file_load(path, (char *)ih_matrix_at(m, 0), (size_t)size, &now);
  if (got < 0)
    return failed(L);
  if (got < size || now != size)
    return ih_push_failure(L, "it changed while it was read");
  ih_vec_load((char *)ih_matrix_at(m, 0), floats_of(m), ih_matrix_at(m, 0));
  return 1;
}

/* ---- reading ------------------------------------------------------------- */

static void push_row(lua_State *L, struct matrix *m, size_t index, int keeper) {
  ih_push_view(L, ih_matrix_at(m, index), m->dimensions, keeper);
}

/* matrix[i] -> vector, from 1; nil outside */
static int l_index(lua_State *L) {
  struct matrix *m = check(L, SELF);
  ptrdiff_t index = ih_index_of_key(L, m->count);
  if (index >= 0) {
    ih_getuservalue(L, SELF);
    push_row(L, m, (size_t)index, lua_gettop(L));
  }
  return 1;
}

static int l_newindex(lua_State *L) {
  return luaL_error(L, "a matrix cannot be changed");
}

static int l_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L, SELF)->count);
  return 1;
}

/* matrix:dimensions() -> of each vector */
static int l_dimensions(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L, SELF)->dimensions);
  return 1;
}

/* matrix:bytes() -> those of all vectors, one after the other */
static int l_bytes(lua_State *L) {
  struct matrix *m = check(L, SELF);
  return ih_push_floats(L, ih_matrix_at(m, 0), floats_of(m));
}

/* matrix:table() -> list of its vectors */
static int l_table(lua_State *L) {
  struct matrix *m = check(L, SELF);
  size_t i;
  lua_settop(L, 1);
  ih_getuservalue(L, SELF);
  lua_createtable(L, (int)m->count, 0);
  for (i = 0; i < m->count; i++) {
    push_row(L, m, i, 2);
    lua_rawseti(L, 3, (int)i + 1);
  }
  return 1;
}

/* Whether all numbers are equal; NaN equals nothing. From Lua 5.3 on either may
** be another userdata. */
static int l_eq(lua_State *L) {
  struct matrix *m = luaL_testudata(L, SELF, MATRIX_TYPE);
  struct matrix *other = luaL_testudata(L, OTHER, MATRIX_TYPE);
  int alike = m && other && m->count == other->count &&
              m->dimensions == other->dimensions;
  size_t i, n = alike ? floats_of(m) : 0;
  for (i = 0; i < n && ih_matrix_at(m, 0)[i] == ih_matrix_at(other, 0)[i]; i++)
    ;
  lua_pushboolean(L, alike && i == n);
  return 1;
}

static int l_tostring(lua_State *L) {
  struct matrix *m = check(L, SELF);
  lua_pushfstring(L, MATRIX_TYPE " (%d vectors of %d dimensions)",
                  (int)m->count, (int)m->dimensions);
  return 1;
}

static const luaL_Reg methods[] = {{"dimensions", l_dimensions},
                                   {"bytes", l_bytes},
                                   {"table", l_table},
                                   {NULL, NULL}};

static const luaL_Reg meta[] = {{"__len", l_len},
                                {"__eq", l_eq},
                                {"__newindex", l_newindex},
                                {"__tostring", l_tostring},
                                {NULL, NULL}};

static const luaL_Reg functions[] = {{"matrix", l_matrix},
                                     {"matrix_from", l_matrix_from},
                                     {"read_matrix", l_read_matrix},
                                     {NULL, NULL}};

void ih_open_matrix(lua_State *L) {
  ih_new_class(L, MATRIX_TYPE, methods, meta);
  ih_set_index(L, MATRIX_TYPE, l_index);
  luaL_setfuncs(L, functions, 0);
}
