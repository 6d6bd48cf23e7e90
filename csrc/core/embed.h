/*
** The answer of embeddings, with its vectors taken out of the JSON text.
**
** A vector is a list of numbers that stands where the API puts one: it is
** `data` itself, or an element of the list `data`, or the field `embedding` of
** such an element. What is left is the same JSON text with a string in place of
** each vector, for a real JSON decoder; whatever is wrong with the text is left
** for the decoder to find. Nothing here allocates: the caller has the room.
*/
#ifndef IH_EMBED_H
#define IH_EMBED_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* How much there is of it. */
struct ih_embed {
  size_t floats;  /* numbers of all vectors */
  size_t vectors; /* how many there are */
  size_t rest;    /* bytes of the text that is left */
};

/* Measures the answer text[0..n): that much room is enough if the text is what
** an answer is. */
void ih_embed_measure(const char *text, size_t n, struct ih_embed *sizes);

/* Takes the vectors out of a text: their numbers go one after the other to
** `numbers`, how many each vector has to `lengths`, and what is left of the
** text to `rest`, where "\u0000vector N" stands for the vector N, from 1. A list
** is left where it is when it is none of numbers, has one that is too large for
** a float, or is longer than the room. `sizes` tells of the room, and then of
** what was taken. False when nothing could be taken for lack of room: then
** nothing that was written counts. */
int ih_embed_take(const char *text, size_t n, struct ih_embed *sizes,
                  float *numbers, size_t *lengths, char *rest);

#pragma GCC visibility pop

#endif
