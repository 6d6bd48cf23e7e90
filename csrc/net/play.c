#include "play.h"

#include <stdlib.h>

#include "intake.h"
#include "poll.h"

/* libcurl delivers no more at a time. */
#define MOST_AT_ONCE ((size_t)16 * 1024)

struct ih_play {
  int status;
  struct ih_buf body, marks;
  size_t next; /* of the marks, */
  size_t done; /* and how much of it was handed out */
  uint64_t sent;
};

int ih_play_new(struct ih_transfer *t, const struct ih_played *played) {
  struct ih_play *play = calloc(1, sizeof *play);
  t->play = play;
  if (!play ||
      ih_buf_append(&t->head, played->head.ptr, played->head.len) < 0 ||
      ih_buf_append(&play->body, played->body.ptr, played->body.len) < 0 ||
      ih_buf_append(&play->marks, (const char *)played->marks,
                    played->count * sizeof *played->marks) < 0)
    return IH_NOMEM;
  play->status = played->status;
  play->sent = played->sent;
  return IH_OK;
}

void ih_play_free(struct ih_play *play) {
  if (!play)
    return;
  ih_buf_free(&play->body);
  ih_buf_free(&play->marks);
  free(play);
}

void ih_play_begin(struct ih_transfer *t, int64_t now) {
  struct ih_play *play = t->play;
  t->connected_at = t->sent_at = t->heard_at = now;
  t->sent = play->sent;
  t->total = (int64_t)play->sent;
  t->sent_all = 1;
  t->status = play->status;
  t->play_at = now;
  ih_queue_push(&t->lanes->ready, &t->ready);
}

/* The next mark, NULL behind the last one. */
static const struct ih_mark *next_mark(const struct ih_play *play) {
  const struct ih_mark *marks = (const void *)ih_buf_bytes(&play->marks);
  size_t count = ih_buf_len(&play->marks) / sizeof *marks;
  return play->next < count ? marks + play->next : NULL;
}

/* Hands out some bytes of a mark; 0 when that has to wait, or is of no use. */
static int hand_out(struct ih_transfer *t, const struct ih_mark *mark) {
  struct ih_play *play = t->play;
  size_t n = mark->n - play->done;
  n = n < MOST_AT_ONCE ? n : MOST_AT_ONCE;
  if (n && ih_intake_body(t, ih_buf_bytes(&play->body), n) != n)
    return 0;
  ih_buf_consume(&play->body, n);
  play->done += n;
  if (play->done == mark->n) {
    play->next++;
    play->done = 0;
  }
  return 1;
}

void ih_play_go(struct ih_transfer *t, int64_t now) {
  struct ih_play *play = t->play;
  const struct ih_mark *mark;
  t->play_at = 0;
  while (t->end == IH_RUNNING && (mark = next_mark(play))) {
    if (now < t->started_at + mark->at) {
      t->play_at = t->started_at + mark->at;
      return;
    }
    if (!hand_out(t, mark))
      return;
    now = ih_poll_now();
  }
  if (t->end == IH_RUNNING)
    t->end = IH_END_COMPLETE;
}
