/* Tests of core/delta.h, the text of an event without decoding it. */
#include "../core/delta.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

/* As learn and match, on string literals, with the data at a guard page. */
#define LEARN(name, data, text, holes)                                         \
  ih_delta_learn(&path, SPAN(name), guarded_span(SPAN(data)), SPAN(text), holes)
#define MATCH(name, data)                                                      \
  ih_delta_match(&path, SPAN(name), guarded_span(SPAN(data)), &text)

#define ONE "{\"id\":7,\"delta\":\"hello\",\"more\":[1,\"x\"]}"
#define TWO "{\"delta\":\"a b\",\"old\":{\"delta\":\"a b\"},\"n\":1}"

static struct ih_delta path;
static struct ih_span text;

static void fresh(void) {
  ih_delta_free(&path);
  memset(&path, 0, sizeof path);
}

static void fresh_recognises_nothing(void) {
  fresh();
  CHECK_INT(MATCH("message", ONE), 0);
  CHECK_INT(MATCH("", ""), 0);
  CHECK_INT(MATCH("message", "\"\""), 0);
}

static void finds_the_text_of_a_twin(void) {
  fresh();
  CHECK_INT(LEARN("message", ONE, "hello", 1), 1);
  CHECK_INT(MATCH("message", ONE), 1);
  CHECK_SPAN(text, "hello");
  CHECK_INT(
      MATCH("message", "{\"id\":7,\"delta\":\" world!\",\"more\":[1,\"x\"]}"),
      1);
  CHECK_SPAN(text, " world!");
  CHECK_INT(MATCH("message", "{\"id\":7,\"delta\":\"\",\"more\":[1,\"x\"]}"),
            1);
  CHECK_SPAN(text, "");
}

static void text_is_not_copied_without_escapes(void) {
  static const char data[] = ONE;
  struct ih_span span = {data, sizeof data - 1};
  fresh();
  CHECK_INT(LEARN("message", ONE, "hello", 1), 1);
  check_memory.made = 0;
  CHECK_INT(ih_delta_match(&path, SPAN("message"), span, &text), 1);
  CHECK(text.ptr == strstr(data, "hello"));
  CHECK_INT(check_memory.made, 0);
}

static void undoes_escapes(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"d\":\"x\\n\\u00e9\"}", "x\n\xC3\xA9", 1), 1);
  CHECK_INT(MATCH("", "{\"d\":\"x\\n\\u00e9\"}"), 1);
  CHECK_SPAN(text, "x\n\xC3\xA9");
  CHECK_INT(MATCH("", "{\"d\":\"\\\"\\\\\"}"), 1);
  CHECK_SPAN(text, "\"\\");
  CHECK_INT(MATCH("", "{\"d\":\"\\ud83d\\ude00 \\u0000\"}"), 1);
  CHECK_SPAN(text, "\xF0\x9F\x98\x80 \0");
  CHECK_INT(MATCH("", "{\"d\":\"plain\"}"), 1);
  CHECK_SPAN(text, "plain");
}

static void refuses_bad_escapes(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"d\":\"x\"}", "x", 1), 1);
  CHECK_INT(MATCH("", "{\"d\":\"\\x\"}"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"\\ud83d\"}"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"\\ud83d\\u0041\"}"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"a\nb\"}"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"x\"}"), 1);
  CHECK_INT(LEARN("", "{\"d\":\"\\x\"}", "x", 1), 0);
  CHECK_INT(LEARN("", "[1]", "x", 0), 0);
  CHECK_INT(LEARN("", "[\"x\",\"x\",\"x\"]", "x", 3), 0);
}

static void learns_two_holes(void) {
  fresh();
  CHECK_INT(LEARN("e", TWO, "a b", 2), 1);
  CHECK_INT(MATCH("e", TWO), 1);
  CHECK_SPAN(text, "a b");
  CHECK_INT(MATCH("e", "{\"delta\":\"longer\",\"old\":{\"delta\":\"longer\"},"
                       "\"n\":1}"),
            1);
  CHECK_SPAN(text, "longer");
  CHECK_INT(MATCH("e", "{\"delta\":\"\\n\",\"old\":{\"delta\":\"\\n\"},"
                       "\"n\":1}"),
            1);
  CHECK_SPAN(text, "\n");
  CHECK_INT(MATCH("e", "{\"delta\":\"\",\"old\":{\"delta\":\"\"},\"n\":1}"), 1);
  CHECK_SPAN(text, "");
}

