/*
** JSON documents, token by token.
**
** A text is accepted when RFC 8259 accepts it, with one exception each way:
** bytes >= 0x80 in strings are not looked at, and nesting has a limit. A byte
** order mark is none of it, and nothing but blanks may stand behind the value.
** Nothing here allocates or recurses; tokens point into the text. After an error
** every call returns it again.
*/
#ifndef IH_JSON_READ_H
#define IH_JSON_READ_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "number.h"

#pragma GCC visibility push(hidden)

/* How deep lists and objects may be nested. */
#define IH_JSON_DEPTH 1000

enum ih_json_kind {
  IH_JSON_ERROR, /* reader->wrong says why, reader->at where */
  IH_JSON_END,   /* the text is over, and was complete */
  IH_JSON_NULL,
  IH_JSON_TRUE,
  IH_JSON_FALSE,
  IH_JSON_NUMBER,
  IH_JSON_STRING,
  IH_JSON_NAME, /* of a field, whose value is next */
  IH_JSON_LIST, /* begins */
  IH_JSON_OBJECT,
  IH_JSON_CLOSE /* the list or object that was opened last */
};

struct ih_json_reader {
  const char *at;    /* behind the last token */
  const char *wrong; /* NULL: nothing so far */
  int depth;         /* how many lists and objects are open */
  const char *_end;
  int _expected;
  uint64_t _objects[(IH_JSON_DEPTH + 63) / 64]; /* which of them are objects */
};

struct ih_json_token {
  struct ih_json_string string; /* of a string or a name; not unescaped */
  struct ih_number number;
};

void ih_json_start(struct ih_json_reader *r, const char *text, size_t n);

enum ih_json_kind ih_json_next(struct ih_json_reader *r,
                               struct ih_json_token *token);

#pragma GCC visibility pop

#endif
