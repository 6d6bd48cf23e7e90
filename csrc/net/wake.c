#include "platform.h"

#include "wake.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../core/buf.h"
#include "wake_set.h"

/* Room for a thread that calls two functions. */
#define STACK_BYTES ((size_t)64 * 1024)

#define DEFAULT_FOLDER "/tmp"
#define FOLDER_NAME "/indoxhub-XXXXXX"
#define SOCKET_NAME "/wake"

struct ih_wake {
  pid_t pid;
  int fd; /* what is watched; belongs to the caller */
  struct ih_wake_set set;
  int listener, connection;
  int place;   /* the socket, as what stands in the file system */
  int running; /* whether there is a thread */
  pthread_t thread;
  char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
  struct sockaddr_un address;
  char path[IH_WAKE_PATH_ROOM];
};

/* ---- the thread ---- */

static void *run(void *argument) {
  struct ih_wake *w = argument;
  while (ih_wake_set_wait(&w->set))
    /* Never full: the next byte waits for the answer to this one. */
    ih_platform_send(w->connection, "!", 1);
  return NULL; /* told to stop, or the host has hung up */
}

/* The signals of the host are for its own threads. */
static int start_thread(struct ih_wake *w) {
  sigset_t all, before;
  pthread_attr_t attributes;
  int status;
  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  status = pthread_create(&w->thread, &attributes, run, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  w->running = status == 0;
  errno = status;
  return status == 0 ? IH_OK : IH_SYSTEM;
}

/* ---- the connection ---- */

/* A folder that nobody else may enter, so nobody else can connect. */
static int make_folder(struct ih_wake *w) {
  const char *parent = getenv("TMPDIR");
  size_t room = sizeof w->address.sun_path - sizeof FOLDER_NAME SOCKET_NAME;
  if (!parent || parent[0] != '/' || strlen(parent) > room)
    parent = DEFAULT_FOLDER;
  (void)snprintf(w->folder, sizeof w->folder, "%s" FOLDER_NAME, parent);
  if (mkdtemp(w->folder))
    return IH_OK;
  memcpy(w->folder, DEFAULT_FOLDER FOLDER_NAME,
         sizeof DEFAULT_FOLDER FOLDER_NAME);
  if (mkdtemp(w->folder))
    return IH_OK;
  w->folder[0] = '\0';
  return IH_SYSTEM;
}

static void remove_folder(struct ih_wake *w) {
  int saved = errno;
  if (w->folder[0]) {
    unlink(w->address.sun_path);
    rmdir(w->folder);
  }
  w->folder[0] = '\0';
  errno = saved;
}

static int listen_there(struct ih_wake *w) {
  char *path = w->address.sun_path;
  size_t room = sizeof w->address.sun_path;
  w->listener = ih_platform_socket(AF_UNIX, SOCK_STREAM, 0);
  if (w->listener < 0 || fcntl(w->listener, F_SETFL, O_NONBLOCK) < 0 ||
      make_folder(w) < 0)
    return IH_SYSTEM;
  w->address.sun_family = AF_UNIX;
  if ((size_t)snprintf(path, room, "%s" SOCKET_NAME, w->folder) >= room) {
    errno = ENAMETOOLONG; /* never: make_folder leaves room */
    return IH_SYSTEM;
  }
  if (bind(w->listener, (struct sockaddr *)&w->address, sizeof w->address) < 0)
    return IH_SYSTEM;
  return listen(w->listener, 1) == 0 ? IH_OK : IH_SYSTEM;
}

/* Leaves no trace in the file system, so that nothing stays there when the
** program is killed: whoever has a descriptor of the socket's place reaches it
** without a name. Only where the system has no such descriptors it stands there
** until somebody has connected. */
static void hide(struct ih_wake *w) {
  memcpy(w->path, w->address.sun_path, sizeof w->address.sun_path);
  w->place = ih_platform_hold(w->path, w->path, sizeof w->path);
  if (w->place >= 0)
    remove_folder(w);
}

/* As if it had never come. errno stays. */
static void refuse_connection(struct ih_wake *w) {
  int saved = errno;
  ih_wake_set_unwatch(&w->set, w->fd);
  close(w->connection); /* so it is in the set no more */
  w->connection = -1;
  errno = saved;
}

int ih_wake_accept(struct ih_wake *w) {
  if (w->connection >= 0)
    return IH_OK;
  w->connection = ih_platform_accept(w->listener);
  if (w->connection < 0)
    return IH_SYSTEM;
  if (ih_platform_peer(w->connection) != getpid()) {
    refuse_connection(w);
    errno = EPERM;
    return IH_SYSTEM;
  }
  if (ih_wake_set_watch(&w->set, w->fd, w->connection) < 0 ||
      start_thread(w) < 0) {
    refuse_connection(w);
    return IH_SYSTEM;
  }
  remove_folder(w);
  return IH_OK;
}

/* ---- the rest ---- */

int ih_wake_new(int fd, struct ih_wake **out) {
  struct ih_wake *w = calloc(1, sizeof *w);
  *out = NULL;
  if (!w)
    return IH_NOMEM;
  w->pid = getpid();
  w->fd = fd;
  w->listener = w->connection = w->place = -1;
  if (ih_wake_set_open(&w->set) < 0 || listen_there(w) < 0) {
    ih_wake_free(w);
    return IH_SYSTEM;
  }
  hide(w);
  *out = w;
  return IH_OK;
}

void ih_wake_path(const struct ih_wake *w, char to[IH_WAKE_PATH_ROOM]) {
  memcpy(to, w->path, sizeof w->path);
}

void ih_wake_rearm(struct ih_wake *w) {
  if (w->running)
    ih_wake_set_rearm(&w->set, w->fd);
}

void ih_wake_hang_up(struct ih_wake *w) {
  if (w->connection >= 0)
    shutdown(w->connection, SHUT_RDWR);
}

static void close_one(int fd) {
  int saved = errno;
  if (fd >= 0)
    close(fd);
  errno = saved;
}

void ih_wake_free(struct ih_wake *w) {
  int is_child;
  if (!w)
    return;
  is_child = w->pid != getpid();
  if (w->running && !is_child) {
    ih_wake_set_stop(&w->set);
    pthread_join(w->thread, NULL);
  }
  if (!is_child)
    remove_folder(w);
  close_one(w->connection);
  close_one(w->listener);
  close_one(w->place);
  ih_wake_set_close(&w->set);
  free(w);
}
