/* What engine:submit{...} returns: how it goes, its body, and its end. */
#include "transfer.h"

#include <errno.h>
#include <string.h>

#include "bind.h"
#include "open.h"

/* Of a body that is read whole. */
#define BODY_TYPE "indoxhub.body"

/* One below is read with a copy more, and its memory is used again. */
#define LARGE_BODY ((size_t)64 * 1024)

/* The box at SELF; NULL when it is gone: a weak table may still show a transfer
** whose finalizer has run, or that of its state. */
static struct transfer_box *check_any(lua_State *L) {
  struct transfer_handle *handle = luaL_checkudata(L, SELF, TRANSFER_TYPE);
  return handle->box && handle->box->transfer ? handle->box : NULL;
}

struct transfer_box *ih_check_transfer(lua_State *L) {
  struct transfer_box *box = check_any(L);
  if (!box)
    luaL_error(L, "the transfer was collected");
  return box;
}

struct transfer_box *ih_hold_transfer(lua_State *L, int arguments) {
  struct transfer_box *box = ih_check_transfer(L);
  lua_settop(L, arguments);
  ih_getuservalue(L, SELF);
  lua_rawgeti(L, -1, KEPT_STATE);
  lua_replace(L, -2);
  return box;
}

/* ---- reading ------------------------------------------------------------ */

/* transfer:token() -> the integer that names it in engine:step's list */
static int l_token(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)ih_check_transfer(L)->transfer->token);
  return 1;
}

/* transfer:told() -> how often engine:step told of news: who sees it change
** between a look at the transfer and the wait for news must not wait */
static int l_told(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)ih_check_transfer(L)->transfer->told);
  return 1;
}

/* transfer:status() -> HTTP status, nil before the head is complete */
static int l_status(lua_State *L) {
  struct ih_transfer *t = ih_check_transfer(L)->transfer;
  if (t->status)
    lua_pushinteger(L, t->status);
  else
    lua_pushnil(L);
  return 1;
}

/* Every allocation of Lua may run finalizers, and those may step the engine,
** which moves its buffers. So bytes of the engine are copied to where nothing
** moves them before Lua takes them. Pushes the string and returns 1; with
** `consume` the bytes leave the buffer. */
static int push_buffer(lua_State *L, struct ih_buf *b, int consume) {
  size_t n = ih_buf_len(b);
  char *copy = lua_newuserdata(L, n ? n : 1);
  n = ih_buf_len(b) < n ? ih_buf_len(b) : n;
  memcpy(copy, ih_buf_bytes(b), n);
  if (consume)
    ih_buf_consume(b, n);
  lua_pushlstring(L, copy, n);
  return 1;
}

/* transfer:head() -> header lines of the last answer as they came */
static int l_head(lua_State *L) {
  return push_buffer(L, &ih_hold_transfer(L, 1)->transfer->head, 0);
}

void ih_tell_drained(struct transfer_box *box) {
  if (box->owner->engine)
    ih_engine_drained(box->owner->engine, box->transfer);
}

/* A buffer's memory, taken out of it: so it needs no second copy to be safe, and
** is given back when Lua has no memory. Pushes what holds it, and its bytes. */
static struct ih_buf *take_out(lua_State *L, struct ih_buf *b) {
  struct ih_buf *body = lua_newuserdata(L, sizeof *body);
  memset(body, 0, sizeof *body);
  luaL_setmetatable(L, BODY_TYPE);
  ih_buf_swap(body, b);
  lua_pushlstring(L, ih_buf_bytes(body), ih_buf_len(body));
  return body;
}

int ih_push_kept(lua_State *L, struct ih_buf *b) {
  struct ih_buf *taken;
  if (ih_buf_len(b) < LARGE_BODY)
    return push_buffer(L, b, 0);
  taken = take_out(L, b);
  /* What a finalizer has appended meanwhile goes behind. */
  if (ih_buf_append(taken, ih_buf_bytes(b), ih_buf_len(b)) < 0)
    return luaL_error(L, "not enough memory");
  ih_buf_swap(taken, b);
  return 1;
}

static int l_body_gc(lua_State *L) {
  ih_buf_free(luaL_checkudata(L, SELF, BODY_TYPE));
  return 0;
}

/* transfer:read() -> all bytes of the body that wait, "" when none do */
static int l_read(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 1);
  struct ih_buf *in = &box->transfer->in;
  if (ih_buf_len(in) > 0)
    ih_engine_heard(box->transfer);
  if (ih_buf_len(in) >= LARGE_BODY)
    ih_buf_free(take_out(L, in));
  else
    push_buffer(L, in, 1);
  ih_tell_drained(box);
  return 1;
}

