#include "src/theories/streaming/walkers/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BINS = 48 };

/* Eigenvalues that differ by less than this are equal. */
static const double same = 1e-12;

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The edges between bins [MOST_BINS], increasing, from the eigenvalues [d]; returns their number:
 * one less than there are bins. `sorted` is scratch [d]. */
static size_t find_edges(const double *eigenvalue, size_t d, double *sorted, double *edge)
{
    size_t distinct = 1, zeros = 0;
    memcpy(sorted, eigenvalue, d * sizeof *sorted);
    qsort(sorted, d, sizeof *sorted, compare_numbers);
    for (size_t n = 1; n < d; n++)
        if (sorted[n] > sorted[n - 1] * (1 + same)) {
            if (distinct < MOST_BINS)
                edge[distinct - 1] = 0.5 * (sorted[n] + sorted[n - 1]);
            distinct++;
        }
    if (distinct <= MOST_BINS)
        return distinct - 1;
    while (sorted[zeros] == 0)
        zeros++;
    double low = log(sorted[zeros]), width = log(sorted[d - 1]) - low;
    size_t count = 0;
    if (zeros > 0)
        edge[count++] = 0.5 * sorted[zeros];
    for (size_t k = 1; k + 1 < MOST_BINS; k++)
        edge[count++] = exp(low + width * (double)k / (MOST_BINS - 1));
    return count;
}

static size_t place(double eigenvalue, const double *edge, size_t edges)
{
    size_t bin = 0;
    while (bin < edges && eigenvalue > edge[bin])
        bin++;
    return bin;
}

/* Bins without directions are left out. */
static void drop_empty(bins_t *self, size_t all)
{
    size_t number[MOST_BINS] = {0};
    for (size_t b = 0; b < all; b++) {
        if (self->directions[b] == 0)
            continue;
        number[b] = self->count;
        self->directions[self->count] = self->directions[b];
        self->eigenvalue[self->count++] = self->eigenvalue[b] / self->directions[b];
    }
    for (size_t n = 0; n < self->d; n++)
        self->of[n] = number[self->of[n]];
}

static void sort_into_bins(bins_t *self, const double *eigenvalue, double *scratch)
{
    double edge[MOST_BINS];
    size_t edges = find_edges(eigenvalue, self->d, scratch, edge);
    for (size_t n = 0; n < self->d; n++) {
        size_t bin = place(eigenvalue[n], edge, edges);
        self->of[n] = bin;
        self->directions[bin]++;
        self->eigenvalue[bin] += eigenvalue[n];
    }
    drop_empty(self, edges + 1);
    self->quantities = self->count * (self->means + 1) * self->L;
}

int bins_init(bins_t *self, const experiment_t *experiment, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = experiment->problem;
    const size_t C = experiment->C, d = experiment->d;
    sgdl_directions_t directions = {0};
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, experiment->plan);
    *self = (bins_t){.means = mixture.classes, .L = experiment->L, .d = d};
    double *scratch = calloc(d, 2 * sizeof *scratch);
    self->of = calloc(d, sizeof *self->of);
    self->directions = calloc(2, MOST_BINS * sizeof *self->directions);
    int status = sgdl_directions_init(&directions, &mixture, error);
    if (status == SGDL_OK && (!scratch || !self->of || !self->directions))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self->eigenvalue = self->directions + MOST_BINS;
        for (size_t n = 0; n < d; n++)
            for (size_t i = 0; i < C; i++)
                scratch[n] += problem->weight[i] * directions.eigenvalue[i * d + n];
        sort_into_bins(self, scratch, scratch + d);
        self->mean = directions.mean; /* taken over */
        directions.mean = NULL;
    }
    sgdl_directions_free(&directions);
    free(scratch);
    return status;
}

void bins_free(bins_t *self)
{
    free(self->of);
    free(self->mean);
    free(self->directions);
    *self = (bins_t){0};
}

void bins_row(const bins_t *self, const double *chi, double *row)
{
    const size_t means = self->means, L = self->L, d = self->d, width = (means + 1) * L;
    memset(row, 0, self->quantities * sizeof *row);
    for (size_t a = 0; a < L; a++)
        for (size_t n = 0; n < d; n++) {
            double x = chi[a * d + n], *bin = row + self->of[n] * width;
            for (size_t i = 0; i < means; i++)
                bin[i * L + a] += x * self->mean[i * d + n];
            bin[means * L + a] += x * x;
        }
    for (size_t q = 0; q < self->quantities; q++)
        row[q] /= self->directions[q / width];
}
