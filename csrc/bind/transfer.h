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

/* The longest frame of an event that is looked for: see core/delta.h. */
#define LEAD_ROOM 64
#define TAIL_ROOM 4

/* Of the state of a transfer. */
#define STATE_TYPE "indoxhub.transfer.state"

/* The userdata of a transfer. Its state is another one, because a program can run
** the finalizer of this one by hand, even in the midst of a method: what the
** collector runs there may do anything. It then loses its state, which lives on
** as long as a method holds it on the stack. */
struct transfer_handle {
  struct transfer_box *box; /* kept alive by the uservalue; NULL: collected */
};

/* In the table that is the uservalue of both. */
enum { KEPT_ENGINE = 1, KEPT_STATE = 2 };

struct transfer_box {
  struct engine_box *owner;     /* kept alive by the uservalue */
  struct ih_transfer *transfer; /* NULL: freed */
  struct ih_sse sse;
  struct ih_delta delta;
  struct ih_buf text;
  struct ih_buf joined; /* while take makes one string of many */
  struct ih_buf work;   /* what take reads; the engine writes elsewhere */
  /* What stood around the data of the last event that was taken apart; no tail:
  ** it is not known. */
  char lead[LEAD_ROOM], tail[TAIL_ROOM];
  unsigned char lead_len, tail_len;
  int taking;
};

/* The box of the transfer at SELF. Raises for one whose finalizer has run. It is
** good until something of Lua is allocated or called, */
struct transfer_box *ih_check_transfer(lua_State *L);

/* or until the method returns, which has so many arguments, SELF included. What
** comes behind them is taken off the stack. */
struct transfer_box *ih_hold_transfer(lua_State *L, int arguments);

/* Pushes the bytes of a buffer that is appended to only, and keeps them; returns
** 1. */
int ih_push_kept(lua_State *L, struct ih_buf *b);

/* The reader made room in the transfer's buffer. */
void ih_tell_drained(struct transfer_box *box);

#pragma GCC visibility pop

#endif
