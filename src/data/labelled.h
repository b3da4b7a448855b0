/**
 * Labelled rows: n rows of d features and a label each, read from a file.
 *
 *     .csv, .tsv     fields behind commas or tabs; one column is the label
 *     .npy           an array, whose column is the label, or one beside a file of labels
 *     .svm, .libsvm  `label index:value ...`, indices from 1 and increasing, what is missing is 0
 *
 * Labels are words or numbers; those that are all numbers are ordered and told apart as such.
 */
#ifndef SGDLIMIT_DATA_LABELLED_H
#define SGDLIMIT_DATA_LABELLED_H

#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"
#include "sgdlimit/watch.h"

/** What to read, and how. Texts are borrowed. */
typedef struct labelled_source {
    const char *path;
    const char *labels; /* a file of labels beside it; NULL: a column */
    const char *column; /* the label's, by name or number from 1; NULL: `label`, else the last */
    const char *format; /* csv, tsv, npy or libsvm; NULL: by the name's ending */
    double memory;      /* bytes that the rows may take; 0: no bound */
    sgdl_watch_t watch;
} labelled_source_t;

/** All-zero is empty. */
typedef struct labelled {
    size_t rows, columns;
    double *value;  /* [rows*columns] by rows, owned */
    size_t *of;     /* [rows] the index of a row's label, owned */
    size_t *line;   /* [rows] where it stands in its file, from 1, owned */
    size_t labels;  /* different ones */
    char **label;   /* [labels] in increasing order, owned */
    char **feature; /* [columns] names, owned; NULL: the file has none */
    uint32_t crc32; /* of the file */
    /* while it is read */
    size_t value_room, line_room, text_room, text_size, at_room;
    char *text; /* the rows' labels, one after another with their ends */
    size_t *at; /* [rows] where in it */
} labelled_t;

/** To be freed in any case. Errors: SGDL_ERR_INPUT with the line and the column,
 * SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int labelled_read(labelled_t *self, const labelled_source_t *source,
                  sgdl_error_t *error) SGDL_CHECKED;
void labelled_free(labelled_t *self);

enum { LABELLED_NAME = 96 };

/** "column 3 (width)", or without a name "column 3": of feature j. */
const char *labelled_feature(const labelled_t *self, size_t j, char text[LABELLED_NAME]);

#endif
