#include "spectra/compress/compress.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/compress/block_gauss.h"
#include "spectra/compress/compress_chunks.h"
#include "spectra/compress/extent.h"
#include "src/base/interrupted.h"
#include "spectra/nodes/nodes.h"

enum {
    ROUNDS = 3,       /* each with finer panels and rules than the one before */
    ROUNDS_OF_FEW = 5 /* of those that begin wide */
};

/* Ranges of x that panels begin with, and what compression has to save: a rule of many nodes is
 * made fast on narrow panels; where every node counts, wide ones take fewer. */
static const double panel_width = 2, panel_width_of_few = 8;
static const size_t worthwhile = 4, worthwhile_of_few = 2;
/* lambda times the reach below which eigenvalues are taken as they are, not on a log scale. */
static const double linear_below = 0.2;
/* Rules are made for this part of the accuracy that is asked for. */
static const double tolerance_share = 1e-3;
/* A node's weight is at least this part of its panel's; else its mean coordinates would be huge. */
static const double weight_share = 1e-14;

typedef struct compress {
    const sgdl_nodes_t *nodes;
    const double *class_weight; /* [C] p_i */
    bool signal; /* the last class is one, and the only one; several count as means */
    const volatile sig_atomic_t *interrupted;
    size_t threads;
    double floor, accuracy, width;
    size_t worthwhile;
    const char *too_many; /* more than that */
    int rounds, refine;
    compress_columns_t columns;
    compress_order_t order;
    panel_t panel;
    estimate_t estimate;
    estimate_sums_t sums;
    double *difference; /* [times*quantities] of a panel and its rule, */
    double *of_rule;    /* [times*quantities] and of the rule alone */
    chunks_t chunks;
    block_gauss_t gauss;
    block_target_t target;
    block_measure_t rules; /* of the panel's chunks, and of the panel */
    block_measure_t few;   /* the result: a node's vector, its eigenvalues, 1 where it is clean */
    double *eigenvalue;    /* [C] */
    double *row;           /* [columns] */
} compress_t;

/* ---- one panel --------------------------------------------------------------------------- */

static size_t panel_node(const compress_t *self, size_t place)
{
    return compress_order_at(&self->order, place);
}

static void get_eigenvalues(compress_t *self, size_t n)
{
    for (size_t i = 0; i < self->nodes->classes; i++)
        self->eigenvalue[i] = self->nodes->eigenvalue[i * self->nodes->count + n];
}

/* Appends a node with the eigenvalues in self->eigenvalue. */
static int add_node(compress_t *self, const double *vector, bool clean, sgdl_error_t *error)
{
    const size_t columns = self->columns.count, classes = self->nodes->classes;
    double *node = block_measure_add(&self->few, 0);
    if (!node)
        return sgdl_fail_memory(error);
    memcpy(node, vector, columns * sizeof *node);
    memcpy(node + columns, self->eigenvalue, classes * sizeof *node);
    node[columns + classes] = clean ? 1 : 0;
    return SGDL_OK;
}

/* The panel's rows as nodes of their own. */
static int keep_panel(compress_t *self, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    int status = SGDL_OK;
    for (size_t place = self->panel.begin; place < self->panel.end; place++) {
        const size_t n = panel_node(self, place);
        get_eigenvalues(self, n);
        for (size_t a = 0; a < nodes->latent && status == SGDL_OK; a++) {
            compress_columns_row(&self->columns, n, a, self->row);
            status = add_node(self, self->row, nodes->clean[n], error);
        }
    }
    return status;
}

static double average_rate(const compress_t *self, const double *eigenvalue)
{
    double sum = 0;
    for (size_t i = 0; i < self->nodes->classes; i++)
        sum += self->class_weight[i] * eigenvalue[i];
    return sum;
}

