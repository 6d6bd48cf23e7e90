/*
** A transfer: a request and its answer, under way in the engine; with all that
** libcurl reports of it written down, for the engine and for the reader.
**
** Several files work on it: request.c makes it and takes in what libcurl
** delivers, upload.c has what it sends, deadline.c looks at the clock, and
** result.c tells what came of it. Here is what they share: the state, and the
** questions that it answers by itself.
*/
#ifndef IH_TRANSFER_H
#define IH_TRANSFER_H

#include <stdint.h>

#include "../core/buf.h"
#include "../core/heap.h"
#include "../core/queue.h"
#include "pool.h"
#include "refused.h"
#include "rest.h"
#include "reuse.h"
#include "tape.h"

#pragma GCC visibility push(hidden)

struct curl_slist;
struct ih_decoder;
struct ih_gate;
struct ih_play;
struct ih_upload_file;

#define IH_MAX_TEXT 256

/* How a transfer ended, or that it has not. */
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

/* Seconds are nanoseconds in C; 0 switches a timeout off. */
struct ih_timeouts {
  int64_t connect;    /* name, TCP and TLS */
  int64_t first_byte; /* from the last byte sent to the first that means
                      ** something, and between two of those */
  int64_t idle;       /* without a byte sent or received */
  int64_t total;
};

/* What the callbacks share with the engine. */
struct ih_lanes {
  struct ih_queue ready;  /* transfers with news for their reader */
  struct ih_queue resume; /* held transfers that may go on */
  struct ih_kept kept;    /* connections that were used */
  struct ih_pool pool;    /* how many there are */
  struct ih_rests rests;  /* sockets that are not written to for a moment */
  uint64_t moments;       /* of libcurl: see refused.h */
  uint64_t moved;         /* how often something came of those */
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

/* Moments of a transfer. */
enum {
  IH_TIME_NAME,    /* the host name is resolved */
  IH_TIME_CONNECT, /* the socket is connected */
  IH_TIME_TLS,     /* the handshake is done */
  IH_TIME_REQUEST, /* the request begins to leave */
  IH_TIME_TOTAL,
  IH_TIMES
};

/* What is sent: see upload.h. Zero-filled memory is a request without a form.
*/
struct ih_upload {
  void *mime;                   /* libcurl's form, NULL: none */
  struct ih_upload_file *files; /* of the form */
  int is_fed;                   /* a part is fed by the host */
  int ended;                    /* and the host has marked its end */
  int drained;                  /* and libcurl knows of the end */
  int starved;                  /* libcurl is held because nothing is there */
  int64_t size, taken; /* announced, negative: not; taken from the host */
  struct ih_buf waiting;
};

struct ih_transfer {
  int64_t token;          /* names the transfer among those of its engine */
  struct ih_lanes *lanes; /* NULL: not in an engine */
  struct ih_link ready, lane, member;
  struct ih_timer timer;

  struct ih_gate *gate;
  int waits; /* in front of its gate */

  void *easy; /* libcurl's handle, NULL when it is over */
  int socket; /* the last that libcurl asked to watch, negative: none yet */
  int closes; /* libcurl was told not to keep its connection */
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

  struct ih_buf head;         /* header lines of the last answer */
  size_t head_bytes;          /* of all header lines */
  struct ih_decoder *decoder; /* of the body, NULL: none is needed */
  const char *refused;        /* an encoding that cannot be decoded, or NULL */
  int until_end, end_said;    /* see ending.h */
  size_t ahead;               /* decoded of what libcurl will deliver again */
  struct ih_buf in;           /* body bytes nobody has read yet, decoded */
  struct ih_tape tape;        /* of the body */
  struct ih_play *play;       /* brings it in place of libcurl, or NULL */
  int64_t
      play_at;    /* when the next of it is due that nothing else keeps back, 0:
                   ** never */
  int status;     /* HTTP status once the head is complete, else 0 */
  int64_t told;   /* how often its news was delivered */
  size_t reading; /* bytes taken out of `in` and not used yet */
  int held;       /* an enum ih_hold */
  uint64_t received, sent;
  uint64_t decoded; /* bytes of the body as they are handed out */

  int64_t started_at, handed_at; /* its clock began; libcurl got it */
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

/* Whether the answer is no success: then the server wants no more of the body,
** and of its own only the beginning is read. */
static inline int ih_transfer_is_failure(const struct ih_transfer *t) {
  return t->status >= 300;
}

/* How many bytes wait for the reader. */
size_t ih_transfer_waiting(const struct ih_transfer *t);

/* Whether it was connected; from then on the request may be on its way. */
int ih_transfer_is_connected(struct ih_transfer *t);

/* Whether the whole request was handed to the network. */
int ih_transfer_is_sent(struct ih_transfer *t);

/* Whether the server certainly has not processed it. */
int ih_transfer_is_unprocessed(const struct ih_transfer *t);

#pragma GCC visibility pop

#endif
