/* core.read_file(path, [most]) -> bytes | nil, message, number of the operating
** system's error: a regular file, or its first bytes. Unlike io.open it does not wait for the other end of a pipe.
** core.create_file(path) -> draft | nil, message: a new one that is private. It
** is removed when the draft is collected, unless draft:keep() was called.
** core.match_mode(path, place) -> true | nil, message: gives it the permissions
** of the file at a place, or of any new file.
** core.sync_file(path) -> true | nil, message: it is on the disk.
** core.read_link(path) -> text | nil, message: where a symbolic link leads.
** core.list_folder(path) -> {name, ...} | nil, message: in no order. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../net/file.h"
#include "bind.h"
#include "json.h"
#include "open.h"

enum { LONGEST_PATH = 4096 };

#define DRAFT_TYPE "indoxhub.draft"

/* A forked child must not remove what its parent writes. */
struct draft {
  pid_t pid;
  char path[]; /* "": it is kept, or there is none */
};

static int failed(lua_State *L) {
  return ih_push_failure(L, errno == ESPIPE ? "not a regular file"
                                            : strerror(errno));
}

static int unreadable(lua_State *L) {
  int error = errno;
  failed(L);
  lua_pushinteger(L, error);
  return 3;
}

static int l_read_file(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  lua_Number most = luaL_optnumber(L, 2, -1);
  int64_t size = ih_file_size(path), n, got;
  int is_whole;
  char *bytes;
  if (size < 0)
    return unreadable(L);
  do {
    lua_settop(L, 2);
    is_whole = !(most >= 0 && most < (lua_Number)size);
    n = is_whole ? size : (int64_t)most;
    bytes = lua_newuserdata(L, n > 0 ? (size_t)n : 1);
    got = ih_file_load(path, bytes, (size_t)n, &size);
    if (got < 0)
      return unreadable(L);
  } while (is_whole && size > n);
  lua_pushlstring(L, bytes, (size_t)got);
  return 1;
}

static int l_create_file(lua_State *L) {
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  struct draft *draft = lua_newuserdata(L, sizeof *draft + n + 1);
  draft->pid = getpid();
  draft->path[0] = '\0';
  luaL_setmetatable(L, DRAFT_TYPE);
  if (ih_file_create(path) < 0)
    return failed(L);
  memcpy(draft->path, path, n + 1);
  return 1;
}

static int l_keep(lua_State *L) {
  struct draft *draft = luaL_checkudata(L, 1, DRAFT_TYPE);
  draft->path[0] = '\0';
  return 0;
}

static int l_draft_gc(lua_State *L) {
  struct draft *draft = luaL_checkudata(L, 1, DRAFT_TYPE);
  if (draft->path[0] && draft->pid == getpid())
    unlink(draft->path);
  draft->path[0] = '\0';
  return 0;
}

static int l_match_mode(lua_State *L) {
  if (ih_file_mode(luaL_checkstring(L, 1), luaL_checkstring(L, 2)) < 0)
    return failed(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int l_sync_file(lua_State *L) {
  if (ih_file_sync(luaL_checkstring(L, 1)) < 0)
    return failed(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int l_read_link(lua_State *L) {
  char to[LONGEST_PATH];
  int64_t n = ih_file_link(luaL_checkstring(L, 1), to, sizeof to);
  if (n == (int64_t)sizeof to) {
    n = -1;
    errno = ENAMETOOLONG;
  }
  if (n < 0)
    return failed(L);
  lua_pushlstring(L, to, (size_t)n);
  return 1;
}

static int l_list_folder(lua_State *L) {
  struct ih_buf *names = ih_push_text(L);
  const char *name, *end;
  int i;
  if (ih_file_names(luaL_checkstring(L, 1), names) < 0)
    return failed(L);
  lua_newtable(L);
  name = ih_buf_bytes(names);
  end = name + ih_buf_len(names);
  for (i = 1; name < end; i++, name += strlen(name) + 1) {
    lua_pushstring(L, name);
    lua_rawseti(L, -2, i);
  }
  return 1;
}

static const luaL_Reg draft_methods[] = {{"keep", l_keep}, {NULL, NULL}};
static const luaL_Reg draft_meta[] = {{"__gc", l_draft_gc}, {NULL, NULL}};

void ih_open_file(lua_State *L) {
  ih_new_class(L, DRAFT_TYPE, draft_methods, draft_meta);
  lua_pushcfunction(L, l_read_file);
  lua_setfield(L, -2, "read_file");
  lua_pushcfunction(L, l_create_file);
  lua_setfield(L, -2, "create_file");
  lua_pushcfunction(L, l_match_mode);
  lua_setfield(L, -2, "match_mode");
  lua_pushcfunction(L, l_sync_file);
  lua_setfield(L, -2, "sync_file");
  lua_pushcfunction(L, l_read_link);
  lua_setfield(L, -2, "read_link");
  lua_pushcfunction(L, l_list_folder);
  lua_setfield(L, -2, "list_folder");
}
