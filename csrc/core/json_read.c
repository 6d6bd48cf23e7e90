#include "json_read.h"

#include <string.h>

/* What comes next. */
enum expected {
  VALUE,
  VALUE_OR_CLOSE, /* of a list that has just begun */
  NAME_OR_CLOSE,  /* of an object that has just begun */
  MORE,           /* a comma, or the end of what is open */
  NOTHING
};

void ih_json_start(struct ih_json_reader *r, const char *text, size_t n) {
  memset(r, 0, sizeof *r);
  r->at = text;
  r->_end = text + n;
  r->_expected = VALUE;
}

static enum ih_json_kind fail(struct ih_json_reader *r, const char *wrong) {
  r->wrong = r->at == r->_end ? "it ends too early" : wrong;
  return IH_JSON_ERROR;
}

static void skip_blanks(struct ih_json_reader *r) {
  const char *at = r->at;
  while (at < r->_end &&
         (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  r->at = at;
}

static int in_object(const struct ih_json_reader *r) {
  int top = r->depth - 1;
  return (int)(r->_objects[top / 64] >> top % 64 & 1);
}

/* A value was complete. */
static enum ih_json_kind done(struct ih_json_reader *r,
                              enum ih_json_kind kind) {
  r->_expected = r->depth ? MORE : NOTHING;
  return kind;
}

static enum ih_json_kind open(struct ih_json_reader *r,
                              enum ih_json_kind kind) {
  uint64_t bit = (uint64_t)1 << r->depth % 64;
  if (r->depth == IH_JSON_DEPTH)
    return fail(r, "it is nested too deeply");
  if (kind == IH_JSON_OBJECT)
    r->_objects[r->depth / 64] |= bit;
  else
    r->_objects[r->depth / 64] &= ~bit;
  r->depth++;
  r->at++;
  r->_expected = kind == IH_JSON_OBJECT ? NAME_OR_CLOSE : VALUE_OR_CLOSE;
  return kind;
}

static enum ih_json_kind close(struct ih_json_reader *r) {
  r->at++;
  r->depth--;
  return done(r, IH_JSON_CLOSE);
}

/* Reads a string; `at` is at its quote. */
static int read_string(struct ih_json_reader *r,
                       struct ih_json_string *string) {
  const char *from = r->at + 1;
  if (!ih_json_string(from, (size_t)(r->_end - from), string)) {
    fail(r, "a string has no end, or a control character in it");
    return 0;
  }
  r->at = string->raw.ptr + string->raw.len + 1;
  return 1;
}

static enum ih_json_kind read_name(struct ih_json_reader *r,
                                   struct ih_json_token *token) {
  if (r->at == r->_end || *r->at != '"')
    return fail(r, "the name of a field was expected");
  if (!read_string(r, &token->string))
    return IH_JSON_ERROR;
  skip_blanks(r);
  if (r->at == r->_end || *r->at != ':')
    return fail(r, "a colon was expected");
  r->at++;
  r->_expected = VALUE;
  return IH_JSON_NAME;
}

static enum ih_json_kind read_word(struct ih_json_reader *r, const char *word,
                                   enum ih_json_kind kind) {
  size_t n = strlen(word);
  if ((size_t)(r->_end - r->at) < n || memcmp(r->at, word, n) != 0)
    return fail(r, "a value was expected");
  r->at += n;
  return done(r, kind);
}

static enum ih_json_kind read_number(struct ih_json_reader *r,
                                     struct ih_json_token *token) {
  size_t n = ih_number_parse(r->at, (size_t)(r->_end - r->at), &token->number);
  if (n == 0)
    return fail(r, "a value was expected");
  r->at += n;
  return done(r, IH_JSON_NUMBER);
}

static enum ih_json_kind read_value(struct ih_json_reader *r,
                                    struct ih_json_token *token) {
  if (r->at == r->_end)
    return fail(r, NULL);
  switch (*r->at) {
  case '"':
    return read_string(r, &token->string) ? done(r, IH_JSON_STRING)
                                          : IH_JSON_ERROR;
  case '{':
    return open(r, IH_JSON_OBJECT);
  case '[':
    return open(r, IH_JSON_LIST);
  case 'n':
    return read_word(r, "null", IH_JSON_NULL);
  case 't':
    return read_word(r, "true", IH_JSON_TRUE);
  case 'f':
    return read_word(r, "false", IH_JSON_FALSE);
  default:
    return read_number(r, token);
  }
}

/* What stands behind a value that is in a list or an object. */
static enum ih_json_kind read_more(struct ih_json_reader *r,
                                   struct ih_json_token *token) {
  int object = in_object(r);
  if (r->at < r->_end && *r->at == (object ? '}' : ']'))
    return close(r);
  if (r->at == r->_end || *r->at != ',')
    return fail(r, object ? "a comma or the object's end was expected"
                          : "a comma or the list's end was expected");
  r->at++;
  skip_blanks(r);
  return object ? read_name(r, token) : read_value(r, token);
}

enum ih_json_kind ih_json_next(struct ih_json_reader *r,
                               struct ih_json_token *token) {
  if (r->wrong)
    return IH_JSON_ERROR;
  skip_blanks(r);
  switch ((enum expected)r->_expected) {
  case VALUE_OR_CLOSE:
    if (r->at < r->_end && *r->at == ']')
      return close(r);
    return read_value(r, token);
  case VALUE:
    return read_value(r, token);
  case NAME_OR_CLOSE:
    if (r->at < r->_end && *r->at == '}')
      return close(r);
    return read_name(r, token);
  case MORE:
    return read_more(r, token);
  case NOTHING:
  default:
    if (r->at == r->_end)
      return IH_JSON_END;
    return fail(r, "something stands behind the value");
  }
}
