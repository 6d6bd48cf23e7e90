/*
** engine:submit{...}: one HTTP exchange as a Lua object.
**
** A transfer also carries what is needed to read its body as an event stream:
** the parser, the delta path and the text so far. It is the one place where
** net/ and core/ meet, because only here bytes become Lua values.
*/
#include <stdlib.h>
#include <string.h>

#include "../core/delta.h"
#include "../core/sse.h"
#include "../net/engine.h"
#include "bind.h"

#define SELF 1
#define OPTIONS 2 /* of submit */
#define BATCH 2   /* of take */

struct transfer {
  struct engine_box *box; /* kept alive by the uservalue */
  struct ih_request *request;
  struct ih_sse sse;
  struct ih_delta delta;
  struct ih_buf text;
  struct ih_buf work; /* what take reads; the engine writes elsewhere */
  int taking;
};

/* A weak table may still show one whose finalizer has run: no request then. */
static struct transfer *check_any(lua_State *L) {
  return luaL_checkudata(L, SELF, TRANSFER_TYPE);
}

static struct transfer *check(lua_State *L) {
  struct transfer *t = check_any(L);
  if (!t->request)
    luaL_error(L, "the transfer was collected");
  return t;
}

/* ---- submit ------------------------------------------------------------- */

static void refuse_nul(lua_State *L, const char *field, const char *text,
                       size_t len) {
  if (text && memchr(text, '\0', len))
    luaL_error(L, "field '%s' contains a NUL byte", field);
}

static const char *text_field(lua_State *L, const char *field) {
  size_t len;
  const char *text = ih_opt_string(L, OPTIONS, field, &len);
  refuse_nul(L, field, text, len);
  return text;
}

/* The list `headers` as a C array in a userdata left on the stack, beside the
** list itself, which keeps the strings. */
static const char *const *header_lines(lua_State *L) {
  const char **lines;
  int list, i, n;
  lua_getfield(L, OPTIONS, "headers");
  list = lua_gettop(L);
  n = lua_istable(L, list) ? (int)lua_objlen(L, list) : 0;
  lines = lua_newuserdata(L, sizeof *lines * ((size_t)n + 1));
  for (i = 0; i < n; i++) {
    size_t len;
    lua_rawgeti(L, list, i + 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "headers[%d] must be a string", i + 1);
    lines[i] = lua_tolstring(L, -1, &len);
    if (memchr(lines[i], '\0', len) || strpbrk(lines[i], "\r\n"))
      luaL_error(L, "headers[%d] contains a line break or NUL byte", i + 1);
    lua_pop(L, 1); /* the list still holds it */
  }
  lines[n] = NULL;
  return lines;
}

static int64_t seconds_field(lua_State *L, const char *field) {
  return ih_nanoseconds(ih_opt_number(L, OPTIONS, field, 0));
}

static void read_options(lua_State *L, struct ih_request_options *o) {
  memset(o, 0, sizeof *o);
  o->method = text_field(L, "method");
  o->url = text_field(L, "url");
  if (!o->method || !o->url)
    luaL_error(L, "fields 'method' and 'url' are required");
  o->body = ih_opt_string(L, OPTIONS, "body", &o->body_len);
  o->proxy = text_field(L, "proxy");
  o->ca_file = text_field(L, "ca_file");
  o->http1 = ih_opt_boolean(L, OPTIONS, "http1");
  o->paced = ih_opt_boolean(L, OPTIONS, "paced");
  o->queue_bytes = ih_opt_size(L, OPTIONS, "queue_bytes", IH_QUEUE_BYTES);
  o->max_bytes = ih_opt_size(L, OPTIONS, "max_bytes", 0);
  o->timeouts.connect = seconds_field(L, "connect");
  o->timeouts.first_byte = seconds_field(L, "first_byte");
  o->timeouts.idle = seconds_field(L, "idle");
  o->timeouts.total = seconds_field(L, "total");
  o->headers = header_lines(L);
}

