/* Rows of libsvm: `label index:value ...`, `#` begins a remark. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/grow.h"
#include "src/base/text.h"
#include "src/data/reading.h"

/* An index beyond is a slip of the pen, not a feature. */
enum { INDEX_MOST = 10000000 };

typedef struct entry {
    size_t row, index; /* from 0 */
    double value;
} entry_t;

typedef struct sparse {
    labelled_t *out;
    line_reader_t lines;
    entry_t *entry;
    size_t entries, room, columns;
} sparse_t;

static int add_entry(sparse_t *self, double index, double value)
{
    entry_t *grown = grow(self->entry, self->entries, &self->room, 256, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(self->lines.error);
    self->entry = grown;
    self->entry[self->entries++] = (entry_t){self->out->rows, (size_t)index - 1, value};
    if ((size_t)index > self->columns)
        self->columns = (size_t)index;
    return SGDL_OK;
}

/* "12:0.5"; indices increase along a line. */
static int take_pair(sparse_t *self, char *word, double *last)
{
    char shown[64], where[64];
    double index, value;
    char *colon = strchr(word, ':');
    text_printable(word, shown, sizeof shown);
    if (!colon)
        return lines_fail(&self->lines, "found '%s', allowed: index:value", shown);
    *colon = '\0';
    if (text_number(word, &index) != NUMBER_OK || !(index >= 1) || index > INDEX_MOST ||
        index != floor(index))
        return lines_fail(&self->lines, "found '%s', allowed: an index from 1 to %d", shown,
                          INDEX_MOST);
    if (index <= *last)
        return lines_fail(&self->lines, "found index %.0f behind %.0f, allowed: increasing ones",
                          index, *last);
    *last = index;
    (void)snprintf(where, sizeof where, "index %.0f", index);
    int status = field_number(&self->lines, colon + 1, where, &value);
    return status == SGDL_OK ? add_entry(self, index, value) : status;
}

static int take_line(sparse_t *self)
{
    char *rest = NULL, *remark = strchr(self->lines.text, '#');
    double last = 0;
    if (remark)
        *remark = '\0';
    const char *label = strtok_r(self->lines.text, " \t", &rest);
    if (!label)
        return SGDL_OK;
    if (strchr(label, ':'))
        return lines_fail(&self->lines, "found no label in front, allowed: label index:value ...");
    if (field_is_missing(label))
        return lines_fail(&self->lines, "found no label: '%s'", label);
    int status = SGDL_OK;
    for (char *word; status == SGDL_OK && (word = strtok_r(NULL, " \t", &rest)) != NULL;)
        status = take_pair(self, word, &last);
    return status == SGDL_OK ? labelled_add(self->out, label, self->lines.number, self->lines.error)
                             : status;
}

/* All rows with their zeros. */
static int fill(const sparse_t *self, const labelled_source_t *source, sgdl_error_t *error)
{
    labelled_t *out = self->out;
    const size_t rows = out->rows;
    int status = SGDL_OK;
    if (rows > 0 && self->columns == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, source->path, "found no index:value in any row");
    for (out->rows = 0; out->rows < rows && status == SGDL_OK; out->rows++) {
        double *row = labelled_row(out, self->columns, source, error);
        if (!row)
            status = error ? error->code : SGDL_ERR_MEMORY;
        else
            memset(row, 0, self->columns * sizeof *row);
    }
    out->rows = rows;
    for (size_t e = 0; e < self->entries && status == SGDL_OK; e++)
        out->value[self->entry[e].row * self->columns + self->entry[e].index] =
            self->entry[e].value;
    return status;
}

int read_libsvm(labelled_t *out, const labelled_source_t *source, sgdl_error_t *error)
{
    sparse_t self = {.out = out};
    bool more = true;
    int status = source->labels || source->column
                     ? sgdl_fail(error, SGDL_ERR_INPUT, source->labels ? "--labels" : "--label",
                                 "found beside a file of libsvm, whose rows begin with their "
                                 "labels; allowed: none")
                     : lines_open(&self.lines, source, error);
    while (status == SGDL_OK && (status = lines_next(&self.lines, &more)) == SGDL_OK && more)
        status = take_line(&self);
    out->crc32 = self.lines.crc32;
    lines_close(&self.lines);
    if (status == SGDL_OK)
        status = fill(&self, source, error);
    free(self.entry);
    return status;
}
