/*
** A matrix as the binding files see it: matrix.c makes it, and search.c looks
** through it.
*/
#ifndef IH_BIND_MATRIX_H
#define IH_BIND_MATRIX_H

#include <stddef.h>

#define MATRIX_TYPE "indoxhub.matrix"

/* Its numbers stand behind it, one vector after the other. */
struct matrix {
  size_t count, dimensions;
};

static inline float *ih_matrix_at(struct matrix *m, size_t index) {
  return (float *)(m + 1) + index * m->dimensions;
}

#endif
