/*
** spec_memory: memory that runs out when it is told to.
**
** Preloaded into a program of Lua, and required by it, it counts what is asked
** of malloc and its like, of the system for a socket to be watched, and of the
** allocator of Lua, and refuses what it is told to refuse.
**
**     spec_memory.fail(first, count, [who])
**         -- of what is asked for from now on, the first of these and as many as
**         -- count in all are refused; count 0: all from that on. Of who: "lua",
**         -- "c", which are libcurl, OpenSSL, the C library and the core, or
**         -- both
**     spec_memory.stop() -> how much was asked for, how much of it refused
**
** What makes a block smaller is never refused, as Lua demands. The name
** named.invalid has the address 127.0.0.1, so that a thread of libcurl looks it
** up.
*/
#define _GNU_SOURCE /* RTLD_NEXT */

#include <dlfcn.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { C = 1, LUA = 2 };

/* Threads of libcurl ask, too. */
static int armed; /* for whom */
static long asked, refused, first, beyond;

static __thread int inside_lua;

static struct {
  void *(*malloc)(size_t);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  int (*posix_memalign)(void **, size_t, size_t);
  int (*epoll_ctl)(int, int, int, struct epoll_event *);
  int (*getaddrinfo)(const char *, const char *, const struct addrinfo *,
                     struct addrinfo **);
} real;

static void find(void *function, const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  memcpy(function, &found, sizeof found);
}

static void find_all(void) {
  find(&real.calloc, "calloc");
  find(&real.realloc, "realloc");
  find(&real.posix_memalign, "posix_memalign");
  find(&real.epoll_ctl, "epoll_ctl");
  find(&real.getaddrinfo, "getaddrinfo");
  find(&real.malloc, "malloc");
}

static int refuses(int who) {
  long n;
  if (!real.malloc)
    find_all();
  if (inside_lua || !(__atomic_load_n(&armed, __ATOMIC_ACQUIRE) & who))
    return 0;
  n = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
  if (n < first || n >= beyond)
    return 0;
  __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
  errno = ENOMEM;
  return 1;
}

/* ---- of C ---------------------------------------------------------------- */

void *malloc(size_t n) {
  return refuses(C) ? NULL : real.malloc(n);
}

void *calloc(size_t count, size_t n) {
  return refuses(C) ? NULL : real.calloc(count, n);
}

void *realloc(void *old, size_t n) {
  if (old && malloc_usable_size(old) >= n)
    return real.realloc(old, n);
  return refuses(C) ? NULL : real.realloc(old, n);
}

int posix_memalign(void **to, size_t alignment, size_t n) {
  return refuses(C) ? ENOMEM : real.posix_memalign(to, alignment, n);
}

/* Sanitizers have one of their own, which asks nobody. */
char *strdup(const char *text) {
  size_t n = strlen(text) + 1;
  char *copy = malloc(n);
  return copy ? memcpy(copy, text, n) : NULL;
}

int epoll_ctl(int set, int op, int fd, struct epoll_event *event) {
  if (op == EPOLL_CTL_ADD && refuses(C))
    return -1;
  return real.epoll_ctl(set, op, fd, event);
}

int getaddrinfo(const char *host, const char *service,
                const struct addrinfo *hints, struct addrinfo **found) {
  if (host && strcmp(host, "named.invalid") == 0)
    host = "127.0.0.1";
  return real.getaddrinfo(host, service, hints, found);
}

/* ---- of Lua -------------------------------------------------------------- */

static lua_Alloc own;

static void *allocate(void *self, void *old, size_t before, size_t n) {
  void *got;
  if (n > (old ? before : 0) && refuses(LUA))
    return NULL;
  inside_lua++;
  got = own(self, old, before, n);
  inside_lua--;
  return got;
}

/* ---- the module ---------------------------------------------------------- */

static int l_fail(lua_State *L) {
  static const char *const names[] = {"both", "c", "lua", NULL};
  static const int who[] = {C | LUA, C, LUA};
  int for_whom = who[luaL_checkoption(L, 3, "both", names)];
  long count = (long)luaL_checkinteger(L, 2);
  first = (long)luaL_checkinteger(L, 1);
  beyond = count ? first + count : (long)((size_t)-1 / 2);
  asked = refused = 0;
  __atomic_store_n(&armed, for_whom, __ATOMIC_RELEASE);
  return 0;
}

static int l_stop(lua_State *L) {
  __atomic_store_n(&armed, 0, __ATOMIC_RELEASE);
  lua_pushinteger(L, asked);
  lua_pushinteger(L, refused);
  return 2;
}

int luaopen_spec_memory(lua_State *L);

int luaopen_spec_memory(lua_State *L) {
  void *self;
  if (!own) {
    own = lua_getallocf(L, &self);
    lua_setallocf(L, allocate, self);
  }
  lua_newtable(L);
  lua_pushcfunction(L, l_fail);
  lua_setfield(L, -2, "fail");
  lua_pushcfunction(L, l_stop);
  lua_setfield(L, -2, "stop");
  return 1;
}