/* engine:submit{...} -> transfer | nil, message */
int ih_l_submit(lua_State *L) {
  struct engine_box *box = ih_check_engine(L, SELF);
  struct ih_request_options options;
  struct transfer *t;
  int status;
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  lua_settop(L, OPTIONS);
  luaL_checkstack(L, 20, NULL);
  if (!box->engine)
    return ih_push_failure(L, "the engine is closed");
  read_options(L, &options);
  t = lua_newuserdata(L, sizeof *t);
  memset(t, 0, sizeof *t);
  luaL_setmetatable(L, TRANSFER_TYPE);
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, SELF);
  lua_rawseti(L, -2, 1);
  ih_setuservalue(L, -2);
  t->sse.max_event_bytes = ih_opt_size(L, OPTIONS, "max_event_bytes", 0);
  t->box = box;
  status = ih_engine_submit(box->engine, &options, &t->request);
  if (status == IH_OK)
    return 1;
  return ih_push_failure(L, status == IH_FORKED ? "forked" : "out of memory");
}

/* ---- reading ------------------------------------------------------------ */

/* transfer:token() -> the integer that names it in engine:step's list */
static int l_token(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L)->request->token);
  return 1;
}

/* transfer:told() -> how often engine:step told of news: who sees it change
** between a look at the transfer and the wait for news must not wait */
static int l_told(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L)->request->told);
  return 1;
}

/* transfer:status() -> HTTP status, nil before the head is complete */
static int l_status(lua_State *L) {
  struct ih_request *r = check(L)->request;
  if (r->status)
    lua_pushinteger(L, r->status);
  else
    lua_pushnil(L);
  return 1;
}

/* Every allocation of Lua may run finalizers, and those may step the engine,
** which moves its buffers. So bytes of the engine are copied to where nothing
** moves them before Lua takes them. Returns how many. */
static size_t copy_out(lua_State *L, const struct ih_buf *b) {
  size_t n = ih_buf_len(b);
  char *copy = lua_newuserdata(L, n ? n : 1);
  n = ih_buf_len(b) < n ? ih_buf_len(b) : n;
  memcpy(copy, ih_buf_bytes(b), n);
  return n;
}

/* The string of a copy that is on top of the stack. */
static int push_copy(lua_State *L, size_t n) {
  lua_pushlstring(L, lua_touserdata(L, -1), n);
  return 1;
}

/* transfer:head() -> header lines of the last response as they came */
static int l_head(lua_State *L) {
  return push_copy(L, copy_out(L, &check(L)->request->head));
}

static void tell_drained(struct transfer *t) {
  if (t->box->engine)
    ih_engine_drained(t->box->engine, t->request);
}

/* transfer:read() -> all bytes of the body that wait, "" when none do */
static int l_read(lua_State *L) {
  struct transfer *t = check(L);
  size_t n = copy_out(L, &t->request->in);
  ih_buf_consume(&t->request->in, n);
  tell_drained(t);
  return push_copy(L, n);
}

/* transfer:whole(): it is read at its end, so nothing waits for a reader */
static int l_whole(lua_State *L) {
  struct transfer *t = check(L);
  if (t->box->engine)
    ih_engine_unpace(t->box->engine, t->request);
  return 0;
}

/* transfer:waiting() -> how many bytes of the body wait to be read */
static int l_waiting(lua_State *L) {
  struct transfer *t = check(L);
  lua_pushinteger(
      L, (lua_Integer)(ih_buf_len(&t->request->in) + ih_buf_len(&t->work)));
  return 1;
}

static void push_event(lua_State *L, const struct ih_sse_event *event) {
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, event->event.ptr, event->event.len);
  lua_setfield(L, -2, "event");
  lua_pushlstring(L, event->data.ptr, event->data.len);
  lua_setfield(L, -2, "data");
  lua_pushlstring(L, event->id.ptr, event->id.len);
  lua_setfield(L, -2, "id");
}

