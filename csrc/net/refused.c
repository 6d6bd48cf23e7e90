#include "refused.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "global.h"
#include "openssl.h"

/* What is compared of a line. */
#define LINE_ROOM 128

enum about { STREAM, GOAWAY, REFUSED_FIRST, REFUSED, DIED };

/* Which have to be watched when they read: see died_of_refusal. */
#define FIRST_MUTE 0x075800
#define LAST_MUTE 0x075801

/* The later ones are believed to go on as they are. */
#define AND_LATER 0xffffff

/* What libcurls say, from one to another; # is a stream, ? another number. Up
** to 7.83.1 the first line has its number in hexadecimal, but these say nothing
** of a GOAWAY it would be compared with. */
static const struct {
  enum about about;
  unsigned from, to;
  const char *line;
} lines[] = {
    {STREAM, 0x074c00, 0x080201, "Using Stream ID: #"},
    {STREAM, 0x080300, AND_LATER, "[HTTP/2] [#] OPENED stream for "},
    {GOAWAY, 0x075800, 0x080001, "recveived GOAWAY, error=?, last_stream=#"},
    {GOAWAY, 0x080100, AND_LATER, "received GOAWAY, error=?, last_stream=#"},
    {REFUSED_FIRST, 0x074c00, AND_LATER,
     "REFUSED_STREAM, retrying a fresh connect"},
    {REFUSED, 0x081300, AND_LATER,
     "HTTP/2 stream # refused by server, try again on a new "},
    {DIED, FIRST_MUTE, LAST_MUTE, "Connection died, retrying a fresh connect"},
};

static int says(const char *text, const char *line, long *stream) {
  for (; *line; line++) {
    if (*line == '#' || *line == '?') {
      char *end;
      long number = strtol(text, &end, 10);
      if (end == text)
        return 0;
      if (*line == '#')
        *stream = number;
      text = end;
    } else if (*text++ != *line) {
      return 0;
    }
  }
  return 1;
}

/* Whether libcurl 7.88 takes a connection for dead of which it has nothing to
** say. In its HTTP/2 there are two ways to that: a stream was refused, or the
** server broke the rules and may have done anything. It has read of either, and
** after the second it calls the function for progress before it gives up, after
** the first it does not. */
static int died_of_refusal(const struct ih_refusal *refusal) {
  return refusal->stream && !refusal->complaint[0] &&
         refusal->progressed_in != *refusal->moments;
}

static int is_told(const struct ih_refusal *refusal, enum about about,
                   long stream) {
  switch (about) {
  case GOAWAY:
    /* Before the request has a stream it is one of another connection, which
    ** libcurl looked at and did not take. */
    return refusal->stream && stream < refusal->stream;
  case REFUSED_FIRST:
    /* libcurl's mark can outlive what it is about. */
    return refusal->chances == 1;
  case REFUSED:
    return stream == refusal->stream;
  case DIED:
    return died_of_refusal(refusal);
  case STREAM:
  default:
    return 0;
  }
}

static void read_line(struct ih_refusal *refusal, const char *text) {
  unsigned libcurl = ih_global_libcurl();
  size_t i;
  for (i = 0; i < sizeof lines / sizeof *lines; i++) {
    long stream = 0;
    if (libcurl < lines[i].from || libcurl > lines[i].to ||
        !says(text, lines[i].line, &stream))
      continue;
    if (lines[i].about == STREAM)
      refusal->stream = stream;
    else if (is_told(refusal, lines[i].about, stream))
      refusal->is_told = 1;
  }
}

static int on_text(CURL *easy, curl_infotype type, char *text, size_t n,
                   void *self) {
  char line[LINE_ROOM] = "";
  (void)easy;
  if (type == CURLINFO_TEXT) {
    memcpy(line, text, n < LINE_ROOM - 1 ? n : LINE_ROOM - 1);
    read_line(self, line);
  }
  return 0;
}

static int on_progress(void *self, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up) {
  (void)down_total, (void)down, (void)up_total, (void)up;
  ih_refused_progress(self);
  return 0;
}

void ih_refused_progress(struct ih_refusal *refusal) {
  if (refusal->moments)
    refusal->progressed_in = *refusal->moments;
}

static void watch_reading(void *easy, uint64_t *moments) {
  unsigned libcurl = ih_global_libcurl();
  void *ssl = libcurl >= FIRST_MUTE && libcurl <= LAST_MUTE
                  ? ih_openssl_of(easy)
                  : NULL;
  if (ssl)
    ih_openssl_count_reads(ssl, moments);
}

void ih_refused_watch(struct ih_refusal *refusal, void *easy,
                      const char *complaint, uint64_t *moments,
                      int has_progress) {
  CURLcode code = CURLE_OK;
  refusal->stream = 0;
  refusal->is_told = 0;
  refusal->complaint = complaint;
  refusal->moments = moments;
  refusal->chances++;
  watch_reading(easy, moments);
#define SET(option, value)                                                     \
  do {                                                                         \
    if (!code)                                                                 \
      code = curl_easy_setopt((CURL *)easy, CURLOPT_##option, value);          \
  } while (0)
  if (!has_progress) {
    SET(XFERINFOFUNCTION, on_progress);
    SET(XFERINFODATA, refusal);
    SET(NOPROGRESS, 0L);
  }
  SET(DEBUGDATA, refusal);
  SET(DEBUGFUNCTION, on_text); /* else libcurl writes to the terminal */
  SET(VERBOSE, 1L);
#undef SET
}

void ih_refused_rest(const struct ih_refusal *refusal, void *easy,
                     int has_progress) {
  if (!refusal->chances)
    return;
  curl_easy_setopt((CURL *)easy, CURLOPT_VERBOSE, 0L);
  if (!has_progress)
    curl_easy_setopt((CURL *)easy, CURLOPT_NOPROGRESS, 1L);
}
