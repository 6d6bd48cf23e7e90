/* transfer:take() and what teaches it: the body as an event stream. */
#include "transfer.h"

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

/* One event of the waiting bytes. Returns what ih_sse_next does. The bytes are
** consumed at once; the spans stay good until the next event. What is left of
** `work` may hold no whole event while the rest of it is in `in`. */
static int next_event(struct transfer_box *box, struct ih_sse_event *event) {
  struct ih_buf *work = &box->work;
  size_t used;
  int got;
  do {
    if (ih_buf_len(work) == 0) {
      ih_buf_swap(work, &box->transfer->in);
      box->transfer->reading = ih_buf_len(work);
    }
    got = ih_sse_next(&box->sse, ih_buf_bytes(work), ih_buf_len(work), &used,
                      event);
    if (got < 0)
      return got;
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

/* Gives the text of an event that the delta path knows, unless it is empty. 1, 0
** when the event is another one, or IH_NOMEM. */
static int give_known(lua_State *L, struct transfer_box *box, struct batch *b,
                      const struct ih_sse_event *event) {
  struct ih_span text;
  int known = ih_delta_match(&box->delta, event->event, event->data, &text);
  if (known != 1 || text.len == 0)
    return b->empty && known == 1 ? 0 : known;
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
  while (b->events < b->most && b->count < b->most &&
         (got = next_event(box, &event)) == IH_SSE_EVENT) {
    int known = b->whole ? 0 : give_known(L, box, b, &event);
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

/* transfer:learn(event, data, text, holes) -> boolean: shows the delta path
** that this event carries this text in `holes` of its strings. */
static int l_learn(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, 5);
  int learned = ih_delta_learn(&box->delta, check_span(L, 2), check_span(L, 3),
                               check_span(L, 4), (int)luaL_checkinteger(L, 5));
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

static const luaL_Reg methods[] = {{"take", l_take},   {"heard", l_heard},
                                   {"learn", l_learn}, {"append", l_append},
                                   {"text", l_text},   {NULL, NULL}};

/* To the class that transfer.c has registered. */
void ih_open_events(lua_State *L) {
  ih_add_methods(L, TRANSFER_TYPE, methods);
}