static void two_holes_must_agree(void) {
  fresh();
  CHECK_INT(LEARN("e", TWO, "a b", 2), 1);
  CHECK_INT(MATCH("e", "{\"delta\":\"ab\",\"old\":{\"delta\":\"ac\"},\"n\":1}"),
            0);
  CHECK_INT(MATCH("e", "{\"delta\":\"ab\",\"old\":{\"delta\":\"b\"},\"n\":12}"),
            0);
  CHECK_INT(MATCH("e", "{\"delta\":\"b\",\"old\":{\"delta\":\"bc\"},\"n\":1}"),
            0);
  CHECK_INT(MATCH("e", "{\"delta\":\"b\",\"old\":{\"delte\":\"b\"},\"n\":1}"),
            0);
  CHECK_INT(MATCH("e", "{\"delta\":\"b\",\"old\":{\"delta\":\"b\"},\"n\":2}"),
            0);
}

static void holes_are_counted(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"a\":\"x\",\"b\":\"x\"}", "x", 1), 0);
  CHECK_INT(LEARN("", "{\"a\":\"x\",\"b\":\"y\"}", "x", 2), 0);
  CHECK_INT(LEARN("", "[\"x\",\"x\",\"x\"]", "x", 2), 0);
  CHECK_INT(LEARN("", "[\"x\",\"x\",\"x\"]", "x", 1), 0);
  CHECK_INT(LEARN("", "[\"x\",\"x\",\"x\",\"x\"]", "x", 2), 0);
  CHECK_INT(LEARN("", "[\"y\"]", "x", 1), 0);
  CHECK_INT(LEARN("", "[]", "x", 1), 0);
  CHECK_INT(LEARN("", "7", "x", 1), 0);
  CHECK_INT(LEARN("", "", "x", 1), 0);
  CHECK_INT(LEARN("", "\"x\"", "x", 1), 1);
  CHECK_INT(MATCH("", "\"yz\""), 1);
  CHECK_SPAN(text, "yz");
}

static void two_holes_are_written_alike(void) {
  fresh();
  CHECK_INT(LEARN("", "[\"A\",\"\\u0041\"]", "A", 2), 0);
  CHECK_INT(LEARN("", "[\"\\u0041\",\"\\u0041\"]", "A", 2), 1);
  CHECK_INT(MATCH("", "[\"\\u0042\",\"\\u0042\"]"), 1);
  CHECK_SPAN(text, "B");
}

static void keys_are_no_holes(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"x\":\"x\"}", "x", 1), 1);
  CHECK_INT(MATCH("", "{\"x\":\"y\"}"), 1);
  CHECK_INT(MATCH("", "{\"y\":\"y\"}"), 0);
  CHECK_INT(LEARN("", "{\"x\" : \"x\"}", "x", 1), 1);
  CHECK_INT(LEARN("", "{\"x\" \t\r\n:\"x\"}", "x", 1), 1);
  CHECK_INT(LEARN("", "{\"x\" \t\r\n:\"x\" \t\r\n}", "x", 2), 0);
  CHECK_INT(LEARN("", "{\"x\":1}", "x", 1), 0);
}

static void text_may_look_like_json(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"a\":\"\\\"x\\\":\",\"b\":\"x\"}", "x", 1), 1);
  CHECK_INT(MATCH("", "{\"a\":\"\\\"x\\\":\",\"b\":\"z\"}"), 1);
  CHECK_SPAN(text, "z");
  CHECK_INT(LEARN("", "{\"a\":\"\\\"x\\\":\",\"b\":\"x\"}", "\"x\":", 1), 1);
  CHECK_INT(MATCH("", "{\"a\":\"\\\\\",\"b\":\"x\"}"), 1);
  CHECK_SPAN(text, "\\");
}

