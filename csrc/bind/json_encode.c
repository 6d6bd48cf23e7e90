/*
** core.json_encode(), core.json_with_raw() and core.not_utf8(): Lua values as JSON
** text.
**
** One walk checks a value and writes it. It does not recurse: what is open is
** the tables on the Lua stack, each with its last key behind it when it is an
** object. Tables are read raw.
*/
#include <string.h>

#include "../core/json_write.h"
#include "../core/shortest.h"
#include "json.h"
#include "open.h"

/* Where the registry has a buffer whose memory serves the next text. */
#define KEPT "indoxhub.json.kept"

/* A value that contains itself ends here, too. */
#define MOST_NESTED 100

/* Bytes of a path that a message shows. */
#define LONGEST_PATH 60

#define VALUE 1
#define ALSO_NULL 2
#define MARK 3
#define TEXTS 4
#define KEPT_TEXT 5
/* The text that is being made comes next. */
#define MISSING 7 /* nil, or the list of what TEXTS does not have */

/* Memory for a text of at most so many bytes is kept for the next one: to get it
** anew from the system costs more than to fill it. */
#define MOST_KEPT ((size_t)256 * 1024)

/* A table that is open. */
struct level {
  int slot;     /* of the stack */
  size_t count; /* of a list's elements; 0: an object */
  size_t index; /* of the list's last element; how many fields there were */
  int is_first; /* whether an object's first field is on the stack already */
};

struct walk {
  struct ih_buf *text;
  int depth;
  struct level levels[MOST_NESTED + 1];
};

/* The key under which the metatable of a marked table has its text. */
static const char raw_key = 0;

/* ---- refusing ------------------------------------------------------------ */

struct path {
  char text[LONGEST_PATH];
  size_t len;
  int cut;
};

static void extend(struct path *p, const char *text, size_t n) {
  size_t room = sizeof p->text - p->len;
  p->cut |= n > room;
  n = n < room ? n : room;
  memcpy(p->text + p->len, text, n);
  p->len += n;
}

static void extend_by_level(lua_State *L, struct path *p,
                            const struct level *level) {
  char text[IH_SHORTEST_ROOM + 2] = "[";
  size_t n;
  if (level->count) {
    n = 1 + ih_shortest_integer((int64_t)level->index, text + 1);
    text[n] = ']';
    extend(p, text, n + 1);
  } else {
    const char *key = lua_tolstring(L, level->slot + 1, &n);
    if (p->len)
      extend(p, ".", 1);
    extend(p, key, n);
  }
}

/* Raises what is on top of the stack, with the path of what is wrong before it:
** of the value that is being written, or of the table on `depth`. */
static int refuse(lua_State *L, const struct walk *w, int depth) {
  struct path p = {{0}, 0, 0};
  int i;
  for (i = 0; i < depth && !p.cut; i++)
    extend_by_level(L, &p, w->levels + i);
  if (p.len == 0)
    lua_pushliteral(L, "the value");
  else /* the cut does not go through a character */
    lua_pushlstring(L, p.text, ih_utf8_length(p.text, p.len));
  lua_pushstring(L, p.cut ? "... " : " ");
  lua_pushvalue(L, -3);
  lua_concat(L, 3);
  ih_buf_free(w->text);
  return lua_error(L);
}

static int refuse_value(lua_State *L, const struct walk *w) {
  return refuse(L, w, w->depth);
}

/* Raises for the table that was opened last. */
static int refuse_table(lua_State *L, const struct walk *w) {
  return refuse(L, w, w->depth - 1);
}

/* ---- scalars ------------------------------------------------------------- */

static void append(lua_State *L, const struct walk *w, const char *bytes,
                   size_t n) {
  if (ih_buf_append(w->text, bytes, n) < 0)
    luaL_error(L, "not enough memory");
}

/* The same for one byte, of which there are many. */
static void append_byte(lua_State *L, const struct walk *w, char byte) {
  struct ih_buf *text = w->text;
  char *to = ih_buf_reserve(text, 1);
  if (!to)
    luaL_error(L, "not enough memory");
  *to = byte;
  ih_buf_extend(text, 1);
}