/* The points `from` onwards of the rules are the panel's: its nodes. */
static int add_rule(compress_t *self, size_t from, sgdl_error_t *error)
{
    const size_t columns = self->columns.count;
    const bool clean = self->nodes->clean[panel_node(self, self->panel.begin)];
    double weight = 0;
    int status = SGDL_OK;
    for (size_t k = from; k < self->rules.count; k++)
        weight += self->rules.vector[k * columns] * self->rules.vector[k * columns];
    const double least = sqrt(weight_share * weight);
    for (size_t k = from; k < self->rules.count && status == SGDL_OK; k++) {
        double *vector = self->rules.vector + k * columns;
        if (fabs(vector[0]) < least)
            vector[0] = copysign(least, vector[0]);
        for (size_t i = 0; i < self->nodes->classes; i++)
            self->eigenvalue[i] = panel_eigenvalue(&self->panel, i, self->rules.x[k]);
        estimate_row(&self->sums, -1, average_rate(self, self->eigenvalue), self->eigenvalue,
                     vector);
        status = add_node(self, vector, clean, error);
    }
    estimate_take(&self->sums, self->of_rule);
    for (size_t k = 0; k < self->estimate.times * self->estimate.quantities; k++)
        self->difference[k] += self->of_rule[k];
    estimate_end_difference(&self->estimate, self->difference);
    return status;
}

/* The least and the largest lambda_bar. */
static void panel_rates(const compress_t *self, double *low, double *high)
{
    const size_t begin = self->panel.begin, end = self->panel.end;
    const double *rate = self->nodes->eigenvalue_bar;
    if (!self->order.index)
        extent_widen(rate + begin, end - begin, low, high);
    for (size_t place = begin; place < end && self->order.index; place++) {
        const double one = rate[self->order.index[place]];
        *low = one < *low ? one : *low;
        *high = one > *high ? one : *high;
    }
}

/* Second reduction: the chunks' rules to one. */
static int reduce_panel(compress_t *self, sgdl_error_t *error)
{
    const panel_t *panel = &self->panel;
    double low = INFINITY, high = 0;
    panel_rates(self, &low, &high);
    estimate_begin(&self->estimate, low, high);
    self->target.radius = self->chunks.target.radius = panel->radius;
    int status = chunks_reduce(&self->chunks, &self->rules, self->difference, error);
    const block_points_t chunks = block_measure_points(&self->rules);
    const size_t from = chunks.count;
    bool shorter = false;
    if (status == SGDL_OK)
        status =
            block_gauss_reduce(&self->gauss, &chunks, &self->target, &self->rules, &shorter, error);
    if (status != SGDL_OK)
        return status;
    const bool pays = shorter && 2 * (self->rules.count - from) <= panel->end - panel->begin;
    return pays ? add_rule(self, from, error) : keep_panel(self, error);
}

/* ---- all panels -------------------------------------------------------------------------- */

static bool too_many(const compress_t *self)
{
    return self->few.count > self->nodes->count / self->worthwhile;
}

/* One pass over all nodes with panels of the given width. Ends early where it does not pay. */
static int reduce_all(compress_t *self, double width, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const panel_cuts_t cuts = {.floor = self->floor,
                               .width = width,
                               .tolerance = fmax(0.1 * self->accuracy, 1e-13),
                               .single = 1 + self->columns.count *
                                                 block_gauss_steps(&self->target, 0.5 * width) /
                                                 nodes->latent};
    self->few.count = 0;
    int status = panel_init(&self->panel, nodes, &self->order, cuts, error);
    for (size_t r = 0; r < self->order.runs && status == SGDL_OK; r++)
        for (size_t place = self->order.start[r]; place < self->order.start[r + 1];) {
            panel_place(&self->panel, place, self->order.start[r + 1]);
            status = check_interrupted(self->interrupted, error);
            if (status == SGDL_OK)
                status = self->panel.smooth ? reduce_panel(self, error) : keep_panel(self, error);
            if (status != SGDL_OK || too_many(self))
                goto out;
            place = self->panel.end;
        }
out:
    panel_free(&self->panel);
    return status;
}

