/*
** The event-stream parser: bytes in any pieces become events.
**
** The grammar is the whole of "Server-sent events" in the WHATWG HTML
** standard: one byte order mark at the very start, lines ended by CR, LF or
** CRLF in any mixture, `data` lines joined with newlines, one optional space
** after the colon, comments, unknown fields, `event`, `id` (ignored with a NUL
** in it), `retry` (digits only), and an event only at a blank line: what stands
** unterminated at the end of the stream is discarded by never being returned.
** Bytes are passed on as they are; UTF-8 is not checked.
**
** Pull one event at a time:
**
**     while (ih_sse_next(&sse, bytes, n, &used, &event) == IH_SSE_EVENT)
**       bytes += used, n -= used, ... use event ...
**
** With `objects` a line that begins with a brace is data, too: JSON that a server
** forgot to frame, such as an error in the middle of a stream.
**
** The spans of an event point into the given bytes or into the parser and are
** valid until the next call. Time is linear in the bytes given, however they
** are cut, and no byte is kept that an event does not need. Errors are sticky.
** Zero-filled memory is a fresh parser with the default limit.
*/
#ifndef IH_SSE_H
#define IH_SSE_H

#include <stdint.h>

#include "buf.h"

#pragma GCC visibility push(hidden)

#define IH_SSE_MAX_EVENT ((size_t)64 * 1024 * 1024)
#define IH_SSE_AT_LINE 1   /* a _state: before the first byte of a line */
#define IH_SSE_NAME_ROOM 6 /* longer than every field name that counts */

/* Or IH_NOMEM, IH_LIMIT. */
enum ih_sse_result {
  IH_SSE_MORE = 0, /* all bytes are used, no event is complete */
  IH_SSE_EVENT = 1 /* one event; bytes after `used` are not looked at yet */
};

struct ih_sse_event {
  struct ih_span event; /* "message" when the stream named none */
  struct ih_span data;
  struct ih_span id; /* the last event id in force, empty when none */
};

struct ih_sse {
  size_t max_event_bytes; /* of all values of an event together; 0: default */
  int objects;            /* a line that begins with a brace is data */

  size_t _size; /* of the values of this event so far */
  struct ih_buf _data, _event, _id;
  struct ih_buf _value; /* an id before it is known to have no NUL */
  int64_t _retry;       /* milliseconds, meaningful with _has_retry */
  int64_t _number;      /* digits of a retry field so far */
  int _state, _field, _error;
  unsigned char _name_len, _bom, _skip_lf, _has_data, _has_retry, _bad_value;
  unsigned char _spent;   /* the last event is to be cleared */
  unsigned char _bare_cr; /* the stream ends lines with CR alone */
  char _name[IH_SSE_NAME_ROOM];
};

/* Returns IH_SSE_EVENT, IH_SSE_MORE, or a negative ih_status, which every later
** call returns again. *used is how many of the n bytes were consumed. */
int ih_sse_next(struct ih_sse *p, const char *bytes, size_t n, size_t *used,
                struct ih_sse_event *event);

/* How many bytes of the values of an event that is not complete there are. */
static inline size_t ih_sse_begun(const struct ih_sse *p) {
  return p->_spent ? 0 : p->_size;
}

/* Whether the next byte begins a line, and nothing before it belongs to the next
** event. */
static inline int ih_sse_is_between(const struct ih_sse *p) {
  return p->_state == IH_SSE_AT_LINE && !p->_error && !p->_skip_lf &&
         !p->_bare_cr && (p->_spent || (!p->_has_data && p->_size == 0));
}

/* Milliseconds of the last valid `retry` field, -1 when there was none. */
int64_t ih_sse_retry(const struct ih_sse *p);

/* The last event id in force, empty when there is none; it may have come without
** an event. Good until the next call. */
static inline struct ih_span ih_sse_last_id(const struct ih_sse *p) {
  return ih_buf_span(&p->_id);
}

void ih_sse_free(struct ih_sse *p);

#pragma GCC visibility pop

#endif
