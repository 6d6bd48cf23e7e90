/* transfer:take() and what teaches it: the body as an event stream. */
#include "transfer.h"

#include <string.h>

#include "bind.h"
#include "open.h"

#define BATCH 2 /* of take */

/* A ping is smaller; an event that is larger means something before it ends. */
#define LARGE_EVENT ((size_t)4096)

static void push_event(lua_State *L, const struct ih_sse_event *event) {
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, event->event.ptr, event->event.len);
  lua_setfield(L, -2, "event");
  lua_pushlstring(L, event->data.ptr, event->data.len);
  lua_setfield(L, -2, "data");
  lua_pushlstring(L, event->id.ptr, event->id.len);
  lua_setfield(L, -2, "id");
}

/* Takes the next bytes when there are none left. */
static void refill(struct transfer_box *box) {
  if (ih_buf_len(&box->work) == 0) {
    ih_buf_swap(&box->work, &box->transfer->in);
    box->transfer->reading = ih_buf_len(&box->work);
  }
}

/* Keeps what stood around the data of an event, when it came in one piece: n
** bytes that began where a frame does. */
static void note_frame(struct transfer_box *box, const char *bytes, size_t n,
                       struct ih_span data) {
  const char *end = bytes + n;
  box->tail_len = 0;
  if (data.ptr < bytes || data.ptr + data.len >= end ||
      data.ptr - bytes > LEAD_ROOM || end - (data.ptr + data.len) > TAIL_ROOM)
    return;
  box->lead_len = (unsigned char)(data.ptr - bytes);
  box->tail_len = (unsigned char)(end - (data.ptr + data.len));
  memcpy(box->lead, bytes, box->lead_len);
  memcpy(box->tail, data.ptr + data.len, box->tail_len);
}

/* One event of the waiting bytes. Returns what ih_sse_next does. The bytes are
** consumed at once; the spans stay good until the next event. What is left of
** `work` may hold no whole event while the rest of it is in `in`. */
static int next_event(struct transfer_box *box, struct ih_sse_event *event) {
  struct ih_buf *work = &box->work;
  size_t used;
  int got;
  do {
    int is_frame = ih_sse_is_between(&box->sse);
    const char *bytes;
    refill(box);
    bytes = ih_buf_bytes(work);
    got = ih_sse_next(&box->sse, bytes, ih_buf_len(work), &used, event);
    if (got < 0)
      return got;
    box->tail_len = 0;
    if (got == IH_SSE_EVENT && is_frame)
      note_frame(box, bytes, used, event->data);
    ih_buf_consume(work, used);
  } while (got == IH_SSE_MORE && ih_buf_len(&box->transfer->in) > 0);
  return got;
}

/* What a call of take gives, and to where. */
struct batch {
  int most;
  int whole;  /* every event as a table */
  int joined; /* all strings as one */
  int empty;  /* an event with an empty text is another one */
  int count;
  int texts;
  int events; /* that the strings stand for */
};

static void add(lua_State *L, struct batch *b) {
  lua_rawseti(L, BATCH, ++b->count);
}

/* Gives the text of an event that is known, unless it is empty. 1, 0 when the
** event is to be given as another one, or IH_NOMEM. */
static int give_text(lua_State *L, struct transfer_box *box, struct batch *b,
                     struct ih_span text) {
  if (text.len == 0)
    return !b->empty;
  if (ih_buf_append(&box->text, text.ptr, text.len) < 0 ||
      (b->joined && ih_buf_append(&box->joined, text.ptr, text.len) < 0))
    return IH_NOMEM;
  b->events++;
  if (b->joined) {
    b->count = b->texts = 1;
  } else {
    lua_pushlstring(L, text.ptr, text.len);
    add(L, b);
    b->texts = b->count;
  }
  return 1;
}

/* The same for one that the delta path knows. 0 when that is another one, too. */
static int give_known(lua_State *L, struct transfer_box *box, struct batch *b,
                      const struct ih_sse_event *event) {
  struct ih_span text;
  int known = ih_delta_match(&box->delta, event->event, event->data, &text);
  return known == 1 ? give_text(L, box, b, text) : known;
}

