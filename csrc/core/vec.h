/*
** Vectors of float32: products, the best of many, and their bytes.
**
** Sums are kept in doubles, where no product of two floats overflows or loses a
** digit, so what is said of a vector depends neither on its scale nor, in any
** digit that a float has, on the order of its numbers. Nothing here allocates.
*/
#ifndef IH_VEC_H
#define IH_VEC_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

double ih_vec_dot(const float *a, const float *b, size_t n);

/* The cosine of the angle between two vectors, from -1 to 1, and 1 for equal
** ones; a_square is ih_vec_dot of a with itself. 0 when one of them has no
** length, and so no direction. */
double ih_vec_cosine(const float *a, double a_square, const float *b, size_t n);

/* Float32 as four bytes each, the lowest first, whatever this machine does.
** Loading may be done in place. */
void ih_vec_store(const float *from, size_t n, char *to);
void ih_vec_load(const char *from, size_t n, float *to);

/* ---- the best of many ---------------------------------------------------- */

struct ih_hit {
  double score;
  size_t index;
};

/* The caller has the room for `room` hits, more than none. */
struct ih_top {
  struct ih_hit *hits;
  size_t room, count;
};

/* Keeps a hit if it is among the best so far: those of the highest scores, and
** of equal ones the lowest index. A score that is NaN is never kept. */
void ih_top_offer(struct ih_top *top, double score, size_t index);

/* Puts the hits in order, the best first. None may be offered afterwards. */
void ih_top_sort(struct ih_top *top);

#pragma GCC visibility pop

#endif
