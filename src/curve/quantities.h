/**
 * The kinds of quantities: every name that a computation hands out, its unit, what stands at its
 * axis, and what help says of it. Computations, `help columns` and pictures read this one list.
 */
#ifndef SGDLIMIT_CURVE_QUANTITIES_H
#define SGDLIMIT_CURVE_QUANTITIES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * `name` is a pattern: behind its stem (all up to "_i") may stand numbers, of a class, of an output
 * or of a coordinate; NAME is whatever other quantity is before what follows.
 */
typedef struct quantity_kind {
    const char *name;
    const char *unit;    /* "1": a pure number */
    const char *caption; /* at an axis; NULL: the name itself. Of a NAME_... what it is of NAME */
    const char *help;    /* NULL: shared with the next kind; "": help does not list it */
    const char *counted; /* what its first number counts; NULL: classes */
} quantity_kind_t;

/** Where a name is used: it may mean something else elsewhere. */
typedef enum quantity_group {
    QUANTITIES_OF_SOLVE,
    QUANTITIES_OF_FIXED_DATA,
    QUANTITIES_OF_DIRECTIONS,
    QUANTITIES_OF_SIMULATE,
    QUANTITIES_OF_COMPARE,
    QUANTITIES_OF_DIMENSIONS,
    QUANTITIES_OF_SPECTRUM,
    QUANTITIES_OF_LIMIT,
    QUANTITIES_OF_OPTIMISE,
    QUANTITIES_OF_CRITICAL,
    QUANTITIES_OF_SWEEP,
    QUANTITIES_OF_DIFFUSION,
    QUANTITIES_OF_ESCAPE,
    QUANTITIES_OF_LANDSCAPE,
    QUANTITIES_OF_ESTIMATE,
    QUANTITY_GROUPS
} quantity_group_t;

typedef struct quantity_list {
    const char *heading;         /* in help */
    const quantity_kind_t *kind; /* the last one's name is NULL */
} quantity_list_t;

extern const quantity_list_t quantity_lists[QUANTITY_GROUPS];

/** The kind of a name as that group uses it, else as others do; NULL if none knows it. */
const quantity_kind_t *quantity_find(quantity_group_t group, const char *name);

/** What stands at the axis of a quantity, its class included. Returns false, with the name as the
 * text, if no kind says; nor does that of a NAME_..., which stands at the axis of NAME. */
bool quantity_caption(quantity_group_t group, const char *name, char *text, size_t size);

/** The same where it stands alone: of a NAME_... the caption of NAME, and what this is of it. */
void quantity_description(quantity_group_t group, const char *name, char *text, size_t size);

#endif