/* The same for the next event, when it is known by its frame. */
static int give_frame(lua_State *L, struct transfer_box *box, struct batch *b) {
  size_t most = box->sse.max_event_bytes, used;
  struct ih_span text;
  int known;
  if (b->whole || !ih_sse_is_between(&box->sse))
    return 0;
  refill(box);
  known = ih_delta_match_frame(&box->delta, ih_buf_bytes(&box->work),
                               ih_buf_len(&box->work), &used, &text);
  if (known != 1 || used > (most ? most : IH_SSE_MAX_EVENT))
    return known < 0 ? known : 0;
  if (text.len == 0 && b->empty)
    return 0;
  ih_buf_consume(&box->work, used);
  return give_text(L, box, b, text);
}

/* The strings that were joined become the first of the batch. Nobody else writes
** to their buffer while something is taken. */
static void give_joined(lua_State *L, struct transfer_box *box) {
  lua_pushlstring(L, ih_buf_bytes(&box->joined), ih_buf_len(&box->joined));
  lua_rawseti(L, BATCH, 1);
  ih_buf_free(&box->joined);
}

/* Events until the batch is full, or one ends it. Returns what ih_sse_next does
** last, or IH_NOMEM; `begun` is then 0 if one was complete. */
static int fill(lua_State *L, struct transfer_box *box, struct batch *b,
                size_t *begun) {
  struct ih_sse_event event;
  int got = IH_SSE_MORE;
  while (b->events < b->most && b->count < b->most) {
    int known = give_frame(L, box, b);
    if (known == 0) {
      got = next_event(box, &event);
      if (got != IH_SSE_EVENT)
        return got;
      known = b->whole ? 0 : give_known(L, box, b, &event);
    } else if (known == 1) {
      got = IH_SSE_EVENT;
      *begun = 0;
      continue;
    }
    *begun = 0;
    if (known < 0)
      return known;
    if (known == 0) {
      push_event(L, &event);
      add(L, b);
      if (!b->whole)
        break;
    }
  }
  return got;
}

/* Whether the event that is not complete grew and is no ping. */
static int is_large(const struct ih_sse *sse, size_t before) {
  size_t begun = ih_sse_begun(sse);
  return begun >= LARGE_EVENT && begun > before;
}

/* transfer:take(batch, most, [whole], [joined], [empty]) -> count, texts, events
** | nil, message.
** Writes what waits to batch[1 .. count]: a string for an event whose text the
** delta path knows, and a table {event, data, id} for any other, which ends the
** batch so that it can be learned from: `texts` strings come first, with the text
** of so many events. `joined`: they are one string. With `whole` every event is a
** table, with `empty` one with an empty text, which otherwise is left out.
** When Lua ran out of memory in here an event was lost: it then fails for good,
** as it does for a finalizer that reads the transfer that is being read. */
static int l_take(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 6);
  struct batch b = {0, 0, 0, 0, 0, 0, 0};
  size_t begun = ih_sse_begun(&box->sse);
  int got;
  b.most = (int)luaL_checkinteger(L, 3);
  b.whole = lua_toboolean(L, 4);
  b.joined = lua_toboolean(L, 5);
  b.empty = lua_toboolean(L, 6);
  luaL_checktype(L, BATCH, LUA_TTABLE);
  if (box->taking)
    return ih_push_failure(L, "memory");
  box->taking = 1;
  got = fill(L, box, &b, &begun);
  if (b.joined && b.texts)
    give_joined(L, box);
  box->taking = got == IH_NOMEM; /* an event was lost */
  if (ih_buf_len(&box->work) == 0 && ih_buf_len(&box->transfer->in) == 0) {
    ih_buf_free(&box->transfer->in); /* one of the two keeps its memory */
    ih_buf_swap(&box->work, &box->transfer->in);
  }
  box->transfer->reading = ih_buf_len(&box->work);
  if (b.events || is_large(&box->sse, begun))
    ih_engine_heard(box->transfer);
  ih_tell_drained(box);
  /* What came before a broken event is delivered first; the error stays. */
  if (got < 0 && b.count == 0)
    return ih_push_failure(L, got == IH_LIMIT ? "limit" : "memory");
  lua_pushinteger(L, b.count);
  lua_pushinteger(L, b.texts);
  lua_pushinteger(L, b.events);
  return 3;
}