/* One event of the waiting bytes. Returns what ih_sse_next does. The bytes are
** consumed at once; the spans stay good until the next event. What is left of
** `work` may hold no whole event while the rest of it is in `in`. */
static int next_event(struct transfer *t, struct ih_sse_event *event) {
  struct ih_buf *work = &t->work;
  size_t used;
  int got;
  do {
    if (ih_buf_len(work) == 0) {
      ih_buf_swap(work, &t->request->in);
      t->request->reading = ih_buf_len(work);
    }
    got = ih_sse_next(&t->sse, ih_buf_bytes(work), ih_buf_len(work), &used,
                      event);
    if (got < 0)
      return got;
    ih_buf_consume(work, used);
  } while (got == IH_SSE_MORE && ih_buf_len(&t->request->in) > 0);
  return got;
}

/* Puts the text of an event that the delta path knows on the stack, unless it
** is empty. 1, 0 when the event is another one, or IH_NOMEM. */
static int push_known(lua_State *L, struct transfer *t,
                      const struct ih_sse_event *event) {
  struct ih_span text;
  int known = ih_delta_match(&t->delta, event->event, event->data, &text);
  if (known != 1)
    return known;
  if (ih_buf_append(&t->text, text.ptr, text.len) < 0)
    return IH_NOMEM;
  if (text.len > 0)
    lua_pushlstring(L, text.ptr, text.len);
  return 1;
}

/* transfer:take(batch, most, [whole]) -> count | nil, message.
** Writes what waits to batch[1 .. count]: a string for an event whose text the
** delta path knows, and a table {event, data, id} for any other, which ends the
** batch so that it can be learned from. With `whole` every event is a table.
** When Lua ran out of memory in here an event was lost: it then fails for good,
** as it does for a finalizer that reads the transfer that is being read. */
static int l_take(lua_State *L) {
  struct transfer *t = check(L);
  int most = (int)luaL_checkinteger(L, 3), whole = lua_toboolean(L, 4);
  int count = 0, got = IH_SSE_MORE, known = 1, top = lua_gettop(L);
  struct ih_sse_event event;
  luaL_checktype(L, BATCH, LUA_TTABLE);
  if (t->taking)
    return ih_push_failure(L, "memory");
  t->taking = 1;
  while (count < most && known == 1 &&
         (got = next_event(t, &event)) == IH_SSE_EVENT) {
    known = whole ? 0 : push_known(L, t, &event);
    if (known < 0)
      got = known;
    else if (known == 0)
      push_event(L, &event);
    if (known >= 0 && lua_gettop(L) > top)
      lua_rawseti(L, BATCH, ++count);
    if (whole)
      known = 1;
  }
  t->taking = got == IH_NOMEM; /* an event was lost */
  if (ih_buf_len(&t->work) == 0 && ih_buf_len(&t->request->in) == 0) {
    ih_buf_free(&t->request->in); /* one of the two keeps its memory */
    ih_buf_swap(&t->work, &t->request->in);
  }
  t->request->reading = ih_buf_len(&t->work);
  tell_drained(t);
  /* What came before a broken event is delivered first; the error stays. */
  if (got < 0 && count == 0)
    return ih_push_failure(L, got == IH_LIMIT ? "limit" : "memory");
  lua_pushinteger(L, count);
  return 1;
}

static struct ih_span check_span(lua_State *L, int index) {
  struct ih_span span;
  span.ptr = luaL_checklstring(L, index, &span.len);
  return span;
}

/* transfer:learn(event, data, text, holes) -> boolean: shows the delta path
** that this event carries this text in `holes` of its strings. */
static int l_learn(lua_State *L) {
  struct transfer *t = check(L);
  int learned = ih_delta_learn(&t->delta, check_span(L, 2), check_span(L, 3),
                               check_span(L, 4), (int)luaL_checkinteger(L, 5));
  lua_pushboolean(L, learned == 1);
  return 1;
}

/* transfer:append(text): adds text that Lua decoded to the text so far */
static int l_append(lua_State *L) {
  struct transfer *t = check(L);
  struct ih_span text = check_span(L, 2);
  if (ih_buf_append(&t->text, text.ptr, text.len) < 0)
    return luaL_error(L, "not enough memory");
  return 0;
}

/* transfer:text() -> all text so far */
static int l_text(lua_State *L) {
  struct transfer *t = check(L);
  return push_copy(L, copy_out(L, &t->text));
}

/* ---- end ---------------------------------------------------------------- */