static double add_totals(compress_t *self)
{
    const size_t columns = self->columns.count;
    estimate_begin(&self->estimate, 0, INFINITY);
    for (size_t k = 0; k < self->few.count; k++) {
        const double *node = self->few.vector + k * self->few.columns;
        estimate_row(&self->sums, 1, average_rate(self, node + columns), node + columns, node);
    }
    estimate_take(&self->sums, self->of_rule);
    estimate_end_total(&self->estimate, self->of_rule);
    return estimate_error(&self->estimate);
}

/* X*^T (sum_i p_i K_i) X* */
static double signal_variance(const sgdl_nodes_t *nodes)
{
    const size_t length = nodes->latent * nodes->count;
    const double *signal = nodes->mean + (nodes->classes - 1) * length;
    double sum = 0;
    for (size_t k = 0; k < length; k++)
        sum += nodes->weight[k % nodes->count] * nodes->eigenvalue_bar[k % nodes->count] *
               signal[k] * signal[k];
    return sum;
}

static void end_estimate(compress_t *self)
{
    chunks_free(&self->chunks);
    free(self->difference);
    self->difference = NULL;
    estimate_sums_free(&self->sums);
    estimate_free(&self->estimate);
}

static int start_estimate(compress_t *self, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    double norm2[ESTIMATE_MOST] = {0};
    estimate_range_t range = {INFINITY, 0, linear_below / self->floor, SIZE_MAX};
    for (size_t m = 0; m < self->columns.means && m < ESTIMATE_MOST; m++) {
        norm2[m] = nodes->gram[self->columns.base[m] * (nodes->classes + 1)];
        if (self->signal && self->columns.base[m] == nodes->classes - 1)
            norm2[range.signal = m] = signal_variance(nodes);
    }
    extent_widen_positive(nodes->eigenvalue_bar, nodes->count, &range.lowest, &range.highest);
    end_estimate(self);
    int status =
        estimate_init(&self->estimate, nodes->classes, self->columns.means, norm2, &range, error);
    if (status == SGDL_OK)
        status = estimate_sums_init(&self->sums, &self->estimate, error);
    if (status != SGDL_OK)
        return status;
    const size_t sums = self->estimate.times * self->estimate.quantities;
    self->difference = calloc(2 * sums, sizeof *self->difference);
    if (!self->difference)
        return sgdl_fail_memory(error);
    self->of_rule = self->difference + sums;
    self->chunks = (chunks_t){.nodes = nodes,
                              .columns = &self->columns,
                              .panel = &self->panel,
                              .estimate = &self->estimate,
                              .interrupted = self->interrupted,
                              .target = self->target};
    return chunks_init(&self->chunks, self->threads, error);
}

/* Leaves the reduced nodes in self->few, or sets *because. */
static int reduce(compress_t *self, double *achieved, const char **because, sgdl_error_t *error)
{
    double width = self->width / self->refine;
    for (int round = 0; round < self->rounds; round++, width /= 2) {
        self->target.radius = PANEL_RADIUS;
        int status = start_estimate(self, error);
        if (status == SGDL_OK)
            status = reduce_all(self, width, error);
        if (status != SGDL_OK)
            return status;
        *because = self->too_many;
        if (too_many(self) && self->rounds == ROUNDS)
            return SGDL_OK;
        if (too_many(self))
            continue; /* narrower panels may follow the eigenvalues with fewer points */
        *achieved = add_totals(self);
        *because = NULL;
        if (*achieved <= self->accuracy)
            return SGDL_OK;
        *because = "the estimated error stays above the tolerance";
        self->target.tolerance *= 0.1;
    }
    return SGDL_OK;
}

/* ---- nodes ------------------------------------------------------------------------------- */

static int fill_nodes(const compress_t *self, sgdl_nodes_t *out, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t classes = nodes->classes, count = self->few.count, columns = self->columns.count;
    const int status = nodes_allocate(out, classes, count, 1, nodes->outputs, error);
    if (status != SGDL_OK)
        return status;
    for (size_t n = 0; n < count; n++) {
        const double *node = self->few.vector + n * self->few.columns;
        compress_columns_node(&self->columns, node, out, n);
        for (size_t i = 0; i < classes; i++)
            out->eigenvalue[i * count + n] = node[columns + i];
        out->eigenvalue_bar[n] = average_rate(self, node + columns);
        out->clean[n] = node[columns + classes] > 0;
    }
    memcpy(out->trace, nodes->trace, classes * sizeof *out->trace);
    memcpy(out->gram, nodes->gram, classes * classes * sizeof *out->gram);
    memcpy(out->mahalanobis2, nodes->mahalanobis2, classes * classes * sizeof *out->mahalanobis2);
    out->dimension = nodes->dimension;
    return SGDL_OK;
}

