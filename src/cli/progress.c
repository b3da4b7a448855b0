#include "src/cli/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_start(progress_t *self, bool quiet)
{
    *self = (progress_t){.silent = quiet || !isatty(STDERR_FILENO)};
    if (clock_gettime(CLOCK_MONOTONIC, &self->last) != 0) {
        self->silent = true;
    }
}

void progress_show(void *context, double fraction, double t)
{
    progress_t *self = context;
    struct timespec now;
    if (self->silent || clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return;
    }
    double elapsed = (double)(now.tv_sec - self->last.tv_sec) +
                     1e-9 * (double)(now.tv_nsec - self->last.tv_nsec);
    if (elapsed < (self->shown ? 0.1 : 1.0)) {
        return;
    }
    (void)fprintf(stderr, "\r%3.0f%%  t = %.4g\033[K", 100 * fraction, t);
    (void)fflush(stderr);
    self->last = now;
    self->shown = true;
}

void progress_end(progress_t *self)
{
    if (self->shown) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        self->shown = false;
    }
}
