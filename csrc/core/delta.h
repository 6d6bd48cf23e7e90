/*
** The delta path: the text of a stream event without decoding the event.
**
** A streamed answer is one event over and over with another string in it. The
** caller decodes an event with a real JSON decoder, finds which text it carries
** and shows both here. From then on an event that is byte for byte the same
** except for that string is recognised, and its text handed out directly; any
** other event is not, and takes the caller's usual way. What is decided about
** an event is therefore always what the decoder decided about its twin: nothing
** here knows what any field means.
**
** A path may also learn the frame: the bytes of the stream around the data of
** such an event. Where a frame begins, the next event is then recognised without
** taking it apart, which is most of what it costs.
**
** Zero-filled memory is a fresh path that recognises nothing.
*/
#ifndef IH_DELTA_H
#define IH_DELTA_H

#include "buf.h"

#pragma GCC visibility push(hidden)

#define IH_DELTA_HOLES 2 /* an event may carry its text twice */

struct ih_delta {
  struct ih_buf _name; /* the event's name */
  /* The event without its text: what stands before, between and behind, in its
  ** frame. */
  struct ih_buf _shape;
  size_t _part[IH_DELTA_HOLES + 1]; /* lengths of those, without the frame */
  size_t _lead, _tail;              /* and of that */
  int _framed;
  int _holes;                /* 0: nothing learned */
  struct ih_buf _text;       /* the last text that had escapes */
  unsigned _learned_in_vain; /* shapes in a row that matched nothing */
};

/* Learns from one event, named and with the given data, that it carries `text`
** as the value of exactly `holes` (1 or 2) of its strings, written alike. True
** when that is so; false leaves the path recognising nothing. Data must be
** valid JSON. After a few shapes that recognised nothing it stops trying, so a
** stream whose events all differ costs no more than decoding it. IH_NOMEM when
** out of memory. */
int ih_delta_learn(struct ih_delta *d, struct ih_span name, struct ih_span data,
                   struct ih_span text, int holes);

/* True when the event has the learned shape; its text is then *text, valid
** until the next call. IH_NOMEM when out of memory. */
int ih_delta_match(struct ih_delta *d, struct ih_span name, struct ih_span data,
                   struct ih_span *text);

/* The event that was learned last stood in the stream between these bytes, which
** would frame any data in its place as an event of the same name. IH_OK, or
** IH_NOMEM, when no frame is known. */
int ih_delta_frame(struct ih_delta *d, struct ih_span lead,
                   struct ih_span tail);

/* The same as ih_delta_match for n bytes of the stream, whose first begins a frame:
** true when an event of the learned frame and shape begins there, whole. *used is
** how many bytes it takes. */
int ih_delta_match_frame(struct ih_delta *d, const char *bytes, size_t n,
                         size_t *used, struct ih_span *text);

void ih_delta_free(struct ih_delta *d);

#pragma GCC visibility pop

#endif
