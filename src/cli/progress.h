/** A progress line on standard error: only on a terminal, only for jobs of over a second. */
#ifndef SGDLIMIT_CLI_PROGRESS_H
#define SGDLIMIT_CLI_PROGRESS_H

#include <stdbool.h>
#include <time.h>

typedef struct progress {
    bool silent;
    bool shown;
    struct timespec begin;
    struct timespec last; /* when the line was drawn */
} progress_t;

void progress_start(progress_t *self, bool quiet);

/** To be called often; `context` is the progress_t. t = NAN is not shown: the time that is left is,
 * for a job whose work is even. */
void progress_show(void *context, double fraction, double t);

/** Erases the line. */
void progress_end(progress_t *self);

#endif
