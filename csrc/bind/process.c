/* What the command needs of the process it is: terminals and Ctrl-C. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../core/buf.h"
#include "../net/interrupt.h"
#include "bind.h"

/* core.isatty(descriptor) -> boolean */
static int l_isatty(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* core.catch_interrupts() -> true | nil, message: takes Ctrl-C over */
static int l_catch(lua_State *L) {
  if (ih_interrupt_catch() < 0)
    return ih_push_failure(L, strerror(errno));
  lua_pushboolean(L, 1);
  return 1;
}

/* core.interrupted() -> whether there was one since the last call */
static int l_interrupted(lua_State *L) {
  lua_pushboolean(L, ih_interrupt_take());
  return 1;
}

static const luaL_Reg functions[] = {{"isatty", l_isatty},
                                     {"catch_interrupts", l_catch},
                                     {"interrupted", l_interrupted},
                                     {NULL, NULL}};

void ih_open_process(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
}
