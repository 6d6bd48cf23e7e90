/*
** Preloaded with the sanitizers into an interpreter that was built without them.
**
** Programs that it starts are none of the sanitizers' business: those that are
** do preload it themselves. And modules stay loaded at the end, so that a leak's
** report can name what has leaked.
*/
#include <dlfcn.h>
#include <stdlib.h>

__attribute__((constructor)) static void spare_others(void) {
  unsetenv("LD_PRELOAD");
}

int dlclose(void *library) {
  (void)library;
  return 0;
}
