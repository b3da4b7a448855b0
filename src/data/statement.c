/* problem.yaml, with remarks. */
#include <math.h>
#include <string.h>

#include "sgdlimit/version.h"
#include "src/base/text.h"
#include "src/base/text_stream.h"
#include "src/data/fit.h"

/* Rounded down to that many digits. */
static double rounded_down(double value, int digits)
{
    const double unit = pow(10, floor(log10(value)) - digits + 1);
    return floor(value / unit * (1 + 1e-12)) * unit;
}

static void put_rounded(FILE *out, double value, int digits)
{
    (void)fprintf(out, "%.*g", digits, rounded_down(value, digits));
}

/* A remark stays on its line. */
static void put_shown(FILE *out, const char *text)
{
    char shown[128];
    text_printable(text, shown, sizeof shown);
    (void)fputs(shown, out);
}

static void put_source(FILE *out, const fit_t *self, const char *path)
{
    const sgdl_estimate_options_t *options = self->options;
    (void)fprintf(out, "# Estimated by sgdlimit %s from ", SGDL_VERSION);
    put_shown(out, path);
    (void)fprintf(
        out, " (crc32 0x%08x): %zu rows in %zu classes, %zu features, %zu of them constant.\n",
        (unsigned)self->data.crc32, self->rows, self->classes, self->features, self->constants);
    (void)fputs("# Rows were transformed to a = s V^T (x - c), as transform.npy says (c, below it "
                "s V^T): ",
                out);
    if (options->transform) {
        (void)fputs("that of ", out);
        put_shown(out, options->transform);
        (void)fputs(".\n", out);
    } else {
        (void)fputs(options->centre ? "the mean of all rows removed" : "not centred", out);
        if (options->components > 0)
            (void)fprintf(out, ", the first %zu principal components", self->d);
        else if (self->d < self->features)
            (void)fputs(", constant features left out", out);
        (void)fputs(options->scale ? ", scaled so that sum_i p_i tr(K_i)/d = 1.\n"
                                   : ", not scaled.\n",
                    out);
    }
    (void)fputs("# rows.npy holds the transformed rows behind the number of their class:\n"
                "#   sgdlimit compare problem.yaml --rows rows.npy\n\n",
                out);
}

static void put_class(FILE *out, const fit_t *self, size_t i)
{
    (void)fputs("  - weight: ", out);
    text_put_number(out, (double)self->count[i] / (double)self->rows);
    (void)fprintf(out, "  # class %zu: %zu rows labelled '", i + 1, self->count[i]);
    put_shown(out, self->data.label[self->label[i]]);
    (void)fputs("'\n    label: ", out);
    text_put_number(out, fit_label(self, i));
    (void)fprintf(out,
                  "\n    covariance: {family: file, path: covariance_%zu.%s}\n"
                  "    mean: {family: file, path: mean_%zu.txt}\n",
                  i + 1, self->options->diagonal ? "txt" : "npy", i + 1);
}

static void put_loss(FILE *out, const fit_t *self)
{
    const char *loss = fit_loss(self);
    const bool one_hot = strcmp(loss, "least-squares") == 0 && self->classes > 2 && !self->positive;
    (void)fprintf(out, "loss: %s", loss);
    if (one_hot)
        (void)fputs("  # or softmax (without encoding)\nencoding: one-hot", out);
    else if (strcmp(loss, "softmax") != 0)
        (void)fprintf(out, "  # or %s",
                      strcmp(loss, "logistic") == 0 ? "least-squares, with labels 1 and -1"
                                                    : "logistic, with labels 1 and 0");
    (void)fputc('\n', out);
}

/* The rate moves no direction by more than a tenth of itself in a step; the time leaves a fifth of
 * the rows to be held out. */
static void put_run(FILE *out, const fit_t *self)
{
    const double d = (double)self->d, n = (double)self->rows;
    const double rate = fmin(0.5, 0.1 * d / self->largest), time = fmax(0.8 * n, 1) / d;
    (void)fputs("learning_rate: ", out);
    put_rounded(out, rate, 1);
    (void)fprintf(
        out,
        "  # gamma; a step is gamma/d. E[a a^T] has eigenvalues up to %.4g = %.2g d: keep "
        "gamma times the latter well below 1\n",
        self->largest, self->largest / d);
    (void)fputs("batch: 1\nridge: 0\nintercept: 0  # 1 adds a bias, as unbalanced classes need\n"
                "label_noise: 0\n",
                out);
    (void)fputs("time: ", out);
    put_rounded(out, time, 2);
    (void)fprintf(out,
                  "  # t = steps/d; the rows last to t = %.4g at batch 1, this leaves a fifth of "
                  "them\n"
                  "output: {points: 51, spacing: linear}\nseed: 1\n",
                  n / d);
}

int fit_statement(const fit_t *self, const char *path, char **text, sgdl_error_t *error)
{
    text_stream_t stream;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    put_source(stream.out, self, path);
    (void)fprintf(stream.out, "dimension: %zu\n", self->d);
    put_loss(stream.out, self);
    (void)fputs("classes:\n", stream.out);
    for (size_t i = 0; i < self->classes; i++)
        put_class(stream.out, self, i);
    put_run(stream.out, self);
    return text_stream_close(&stream, text, error);
}
