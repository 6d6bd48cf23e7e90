#include "pool.h"

#include <curl/curl.h>
#include <unistd.h>

/* Among fewer libcurl looks fast enough, and knows better. */
#define MANY 64

static size_t free_ones(const struct ih_pool *p) {
  return p->open > p->in_use ? p->open - p->in_use : 0;
}

static int close_socket(void *self, curl_socket_t fd) {
  struct ih_pool *p = self;
  p->open -= p->open > 0;
  return close(fd);
}

void ih_pool_start(struct ih_pool *p, void *easy) {
  /* The connection outlives the transfer, and the pool both. */
  curl_easy_setopt((CURL *)easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt((CURL *)easy, CURLOPT_CLOSESOCKETDATA, p);
  if (p->in_use >= MANY && free_ones(p) == 0)
    curl_easy_setopt((CURL *)easy, CURLOPT_FRESH_CONNECT, 1L);
}

void ih_pool_ending(const struct ih_pool *p, void *easy, int *closes) {
  int enough = free_ones(p) >= IH_POOL_IDLE;
  if (enough != *closes) {
    *closes = enough;
    curl_easy_setopt((CURL *)easy, CURLOPT_FORBID_REUSE, (long)enough);
  }
}

void ih_pool_has(struct ih_pool *p, int *socket, int fd) {
  p->in_use += *socket < 0;
  *socket = fd;
}

void ih_pool_left(struct ih_pool *p, int *socket) {
  p->in_use -= *socket >= 0;
  *socket = -1;
}
