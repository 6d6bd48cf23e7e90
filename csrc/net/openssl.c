#define _GNU_SOURCE /* dladdr, RTLD_DEFAULT */

#include "openssl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* SSL_ERROR_WANT_READ */
#define WANTS_MORE 2

/* SSL_RECEIVED_SHUTDOWN */
#define SAID_END 2

/* BIO_CB_READ */
#define IS_READ 2

typedef long on_operation(void *bio, int operation, const char *bytes, size_t n,
                          int number, long more, int result,
                          const size_t *done);

/* What is used of OpenSSL 1.1.0 or later; LibreSSL and BoringSSL have it, too.
** */
static struct {
  pthread_once_t once;
  int usable;
  int (*peek)(void *ssl, void *to, int n);
  int (*has_pending)(const void *ssl);
  int (*get_shutdown)(const void *ssl);
  int (*get_error)(const void *ssl, int result);
  void *(*get_reader)(const void *ssl);
  void *(*get_writer)(const void *ssl);
  void (*set_reader)(void *ssl, void *bio);
  void (*set_writer)(void *ssl, void *bio);
  void *(*new_socket)(int fd, int close);
  void *(*new_bio)(const void *method);
  const void *(*memory)(void);
  size_t (*size)(void *bio);
  int (*hold)(void *bio);
  int (*free_bio)(void *bio);
  void (*clear_errors)(void);
  /* NULL before OpenSSL 1.1.1. */
  void (*set_callback)(void *bio, on_operation *callback);
  void (*set_argument)(void *bio, char *argument);
  char *(*get_argument)(const void *bio);
} openssl = {.once = PTHREAD_ONCE_INIT};

/* libcurl finds a name either among those of the whole process or, when it was
** loaded for this module alone, among its own. */
static int find(void *library, const char *name, void *function) {
  void *own = dlsym(library, name), *common = dlsym(RTLD_DEFAULT, name);
  memcpy(function, &own, sizeof own);
  return own && (!common || common == own);
}

static void look_up(void) {
  Dl_info info;
  void *curl = NULL;
  if (dladdr((void *)(size_t)&curl_easy_init, &info) && info.dli_fname)
    curl = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  openssl.usable = curl && find(curl, "SSL_peek", &openssl.peek) &&
                   find(curl, "SSL_has_pending", &openssl.has_pending) &&
                   find(curl, "SSL_get_shutdown", &openssl.get_shutdown) &&
                   find(curl, "SSL_get_error", &openssl.get_error) &&
                   find(curl, "SSL_get_rbio", &openssl.get_reader) &&
                   find(curl, "SSL_get_wbio", &openssl.get_writer) &&
                   find(curl, "SSL_set0_rbio", &openssl.set_reader) &&
                   find(curl, "SSL_set0_wbio", &openssl.set_writer) &&
                   find(curl, "BIO_new_socket", &openssl.new_socket) &&
                   find(curl, "BIO_new", &openssl.new_bio) &&
                   find(curl, "BIO_s_mem", &openssl.memory) &&
                   find(curl, "BIO_ctrl_pending", &openssl.size) &&
                   find(curl, "BIO_up_ref", &openssl.hold) &&
                   find(curl, "BIO_free", &openssl.free_bio) &&
                   find(curl, "ERR_clear_error", &openssl.clear_errors);
  if (openssl.usable &&
      find(curl, "BIO_get_callback_arg", &openssl.get_argument) &&
      find(curl, "BIO_set_callback_arg", &openssl.set_argument))
    find(curl, "BIO_set_callback_ex", &openssl.set_callback);
}

void *ih_openssl_of(void *easy) {
  struct curl_tlssessioninfo *tls = NULL;
  curl_easy_getinfo((CURL *)easy, CURLINFO_TLS_SSL_PTR, &tls);
  return tls && tls->backend == CURLSSLBACKEND_OPENSSL ? tls->internals : NULL;
}

/* Has OpenSSL read all that is there. Whether it was nothing but tickets. */
static int is_only_talk(void *ssl, void *writer) {
  char byte;
  int got, why;
  openssl.clear_errors();
  got = openssl.peek(ssl, &byte, 1);
  why = openssl.get_error(ssl, got);
  openssl.clear_errors();
  return got <= 0 && why == WANTS_MORE && !openssl.has_pending(ssl) &&
         openssl.size(writer) == 0;
}

static int is_talk_on(void *ssl, int fd) {
  void *reader = openssl.get_reader(ssl), *writer = openssl.get_writer(ssl);
  void *from = openssl.new_socket(fd, 0);
  void *to = openssl.new_bio(openssl.memory());
  int is_talk = 0;
  if (from && to && reader && writer && openssl.hold(reader)) {
    if (openssl.hold(writer)) {
      openssl.hold(from);
      openssl.hold(to);
      openssl.set_reader(ssl, from); /* lets go of what was there, */
      openssl.set_writer(ssl, to);
      is_talk = is_only_talk(ssl, to);
      openssl.set_reader(ssl, reader);
      openssl.set_writer(ssl, writer);
    } else {
      openssl.free_bio(reader);
    }
  }
  openssl.free_bio(from);
  openssl.free_bio(to);
  return is_talk;
}

int ih_openssl_is_spoilt(void *ssl, int fd, int has_news, int may_read) {
  pthread_once(&openssl.once, look_up);
  if (!openssl.usable)
    return has_news;
  if (!has_news && !openssl.has_pending(ssl))
    return 0;
  return !may_read || !is_talk_on(ssl, fd);
}

int ih_openssl_said_end(void *ssl) {
  pthread_once(&openssl.once, look_up);
  return !openssl.usable || openssl.get_shutdown(ssl) & SAID_END;
}

/* The result of an operation is as it was; before one it is 1, "go on". */
static long count_read(void *bio, int operation, const char *bytes, size_t n,
                       int number, long more, int result, const size_t *done) {
  (void)bytes, (void)n, (void)number, (void)more, (void)done;
  if (operation == IS_READ)
    ++*(uint64_t *)(void *)openssl.get_argument(bio);
  return result;
}

void ih_openssl_count_reads(void *ssl, uint64_t *reads) {
  void *reader;
  pthread_once(&openssl.once, look_up);
  reader = openssl.set_callback ? openssl.get_reader(ssl) : NULL;
  if (reader) {
    openssl.set_argument(reader, (char *)(void *)reads);
    openssl.set_callback(reader, count_read);
  }
}
