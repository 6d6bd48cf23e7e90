/* Tests of core/json_read.h. */
#include "../core/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* What tokens are spelled as: a letter each; strings and numbers themselves. */
static const char letters[] = "!.NTF__:[{)";

/* Reads a text that ends at a guard page; what its tokens are spelled as. */
static struct ih_span spell(struct ih_span text, char *to, size_t room) {
  struct ih_json_reader r;
  struct ih_json_token token;
  struct ih_span spelled = {to, 0};
  enum ih_json_kind kind;
  const char *copy = guarded(text.ptr, text.len);
  ih_json_start(&r, copy, text.len);
  do {
    kind = ih_json_next(&r, &token);
    if (spelled.len + 64 > room)
      break;
    if (kind == IH_JSON_NUMBER) {
      spelled.len +=
          (size_t)sprintf(to + spelled.len, "%.17g,", token.number.value);
    } else if (kind == IH_JSON_STRING || kind == IH_JSON_NAME) {
      memcpy(to + spelled.len, token.string.raw.ptr, token.string.raw.len);
      spelled.len += token.string.raw.len;
      to[spelled.len++] = kind == IH_JSON_NAME ? ':' : ',';
    } else {
      to[spelled.len++] = letters[kind];
    }
  } while (kind != IH_JSON_ERROR && kind != IH_JSON_END);
  CHECK(r.at >= copy && r.at <= copy + text.len);
  CHECK((kind == IH_JSON_ERROR) == (r.wrong != NULL));
  CHECK_INT(ih_json_next(&r, &token), kind); /* and so for ever */
  return spelled;
}

static const struct {
  struct ih_span text, tokens;
} documents[] = {
    {BYTES("null"), BYTES("N.")},
    {BYTES(" \t\r\n true \n"), BYTES("T.")},
    {BYTES("false"), BYTES("F.")},
    {BYTES("-0.5e1"), BYTES("-5,.")},
    {BYTES("\"a\""), BYTES("a,.")},
    {BYTES("[]"), BYTES("[).")},
    {BYTES("{}"), BYTES("{).")},
    {BYTES(" [ 1 , [ ] , { } ] "), BYTES("[1,[){)).")},
    {BYTES("{\"a\":{\"b\":[null,\"c\"]},\"d\" : 2}"),
     BYTES("{a:{b:[Nc,))d:2,).")},
    {BYTES("[\"\\\"\",\"\xFF\"]"), BYTES("[\\\",\xFF,).")},
    /* what ends too early */
    {BYTES(""), BYTES("!")},
    {BYTES("  "), BYTES("!")},
    {BYTES("["), BYTES("[!")},
    {BYTES("[1"), BYTES("[1,!")},
    {BYTES("[1,"), BYTES("[1,!")},
    {BYTES("{\"a\""), BYTES("{!")},
    {BYTES("{\"a\":"), BYTES("{a:!")},
    {BYTES("{\"a\":1"), BYTES("{a:1,!")},
    {BYTES("tru"), BYTES("!")},
    {BYTES("\"abc"), BYTES("!")},
    {BYTES("-"), BYTES("!")},
    /* what has too much, or the wrong thing */
    {BYTES("[1,]"), BYTES("[1,!")},
    {BYTES("[,1]"), BYTES("[!")},
    {BYTES("[1 2]"), BYTES("[1,!")},
    {BYTES("[1}"), BYTES("[1,!")},
    {BYTES("{1:2}"), BYTES("{!")},
    {BYTES("{\"a\" 1}"), BYTES("{!")},
    {BYTES("{\"a\":1,}"), BYTES("{a:1,!")},
    {BYTES("{\"a\":1]"), BYTES("{a:1,!")},
    {BYTES("{\"a\":1 \"b\":2}"), BYTES("{a:1,!")},
    {BYTES("{,}"), BYTES("{!")},
    {BYTES("01"), BYTES("0,!")},
    {BYTES("+1"), BYTES("!")},
    {BYTES(".5"), BYTES("!")},
    {BYTES("1."), BYTES("!")},
    {BYTES("NaN"), BYTES("!")},
    {BYTES("nul"), BYTES("!")},
    {BYTES("'a'"), BYTES("!")},
    {BYTES("\"a\nb\""), BYTES("!")},
    {BYTES("1 2"), BYTES("1,!")},
    {BYTES("{}\0"), BYTES("{)!")},
    {BYTES("[] x"), BYTES("[)!")},
    {BYTES("]"), BYTES("!")},
    {BYTES("\xEF\xBB\xBF{}"), BYTES("!")},
    {BYTES("\f1"), BYTES("!")},
    {BYTES("[1]/**/"), BYTES("[1,)!")},
};

