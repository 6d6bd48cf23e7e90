/*
** The nearest of many vectors, as a plain loop has them: what top_k is measured
** by. Compiled with the same compiler and flags.
**
**     plain_search write FILE VECTORS DIMENSIONS
**     plain_search cosine|dot FILE DIMENSIONS K
**
** The second prints the milliseconds of a search for the first vector of the
** file, the median of some rounds, and the places of the K nearest, from 1.
*/
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 5

struct hit {
  double score;
  size_t index;
};

static void *claim(size_t n) {
  void *got = malloc(n);
  if (!got) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return got;
}

static FILE *open_file(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (!file) {
    perror(path);
    exit(1);
  }
  return file;
}

static int write_vectors(const char *path, size_t count, size_t dimensions) {
  FILE *file = open_file(path, "wb");
  float *vector = claim(dimensions * sizeof *vector);
  uint32_t seed = 1;
  size_t i, j;
  for (i = 0; i < count; i++) {
    for (j = 0; j < dimensions; j++) {
      seed = seed * 1664525u + 1013904223u;
      vector[j] = (float)(seed >> 8) / (1 << 24) - 0.5f;
    }
    if (fwrite(vector, sizeof *vector, dimensions, file) != dimensions) {
      perror(path);
      exit(1);
    }
  }
  free(vector);
  return fclose(file) != 0;
}

/* All vectors of a file; their number in *count. */
static float *read_vectors(const char *path, size_t dimensions, size_t *count) {
  FILE *file = open_file(path, "rb");
  float *vectors;
  size_t n;
  fseek(file, 0, SEEK_END);
  n = (size_t)ftell(file) / sizeof *vectors;
  rewind(file);
  vectors = claim(n * sizeof *vectors);
  *count = fread(vectors, sizeof *vectors, n, file) / dimensions;
  fclose(file);
  return vectors;
}

static double dot(const float *a, const float *b, size_t n) {
  float sum = 0;
  size_t i;
  for (i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static double cosine(const float *a, const float *b, size_t n) {
  float sum = 0, square = 0;
  size_t i;
  for (i = 0; i < n; i++) {
    sum += a[i] * b[i];
    square += b[i] * b[i];
  }
  return sum / sqrt((double)square);
}

/* Puts a hit to its place among the k best. */
static void keep(struct hit *best, size_t k, double score, size_t index) {
  size_t at;
  if (score <= best[k - 1].score)
    return;
  for (at = k - 1; at > 0 && best[at - 1].score < score; at--)
    best[at] = best[at - 1];
  best[at].score = score;
  best[at].index = index;
}

static void search(int by_dot, const float *vectors, size_t count,
                   size_t dimensions, struct hit *best, size_t k) {
  size_t i;
  for (i = 0; i < k; i++)
    best[i].score = -HUGE_VAL;
  for (i = 0; i < count; i++) {
    const float *vector = vectors + i * dimensions;
    keep(best, k,
         by_dot ? dot(vectors, vector, dimensions)
                : cosine(vectors, vector, dimensions),
         i + 1);
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int in_order(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

int main(int argc, char **argv) {
  size_t dimensions, k, count, i;
  double times[ROUNDS];
  struct hit *best;
  float *vectors;
  if (argc != 5)
    return 2;
  if (strcmp(argv[1], "write") == 0)
    return write_vectors(argv[2], strtoul(argv[3], NULL, 10),
                         strtoul(argv[4], NULL, 10));
  dimensions = strtoul(argv[3], NULL, 10);
  k = strtoul(argv[4], NULL, 10);
  if (k == 0)
    return 2;
  best = claim(k * sizeof *best);
  vectors = read_vectors(argv[2], dimensions, &count);
  for (i = 0; i < ROUNDS; i++) {
    double started = now();
    search(strcmp(argv[1], "dot") == 0, vectors, count, dimensions, best, k);
    times[i] = now() - started;
  }
  qsort(times, ROUNDS, sizeof *times, in_order);
  printf("%f", times[ROUNDS / 2]);
  for (i = 0; i < k; i++)
    printf(" %zu", best[i].index);
  printf("\n");
  free(best);
  free(vectors);
  return 0;
}
