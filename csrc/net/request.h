/*
** One HTTP exchange: a description becomes a libcurl handle, and what libcurl
** reports is written down for the engine and for the reader.
**
** The callbacks of libcurl live here. They do nothing but record: bytes into a
** buffer, the request into the engine's queues. Nothing of a host language is
** ever called from them.
**
** How much may arrive is bounded three ways:
** - The engine grants bytes and time per step. When they are spent the transfer
**   is held and waits in the `resume` queue for the next step.
** - A paced request, read while it arrives, is held when `queue_bytes` wait to
**   be read, until half of them are. A slow reader so slows the sender down.
** - Any other request is read when it is whole; it fails above `max_bytes`.
**
** Only the engine calls the functions of this header.
*/
#ifndef IH_REQUEST_H
#define IH_REQUEST_H

#include <stdint.h>

#include "../core/buf.h"
#include "../core/heap.h"
#include "../core/queue.h"

#pragma GCC visibility push(hidden)

struct curl_slist;

/* How an exchange ended, or that it has not. */
enum ih_end {
  IH_RUNNING = 0,
  IH_END_COMPLETE, /* libcurl is satisfied; the HTTP status may be any */
  IH_END_CURL,     /* libcurl gave up: `code`, `os_error`, `text` */
  IH_END_CONNECT,  /* timeouts */
  IH_END_FIRST_BYTE,
  IH_END_IDLE,
  IH_END_TOTAL,
  IH_END_BODY_LIMIT, /* more than max_bytes of body */
  IH_END_HEAD_LIMIT, /* more than IH_MAX_HEAD of headers */
  IH_END_NOMEM,
  IH_END_CANCELLED,
  IH_END_CLOSED /* the engine was closed */
};

#define IH_MAX_HEAD ((size_t)256 * 1024)
#define IH_MAX_TEXT 256

/* Seconds are nanoseconds in C; 0 switches a timeout off. */
struct ih_timeouts {
  int64_t connect;    /* name, TCP and TLS */
  int64_t first_byte; /* from the last byte sent to the first of the body */
  int64_t idle;       /* without a byte sent or received */
  int64_t total;
};

struct ih_request_options {
  const char *method, *url;
  const char *const *headers; /* "Name: value", NULL at the end */
  const char *body;           /* NULL: none */
  size_t body_len;
  const char *proxy, *ca_file; /* NULL: libcurl's defaults */
  int http1;                   /* never HTTP/2 */
  int paced;
  size_t queue_bytes, max_bytes; /* 0: no limit */
  struct ih_timeouts timeouts;
};

/* What the callbacks share with the engine. */
struct ih_lanes {
  struct ih_queue ready;  /* requests with news for their reader */
  struct ih_queue resume; /* held requests that may go on */
  int64_t stop_at;        /* when the time of this step is spent */
  size_t bytes_left;      /* of this step */
  int stepping;
};

/* Moments of an exchange. */
enum {
  IH_TIME_NAME,    /* the host name is resolved */
  IH_TIME_CONNECT, /* the socket is connected */
  IH_TIME_TLS,     /* the handshake is done */
  IH_TIME_REQUEST, /* the request begins to leave */
  IH_TIME_TOTAL,
  IH_TIMES
};

struct ih_request {
  int64_t token;          /* names the request among those of its engine */
  struct ih_lanes *lanes; /* NULL: not in an engine */
  struct ih_link ready, lane, member;
  struct ih_timer timer;

  void *easy; /* libcurl's handle, NULL when it is over */
  struct curl_slist *headers;
  struct ih_buf body;
  int paced;
  size_t queue_bytes, max_bytes;
  struct ih_timeouts timeouts;

  struct ih_buf head; /* header lines of the last response */
  struct ih_buf in;   /* body bytes nobody has read yet */
  int status;         /* HTTP status once the head is complete, else 0 */
  int64_t told;       /* how often its news was delivered */
  size_t reading;     /* bytes taken out of `in` and not used yet */
  int held;           /* an enum hold of request.c */
  uint64_t received, sent;

  int64_t started_at, connected_at, sent_at, heard_at;

  enum ih_end end;
  int code; /* of libcurl */
  long os_error;
  char text[IH_MAX_TEXT];  /* what libcurl says about it */
  int64_t times[IH_TIMES]; /* nanoseconds since the start, 0: never */
  long new_connections;
};

/* Copies everything it is given, and takes the libcurl handle over, which must
** be fresh or reset. NULL when out of memory; then the handle is cleaned up. */
struct ih_request *ih_request_new(const struct ih_request_options *o,
                                  void *easy);

/* Wipes what may be secret. The request must be out of every engine. */
void ih_request_free(struct ih_request *r);

/* Looks at the clock: sets r->end when a timeout has passed. Returns when to
** look again, 0 for never. */
int64_t ih_request_check(struct ih_request *r, int64_t now);

/* Whether the reader has made enough room for a transfer that is held for it.
 */
int ih_request_may_resume(const struct ih_request *r);

/* Lets a held transfer go on; libcurl may deliver from within this call.
** Returns the code of libcurl. */
int ih_request_resume(struct ih_request *r, int64_t now);

/* Writes down how it ended, unless that is known already, and returns the
** libcurl handle, reset for another use; NULL when it has none. The handle must
** be out of its multi handle. */
void *ih_request_finish(struct ih_request *r, enum ih_end end, int code);

#pragma GCC visibility pop

#endif
