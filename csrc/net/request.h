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
** Of the body of an answer that is no success only the first IH_MAX_REFUSAL are
** read, and then the connection is closed. Header lines count for IH_MAX_HEAD
** wherever they stand: before the last response and behind the body, too. Bodies
** are counted, and handed out, as what a Content-Encoding stands for.
**
** While nothing arrives that means something, time runs out twice: silence is
** bounded by `idle`, and comments and blanks, after which silence begins anew, by
** `first_byte`. Bytes that wait for a slow reader, and a transfer that is held,
** stop the second clock.
**
** Only the engine calls the functions of this header.
*/
#ifndef IH_REQUEST_H
#define IH_REQUEST_H

#include <stdint.h>

#include "../core/buf.h"
#include "../core/heap.h"
#include "../core/queue.h"
#include "gate.h"
#include "refused.h"
#include "reuse.h"
#include "upload.h"

#pragma GCC visibility push(hidden)

struct curl_slist;
struct ih_decoder;

/* How an exchange ended, or that it has not. */
enum ih_end {
  IH_RUNNING = 0,
  IH_END_COMPLETE, /* libcurl is satisfied; the HTTP status may be any */
  IH_END_CURL,     /* libcurl gave up: `code`, `os_error`, `text` */
  IH_END_CONNECT,  /* timeouts */
  IH_END_FIRST_BYTE,
  IH_END_IDLE,
  IH_END_TOTAL,
  IH_END_GATE,         /* as IH_END_TOTAL, before it passed its gate */
  IH_END_BODY_LIMIT,   /* more than max_bytes of body */
  IH_END_HEAD_LIMIT,   /* more than IH_MAX_HEAD of headers */
  IH_END_CUT,          /* enough of the body of a failed answer was read */
  IH_END_ENCODING,     /* the body cannot be decoded: `text` */
  IH_END_ENCODING_CUT, /* it ended within what was to be decoded: `text` */
  IH_END_UPLOAD_SIZE,  /* the host fed another number of bytes than it said */
  IH_END_FILE, /* a file changed or cannot be read: `os_error`, `text` */
  IH_END_NOMEM,
  IH_END_CANCELLED,
  IH_END_CLOSED /* the engine was closed */
};

#define IH_MAX_HEAD ((size_t)256 * 1024)
#define IH_MAX_REFUSAL ((size_t)1024 * 1024)
#define IH_MAX_TEXT 256

/* Seconds are nanoseconds in C; 0 switches a timeout off. */
struct ih_timeouts {
  int64_t connect;    /* name, TCP and TLS */
  int64_t first_byte; /* from the last byte sent to the first that means
                      ** something, and between two of those */
  int64_t idle;       /* without a byte sent or received */
  int64_t total;
};

struct ih_request_options {
  const char *method, *url;
  const char *const *headers; /* "Name: value", NULL at the end */
  const char *body;           /* NULL: none */
  size_t body_len;
  struct ih_form *form;        /* in place of a body, or NULL */
  int expect;                  /* the body waits for the server's go-ahead */
  int progress;                /* bytes that were sent are news */
  const char *proxy, *ca_file; /* NULL: libcurl's defaults */
  int unverified;              /* certificates are not looked at */
  int http1;                   /* never HTTP/2 */
  int paced;
  size_t queue_bytes, max_bytes; /* 0: no limit */
  struct ih_timeouts timeouts;
  struct ih_gate *gate; /* to pass before it starts, or NULL */
};

/* What the callbacks share with the engine. */
struct ih_lanes {
  struct ih_queue ready;  /* requests with news for their reader */
  struct ih_queue resume; /* held requests that may go on */
  struct ih_kept kept;    /* connections that were used */
  uint64_t calls;         /* into libcurl: see refused.h */
  int64_t stop_at;        /* when the time of this step is spent */
  size_t bytes_left;      /* of this step */
  int stepping;
};

/* Why libcurl may not deliver. */
enum ih_hold {
  IH_NOT_HELD,
  IH_HELD_FOR_STEP,  /* the budget of the step is spent */
  IH_HELD_FOR_READER /* the queue is full */
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

  struct ih_gate *gate;
  int waits; /* in front of its gate */

