/* core.journal(): the file of net/journal.h as a Lua object. */
#include "../net/journal.h"

#include <errno.h>
#include <string.h>

#include "bind.h"
#include "open.h"

#define JOURNAL_TYPE "indoxhub.journal"

#define SELF 1

/* What is read at once. */
enum { PIECE = 64 * 1024 };

#define FARTHEST 9007199254740992.0 /* to which a number counts */

/* nil, message, and "locked" when it is another's. */
static int failed(lua_State *L) {
  int error = errno;
  ih_push_failure(L, error == ESPIPE        ? "not a regular file"
                     : error == EWOULDBLOCK ? "it is in use"
                                            : strerror(error));
  if (error != EWOULDBLOCK)
    return 2;
  lua_pushliteral(L, "locked");
  return 3;
}

static struct ih_journal *self(lua_State *L) {
  struct ih_journal *j = luaL_checkudata(L, SELF, JOURNAL_TYPE);
  luaL_argcheck(L, j->fd >= 0, SELF, "is closed");
  return j;
}

/* A place in the file. */
static int64_t check_place(lua_State *L, int index) {
  lua_Number place = luaL_checknumber(L, index);
  luaL_argcheck(L, place >= 0 && place <= FARTHEST, index, "is no place");
  return (int64_t)place;
}

static int done(lua_State *L, int status) {
  if (status < 0)
    return failed(L);
  lua_pushboolean(L, 1);
  return 1;
}

/* core.journal(path) -> journal | nil, message, ["locked"] */
static int l_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct ih_journal *j = lua_newuserdata(L, sizeof *j);
  j->fd = -1;
  luaL_setmetatable(L, JOURNAL_TYPE);
  return ih_journal_open(j, path) < 0 ? failed(L) : 1;
}

/* journal:read(at) -> bytes from there on, "" at the end | nil, message */
static int l_read(lua_State *L) {
  const struct ih_journal *j = self(L);
  int64_t at = check_place(L, 2), n;
  char piece[PIECE];
  n = ih_journal_read(j, piece, sizeof piece, at);
  if (n < 0)
    return failed(L);
  lua_pushlstring(L, piece, (size_t)n);
  return 1;
}

/* journal:append(bytes) -> true | nil, message */
static int l_append(lua_State *L) {
  struct ih_journal *j = self(L);
  size_t n;
  const char *bytes = luaL_checklstring(L, 2, &n);
  return done(L, ih_journal_append(j, bytes, n));
}

/* journal:cut(size) -> true | nil, message */
static int l_cut(lua_State *L) {
  const struct ih_journal *j = self(L);
  return done(L, ih_journal_cut(j, check_place(L, 2)));
}

/* journal:sync() -> true | nil, message */
static int l_sync(lua_State *L) {
  return done(L, ih_journal_sync(self(L)));
}

/* journal:close(); also the finalizer. Never raises. */
static int l_close(lua_State *L) {
  ih_journal_close(luaL_checkudata(L, SELF, JOURNAL_TYPE));
  return 0;
}

static const luaL_Reg methods[] = {{"read", l_read},   {"append", l_append},
                                   {"cut", l_cut},     {"sync", l_sync},
                                   {"close", l_close}, {NULL, NULL}};
static const luaL_Reg meta[] = {{"__gc", l_close}, {NULL, NULL}};

void ih_open_journal(lua_State *L) {
  ih_new_class(L, JOURNAL_TYPE, methods, meta);
  lua_pushcfunction(L, l_open);
  lua_setfield(L, -2, "journal");
}
