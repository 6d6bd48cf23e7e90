#include "vec.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* An addition has to wait for the last one to the same sum, so there are four,
** which compilers also put side by side into wide registers. */
#define LANES 4

double ih_vec_dot(const float *a, const float *b, size_t n) {
  double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  size_t i;
  for (i = 0; i + LANES <= n; i += LANES) {
    sum0 += (double)a[i] * b[i];
    sum1 += (double)a[i + 1] * b[i + 1];
    sum2 += (double)a[i + 2] * b[i + 2];
    sum3 += (double)a[i + 3] * b[i + 3];
  }
  for (; i < n; i++)
    sum0 += (double)a[i] * b[i];
  return (sum0 + sum1) + (sum2 + sum3);
}

/* Both sums of a cosine in one walk: it is the memory that takes the time. */
static void sum_both(const float *a, const float *b, size_t n, double *product,
                     double *square) {
  double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  double own0 = 0, own1 = 0, own2 = 0, own3 = 0;
  size_t i;
  for (i = 0; i + LANES <= n; i += LANES) {
    double b0 = b[i], b1 = b[i + 1], b2 = b[i + 2], b3 = b[i + 3];
    sum0 += a[i] * b0;
    sum1 += a[i + 1] * b1;
    sum2 += a[i + 2] * b2;
    sum3 += a[i + 3] * b3;
    own0 += b0 * b0;
    own1 += b1 * b1;
    own2 += b2 * b2;
    own3 += b3 * b3;
  }
  for (; i < n; i++) {
    double b0 = b[i];
    sum0 += a[i] * b0;
    own0 += b0 * b0;
  }
  *product = (sum0 + sum1) + (sum2 + sum3);
  *square = (own0 + own1) + (own2 + own3);
}

double ih_vec_cosine(const float *a, double a_square, const float *b,
                     size_t n) {
  double product, square, cosine;
  sum_both(a, b, n, &product, &square);
  if (a_square == 0 || square == 0)
    return 0;
  cosine = product / sqrt(a_square * square);
  return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}

void ih_vec_store(const float *from, size_t n, char *to) {
  size_t i;
  for (i = 0; i < n; i++, to += 4) {
    uint32_t bits;
    memcpy(&bits, from + i, sizeof bits);
    to[0] = (char)(bits & 0xFF);
    to[1] = (char)(bits >> 8 & 0xFF);
    to[2] = (char)(bits >> 16 & 0xFF);
    to[3] = (char)(bits >> 24);
  }
}

void ih_vec_load(const char *from, size_t n, float *to) {
  const unsigned char *byte = (const unsigned char *)from;
  size_t i;
  for (i = 0; i < n; i++, byte += 4) {
    uint32_t bits = (uint32_t)byte[0] | (uint32_t)byte[1] << 8 |
                    (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
    memcpy(to + i, &bits, sizeof bits);
  }
}

/* ---- the best of many: a heap whose root is the worst that is kept -------- */

static int is_better(struct ih_hit a, struct ih_hit b) {
  return a.score > b.score || (a.score == b.score && a.index < b.index);
}

static void sift_up(struct ih_hit *hits, size_t at) {
  struct ih_hit hit = hits[at];
  while (at > 0 && is_better(hits[(at - 1) / 2], hit)) {
    hits[at] = hits[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  hits[at] = hit;
}

/* Finds the place of a hit at or below the root. */
static void sift_down(struct ih_hit *hits, size_t count, struct ih_hit hit) {
  size_t at = 0, child;
  while ((child = 2 * at + 1) < count) {
    if (child + 1 < count && is_better(hits[child], hits[child + 1]))
      child++;
    if (!is_better(hit, hits[child]))
      break;
    hits[at] = hits[child];
    at = child;
  }
  hits[at] = hit;
}

void ih_top_offer(struct ih_top *top, double score, size_t index) {
  struct ih_hit hit = {score, index};
  if (score != score)
    return;
  if (top->count < top->room) {
    top->hits[top->count] = hit;
    sift_up(top->hits, top->count++);
  } else if (is_better(hit, top->hits[0])) {
    sift_down(top->hits, top->count, hit);
  }
}

void ih_top_sort(struct ih_top *top) {
  size_t left;
  for (left = top->count; left > 1; left--) {
    struct ih_hit worst = top->hits[0];
    sift_down(top->hits, left - 1, top->hits[left - 1]);
    top->hits[left - 1] = worst;
  }
}