static void the_name_counts(void) {
  fresh();
  CHECK_INT(LEARN("delta", ONE, "hello", 1), 1);
  CHECK_INT(MATCH("delta", ONE), 1);
  CHECK_INT(MATCH("message", ONE), 0);
  CHECK_INT(MATCH("delt", ONE), 0);
  CHECK_INT(MATCH("deltas", ONE), 0);
  CHECK_INT(MATCH("Delta", ONE), 0);
  CHECK_INT(MATCH("", ONE), 0);
  CHECK_INT(MATCH("delta", ONE), 1);
}

static void empty_text_is_not_learned(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"d\":\"\"}", "", 1), 0);
  CHECK_INT(LEARN("", "{\"d\":\"\",\"e\":\"\"}", "", 2), 0);
}

static void learning_in_vain_forgets(void) {
  fresh();
  CHECK_INT(LEARN("", ONE, "hello", 1), 1);
  CHECK_INT(LEARN("", ONE, "absent", 1), 0);
  CHECK_INT(MATCH("", ONE), 0);
  CHECK_INT(LEARN("", ONE, "hello", 1), 1);
  CHECK_INT(LEARN("", ONE, "", 1), 0);
  CHECK_INT(MATCH("", ONE), 0);
}

static void a_new_shape_replaces_the_old(void) {
  fresh();
  CHECK_INT(LEARN("e", TWO, "a b", 2), 1);
  CHECK_INT(LEARN("f", ONE, "hello", 1), 1);
  CHECK_INT(MATCH("e", TWO), 0);
  CHECK_INT(MATCH("f", ONE), 1);
  CHECK_SPAN(text, "hello");
  CHECK_INT(LEARN("e", TWO, "a b", 2), 1);
  CHECK_INT(MATCH("f", ONE), 0);
  CHECK_INT(MATCH("e", TWO), 1);
  CHECK_SPAN(text, "a b");
}

/* Changes each byte of an event to each other byte. Outside of its holes the
** event must not be recognised; inside, only by what the byte is. */
static void every_byte_counts(struct ih_span data, struct ih_span learned,
                              int holes) {
  const char *hole = strstr(data.ptr, learned.ptr);
  size_t from = (size_t)(hole - data.ptr), i;
  char copy[256];
  int c;
  fresh();
  CHECK_INT(ih_delta_learn(&path, SPAN(""), data, learned, holes), 1);
  for (i = 0; i < data.len; i++)
    for (c = 0; c < 256; c++) {
      int within = holes == 1 && i >= from && i < from + learned.len;
      int want = (char)c == data.ptr[i] ||
                 (within && c >= 0x20 && c != '"' && c != '\\');
      struct ih_span twin = {copy, data.len};
      memcpy(copy, data.ptr, data.len);
      copy[i] = (char)c;
      twin = guarded_span(twin);
      CHECK_INT(ih_delta_match(&path, SPAN(""), twin, &text), want);
      if (within && want)
        CHECK(text.len == learned.len && text.ptr == twin.ptr + from);
    }
}

static void one_byte_is_another_event(void) {
  every_byte_counts(SPAN(ONE), SPAN("hello"), 1);
  every_byte_counts(SPAN(TWO), SPAN("a b"), 2);
}

static void cut_or_longer_events_are_others(void) {
  struct ih_span events[] = {SPAN(ONE), SPAN(TWO)};
  size_t i, n;
  fresh();
  for (i = 0; i < 2; i++) {
    char longer[256];
    struct ih_span learned = i ? SPAN("a b") : SPAN("hello");
    struct ih_span more = {longer, events[i].len + 1};
    CHECK_INT(ih_delta_learn(&path, SPAN(""), events[i], learned, (int)i + 1),
              1);
    for (n = 0; n < events[i].len; n++) {
      struct ih_span part = {guarded(events[i].ptr, n), n};
      CHECK_INT(ih_delta_match(&path, SPAN(""), part, &text), 0);
    }
    memcpy(longer, events[i].ptr, events[i].len);
    longer[events[i].len] = ' ';
    CHECK_INT(ih_delta_match(&path, SPAN(""), guarded_span(more), &text), 0);
  }
}

