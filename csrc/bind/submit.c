/* engine:submit{...}: the description of a request, read from a Lua table. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "../net/play.h"
#include "../net/upload.h"
#include "bind.h"
#include "gate.h"
#include "open.h"
#include "transfer.h"

#define OPTIONS 2
#define KEPT 3 /* a list of every string that C points to */

/* More lines or parts than a request can need; so their size cannot overflow. */
#define MOST_ITEMS 10000

#define WHOLE 9007199254740992.0 /* 2^53 */

/* Takes the string on top of the stack off and keeps it from being collected,
** whatever happens to the table it came from. */
static void keep(lua_State *L) {
  lua_rawseti(L, KEPT, (int)lua_objlen(L, KEPT) + 1);
}

static const char *string_field(lua_State *L, int table, const char *field,
                                size_t *len) {
  const char *text = ih_opt_string(L, table, field, len);
  if (text)
    keep(L);
  else
    lua_pop(L, 1);
  return text;
}

/* A string for C. */
static const char *text_field(lua_State *L, int table, const char *field) {
  size_t len;
  const char *text = string_field(L, table, field, &len);
  if (text && memchr(text, '\0', len))
    luaL_error(L, "field '%s' contains a NUL byte", field);
  return text;
}

/* A string for a header line. */
static const char *line_field(lua_State *L, int table, const char *field) {
  const char *text = text_field(L, table, field);
  if (text && strpbrk(text, "\r\n"))
    luaL_error(L, "field '%s' contains a line break", field);
  return text;
}

static const char *method_field(lua_State *L) {
  const char *method = text_field(L, OPTIONS, "method");
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (method && (!*method || method[strspn(method, letters)]))
    luaL_error(L, "field 'method' must be a word of letters");
  return method;
}

static int64_t seconds_field(lua_State *L, const char *field) {
  return ih_nanoseconds(ih_opt_number(L, OPTIONS, field, 0));
}

/* How many items the list on top of the stack has; anything else has none. */
static int count_items(lua_State *L, const char *field) {
  size_t n = lua_istable(L, -1) ? lua_objlen(L, -1) : 0;
  if (n > MOST_ITEMS)
    luaL_error(L, "field '%s' has more than %d items", field, MOST_ITEMS);
  return (int)n;
}

/* The list `headers` as a C array in a userdata left on the stack. */
static const char *const *header_lines(lua_State *L) {
  const char **lines;
  int list, i, n;
  lua_getfield(L, OPTIONS, "headers");
  list = lua_gettop(L);
  n = count_items(L, "headers");
  lines = lua_newuserdata(L, sizeof *lines * ((size_t)n + 1));
  for (i = 0; i < n; i++) {
    size_t len;
    lua_rawgeti(L, list, i + 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "headers[%d] must be a string", i + 1);
    lines[i] = lua_tolstring(L, -1, &len);
    if (memchr(lines[i], '\0', len) || strpbrk(lines[i], "\r\n"))
      luaL_error(L, "headers[%d] contains a line break or NUL byte", i + 1);
    keep(L);
  }
  lines[n] = NULL;
  return lines;
}

/* ---- forms -------------------------------------------------------------- */

/* The number of bytes that will be fed, -1 when nobody knows. */
static int64_t size_field(lua_State *L, int table) {
  lua_Number size = ih_opt_number(L, table, "size", -1);
  if (size >= WHOLE || (lua_Number)(int64_t)size != size)
    luaL_error(L, "field 'size' must be a whole number");
  return (int64_t)size;
}

static void read_part(lua_State *L, int table, int i, struct ih_part *part) {
  memset(part, 0, sizeof *part);
  part->name = text_field(L, table, "name");
  part->filename = text_field(L, table, "filename");
  part->type = line_field(L, table, "type");
  part->data = string_field(L, table, "data", &part->len);
  part->path = text_field(L, table, "path");
  part->fed = ih_opt_boolean(L, table, "pull");
  part->size = size_field(L, table);
  if (!part->name)
    luaL_error(L, "form[%d] has no name", i);
  if ((part->data != NULL) + (part->path != NULL) + part->fed != 1)
    luaL_error(L, "form[%d] must have one of data, path and pull", i);
}