/* Pushes what is wrong with a text from a byte on. */
static void push_not_utf8(lua_State *L, const char *what, const char *text,
                          size_t wrong) {
  static const char digits[] = "0123456789ABCDEF";
  unsigned char byte = (unsigned char)text[wrong];
  char shown[IH_SHORTEST_ROOM], hex[3] = {0};
  shown[ih_shortest_integer((int64_t)wrong + 1, shown)] = '\0';
  hex[0] = digits[byte >> 4];
  hex[1] = digits[byte & 15];
  lua_pushfstring(L, "%s not UTF-8: byte %s (0x%s)", what, shown, hex);
}

static void write_string(lua_State *L, const struct walk *w) {
  size_t n, wrong;
  const char *text = lua_tolstring(L, -1, &n);
  int status = ih_json_write_string(w->text, text, n, &wrong);
  if (status == 1)
    return;
  if (status < 0)
    luaL_error(L, "not enough memory");
  push_not_utf8(L, "is", text, wrong);
  refuse_value(L, w);
}

static void write_number(lua_State *L, const struct walk *w) {
  char text[IH_SHORTEST_ROOM];
  lua_Number value = lua_tonumber(L, -1);
  if (lua_isinteger(L, -1)) {
    append(L, w, text,
           ih_shortest_integer((int64_t)lua_tointeger(L, -1), text));
  } else if (value - value == 0) {
    append(L, w, text, ih_shortest((double)value, text));
  } else {
    lua_pushfstring(L, "is %s, which JSON cannot carry",
                    value > 0   ? "inf"
                    : value < 0 ? "-inf"
                                : "nan");
    refuse_value(L, w);
  }
}

/* Whether the value on top of the stack is a 64-bit integer of LuaJIT's FFI, and
** was written. Only its tostring() says what it is: "1LL" or "1ULL". */
static int write_cdata(lua_State *L, const struct walk *w) {
  const char *text;
  size_t digits;
  if (strcmp(luaL_typename(L, -1), "cdata") != 0 ||
      !luaL_callmeta(L, -1, "__tostring"))
    return 0;
  text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  digits = (*text == '-') + strspn(text + (*text == '-'), "0123456789");
  if (strcmp(text + digits, "LL") != 0 && strcmp(text + digits, "ULL") != 0) {
    lua_pop(L, 1);
    return 0;
  }
  append(L, w, text, digits);
  lua_pop(L, 1);
  return 1;
}

static int is_null(lua_State *L) {
  if (lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL)
    return 1;
  return lua_isuserdata(L, -1) && lua_rawequal(L, -1, ALSO_NULL);
}

static void write_other(lua_State *L, const struct walk *w) {
  if (is_null(L)) {
    append(L, w, "null", 4);
  } else if (!write_cdata(L, w)) {
    lua_pushfstring(L, "is a %s, which JSON cannot carry",
                    luaL_typename(L, -1));
    refuse_value(L, w);
  }
}

/* ---- tables -------------------------------------------------------------- */

/* Whether the metatable on top of the stack is MARK, and the text for its table,
** which is below, was written. The table goes into MISSING where there is none. */
static int write_marked(lua_State *L, const struct walk *w) {
  if (!lua_rawequal(L, -1, MARK))
    return 0;
  lua_pushvalue(L, -2);
  lua_rawget(L, TEXTS);
  if (lua_type(L, -1) == LUA_TSTRING) {
    write_string(L, w);
    lua_pop(L, 2);
    return 1;
  }
  if (lua_isnil(L, MISSING)) {
    lua_newtable(L);
    lua_replace(L, MISSING);
  }
  lua_pushvalue(L, -3);
  lua_rawseti(L, MISSING, (int)lua_objlen(L, MISSING) + 1);
  lua_pop(L, 2);
  return 1;
}

/* Writes the text that stands for a table with a metatable: the one that it was
** marked with, or that TEXTS has for it. True when it was. */
static int write_raw(lua_State *L, const struct walk *w) {
  size_t n, valid;
  const char *text;
  if (!lua_getmetatable(L, -1))
    return 0;
  if (write_marked(L, w))
    return 1;
  lua_pushlightuserdata(L, (void *)(uintptr_t)&raw_key);
  lua_rawget(L, -2);
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 2);
    return 0;
  }
  text = lua_tolstring(L, -1, &n);
  valid = ih_utf8_length(text, n);
  if (valid < n) {
    push_not_utf8(L, "has raw text that is", text, valid);
    refuse_value(L, w);
  }
  append(L, w, text, n);
  lua_pop(L, 2);
  return 1;
}

