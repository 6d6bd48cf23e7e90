#include "upload.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

/* Of parts that are files and whose type nobody named. */
#define DEFAULT_TYPE "application/octet-stream"

/* What a step sends is bounded with what it receives. */
static void spend(struct ih_transfer *t, size_t n) {
  size_t *left = &t->lanes->bytes_left;
  *left -= n < *left ? n : *left;
}

/* ---- files -------------------------------------------------------------- */

struct ih_upload_file {
  struct ih_upload_file *next;
  struct ih_transfer *transfer;
  int fd; /* negative: put down */
  int64_t size, at;
  char path[];
};

/* Ends the transfer; the engine finds it among those that may go on. */
static size_t give_up(struct ih_transfer *t, int os_error) {
  t->end = IH_END_FILE;
  t->os_error = os_error;
  ih_queue_push(&t->lanes->resume, &t->lane);
  return CURL_READFUNC_ABORT;
}

void ih_upload_explain(struct ih_transfer *t) {
  const char *why = t->os_error ? strerror((int)t->os_error)
                                : "the file changed while it was sent";
  (void)snprintf(t->text, sizeof t->text, "%s", why);
}

static int take_up(struct ih_upload_file *f) {
  int64_t size;
  if (f->fd >= 0)
    return 1;
  errno = 0;
  f->fd = ih_file_open(f->path, &size);
  return f->fd >= 0 && size == f->size;
}

/* libcurl does not ask for more than the size that was announced. */
static size_t on_file(char *to, size_t size, size_t count, void *self) {
  struct ih_upload_file *f = self;
  int64_t got;
  char more;
  if (!take_up(f))
    return give_up(f->transfer, f->fd < 0 ? errno : 0);
  got = ih_file_read(f->fd, to, size * count, f->at);
  if (got <= 0)
    return give_up(f->transfer, got < 0 ? errno : 0);
  f->at += got;
  if (f->at > f->size ||
      (f->at == f->size && ih_file_read(f->fd, &more, 1, f->at) != 0))
    return give_up(f->transfer, 0);
  spend(f->transfer, (size_t)got);
  return (size_t)got;
}

static int on_file_seek(void *self, curl_off_t offset, int whence) {
  struct ih_upload_file *f = self;
  if (whence != SEEK_SET)
    return CURL_SEEKFUNC_CANTSEEK;
  f->at = offset;
  return CURL_SEEKFUNC_OK;
}

static void on_file_free(void *self) {
  struct ih_upload_file *f = self;
  if (f->fd >= 0)
    close(f->fd);
  free(f);
}

void ih_upload_put_down(struct ih_upload *up) {
  struct ih_upload_file *f;
  for (f = up->files; f; f = f->next) {
    close(f->fd);
    f->fd = -1;
  }
}

static int open_file(struct ih_transfer *t, const char *path,
                     struct ih_upload_file **out) {
  size_t room = strlen(path) + 1;
  int64_t size;
  int fd = ih_file_open(path, &size);
  if (fd < 0)
    return IH_SYSTEM;
  *out = malloc(sizeof **out + room);
  if (!*out) {
    close(fd);
    return IH_NOMEM;
  }
  memcpy((*out)->path, path, room);
  (*out)->next = NULL;
  (*out)->transfer = t;
  (*out)->fd = fd;
  (*out)->size = size;
  (*out)->at = 0;
  return IH_OK;
}

/* ---- the fed part ------------------------------------------------------- */

/* How much of what waits may leave: with the last byte of an announced size the
** body would be complete, whatever the host feeds after it. */
static size_t sendable(const struct ih_upload *up) {
  size_t n = ih_buf_len(&up->waiting);
  return n > 0 && !up->ended && up->taken == up->size ? n - 1 : n;
}

static size_t on_fed(char *to, size_t size, size_t count, void *self) {
  struct ih_transfer *t = self;
  struct ih_upload *up = &t->upload;
  size_t room = size * count, n = sendable(up);
  int was_hungry = ih_upload_is_hungry(t);
  if (n == 0 && up->ended) {
    up->drained = 1;
    return 0;
  }
  if (n == 0) {
    up->starved = 1;
    return CURL_READFUNC_PAUSE;
  }
  n = n < room ? n : room;
  memcpy(to, ih_buf_bytes(&up->waiting), n);
  ih_buf_consume(&up->waiting, n);
  spend(t, n);
  if (!was_hungry && ih_upload_is_hungry(t))
    ih_queue_push(&t->lanes->ready, &t->ready);
  return n;
}

/* What was fed is gone; only before its first byte can it be sent again. */
static int on_fed_seek(void *self, curl_off_t offset, int whence) {
  const struct ih_upload *up = &((struct ih_transfer *)self)->upload;
  int untouched = up->taken == (int64_t)ih_buf_len(&up->waiting);
  return whence == SEEK_SET && offset == 0 && untouched
             ? CURL_SEEKFUNC_OK
             : CURL_SEEKFUNC_CANTSEEK;
}

