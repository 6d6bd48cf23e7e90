#include "multi.h"

#include <curl/curl.h>
#include <string.h>

#include "inner.h"
#include "sigpipe.h"

#define MILLISECOND ((int64_t)1000000)

/* ---- what libcurl tells of ---------------------------------------------- */

/* libcurl itself tells of the socket of a transfer only when that is over. One
** that it does not watch for a while may still be open. */
static void note_socket(CURL *easy, curl_socket_t fd) {
  struct ih_transfer *t = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&t);
  if (t)
    ih_pool_has(&t->lanes->pool, &t->socket, fd);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *self,
                     void *known) {
  struct ih_engine *e = self;
  int events = what == CURL_POLL_REMOVE ? 0
               : what == CURL_POLL_IN   ? IH_READ
               : what == CURL_POLL_OUT  ? IH_WRITE
                                        : IH_READ | IH_WRITE;
  if (events)
    note_socket(easy, fd);
  ih_rest_watched(&e->lanes.rests, fd, events);
  e->lanes.moved++;
  if (ih_poll_watch(&e->poll, fd, events, known != NULL) < 0 && events) {
    e->failed = 1;
    return -1;
  }
  if (events && !known)
    curl_multi_assign(e->multi, fd, e);
  return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *self) {
  struct ih_engine *e = self;
  (void)multi;
  e->libcurl_due =
      timeout_ms < 0 ? 0 : ih_poll_now() + timeout_ms * MILLISECOND;
  return 0;
}

/* ---- its life ----------------------------------------------------------- */

int ih_multi_open(struct ih_engine *e) {
  CURLMcode code;
  if (e->multi)
    return IH_OK;
  e->multi = curl_multi_init();
  if (!e->multi)
    return IH_NOMEM;
  code = curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
  /* Streams that share a connection share its fate: libcurl goes on reading for
  ** the others and keeps in memory what arrives for a held one. */
  if (!code)
    code = curl_multi_setopt(e->multi, CURLMOPT_PIPELINING,
                             (long)CURLPIPE_NOTHING);
#if LIBCURL_VERSION_NUM >= 0x081400
  /* Its name lookups belong to the multi handle, which must not wait for them
  ** either. */
  curl_multi_setopt(e->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
  e->fitted = 0;
  ih_multi_fit(e, 1);
  if (code)
    ih_multi_close(e);
  return code ? IH_NOMEM : IH_OK;
}

/* One of those that are running is about to leave its connection. */
void ih_multi_fit(struct ih_engine *e, int running) {
  if (running > 0 && running != e->fitted) {
    e->fitted = running;
    curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS,
                      (long)running - 1 + IH_POOL_IDLE);
  }
}

void ih_multi_close(struct ih_engine *e) {
  struct ih_sigpipe pipe;
  if (e->multi) {
    ih_sigpipe_hold(&pipe);
    curl_multi_cleanup(e->multi);
    ih_sigpipe_release(&pipe);
  }
  e->multi = NULL;
  e->failed = 0;
  e->libcurl_due = 0;
  memset(&e->lanes.rests, 0, sizeof e->lanes.rests);
  ih_reuse_free(&e->lanes.kept);
  e->lanes.pool.open = 0;
}