/* transfer:write_to(file) -> how many bytes of the body waited and were written to
** the file | nil, message. No string of Lua is made of them: on LuaJIT two
** mappings of memory for each read cost several times what the file costs. */
static int l_write_to(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 2);
  FILE *file = ih_check_file(L, 2);
  struct ih_buf *in = &box->transfer->in;
  size_t n = ih_buf_len(in);
  luaL_argcheck(L, file, 2, "the file is closed");
  if (n > 0) {
    ih_engine_heard(box->transfer);
    errno = 0;
    if (fwrite(ih_buf_bytes(in), 1, n, file) != n)
      return ih_push_failure(L, strerror(errno ? errno : EIO));
    ih_buf_consume(in, n);
    ih_tell_drained(box);
  }
  ih_push_count(L, n);
  return 1;
}

/* transfer:drop(): forgets the bytes of the body that wait */
static int l_drop(lua_State *L) {
  struct transfer_box *box = ih_check_transfer(L);
  ih_buf_free(&box->transfer->in);
  ih_tell_drained(box);
  return 0;
}

/* transfer:encoded() -> whether the body is handed out as what its
** Content-Encoding stands for, and not as it was sent */
static int l_encoded(lua_State *L) {
  const struct ih_transfer *t = ih_check_transfer(L)->transfer;
  lua_pushboolean(L, t->decoder || t->refused);
  return 1;
}

#define PEEKED 8

/* Of a mark that is not complete everything is skipped. */
static size_t skip_blanks(const char *bytes, size_t n) {
  static const char mark[] = "\xEF\xBB\xBF";
  size_t i = 0;
  while (i < n && i < 3 && bytes[i] == mark[i])
    i++;
  if (i < n && i < 3)
    i = 0;
  while (i < n && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r' ||
                   bytes[i] == '\n'))
    i++;
  return i;
}

/* transfer:peek() -> the first bytes of the body that wait, a few, without a
** byte order mark and blanks in front; they still wait */
static int l_peek(lua_State *L) {
  struct ih_transfer *t = ih_check_transfer(L)->transfer;
  struct ih_buf *in = &t->in;
  size_t n = ih_buf_len(in), from = skip_blanks(ih_buf_bytes(in), n);
  char copy[PEEKED];
  n = n - from < PEEKED ? n - from : PEEKED;
  if (n)
    memcpy(copy, ih_buf_bytes(in) + from, n);
  else
    ih_engine_seen(t);
  lua_pushlstring(L, copy, n);
  return 1;
}

/* transfer:whole(): it is read at its end, so nothing waits for a reader */
static int l_whole(lua_State *L) {
  struct transfer_box *box = ih_check_transfer(L);
  if (box->owner->engine)
    ih_engine_unpace(box->owner->engine, box->transfer);
  return 0;
}

/* transfer:waiting() -> how many bytes of the body wait to be read */
static int l_waiting(lua_State *L) {
  struct transfer_box *box = ih_check_transfer(L);
  ih_push_count(L, ih_buf_len(&box->transfer->in) + ih_buf_len(&box->work));
  return 1;
}

/* ---- end ---------------------------------------------------------------- */

/* In the order of enum ih_end. */
static const char *const end_names[] = {
    NULL,     "complete",  "curl",         "connect",     "first_byte",
    "idle",   "total",     "gate",         "body_limit",  "head_limit",
    "cut",    "encoding",  "encoding_cut", "upload_size", "file",
    "memory", "cancelled", "closed"};

static void set_number(lua_State *L, const char *field, lua_Number value) {
  lua_pushnumber(L, value);
  lua_setfield(L, -2, field);
}

static void set_integer(lua_State *L, const char *field, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, field);
}

static void push_timing(lua_State *L, const struct ih_transfer *t) {
  lua_createtable(L, 0, 5);
  set_number(L, "name", (lua_Number)t->times[IH_TIME_NAME] / 1e9);
  set_number(L, "connect", (lua_Number)t->times[IH_TIME_CONNECT] / 1e9);
  set_number(L, "tls", (lua_Number)t->times[IH_TIME_TLS] / 1e9);
  set_number(L, "request", (lua_Number)t->times[IH_TIME_REQUEST] / 1e9);
  set_number(L, "total", (lua_Number)t->times[IH_TIME_TOTAL] / 1e9);
}

