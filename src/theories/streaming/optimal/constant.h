/**
 * The best constant learning rate: a scan over many decades below the stability limit, then Brent's
 * method in log gamma around every local minimum that the scan shows.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_CONSTANT_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_CONSTANT_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct constant_of {
    /* INFINITY: there is none, or it is not known. A status ends the search. */
    int (*risk)(void *context, double rate, double *risk, sgdl_error_t *error);
    void *context;    /* borrowed */
    double least;     /* the smallest rate that is looked at */
    double reference; /* one beyond which rates are large */
    double below;     /* the stability limit, or INFINITY */
} constant_of_t;

typedef struct constant {
    double rate, risk;           /* the best; the risk is INFINITY where none has one */
    size_t minima;               /* local ones, the best included */
    double next_rate, next_risk; /* the second best minimum; NAN */
    bool at_least;               /* the risk still falls where rates end to be looked at */
    bool flat;                   /* all rates that were looked at have the same risk */
} constant_t;

/** Errors: those of the function, and then *found is the best so far. */
int constant_search(const constant_of_t *of, constant_t *found, sgdl_error_t *error) SGDL_CHECKED;

#endif
