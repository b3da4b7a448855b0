#include "src/cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

void progress_start(progress_t *self, bool quiet)
{
    *self = (progress_t){.silent = quiet || !isatty(STDERR_FILENO)};
    if (clock_gettime(CLOCK_MONOTONIC, &self->begin) != 0)
        self->silent = true;
    self->last = self->begin;
}

static double seconds_between(struct timespec begin, struct timespec end)
{
    return (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
}

void progress_show(void *context, double fraction, double t)
{
    progress_t *self = context;
    struct timespec now;
    if (self->silent || clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
        seconds_between(self->last, now) < (self->shown ? 0.1 : 1.0))
        return;
    if (isnan(t)) {
        double left = seconds_between(self->begin, now) * (1 - fraction) / fraction;
        (void)fprintf(stderr, "\r%3.0f%%  %.0f:%02.0f left\033[K", 100 * fraction, floor(left / 60),
                      floor(fmod(left, 60)));
    } else {
        (void)fprintf(stderr, "\r%3.0f%%  t = %.4g\033[K", 100 * fraction, t);
    }
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
