/*
** luaopen_indoxhub_core: makes the module of the binding files. Its types and
** functions are described in lua/indoxhub/meta/core.lua.
*/
#include "compat.h"
#include "open.h"
#include "version.h"

#pragma GCC visibility push(default)
int luaopen_indoxhub_core(lua_State *L);
#pragma GCC visibility pop

int luaopen_indoxhub_core(lua_State *L) {
  lua_newtable(L);
  lua_pushliteral(L, IH_VERSION);
  lua_setfield(L, -2, "version");
  /* A file comes after those that register the classes it uses. */
  ih_open_sse(L);
  ih_open_engine(L);
  ih_open_submit(L);
  ih_open_child(L);
  ih_open_transfer(L);
  ih_open_events(L);
  ih_open_tape(L);
  ih_open_upload(L);
  ih_open_headers(L);
  ih_open_process(L);
  ih_open_base64(L);
  ih_open_sha256(L);
  ih_open_file(L);
  ih_open_journal(L);
  ih_open_wake(L);
  ih_open_notice(L);
  ih_open_gate(L);
  ih_open_vector(L);
  ih_open_matrix(L);
  ih_open_search(L);
  ih_open_embed(L);
  ih_open_json(L);
  ih_open_json_encode(L);
  return 1;
}
