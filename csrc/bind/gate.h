/*
** A gate as the binding files see it: gate.c makes it, submit.c reads it from
** the options of a request.
*/
#ifndef IH_BIND_GATE_H
#define IH_BIND_GATE_H

#include "compat.h"

#pragma GCC visibility push(hidden)

struct ih_gate;

/* The gate in a field of the table at stack index `table`; NULL when it is nil.
** What holds it stays on the stack: so it lives until code of Lua runs again,
** which may drop it by hand. */
struct ih_gate *ih_opt_gate(lua_State *L, int table, const char *field);

#pragma GCC visibility pop

#endif
