/*
** What the two files that bind JSON share: the text that is being made, and the
** marks of tables. json.c defines both.
*/
#ifndef IH_BIND_JSON_H
#define IH_BIND_JSON_H

#include "../core/buf.h"
#include "compat.h"

#pragma GCC visibility push(hidden)

/* The metatable of a list that is one even when it is empty. */
#define ARRAY_TYPE "indoxhub.array"

/* Pushes a buffer. It is freed with its userdata, so raising loses nothing. */
struct ih_buf *ih_push_text(lua_State *L);

/* Whether the table at an index is marked as a list. */
int ih_is_array(lua_State *L, int index);

#pragma GCC visibility pop

#endif
