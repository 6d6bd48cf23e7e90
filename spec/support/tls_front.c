/*
** TLS in front of another server, by hand.
**
**     tls_front CERTIFICATE KEY PORT LOG
**
** Prints its port and serves 127.0.0.1 until it is ended. What a client says is
** passed on to the server on PORT over a connection of its own, and what comes
** back is passed on as it comes: each piece is a record. "TICKET" is not passed
** on, it has the client sent a new session ticket of TLS 1.3; "HALF" has it
** sent half a record. When the server closes, so does TLS, and the connection
** stays. What the client was sent is written to LOG, a word for each piece:
** "data", "ticket", "half" or "closed".
**
** OpenSSL 3 is loaded by hand: its headers need not be installed.
*/
#define _GNU_SOURCE

#include "listener.h"

#include <dlfcn.h>
#include <poll.h>
#include <signal.h>

#define PEM 1 /* SSL_FILETYPE_PEM */

static struct {
  void *(*TLS_server_method)(void);
  void *(*SSL_CTX_new)(void *method);
  int (*SSL_CTX_use_certificate_file)(void *ctx, const char *path, int type);
  int (*SSL_CTX_use_PrivateKey_file)(void *ctx, const char *path, int type);
  void *(*SSL_new)(void *ctx);
  int (*SSL_set_fd)(void *ssl, int fd);
  int (*SSL_accept)(void *ssl);
  int (*SSL_do_handshake)(void *ssl);
  int (*SSL_new_session_ticket)(void *ssl);
  int (*SSL_read)(void *ssl, void *to, int n);
  int (*SSL_write)(void *ssl, const void *from, int n);
  int (*SSL_pending)(const void *ssl);
  int (*SSL_shutdown)(void *ssl);
  void (*SSL_free)(void *ssl);
} tls;

static void *context;
static int backend;
static const char *log_path;

static void load(void) {
  void *library = dlopen("libssl.so.3", RTLD_NOW);
#define LOAD(name)                                                             \
  do {                                                                         \
    void *found = library ? dlsym(library, #name) : NULL;                      \
    if (!found) {                                                              \
      fprintf(stderr, "no %s of OpenSSL 3\n", #name);                          \
      exit(1);                                                                 \
    }                                                                          \
    memcpy(&tls.name, &found, sizeof found);                                   \
  } while (0)
  LOAD(TLS_server_method);
  LOAD(SSL_CTX_new);
  LOAD(SSL_CTX_use_certificate_file);
  LOAD(SSL_CTX_use_PrivateKey_file);
  LOAD(SSL_new);
  LOAD(SSL_set_fd);
  LOAD(SSL_accept);
  LOAD(SSL_do_handshake);
  LOAD(SSL_new_session_ticket);
  LOAD(SSL_read);
  LOAD(SSL_write);
  LOAD(SSL_pending);
  LOAD(SSL_shutdown);
  LOAD(SSL_free);
}

static void note(const char *word) {
  FILE *file = fopen(log_path, "ab");
  if (file) {
    fprintf(file, "%s\n", word);
    fclose(file);
  }
}

static int reach(int port) {
  struct sockaddr_in address = local_address(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  send_at_once(fd);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

/* What a record of 32 bytes begins with. */
static const char HALF[] = "\x17\x03\x03\x00\x20\x01\x02\x03";

/* From the server to the client. False at the end. */
static int pass_back(void *ssl, int client, int server) {
  char bytes[16384];
  ssize_t n = recv(server, bytes, sizeof bytes, 0);
  if (n <= 0) {
    tls.SSL_shutdown(ssl);
    note("closed");
    return 0;
  }
  if (n == 6 && memcmp(bytes, "TICKET", 6) == 0) {
    tls.SSL_new_session_ticket(ssl);
    tls.SSL_do_handshake(ssl);
    note("ticket");
  } else if (n == 4 && memcmp(bytes, "HALF", 4) == 0) {
    send(client, HALF, sizeof HALF - 1, MSG_NOSIGNAL);
    note("half");
  } else {
    tls.SSL_write(ssl, bytes, (int)n);
    note("data");
  }
  return 1;
}

/* From the client to the server. False at the end. */
static int pass_on(void *ssl, int server) {
  char bytes[16384];
  do {
    int n = tls.SSL_read(ssl, bytes, sizeof bytes);
    if (n <= 0 || send(server, bytes, (size_t)n, MSG_NOSIGNAL) != n)
      return 0;
  } while (tls.SSL_pending(ssl) > 0);
  return 1;
}

static void *serve(void *argument) {
  int client = (int)(long)argument, server = reach(backend);
  void *ssl = tls.SSL_new(context);
  struct pollfd look[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  tls.SSL_set_fd(ssl, client);
  if (server >= 0 && tls.SSL_accept(ssl) == 1) {
    while (poll(look, 2, -1) > 0) {
      if (look[0].revents && !pass_on(ssl, server))
        break;
      if (look[1].fd >= 0 && look[1].revents && !pass_back(ssl, client, server))
        look[1].fd = -1; /* is watched no more */
    }
  }
  tls.SSL_free(ssl);
  close(client);
  if (server >= 0)
    close(server);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 2;
  backend = atoi(argv[3]);
  log_path = argv[4];
  signal(SIGPIPE, SIG_IGN);
  load();
  context = tls.SSL_CTX_new(tls.TLS_server_method());
  if (tls.SSL_CTX_use_certificate_file(context, argv[1], PEM) != 1 ||
      tls.SSL_CTX_use_PrivateKey_file(context, argv[2], PEM) != 1) {
    fprintf(stderr, "no certificate in %s with a key in %s\n", argv[1],
            argv[2]);
    return 1;
  }
  return serve_clients(serve);
}
