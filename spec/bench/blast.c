/*
** The server of the benchmarks: streams as fast as it can.
**
** Prints its port and serves 127.0.0.1 until it is ended. Every request is
** answered with a stream of text deltas; the request header
** `X-Bench: events,batch` says how many, and how many go into one write. One for
** /bytes/N is answered with N bytes, and what is sent to /answers or /uploads with
** a small answer at once.
*/
#define _GNU_SOURCE

#include "../support/listener.h"

#define ID "7c1e0a52-3b0d-4f6e-9a51-2f8c6d0b1e77"
#define HEAD_ROOM ((size_t)64 * 1024)
#define EVENT_ROOM 512

static const char *const words[] = {
    "the",  " river", " runs",  " past", " an",       " old",   " mill,",
    " and", " every", " wheel", " that", " turns\\n", " there", " sings."};

#define WORDS (sizeof words / sizeof *words)

/* One chunk of the chunked encoding. */
static int send_chunk(int fd, const char *bytes, size_t n) {
  char *chunk = malloc(n + 32);
  int len, status;
  len = sprintf(chunk, "%zx\r\n", n);
  memcpy(chunk + len, bytes, n);
  memcpy(chunk + len + n, "\r\n", 2);
  status = send_all(fd, chunk, (size_t)len + n + 2);
  free(chunk);
  return status;
}

static int send_text(int fd, const char *text) {
  return send_chunk(fd, text, strlen(text));
}

static int send_stream(int fd, long events, long batch) {
  char *out = malloc((size_t)batch * EVENT_ROOM);
  long i, held = 0;
  size_t len = 0;
  int status = send_text(
      fd, "data: {\"type\": \"response.created\", \"response\": {\"id\": \"" ID
          "\", \"object\": \"response\", \"status\": \"in_progress\", "
          "\"model\": \"gpt-4o-mini\"}}\n\n");
  for (i = 0; i < events && status == 0; i++) {
    len += (size_t)snprintf(
        out + len, EVENT_ROOM,
        "data: {\"type\": \"response.content_part.delta\", \"response_id\": "
        "\"" ID "\", \"output_index\": 0, \"content_index\": 0, \"delta\": "
        "\"%s\"}\n\n",
        words[(size_t)i % WORDS]);
    if (++held == batch || i == events - 1) {
      status = send_chunk(fd, out, len);
      len = 0;
      held = 0;
    }
  }
  free(out);
  if (status == 0)
    status = send_text(
        fd, "data: {\"type\": \"response.done\", \"response\": {\"id\": \"" ID
            "\", \"object\": \"response\", \"status\": \"completed\", "
            "\"usage\": {\"input_tokens\": 9, \"output_tokens\": 9, "
            "\"total_tokens\": 18}}}\n\ndata: [DONE]\n\n");
  return status ? status : send_all(fd, "0\r\n\r\n", 5);
}

static const char go_ahead[] = "HTTP/1.1 100 Continue\r\n\r\n";

/* Reads one request; its body is read and forgotten. */
static int read_request(int fd, char *head, long *events, long *batch) {
  size_t len = 0, body;
  char *end = NULL, *field;
  while (!end) {
    ssize_t got;
    if (len + 1 >= HEAD_ROOM)
      return -1;
    got = recv(fd, head + len, HEAD_ROOM - len - 1, 0);
    if (got <= 0)
      return -1;
    len += (size_t)got;
    head[len] = '\0';
    end = strstr(head, "\r\n\r\n");
  }
  *events = 1;
  *batch = 1;
  field = strcasestr(head, "\r\nx-bench:");
  if (field)
    sscanf(field + 10, " %ld,%ld", events, batch);
  field = strcasestr(head, "\r\ncontent-length:");
  body = field ? (size_t)atol(field + 17) : 0;
  len -= (size_t)(end - head) + 4;
  if (len < body && strcasestr(head, "\r\nexpect:") &&
      send_all(fd, go_ahead, sizeof go_ahead - 1) < 0)
    return -1;
  while (len < body) {
    static _Thread_local char waste[128 * 1024];
    ssize_t got = recv(fd, waste, sizeof waste, 0);
    if (got <= 0)
      return -1;
    len += (size_t)got;
  }
  return 0;
}

static int send_file(int fd, long long bytes) {
  static char piece[256 * 1024];
  char head[128];
  int len = sprintf(head,
                    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
                    "Content-Length: %lld\r\n\r\n",
                    bytes);
  int status = send_all(fd, head, (size_t)len);
  while (status == 0 && bytes > 0) {
    size_t n = bytes < (long long)sizeof piece ? (size_t)bytes : sizeof piece;
    status = send_all(fd, piece, n);
    bytes -= (long long)n;
  }
  return status;
}

static int send_json(int fd, const char *body) {
  char answer[1024];
  int len = snprintf(answer, sizeof answer,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     strlen(body), body);
  return send_all(fd, answer, (size_t)len);
}

static int send_answer(int fd) {
  return send_json(
      fd, "{\"id\":\"" ID "\",\"object\":\"chat.completion\","
          "\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"choices\":[{"
          "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
          "\"Hello there, how may I help you?\"},\"finish_reason\":\"stop\"}],"
          "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":9,"
          "\"total_tokens\":18}}");
}

static void *serve(void *argument) {
  int fd = (int)(long)argument;
  char *head = malloc(HEAD_ROOM);
  long events, batch;
  long long bytes;
  while (read_request(fd, head, &events, &batch) == 0) {
    static const char ok[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    int status;
    if (sscanf(head, "GET /bytes/%lld ", &bytes) == 1)
      status = send_file(fd, bytes);
    else if (strncmp(head, "POST /answers/", 14) == 0)
      status = send_answer(fd);
    else if (strncmp(head, "POST /uploads/", 14) == 0)
      status = send_json(fd, "{\"success\":true,\"data\":{\"text\":\"I\"}}");
    else
      status = send_all(fd, ok, sizeof ok - 1) < 0
                   ? -1
                   : send_stream(fd, events, batch);
    if (status < 0)
      break;
  }
  free(head);
  close(fd);
  return NULL;
}

int main(void) {
  return serve_clients(serve);
}
