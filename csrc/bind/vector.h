/*
** A vector as the binding files see it: vector.c is about one, matrix.c about
** many of one size, embed.c takes them out of an answer, and search.c finds the
** best. The functions are those of vector.c.
**
** Its numbers never change. They may be its own, behind it, or lie in memory
** that many share, which a table of its own then keeps alive.
*/
#ifndef IH_BIND_VECTOR_H
#define IH_BIND_VECTOR_H

#include <stddef.h>

#include "compat.h"

#pragma GCC visibility push(hidden)

#define VECTOR_TYPE "indoxhub.vector"

struct vector {
  const float *at;
  size_t n;
};

/* Pushes a vector of numbers that the table at stack index `keeper` keeps
** alive. */
void ih_push_view(lua_State *L, const float *at, size_t n, int keeper);

/* Pushes the bytes of n numbers as a string; returns 1. */
int ih_push_floats(lua_State *L, const float *at, size_t n);

/* Makes the class look up what is no method with `get`, which gets the methods
** as its upvalue. */
void ih_set_index(lua_State *L, const char *name, lua_CFunction get);

/* For such a function: the index in 0 .. count-1 that key 2 stands for, or -1;
** then the method of that name, or nil, is pushed. */
ptrdiff_t ih_index_of_key(lua_State *L, size_t count);

#pragma GCC visibility pop

#endif
