/* sgdlimit spectrum: print the nodes and their traces. */
#include <math.h>

#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static const double MOST_NUMBERS = 1e8; /* of a table: 0.8 GB */
static const size_t MOST_PAIRED = 16;   /* classes whose pairs are listed */

/* One `name_i` comment. */
static int write_class_value(sgdl_table_t *table, const char *name, size_t i, double value,
                             sgdl_error_t *error)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s_%zu", name, i + 1);
    return sgdl_table_comment(table, false, key, error, "%.17g", value);
}

static int write_pair_value(sgdl_table_t *table, const char *name, size_t i, size_t j, double value,
                            sgdl_error_t *error)
{
    char key[96];
    (void)snprintf(key, sizeof key, "%s_%zu_%zu", name, i + 1, j + 1);
    return sgdl_table_comment(table, false, key, error, "%.17g", value);
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

static int write_traces(sgdl_table_t *table, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    size_t C = nodes->classes;
    int status = SGDL_OK;
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = write_class_value(table, "trace", i, nodes->trace[i], error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = write_class_value(table, "mean_norm2", i, nodes->gram[i * C + i], error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = write_class_value(table, "mahalanobis2", i, nodes->mahalanobis2[i * C + i], error);
    for (size_t i = 0; i < C && C <= MOST_PAIRED; i++) {
        for (size_t j = i + 1; j < C && status == SGDL_OK; j++) {
            status =
                write_pair_value(table, "mean_distance", i, j, mean_distance(nodes, i, j), error);
            if (status == SGDL_OK) {
                status = write_pair_value(table, "mahalanobis2", i, j,
                                          nodes->mahalanobis2[i * C + j], error);
            }
        }
    }
    return status;
}

static int write_header(sgdl_table_t *table, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    int status = sgdl_table_comment(table, false, "nodes", error, "%zu", nodes->count);
    if (status == SGDL_OK)
        status = sgdl_table_comment(table, false, "latent", error, "%zu", nodes->latent);
    char compression[160];
    if (status == SGDL_OK && *sgdl_nodes_compression(nodes, compression, sizeof compression))
        status = sgdl_table_comment(table, false, "compression", error, "%s", compression);
    return status != SGDL_OK ? status : write_traces(table, nodes, error);
}

static int add_columns(sgdl_table_t *table, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    static const char *const first[] = {"node", "weight", "eigenvalue_bar", "clean"};
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof first / sizeof *first && status == SGDL_OK; i++)
        status = sgdl_table_column(table, error, "%s", first[i]);
    for (size_t i = 0; i < nodes->classes && status == SGDL_OK; i++)
        status = sgdl_table_column(table, error, "eigenvalue_%zu", i + 1);
    for (size_t i = 0; i < nodes->classes; i++) {
        for (size_t a = 0; a < nodes->latent && status == SGDL_OK; a++) {
            status = nodes->latent == 1
                         ? sgdl_table_column(table, error, "mean_%zu", i + 1)
                         : sgdl_table_column(table, error, "mean_%zu_%zu", i + 1, a + 1);
        }
    }
    return status;
}

static int add_rows(sgdl_table_t *table, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    size_t C = nodes->classes;
    size_t N = nodes->count;
    for (size_t n = 0; n < N; n++) {
        double *cell;
        int status = sgdl_table_row(table, &cell, error);
        if (status != SGDL_OK)
            return status;
        *cell++ = (double)(n + 1);
        *cell++ = nodes->weight[n];
        *cell++ = nodes->eigenvalue_bar[n];
        *cell++ = nodes->clean[n] ? 1 : 0;
        for (size_t i = 0; i < C; i++)
            *cell++ = nodes->eigenvalue[i * N + n];
        for (size_t ia = 0; ia < C * nodes->latent; ia++)
            *cell++ = nodes->mean[ia * N + n];
    }
    return SGDL_OK;
}

static int fill_table(sgdl_table_t *table, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    double numbers =
        (double)nodes->count * (4 + (double)nodes->classes * (1 + (double)nodes->latent));
    if (numbers > MOST_NUMBERS) {
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "the spectrum's table would hold %.3g numbers, allowed: at most %.3g",
                         numbers, MOST_NUMBERS);
    }
    int status = write_header(table, nodes, error);
    if (status == SGDL_OK)
        status = add_columns(table, nodes, error);
    return status != SGDL_OK ? status : add_rows(table, nodes, error);
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_nodes_t nodes = {0};
    const sgdl_problem_t *problem = work->problem;
    const sgdl_plan_t *plan = &work->plan;
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    sgdl_quadrature_t quadrature = sgdl_problem_quadrature(problem, plan);
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    if (status == SGDL_OK)
        status = fill_table(table, &nodes, error);
    sgdl_nodes_free(&nodes);
    if (sgdl_watch_stopped(&plan->watch)) {
        sgdl_table_free(table);
        status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted; no table was written");
    }
    return status;
}

static const option_t *const spectrum_options[] = {
    OUTPUT_OPTIONS, &option_memory, &option_refine_list, &option_exact_list, &option_timings, NULL};

const command_t command_spectrum = {
    .name = "spectrum",
    .help = "print the nodes (weight, eigenvalues, mean coordinates) and their traces",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = spectrum_options,
    .example = "  sgdlimit spectrum --covariance power-law:exponent=1.5\n",
    .compute = compute,
};
