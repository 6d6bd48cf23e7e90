/*
** Bytes as text of 64 letters (RFC 4648), and back.
**
** What is written uses the standard alphabet with padding. What is read may use
** the URL-safe alphabet as well, leave the padding out, and have white space
** anywhere; nothing else is taken for a letter, and bits that no encoder leaves
** over are refused. Neither function allocates: the caller has the room.
*/
#ifndef IH_BASE64_H
#define IH_BASE64_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* The longest input whose text has a length. */
#define IH_BASE64_MOST ((size_t)-1 / 4 * 3 - 3)

/* The length of the text for n bytes, at most IH_BASE64_MOST. */
static inline size_t ih_base64_text(size_t n) {
  return (n / 3 + (n % 3 != 0)) * 4;
}

/* How many bytes n letters stand for at most. */
static inline size_t ih_base64_room(size_t n) {
  return n / 4 * 3 + n % 4;
}

/* Writes ih_base64_text(n) letters. */
void ih_base64_encode(const char *bytes, size_t n, char *to);

/* Writes at most ih_base64_room(n) bytes. Returns 1 with *len their number, or
** 0 with *len where in the text it is not base64; that is n at its end. */
int ih_base64_decode(const char *text, size_t n, char *to, size_t *len);

#pragma GCC visibility pop

#endif
