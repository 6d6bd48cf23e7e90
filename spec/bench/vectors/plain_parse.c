/*
** The numbers of a reply of embeddings by a plain loop in C: plain_parse FILE.
** It knows where they are, checks nothing, and reads those of up to 19 digits by
** one multiplication: about as fast as such a loop gets. Prints the milliseconds
** of CPU time, the median of some rounds, and how many numbers there were.
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 9
#define MOST 1000000

static float numbers[MOST];
static double powers[64];

/* One number; returns what stands behind it. */
static const char *read_number(const char *at, float *out) {
  uint64_t digits = 0;
  int exponent = 0, negative = *at == '-';
  at += negative;
  while (*at >= '0' && *at <= '9')
    digits = digits * 10 + (uint64_t)(*at++ - '0');
  if (*at == '.')
    for (at++; *at >= '0' && *at <= '9'; exponent--)
      digits = digits * 10 + (uint64_t)(*at++ - '0');
  if (*at == 'e' || *at == 'E') {
    char *end;
    exponent += (int)strtol(at + 1, &end, 10);
    at = end;
  }
  *out = (float)((double)digits / powers[exponent < 0 ? -exponent : 0]);
  if (negative)
    *out = -*out;
  return at;
}

static size_t parse(const char *at) {
  static const char mark[] = "\"embedding\":[";
  size_t count = 0;
  while ((at = strstr(at, mark))) {
    at += sizeof mark - 1;
    while (*at != ']' && count < MOST) {
      at = read_number(at, &numbers[count++]);
      at += *at == ',';
    }
  }
  return count;
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text;
  long size;
  if (!file)
    exit(1);
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  rewind(file);
  text = malloc((size_t)size + 1);
  if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
    exit(1);
  text[size] = '\0';
  fclose(file);
  return text;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  double took[ROUNDS];
  size_t count = 0;
  char *text;
  int i;
  if (argc != 2)
    return 2;
  powers[0] = 1;
  for (i = 1; i < 64; i++)
    powers[i] = powers[i - 1] * 10;
  text = read_file(argv[1]);
  for (i = 0; i < ROUNDS; i++) {
    clock_t start = clock();
    count = parse(text);
    took[i] = (double)(clock() - start) * 1e3 / CLOCKS_PER_SEC;
  }
  qsort(took, ROUNDS, sizeof *took, compare);
  printf("%.3f %zu\n", took[ROUNDS / 2], count);
  free(text);
  return count == (size_t)256 * 1536 ? 0 : 1;
}
