/*
** Small calls by hand, one after the other, on libcurl's multi interface:
** plain_calls PORT CALLS. What a program in C does whose calls may also run side
** by side: a handle with its options and a body for each call, the answer in
** memory.
*/
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
  char bytes[8192];
  size_t len;
};

static size_t take(char *bytes, size_t size, size_t n, void *argument) {
  struct answer *a = argument;
  n *= size;
  if (n > sizeof a->bytes - a->len)
    return 0;
  memcpy(a->bytes + a->len, bytes, n);
  a->len += n;
  return n;
}

/* Whether the transfer that runs came to a good end. */
static int finish(CURLM *multi) {
  int running, left;
  CURLMsg *message;
  long status = 0;
  for (;;) {
    if (curl_multi_perform(multi, &running) != CURLM_OK)
      return 0;
    message = curl_multi_info_read(multi, &left);
    if (message)
      break;
    if (curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)
      return 0;
  }
  curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
  return message->data.result == CURLE_OK && status == 200;
}

static CURL *new_handle(int port, struct curl_slist *headers,
                        struct answer *answer) {
  CURL *easy = curl_easy_init();
  char url[128];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/answers/v1/chat/completions",
           port);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
  return easy;
}

int main(int argc, char **argv) {
  static struct answer answer;
  struct curl_slist *headers;
  CURLM *multi;
  int i, ok = 1;
  if (argc != 3)
    return 2;
  curl_global_init(CURL_GLOBAL_ALL);
  headers = curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Authorization: Bearer indox-test");
  multi = curl_multi_init();
  for (i = 0; i < atoi(argv[2]) && ok; i++) {
    CURL *easy = new_handle(atoi(argv[1]), headers, &answer);
    char body[256];
    snprintf(body, sizeof body,
             "{\"model\":\"openai/gpt-4o-mini\",\"messages\":[{\"role\":"
             "\"user\",\"content\":\"Say hello, %d\"}],\"temperature\":0.7}",
             i);
    answer.len = 0;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_multi_add_handle(multi, easy);
    ok = finish(multi) && answer.len > 0;
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
  }
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  curl_global_cleanup();
  return ok ? 0 : 1;
}
