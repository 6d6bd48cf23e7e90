/*
** Vectors as the binding files see them: vector.c is about one, matrix.c about
** many of one size, embed.c makes them of a reply, search.c finds the best.
**
** Their numbers never change. Those of one vector may be its own, behind it, or
** lie in memory that many share, which a table of its own then keeps alive.
*/
#ifndef IH_VECTOR_H
#define IH_VECTOR_H

#include "../core/vec.h"
#include "bind.h"

#pragma GCC visibility push(hidden)

#define VECTOR_TYPE "indoxhub.vector"
#define MATRIX_TYPE "indoxhub.matrix"

struct vector {
  const float *at;
  size_t n;
};

/* Its numbers stand behind it, one vector after the other. */
struct matrix {
  size_t count, dimensions;
};

static inline float *ih_matrix_at(struct matrix *m, size_t index) {
  return (float *)(m + 1) + index * m->dimensions;
}

/* Pushes a vector of n numbers of its own, and returns where they go. */
float *ih_push_vector(lua_State *L, size_t n);

/* Pushes a vector of numbers that the table at stack index `keeper` keeps
** alive. */
void ih_push_view(lua_State *L, const float *at, size_t n, int keeper);

/* Pushes a matrix whose numbers are still to be written. Its table, which keeps
** it alive, is there. */
struct matrix *ih_push_matrix(lua_State *L, size_t count, size_t dimensions);

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
