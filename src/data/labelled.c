#include "src/data/labelled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/c_locale.h"
#include "src/base/grow.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/data/reading.h"

/* More different labels than this are no labels but numbers to be fitted. */
enum { LABELS_MOST = 10000 };

void labelled_free(labelled_t *self)
{
    for (size_t l = 0; self->label && l < self->labels; l++)
        free(self->label[l]);
    for (size_t j = 0; self->feature && j < self->columns; j++)
        free(self->feature[j]);
    free(self->value);
    free(self->of);
    free(self->line);
    free(self->label);
    free(self->feature);
    free(self->text);
    free(self->at);
    *self = (labelled_t){0};
}

const char *labelled_feature(const labelled_t *self, size_t j, char text[LABELLED_NAME])
{
    char shown[48] = "";
    if (self->feature)
        text_printable(self->feature[j], shown, sizeof shown);
    (void)snprintf(text, LABELLED_NAME, "feature %zu%s%s%s", j + 1, self->feature ? " (" : "",
                   shown, self->feature ? ")" : "");
    return text;
}

/* ---- rows ----------------------------------------------------------------------------------- */

double *labelled_row(labelled_t *self, size_t columns, const labelled_source_t *source,
                     sgdl_error_t *error)
{
    self->columns = columns;
    if (self->rows == self->value_room) {
        const size_t room = self->value_room ? 2 * self->value_room : 64;
        const double bytes = 8.0 * (double)room * (double)columns;
        if (memory_ask(source->memory, bytes, error, "%zu rows of %zu features and more",
                       self->rows, columns) != SGDL_OK)
            return NULL;
        double *grown =
            bytes < 0x1p62 ? realloc(self->value, room * columns * sizeof *grown + 1) : NULL;
        if (!grown) {
            (void)sgdl_fail_memory(error);
            return NULL;
        }
        self->value = grown;
        self->value_room = room;
    }
    return self->value + self->rows * columns;
}

static int add_text(labelled_t *self, const char *label, sgdl_error_t *error)
{
    const size_t length = strlen(label) + 1;
    if (self->text_size + length > self->text_room) {
        const size_t room = 2 * (self->text_room + length) + 256;
        char *grown = realloc(self->text, room);
        if (!grown)
            return sgdl_fail_memory(error);
        self->text = grown;
        self->text_room = room;
    }
    memcpy(self->text + self->text_size, label, length);
    self->text_size += length;
    return SGDL_OK;
}

int labelled_add(labelled_t *self, const char *label, size_t line, sgdl_error_t *error)
{
    size_t *lines = grow(self->line, self->rows, &self->line_room, 64, sizeof *lines);
    if (!lines)
        return sgdl_fail_memory(error);
    self->line = lines;
    size_t *at = grow(self->at, self->rows, &self->at_room, 64, sizeof *at);
    if (!at)
        return sgdl_fail_memory(error);
    self->at = at;
    self->line[self->rows] = line;
    self->at[self->rows] = self->text_size;
    int status = add_text(self, label, error);
    self->rows += status == SGDL_OK;
    return status;
}

/* ---- labels --------------------------------------------------------------------------------- */

typedef struct mention {
    const char *text;
    double number; /* NAN where some label is none */
    size_t row;
} mention_t;

static int compare_mentions(const void *a, const void *b)
{
    const mention_t *x = a, *y = b;
    if (isnan(x->number))
        return strcmp(x->text, y->text);
    return (x->number > y->number) - (x->number < y->number);
}

static mention_t *list_mentions(const labelled_t *self)
{
    mention_t *mention = calloc(self->rows + 1, sizeof *mention);
    bool numbers = true;
    for (size_t r = 0; mention && r < self->rows; r++) {
        mention[r] = (mention_t){self->text + self->at[r], NAN, r};
        numbers = numbers && text_number(mention[r].text, &mention[r].number) == NUMBER_OK;
    }
    for (size_t r = 0; mention && r < self->rows && !numbers; r++)
        mention[r].number = NAN;
    return mention;
}

static char *copy_label(const mention_t *mention)
{
    char text[TEXT_NUMBER_SIZE];
    if (!isnan(mention->number))
        text_shortest(mention->number, text);
    return strdup(isnan(mention->number) ? mention->text : text);
}

