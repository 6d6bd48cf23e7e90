#define _GNU_SOURCE /* dladdr */

#include "global.h"

#include <ctype.h>
#include <curl/curl.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../core/buf.h"

#define OLDEST 0x074c00 /* 7.76.0 */

/* From this one on OpenSSL does not write to sockets by itself: 7.87.0. */
#define NO_SIGPIPE 0x075700

/* Every option that came after OLDEST stands here and nowhere else. */
#define HAS_QUICK_EXIT (LIBCURL_VERSION_NUM >= 0x075700)
#define HAS_PREREQ (LIBCURL_VERSION_NUM >= 0x075000)
#define HAS_PROTOCOLS_STR (LIBCURL_VERSION_NUM >= 0x075500)

static struct {
  pthread_mutex_t lock;
  int is_pinned, is_ready;
  int tells_forks; /* so `forks` counts them */
  long forks;
  int has_http2, has_sigpipe;
  unsigned libcurl;
  char version[128];
  const char *ca_dir; /* use this alone; NULL: use libcurl's own bundle */
} process = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, 0, 0, 0, "", NULL};

/* A thread of libcurl must not find its code gone after lua_close. */
static int pin(void) {
  Dl_info info;
  return dladdr((void *)(size_t)&ih_global_init, &info) && info.dli_fname &&
         dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

static void count_fork(void) {
  process.forks++;
}

static int is_hash_link(const char *name) {
  int i;
  for (i = 0; i < 8; i++)
    if (!isxdigit((unsigned char)name[i]))
      return 0;
  return name[8] == '.' && isdigit((unsigned char)name[9]);
}

/* Loading a whole bundle of authorities takes OpenSSL some 20 ms for every new
** connection; from a folder of hashed links it reads only the one it needs. */
static int find_folder(const curl_version_info_data *info) {
  struct dirent *entry;
  DIR *folder;
  if (info->age < CURLVERSION_SEVENTH || !info->capath || !info->ssl_version ||
      strncmp(info->ssl_version, "OpenSSL", 7) != 0)
    return IH_OK;
  folder = opendir(info->capath);
  if (!folder)
    return errno == ENOMEM ? IH_NOMEM : IH_OK;
  while (!process.ca_dir && (entry = readdir(folder)))
    if (is_hash_link(entry->d_name))
      process.ca_dir = info->capath;
  closedir(folder);
  return IH_OK;
}

static int start(void) {
  const curl_version_info_data *info;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return IH_NOMEM; /* it tells of no other reason */
  info = curl_version_info(CURLVERSION_NOW);
  (void)snprintf(process.version, sizeof process.version, "libcurl/%s (%s)",
                 info->version,
                 info->ssl_version ? info->ssl_version : "no TLS");
  if (info->version_num < OLDEST) {
    errno = ENOSYS;
    return IH_SYSTEM;
  }
  process.has_http2 = (info->features & CURL_VERSION_HTTP2) != 0;
  process.has_sigpipe = info->version_num < NO_SIGPIPE;
  process.libcurl = info->version_num;
  return find_folder(info);
}

int ih_global_init(void) {
  int status = IH_OK;
  pthread_mutex_lock(&process.lock);
  if (!process.is_pinned) {
    process.is_pinned = pin();
    /* Nothing tells of forks to code that may be gone by then. */
    process.tells_forks = process.is_pinned && !process.is_ready &&
                          pthread_atfork(NULL, NULL, count_fork) == 0;
  }
  if (!process.is_ready)
    status = start();
  process.is_ready = status == IH_OK;
  pthread_mutex_unlock(&process.lock);
  return status;
}

long ih_global_process(void) {
  return process.tells_forks ? process.forks : (long)getpid();
}

const char *ih_global_version(void) {
  ih_global_init();
  return process.version;
}

unsigned ih_global_libcurl(void) {
  return process.libcurl;
}

int ih_global_has_http2(void) {
  return process.has_http2;
}

int ih_global_has_sigpipe(void) {
  return process.has_sigpipe;
}

static CURLcode trust(CURL *easy, const char *ca_file) {
  CURLcode code;
  if (!ca_file && process.ca_dir) {
    code = curl_easy_setopt(easy, CURLOPT_CAPATH, process.ca_dir);
    return code ? code : curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
  }
  /* libcurl keeps a loaded bundle only while no folder is set beside it. */
  code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  if (!code && ca_file)
    code = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
  return code;
}

int ih_global_apply(void *easy, const char *ca_file) {
  CURLcode code = trust(easy, ca_file);
#if HAS_PROTOCOLS_STR
  if (!code)
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  if (!code)
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                            (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  ih_global_leave_quickly(easy);
  return code;
}

void ih_global_leave_quickly(void *easy) {
#if HAS_QUICK_EXIT
  /* A library older than the headers may not know it. */
  curl_easy_setopt((CURL *)easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
#endif
}

void ih_global_tell_sending(void *easy,
                            int (*fn)(void *, char *, char *, int, int),
                            void *self) {
#if HAS_PREREQ
  curl_easy_setopt((CURL *)easy, CURLOPT_PREREQFUNCTION, fn);
  curl_easy_setopt((CURL *)easy, CURLOPT_PREREQDATA, self);
#else
  (void)easy, (void)fn, (void)self;
#endif
}
