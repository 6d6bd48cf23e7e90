/*
** What is known of a transfer when it is over: how it ended, what libcurl says
** about that, when things happened, and whether the request was sent.
*/
#ifndef IH_RESULT_H
#define IH_RESULT_H

#include "transfer.h"

#pragma GCC visibility push(hidden)

/* Writes down how it ended, unless that is known already, and returns the
** libcurl handle, reset for another use; NULL when it has none. The handle must
** be out of its multi handle. */
void *ih_result_write(struct ih_transfer *t, enum ih_end end, int code);

#pragma GCC visibility pop

#endif