static int name_labels(labelled_t *self, const char *path, const mention_t *mention,
                       sgdl_error_t *error)
{
    size_t room = 0;
    for (size_t k = 0; k < self->rows; k++) {
        if (k == 0 || compare_mentions(&mention[k - 1], &mention[k]) != 0) {
            if (self->labels == LABELS_MOST)
                return sgdl_fail(error, SGDL_ERR_INPUT, path,
                                 "found more than %d different labels, allowed: classes",
                                 LABELS_MOST);
            char **grown = grow(self->label, self->labels, &room, 8, sizeof *grown);
            if (!grown)
                return sgdl_fail_memory(error);
            self->label = grown;
            if (!(self->label[self->labels] = copy_label(&mention[k])))
                return sgdl_fail_memory(error);
            self->labels++;
        }
        self->of[mention[k].row] = self->labels - 1;
    }
    return SGDL_OK;
}

static int sort_labels(labelled_t *self, const char *path, sgdl_error_t *error)
{
    mention_t *mention = list_mentions(self);
    self->of = calloc(self->rows, sizeof *self->of);
    int status = mention && self->of ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        qsort(mention, self->rows, sizeof *mention, compare_mentions);
        status = name_labels(self, path, mention, error);
    }
    free(mention);
    free(self->text);
    free(self->at);
    self->text = NULL;
    self->at = NULL;
    return status;
}

/* ---- files ---------------------------------------------------------------------------------- */

typedef enum format { CSV, TSV, NPY, LIBSVM, FORMATS } format_t;
static const char *const formats[FORMATS] = {"csv", "tsv", "npy", "libsvm"};

static bool ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path), own = strlen(ending);
    return length > own && strcasecmp(path + length - own, ending) == 0;
}

static int find_format(const char *path, const char *stated, format_t *format, sgdl_error_t *error)
{
    static const struct {
        const char *ending;
        format_t format;
    } endings[] = {
        {".csv", CSV}, {".tsv", TSV}, {".npy", NPY}, {".libsvm", LIBSVM}, {".svm", LIBSVM}};
    for (size_t f = 0; stated && f < FORMATS; f++)
        if (strcmp(stated, formats[f]) == 0) {
            *format = (format_t)f;
            return SGDL_OK;
        }
    if (stated)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--data-format",
                         "found '%.80s', allowed: csv, tsv, npy, libsvm", stated);
    for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
        if (ends_with(path, endings[e].ending)) {
            *format = endings[e].format;
            return SGDL_OK;
        }
    const bool packed = ends_with(path, ".gz") || ends_with(path, ".bz2") ||
                        ends_with(path, ".xz") || ends_with(path, ".zip") ||
                        ends_with(path, ".npz");
    return sgdl_fail(error, SGDL_ERR_INPUT, path,
                     packed ? "is compressed; allowed: the file unpacked (gunzip -k FILE)"
                            : "found a name that says no format; allowed: .csv, .tsv, .npy, "
                              ".libsvm or .svm, or --data-format");
}

static int read_format(labelled_t *self, const labelled_source_t *source, sgdl_error_t *error)
{
    format_t format = CSV;
    int status = find_format(source->path, source->format, &format, error);
    if (status != SGDL_OK)
        return status;
    if (format == NPY)
        return read_arrays(self, source, error);
    return format == LIBSVM ? read_libsvm(self, source, error)
                            : read_separated(self, source, format == TSV ? '\t' : ',', error);
}

int labelled_read(labelled_t *self, const labelled_source_t *source, sgdl_error_t *error)
{
    c_locale_t locale;
    *self = (labelled_t){0};
    if (source->labels && source->column)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--label",
                         "found beside --labels, allowed: one of them");
    int status = c_locale_enter(&locale, error);
    if (status != SGDL_OK)
        return status;
    status = read_format(self, source, error);
    if (status == SGDL_OK && self->rows == 0)
        status = sgdl_fail(error, SGDL_ERR_INPUT, source->path,
                           "found no rows, allowed: features and labels");
    if (status == SGDL_OK && source->labels)
        status = read_label_column(self, source, error);
    if (status == SGDL_OK)
        status = sort_labels(self, source->labels ? source->labels : source->path, error);
    c_locale_leave(&locale);
    return status;
}
