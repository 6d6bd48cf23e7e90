/*
** Preloaded into a program: resolving a host name takes 8 seconds, as long as a
** name server that does not answer may take. Addresses resolve at once.
*/
#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 8

typedef int resolver(const char *, const char *, const struct addrinfo *,
                     struct addrinfo **);

int getaddrinfo(const char *host, const char *service,
                const struct addrinfo *hints, struct addrinfo **found) {
  resolver *real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
  if (host && strspn(host, "0123456789.") != strlen(host))
    sleep(SECONDS);
  return real(host, service, hints, found);
}
