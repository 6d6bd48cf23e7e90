/*
** Numbers as text: the shortest that reads back equal.
**
** Of all texts whose nearest double is the number, ties to even, it has the
** fewest digits, and of those the digits nearest to the number. Whole numbers
** are written out as far as that says exactly what they are ("4503599627370496",
** but "1e+23" as 1e23). No locale changes it.
*/
#ifndef IH_SHORTEST_H
#define IH_SHORTEST_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Room for any number. */
#define IH_SHORTEST_ROOM 32

/* Writes a number that is neither infinite nor NaN. Returns its length; there is
** no NUL behind it. */
size_t ih_shortest(double value, char *to);

/* The same for an integer. */
size_t ih_shortest_integer(int64_t value, char *to);

#pragma GCC visibility pop

#endif