static void strings_without_an_end_are_others(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"d\":\"x\"}", "x", 1), 1);
  CHECK_INT(MATCH("", "{\"d\":\"yyyyyyyyyyyyyyyy"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"yyyyyyyyyyyyyyy\\"), 0);
  CHECK_INT(MATCH("", "{\"d\":\"yyyyyyyyyyyyy\\\"}"), 0);
  CHECK_INT(LEARN("", "[\"x\",\"x\"]", "x", 2), 1);
  CHECK_INT(MATCH("", "[\"yy\",\"yyyyyyyyyyyy"), 0);
  CHECK_INT(MATCH("", "[\"yyyyyyyyyyyyyyyyyyy"), 0);
}

/* Learns a shape made of a number. */
static int learn_number(int n) {
  char data[64];
  struct ih_span span = {data, 0};
  span.len = (size_t)sprintf(data, "{\"n\":%d,\"d\":\"x\"}", n);
  return ih_delta_learn(&path, SPAN(""), span, SPAN("x"), 1);
}

static void stops_learning_in_vain(void) {
  int i, learned = 0;
  fresh();
  for (i = 0; i < 100; i++)
    learned += learn_number(i);
  CHECK(learned >= 2 && learned <= 16);
  CHECK_INT(learn_number(0), 0);
  CHECK_INT(MATCH("", "{\"n\":0,\"d\":\"x\"}"), 0);
}

static void a_match_keeps_it_learning(void) {
  int i, n;
  fresh();
  for (i = 0; i < 100; i++) {
    for (n = 0; n < 3; n++)
      CHECK_INT(learn_number(n), 1);
    CHECK_INT(MATCH("", "{\"n\":2,\"d\":\"y\"}"), 1);
  }
}

static void refusals_are_not_in_vain(void) {
  int i;
  fresh();
  for (i = 0; i < 100; i++)
    CHECK_INT(LEARN("", "{\"d\":\"x\"}", "y", 1), 0);
  CHECK_INT(LEARN("", "{\"d\":\"x\"}", "x", 1), 1);
}

static void large_events(void) {
  static char data[70000];
  struct ih_span span = {data, 0};
  fresh();
  span.len = (size_t)sprintf(data, "{\"pad\":\"%030000d\",\"d\":\"x\"}", 0);
  CHECK_INT(ih_delta_learn(&path, SPAN("big"), span, SPAN("x"), 1), 1);
  CHECK_INT(ih_delta_match(&path, SPAN("big"), span, &text), 1);
  CHECK_SPAN(text, "x");
  span.len = (size_t)sprintf(
      data, "{\"pad\":\"%030000d\",\"d\":\"\\t%029998d\"}", 0, 0);
  CHECK_INT(ih_delta_match(&path, SPAN("big"), guarded_span(span), &text), 1);
  CHECK_INT(text.len, 29999);
  CHECK(text.ptr[0] == '\t' && text.ptr[1] == '0' && text.ptr[29998] == '0');
  data[3] = 'A';
  CHECK_INT(ih_delta_match(&path, SPAN("big"), span, &text), 0);
}

static void matching_is_linear(void) {
  static char data[1 << 17];
  struct ih_span span = {data, sizeof data};
  size_t i;
  fresh();
  for (i = 0; i < sizeof data; i++)
    data[i] = i % 2 ? '"' : ',';
  data[0] = '[';
  CHECK_INT(LEARN("", "[\"x\"]", "x", 1), 1);
  work_begin(sizeof data * 64);
  CHECK_INT(ih_delta_match(&path, SPAN(""), span, &text), 0);
  /* Thousands of strings, none of them the text: all are looked at once. */
  CHECK_INT(ih_delta_learn(&path, SPAN(""), span, SPAN("x"), 1), 0);
  work_end();
}

/* As ih_delta_match_frame, of bytes at a guard page. */
#define FRAME(bytes)                                                           \
  (guarded = guarded_span(SPAN(bytes)),                                        \
   ih_delta_match_frame(&path, guarded.ptr, guarded.len, &used, &text))