/* transfer:rest() -> {event, data, id} | nil: what would be the next event if a
** blank line stood behind all that came; to be called when nothing more comes */
static int l_rest(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 1);
  struct ih_sse_event event;
  size_t used;
  if (box->taking ||
      ih_sse_next(&box->sse, "\n\n", 2, &used, &event) != IH_SSE_EVENT)
    return 0;
  push_event(L, &event);
  return 1;
}

/* transfer:heard(): an event that take did not recognise meant something, so
** that the wait for the next one begins anew */
static int l_heard(lua_State *L) {
  ih_engine_heard(ih_check_transfer(L)->transfer);
  return 0;
}

static struct ih_span check_span(lua_State *L, int index) {
  struct ih_span span;
  span.ptr = luaL_checklstring(L, index, &span.len);
  return span;
}

/* Whether what stood around the last event would have been taken apart into this
** one, with these data. 1, 0, or a negative status. */
static int is_framed(struct transfer_box *box, struct ih_span name,
                     struct ih_span data, struct ih_buf *frame) {
  struct ih_sse sse;
  struct ih_sse_event event;
  size_t used;
  int got;
  memset(&sse, 0, sizeof sse);
  sse._state = IH_SSE_AT_LINE;
  sse.objects = box->sse.objects;
  if (ih_buf_append(frame, box->lead, box->lead_len) < 0 ||
      ih_buf_append(frame, data.ptr, data.len) < 0 ||
      ih_buf_append(frame, box->tail, box->tail_len) < 0)
    return IH_NOMEM;
  got =
      ih_sse_next(&sse, ih_buf_bytes(frame), ih_buf_len(frame), &used, &event);
  if (got == IH_SSE_EVENT)
    got = used == ih_buf_len(frame) && ih_sse_is_between(&sse) &&
          event.event.len == name.len &&
          memcmp(event.event.ptr, name.ptr, name.len) == 0 &&
          event.data.ptr == ih_buf_bytes(frame) + box->lead_len &&
          event.data.len == data.len;
  ih_sse_free(&sse);
  return got;
}

/* Has the path know its event by its frame, too, where there is memory. */
static void learn_frame(struct transfer_box *box, struct ih_span name,
                        struct ih_span data) {
  struct ih_span lead = {box->lead, box->lead_len};
  struct ih_span tail = {box->tail, box->tail_len};
  struct ih_buf frame;
  memset(&frame, 0, sizeof frame);
  if (box->tail_len && is_framed(box, name, data, &frame) == 1)
    ih_delta_frame(&box->delta, lead, tail);
  ih_buf_free(&frame);
}

/* transfer:learn(event, data, text, holes) -> boolean: shows the delta path
** that this event carries this text in `holes` of its strings. */
static int l_learn(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 5);
  struct ih_span name = check_span(L, 2), data = check_span(L, 3);
  int learned = ih_delta_learn(&box->delta, name, data, check_span(L, 4),
                               (int)luaL_checkinteger(L, 5));
  if (learned == 1)
    learn_frame(box, name, data);
  lua_pushboolean(L, learned == 1);
  return 1;
}

/* transfer:append(text): adds text that Lua decoded to the text so far */
static int l_append(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 2);
  struct ih_span text = check_span(L, 2);
  if (ih_buf_append(&box->text, text.ptr, text.len) < 0)
    return luaL_error(L, "not enough memory");
  return 0;
}

/* transfer:text() -> all text so far */
static int l_text(lua_State *L) {
  return ih_push_kept(L, &ih_hold_transfer(L, 1)->text);
}

static const luaL_Reg methods[] = {{"take", l_take},     {"rest", l_rest},
                                   {"heard", l_heard},   {"learn", l_learn},
                                   {"append", l_append}, {"text", l_text},
                                   {NULL, NULL}};

/* To the class that transfer.c has registered. */
void ih_open_events(lua_State *L) {
  ih_add_methods(L, TRANSFER_TYPE, methods);
}