/* Whether the number at an index is the position of an element. */
static int is_position(lua_State *L, int index) {
  lua_Number key = lua_tonumber(L, index);
  return key >= 1 && key < 9007199254740992.0 &&
         key == (lua_Number)(int64_t)key;
}

/* Raises for the key below the top of the stack, which does not belong to the
** others. */
static void refuse_key(lua_State *L, const struct walk *w) {
  char text[IH_SHORTEST_ROOM];
  const char *shown = "a ", *what = "";
  int type = lua_type(L, -2);
  lua_Number key = lua_tonumber(L, -2);
  if (type == LUA_TSTRING || (type == LUA_TNUMBER && is_position(L, -2))) {
    lua_pushliteral(L, "mixes list elements and named fields");
    refuse_table(L, w);
  }
  if (type == LUA_TNUMBER && key - key == 0) {
    text[ih_shortest((double)key, text)] = '\0';
    shown = text;
  } else if (type == LUA_TBOOLEAN) {
    shown = lua_toboolean(L, -2) ? "true" : "false";
  } else {
    what = luaL_typename(L, -2);
  }
  lua_pushfstring(L, "has a key that is neither a string nor a position: %s%s",
                  shown, what);
  refuse_table(L, w);
}

/* How many elements the list on top of the stack has. */
static size_t count_elements(lua_State *L, const struct walk *w) {
  size_t count = 0;
  lua_Number last = 0;
  char shown[2][IH_SHORTEST_ROOM];
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TNUMBER || !is_position(L, -2))
      refuse_key(L, w);
    if (lua_tonumber(L, -2) > last)
      last = lua_tonumber(L, -2);
    count++;
  }
  if (last != (lua_Number)count) {
    shown[0][ih_shortest_integer((int64_t)count, shown[0])] = '\0';
    shown[1][ih_shortest((double)last, shown[1])] = '\0';
    lua_pushfstring(L, "is a list with holes: %s elements, the last at %s",
                    shown[0], shown[1]);
    refuse_table(L, w);
  }
  return count;
}

/* Opens the table on top of the stack, and leaves it there; or writes it and
** takes it away. */
static void open_table(lua_State *L, struct walk *w) {
  struct level *level = w->levels + w->depth;
  if (write_raw(L, w)) {
    lua_pop(L, 1);
    return;
  }
  lua_pushnil(L);
  if (!lua_next(L, -2)) {
    append(L, w, ih_is_array(L, -1) ? "[]" : "{}", 2);
    lua_pop(L, 1);
    return;
  }
  if (w->depth >= MOST_NESTED + 1) {
    lua_pushliteral(L, "is nested too deeply (does it contain itself?)");
    refuse_value(L, w);
  }
  level->slot = lua_gettop(L) - 2;
  level->count = level->index = 0;
  level->is_first = lua_type(L, -2) == LUA_TSTRING;
  w->depth++;
  if (lua_type(L, -2) == LUA_TNUMBER) {
    lua_pop(L, 2);
    level->count = count_elements(L, w);
  } else if (!level->is_first) {
    refuse_key(L, w);
  }
  append_byte(L, w, level->count ? '[' : '{');
}

/* Writes the value on top of the stack and takes it away, unless it is a table
** whose contents come next. */
static void write_value(lua_State *L, struct walk *w) {
  switch (lua_type(L, -1)) {
  case LUA_TTABLE:
    luaL_checkstack(L, 12, "JSON nested too deeply");
    open_table(L, w);
    return;
  case LUA_TSTRING:
    write_string(L, w);
    break;
  case LUA_TNUMBER:
    write_number(L, w);
    break;
  case LUA_TBOOLEAN:
    if (lua_toboolean(L, -1))
      append(L, w, "true", 4);
    else
      append(L, w, "false", 5);
    break;
  default:
    write_other(L, w);
    break;
  }
  lua_pop(L, 1);
}

