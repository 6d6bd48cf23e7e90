/* transfer:feed() and its like: what a transfer sends while it runs. */
#include "transfer.h"

#include "../net/upload.h"
#include "bind.h"
#include "open.h"

#define BYTES 2

static int can_feed(const struct transfer_box *box) {
  return box->owner->engine && !ih_engine_is_forked(box->owner->engine) &&
         ih_upload_is_hungry(box->transfer);
}

/* transfer:hungry() -> whether the fed part of the form wants bytes. When it
** becomes so, that is news. */
static int l_hungry(lua_State *L) {
  lua_pushboolean(L, can_feed(ih_check_transfer(L)));
  return 1;
}

/* transfer:feed([bytes]) -> whether it wants more; nil: there are no more.
** Nothing happens when the transfer is over. */
static int l_feed(lua_State *L) {
  struct transfer_box *box = ih_hold_transfer(L, BYTES);
  const struct ih_upload *up = &box->transfer->upload;
  size_t n = 0;
  const char *bytes = luaL_optlstring(L, BYTES, NULL, &n);
  if (!up->is_fed)
    return luaL_error(L, "the request has no part to feed");
  if (up->ended && bytes)
    return luaL_error(L, "the part was fed to its end");
  if (box->owner->engine && !up->ended &&
      ih_engine_feed(box->owner->engine, box->transfer, bytes, n) < 0)
    return luaL_error(L, "not enough memory");
  lua_pushboolean(L, can_feed(box));
  return 1;
}

/* transfer:sent() -> bytes of the body sent so far, bytes in all | nil when
** that is not known */
static int l_sent(lua_State *L) {
  const struct ih_transfer *t = ih_check_transfer(L)->transfer;
  ih_push_count(L, t->sent);
  if (t->total < 0)
    lua_pushnil(L);
  else
    ih_push_count(L, (uint64_t)t->total);
  return 2;
}

static const luaL_Reg methods[] = {
    {"hungry", l_hungry}, {"feed", l_feed}, {"sent", l_sent}, {NULL, NULL}};

/* To the class that transfer.c has registered. */
void ih_open_upload(lua_State *L) {
  ih_add_methods(L, TRANSFER_TYPE, methods);
}
