/*
** An engine as the binding files see it: engine.c makes and steps it, submit.c
** gives it requests, and transfers point to its box and keep that alive.
*/
#ifndef IH_BIND_ENGINE_H
#define IH_BIND_ENGINE_H

#include "compat.h"

#pragma GCC visibility push(hidden)

#define ENGINE_TYPE "indoxhub.engine"

struct ih_engine;

/* The userdata of an engine. */
struct engine_box {
  struct ih_engine *engine; /* NULL: closed */
};

/* The engine at a stack index. */
struct engine_box *ih_check_engine(lua_State *L, int index);

#pragma GCC visibility pop

#endif
