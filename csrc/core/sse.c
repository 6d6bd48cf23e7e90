#include "sse.h"

#include <string.h>

/* Where in the stream the next byte stands. */
enum state {
  AT_START, /* perhaps in a byte order mark */
  AT_LINE = IH_SSE_AT_LINE,
  IN_NAME,
  AFTER_COLON, /* a space here is dropped */
  IN_VALUE,
  IN_SKIPPED /* the rest of the line means nothing */
};

enum field { NO_FIELD, DATA, EVENT, ID, RETRY };

static const char BOM[3] = {'\xEF', '\xBB', '\xBF'};

/* Integers stay exact in every Lua. */
#define MAX_RETRY ((int64_t)1 << 53)

static enum field field_called(const char *name, size_t len) {
  static const struct {
    const char *name;
    size_t len;
    enum field field;
  } known[] = {{"data", 4, DATA},
               {"event", 5, EVENT},
               {"id", 2, ID},
               {"retry", 5, RETRY}};
  size_t i;
  for (i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].len == len && memcmp(known[i].name, name, len) == 0)
      return known[i].field;
  return NO_FIELD;
}

static size_t limit_of(const struct ih_sse *p) {
  return p->max_event_bytes ? p->max_event_bytes : IH_SSE_MAX_EVENT;
}

/* Whether n more bytes would pass the limit. */
static int passes_limit(const struct ih_sse *p, size_t n) {
  size_t limit = limit_of(p);
  return p->_size > limit || n > limit - p->_size;
}

/* Counts n more bytes of the event. IH_OK or IH_LIMIT. */
static int count(struct ih_sse *p, size_t n) {
  if (passes_limit(p, n))
    return IH_LIMIT;
  p->_size += n;
  return IH_OK;
}

/* A name longer than any known one is remembered only as too long. */
static void take_name(struct ih_sse *p, const char *bytes, size_t n) {
  size_t room = IH_SSE_NAME_ROOM - p->_name_len;
  if (n > room)
    n = room;
  memcpy(p->_name + p->_name_len, bytes, n);
  p->_name_len = (unsigned char)(p->_name_len + n);
}

/* The name is complete: a value, perhaps an empty one, begins. IH_OK or
** IH_LIMIT. */
static int begin_value(struct ih_sse *p) {
  p->_field = field_called(p->_name, p->_name_len);
  p->_bad_value = 0;
  p->_number = -1;
  if (p->_field == EVENT)
    ih_buf_clear(&p->_event);
  else if (p->_field == ID)
    ih_buf_clear(&p->_value);
  else if (p->_field == DATA && p->_has_data)
    return count(p, 1); /* the newline between two lines */
  return IH_OK;
}

static void take_digits(struct ih_sse *p, const char *bytes, size_t n) {
  size_t i;
  for (i = 0; i < n && !p->_bad_value; i++) {
    if (bytes[i] < '0' || bytes[i] > '9') {
      p->_bad_value = 1;
      break;
    }
    if (p->_number < 0)
      p->_number = 0;
    if (p->_number <= MAX_RETRY / 10)
      p->_number = p->_number * 10 + (bytes[i] - '0');
    else
      p->_number = MAX_RETRY;
    if (p->_number > MAX_RETRY)
      p->_number = MAX_RETRY;
  }
}

static int take_value(struct ih_sse *p, const char *bytes, size_t n) {
  struct ih_buf *to = NULL;
  switch ((enum field)p->_field) {
  case DATA:
    to = &p->_data;
    break;
  case EVENT:
    to = &p->_event;
    break;
  case ID:
    if (memchr(bytes, '\0', n))
      p->_bad_value = 1;
    to = &p->_value;
    break;
  case RETRY:
    take_digits(p, bytes, n);
    return IH_OK;
  case NO_FIELD:
    return IH_OK;
  }
  if (count(p, n) < 0)
    return IH_LIMIT;
  return ih_buf_append(to, bytes, n);
}

