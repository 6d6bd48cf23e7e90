/*
** The event-stream parser beside a loop that looks for the ends of lines with
** memchr: sse_speed ROUNDS. Prints for each nanoseconds per event, the medians,
** and that of the ratios within a round.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../../csrc/core/sse.h"

#define EVENTS 100000
#define PIECE ((size_t)16 * 1024) /* as libcurl hands out */

static const char event[] =
    "data: {\"type\": \"response.content_part.delta\", \"response_id\": "
    "\"7c1e0a52-3b0d-4f6e-9a51-2f8c6d0b1e77\", \"output_index\": 0, "
    "\"content_index\": 0, \"delta\": \" wheel\"}\n\n";

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double with_parser(const char *text, size_t n) {
  struct ih_sse sse;
  struct ih_sse_event found;
  size_t used, piece, count = 0;
  double start = now();
  memset(&sse, 0, sizeof sse);
  for (; n; n -= piece) {
    size_t left = piece = n < PIECE ? n : PIECE;
    while (ih_sse_next(&sse, text, left, &used, &found) == IH_SSE_EVENT) {
      count++;
      text += used;
      left -= used;
    }
    text += used;
  }
  ih_sse_free(&sse);
  if (count != EVENTS)
    exit(1);
  return (now() - start) / EVENTS;
}

static double with_memchr(const char *text, size_t n) {
  const char *end = text + n;
  size_t count = 0;
  double start = now();
  while ((text = memchr(text, '\n', (size_t)(end - text)))) {
    count++;
    text++;
  }
  if (count != (size_t)2 * EVENTS)
    exit(1);
  return (now() - start) / EVENTS;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, compare);
  return values[n / 2];
}

int main(int argc, char **argv) {
  int i, rounds = argc == 2 ? atoi(argv[1]) : 0;
  size_t len = sizeof event - 1;
  char *text = malloc(EVENTS * len);
  double *ours, *theirs, *ratios;
  if (rounds < 1 || !text) {
    free(text);
    return 2;
  }
  ours = calloc((size_t)rounds, sizeof *ours);
  theirs = calloc((size_t)rounds, sizeof *theirs);
  ratios = calloc((size_t)rounds, sizeof *ratios);
  for (i = 0; i < EVENTS; i++)
    memcpy(text + (size_t)i * len, event, len);
  for (i = 0; i < rounds; i++) {
    ours[i] = with_parser(text, EVENTS * len);
    theirs[i] = with_memchr(text, EVENTS * len);
    ratios[i] = ours[i] / theirs[i];
  }
  printf("%.2f %.2f %.3f\n", median(ours, rounds), median(theirs, rounds),
         median(ratios, rounds));
  free(text);
  free(ours);
  free(theirs);
  free(ratios);
  return 0;
}
