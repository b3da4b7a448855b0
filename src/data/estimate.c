#include "src/data/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"
#include "src/base/text.h"
#include "src/curve/emit.h"
#include "src/data/folder.h"

sgdl_estimate_options_t sgdl_estimate_default(void)
{
    return (sgdl_estimate_options_t){.centre = true, .scale = true};
}

void fit_free(fit_t *self)
{
    labelled_free(&self->data);
    free(self->taken);
    free(self->of);
    free(self->label);
    free(self->positive);
    free(self->count);
    free(self->constant);
    free(self->a);
    free(self->mean);
    free(self->covariance);
    free(self->transform);
    free(self->shape);
    *self = (fit_t){0};
}

static int check_options(const sgdl_estimate_options_t *options, sgdl_error_t *error)
{
    const double w = options->shrinkage;
    if (!(w >= 0 && w <= 1) && w != SGDL_SHRINKAGE_LEDOIT_WOLF)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--shrinkage",
                         "found %g, allowed: a number from 0 to 1, or ledoit-wolf", w);
    if (options->transform && options->components > 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--pca",
                         "found beside --transform, which has its own directions; allowed: one of "
                         "them");
    return SGDL_OK;
}

/* ---- what it hands out ---------------------------------------------------------------------- */

static const char *const columns[] = {
    "class", "label",     "rows",     "weight",           "trace",       "rank",
    "mean2", "shrinkage", "kurtosis", "largest_kurtosis", "kurtosis_at", "norm_spread"};
enum { COLUMNS = sizeof columns / sizeof *columns };

static int hand_out_rows(const fit_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++) {
        const class_shape_t *shape = &self->shape[i];
        const double row[COLUMNS] = {(double)(i + 1),
                                     fit_label(self, i),
                                     (double)self->count[i],
                                     (double)self->count[i] / (double)self->rows,
                                     shape->trace,
                                     (double)shape->rank,
                                     shape->mean2,
                                     shape->shrinkage,
                                     shape->kurtosis,
                                     shape->largest_kurtosis,
                                     (double)shape->kurtosis_at,
                                     shape->norm_spread};
        status = emit_row(sink, row, error);
    }
    return status;
}

static int hand_out_notes(const fit_t *self, const char *data, const sgdl_sink_t *sink,
                          sgdl_error_t *error)
{
    char shown[512], key[48];
    text_printable(data, shown, sizeof shown);
    int status =
        emit_note(sink, "data", error, "%s, crc32 0x%08x", shown, (unsigned)self->data.crc32);
    if (status == SGDL_OK)
        status = emit_note(sink, "rows", error, "%zu of %zu", self->rows, self->data.rows);
    if (status == SGDL_OK)
        status = emit_note(sink, "dimension", error, "%zu of %zu features, %zu of them constant",
                           self->d, self->features, self->constants);
    if (status == SGDL_OK)
        status = emit_note(sink, "loss", error, "%s", fit_loss(self));
    if (status == SGDL_OK)
        status =
            emit_note(sink, "largest_eigenvalue", error, "%.6g of E[a a^T] over all rows, %.4g d",
                      self->largest, self->largest / (double)self->d);
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++) {
        (void)snprintf(key, sizeof key, "class_%zu", i + 1);
        text_printable(self->data.label[self->label[i]], shown, sizeof shown);
        status = emit_note(sink, key, error, "'%s'", shown);
    }
    return status;
}

static int hand_out(const fit_t *self, const char *data, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    emit_list_t list = {.group = QUANTITIES_OF_ESTIMATE};
    int status = SGDL_OK;
    for (size_t c = 0; c < COLUMNS && status == SGDL_OK; c++)
        status = emit_add(&list, error, "%s", columns[c]);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    emit_free(&list);
    if (status == SGDL_OK)
        status = hand_out_notes(self, data, sink, error);
    return status == SGDL_OK ? hand_out_rows(self, sink, error) : status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool numbered(const char *name, const char *before, const char *ending)
{
    const size_t length = strlen(before);
    if (strncmp(name, before, length) != 0)
        return false;
    const size_t digits = strspn(name + length, "0123456789");
    return digits > 0 && strcmp(name + length + digits, ending) == 0;
}

static bool is_own(const char *name)
{
    return strcmp(name, "problem.yaml") == 0 || strcmp(name, "rows.npy") == 0 ||
           strcmp(name, "transform.npy") == 0 || numbered(name, "mean_", ".txt") ||
           numbered(name, "covariance_", ".txt") || numbered(name, "covariance_", ".npy");
}

static int compute(fit_t *self, const char *data, sgdl_error_t *error)
{
    const sgdl_estimate_options_t *options = self->options;
    const labelled_source_t source = {.path = data,
                                      .labels = options->labels,
                                      .column = options->label,
                                      .format = options->format,
                                      .memory = options->memory,
                                      .watch = options->watch};
    int status = labelled_read(&self->data, &source, error);
    if (status == SGDL_OK)
        status = fit_choose(self, data, error);
    if (status == SGDL_OK)
        status = fit_transform(self, data, error);
    return status == SGDL_OK ? fit_moments(self, data, error) : status;
}

int sgdl_estimate(const char *data, const char *folder, const sgdl_estimate_options_t *options,
                  const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_estimate_options_t standard = sgdl_estimate_default();
    fit_t self = {.options = options ? options : &standard};
    folder_t out = {0};
    c_locale_t locale;
    int status = check_options(self.options, error);
    if (status == SGDL_OK)
        status = c_locale_enter(&locale, error);
    if (status != SGDL_OK)
        return status;
    status = folder_open(&out, folder, self.options->replace, is_own, error);
    if (status == SGDL_OK)
        status = compute(&self, data, error);
    if (status == SGDL_OK)
        status = fit_write(&self, data, out.temporary, error);
    if (status == SGDL_OK)
        status = hand_out(&self, data, sink, error);
    if (status == SGDL_OK)
        status = folder_commit(&out, error);
    folder_discard(&out);
    fit_free(&self);
    c_locale_leave(&locale);
    return status;
}