/* Writes the name of a field; its value is on top of the stack. */
static void write_name(lua_State *L, const struct walk *w) {
  size_t n, wrong;
  const char *name;
  int status;
  if (lua_type(L, -2) != LUA_TSTRING)
    refuse_key(L, w);
  name = lua_tolstring(L, -2, &n);
  status = ih_json_write_string(w->text, name, n, &wrong);
  if (status < 0)
    luaL_error(L, "not enough memory");
  if (status == 0) {
    push_not_utf8(L, "has a field whose name is", name, wrong);
    refuse_table(L, w);
  }
  append_byte(L, w, ':');
}

/* Whether there is more of a table: of an object, the next field comes onto the
** stack. */
static int find_more(lua_State *L, struct level *level) {
  if (level->count)
    return level->index < level->count;
  if (level->is_first) {
    level->is_first = 0;
    return 1;
  }
  return lua_next(L, level->slot);
}

/* Goes on with the table that was opened last, which is on top of the stack, or
** whose last key is, or its first field. */
static void write_more(lua_State *L, struct walk *w) {
  struct level *level = w->levels + w->depth - 1;
  if (!find_more(L, level)) {
    append_byte(L, w, level->count ? ']' : '}');
    lua_pop(L, 1);
    w->depth--;
    return;
  }
  if (level->index++)
    append_byte(L, w, ',');
  if (level->count)
    lua_rawgeti(L, level->slot, (int)level->index);
  else
    write_name(L, w);
  write_value(L, w);
}

/* core.json_encode(value, also_null, mark, texts) -> text; raises what is wrong,
** without a position. A userdata that is also_null stands for null, too. A table
** whose metatable is mark is written as the string that texts has for it; where
** it has none, the results are nil and the list of such tables. */
static int l_json_encode(lua_State *L) {
  struct walk w;
  struct ih_buf *kept;
  int is_whole;
  luaL_checkany(L, VALUE);
  lua_settop(L, TEXTS);
  if (!lua_isnil(L, MARK))
    luaL_checktype(L, TEXTS, LUA_TTABLE);
  lua_getfield(L, LUA_REGISTRYINDEX, KEPT);
  kept = lua_touserdata(L, KEPT_TEXT);
  w.text = ih_push_text(L);
  w.depth = 0;
  ih_buf_swap(kept, w.text); /* whoever encodes in a finalizer finds none */
  lua_pushnil(L);
  lua_pushvalue(L, VALUE);
  write_value(L, &w);
  while (w.depth > 0)
    write_more(L, &w);
  is_whole = lua_isnil(L, MISSING);
  if (is_whole)
    lua_pushlstring(L, ih_buf_bytes(w.text), ih_buf_len(w.text));
  if (ih_buf_len(w.text) <= MOST_KEPT) {
    ih_buf_clear(w.text);
    ih_buf_swap(kept, w.text);
  }
  ih_buf_free(w.text);
  if (is_whole)
    return 1;
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

/* core.json_with_raw(table, text) -> the same table, marked: text is what is
** written for it. */
static int l_json_with_raw(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TSTRING);
  lua_settop(L, 2);
  lua_createtable(L, 0, 1);
  lua_pushlightuserdata(L, (void *)(uintptr_t)&raw_key);
  lua_pushvalue(L, 2);
  lua_rawset(L, -3);
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

/* core.not_utf8(text) -> what is wrong with a text, or nil when it is UTF-8 */
static int l_not_utf8(lua_State *L) {
  size_t n, valid;
  const char *text = luaL_checklstring(L, 1, &n);
  valid = ih_utf8_length(text, n);
  if (valid < n)
    push_not_utf8(L, "is", text, valid);
  else
    lua_pushnil(L);
  return 1;
}

static const luaL_Reg functions[] = {{"json_encode", l_json_encode},
                                     {"json_with_raw", l_json_with_raw},
                                     {"not_utf8", l_not_utf8},
                                     {NULL, NULL}};

/* json.c has registered what a text is. */
void ih_open_json_encode(lua_State *L) {
  ih_push_text(L);
  lua_setfield(L, LUA_REGISTRYINDEX, KEPT);
  luaL_setfuncs(L, functions, 0);
}
