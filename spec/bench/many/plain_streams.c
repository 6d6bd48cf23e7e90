/*
** Many slow streams by hand, on libcurl's multi interface with epoll:
** plain_streams PORT COUNT RATE. What a program in C does that keeps no more of
** a stream than how many pieces it has had. Begins RATE streams a second and
** reads them side by side. Prints as many.lua does: KiB each, user CPU
** microseconds each, and milliseconds to the first piece, p50 and p99.
*/
#define _GNU_SOURCE

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 64
#define PIECES 5

static const char mark[] = "\"delta\": \"";

struct stream {
  double began, first;
  int pieces;
};

static struct stream *streams;
static int count, begun, ended, failed, epoll_fd;
static long resident_before, resident_all;
static double timer_due = -1;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long resident(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*d %ld", &pages) != 1)
    exit(1);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Pieces arrive in writes of their own: none is cut in two. */
static size_t take(char *bytes, size_t size, size_t n, void *argument) {
  struct stream *s = argument;
  char *at = bytes, *end = bytes + size * n;
  while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1))) {
    at += sizeof mark - 1;
    if (atoi(at) != ++s->pieces)
      return 0;
    if (s->pieces == 1) {
      s->first = now() - s->began;
      if (++begun == count)
        resident_all = resident();
    }
  }
  return size * n;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *argument,
                     void *known) {
  struct epoll_event event;
  CURLM *multi = argument;
  (void)easy;
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
                 (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  event.data.fd = fd;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
  } else {
    epoll_ctl(epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(multi, fd, streams);
  }
  return 0;
}

static int on_timer(CURLM *multi, long ms, void *argument) {
  (void)multi;
  (void)argument;
  timer_due = ms < 0 ? -1 : now() + (double)ms;
  return 0;
}

static void begin(CURLM *multi, int i, const char *url,
                  struct curl_slist *headers) {
  CURL *easy = curl_easy_init();
  streams[i].began = now();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &streams[i]);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &streams[i]);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                   "{\"model\":\"openai/gpt-4o-mini\",\"messages\":[{\"role\":"
                   "\"user\",\"content\":\"go\"}],\"stream\":true}");
  curl_multi_add_handle(multi, easy);
}

static void end_finished(CURLM *multi) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(multi, &left))) {
    CURL *easy = message->easy_handle;
    struct stream *s;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &s);
    failed += message->data.result != CURLE_OK || s->pieces != PIECES;
    ended++;
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
  }
}

static int compare(const void *a, const void *b) {
  double x = ((const struct stream *)a)->first;
  double y = ((const struct stream *)b)->first;
  return (x > y) - (x < y);
}

/* Milliseconds until something is to be done. */
static int wait_time(double next_begin) {
  double due = next_begin, left;
  if (timer_due >= 0 && (due < 0 || timer_due < due))
    due = timer_due;
  left = due < 0 ? 1000 : due - now();
  return left <= 0 ? 0 : (int)left + 1;
}

static void run(CURLM *multi, const char *url, struct curl_slist *headers,
                double rate) {
  struct epoll_event events[EVENTS];
  double start = now();
  int i = 0, running;
  while (ended < count) {
    int k, n;
    while (i < count && now() >= start + i * 1000 / rate)
      begin(multi, i++, url, headers);
    n = epoll_wait(epoll_fd, events, EVENTS,
                   wait_time(i < count ? start + i * 1000 / rate : -1));
    for (k = 0; k < n; k++)
      curl_multi_socket_action(
          multi, events[k].data.fd,
          (events[k].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
              (events[k].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
              (events[k].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
          &running);
    if (timer_due >= 0 && timer_due <= now()) {
      timer_due = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    end_finished(multi);
  }
}

static double user_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6;
}

int main(int argc, char **argv) {
  struct curl_slist *headers;
  char url[128];
  double before;
  CURLM *multi;
  if (argc != 4)
    return 2;
  count = atoi(argv[2]);
  streams = calloc((size_t)count, sizeof *streams);
  curl_global_init(CURL_GLOBAL_ALL);
  snprintf(url, sizeof url, "http://127.0.0.1:%s/chat/completions", argv[1]);
  headers = curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Authorization: Bearer indox-test");
  epoll_fd = epoll_create1(0);
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)count);
  resident_before = resident();
  before = user_seconds();
  run(multi, url, headers, atof(argv[3]));
  qsort(streams, (size_t)count, sizeof *streams, compare);
  printf("%.2f %.1f %.2f %.2f\n",
         (double)(resident_all - resident_before) / count,
         (user_seconds() - before) / count * 1e6, streams[count / 2].first,
         streams[(long)count * 99 / 100].first);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  curl_global_cleanup();
  free(streams);
  return failed ? 1 : 0;
}
