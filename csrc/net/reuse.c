#include "reuse.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "global.h"
#include "openssl.h"

/* As text: an IPv6 address with one of IPv4 inside, and its end. */
#define ADDRESS_ROOM 46

/* From this one on libcurl uses no connection again on which bytes wait: 8.0.0.
** */
#define WARY 0x080000

/* A connection is known by the addresses of its two ends. */
struct ih_kept_connection {
  int fd;
  long to_port, from_port;
  char to[ADDRESS_ROOM], from[ADDRESS_ROOM];
};

/* ---- what is kept ------------------------------------------------------- */

static void copy_address(char *to, const char *from) {
  strncpy(to, from ? from : "", ADDRESS_ROOM - 1);
}

static void describe(struct ih_kept_connection *c, CURL *easy, int fd) {
  char *to = NULL, *from = NULL;
  memset(c, 0, sizeof *c);
  c->fd = fd;
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &to);
  curl_easy_getinfo(easy, CURLINFO_LOCAL_IP, &from);
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &c->to_port);
  curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &c->from_port);
  copy_address(c->to, to);
  copy_address(c->from, from);
}

static int has_same_ends(const struct ih_kept_connection *a,
                         const struct ih_kept_connection *b) {
  return a->from_port == b->from_port && a->to_port == b->to_port &&
         strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

/* Connections that libcurl has closed meanwhile are forgotten here: the system
** gives their descriptor, or their addresses, to another one in time. So there
** are never more than descriptors were open at once. */
static void forget(struct ih_kept *kept, const struct ih_kept_connection *c) {
  size_t i = kept->count;
  while (i-- > 0)
    if (kept->all[i].fd == c->fd || has_same_ends(&kept->all[i], c))
      kept->all[i] = kept->all[--kept->count];
}

static int is_http1(CURL *easy) {
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
}

static int reserve(struct ih_kept *kept) {
  size_t room = kept->room ? kept->room * 2 : 8;
  struct ih_kept_connection *all;
  if (kept->count < kept->room)
    return 1;
  all = realloc(kept->all, room * sizeof *all);
  if (!all)
    return 0;
  kept->all = all;
  kept->room = room;
  return 1;
}

void ih_reuse_keep(struct ih_kept *kept, void *easy) {
  struct ih_kept_connection now;
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo((CURL *)easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd == CURL_SOCKET_BAD)
    return; /* libcurl has closed it */
  describe(&now, easy, fd);
  forget(kept, &now);
  if (!is_http1(easy))
    return;
  if (reserve(kept))
    kept->all[kept->count++] = now;
  else
    shutdown(fd, SHUT_RDWR); /* nobody could look at it: never again */
}

void ih_reuse_free(struct ih_kept *kept) {
  free(kept->all);
  memset(kept, 0, sizeof *kept);
}

/* ---- the look ----------------------------------------------------------- */

/* Whether something can be read, be it the end. */
static int has_news(int fd) {
  struct pollfd look = {.fd = fd, .events = POLLIN};
  return poll(&look, 1, 0) != 0;
}

static int is_spoilt(CURL *easy, int fd) {
  void *ssl = ih_openssl_of(easy);
  return ssl ? ih_openssl_is_spoilt(ssl, fd, has_news(fd),
                                    ih_global_libcurl() < WARY)
             : has_news(fd);
}

enum ih_reuse ih_reuse_look(struct ih_kept *kept, void *easy, const char *to,
                            const char *from, int to_port, int from_port) {
  struct ih_kept_connection now;
  size_t i;
  memset(&now, 0, sizeof now);
  now.to_port = to_port;
  now.from_port = from_port;
  copy_address(now.to, to);
  copy_address(now.from, from);
  for (i = 0; i < kept->count; i++)
    if (has_same_ends(&kept->all[i], &now))
      return is_spoilt(easy, kept->all[i].fd) ? IH_REUSE_SPOILT
                                              : IH_REUSE_CLEAN;
  return IH_REUSE_UNKNOWN;
}
