/*
** The core when memory runs out.
**
** Every scenario is run with its first allocation failing, then its second, and
** so on until it succeeds; once with only that one failing and once with every
** later one failing too. It must return IH_NOMEM, leave its objects as their
** headers promise, and give everything back. The scenarios also go on after
** the failure, with memory at hand again.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base64.h"
#include "../core/delta.h"
#include "../core/heap.h"
#include "../core/json.h"
#include "../core/json_write.h"
#include "../core/sse.h"
#include "check.h"

/* ---- the allocator ------------------------------------------------------- */

struct check_memory check_memory;

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__real_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n);
void __real_free(void *old);
void __wrap_free(void *old);

static int refused(size_t n) {
  struct check_memory *m = &check_memory;
  m->made++;
  if (n > m->largest)
    m->largest = n;
  return n > HUGE_REQUEST ||
         (m->fail_at &&
          (m->made == m->fail_at || (m->fail_after && m->made > m->fail_at)));
}

void *__wrap_malloc(size_t n) {
  void *got = refused(n) ? NULL : __real_malloc(n);
  check_memory.live += got != NULL;
  return got;
}

void *__wrap_calloc(size_t count, size_t n) {
  int huge = n && count > HUGE_REQUEST / n;
  void *got =
      refused(huge ? SIZE_MAX : count * n) ? NULL : __real_calloc(count, n);
  check_memory.live += got != NULL;
  return got;
}

void *__wrap_realloc(void *old, size_t n) {
  void *got = refused(n) ? NULL : __real_realloc(old, n);
  check_memory.live += got != NULL && !old;
  return got;
}

void __wrap_free(void *old) {
  check_memory.live -= old != NULL;
  __real_free(old);
}

static void memory_returns(void) {
  check_memory.fail_at = 0;
}

/* Fails allocation 1, 2, 3 ... of a scenario until it returns IH_OK, which it
** must not do while one fails. `least` is how many it makes at least. */
static void exhaust(int (*scenario)(void), long least) {
  int after;
  for (after = 0; after <= 1; after++) {
    long n, live = check_memory.live;
    int status = IH_NOMEM;
    for (n = 1; n < 1000 && status != IH_OK; n++) {
      check_memory.made = 0;
      check_memory.fail_after = after;
      check_memory.fail_at = n;
      status = scenario();
      memory_returns();
      CHECK_INT(check_memory.live, live);
      if (status != IH_OK && !CHECK_INT(status, IH_NOMEM))
        return;
    }
    CHECK_INT(status, IH_OK);
    CHECK(n - 2 >= least); /* the last run had no failure */
  }
}

/* ---- buf ----------------------------------------------------------------- */

static void fill(char *bytes, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    bytes[i] = (char)('a' + i % 26);
}

static int grow(void) {
  char bytes[1000];
  struct ih_buf b = {0};
  struct ih_span model = {bytes, 0};
  int i, status = IH_OK;
  fill(bytes, sizeof bytes);
  for (i = 0; i < 10 && status == IH_OK; i++) {
    status = ih_buf_append(&b, bytes + model.len, 100);
    model.len += status == IH_OK ? 100 : 0;
    check_span(ih_buf_span(&b), model, __FILE__, __LINE__, "unchanged");
  }
  memory_returns();
  CHECK_INT(ih_buf_append(&b, "end", 3), IH_OK);
  CHECK_INT(ih_buf_len(&b), model.len + 3);
  ih_buf_free(&b);
  return status;
}

static int grow_after_consuming(void) {
  char bytes[1000];
  struct ih_buf b = {0};
  int status;
  fill(bytes, sizeof bytes);
  if ((status = ih_buf_append(&b, bytes, 250)) == IH_OK) {
    struct ih_span model = {bytes + 100, 150};
    ih_buf_consume(&b, 100);
    if (!ih_buf_reserve(&b, 500))
      status = IH_NOMEM;
    check_span(ih_buf_span(&b), model, __FILE__, __LINE__, "unchanged");
  }
  ih_buf_free(&b);
  return status;
}

static int set_longer(void) {
  char bytes[1000];
  struct ih_buf b = {0};
  int status;
  fill(bytes, sizeof bytes);
  if ((status = ih_buf_set(&b, "old", 3)) == IH_OK) {
    status = ih_buf_set(&b, bytes, sizeof bytes);
    if (status == IH_OK)
      CHECK_INT(ih_buf_len(&b), sizeof bytes);
    else
      CHECK_SPAN(ih_buf_span(&b), "old");
  }
  memory_returns();
  CHECK_INT(ih_buf_set(&b, "new", 3), IH_OK);
  CHECK_SPAN(ih_buf_span(&b), "new");
  ih_buf_free(&b);
  return status;
}

