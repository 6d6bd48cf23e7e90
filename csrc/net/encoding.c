#include "encoding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../core/inflate.h"

/* Nobody means more of them, and each can multiply by a thousand. */
#define MOST_LAYERS 3

#define HEADER "content-encoding:"

/* One encoding. What the one outside of it has decoded waits in `bytes`. */
struct layer {
  const char *name;
  struct ih_inflate inflate;
  struct ih_span in; /* of `bytes` */
  char bytes[4096];
};

struct ih_decoder {
  int layers;
  struct layer layer[]; /* the one that was applied last comes first */
};

enum what { IS_NONE, IS_GZIP, IS_DEFLATE, IS_UNKNOWN };

static const struct encoding {
  const char *name;
  enum what what;
} encodings[] = {{"gzip", IS_GZIP},           {"x-gzip", IS_GZIP},
                 {"deflate", IS_DEFLATE},     {"br", IS_UNKNOWN},
                 {"zstd", IS_UNKNOWN},        {"compress", IS_UNKNOWN},
                 {"dcb", IS_UNKNOWN},         {"x-compress", IS_UNKNOWN},
                 {"dcz", IS_UNKNOWN},         {"bzip2", IS_UNKNOWN},
                 {"x-bzip2", IS_UNKNOWN},     {"xz", IS_UNKNOWN},
                 {"lzma", IS_UNKNOWN},        {"lz4", IS_UNKNOWN},
                 {"snappy", IS_UNKNOWN},      {"brotli", IS_UNKNOWN},
                 {"pack200-gzip", IS_UNKNOWN}};

/* ---- names -------------------------------------------------------------- */

static const struct encoding *find(struct ih_span name) {
  size_t i;
  for (i = 0; i < sizeof encodings / sizeof *encodings; i++)
    if (strlen(encodings[i].name) == name.len &&
        strncasecmp(encodings[i].name, name.ptr, name.len) == 0)
      return &encodings[i];
  return NULL;
}

static struct ih_span trim(const char *from, const char *to) {
  struct ih_span span;
  for (; from < to && (*from == ' ' || *from == '\t'); from++)
    ;
  for (; from < to && (unsigned char)to[-1] <= ' '; to--)
    ;
  span.ptr = from;
  span.len = (size_t)(to - from);
  return span;
}

/* Adds the names of a header's value to the list, in their order. IH_LIMIT when
** one cannot be decoded, or there are too many. */
static int read_names(struct ih_span value, const struct encoding **list,
                      int *count, const char **refused) {
  const char *at = value.ptr, *end = value.ptr + value.len;
  while (at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *to = comma ? comma : end;
    const struct encoding *found = find(trim(at, to));
    at = to + 1;
    if (!found)
      continue;
    if (found->what == IS_UNKNOWN || *count == MOST_LAYERS) {
      *refused = found->name;
      return IH_LIMIT;
    }
    list[(*count)++] = found;
  }
  return IH_OK;
}

static int read_head(struct ih_span head, const struct encoding **list,
                     int *count, const char **refused) {
  const char *at = head.ptr, *end = head.ptr + head.len;
  size_t n = sizeof HEADER - 1;
  int status = IH_OK;
  while (at < end && status == IH_OK) {
    const char *line = at;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    at = stop ? stop + 1 : end;
    if ((size_t)(at - line) > n && strncasecmp(line, HEADER, n) == 0)
      status = read_names(trim(line + n, at), list, count, refused);
  }
  return status;
}

/* ---- decoding ----------------------------------------------------------- */

int ih_decoder_new(struct ih_span head, struct ih_decoder **out,
                   const char **name) {
  const struct encoding *list[MOST_LAYERS];
  int count = 0, i, status = read_head(head, list, &count, name);
  struct ih_decoder *d;
  *out = NULL;
  if (status < 0 || count == 0)
    return status;
  d = calloc(1, sizeof *d + sizeof(struct layer) * (size_t)count);
  if (!d)
    return IH_NOMEM;
  d->layers = count;
  for (i = 0; i < count; i++) {
    const struct encoding *encoding = list[count - 1 - i];
    d->layer[i].name = encoding->name;
    d->layer[i].inflate.may_be_bare = encoding->what == IS_DEFLATE;
  }
  *out = d;
  return IH_OK;
}

/* What the layer reads: of the body, or of what the one outside has decoded. */
static struct ih_span *input(struct ih_decoder *d, int i, struct ih_span *in) {
  return i == 0 ? in : &d->layer[i].in;
}

/* Each layer works once, so that a call comes to an end when a layer makes much
** of little and the next one nothing of much. */
int ih_decoder_run(struct ih_decoder *d, struct ih_span *in, char *out,
                   size_t room, size_t *made) {
  int i, moved = 0, status = IH_OK;
  *made = 0;
  for (i = 0; i < d->layers && status == IH_OK; i++) {
    struct layer *next = &d->layer[i + 1];
    struct ih_span *from = input(d, i, in);
    size_t before = from->len, n = 0;
    if (i + 1 == d->layers) {
      status = ih_inflate(&d->layer[i].inflate, from, out, room, &n);
      *made = n;
    } else if (next->in.len == 0) {
      status = ih_inflate(&d->layer[i].inflate, from, next->bytes,
                          sizeof next->bytes, &n);
      next->in.ptr = next->bytes;
      next->in.len = n;
    }
    moved |= n > 0 || from->len < before;
  }
  return status < 0 ? status : moved;
}

int ih_decoder_is_whole(const struct ih_decoder *d) {
  int i;
  for (i = 0; i < d->layers; i++)
    if (d->layer[i].in.len > 0 || !ih_inflate_is_whole(&d->layer[i].inflate))
      return 0;
  return 1;
}

const char *ih_decoder_name(const struct ih_decoder *d) {
  return d->layer[0].name;
}

void ih_decoder_free(struct ih_decoder *d) {
  free(d);
}
