/*
** A server that says exactly what a test wants, byte by byte if need be.
**
**     raw_server FOLDER
**
** Prints its port and serves 127.0.0.1 until it is ended. The first segment of
** a request's path names a file in FOLDER, which is followed line by line:
**
**     body         reads the body that Content-Length or chunks announce, or what
**                  is left of it
**     take N       reads N bytes of the body only
**     count        reads what Content-Length announces, and keeps of it no more
**                  than a line with its length
**     send HEX     sends these bytes
**     each HEX     sends them one by one, each in a packet of its own
**     repeat N HEX sends them N times
**     sleep MS
**     until FILE   waits until FOLDER/FILE is there
**     tell         adds a line to FOLDER/NAME.told
**     again        reads the next request of the connection and starts over
**     hold         waits until the client closes
**     close        closes for the client to see, and takes what it still sends:
**                  a socket closed with bytes unread is reset, and takes what
**                  was sent along; the end of the file does the same
**     reset        closes with a TCP reset
**
** Heads and bodies that were read are appended to FOLDER/NAME.got, and each
** connection that a client ended during `hold` adds a line to FOLDER/NAME.gone,
** each whose first request was for NAME one to FOLDER/NAME.opened.
*/
#define _GNU_SOURCE

#include "listener.h"

#define TLS_HANDSHAKE 22
#define HEAD_ROOM ((size_t)1024 * 1024)
#define PIECE_ROOM ((size_t)64 * 1024)
#define NAME_ROOM 64
#define PATH_ROOM 4096

static const char *folder;

struct connection {
  int fd;
  char name[NAME_ROOM];
  char *in; /* what was received and not yet used */
  size_t len;
  int chunked; /* the body that comes next, */
  long left;   /* or how much of it was not read */
};

static FILE *open_beside(const struct connection *c, const char *ending,
                         const char *mode) {
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s/%s%s", folder, c->name, ending);
  return fopen(path, mode);
}

static void keep(const struct connection *c, const char *ending,
                 const char *bytes, size_t n) {
  FILE *file = open_beside(c, ending, "ab");
  if (file) {
    fwrite(bytes, 1, n, file);
    fclose(file);
  }
}

static void drop(struct connection *c, size_t n) {
  memmove(c->in, c->in + n, c->len - n);
  c->len -= n;
}

static void use(struct connection *c, size_t n) {
  keep(c, ".got", c->in, n);
  drop(c, n);
}

/* Reads more. False at the end or when there is no room. */
static int fill(struct connection *c) {
  ssize_t got;
  if (c->len + 1 >= HEAD_ROOM)
    return 0;
  got = recv(c->fd, c->in + c->len, HEAD_ROOM - c->len - 1, 0);
  if (got <= 0)
    return 0;
  c->len += (size_t)got;
  c->in[c->len] = '\0';
  return 1;
}

static void set_name(struct connection *c, const char *name, size_t n) {
  memcpy(c->name, name, n);
  c->name[n] = '\0';
}

/* "POST /name/rest HTTP/1.1": what is no HTTP is called "garbage", and what is
** meant for a proxy, whose target is no path, "proxy". The hello of a TLS client
** is called "tls". */
static void find_name(struct connection *c) {
  char *slash = memchr(c->in, '/', c->len);
  char *target = memchr(c->in, ' ', c->len);
  size_t n = slash ? strcspn(slash + 1, "/ ?") : 0;
  if (slash && target && slash > target + 1)
    set_name(c, "proxy", 5);
  else if (n == 0 || n >= NAME_ROOM)
    set_name(c, "garbage", 7);
  else
    set_name(c, slash + 1, n);
}

/* Reads a head. False at the end. */
static int read_head(struct connection *c) {
  char *end, *field;
  c->in[c->len] = '\0';
  while (!(end = strstr(c->in, "\r\n\r\n"))) {
    if (c->len > 0 && c->in[0] == TLS_HANDSHAKE) {
      set_name(c, "tls", 3);
      use(c, c->len);
      return 1;
    }
    if (!fill(c))
      return 0;
  }
  find_name(c);
  field = strcasestr(c->in, "\r\ncontent-length:");
  c->left = field && field < end ? atol(field + 17) : 0;
  field = strcasestr(c->in, "\r\ntransfer-encoding: chunked");
  c->chunked = field && field < end;
  use(c, (size_t)(end - c->in) + 4);
  return 1;
}

static int read_some(struct connection *c, long wanted) {
  c->left -= wanted;
  while (wanted > 0) {
    size_t n = c->len < (size_t)wanted ? c->len : (size_t)wanted;
    if (n == 0) {
      if (!fill(c))
        return 0;
      continue;
    }
    use(c, n);
    wanted -= (long)n;
  }
  return 1;
}