static void buf_grows(void) {
  exhaust(grow, 2);
}

static void buf_grows_after_consuming(void) {
  exhaust(grow_after_consuming, 2);
}

static void buf_is_set(void) {
  exhaust(set_longer, 2);
}

/* ---- heap ---------------------------------------------------------------- */

static int reserve_and_set(void) {
  struct ih_timer timers[100];
  struct ih_heap h = {0};
  int i, status = IH_OK;
  memset(timers, 0, sizeof timers);
  for (i = 0; i < 100; i++) {
    status = ih_heap_reserve(&h, (size_t)i + 1);
    if (status < 0)
      break;
    ih_heap_set(&h, &timers[i], 100 - i);
    CHECK(ih_heap_first(&h) == &timers[i]);
  }
  /* What had room keeps it, and more can be asked for later. */
  while (i-- > 0) {
    CHECK(ih_heap_first(&h) == &timers[i]);
    ih_heap_drop(&h, &timers[i]);
  }
  CHECK(ih_heap_first(&h) == NULL);
  memory_returns();
  CHECK_INT(ih_heap_reserve(&h, 100), IH_OK);
  ih_heap_free(&h);
  return status;
}

static void heap_makes_room(void) {
  exhaust(reserve_and_set, 4);
}

/* ---- json ---------------------------------------------------------------- */

static int unescape(void) {
  static char raw[2000];
  struct ih_span span = {raw, sizeof raw};
  struct ih_buf b = {0};
  int status;
  memset(raw, 'x', sizeof raw);
  memcpy(raw + 1000, "\\n", 2);
  if ((status = ih_buf_append(&b, "kept", 4)) == IH_OK) {
    status = ih_json_unescape(span, &b);
    if (status == 1)
      CHECK_INT(ih_buf_len(&b), 4 + sizeof raw - 1);
    else
      CHECK_SPAN(ih_buf_span(&b), "kept");
  }
  ih_buf_free(&b);
  return status == 1 ? IH_OK : status;
}

static void json_unescapes(void) {
  exhaust(unescape, 2);
}

/* ---- delta --------------------------------------------------------------- */

#define EVENT "{\"delta\":\"a\\tb\",\"old\":{\"delta\":\"a\\tb\"}}"

static int learn(struct ih_delta *d) {
  return ih_delta_learn(d, SPAN("name"), SPAN(EVENT), SPAN("a\tb"), 2);
}

/* Makes an event whose text is long enough to need memory of its own. */
static struct ih_span long_twin(char *room) {
  struct ih_span span = {room, 0};
  char text[601] = {0};
  memset(text, 'z', 600);
  memcpy(text + 400, "\\n", 2);
  span.len = (size_t)sprintf(
      room, "{\"delta\":\"%s\",\"old\":{\"delta\":\"%s\"}}", text, text);
  return span;
}

/* Once a failure is over, all works as if it had not been. */
static void delta_recovers(struct ih_delta *d, struct ih_span twin) {
  struct ih_span text;
  memory_returns();
  CHECK_INT(learn(d), 1);
  CHECK_INT(ih_delta_match(d, SPAN("name"), SPAN(EVENT), &text), 1);
  CHECK_SPAN(text, "a\tb");
  CHECK_INT(ih_delta_match(d, SPAN("name"), twin, &text), 1);
  CHECK_INT(text.len, 599);
}

static int learn_and_match(void) {
  char room[2000];
  struct ih_span twin = long_twin(room), text;
  struct ih_delta d;
  int status;
  memset(&d, 0, sizeof d);
  status = learn(&d);
  if (status < 0) {
    memory_returns();
    CHECK_INT(ih_delta_match(&d, SPAN("name"), SPAN(EVENT), &text), 0);
  } else if ((status = ih_delta_match(&d, SPAN("name"), twin, &text)) < 0) {
    memory_returns();
    CHECK_INT(ih_delta_match(&d, SPAN("name"), twin, &text), 1);
  }
  delta_recovers(&d, twin);
  ih_delta_free(&d);
  return status == 1 ? IH_OK : status;
}

/* A shape that was learned is forgotten when learning another one fails. */
static int learn_again(void) {
  char room[2000];
  struct ih_span twin = long_twin(room), text;
  struct ih_delta d;
  int status;
  memset(&d, 0, sizeof d);
  status = learn(&d);
  if (status == 1)
    status = ih_delta_learn(&d, twin, twin, SPAN("absent"), 1);
  if (status == 0)
    status = ih_delta_learn(&d, twin, SPAN("\"x\""), SPAN("x"), 1);
  if (status < 0) {
    memory_returns();
    CHECK_INT(ih_delta_match(&d, SPAN("name"), SPAN(EVENT), &text), 0);
    CHECK_INT(ih_delta_match(&d, twin, SPAN("\"x\""), &text), 0);
  }
  delta_recovers(&d, twin);
  ih_delta_free(&d);
  return status == 1 ? IH_OK : status;
}

