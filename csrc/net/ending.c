#include "ending.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "openssl.h"

static int has_header(struct ih_span head, const char *name) {
  size_t n = strlen(name);
  const char *at = head.ptr, *end = head.ptr + head.len;
  while (at && (size_t)(end - at) > n) {
    if (strncasecmp(at, name, n) == 0)
      return 1;
    at = memchr(at, '\n', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  return 0;
}

int ih_ending_begins(const struct ih_transfer *t) {
  struct ih_span head = ih_buf_span(&t->head);
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
  return !ih_transfer_is_failure(t) &&
         (version == CURL_HTTP_VERSION_1_0 ||
          version == CURL_HTTP_VERSION_1_1) &&
         !has_header(head, "Content-Length:") &&
         !has_header(head, "Transfer-Encoding:") && ih_openssl_of(t->easy);
}

void ih_ending_look(struct ih_transfer *t) {
  void *ssl = ih_openssl_of(t->easy);
  if (ssl)
    t->end_said = ih_openssl_said_end(ssl);
}
