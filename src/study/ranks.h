/**
 * The processes that share a sweep. Built without MPI, or not started by mpirun, there is one.
 */
#ifndef SGDLIMIT_STUDY_RANKS_H
#define SGDLIMIT_STUDY_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** Joins the others; rank 0 writes. Errors: SGDL_ERR_EXTERNAL. */
int ranks_begin(sgdl_error_t *error) SGDL_CHECKED;
void ranks_end(void);

/** Ends all ranks at once: for a rank that cannot go on while others wait for it. */
void ranks_abort(void);

int ranks_own(void);
int ranks_count(void);

/** Rank 0's text, or NULL, to all: *text is theirs (free), and stays what it was on rank 0.
 * Errors: SGDL_ERR_MEMORY. */
int ranks_share_text(char **text, sgdl_error_t *error) SGDL_CHECKED;

/* Messages of fixed size between rank 0 and the others. */

/** To rank 0: a message [size bytes], which asks for one number in return. */
void ranks_send(const void *message, size_t size);

/** From rank 0: the number for the oldest message that has none yet. Waits for it. */
long ranks_receive(void);

/** Rank 0: is there a message? Then it is received into `message` [room], *size and *from tell. */
bool ranks_poll(void *message, size_t room, size_t *size, int *from);

/** Rank 0: the next number for a worker that has asked. */
void ranks_answer(int to, long number);

#endif