static void delta_learns_and_matches(void) {
  exhaust(learn_and_match, 4);
}

static void delta_learns_again(void) {
  exhaust(learn_again, 4);
}

/* ---- sse ----------------------------------------------------------------- */

/* Events of every field, some longer than a first allocation. */
static size_t compose(char *to) {
  char *at = to;
  int i;
  at += strlen(strcpy(at, "\xEF\xBB\xBF: hi\nevent: first\nid: 1\n"));
  for (i = 0; i < 60; i++)
    at += strlen(strcpy(at, "data: a line of some bytes\r\n"));
  at += strlen(strcpy(at, "\r\ndata: short\n\nid: "));
  memset(at, 'i', 700);
  at += 700;
  at += strlen(strcpy(at, "\nevent: "));
  memset(at, 'e', 700);
  at += 700;
  at += strlen(strcpy(at, "\nretry: 9\ndata: last\ndata: line\n\n"));
  return (size_t)(at - to);
}

/* Feeds pieces of `piece` bytes. The status, and how many events came. */
static int feed(struct ih_sse *p, const char *bytes, size_t n, size_t piece,
                int *events) {
  struct ih_sse_event event;
  size_t at, used;
  int got = IH_SSE_MORE;
  for (at = 0; at < n && got >= 0; at += used) {
    size_t left = piece - at % piece;
    got = ih_sse_next(p, bytes + at, left < n - at ? left : n - at, &used,
                      &event);
    *events += got == IH_SSE_EVENT;
  }
  return got < 0 ? got : IH_OK;
}

static size_t piece;

static int parse(void) {
  static char bytes[8000];
  struct ih_sse p = {0};
  struct ih_sse_event event;
  size_t n = compose(bytes), used = 1;
  int events = 0, status = feed(&p, bytes, n, piece, &events);
  memory_returns();
  if (status == IH_OK) {
    CHECK_INT(events, 3);
    CHECK_INT(ih_sse_retry(&p), 9);
  } else {
    CHECK(events < 3);
    CHECK_INT(ih_sse_next(&p, "\n\n", 2, &used, &event), status);
    CHECK_INT(used, 0);
  }
  ih_sse_free(&p);
  return status;
}

static void sse_parses_small_pieces(void) {
  for (piece = 1; piece < 40; piece += 6)
    exhaust(parse, 8);
}

static void sse_parses_one_piece(void) {
  piece = 1 << 20;
  exhaust(parse, 8);
}

/* One line of data of a length at which its newline is what needs memory, be
** the capacity what it may. */
static size_t length;

static int parse_line(void) {
  static char bytes[2000] = "data:";
  struct ih_sse p = {0};
  int events = 0, status;
  memset(bytes + 5, 'x', length);
  memcpy(bytes + 5 + length, "\ndata\n\n", 7);
  status = feed(&p, bytes, length + 12, length + 5, &events);
  CHECK_INT(events, status == IH_OK);
  ih_sse_free(&p);
  return status;
}

static void sse_keeps_newlines(void) {
  for (length = 0; length < 1100; length++)
    exhaust(parse_line, 1);
}

/* ---- json_write ---------------------------------------------------------- */

static int write_strings(void) {
  char text[700];
  struct ih_buf b = {0};
  size_t wrong;
  int i, status = 1;
  fill(text, sizeof text);
  for (i = 0; i < 700; i += 10)
    text[i] = '\n';
  for (i = 0; i < 5 && status == 1; i++)
    status = ih_json_write_string(&b, text, sizeof text, &wrong);
  ih_buf_free(&b);
  return status == 1 ? IH_OK : status;
}

static void json_writes_strings(void) {
  exhaust(write_strings, 3);
}

/* ---- base64 -------------------------------------------------------------- */

static void base64_asks_for_none(void) {
  char text[8], bytes[8];
  size_t len;
  check_memory.made = 0;
  ih_base64_encode("12345", 5, text);
  CHECK(ih_base64_decode(text, 8, bytes, &len));
  CHECK_INT(len, 5);
  CHECK_INT(check_memory.made, 0);
}

void test_memory(void) {
  RUN(buf_grows);
  RUN(buf_grows_after_consuming);
  RUN(buf_is_set);
  RUN(heap_makes_room);
  RUN(json_unescapes);
  RUN(delta_learns_and_matches);
  RUN(delta_learns_again);
  RUN(sse_parses_small_pieces);
  RUN(sse_parses_one_piece);
  RUN(sse_keeps_newlines);
  RUN(json_writes_strings);
  RUN(base64_asks_for_none);
}
