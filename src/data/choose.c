/* Which rows and features are taken, and what the classes are. */
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/data/fit.h"
#include "src/data/reading.h"

/* Marks the labels that a list "3,8" names: every one of them is there. */
static int mark(const labelled_t *data, const char *place, const char *list, bool *marked,
                sgdl_error_t *error)
{
    char *copy = strdup(list), *rest = NULL, shown[64];
    int status = copy ? SGDL_OK : sgdl_fail_memory(error);
    for (char *word = copy ? strtok_r(copy, ",", &rest) : NULL; word && status == SGDL_OK;
         word = strtok_r(NULL, ",", &rest)) {
        size_t l = 0;
        while (l < data->labels && strcmp(data->label[l], word) != 0)
            l++;
        text_printable(word, shown, sizeof shown);
        if (l == data->labels)
            status = sgdl_fail(error, SGDL_ERR_INPUT, place,
                               "found '%s', allowed: labels of the data, such as '%.60s'", shown,
                               data->label[0]);
        else
            marked[l] = true;
    }
    free(copy);
    return status;
}

/* ---- classes -------------------------------------------------------------------------------- */

static int check_classes(const fit_t *self, const char *path, sgdl_error_t *error)
{
    char shown[64];
    if (self->classes == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--only", "found no label, allowed: a list");
    for (size_t r = 0; r < self->rows; r++) {
        const size_t i = self->of[r];
        text_printable(self->data.label[self->label[i]], shown, sizeof shown);
        if (self->count[i] < 2)
            return line_fail(path, self->data.line[self->taken[r]], error,
                             "found the only row of label '%s', allowed: two or more, as a "
                             "covariance needs; --only names the labels to take",
                             shown);
    }
    return SGDL_OK;
}

static int list_classes(fit_t *self, const bool *marked, sgdl_error_t *error)
{
    const labelled_t *data = &self->data;
    size_t *class_of = calloc(data->labels, sizeof *class_of);
    self->label = calloc(data->labels, sizeof *self->label);
    self->count = calloc(data->labels, sizeof *self->count);
    self->taken = calloc(data->rows, sizeof *self->taken);
    self->of = calloc(data->rows, sizeof *self->of);
    const bool fits = class_of && self->label && self->count && self->taken && self->of;
    for (size_t l = 0; fits && l < data->labels; l++)
        if (marked[l]) {
            self->label[self->classes] = l;
            class_of[l] = self->classes++;
        }
    for (size_t r = 0; fits && r < data->rows; r++)
        if (marked[data->of[r]]) {
            self->taken[self->rows] = r;
            self->of[self->rows++] = class_of[data->of[r]];
            self->count[class_of[data->of[r]]]++;
        }
    free(class_of);
    return fits ? SGDL_OK : sgdl_fail_memory(error);
}

static int choose_positive(fit_t *self, bool *marked, sgdl_error_t *error)
{
    const char *list = self->options->positive;
    size_t count = 0;
    if (!list)
        return SGDL_OK;
    self->positive = calloc(self->classes, sizeof *self->positive);
    if (!self->positive)
        return sgdl_fail_memory(error);
    memset(marked, 0, self->data.labels * sizeof *marked);
    int status = mark(&self->data, "--positive", list, marked, error);
    for (size_t i = 0; i < self->classes; i++)
        count += self->positive[i] = marked[self->label[i]];
    if (status == SGDL_OK && (count == 0 || count == self->classes))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "--positive",
                           "found '%.80s', which is %s of the labels, allowed: some", list,
                           count == 0 ? "none" : "all");
    return status;
}

/* ---- the loss ------------------------------------------------------------------------------- */

const char *fit_loss(const fit_t *self)
{
    if (self->options->loss)
        return self->options->loss;
    return self->positive || self->classes == 2 ? "logistic" : "least-squares";
}

/* Logistic 0 and 1, least squares of two +1 and -1; of more their number. */
double fit_label(const fit_t *self, size_t class_index)
{
    const bool two = self->positive || self->classes <= 2;
    const bool is_positive = self->positive ? self->positive[class_index] : class_index == 1;
    if (!two || strcmp(fit_loss(self), "softmax") == 0)
        return self->positive ? (is_positive ? 2 : 1) : (double)(class_index + 1);
    if (strcmp(fit_loss(self), "logistic") == 0)
        return is_positive;
    return is_positive ? 1 : -1;
}

static int check_loss(const fit_t *self, sgdl_error_t *error)
{
    static const char *const losses[] = {"logistic", "least-squares", "softmax"};
    const char *loss = fit_loss(self);
    size_t l = 0;
    while (l < sizeof losses / sizeof *losses && strcmp(loss, losses[l]) != 0)
        l++;
    if (l == sizeof losses / sizeof *losses)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--loss",
                         "found '%.80s', allowed: logistic, least-squares, softmax", loss);
    if (l == 0 && !self->positive && self->classes > 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--loss",
                         "found logistic with %zu labels, allowed: two; --positive LIST says which "
                         "count as 1, --only which are taken",
                         self->classes);
    return SGDL_OK;
}

/* ---- features ------------------------------------------------------------------------------- */

static int find_constants(fit_t *self, const char *path, sgdl_error_t *error)
{
    const labelled_t *data = &self->data;
    const double *first = data->value + self->taken[0] * data->columns;
    char name[LABELLED_NAME];
    self->features = data->columns;
    self->constant = calloc(data->columns, sizeof *self->constant);
    if (!self->constant)
        return sgdl_fail_memory(error);
    for (size_t j = 0; j < data->columns; j++) {
        size_t r = 1;
        while (r < self->rows && data->value[self->taken[r] * data->columns + j] == first[j])
            r++;
        self->constant[j] = r == self->rows;
        self->constants += self->constant[j];
    }
    const bool refuses = self->options->constant == SGDL_CONSTANT_REFUSE &&
                         self->options->components == 0 && !self->options->transform;
    for (size_t j = 0; j < data->columns && refuses; j++)
        if (self->constant[j])
            return line_fail(path, data->line[self->taken[0]], error,
                             "%s is %.6g in all rows (so are %zu others); allowed with --constant: "
                             "drop leaves such features out, keep takes them as directions of zero "
                             "variance",
                             labelled_feature(data, j, name), first[j], self->constants - 1);
    return self->constants < data->columns
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, path, "found constant features only");
}

int fit_choose(fit_t *self, const char *path, sgdl_error_t *error)
{
    const char *only = self->options->only;
    bool *marked = calloc(self->data.labels, sizeof *marked);
    int status = marked ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t l = 0; status == SGDL_OK && l < self->data.labels; l++)
        marked[l] = !only;
    if (status == SGDL_OK && only)
        status = mark(&self->data, "--only", only, marked, error);
    if (status == SGDL_OK)
        status = list_classes(self, marked, error);
    if (status == SGDL_OK)
        status = check_classes(self, path, error);
    if (status == SGDL_OK)
        status = choose_positive(self, marked, error);
    if (status == SGDL_OK)
        status = check_loss(self, error);
    free(marked);
    return status == SGDL_OK ? find_constants(self, path, error) : status;
}
