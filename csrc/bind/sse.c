/* core.sse(): the event-stream parser of core/sse.h as a Lua object. */
#include "../core/sse.h"

#include <string.h>

#include "bind.h"
#include "open.h"

#define SSE_TYPE "indoxhub.sse"

#define SELF 1
#define BYTES 2
#define HELD 3
#define LIST 4

struct parser {
  struct ih_sse sse;
  int feeding; /* or Lua ran out of memory while it was */
};

static struct parser *check(lua_State *L) {
  return luaL_checkudata(L, SELF, SSE_TYPE);
}

/* Pushes an empty one. */
static struct parser *push(lua_State *L) {
  struct parser *p = lua_newuserdata(L, sizeof *p);
  memset(p, 0, sizeof *p);
  luaL_setmetatable(L, SSE_TYPE);
  return p;
}

/* core.sse([{max_event_bytes = n, objects = boolean}]) -> parser */
static int l_new(lua_State *L) {
  size_t limit = 0;
  int objects = 0;
  struct parser *p;
  if (!lua_isnoneornil(L, 1)) {
    luaL_checktype(L, 1, LUA_TTABLE);
    limit = ih_opt_size(L, 1, "max_event_bytes", 0);
    lua_getfield(L, 1, "objects");
    objects = lua_toboolean(L, -1);
  }
  p = push(L);
  p->sse.objects = objects;
  p->sse.max_event_bytes = limit;
  return 1;
}

static void set_span(lua_State *L, const char *field, struct ih_span span) {
  lua_pushlstring(L, span.ptr, span.len);
  lua_setfield(L, -2, field);
}

static const char *explain(int status) {
  return status == IH_LIMIT ? "an event is larger than max_event_bytes"
                            : "out of memory";
}

static void move(struct parser *to, struct parser *from) {
  to->sse = from->sse;
  memset(&from->sse, 0, sizeof from->sse);
}

/* parser:feed(bytes) -> list of events | nil, message. Events that came whole
** before an error are delivered first; the error stays for the next call.
** Meanwhile another object, which no code of Lua knows, holds the state: a
** finalizer may do anything to this one, even call its own finalizer. */
static int l_feed(lua_State *L) {
  struct parser *p = check(L), *held;
  struct ih_sse_event event;
  size_t n, used;
  const char *bytes = luaL_checklstring(L, BYTES, &n);
  int got, count = 0;
  lua_settop(L, BYTES);
  held = push(L);
  lua_newtable(L);
  if (p->feeding) /* a finalizer feeds the parser that is being fed */
    return ih_push_failure(L, explain(IH_NOMEM));
  p->feeding = 1;
  move(held, p);
  while ((got = ih_sse_next(&held->sse, bytes, n, &used, &event)) ==
         IH_SSE_EVENT) {
    bytes += used;
    n -= used;
    lua_createtable(L, 0, 3);
    set_span(L, "event", event.event);
    set_span(L, "data", event.data);
    set_span(L, "id", event.id);
    lua_rawseti(L, LIST, ++count);
  }
  move(p, held);
  p->feeding = 0;
  return got < 0 && count == 0 ? ih_push_failure(L, explain(got)) : 1;
}

/* parser:retry() -> milliseconds of the last valid retry field, or nil */
static int l_retry(lua_State *L) {
  int64_t retry = ih_sse_retry(&check(L)->sse);
  if (retry < 0)
    lua_pushnil(L);
  else
    ih_push_count(L, (uint64_t)retry);
  return 1;
}

/* parser:last_id() -> the last event id in force, "" when there was none; also
** one that came without an event */
static int l_last_id(lua_State *L) {
  struct ih_span id = ih_sse_last_id(&check(L)->sse);
  lua_pushlstring(L, id.ptr, id.len);
  return 1;
}

static int l_gc(lua_State *L) {
  ih_sse_free(&check(L)->sse);
  return 0;
}

static const luaL_Reg methods[] = {
    {"feed", l_feed}, {"retry", l_retry}, {"last_id", l_last_id}, {NULL, NULL}};

static const luaL_Reg meta[] = {{"__gc", l_gc}, {NULL, NULL}};

void ih_open_sse(lua_State *L) {
  ih_new_class(L, SSE_TYPE, methods, meta);
  lua_pushcfunction(L, l_new);
  lua_setfield(L, -2, "sse");
}
