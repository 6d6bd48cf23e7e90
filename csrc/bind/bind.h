/*
** What the binding files share: how a class is registered, how options are
** read from a table, and how what is no value of Lua is pushed.
**
** Wrong types raise: the Lua layer above checks what users pass, so an error
** from here is a bug of ours or of a direct user of indoxhub.core.
*/
#ifndef IH_BIND_H
#define IH_BIND_H

#include <stdint.h>

#include "compat.h"

#pragma GCC visibility push(hidden)

/* Registers a class: a metatable with methods and metamethods, either NULL. */
void ih_new_class(lua_State *L, const char *name, const luaL_Reg *methods,
                  const luaL_Reg *meta);

/* Adds methods to a class that is registered. */
void ih_add_methods(lua_State *L, const char *name, const luaL_Reg *methods);

/* Fields of the options table at stack index `table`. A string stays on the
** stack so that it cannot be collected; the others leave it as it was. */
const char *ih_opt_string(lua_State *L, int table, const char *field,
                          size_t *len);
int ih_opt_boolean(lua_State *L, int table, const char *field);
/* Not negative; `otherwise` when the field is nil. */
lua_Number ih_opt_number(lua_State *L, int table, const char *field,
                         lua_Number otherwise);
size_t ih_opt_size(lua_State *L, int table, const char *field,
                   size_t otherwise);

/* The descriptor at a stack index; -1, which is none, for what cannot be one.
*/
int ih_check_descriptor(lua_State *L, int index);

/* Seconds as C counts them; 0 for what is not positive. */
int64_t ih_nanoseconds(lua_Number seconds);

/* nil and a message; the number of results. */
int ih_push_failure(lua_State *L, const char *message);

/* Pushes how many bytes there are: an integer where it has room for them. */
void ih_push_count(lua_State *L, uint64_t n);

#pragma GCC visibility pop

#endif