/* The line of a field is complete. */
static int end_value(struct ih_sse *p) {
  switch ((enum field)p->_field) {
  case DATA:
    p->_has_data = 1;
    return ih_buf_append(&p->_data, "\n", 1);
  case ID:
    if (!p->_bad_value) {
      struct ih_buf old = p->_id;
      p->_id = p->_value;
      p->_value = old;
    }
    ih_buf_clear(&p->_value);
    return IH_OK;
  case RETRY:
    if (!p->_bad_value && p->_number >= 0) {
      p->_retry = p->_number;
      p->_has_retry = 1;
    }
    return IH_OK;
  case EVENT:
  case NO_FIELD:
    return IH_OK;
  }
  return IH_OK;
}

/* A line ended somewhere after its first byte. */
static int end_line(struct ih_sse *p) {
  int state = p->_state;
  p->_state = AT_LINE;
  if (state == IN_SKIPPED)
    return IH_OK;
  if (state == IN_NAME && begin_value(p) < 0)
    return IH_LIMIT;
  return end_value(p);
}

static void fill(struct ih_sse *p, struct ih_sse_event *event,
                 struct ih_span data) {
  static const struct ih_span message = {"message", 7};
  event->event = ih_buf_len(&p->_event) ? ih_buf_span(&p->_event) : message;
  event->data = data;
  event->id = ih_buf_span(&p->_id);
  p->_spent = 1;
}

/* A blank line: true when it completes an event. */
static int dispatch(struct ih_sse *p, struct ih_sse_event *event) {
  struct ih_span data = ih_buf_span(&p->_data);
  if (!p->_has_data) {
    ih_buf_clear(&p->_event);
    p->_size = 0;
    return 0;
  }
  data.len--; /* the newline after the last data line */
  fill(p, event, data);
  return 1;
}

/* The common event, one data line and a blank line, both whole in these bytes,
** is passed on without a copy. Returns how many bytes it takes, 0 when the
** careful way must be taken. */
static size_t whole_event(struct ih_sse *p, const char *bytes, size_t n,
                          struct ih_sse_event *event) {
  struct ih_span data;
  const char *lf;
  size_t at;
  if (p->_has_data || p->_bare_cr || n < 7 || memcmp(bytes, "data:", 5) != 0)
    return 0;
  data.ptr = bytes + 5 + (bytes[5] == ' ');
  lf = memchr(data.ptr, '\n', n - (size_t)(data.ptr - bytes));
  if (!lf)
    return 0;
  data.len = (size_t)(lf - data.ptr);
  if (data.len && lf[-1] == '\r')
    data.len--;
  at = (size_t)(lf - bytes) + 1;
  if (at < n && bytes[at] == '\r')
    at++, p->_skip_lf = 1;
  else if (at < n && bytes[at] == '\n')
    at++;
  else
    return 0;
  if (memchr(data.ptr, '\r', data.len) || passes_limit(p, data.len)) {
    p->_skip_lf = 0;
    return 0;
  }
  fill(p, event, data);
  return at;
}

/* The end of the line within these bytes, or their end. Looking for LF first
** and then for CR before it would be quadratic on a stream that has only CR, so
** such a stream is scanned byte by byte. */
static size_t line_length(struct ih_sse *p, const char *bytes, size_t n) {
  const char *at;
  size_t i;
  if (p->_bare_cr) {
    for (i = 0; i < n && bytes[i] != '\n' && bytes[i] != '\r'; i++)
      ;
    return i;
  }
  at = memchr(bytes, '\n', n);
  if (at)
    n = (size_t)(at - bytes);
  at = memchr(bytes, '\r', n);
  return at ? (size_t)(at - bytes) : n;
}

/* A line without a field name, which is data all the same. */
static int begin_object(struct ih_sse *p) {
  p->_state = IN_VALUE;
  p->_field = DATA;
  return p->_has_data ? count(p, 1) : IH_OK;
}

