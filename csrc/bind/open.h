/*
** How the binding files are opened. Each function here is defined by the file
** of its name, and only module.c calls it: it registers the classes of that
** file, and adds its functions to the module table on top of the stack.
*/
#ifndef IH_OPEN_H
#define IH_OPEN_H

#include "compat.h"

#pragma GCC visibility push(hidden)

void ih_open_base64(lua_State *L);
void ih_open_child(lua_State *L);
void ih_open_embed(lua_State *L);
void ih_open_engine(lua_State *L);
void ih_open_events(lua_State *L);
void ih_open_file(lua_State *L);
void ih_open_gate(lua_State *L);
void ih_open_headers(lua_State *L);
void ih_open_journal(lua_State *L);
void ih_open_json(lua_State *L);
void ih_open_json_encode(lua_State *L);
void ih_open_matrix(lua_State *L);
void ih_open_notice(lua_State *L);
void ih_open_process(lua_State *L);
void ih_open_search(lua_State *L);
void ih_open_sha256(lua_State *L);
void ih_open_sse(lua_State *L);
void ih_open_submit(lua_State *L);
void ih_open_tape(lua_State *L);
void ih_open_transfer(lua_State *L);
void ih_open_upload(lua_State *L);
void ih_open_vector(lua_State *L);
void ih_open_wake(lua_State *L);

#pragma GCC visibility pop

#endif