static int breaks_promise(struct ih_transfer *t, int64_t taken) {
  struct ih_upload *up = &t->upload;
  if (up->size < 0 || (up->ended ? taken == up->size : taken <= up->size))
    return 0;
  (void)snprintf(t->text, sizeof t->text,
                 "%s than the announced %lld bytes were there to send",
                 taken < up->size ? "fewer" : "more", (long long)up->size);
  return 1;
}

int ih_upload_feed(struct ih_transfer *t, const char *bytes, size_t n) {
  struct ih_upload *up = &t->upload;
  if (!bytes)
    up->ended = 1;
  if (ih_transfer_is_failure(t))
    return IH_OK;
  if (breaks_promise(t, up->taken + (int64_t)n))
    return IH_LIMIT;
  if (bytes && ih_buf_append(&up->waiting, bytes, n) < 0)
    return IH_NOMEM;
  up->taken += (int64_t)n;
  return IH_OK;
}

int ih_upload_is_hungry(const struct ih_transfer *t) {
  const struct ih_upload *up = &t->upload;
  return up->is_fed && !up->ended && t->end == IH_RUNNING &&
         !ih_transfer_is_failure(t) && ih_buf_len(&up->waiting) < IH_FEED_BYTES;
}

int ih_upload_may_resume(const struct ih_transfer *t) {
  const struct ih_upload *up = &t->upload;
  return up->starved &&
         (up->ended || sendable(up) > 0 || ih_transfer_is_failure(t));
}

/* ---- the form ----------------------------------------------------------- */

static CURLcode set_file(struct ih_transfer *t, curl_mimepart *to,
                         const char *path, int *status) {
  struct ih_upload_file *f = NULL;
  CURLcode code;
  *status = open_file(t, path, &f);
  if (*status < 0)
    return CURLE_READ_ERROR;
  code = curl_mime_data_cb(to, (curl_off_t)f->size, on_file, on_file_seek,
                           on_file_free, f);
  if (code) {
    on_file_free(f);
    return code;
  }
  f->next = t->upload.files;
  t->upload.files = f;
  return CURLE_OK;
}

static CURLcode set_fed(struct ih_transfer *t, curl_mimepart *to,
                        int64_t size) {
  CURLcode code;
  t->upload.is_fed = 1;
  t->upload.size = size < 0 ? -1 : size;
  code = curl_mime_data_cb(to, (curl_off_t)t->upload.size, on_fed, on_fed_seek,
                           NULL, t);
  /* A connection that was used before may be one that the server is closing,
  ** and what was fed cannot be sent again. */
  return code ? code : curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
}

/* A name as browsers write it into a header. libcurl does so from 7.81 on and
** finds nothing left to do; before, it let line breaks through. */
static char *escape(const char *name) {
  char *text = malloc(3 * strlen(name) + 1), *to = text;
  for (; text && *name; name++) {
    if (*name == '"' || *name == '\r' || *name == '\n')
      to += sprintf(to, "%%%02X", (unsigned)*name);
    else
      *to++ = *name;
  }
  if (text)
    *to = '\0';
  return text;
}

static CURLcode set_name(curl_mimepart *to, const char *name,
                         CURLcode (*set)(curl_mimepart *, const char *)) {
  char *text;
  CURLcode code = CURLE_OUT_OF_MEMORY;
  if (!name)
    return CURLE_OK;
  text = escape(name);
  if (text)
    code = set(to, text);
  free(text);
  return code;
}

static const char *last_segment(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static int add_part(struct ih_transfer *t, const struct ih_part *part) {
  curl_mimepart *to = curl_mime_addpart(t->upload.mime);
  const char *filename = part->filename;
  const char *type = part->type;
  int status = IH_NOMEM;
  CURLcode code;
  if (!filename && part->path)
    filename = last_segment(part->path);
  if (!type && filename)
    type = DEFAULT_TYPE;
  if (part->path)
    code = set_file(t, to, part->path, &status);
  else if (part->fed)
    code = set_fed(t, to, part->size);
  else
    code = curl_mime_data(to, part->data, part->len);
  if (!code)
    code = set_name(to, part->name, curl_mime_name);
  if (!code)
    code = set_name(to, filename, curl_mime_filename);
  if (!code && type)
    code = curl_mime_type(to, type);
  if (!code)
    return IH_OK;
  return status == IH_SYSTEM ? IH_SYSTEM : IH_NOMEM;
}

int ih_upload_form(struct ih_transfer *t, struct ih_form *form) {
  size_t i;
  t->upload.mime = curl_mime_init(t->easy);
  if (!t->upload.mime)
    return IH_NOMEM;
  for (i = 0; i < form->count; i++) {
    int status = add_part(t, &form->parts[i]);
    form->refused = i;
    if (status < 0)
      return status;
  }
  return curl_easy_setopt(t->easy, CURLOPT_MIMEPOST, t->upload.mime) ? IH_NOMEM
                                                                     : IH_OK;
}

void ih_upload_free(struct ih_upload *up) {
  curl_mime_free(up->mime);
  up->mime = NULL;
  up->files = NULL;
  ih_buf_free(&up->waiting);
}