static void documents_are_read(void) {
  char spelled[500];
  size_t i;
  for (i = 0; i < sizeof documents / sizeof *documents; i++)
    check_span(spell(documents[i].text, spelled, sizeof spelled),
               documents[i].tokens, __FILE__, __LINE__, "tokens");
}

/* Every beginning of every document ends at a guard page, and only few of them
** are documents themselves. */
static void beginnings_are_not_read_past(void) {
  char spelled[500];
  size_t i, n;
  for (i = 0; i < sizeof documents / sizeof *documents; i++)
    for (n = 0; n < documents[i].text.len; n++) {
      struct ih_span text = {documents[i].text.ptr, n};
      CHECK(spell(text, spelled, sizeof spelled).len > 0);
    }
}

/* Opens so many lists or objects and closes them; the last kind that came. */
static enum ih_json_kind nest(const char *opens, const char *closes, int depth,
                              int *deepest) {
  size_t n = strlen(opens), m = strlen(closes), at = 0;
  char *text = malloc((n + m) * (size_t)depth + 1);
  struct ih_json_reader r;
  struct ih_json_token token;
  enum ih_json_kind kind;
  int i;
  *deepest = 0;
  CHECK(text != NULL);
  if (!text)
    return IH_JSON_ERROR;
  for (i = 0; i < depth; i++, at += n)
    memcpy(text + at, opens, n);
  for (i = 0; i < depth; i++, at += m)
    memcpy(text + at, closes, m);
  ih_json_start(&r, text, at);
  do {
    kind = ih_json_next(&r, &token);
    *deepest = r.depth > *deepest ? r.depth : *deepest;
  } while (kind != IH_JSON_ERROR && kind != IH_JSON_END);
  free(text);
  return kind;
}

static void nesting_is_bounded(void) {
  int deepest;
  CHECK_INT(nest("[", "]", IH_JSON_DEPTH, &deepest), IH_JSON_END);
  CHECK_INT(deepest, IH_JSON_DEPTH);
  CHECK_INT(nest("[", "]", IH_JSON_DEPTH + 1, &deepest), IH_JSON_ERROR);
  CHECK_INT(deepest, IH_JSON_DEPTH);
  CHECK_INT(nest("[{\"a\":", "}]", IH_JSON_DEPTH / 2, &deepest),
            IH_JSON_ERROR); /* no value within */
  CHECK_INT(deepest, IH_JSON_DEPTH);
  CHECK_INT(nest("[[],{\"a\":[1,", "2]},3]", 300, &deepest), IH_JSON_ERROR);
  CHECK_INT(nest("[[],{\"a\":[1]},", "0,3]", 300, &deepest), IH_JSON_ERROR);
  CHECK_INT(nest("[[],{\"a\":[1]},[1,", "0],3,[{}],4]", 1, &deepest),
            IH_JSON_END);
  CHECK_INT(nest("[", "]", 1000000, &deepest), IH_JSON_ERROR);
}

/* Whatever the length, each byte is looked at a few times. */
static void time_is_linear(void) {
  static char text[200000];
  struct ih_json_reader r;
  struct ih_json_token token;
  enum ih_json_kind kind;
  size_t i;
  for (i = 0; i + 8 < sizeof text; i += 8)
    memcpy(text + i, i ? ",\"ab\", 7" : "[1     ", i ? 8 : 7);
  text[7] = ' ';
  text[i] = ']';
  ih_json_start(&r, text, i + 1);
  work_begin(20 * sizeof text);
  do {
    kind = ih_json_next(&r, &token);
  } while (kind != IH_JSON_ERROR && kind != IH_JSON_END);
  work_end();
  CHECK_INT(kind, IH_JSON_END);
}

void test_json_read(void) {
  RUN(documents_are_read);
  RUN(beginnings_are_not_read_past);
  RUN(nesting_is_bounded);
  RUN(time_is_linear);
}
