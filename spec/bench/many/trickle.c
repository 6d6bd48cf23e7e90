/*
** The server of many slow streams: trickle PIECES MILLISECONDS.
**
** Prints its port and serves 127.0.0.1 until it is ended, in one thread. Every
** request is answered at once with the head of a stream and its first delta;
** the others follow with so many milliseconds between them, then the end. Each
** delta is the number of the piece, so that a reader can tell whether it has
** all of them in order.
*/
#define _GNU_SOURCE

#include "../../support/listener.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#define ROOM 4096
#define EVENTS 256

/* One connection, and the request of which it has read so much. */
struct stream {
  struct stream *next; /* which is due after it */
  double due;
  char *head;
  size_t len;
  int fd, piece;
};

static struct stream *first, **last = &first;
static int pieces, pause_ms, epoll_fd;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* All pauses are of the same length: who comes last is due last. */
static void wait_turn(struct stream *s) {
  s->due = now() + pause_ms;
  s->next = NULL;
  *last = s;
  last = &s->next;
}

static int add_chunk(char *out, const char *data) {
  return sprintf(out, "%zx\r\n%s\r\n", strlen(data), data);
}

/* A piece fits into the buffer of a socket; a client that is gone shows when its
** socket is read. */
static void send_piece(struct stream *s) {
  char out[2048], event[512];
  int len = 0;
  if (s->piece == 0) {
    len += sprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    len += add_chunk(out + len,
                     "data: {\"type\": \"response.created\", \"response\": "
                     "{\"id\": \"7c1e0a52\", \"object\": \"response\", "
                     "\"status\": \"in_progress\"}}\n\n");
  }
  if (s->piece < pieces) {
    sprintf(event,
            "data: {\"type\": \"response.content_part.delta\", "
            "\"response_id\": \"7c1e0a52\", \"output_index\": 0, "
            "\"content_index\": 0, \"delta\": \"%d \"}\n\n",
            ++s->piece);
    len += add_chunk(out + len, event);
  }
  if (s->piece == pieces) {
    len += add_chunk(
        out + len,
        "data: {\"type\": \"response.done\", \"response\": {\"id\": "
        "\"7c1e0a52\", \"object\": \"response\", \"status\": \"completed\", "
        "\"usage\": {\"input_tokens\": 9, \"output_tokens\": 9, "
        "\"total_tokens\": 18}}}\n\ndata: [DONE]\n\n");
    len += sprintf(out + len, "0\r\n\r\n");
  } else {
    wait_turn(s);
  }
  send_all(s->fd, out, (size_t)len);
}

static void send_due(void) {
  double at = now();
  while (first && first->due <= at) {
    struct stream *s = first;
    first = s->next;
    if (!first)
      last = &first;
    if (s->fd < 0)
      free(s);
    else
      send_piece(s);
  }
}

/* A stream that waits for its turn is freed when that comes. */
static void drop(struct stream *s) {
  int waits = s->piece > 0 && s->piece < pieces;
  close(s->fd);
  free(s->head);
  s->head = NULL;
  s->fd = -1;
  if (!waits)
    free(s);
}

/* Whether a request has come as a whole. */
static int is_whole(struct stream *s) {
  char *end, *field;
  s->head[s->len] = '\0';
  end = strstr(s->head, "\r\n\r\n");
  if (!end)
    return 0;
  field = strcasestr(s->head, "\r\ncontent-length:");
  return s->len - (size_t)(end + 4 - s->head) >=
         (field ? (size_t)atol(field + 17) : 0);
}

static void read_some(struct stream *s) {
  ssize_t got;
  if (!s->head)
    s->head = malloc(ROOM);
  got = recv(s->fd, s->head + s->len, ROOM - 1 - s->len, 0);
  if (got <= 0) {
    drop(s);
    return;
  }
  s->len += (size_t)got;
  if (!is_whole(s))
    return;
  free(s->head);
  s->head = NULL;
  s->len = 0;
  s->piece = 0;
  send_piece(s);
}

static void watch(int fd, struct stream *s) {
  struct epoll_event event;
  event.events = EPOLLIN;
  event.data.ptr = s;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void take_clients(int listener) {
  int fd;
  while ((fd = accept(listener, NULL, NULL)) >= 0) {
    struct stream *s = calloc(1, sizeof *s);
    send_at_once(fd);
    s->fd = fd;
    watch(fd, s);
  }
}

static int open_listener(void) {
  struct sockaddr_in address = local_address(0);
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, 4096) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) < 0) {
    perror("cannot listen");
    exit(1);
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void open_many_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  struct epoll_event events[EVENTS];
  int listener;
  if (argc != 3)
    return 2;
  pieces = atoi(argv[1]);
  pause_ms = atoi(argv[2]);
  open_many_files();
  epoll_fd = epoll_create1(0);
  listener = open_listener();
  watch(listener, NULL);
  for (;;) {
    double left = first ? first->due - now() : 1000;
    int i,
        n = epoll_wait(epoll_fd, events, EVENTS, left < 0 ? 0 : (int)left + 1);
    for (i = 0; i < n; i++) {
      if (events[i].data.ptr)
        read_some(events[i].data.ptr);
      else
        take_clients(listener);
    }
    send_due();
  }
}