/* The list `form`, its parts in a userdata left on the stack. Whether there is
** one. */
static int read_form(lua_State *L, struct ih_form *form) {
  struct ih_part *parts;
  int list, i, n, fed = 0;
  lua_getfield(L, OPTIONS, "form");
  if (lua_isnil(L, -1))
    return 0;
  list = lua_gettop(L);
  if (!lua_istable(L, list))
    luaL_error(L, "field 'form' must be a list of parts");
  n = count_items(L, "form");
  parts = lua_newuserdata(L, sizeof *parts * ((size_t)n + 1));
  for (i = 0; i < n; i++) {
    lua_rawgeti(L, list, i + 1);
    if (!lua_istable(L, -1))
      luaL_error(L, "form[%d] must be a table", i + 1);
    read_part(L, lua_gettop(L), i + 1, &parts[i]);
    fed += parts[i].fed;
    lua_pop(L, 1);
  }
  if (fed > 1)
    luaL_error(L, "only one part of a form can be fed");
  form->parts = parts;
  form->count = (size_t)n;
  form->refused = 0;
  return 1;
}

/* ---- an answer that is known --------------------------------------------- */

/* The list `marks` of seconds and lengths in turn, as a C array in a userdata left
** on the stack. Their lengths are cut to what there is of the body. */
static void read_marks(lua_State *L, int table, struct ih_played *played) {
  struct ih_mark *marks;
  size_t i, left = played->body.len;
  int list;
  lua_getfield(L, table, "marks");
  list = lua_gettop(L);
  luaL_checktype(L, list, LUA_TTABLE);
  played->count = lua_objlen(L, list) / 2;
  if (played->count > INT_MAX / 4)
    luaL_error(L, "field 'marks' has too many items");
  marks = lua_newuserdata(L, sizeof *marks * (played->count + 1));
  for (i = 0; i < played->count; i++) {
    lua_Number n;
    lua_rawgeti(L, list, (int)(2 * i + 1));
    lua_rawgeti(L, list, (int)(2 * i + 2));
    marks[i].at = ih_nanoseconds(lua_tonumber(L, -2));
    n = lua_tonumber(L, -1);
    marks[i].n = n >= 0 && n < (lua_Number)left ? (size_t)n : left;
    left -= marks[i].n;
    lua_pop(L, 2);
  }
  played->marks = marks;
}

/* The field `played`. Whether there is one. */
static int read_played(lua_State *L, struct ih_played *played) {
  lua_Number status;
  int table;
  lua_getfield(L, OPTIONS, "played");
  if (lua_isnil(L, -1))
    return 0;
  table = lua_gettop(L);
  luaL_checktype(L, table, LUA_TTABLE);
  memset(played, 0, sizeof *played);
  status = ih_opt_number(L, table, "status", 0);
  if (!(status >= 200 && status <= 599))
    luaL_error(L, "field 'status' must be one of HTTP");
  played->status = (int)status;
  played->head.ptr = string_field(L, table, "head", &played->head.len);
  played->body.ptr = string_field(L, table, "body", &played->body.len);
  if (!played->head.ptr || !played->body.ptr)
    luaL_error(L, "fields 'head' and 'body' are required");
  played->sent = ih_opt_size(L, table, "sent", 0);
  read_marks(L, table, played);
  return 1;
}

/* nil, message, "file", number of the operating system's error */
static int push_file_failure(lua_State *L, const struct ih_form *form,
                             int error) {
  const char *why = error == ESPIPE ? "not a regular file" : strerror(error);
  lua_pushnil(L);
  lua_pushfstring(L, "cannot read %s: %s", form->parts[form->refused].path,
                  why);
  lua_pushliteral(L, "file");
  lua_pushinteger(L, error);
  return 4;
}

/* ---- the request -------------------------------------------------------- */

