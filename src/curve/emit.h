/**
 * Handing out: what computations say to a sink in one line.
 */
#ifndef SGDLIMIT_CURVE_EMIT_H
#define SGDLIMIT_CURVE_EMIT_H

#include "sgdlimit/curve.h"
#include "src/curve/quantities.h"

/** Quantities on their way to a sink. All-zero but for the group is empty; to be freed. */
typedef struct emit_list {
    quantity_group_t group;
    sgdl_quantity_t *quantity; /* [count] owned, names and captions too */
    size_t count, room;
} emit_list_t;

/** Adds one; its kind says the rest. Errors: SGDL_ERR_MEMORY. */
int emit_add(emit_list_t *self, sgdl_error_t *error, const char *format, ...)
    SGDL_FORMAT(3, 4) SGDL_CHECKED;
void emit_free(emit_list_t *self);

/** Hands all of them out. Errors: the sink's. */
int emit_quantities(const emit_list_t *self, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** A block of the curve of a learning rate; `runs` 0: of no ensemble. */
int emit_block(const sgdl_sink_t *sink, size_t curve, size_t runs,
               sgdl_error_t *error) SGDL_CHECKED;
int emit_row(const sgdl_sink_t *sink, const double *value, sgdl_error_t *error) SGDL_CHECKED;

/** Errors: the sink's, SGDL_ERR_MEMORY. */
int emit_note(const sgdl_sink_t *sink, const char *key, sgdl_error_t *error, const char *format,
              ...) SGDL_FORMAT(4, 5) SGDL_CHECKED;

#endif