/* Reads a line, an end of line included. Returns its length, 0 at the end. */
static size_t read_line(struct connection *c) {
  char *end;
  c->in[c->len] = '\0';
  while (!(end = strstr(c->in, "\r\n")))
    if (!fill(c))
      return 0;
  return (size_t)(end - c->in) + 2;
}

static int read_chunks(struct connection *c) {
  size_t line;
  while ((line = read_line(c))) {
    long size = strtol(c->in, NULL, 16);
    use(c, line);
    if (!read_some(c, size + 2)) /* and the end of its line */
      return 0;
    if (size == 0)
      return 1;
  }
  return 0;
}

static int count_body(struct connection *c) {
  char line[64];
  long all = c->left;
  while (c->left > 0) {
    if (c->len == 0 && !fill(c))
      return 0;
    c->left -= (long)c->len;
    drop(c, c->len);
  }
  keep(c, ".got", line, (size_t)sprintf(line, "%ld bytes\n", all));
  return 1;
}

static int digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t from_hex(char *hex) {
  size_t n = strcspn(hex, " \r\n") / 2, i;
  for (i = 0; i < n; i++)
    hex[i] = (char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  return n;
}

/* Takes what comes until the client closes. */
static void waste(const struct connection *c) {
  char bytes[4096];
  while (recv(c->fd, bytes, sizeof bytes, 0) > 0)
    ;
}

static void hold(struct connection *c) {
  waste(c);
  keep(c, ".gone", "gone\n", 5);
}

static void wait_for_file(char *name) {
  char path[PATH_ROOM];
  name[strcspn(name, "\r\n")] = '\0';
  snprintf(path, sizeof path, "%s/%s", folder, name);
  while (access(path, F_OK) != 0)
    usleep(1000);
}

static void close_with_reset(struct connection *c) {
  struct linger now = {1, 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(c->fd);
  c->fd = -1;
}

/* "N HEX", in pieces large enough to fill a pipe. */
static void send_repeated(int fd, char *argument) {
  char *hex;
  long left = strtol(argument, &hex, 10);
  size_t n = from_hex(++hex), per_piece, i;
  char *piece;
  if (n == 0)
    return;
  per_piece = PIECE_ROOM / n + 1;
  piece = malloc(per_piece * n);
  for (i = 0; i < per_piece; i++)
    memcpy(piece + i * n, hex, n);
  for (; left > 0; left -= (long)per_piece)
    send_all(fd, piece,
             n * ((size_t)left < per_piece ? (size_t)left : per_piece));
  free(piece);
}

/* Follows the file of the request. True when the connection goes on. */
static int follow(struct connection *c) {
  FILE *script = open_beside(c, "", "rb");
  char *line = NULL;
  size_t room = 0;
  int again = 0, ended = 0;
  while (script && !again && !ended && getline(&line, &room, script) > 0) {
    char *rest = line + strcspn(line, " \r\n");
    rest += *rest == ' ';
    if (strncmp(line, "body", 4) == 0) {
      ended = !(c->chunked ? read_chunks(c) : read_some(c, c->left));
    } else if (strncmp(line, "take", 4) == 0) {
      ended = !read_some(c, atol(rest));
    } else if (strncmp(line, "count", 5) == 0) {
      ended = !count_body(c);
    } else if (strncmp(line, "send", 4) == 0) {
      send_all(c->fd, rest, from_hex(rest));
    } else if (strncmp(line, "each", 4) == 0) {
      size_t i, n = from_hex(rest);
      for (i = 0; i < n; i++)
        send_all(c->fd, rest + i, 1);
    } else if (strncmp(line, "repeat", 6) == 0) {
      send_repeated(c->fd, rest);
    } else if (strncmp(line, "sleep", 5) == 0) {
      usleep((useconds_t)atol(rest) * 1000);
    } else if (strncmp(line, "until", 5) == 0) {
      wait_for_file(rest);
    } else if (strncmp(line, "tell", 4) == 0) {
      keep(c, ".told", "told\n", 5);
    } else if (strncmp(line, "again", 5) == 0) {
      again = 1;
    } else if (strncmp(line, "hold", 4) == 0) {
      hold(c);
    } else if (strncmp(line, "reset", 5) == 0) {
      close_with_reset(c);
      ended = 1;
    } else {
      ended = 1;
    }
  }
  if (!again && shutdown(c->fd, SHUT_WR) == 0)
    waste(c);
  free(line);
  if (script)
    fclose(script);
  return again;
}

static void *serve(void *argument) {
  struct connection c = {(int)(long)argument, "", NULL, 0, 0, 0};
  int first = 1;
  c.in = malloc(HEAD_ROOM);
  while (read_head(&c)) {
    if (first)
      keep(&c, ".opened", "opened\n", 7);
    first = 0;
    if (!follow(&c))
      break;
  }
  free(c.in);
  close(c.fd);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  folder = argv[1];
  return serve_clients(serve);
}
