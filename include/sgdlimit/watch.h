/**
 * Watching and stopping: what a long computation tells whoever started it, and how it is told to
 * end early.
 *
 * A computation looks at `stop` every few milliseconds. Once it is set, the computation keeps the
 * rows that it has and returns SGDL_ERR_INTERRUPTED.
 */
#ifndef SGDLIMIT_WATCH_H
#define SGDLIMIT_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All-zero: nobody watches, nothing stops. */
typedef struct sgdl_watch {
    const volatile sig_atomic_t *stop; /* set from outside, by a signal handler maybe; borrowed, may
                                          be NULL */
    /* How far the computation is, 0 to 1, and the time t it has come to (NAN where there is none).
     * Called by one thread at a time; may be NULL. */
    void (*progress)(void *context, double fraction, double t);
    void *context; /* handed to progress, borrowed */
} sgdl_watch_t;

/** Has it been told to stop? `self` may be NULL. */
static inline bool sgdl_watch_stopped(const sgdl_watch_t *self)
{
    return self && self->stop && *self->stop;
}

/** Reports progress, if anybody listens. `self` may be NULL. */
static inline void sgdl_watch_report(const sgdl_watch_t *self, double fraction, double t)
{
    if (self && self->progress)
        self->progress(self->context, fraction, t);
}

#ifdef __cplusplus
}
#endif
#endif
