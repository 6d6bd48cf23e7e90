/*
** What the C tests share: assertions, totals, inputs that end at a guard page,
** an allocator that can be told to fail, and a measure of work.
**
** A case is one named test function, or one vector fed in one way. It fails
** when one of its assertions does, and the rest of it still runs, so that one
** run shows everything that is wrong. The totals count cases, not assertions.
*/
#ifndef IH_CHECK_H
#define IH_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "../core/buf.h"

/* ---- assertions ---------------------------------------------------------- */

#define CHECK(expr) check_true((expr) != 0, __FILE__, __LINE__, #expr)
#define CHECK_INT(expr, expected)                                              \
  check_int((int64_t)(expr), (int64_t)(expected), __FILE__, __LINE__, #expr)
/* The bytes of a span against a string literal, which may contain NULs. */
#define CHECK_SPAN(span, text)                                                 \
  check_span(span, SPAN(text), __FILE__, __LINE__, #span)

/* A span of a string literal, and the same to initialise one with; versions of
** clang-format differ in where they want blanks. */
#define SPAN(text) ((struct ih_span)BYTES(text))
/* clang-format off */
#define BYTES(text) {text, sizeof(text) - 1}
/* clang-format on */

/* They return whether the assertion held. */
int check_true(int holds, const char *file, int line, const char *expr);
int check_int(int64_t got, int64_t want, const char *file, int line,
              const char *expr);
int check_span(struct ih_span got, struct ih_span want, const char *file,
               int line, const char *expr);

/* ---- cases --------------------------------------------------------------- */

#define RUN(test) check_case(#test, test)

void check_case(const char *name, void (*test)(void));

/* The same by hand, for cases that are rows of a table. */
void check_begin(const char *name, const char *way);
void check_end(void);

/* ---- guard pages --------------------------------------------------------- */

/* A copy of the bytes that ends where memory ends: reading one byte too many
** faults. The next call overwrites it. */
const char *guarded(const void *bytes, size_t n);

static inline struct ih_span guarded_span(struct ih_span span) {
  struct ih_span copy = {guarded(span.ptr, span.len), span.len};
  return copy;
}

/* ---- memory -------------------------------------------------------------- */

/* Every malloc, calloc and realloc of the program passes here. A request of
** more than HUGE_REQUEST bytes fails always, as it would without sanitizers. */
#define HUGE_REQUEST ((size_t)1 << (sizeof(size_t) > 4 ? 40 : 27))

struct check_memory {
  long made;      /* allocations since it was zeroed */
  long live;      /* blocks not freed yet */
  size_t largest; /* the largest request since it was zeroed */
  long fail_at;   /* this one of `made` fails; 0: none */
  int fail_after; /* and so does every later one */
};

extern struct check_memory check_memory;

/* ---- work ---------------------------------------------------------------- */

/* Counts the branches taken in csrc/core and the bytes its calls of memchr,
** memcpy, memmove and memcmp went over: a time that is the same on every
** machine. Work past `most` ends the program with a failure, so that a
** quadratic algorithm is found before it has finished. */
void work_begin(uint64_t most);
uint64_t work_end(void);

/* ---- odds and ends ------------------------------------------------------- */

/* The next number of a fixed sequence, below n. */
uint32_t check_random(uint32_t *seed, uint32_t n);

void test_base64(void);
void test_buf(void);
void test_queue(void);
void test_heap(void);
void test_checksum(void);
void test_sha256(void);
void test_huffman(void);
void test_inflate(void);
void test_json(void);
void test_json_read(void);
void test_json_write(void);
void test_number(void);
void test_shortest(void);
void test_vec(void);
void test_embed(void);
void test_delta(void);
void test_sse(const char *vectors);
void test_memory(void);

#endif