/* In the order of enum ih_end. */
static const char *const end_names[] = {
    NULL,    "complete",   "curl",       "connect", "first_byte", "idle",
    "total", "body_limit", "head_limit", "memory",  "cancelled",  "closed"};

static void set_number(lua_State *L, const char *field, lua_Number value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, field);
}

static void set_integer(lua_State *L, const char *field, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, field);
}

static void push_timing(lua_State *L, const struct ih_request *r) {
  lua_createtable(L, 0, 5);
  set_number(L, "name", (lua_Number)r->times[IH_TIME_NAME] / 1e9);
  set_number(L, "connect", (lua_Number)r->times[IH_TIME_CONNECT] / 1e9);
  set_number(L, "tls", (lua_Number)r->times[IH_TIME_TLS] / 1e9);
  set_number(L, "request", (lua_Number)r->times[IH_TIME_REQUEST] / 1e9);
  set_number(L, "total", (lua_Number)r->times[IH_TIME_TOTAL] / 1e9);
}

/* transfer:result() -> nil while it runs, else
** {ended=, curl=, os_error=, text=, timing=, bytes_out=, bytes_in=,
**  new_connections=, connected=} */
static int l_result(lua_State *L) {
  struct transfer *t = check(L);
  struct ih_request *r = t->request;
  const char *ended = end_names[r->end];
  /* What a parent process began never ends in the child. */
  if (r->end == IH_RUNNING && t->box->engine &&
      ih_engine_is_forked(t->box->engine))
    ended = "forked";
  if (!ended) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, 0, 8);
  lua_pushstring(L, ended);
  lua_setfield(L, -2, "ended");
  set_integer(L, "curl", r->code);
  set_integer(L, "os_error", r->os_error);
  lua_pushstring(L, r->text);
  lua_setfield(L, -2, "text");
  set_number(L, "bytes_in", (lua_Number)r->received);
  set_number(L, "bytes_out", (lua_Number)r->sent);
  set_integer(L, "new_connections", (lua_Integer)r->new_connections);
  push_timing(L, r);
  lua_setfield(L, -2, "timing");
  return 1;
}

/* transfer:cancel(): ends it now; bytes that wait can still be read */
static int l_cancel(lua_State *L) {
  struct transfer *t = check_any(L);
  if (t->request && t->box->engine)
    ih_engine_cancel(t->box->engine, t->request);
  return 0;
}

/* transfer:linger(seconds): ends it then at the latest */
static int l_linger(lua_State *L) {
  struct transfer *t = check(L);
  int64_t span = ih_nanoseconds(luaL_checknumber(L, 2));
  if (t->box->engine)
    ih_engine_limit(t->box->engine, t->request, span);
  return 0;
}

/* Never raises. */
static int l_gc(lua_State *L) {
  struct transfer *t = check_any(L);
  if (t->request)
    ih_engine_release(t->box->engine, t->request);
  t->request = NULL;
  ih_sse_free(&t->sse);
  ih_delta_free(&t->delta);
  ih_buf_free(&t->text);
  ih_buf_free(&t->work);
  return 0;
}

static int l_tostring(lua_State *L) {
  struct ih_request *r = check_any(L)->request;
  if (r)
    lua_pushfstring(L, TRANSFER_TYPE " (%s, status %d)",
                    r->end == IH_RUNNING ? "running" : end_names[r->end],
                    r->status);
  else
    lua_pushliteral(L, TRANSFER_TYPE " (collected)");
  return 1;
}

static const luaL_Reg methods[] = {
    {"token", l_token},   {"told", l_told},       {"status", l_status},
    {"head", l_head},     {"read", l_read},       {"whole", l_whole},
    {"take", l_take},     {"waiting", l_waiting}, {"learn", l_learn},
    {"append", l_append}, {"text", l_text},       {"result", l_result},
    {"cancel", l_cancel}, {"linger", l_linger},   {NULL, NULL}};

static const luaL_Reg meta[] = {
    {"__gc", l_gc}, {"__tostring", l_tostring}, {NULL, NULL}};

void ih_open_transfer(lua_State *L) {
  ih_new_class(L, TRANSFER_TYPE, methods, meta);
}
