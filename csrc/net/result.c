#include "result.h"

#include <curl/curl.h>
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

static void read_infos(struct ih_request *r, int code) {
  static const CURLINFO times[] = {
      CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T,
      CURLINFO_APPCONNECT_TIME_T, CURLINFO_PRETRANSFER_TIME_T,
      CURLINFO_TOTAL_TIME_T};
  curl_off_t sent = 0;
  int i;
  if (!has_os_error(code))
    r->os_error = r->end == IH_END_FILE ? r->os_error : 0;
  else if (!r->os_error || code != CURLE_COULDNT_CONNECT)
    curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &r->os_error);
  curl_easy_getinfo(r->easy, CURLINFO_NUM_CONNECTS, &r->new_connections);
  for (i = 0; i < IH_TIMES; i++)
    r->times[i] = info_ns(r->easy, times[i]);
  curl_easy_getinfo(r->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (r->counted && (uint64_t)sent > r->sent)
    r->sent = (uint64_t)sent; /* since the last progress */
  r->unprocessed = code && ih_request_is_unprocessed(r);
  r->sent_all = ih_request_is_connected(r) && ih_request_is_sent(r);
}

/* CURLE_TOO_LARGE */
#define TOO_LARGE 100

/* What libcurl makes of a header line that is too long for it: before 8.6 the
** same as of too little memory. */
static int is_long_line(const struct ih_request *r) {
  return r->end == IH_END_CURL && r->head_bytes > 0 && !r->status &&
         (r->code == CURLE_OUT_OF_MEMORY || r->code == TOO_LARGE);
}

static void explain_encoding(struct ih_request *r) {
  const char *name = r->refused ? r->refused : ih_decoder_name(r->decoder);
  const char *what = r->refused ? "it cannot be decoded"
                     : r->end == IH_END_ENCODING
                         ? "its bytes are no such data, or damaged"
                         : "it ended before its data did";
  snprintf(r->text, sizeof r->text,
           "the answer has Content-Encoding %s, and %s", name, what);
}

/* libcurl may have left a mark in the handle: see refused.h. */
static int is_marked(const struct ih_request *r, int code) {
  return r->refusal.chances && (r->begun > 1 || code || !r->status);
}

void *ih_request_finish(struct ih_request *r, enum ih_end end, int code) {
  void *easy = r->easy;
  if (r->end == IH_RUNNING) {
    r->end = end;
    r->code = code;
  }
  if (r->end == IH_END_COMPLETE && r->decoder && r->received > 0 &&
      !ih_decoder_is_whole(r->decoder))
    r->end = IH_END_ENCODING_CUT; /* libcurl knows only of its own bytes */
  if (is_long_line(r))
    r->end = IH_END_HEAD_LIMIT;
  if (r->end == IH_END_CURL && code == CURLE_OPERATION_TIMEDOUT)
    r->end = IH_END_CONNECT; /* the only time libcurl keeps for us */
  r->held = IH_NOT_HELD;
  r->upload.starved = 0;
  if (r->end == IH_END_COMPLETE)
    r->text[0] = '\0'; /* of a first try on a connection that was closed */
  if (r->end == IH_END_FILE)
    ih_upload_explain(r);
  if (r->end == IH_END_ENCODING || r->end == IH_END_ENCODING_CUT)
    explain_encoding(r);
  if (r->code == CURLE_ABORTED_BY_CALLBACK)
    strcpy(r->text, "the server closed the connection before it answered");
  if (!r->text[0])
    strncpy(r->text, curl_easy_strerror((CURLcode)r->code), IH_MAX_TEXT - 1);
  if (easy) {
    read_infos(r, code);
    curl_easy_reset(easy);
    ih_global_leave_quickly(easy);
    r->easy = NULL;
  }
  ih_upload_free(&r->upload);
  if (easy && is_marked(r, code)) {
    curl_easy_cleanup(easy);
    easy = NULL;
  }
  return easy;
}
