/* The nodes that are integrated, with their traces. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/matrices.h"
#include "src/theories/streaming/streaming.h"

static const double most_numbers = 1e8; /* of a table: 0.8 GB */
enum { MOST_PAIRED = 16 };              /* classes whose pairs are listed */

/* One `name_i` comment. */
static int note_class_value(const sgdl_sink_t *sink, const char *name, size_t i, double value,
                            sgdl_error_t *error)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s_%zu", name, i + 1);
    return emit_note(sink, key, error, "%.17g", value);
}

static int note_pair_value(const sgdl_sink_t *sink, const char *name, size_t i, size_t j,
                           double value, sgdl_error_t *error)
{
    char key[96];
    (void)snprintf(key, sizeof key, "%s_%zu_%zu", name, i + 1, j + 1);
    return emit_note(sink, key, error, "%.17g", value);
}

/* |mu_i - mu_j|, from the coordinates: their Gram matrix would cancel for means that are close. */
static double mean_distance(const sgdl_nodes_t *nodes, size_t i, size_t j)
{
    size_t N = nodes->count;
    double sum = 0;
    for (size_t a = 0; a < nodes->latent; a++) {
        const double *mean_i = nodes->mean + (i * nodes->latent + a) * N;
        const double *mean_j = nodes->mean + (j * nodes->latent + a) * N;
        for (size_t n = 0; n < N; n++) {
            double difference = mean_i[n] - mean_j[n];
            sum += nodes->weight[n] * difference * difference;
        }
    }
    return sqrt(sum);
}

/* The nodes of C classes; a signal is one more mean behind theirs. */
typedef struct spectrum {
    const sgdl_nodes_t *nodes;
    size_t C;
} spectrum_t;

static bool has_signal(const spectrum_t *self) { return self->nodes->classes > self->C; }

/* X*^T K_i X* */
static double signal_variance(const spectrum_t *self, size_t i)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t N = nodes->count, length = nodes->latent * N;
    const double *signal = nodes->mean + self->C * length;
    double sum = 0;
    for (size_t k = 0; k < length; k++)
        sum += nodes->weight[k % N] * nodes->eigenvalue[i * N + k % N] * signal[k] * signal[k];
    return sum;
}

static int note_signal(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const size_t all = self->nodes->classes, C = self->C;
    int status = emit_note(sink, "signal_norm2", error, "%.17g", self->nodes->gram[C * all + C]);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = note_class_value(sink, "signal_variance", i, signal_variance(self, i), error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = note_class_value(sink, "signal_mean", i, self->nodes->gram[C * all + i], error);
    return status;
}

static int note_pairs(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t C = self->C, all = nodes->classes;
    int status = SGDL_OK;
    for (size_t i = 0; i < C; i++) {
        for (size_t j = i + 1; j < C && status == SGDL_OK; j++) {
            status =
                note_pair_value(sink, "mean_distance", i, j, mean_distance(nodes, i, j), error);
            if (status == SGDL_OK)
                status = note_pair_value(sink, "mahalanobis2", i, j,
                                         nodes->mahalanobis2[i * all + j], error);
        }
    }
    return status;
}

static int note_traces(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t C = self->C, diagonal = nodes->classes + 1;
    int status = SGDL_OK;
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = note_class_value(sink, "trace", i, nodes->trace[i], error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = note_class_value(sink, "mean_norm2", i, nodes->gram[i * diagonal], error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status =
            note_class_value(sink, "mahalanobis2", i, nodes->mahalanobis2[i * diagonal], error);
    if (status == SGDL_OK && C <= MOST_PAIRED)
        status = note_pairs(sink, self, error);
    return status == SGDL_OK && has_signal(self) ? note_signal(sink, self, error) : status;
}

static int note_header(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    int status = emit_note(sink, "nodes", error, "%zu", nodes->count);
    if (status == SGDL_OK)
        status = emit_note(sink, "latent", error, "%zu", nodes->latent);
    char compression[160];
    if (status == SGDL_OK && *sgdl_nodes_compression(nodes, compression, sizeof compression))
        status = emit_note(sink, "compression", error, "%s", compression);
    if (status == SGDL_OK)
        status = matrices_note(sink, nodes, error);
    return status != SGDL_OK ? status : note_traces(sink, self, error);
}

static int hand_out_quantities(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const size_t latent = self->nodes->latent;
    static const char *const first[] = {"node", "weight", "eigenvalue_bar", "clean"};
    emit_list_t list = {.group = QUANTITIES_OF_SPECTRUM};
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof first / sizeof *first && status == SGDL_OK; i++)
        status = emit_add(&list, error, "%s", first[i]);
    for (size_t i = 0; i < self->C && status == SGDL_OK; i++)
        status = emit_add(&list, error, "eigenvalue_%zu", i + 1);
    for (size_t i = 0; i < self->C; i++)
        for (size_t a = 0; a < latent && status == SGDL_OK; a++)
            status = latent == 1 ? emit_add(&list, error, "mean_%zu", i + 1)
                                 : emit_add(&list, error, "mean_%zu_%zu", i + 1, a + 1);
    for (size_t a = 0; a < latent && status == SGDL_OK && has_signal(self); a++)
        status = latent == 1 ? emit_add(&list, error, "signal")
                             : emit_add(&list, error, "signal_%zu", a + 1);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    emit_free(&list);
    return status;
}

/* Row by row; `row` has room for one. */
static int add_rows(const sgdl_sink_t *sink, const spectrum_t *self, double *row,
                    sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t N = nodes->count;
    int status = SGDL_OK;
    for (size_t n = 0; n < N && status == SGDL_OK; n++) {
        double *cell = row;
        *cell++ = (double)(n + 1);
        *cell++ = nodes->weight[n];
        *cell++ = nodes->eigenvalue_bar[n];
        *cell++ = nodes->clean[n] ? 1 : 0;
        for (size_t i = 0; i < self->C; i++)
            *cell++ = nodes->eigenvalue[i * N + n];
        for (size_t ia = 0; ia < nodes->classes * nodes->latent; ia++)
            *cell++ = nodes->mean[ia * N + n];
        status = emit_row(sink, row, error);
    }
    return status;
}

static int hand_out(const sgdl_sink_t *sink, const spectrum_t *self, sgdl_error_t *error)
{
    const size_t columns = 4 + self->C + self->nodes->classes * self->nodes->latent;
    const double numbers = (double)self->nodes->count * (double)columns;
    if (numbers > most_numbers) {
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "the spectrum's table would hold %.3g numbers, allowed: at most %.3g",
                         numbers, most_numbers);
    }
    double *row = calloc(columns, sizeof *row);
    int status = row ? note_header(sink, self, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = hand_out_quantities(sink, self, error);
    if (status == SGDL_OK)
        status = add_rows(sink, self, row, error);
    free(row);
    return status;
}

int streaming_spectrum(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_nodes_t nodes = {0};
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &whole);
    sgdl_quadrature_t quadrature = sgdl_problem_quadrature(problem, &whole);
    quadrature.matrices = true;
    status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    if (status == SGDL_OK)
        status = hand_out(sink, &(spectrum_t){&nodes, problem->classes}, error);
    sgdl_nodes_free(&nodes);
    return status;
}
