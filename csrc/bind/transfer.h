/*
** A transfer as the binding files see it: submit.c makes it, transfer.c tells
** of it and ends it, events.c reads its body as an event stream, and upload.c
** feeds what it sends. The functions are those of transfer.c.
**
** It is the one place where net/ and core/ meet, because only here bytes become
** Lua values.
*/
#ifndef IH_BIND_TRANSFER_H
#define IH_BIND_TRANSFER_H

#include "../core/delta.h"
#include "../core/sse.h"
#include "../net/engine.h"
#include "engine.h"

#pragma GCC visibility push(hidden)

#define TRANSFER_TYPE "indoxhub.transfer"

#define SELF 1

/* The userdata of a transfer. */
struct transfer_box {
  struct engine_box *owner;     /* kept alive by the uservalue */
  struct ih_transfer *transfer; /* NULL: collected */
  struct ih_sse sse;
  struct ih_delta delta;
  struct ih_buf text;
  struct ih_buf work; /* what take reads; the engine writes elsewhere */
  int taking;
};

/* The box at SELF. Raises for one whose finalizer has run. */
struct transfer_box *ih_check_transfer(lua_State *L);

/* Pushes the bytes of a buffer that is appended to only, and keeps them; returns
** 1. */
int ih_push_kept(lua_State *L, struct ih_buf *b);

/* The reader made room in the transfer's buffer. */
void ih_tell_drained(struct transfer_box *box);

#pragma GCC visibility pop

#endif