static void knows_a_frame(void) {
  struct ih_span guarded, lead = SPAN("event: e\ndata: ");
  size_t used;
  fresh();
  CHECK_INT(LEARN("e", ONE, "hello", 1), 1);
  CHECK_INT(FRAME("event: e\ndata: " ONE "\n\n"), 0);
  CHECK_INT(ih_delta_frame(&path, lead, SPAN("\n\n")), IH_OK);
  CHECK_INT(FRAME("event: e\ndata: " ONE "\n\n"), 1);
  CHECK_SPAN(text, "hello");
  CHECK_INT(used, sizeof "event: e\ndata: " ONE "\n\n" - 1);
  CHECK_INT(FRAME("event: e\ndata: " ONE "\n\nevent: e\nda"), 1);
  CHECK_INT(used, sizeof "event: e\ndata: " ONE "\n\n" - 1);
  CHECK_INT(MATCH("e", ONE), 1);
  CHECK_SPAN(text, "hello");
  /* What is not whole, or framed otherwise, is for the parser. */
  CHECK_INT(FRAME("event: e\ndata: " ONE "\n"), 0);
  CHECK_INT(FRAME("event: e\ndata: " ONE "\r\n\r\n"), 0);
  CHECK_INT(FRAME("event: f\ndata: " ONE "\n\n"), 0);
  CHECK_INT(FRAME("data: " ONE "\n\n"), 0);
  CHECK_INT(FRAME("event: e\ndata: {\"id\":7,\"delta\":\"hel"), 0);
  CHECK_INT(FRAME(""), 0);
}

static void a_frame_of_two_holes(void) {
  struct ih_span guarded;
  size_t used;
  fresh();
  CHECK_INT(LEARN("message", TWO, "a b", 2), 1);
  CHECK_INT(ih_delta_frame(&path, SPAN("data:"), SPAN("\n\n")), IH_OK);
  CHECK_INT(FRAME("data:" TWO "\n\n"), 1);
  CHECK_SPAN(text, "a b");
  CHECK_INT(FRAME("data:{\"delta\":\"\\n\",\"old\":{\"delta\":\"\\n\"},"
                  "\"n\":1}\n\n"),
            1);
  CHECK_SPAN(text, "\n");
  CHECK_INT(FRAME("data:{\"delta\":\"a\",\"old\":{\"delta\":\"b\"},"
                  "\"n\":1}\n\n"),
            0);
}

static void another_shape_has_no_frame(void) {
  struct ih_span guarded;
  size_t used;
  fresh();
  CHECK_INT(LEARN("message", ONE, "hello", 1), 1);
  CHECK_INT(ih_delta_frame(&path, SPAN("data: "), SPAN("\n\n")), IH_OK);
  CHECK_INT(LEARN("message", TWO, "a b", 2), 1);
  CHECK_INT(FRAME("data: " TWO "\n\n"), 0);
  CHECK_INT(MATCH("message", TWO), 1);
  fresh();
  CHECK_INT(ih_delta_frame(&path, SPAN("data: "), SPAN("\n\n")), IH_OK);
  CHECK_INT(FRAME("data: \n\n"), 0);
}

static void free_leaves_nothing(void) {
  fresh();
  CHECK_INT(LEARN("", "{\"d\":\"\\n\"}", "\n", 1), 1);
  fresh();
  ih_delta_free(&path);
}

void test_delta(void) {
  RUN(fresh_recognises_nothing);
  RUN(finds_the_text_of_a_twin);
  RUN(text_is_not_copied_without_escapes);
  RUN(undoes_escapes);
  RUN(refuses_bad_escapes);
  RUN(learns_two_holes);
  RUN(two_holes_must_agree);
  RUN(holes_are_counted);
  RUN(two_holes_are_written_alike);
  RUN(keys_are_no_holes);
  RUN(text_may_look_like_json);
  RUN(the_name_counts);
  RUN(empty_text_is_not_learned);
  RUN(learning_in_vain_forgets);
  RUN(a_new_shape_replaces_the_old);
  RUN(one_byte_is_another_event);
  RUN(cut_or_longer_events_are_others);
  RUN(strings_without_an_end_are_others);
  RUN(stops_learning_in_vain);
  RUN(a_match_keeps_it_learning);
  RUN(refusals_are_not_in_vain);
  RUN(large_events);
  RUN(matching_is_linear);
  RUN(knows_a_frame);
  RUN(a_frame_of_two_holes);
  RUN(another_shape_has_no_frame);
  RUN(free_leaves_nothing);
}
