#include "transfer.h"

#include <curl/curl.h>

size_t ih_request_waiting(const struct ih_request *r) {
  return ih_buf_len(&r->in) + r->reading;
}

int ih_request_is_connected(struct ih_request *r) {
  if (!r->connected_at && r->easy) {
    curl_off_t us = 0;
    curl_easy_getinfo(r->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    r->connected_at = us ? r->tried_at + (int64_t)us * 1000 : 0;
  }
  return r->connected_at != 0;
}

int ih_request_is_sent(struct ih_request *r) {
  if (!r->counted) { /* it leaves together with the head */
    r->sent = (uint64_t)r->total;
    r->sent_at = r->connected_at;
    return 1;
  }
  if (r->total < 0) /* chunks: libcurl has the last one */
    return r->upload.drained;
  return r->sent >= (uint64_t)r->total;
}

int ih_request_is_unprocessed(const struct ih_request *r) {
  return !r->status && (r->spoilt || r->refusal.is_told);
}
