/*
** For test programs of one file: assertions, and totals of the cases. The last
** line printed is `N passed, N failed, N skipped`.
*/
#ifndef IH_ALONE_H
#define IH_ALONE_H

#include <stdio.h>

static int passed, failed, wrong;

static inline void check(int holds, const char *file, int line,
                         const char *expr) {
  if (holds)
    return;
  printf("  %s:%d: %s\n", file, line, expr);
  wrong++;
}

static inline void run(const char *of, const char *name, void (*test)(void)) {
  wrong = 0;
  test();
  if (wrong)
    printf("FAILED: %s, %s\n", of, name);
  *(wrong ? &failed : &passed) += 1;
}

static inline int print_totals(void) {
  printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed > 0;
}

#define CHECK(expr) check((expr) != 0, __FILE__, __LINE__, #expr)
#define RUN(of, test) run(of, #test, test)

#endif
