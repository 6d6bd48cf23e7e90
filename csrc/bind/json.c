/*
** core.json_decode(), core.json_raw(), core.json_array() and core.number(): JSON
** text as Lua values.
**
** Null is a light userdata; objects lack it unless they are to keep it. Whole
** numbers are integers where Lua has them; an empty list is marked as one.
** Nothing is copied but strings that have escapes. What is open is the tables on
** the Lua stack, each with the name of its next field behind it when it is an
** object.
*/
#include "json.h"

#include <string.h>

#include "../core/json_read.h"
#include "bind.h"
#include "open.h"

#define TEXT_TYPE "indoxhub.text"

/* The table that knows which tables keep their text, by weak keys. */
#define RAW "indoxhub.json.raw"

#define TEXT 1
#define KEEPS_HALVES 2
#define KEEPS_NULLS 3
#define SCRATCH 4 /* nil until a string has escapes */
#define ENTRIES 5 /* the table RAW; nil until something keeps its text */
#define HOLDER 6  /* of the outermost that keeps its text */
#define LAST_SLOT 6

/* Scratch that is not kept for the next string. */
#define MUCH ((size_t)64 * 1024)

struct decoder {
  const char *text;
  struct ih_json_reader reader;
  struct ih_json_token token;
  enum ih_json_halves way;
  int lone;    /* whether a half stood alone */
  int nulls;   /* whether objects keep theirs */
  int keeping; /* the depth of the outermost that keeps its text; 0: none */
  int counts[IH_JSON_DEPTH]; /* of elements; -1: an object */
};

/* ---- buffers and marks --------------------------------------------------- */

struct ih_buf *ih_push_text(lua_State *L) {
  struct ih_buf *text = lua_newuserdata(L, sizeof *text);
  memset(text, 0, sizeof *text);
  luaL_setmetatable(L, TEXT_TYPE);
  return text;
}

static int l_free_text(lua_State *L) {
  ih_buf_free(luaL_checkudata(L, 1, TEXT_TYPE));
  return 0;
}

