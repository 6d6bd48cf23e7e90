#include "transfer.h"

#include <curl/curl.h>

size_t ih_transfer_waiting(const struct ih_transfer *t) {
  return ih_buf_len(&t->in) + t->reading;
}

int ih_transfer_is_connected(struct ih_transfer *t) {
  if (!t->connected_at && t->easy) {
    curl_off_t us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    t->connected_at = us ? t->handed_at + (int64_t)us * 1000 : 0;
  }
  return t->connected_at != 0;
}

int ih_transfer_is_sent(struct ih_transfer *t) {
  if (!t->counted) { /* it leaves together with the head */
    t->sent = (uint64_t)t->total;
    t->sent_at = t->connected_at;
    return 1;
  }
  if (t->total < 0) /* chunks: libcurl has the last one */
    return t->upload.drained;
  return t->sent >= (uint64_t)t->total;
}

int ih_transfer_is_unprocessed(const struct ih_transfer *t) {
  return !t->status && (t->spoilt || t->refusal.is_told);
}