/* Returns how many bytes belong to the mark before the stream. */
static long skip_mark(struct ih_sse *p, char byte) {
  if (p->_bom < sizeof BOM && byte == BOM[p->_bom]) {
    if (++p->_bom == sizeof BOM)
      p->_state = AT_LINE;
    return 1;
  }
  p->_state = AT_LINE;
  if (p->_bom == 0)
    return 0;
  take_name(p, BOM, p->_bom); /* it was no mark but a strange field name */
  p->_state = IN_NAME;
  return 0;
}

/* Handles bytes up to the end of what the state is about. Returns how many, or
** a negative status. */
static long step(struct ih_sse *p, const char *bytes, size_t n) {
  size_t len;
  int status;
  switch ((enum state)p->_state) {
  case AT_START:
    return skip_mark(p, *bytes);
  case AT_LINE:
    if (p->objects && *bytes == '{')
      return begin_object(p);
    p->_name_len = 0;
    p->_state = *bytes == ':' ? IN_SKIPPED : IN_NAME;
    return 0;
  case IN_NAME:
    for (len = 0; len < n && bytes[len] != ':' && bytes[len] != '\n' &&
                  bytes[len] != '\r';
         len++)
      ;
    take_name(p, bytes, len);
    if (len < n && bytes[len] == ':') {
      if (begin_value(p) < 0)
        return IH_LIMIT;
      p->_state = p->_field == NO_FIELD ? IN_SKIPPED : AFTER_COLON;
      len++;
    }
    return (long)len;
  case AFTER_COLON:
    p->_state = IN_VALUE;
    return *bytes == ' ';
  case IN_VALUE:
    len = line_length(p, bytes, n);
    status = take_value(p, bytes, len);
    return status < 0 ? status : (long)len;
  case IN_SKIPPED:
    return (long)line_length(p, bytes, n);
  }
  return 0;
}

static int fail(struct ih_sse *p, int status, size_t *used) {
  *used = 0;
  p->_error = status;
  return status;
}

static void forget_event(struct ih_sse *p) {
  ih_buf_clear(&p->_data);
  ih_buf_clear(&p->_event);
  p->_has_data = p->_spent = 0;
  p->_size = 0;
}

int ih_sse_next(struct ih_sse *p, const char *bytes, size_t n, size_t *used,
                struct ih_sse_event *event) {
  size_t at = 0;
  *used = 0;
  if (p->_error)
    return p->_error;
  if (p->_spent)
    forget_event(p);
  while (at < n) {
    char c = bytes[at];
    long len;
    if (p->_skip_lf) {
      p->_skip_lf = 0;
      if (c == '\n') {
        at++;
        continue;
      }
      p->_bare_cr = 1;
    }
    if ((c == '\n' || c == '\r') && (p->_state != AT_START || p->_bom == 0)) {
      int blank = p->_state <= AT_LINE;
      at++;
      p->_skip_lf = c == '\r';
      if (!blank) {
        int status = end_line(p);
        if (status < 0)
          return fail(p, status, used);
      } else {
        p->_state = AT_LINE;
        if (dispatch(p, event)) {
          *used = at;
          return IH_SSE_EVENT;
        }
      }
      continue;
    }
    if (p->_state == AT_LINE) {
      size_t whole = whole_event(p, bytes + at, n - at, event);
      if (whole) {
        *used = at + whole;
        return IH_SSE_EVENT;
      }
    }
    len = step(p, bytes + at, n - at);
    if (len < 0)
      return fail(p, (int)len, used);
    at += (size_t)len;
  }
  *used = n;
  return IH_SSE_MORE;
}

int64_t ih_sse_retry(const struct ih_sse *p) {
  return p->_has_retry ? p->_retry : -1;
}

void ih_sse_free(struct ih_sse *p) {
  ih_buf_free(&p->_data);
  ih_buf_free(&p->_event);
  ih_buf_free(&p->_id);
  ih_buf_free(&p->_value);
  memset(p, 0, sizeof *p);
}