int ih_is_array(lua_State *L, int index) {
  int same = 0;
  if (lua_getmetatable(L, index)) {
    luaL_getmetatable(L, ARRAY_TYPE);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  return same;
}

/* core.json_array(table) -> the same table, marked as a list */
static int l_array(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  luaL_setmetatable(L, ARRAY_TYPE);
  return 1;
}

/* ---- what keeps its text ------------------------------------------------- */

static int is_name(const char *name, size_t n, const char *other) {
  return n == strlen(other) && memcmp(name, other, n) == 0;
}

/* Whether what stands in a field goes back to the server as it wrote it. */
static int keeps_text(const char *name, size_t n) {
  return is_name(name, n, "arguments") || is_name(name, n, "input") ||
         is_name(name, n, "reasoning") || is_name(name, n, "thinking") ||
         is_name(name, n, "reasoning_details") ||
         is_name(name, n, "signature") || is_name(name, n, "extra_content") ||
         is_name(name, n, "reasoning_content");
}

/* An entry is {holder, first, last}: the holder has the text of the outermost
** table that keeps its own, and where in the document it began; the bytes are
** counted from the document's beginning. */
static void push_entry(lua_State *L, struct decoder *d, size_t first) {
  if (!d->keeping) {
    d->keeping = d->reader.depth;
    lua_newtable(L);
    lua_replace(L, HOLDER);
    luaL_getmetatable(L, RAW);
    lua_replace(L, ENTRIES);
  }
  lua_createtable(L, 3, 0);
  lua_pushvalue(L, HOLDER);
  lua_rawseti(L, -2, 1);
  ih_push_count(L, first);
  lua_rawseti(L, -2, 2);
}

/* The table on top of the stack was opened, as a field of the one below. */
static void begin_to_keep(lua_State *L, struct decoder *d) {
  size_t first = (size_t)(d->reader.at - d->text) - 1;
  push_entry(L, d, first);
  lua_pushvalue(L, -2);
  lua_insert(L, -2);
  lua_rawset(L, ENTRIES);
}

/* The table on top of the stack is complete; its depth was `depth`. */
static void end_to_keep(lua_State *L, struct decoder *d, int depth) {
  size_t last = (size_t)(d->reader.at - d->text), first;
  lua_pushvalue(L, -1);
  lua_rawget(L, ENTRIES);
  if (lua_istable(L, -1)) {
    ih_push_count(L, last);
    lua_rawseti(L, -2, 3);
  }
  if (depth == d->keeping) {
    lua_rawgeti(L, -1, 2);
    first = (size_t)lua_tonumber(L, -1);
    lua_rawseti(L, HOLDER, 2);
    lua_pushlstring(L, d->text + first, last - first);
    lua_rawseti(L, HOLDER, 1);
    d->keeping = 0;
  }
  lua_pop(L, 1);
}

static size_t get_count(lua_State *L, int table, int at) {
  size_t count;
  lua_rawgeti(L, table, at);
  count = (size_t)lua_tonumber(L, -1);
  lua_pop(L, 1);
  return count;
}

/* core.json_raw(table) -> the text that it was decoded from, or nil */
static int l_raw(lua_State *L) {
  size_t base, first, last;
  const char *text;
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  luaL_getmetatable(L, RAW);
  lua_pushvalue(L, 1);
  lua_rawget(L, 2);
  if (!lua_istable(L, 3)) {
    lua_pushnil(L);
    return 1;
  }
  lua_rawgeti(L, 3, 1);
  lua_rawgeti(L, 4, 1);
  text = lua_tostring(L, 5);
  base = get_count(L, 4, 2);
  first = get_count(L, 3, 2);
  last = get_count(L, 3, 3);
  lua_pushlstring(L, text + (first - base), last - first);
  return 1;
}

/* ---- decoding ------------------------------------------------------------ */

/* Pushes the string of a token. 0 when an escape in it is none. */
static int push_string(lua_State *L, struct decoder *d) {
  struct ih_span raw = d->token.string.raw;
  struct ih_buf *scratch;
  int status;
  if (!d->token.string.escaped) {
    lua_pushlstring(L, raw.ptr, raw.len);
    return 1;
  }
  scratch = lua_touserdata(L, SCRATCH);
  if (!scratch) {
    scratch = ih_push_text(L);
    lua_replace(L, SCRATCH);
  }
  ih_buf_clear(scratch);
  status = ih_json_unescape_halves(raw, d->way, scratch, &d->lone);
  if (status < 0)
    luaL_error(L, "not enough memory");
  if (status == 0) {
    d->reader.wrong = "an escape in a string is none";
    d->reader.at = raw.ptr;
    return 0;
  }
  lua_pushlstring(L, ih_buf_bytes(scratch), ih_buf_len(scratch));
  if (raw.len > MUCH)
    ih_buf_free(scratch);
  return 1;
}

static void push_number(lua_State *L, const struct ih_number *number) {
  if (IH_HAS_INTEGERS && number->is_whole)
    lua_pushinteger(L, (lua_Integer)number->whole);
  else
    lua_pushnumber(L, (lua_Number)number->value);
}

/* Takes away a field that came before under the name on top of the stack, and
** the name. */
static void drop_field(lua_State *L) {
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  if (lua_isnil(L, -1))
    lua_pop(L, 2);
  else {
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawset(L, -3);
  }
}

/* Puts the value on top of the stack into what is open. */
static void store(lua_State *L, struct decoder *d, int depth) {
  if (depth == 0)
    return;
  if (d->counts[depth - 1] < 0)
    lua_rawset(L, -3);
  else
    lua_rawseti(L, -2, ++d->counts[depth - 1]);
}

/* A list or an object begins. 0 when the stack has no room. */
static int open_table(lua_State *L, struct decoder *d, int is_object) {
  int depth = d->reader.depth, keeps = 0;
  if (!lua_checkstack(L, 12)) {
    d->reader.wrong = "it is nested too deeply";
    return 0;
  }
  if (depth > 1 && d->counts[depth - 2] < 0) {
    size_t n;
    const char *name = lua_tolstring(L, -1, &n);
    keeps = keeps_text(name, n);
  }
  lua_createtable(L, is_object ? 0 : 1, is_object ? 2 : 0);
  d->counts[depth - 1] = is_object ? -1 : 0;
  if (keeps)
    begin_to_keep(L, d);
  return 1;
}

/* The table on top of the stack is complete. */
static void close_table(lua_State *L, struct decoder *d) {
  int depth = d->reader.depth + 1;
  if (d->counts[depth - 1] == 0)
    luaL_setmetatable(L, ARRAY_TYPE);
  if (d->keeping)
    end_to_keep(L, d, depth);
  store(L, d, depth - 1);
}

/* Does what a token asks for. 0 at an error. */
static int take(lua_State *L, struct decoder *d, enum ih_json_kind kind) {
  int depth = d->reader.depth;
  switch (kind) {
  case IH_JSON_NULL:
    if (depth > 0 && d->counts[depth - 1] < 0 && !d->nulls) {
      drop_field(L);
      return 1;
    }
    lua_pushlightuserdata(L, NULL);
    break;
  case IH_JSON_TRUE:
  case IH_JSON_FALSE:
    lua_pushboolean(L, kind == IH_JSON_TRUE);
    break;
  case IH_JSON_NUMBER:
    push_number(L, &d->token.number);
    break;
  case IH_JSON_STRING:
    if (!push_string(L, d))
      return 0;
    break;
  case IH_JSON_NAME:
    return push_string(L, d);
  case IH_JSON_LIST:
  case IH_JSON_OBJECT:
    return open_table(L, d, kind == IH_JSON_OBJECT);
  case IH_JSON_CLOSE:
    close_table(L, d);
    return 1;
  case IH_JSON_ERROR:
  case IH_JSON_END:
  default:
    return 0;
  }
  store(L, d, depth);
  return 1;
}

/* core.json_decode(text, keeps_halves, keeps_nulls) -> value, whether a half of
** a surrogate pair stood alone | nil, message. Such a half is kept as three
** bytes, or else becomes U+FFFD. */
static int l_decode(lua_State *L) {
  struct decoder d;
  size_t n;
  enum ih_json_kind kind;
  d.text = luaL_checklstring(L, TEXT, &n);
  d.way = lua_toboolean(L, KEEPS_HALVES) ? IH_HALVES_KEPT : IH_HALVES_REPLACED;
  d.nulls = lua_toboolean(L, KEEPS_NULLS);
  d.lone = d.keeping = 0;
  lua_settop(L, LAST_SLOT);
  lua_pushnil(L);
  lua_replace(L, SCRATCH);
  ih_json_start(&d.reader, d.text, n);
  do {
    kind = ih_json_next(&d.reader, &d.token);
  } while (take(L, &d, kind));
  if (lua_touserdata(L, SCRATCH))
    ih_buf_free(lua_touserdata(L, SCRATCH));
  if (kind != IH_JSON_END) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s (byte %d)", d.reader.wrong,
                    (int)(d.reader.at - d.text) + 1);
    return 2;
  }
  lua_pushboolean(L, d.lone);
  return 2;
}