  void *easy; /* libcurl's handle, NULL when it is over */
  int socket; /* the last that libcurl asked to watch, negative: none yet */
  struct curl_slist *headers;
  struct ih_buf body;
  struct ih_upload upload;
  int expect, progress;
  int may_repeat;  /* it changes nothing, and may be sent a second time */
  int multiplexed; /* the server may speak HTTP/2 */
  int begun;       /* how often libcurl has begun to send it */
  int restarts;    /* how often it was given to libcurl once more */
  int spoilt;      /* it was not sent: see reuse.h */
  struct ih_refusal refusal;
  int counted;   /* libcurl tells how much of the body was sent */
  int64_t total; /* bytes of the body, negative: not known */
  int paced;
  size_t queue_bytes, max_bytes;
  struct ih_timeouts timeouts;

  struct ih_buf head;         /* header lines of the last response */
  size_t head_bytes;          /* of all header lines */
  struct ih_decoder *decoder; /* of the body, NULL: none is needed */
  const char *refused;        /* an encoding that cannot be decoded, or NULL */
  size_t ahead;               /* decoded of what libcurl will deliver again */
  struct ih_buf in;           /* body bytes nobody has read yet, decoded */
  int status;     /* HTTP status once the head is complete, else 0 */
  int64_t told;   /* how often its news was delivered */
  size_t reading; /* bytes taken out of `in` and not used yet */
  int held;       /* an enum ih_hold */
  uint64_t received, sent;
  uint64_t decoded; /* bytes of the body as they are handed out */

  int64_t started_at, tried_at; /* the call; what libcurl does now */
  int64_t connected_at, sent_at, heard_at;
  int64_t content_at; /* when something came that means something */
  int line;           /* where in a line of the body that search is */
  size_t seen;        /* bytes that wait because the reader wants more */
  int64_t ours_since; /* since when the wait is the reader's, 0: it is not */
  int64_t ours;     /* so much of the time since content_at was the reader's */
  int64_t grace_of; /* the wait that was going on when its time ran out */
  int64_t leave_at; /* when it ends at the latest, 0: see timeouts */
  int looks;        /* since its time ran out while bytes were at its socket */

  enum ih_end end;
  int sent_all;    /* it may have been sent whole, */
  int unprocessed; /* but certainly nothing was done about it */
  int code;        /* of libcurl */
  long os_error;
  char text[IH_MAX_TEXT];  /* what libcurl says about it */
  int64_t times[IH_TIMES]; /* nanoseconds since the start, 0: never */
  long new_connections;
};

/* Copies everything it is given, and takes the libcurl handle over, which must
** be fresh or reset. IH_OK, or what ih_upload_form gives; then *out is NULL and
** the handle is cleaned up. */
int ih_request_new(const struct ih_request_options *o, void *easy,
                   struct ih_request **out);

/* Wipes what may be secret. The request must be out of every engine. */
void ih_request_free(struct ih_request *r);

/* Looks at the clock: sets r->end when a timeout has passed. Returns when to
** look again, 0 for never. */
int64_t ih_request_check(struct ih_request *r, int64_t now);

/* How many bytes wait for the reader. */
size_t ih_request_waiting(const struct ih_request *r);

/* Keeps account of whose the wait is: after bytes came or were read, and after
** the transfer was held or goes on. */
void ih_request_settle(struct ih_request *r, int64_t now);

/* What was read meant something. */
void ih_request_heard(struct ih_request *r, int64_t now);

/* Reads it whole from now on. */
void ih_request_unpace(struct ih_request *r, int64_t now);

/* Whether it was connected; from then on the request may be on its way. */
int ih_request_is_connected(struct ih_request *r);

/* Whether the whole request was handed to the network. */
int ih_request_is_sent(struct ih_request *r);

/* Whether one that is held has something to do again: the reader has made
** enough room, or there is something to send. */
int ih_request_may_resume(const struct ih_request *r);

/* Lets a held transfer go on; libcurl may deliver from within this call.
** Returns the code of libcurl. */
int ih_request_resume(struct ih_request *r, int64_t now);

/* Whether the server certainly has not processed it. */
int ih_request_is_unprocessed(const struct ih_request *r);

/* Whether an exchange that libcurl has ended with `code` is to be given to it
** once more, on a new connection, because the server certainly has not
** processed it. Then it is as it was before. */
int ih_request_restart(struct ih_request *r, int code);

/* Writes down how it ended, unless that is known already, and returns the
** libcurl handle, reset for another use; NULL when it has none. The handle must
** be out of its multi handle. */
void *ih_request_finish(struct ih_request *r, enum ih_end end, int code);

#pragma GCC visibility pop

#endif
