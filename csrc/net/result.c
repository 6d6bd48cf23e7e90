#include "result.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "encoding.h"
#include "global.h"
#include "upload.h"

static int64_t info_ns(CURL *easy, CURLINFO what) {
  curl_off_t us = 0;
  curl_easy_getinfo(easy, what, &us);
  return (int64_t)us * 1000;
}

/* A handle that was used before still has the number of an old error. */
static int has_os_error(int code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
}

static void read_infos(struct ih_transfer *t, int code) {
  static const CURLINFO times[] = {
      CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T,
      CURLINFO_APPCONNECT_TIME_T, CURLINFO_PRETRANSFER_TIME_T,
      CURLINFO_TOTAL_TIME_T};
  curl_off_t sent = 0;
  int i;
  if (!has_os_error(code))
    t->os_error = t->end == IH_END_FILE ? t->os_error : 0;
  else if (!t->os_error || code != CURLE_COULDNT_CONNECT)
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &t->os_error);
  curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &t->new_connections);
  for (i = 0; i < IH_TIMES; i++)
    t->times[i] = info_ns(t->easy, times[i]);
  curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (t->counted && (uint64_t)sent > t->sent)
    t->sent = (uint64_t)sent; /* since the last progress */
  t->unprocessed = code && ih_transfer_is_unprocessed(t);
  t->sent_all = ih_transfer_is_connected(t) && ih_transfer_is_sent(t);
}

/* CURLE_TOO_LARGE */
#define TOO_LARGE 100

/* What libcurl makes of a header line that is too long for it: before 8.6 the
** same as of too little memory. */
static int is_long_line(const struct ih_transfer *t) {
  return t->end == IH_END_CURL && t->head_bytes > 0 && !t->status &&
         (t->code == CURLE_OUT_OF_MEMORY || t->code == TOO_LARGE);
}

static void explain_encoding(struct ih_transfer *t) {
  const char *name = t->refused ? t->refused : ih_decoder_name(t->decoder);
  const char *what = t->refused ? "it cannot be decoded"
                     : t->end == IH_END_ENCODING
                         ? "its bytes are no such data, or damaged"
                         : "it ended before its data did";
  (void)snprintf(t->text, sizeof t->text,
                 "the answer has Content-Encoding %s, and %s", name, what);
}

/* libcurl may have left a mark in the handle: see refused.h. */
static int is_marked(const struct ih_transfer *t, int code) {
  return t->refusal.chances && (t->begun > 1 || code || !t->status);
}

/* Whether a handle is as a new one now. Without memory libcurl resets it by half,
** which it does not tell, and the next request would be sent again and again. */
static int reset(CURL *easy) {
  errno = 0;
  curl_easy_reset(easy);
  if (errno == ENOMEM)
    return 0;
  ih_global_leave_quickly(easy);
  return 1;
}

void *ih_result_write(struct ih_transfer *t, enum ih_end end, int code) {
  void *easy = t->easy;
  int is_spent = 0;
  if (t->end == IH_RUNNING) {
    t->end = end;
    t->code = code;
  }
  if (t->end == IH_END_COMPLETE && t->decoder && t->received > 0 &&
      !ih_decoder_is_whole(t->decoder))
    t->end = IH_END_ENCODING_CUT; /* libcurl knows only of its own bytes */
  if (is_long_line(t))
    t->end = IH_END_HEAD_LIMIT;
  if (t->end == IH_END_CURL && code == CURLE_OPERATION_TIMEDOUT)
    t->end = IH_END_CONNECT; /* the only time libcurl keeps for us */
  t->held = IH_NOT_HELD;
  t->upload.starved = 0;
  if (t->end == IH_END_COMPLETE)
    t->text[0] = '\0'; /* of a connection that was closed before */
  if (t->end == IH_END_FILE)
    ih_upload_explain(t);
  if (t->end == IH_END_ENCODING || t->end == IH_END_ENCODING_CUT)
    explain_encoding(t);
  if (t->code == CURLE_ABORTED_BY_CALLBACK)
    strcpy(t->text, "the server closed the connection before it answered");
  if (!t->text[0])
    strncpy(t->text, curl_easy_strerror((CURLcode)t->code), IH_MAX_TEXT - 1);
  if (easy) {
    read_infos(t, code);
    is_spent = !reset(easy) || is_marked(t, code);
    t->easy = NULL;
  }
  ih_upload_free(&t->upload);
  if (easy && is_spent) {
    curl_easy_cleanup(easy);
    easy = NULL;
  }
  return easy;
}
