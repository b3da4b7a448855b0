/** What the mean of an ensemble may be off by, beside what it is judged by. */
#ifndef SGDLIMIT_ENSEMBLE_LEEWAY_H
#define SGDLIMIT_ENSEMBLE_LEEWAY_H

#include <stdbool.h>

/** Beyond its error bars the mean of an ensemble may be off by c/scale, c being plan.allowance
 * times factor times the curve's largest value, or what it has moved by then. */
typedef struct leeway {
    double scale;      /* d, say; INFINITY: it is exact */
    double factor;     /* 1 */
    const char *term;  /* " + c/d": as the criterion has it behind z se; static, as all of them */
    const char *why;   /* what makes the factor more; "": nothing does */
    const char *bound; /* "c/d", as a message says it */
    const char *help;  /* what would make it less: "a larger dimension" */
    double stride;     /* t of a step */
    /* c is in proportion to what a row has moved, in place of the largest value, which it is no
     * more than; and to that of a start whose runs differ. */
    bool by_progress;
    double start;
} leeway_t;

#endif