/* A start is carried along where each node's is a single vector: S = chi chi^T. */
static bool start_is_single(const sgdl_nodes_t *nodes)
{
    return nodes->outputs == 0 || (double)nodes->count == nodes->dimension;
}

static int compress_init(compress_t *self, const sgdl_quadrature_t *quadrature, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    double least = INFINITY, largest = 0;
    extent_widen(nodes->eigenvalue, nodes->classes * nodes->count, &least, &largest);
    /* However short the time, powers of the eigenvalues are summed too. */
    self->floor = fmin(linear_below / quadrature->reach, linear_below * largest);
    self->accuracy = fmin(fmax(quadrature->accuracy, 1e-12), 1e-2);
    self->width = quadrature->most > 0 ? panel_width_of_few : panel_width;
    self->too_many = quadrature->most > 0 ? "it would take more than half of the nodes"
                                          : "it would take more than a quarter of the nodes";
    self->rounds = quadrature->most > 0 ? ROUNDS_OF_FEW : ROUNDS;
    self->worthwhile = quadrature->most > 0 ? worthwhile_of_few : worthwhile;
    self->refine = quadrature->refine > 1 ? quadrature->refine : 1;
    self->target = (block_target_t){
        .radius = PANEL_RADIUS,
        .tolerance = fmax(pow(tolerance_share * self->accuracy, self->refine), 1e-28)};
    self->eigenvalue = calloc(nodes->classes, sizeof *self->eigenvalue);
    if (!self->eigenvalue)
        return sgdl_fail_memory(error);
    int status = compress_columns_init(&self->columns, nodes, error);
    if (status == SGDL_OK)
        status = compress_order_init(&self->order, nodes, error);
    self->row = status == SGDL_OK ? calloc(self->columns.count, sizeof *self->row) : NULL;
    if (status == SGDL_OK && !self->row)
        status = sgdl_fail_memory(error);
    self->rules.columns = self->columns.count;
    self->few.columns = self->columns.count + nodes->classes + 1;
    return status;
}

static void compress_free(compress_t *self)
{
    compress_columns_free(&self->columns);
    compress_order_free(&self->order);
    end_estimate(self);
    block_gauss_free(&self->gauss);
    block_measure_free(&self->rules);
    block_measure_free(&self->few);
    free(self->eigenvalue);
    free(self->row);
}

int nodes_compress(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                   const sgdl_quadrature_t *quadrature, sgdl_error_t *error)
{
    if (!start_is_single(self)) {
        self->exact_because = "a start is given on groups of equal eigenvalues";
        return SGDL_OK;
    }
    compress_t compress = {.nodes = self,
                           .class_weight = mixture->weight,
                           .signal = mixture->signals == 1,
                           .interrupted = mixture->watch.stop};
    sgdl_nodes_t out = {0};
    double achieved = 0;
    int status = compress_init(&compress, quadrature, error);
    const double columns = (double)compress.columns.count;
    compress.threads =
        (size_t)mixture_threads(mixture, 4 * (double)self->count * columns * columns);
    if (status == SGDL_OK)
        status = reduce(&compress, &achieved, &self->exact_because, error);
    if (status == SGDL_OK && !self->exact_because)
        status = fill_nodes(&compress, &out, error);
    compress_free(&compress);
    if (status != SGDL_OK) {
        sgdl_nodes_free(&out);
    } else if (!self->exact_because) {
        out.compressed = true;
        out.compression_error = achieved;
        sgdl_nodes_free(self);
        *self = out;
    }
    return status;
}
