/*
** What the two files that bind JSON share: the text that is being made, and the
** marks of tables.
*/
#ifndef IH_BIND_JSON_H
#define IH_BIND_JSON_H

#include "../core/buf.h"
#include "bind.h"

#pragma GCC visibility push(hidden)

/* The metatable of a list that is one even when it is empty. */
#define ARRAY_TYPE "indoxhub.array"

/* Where the registry has a buffer whose memory serves the next text. */
#define KEPT "indoxhub.json.kept"

/* Pushes a buffer. It is freed with its userdata, so raising loses nothing. */
struct ih_buf *ih_push_text(lua_State *L);

/* Whether the table at an index is marked as a list. */
int ih_is_array(lua_State *L, int index);

/* core.json_encode(), in json_encode.c. */
int ih_l_json_encode(lua_State *L);
int ih_l_json_with_raw(lua_State *L);
int ih_l_not_utf8(lua_State *L);

#pragma GCC visibility pop

#endif