static void read_options(lua_State *L, struct ih_request_options *o,
                         struct ih_form *form, struct ih_played *played) {
  memset(o, 0, sizeof *o);
  o->method = method_field(L);
  o->url = text_field(L, OPTIONS, "url");
  if (!o->method || !o->url)
    luaL_error(L, "fields 'method' and 'url' are required");
  o->body = string_field(L, OPTIONS, "body", &o->body_len);
  o->form = read_form(L, form) ? form : NULL;
  if (o->body && o->form)
    luaL_error(L, "a request has a body or a form, not both");
  o->expect = ih_opt_boolean(L, OPTIONS, "expect");
  o->progress = ih_opt_boolean(L, OPTIONS, "progress");
  o->proxy = text_field(L, OPTIONS, "proxy");
  o->ca_file = text_field(L, OPTIONS, "ca_file");
  o->unverified = ih_opt_boolean(L, OPTIONS, "unverified");
  o->http1 = ih_opt_boolean(L, OPTIONS, "http1");
  o->paced = ih_opt_boolean(L, OPTIONS, "paced");
  o->queue_bytes = ih_opt_size(L, OPTIONS, "queue_bytes", IH_QUEUE_BYTES);
  o->max_bytes = ih_opt_size(L, OPTIONS, "max_bytes", 0);
  o->timeouts.connect = seconds_field(L, "connect");
  o->timeouts.first_byte = seconds_field(L, "first_byte");
  o->timeouts.idle = seconds_field(L, "idle");
  o->timeouts.total = seconds_field(L, "total");
  o->tape_bytes = ih_opt_size(L, OPTIONS, "tape_bytes", 0);
  o->headers = header_lines(L);
  o->played = read_played(L, played) ? played : NULL;
}

/* The box of a transfer, still empty; the transfer is on top of the stack. */
static struct transfer_box *new_transfer(lua_State *L, size_t max_event_bytes) {
  struct transfer_box *box = lua_newuserdata(L, sizeof *box);
  struct transfer_handle *handle;
  memset(box, 0, sizeof *box);
  box->sse.max_event_bytes = max_event_bytes;
  box->sse.objects = 1;
  luaL_setmetatable(L, STATE_TYPE);
  handle = lua_newuserdata(L, sizeof *handle);
  handle->box = NULL;
  luaL_setmetatable(L, TRANSFER_TYPE);
  lua_createtable(L, 2, 0);
  lua_pushvalue(L, SELF);
  lua_rawseti(L, -2, KEPT_ENGINE);
  lua_pushvalue(L, -3);
  lua_rawseti(L, -2, KEPT_STATE);
  lua_pushvalue(L, -1);
  ih_setuservalue(L, -4);
  ih_setuservalue(L, -2);
  handle->box = box; /* the finalizer finds the table now */
  return box;
}

/* engine:submit{...} -> transfer | nil, message, [kind, os_error] */
static int l_submit(lua_State *L) {
  struct engine_box *owner = ih_check_engine(L, SELF);
  struct ih_request_options options;
  struct ih_form form;
  struct ih_played played;
  struct transfer_box *box;
  size_t max_event_bytes;
  int status;
  luaL_checktype(L, OPTIONS, LUA_TTABLE);
  lua_settop(L, OPTIONS);
  lua_newtable(L);
  max_event_bytes = ih_opt_size(L, OPTIONS, "max_event_bytes", 0);
  read_options(L, &options, &form, &played);
  box = new_transfer(L, max_event_bytes);
  box->owner = owner;
  /* Read last, so that nothing of Lua runs before the transfer holds it. */
  options.gate = ih_opt_gate(L, OPTIONS, "gate");
  lua_insert(L, -2);
  /* Metamethods of the options and finalizers may have closed it. */
  if (!owner->engine)
    return ih_push_failure(L, "the engine is closed");
  status = ih_engine_submit(owner->engine, &options, &box->transfer);
  if (status == IH_OK)
    return 1;
  if (status == IH_SYSTEM)
    return push_file_failure(L, &form, errno);
  return ih_push_failure(L, status == IH_FORKED ? "forked" : "out of memory");
}

static const luaL_Reg methods[] = {{"submit", l_submit}, {NULL, NULL}};

/* To the class that engine.c has registered. */
void ih_open_submit(lua_State *L) {
  ih_add_methods(L, ENGINE_TYPE, methods);
}
