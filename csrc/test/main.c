/*
** Runs the unit tests of csrc/core: `core_test [spec/vectors/sse.txt]`.
**
** The last line printed is `N passed, N failed, N skipped`; the exit status is
** 1 when something failed. Built by spec/support/ctest.sh, which compiles
** csrc/core with a callback per branch and redirects the allocator and the mem
** functions to the ones below and in test_memory.c.
*/
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define SHOWN 3   /* failures printed per case */
#define WIDE 2000 /* bytes of a span printed */

static struct {
  int passed, failed, skipped;
  int wrong; /* assertions that failed in the running case */
  const char *name, *way;
} totals;

/* ---- assertions ---------------------------------------------------------- */

static int wrong(const char *file, int line, const char *expr) {
  if (totals.wrong++ == 0)
    printf("FAILED: %s%s%s\n", totals.name, *totals.way ? ", " : "",
           totals.way);
  if (totals.wrong > SHOWN)
    return 0;
  printf("  %s:%d: %s\n", file, line, expr);
  return 1;
}

int check_true(int holds, const char *file, int line, const char *expr) {
  if (!holds)
    wrong(file, line, expr);
  return holds;
}

int check_int(int64_t got, int64_t want, const char *file, int line,
              const char *expr) {
  if (got != want && wrong(file, line, expr))
    printf("    is %" PRId64 ", not %" PRId64 "\n", got, want);
  return got == want;
}

static void print_span(const char *label, struct ih_span span) {
  size_t i, n = span.len < WIDE ? span.len : WIDE;
  printf("    %s \"", label);
  for (i = 0; i < n; i++) {
    unsigned char c = (unsigned char)span.ptr[i];
    if (c == '\n')
      printf("\\n");
    else if (c < 0x20 || c >= 0x7F)
      printf("\\x%02X", c);
    else
      putchar(c);
  }
  printf("\"%s\n", n < span.len ? " ..." : "");
}

int check_span(struct ih_span got, struct ih_span want, const char *file,
               int line, const char *expr) {
  int same = got.len == want.len && memcmp(got.ptr, want.ptr, got.len) == 0;
  if (!same && wrong(file, line, expr)) {
    print_span("is", got);
    print_span("not", want);
  }
  return same;
}

/* ---- cases --------------------------------------------------------------- */

void check_begin(const char *name, const char *way) {
  totals.name = name;
  totals.way = way;
  totals.wrong = 0;
}

void check_end(void) {
  if (totals.wrong)
    totals.failed++;
  else
    totals.passed++;
  fflush(stdout);
}

void check_case(const char *name, void (*test)(void)) {
  check_begin(name, "");
  test();
  check_end();
}

static int print_totals(void) {
  printf("%d passed, %d failed, %d skipped\n", totals.passed, totals.failed,
         totals.skipped);
  fflush(stdout);
  return totals.failed ? 1 : 0;
}

/* ---- guard pages --------------------------------------------------------- */

static char *guard_page;
static size_t guard_room;

static size_t whole_pages(size_t n) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (n / page + 1) * page;
}

static void unmap_guard(void) {
  if (guard_page)
    munmap(guard_page - guard_room, guard_room + whole_pages(0));
  guard_page = NULL;
}

static void map_guard(size_t room) {
  char *map;
  unmap_guard();
  guard_room = whole_pages(room);
  map = mmap(NULL, guard_room + whole_pages(0), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED ||
      mprotect(map + guard_room, whole_pages(0), PROT_NONE)) {
    perror("guard page");
    exit(1);
  }
  guard_page = map + guard_room;
}

const char *guarded(const void *bytes, size_t n) {
  if (!guard_page || n > guard_room)
    map_guard(n);
  if (n)
    memcpy(guard_page - n, bytes, n);
  return guard_page - n;
}

/* ---- work ---------------------------------------------------------------- */

/* These run often enough to be worth it. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

static struct {
  int counting;
  uint64_t done, most;
} work;

void work_begin(uint64_t most) {
  work.done = 0;
  work.most = most;
  work.counting = 1;
}

uint64_t work_end(void) {
  work.counting = 0;
  return work.done;
}

static void too_much_work(void) {
  work.counting = 0;
  wrong(__FILE__, __LINE__, "more work than the limit; ending here");
  check_end();
  _exit(print_totals());
}

static UNCHECKED void work_add(size_t n) {
  if (!work.counting)
    return;
  work.done += n;
  if (work.done > work.most)
    too_much_work();
}

/* What the compiler calls for every branch of csrc/core. */
void __sanitizer_cov_trace_pc(void);

UNCHECKED void __sanitizer_cov_trace_pc(void) {
  work_add(1);
}

void *__real_memchr(const void *s, int c, size_t n);
void *__wrap_memchr(const void *s, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);

void *__wrap_memchr(const void *s, int c, size_t n) {
  const char *found = __real_memchr(s, c, n);
  work_add(found ? (size_t)(found - (const char *)s) + 1 : n);
  return (void *)(uintptr_t)found;
}

void *__wrap_memcpy(void *to, const void *from, size_t n) {
  work_add(n);
  return __real_memcpy(to, from, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n) {
  work_add(n);
  return __real_memmove(to, from, n);
}

int __wrap_memcmp(const void *a, const void *b, size_t n) {
  work_add(n);
  return __real_memcmp(a, b, n);
}

/* ---- the program --------------------------------------------------------- */

uint32_t check_random(uint32_t *seed, uint32_t n) {
  *seed = *seed * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* Present in programs built with a leak checker only. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static void nothing_leaks(void) {
  CHECK_INT(check_memory.live, 0);
  CHECK(!__lsan_do_recoverable_leak_check ||
        __lsan_do_recoverable_leak_check() == 0);
}

int main(int argc, char **argv) {
  test_base64();
  test_buf();
  test_queue();
  test_heap();
  test_checksum();
  test_sha256();
  test_huffman();
  test_inflate();
  test_json();
  test_number();
  test_shortest();
  test_json_read();
  test_json_write();
  test_vec();
  test_embed();
  test_delta();
  test_sse(argc > 1 ? argv[1] : "spec/vectors/sse.txt");
  test_memory();
  unmap_guard();
  RUN(nothing_leaks);
  return print_totals();
}