/* transfer:result() -> nil while it runs, else
** {ended=, curl=, os_error=, text=, timing=, bytes_out=, bytes_in=,
**  new_connections=, sent_all=, unprocessed=, unsaid=} */
static int l_result(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 1);
  struct ih_transfer *t = box->transfer;
  /* One that was given up may still have its handle, and no result yet. */
  const char *ended = t->easy ? NULL : end_names[t->end];
  /* What a parent process began never ends in the child. */
  if (!ended && box->owner->engine && ih_engine_is_forked(box->owner->engine))
    ended = "forked";
  if (!ended) {
    lua_pushnil(L);
    return 1;
  }
  lua_createtable(L, 0, 11);
  lua_pushstring(L, ended);
  lua_setfield(L, -2, "ended");
  set_integer(L, "curl", t->code);
  set_integer(L, "os_error", t->os_error);
  lua_pushstring(L, t->text);
  lua_setfield(L, -2, "text");
  ih_push_count(L, t->received);
  lua_setfield(L, -2, "bytes_in");
  ih_push_count(L, t->sent);
  lua_setfield(L, -2, "bytes_out");
  set_integer(L, "new_connections", (lua_Integer)t->new_connections);
  lua_pushboolean(L, t->sent_all);
  lua_setfield(L, -2, "sent_all");
  lua_pushboolean(L, t->unprocessed);
  lua_setfield(L, -2, "unprocessed");
  lua_pushboolean(L, t->until_end && !t->end_said);
  lua_setfield(L, -2, "unsaid");
  push_timing(L, t);
  lua_setfield(L, -2, "timing");
  return 1;
}

/* transfer:cancel(): ends it now; bytes that wait can still be read */
static int l_cancel(lua_State *L) {
  struct transfer_box *box = check_any(L);
  if (box && box->owner->engine)
    ih_engine_cancel(box->owner->engine, box->transfer);
  return 0;
}

/* transfer:linger(seconds): ends it then at the latest */
static int l_linger(lua_State *L) {
  struct transfer_box *box = ih_check_transfer(L);
  int64_t span = ih_nanoseconds(luaL_checknumber(L, 2));
  if (box->owner->engine)
    ih_engine_limit(box->owner->engine, box->transfer, span);
  return 0;
}

/* Never raises. */
static int l_gc(lua_State *L) {
  struct transfer_handle *handle = luaL_checkudata(L, SELF, TRANSFER_TYPE);
  l_cancel(L);
  if (handle->box) {
    handle->box = NULL;
    ih_getuservalue(L, SELF);
    lua_pushnil(L);
    lua_rawseti(L, -2, KEPT_STATE);
  }
  return 0;
}

/* Never raises. */
static int l_state_gc(lua_State *L) {
  struct transfer_box *box = luaL_checkudata(L, SELF, STATE_TYPE);
  if (box->transfer)
    ih_engine_release(box->owner->engine, box->transfer);
  box->transfer = NULL;
  ih_sse_free(&box->sse);
  ih_delta_free(&box->delta);
  ih_buf_free(&box->text);
  ih_buf_free(&box->joined);
  ih_buf_free(&box->work);
  return 0;
}

static int l_tostring(lua_State *L) {
  struct transfer_box *box = check_any(L);
  if (box)
    lua_pushfstring(L, TRANSFER_TYPE " (%s, status %d)",
                    box->transfer->end == IH_RUNNING
                        ? "running"
                        : end_names[box->transfer->end],
                    box->transfer->status);
  else
    lua_pushliteral(L, TRANSFER_TYPE " (collected)");
  return 1;
}

static const luaL_Reg methods[] = {
    {"token", l_token},     {"told", l_told},         {"status", l_status},
    {"head", l_head},       {"read", l_read},         {"whole", l_whole},
    {"peek", l_peek},       {"drop", l_drop},         {"encoded", l_encoded},
    {"waiting", l_waiting}, {"result", l_result},     {"cancel", l_cancel},
    {"linger", l_linger},   {"write_to", l_write_to}, {NULL, NULL}};

static const luaL_Reg meta[] = {
    {"__gc", l_gc}, {"__tostring", l_tostring}, {NULL, NULL}};

static const luaL_Reg no_methods[] = {{NULL, NULL}};
static const luaL_Reg state_meta[] = {{"__gc", l_state_gc}, {NULL, NULL}};
static const luaL_Reg body_meta[] = {{"__gc", l_body_gc}, {NULL, NULL}};

void ih_open_transfer(lua_State *L) {
  ih_new_class(L, TRANSFER_TYPE, methods, meta);
  ih_new_class(L, STATE_TYPE, no_methods, state_meta);
  ih_new_class(L, BODY_TYPE, no_methods, body_meta);
}
