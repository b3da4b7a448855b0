/* Curves in memory: an array a quantity. */
#include "sgdlimit/curve.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Texts and values of one quantity; all owned. */
typedef struct column {
    char *name, *unit, *caption;
    double *value; /* [room] */
} column_t;

typedef struct note {
    char *key, *text; /* owned */
} note_t;

/* Rows from `first` on. */
typedef struct part {
    size_t first;
    sgdl_block_t of;
} part_t;

struct sgdl_curve {
    column_t *column; /* [columns] owned */
    size_t columns;
    size_t rows, room;
    part_t *block; /* [blocks] owned */
    size_t blocks, block_room;
    note_t *note; /* [notes] owned */
    size_t notes, note_room;
};

sgdl_curve_t *sgdl_curve_new(void) { return calloc(1, sizeof(sgdl_curve_t)); }

void sgdl_curve_free(sgdl_curve_t *self)
{
    if (!self)
        return;
    for (size_t c = 0; c < self->columns; c++) {
        free(self->column[c].name);
        free(self->column[c].unit);
        free(self->column[c].caption);
        free(self->column[c].value);
    }
    for (size_t n = 0; n < self->notes; n++) {
        free(self->note[n].key);
        free(self->note[n].text);
    }
    free(self->column);
    free(self->block);
    free(self->note);
    free(self);
}

/* ---- filling ------------------------------------------------------------------------------- */

/* Makes room for one item more; *room counts items. */
static int grow(void **items, size_t *room, size_t used, size_t size, sgdl_error_t *error)
{
    if (used < *room)
        return SGDL_OK;
    const size_t wanted = *room < 8 ? 16 : 2 * *room;
    void *grown = wanted > SIZE_MAX / 2 / size ? NULL : realloc(*items, wanted * size);
    if (!grown)
        return sgdl_fail_memory(error);
    *items = grown;
    *room = wanted;
    return SGDL_OK;
}

/* Room for one row more in all columns. */
static int grow_columns(sgdl_curve_t *self, sgdl_error_t *error)
{
    size_t room = self->room;
    int status = SGDL_OK;
    for (size_t c = 0; c < self->columns && status == SGDL_OK; c++) {
        room = self->room;
        status = grow((void **)&self->column[c].value, &room, self->rows,
                      sizeof *self->column[c].value, error);
    }
    if (status == SGDL_OK)
        self->room = room;
    return status;
}

static int set_quantities(void *context, const sgdl_quantity_t *quantity, size_t count,
                          sgdl_error_t *error)
{
    sgdl_curve_t *self = context;
    if (self->columns > 0 || self->rows > 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found a curve that holds %zu quantities, allowed: an empty one",
                         self->columns);
    self->column = calloc(count, sizeof *self->column);
    if (!self->column)
        return sgdl_fail_memory(error);
    self->columns = count;
    for (size_t c = 0; c < count; c++) {
        column_t *column = &self->column[c];
        column->name = strdup(quantity[c].name);
        column->unit = strdup(quantity[c].unit);
        column->caption = strdup(quantity[c].caption);
        if (!column->name || !column->unit || !column->caption)
            return sgdl_fail_memory(error);
    }
    return grow_columns(self, error);
}

static int add_block(void *context, const sgdl_block_t *block, sgdl_error_t *error)
{
    sgdl_curve_t *self = context;
    int status =
        grow((void **)&self->block, &self->block_room, self->blocks, sizeof *self->block, error);
    if (status == SGDL_OK)
        self->block[self->blocks++] = (part_t){self->rows, *block};
    return status;
}

static int add_row(void *context, const double *value, sgdl_error_t *error)
{
    sgdl_curve_t *self = context;
    int status = self->blocks == 0 ? add_block(self, &(sgdl_block_t){0}, error) : SGDL_OK;
    if (status == SGDL_OK)
        status = grow_columns(self, error);
    if (status != SGDL_OK)
        return status;
    for (size_t c = 0; c < self->columns; c++)
        self->column[c].value[self->rows] = value[c];
    self->rows++;
    return SGDL_OK;
}

static note_t *find_note(const sgdl_curve_t *self, const char *key)
{
    for (size_t n = 0; n < self->notes; n++)
        if (strcmp(self->note[n].key, key) == 0)
            return &self->note[n];
    return NULL;
}

static int add_note(void *context, const char *key, const char *text, sgdl_error_t *error)
{
    sgdl_curve_t *self = context;
    note_t *known = find_note(self, key);
    const note_t note = {known ? NULL : strdup(key), strdup(text)};
    if (known && note.text) {
        free(known->text);
        known->text = note.text;
        return SGDL_OK;
    }
    int status = !note.text || !note.key ? sgdl_fail_memory(error)
                                         : grow((void **)&self->note, &self->note_room, self->notes,
                                                sizeof note, error);
    if (status != SGDL_OK) {
        free(note.key);
        free(note.text);
        return status;
    }
    self->note[self->notes++] = note;
    return SGDL_OK;
}

sgdl_sink_t sgdl_curve_sink(sgdl_curve_t *self)
{
    return (sgdl_sink_t){.context = self,
                         .quantities = set_quantities,
                         .block = add_block,
                         .row = add_row,
                         .note = add_note};
}

/* ---- reading ------------------------------------------------------------------------------- */

size_t sgdl_curve_rows(const sgdl_curve_t *self) { return self->rows; }

size_t sgdl_curve_quantities(const sgdl_curve_t *self) { return self->columns; }

sgdl_quantity_t sgdl_curve_quantity(const sgdl_curve_t *self, size_t index)
{
    assert(index < self->columns);
    const column_t *column = &self->column[index];
    return (sgdl_quantity_t){column->name, column->unit, column->caption};
}

const double *sgdl_curve_column(const sgdl_curve_t *self, const char *name)
{
    for (size_t c = 0; c < self->columns; c++)
        if (strcmp(self->column[c].name, name) == 0)
            return self->column[c].value;
    return NULL;
}

size_t sgdl_curve_blocks(const sgdl_curve_t *self) { return self->blocks; }

size_t sgdl_curve_block(const sgdl_curve_t *self, size_t index)
{
    assert(index < self->blocks);
    return self->block[index].first;
}

size_t sgdl_curve_block_end(const sgdl_curve_t *self, size_t index)
{
    assert(index < self->blocks);
    return index + 1 < self->blocks ? self->block[index + 1].first : self->rows;
}

sgdl_block_t sgdl_curve_block_of(const sgdl_curve_t *self, size_t index)
{
    assert(index < self->blocks);
    return self->block[index].of;
}

const char *sgdl_curve_note(const sgdl_curve_t *self, const char *key)
{
    const note_t *note = find_note(self, key);
    return note ? note->text : NULL;
}