/* ---- numbers ------------------------------------------------------------- */

static int is_blank(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The longest number that may begin with its point. */
#define SHORT 64

/* Reads a number that may begin with a plus, with zeros or with its point, or end
** with it. 0 when it is none. */
static int read_number(const char *at, const char *end,
                       struct ih_number *number) {
  char whole[SHORT] = "0";
  int negative = at < end && *at == '-';
  size_t n;
  at += at < end && (*at == '-' || *at == '+');
  while (end - at > 1 && *at == '0' && at[1] >= '0' && at[1] <= '9')
    at++;
  if (end - at > 1 && end - at < SHORT && *at == '.') {
    n = (size_t)(end - at) + 1;
    memcpy(whole + 1, at, n - 1);
    at = whole;
  } else {
    end -= at < end && end[-1] == '.';
    n = (size_t)(end - at);
  }
  if (n == 0 || *at == '-' || ih_number_parse(at, n, number) != n)
    return 0;
  if (negative) {
    number->value = -number->value;
    number->whole = -number->whole;
  }
  return 1;
}

/* core.number(value) -> the number that a text is, as tonumber() has it in the
** "C" locale, decimal only; a number itself; or nil */
static int l_number(lua_State *L) {
  struct ih_number number;
  const char *at, *end;
  size_t n;
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TNUMBER)
    return 1;
  lua_pushnil(L);
  if (lua_type(L, 1) != LUA_TSTRING)
    return 1;
  at = lua_tolstring(L, 1, &n);
  end = at + n;
  while (at < end && is_blank(*at))
    at++;
  while (at < end && is_blank(end[-1]))
    end--;
  if (read_number(at, end, &number))
    push_number(L, &number);
  return 1;
}

static const luaL_Reg functions[] = {{"json_array", l_array},
                                     {"json_decode", l_decode},
                                     {"json_raw", l_raw},
                                     {"number", l_number},
                                     {NULL, NULL}};

void ih_open_json(lua_State *L) {
  luaL_newmetatable(L, TEXT_TYPE);
  lua_pushcfunction(L, l_free_text);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  luaL_newmetatable(L, ARRAY_TYPE);
  lua_pushliteral(L, ARRAY_TYPE);
  lua_setfield(L, -2, "__name");
  lua_pop(L, 1);
  if (luaL_newmetatable(L, RAW)) {
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
  }
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
}
