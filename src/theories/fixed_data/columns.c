#include "src/theories/fixed_data/columns.h"

#include <math.h>

#include "src/base/packed.h"
#include "src/theories/fixed_data/block_loss.h"

/* Of every output of a class, of one signal, and of one output's intercept. */
enum { OF_CLASS = 3, OF_OUTPUT = 3, OF_SIGNAL = 2 };

static size_t class_at(const columns_t *self, size_t e) { return self->shown ? self->shown[e] : e; }

/* Of one output and one signal; several have an overlap a pair. */
static bool has_signal(const columns_t *self) { return self->setup->K == 1 && self->setup->L == 1; }

static size_t overlaps(const columns_t *self)
{
    return has_signal(self) ? 0 : self->setup->L * self->setup->K;
}

static bool has_bias(const columns_t *self) { return self->setup->problem->intercept != 0; }

columns_t columns_of(const setup_t *setup)
{
    const sgdl_plan_t *plan = setup->plan;
    const bool many = setup->L > 1 && OF_OUTPUT * setup->C * setup->L > COLUMNS_OF_OUTPUTS;
    columns_t self = {.setup = setup,
                      .layout = layout_of(setup),
                      .shown = plan->shown,
                      .shown_count = plan->shown ? plan->shown_count : setup->C,
                      .shows_outputs = plan->shown || !many};
    self.count = OBSERVED_COMMON + self.shown_count * OF_CLASS;
    if (self.shows_outputs)
        self.count += self.shown_count * setup->L * OF_OUTPUT;
    if (has_signal(&self))
        self.count += OF_SIGNAL;
    self.count += overlaps(&self);
    if (has_bias(&self))
        self.count += setup->L;
    return self;
}

/* ---- names ----------------------------------------------------------------------------------- */

static int add_outputs(const columns_t *self, emit_list_t *list, size_t i, sgdl_error_t *error)
{
    static const char *const names[OF_OUTPUT] = {"mean", "var", "cos"};
    int status = SGDL_OK;
    for (size_t a = 0; a < self->setup->L; a++)
        for (size_t c = 0; c < OF_OUTPUT && status == SGDL_OK; c++)
            status = self->setup->L == 1
                         ? emit_add(list, error, "%s_%zu", names[c], i + 1)
                         : emit_add(list, error, "%s_%zu_%zu", names[c], i + 1, a + 1);
    return status;
}

static int add_class(const columns_t *self, emit_list_t *list, size_t i, sgdl_error_t *error)
{
    static const char *const names[OF_CLASS] = {"risk", "error", "train_risk"};
    int status = SGDL_OK;
    for (size_t c = 0; c < OF_CLASS && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s_%zu", names[c], i + 1);
    return status == SGDL_OK && self->shows_outputs ? add_outputs(self, list, i, error) : status;
}

int columns_quantities(const columns_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const common[OBSERVED_COMMON] = {
        "risk", "error", "train_risk", "train_error", "gap", "learning_rate", "norm2"};
    static const char *const signal[OF_SIGNAL] = {"overlap_signal", "cos_signal"};
    const size_t L = self->setup->L;
    int status = SGDL_OK;
    for (size_t c = 0; c < OBSERVED_COMMON && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", common[c]);
    for (size_t e = 0; e < self->shown_count && status == SGDL_OK; e++)
        status = add_class(self, list, class_at(self, e), error);
    for (size_t c = 0; c < OF_SIGNAL && has_signal(self) && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", signal[c]);
    for (size_t o = 0; o < overlaps(self) && status == SGDL_OK; o++)
        status = emit_add(list, error, "overlap_signal_%zu_%zu", o / self->setup->K + 1,
                          o % self->setup->K + 1);
    for (size_t a = 0; a < L && has_bias(self) && status == SGDL_OK; a++)
        status = L == 1 ? emit_add(list, error, "bias") : emit_add(list, error, "bias_%zu", a + 1);
    return status;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* A class's m, B and cross as the population takes them: with a teacher those of the deviation
 * X - shift X*, which what is left of rounding must not leave without a variance. */
typedef struct order {
    const double *m, *B;
    double m_own, B_own, cross;
} order_t;

static void see_order(const columns_t *self, const double *row, size_t i, order_t *out)
{
    const setup_t *setup = self->setup;
    out->m = row + self->layout.mean + i * setup->L;
    out->B = row + self->layout.moment + i * setup->pairs;
    out->cross = 0;
    if (!setup->population.teacher)
        return;
    const double shift = setup->population.teacher->shift, whole = setup->signal_B[i];
    const double cross = row[self->layout.cross + i];
    out->m_own = out->m[0] - shift * setup->signal_m[i];
    out->B_own = fmax(0, out->B[0] - shift * (2 * cross - shift * whole));
    const double most = sqrt(out->B_own * whole);
    out->cross = fmax(-most, fmin(most, cross - shift * whole));
    out->m = &out->m_own;
    out->B = &out->B_own;
}

/* A single variance that is estimated may end below zero. */
static double committee_class_risk(const columns_t *self, const double *row, size_t i)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->layout;
    const committee_task_t *task = &setup->problem->committee;
    const size_t L = setup->L, K = setup->K;
    committee_law_t law;
    committee_law(task, row + at->mean + i * L, row + at->moment + i * setup->pairs,
                  row + at->cross + i * L * K, setup->signal_m + i * K, setup->signal_B + i * K * K,
                  &law);
    return committee_risk(task, &law);
}

bool columns_integrate(const columns_t *self)
{
    const sgdl_loss_t *loss = self->setup->problem->loss;
    return self->setup->L > 1 && !loss->separable && loss != &sgdl_loss_committee;
}

/* With p_i dR_i by m_i and B_i into `slope` (Bonnet, Price): a packed B_ab stands for two. */
static double slope_of_class(const columns_t *self, const order_t *order, size_t i, double *slope)
{
    enum { PAIRS = BLOCK_OUTPUTS * (BLOCK_OUTPUTS + 1) / 2 };
    const setup_t *setup = self->setup;
    const size_t L = setup->L;
    double G[BLOCK_OUTPUTS], H[PAIRS], Q[PAIRS];
    sgdl_averages_t average = {.G = G, .H = H, .Q = Q, .room = setup->population.room};
    population_average(&setup->population, i, order->m, order->B, 0, &average);
    for (size_t a = 0; a < L; a++) {
        slope[self->layout.mean + i * L + a] = setup->p[i] * G[a];
        for (size_t b = a; b < L; b++) {
            const size_t ab = packed_index(L, a, b);
            slope[self->layout.moment + i * setup->pairs + ab] =
                setup->p[i] * H[ab] * (a == b ? 0.5 : 1);
        }
    }
    return average.risk;
}

static void see_class(const columns_t *self, const double *row, size_t i, double *slope,
                      double *risk, double *wrong)
{
    const population_t *population = &self->setup->population;
    order_t order;
    if (population->loss == &sgdl_loss_committee) {
        *risk = committee_class_risk(self, row, i);
        *wrong = NAN;
        return;
    }
    see_order(self, row, i, &order);
    if (self->setup->L == 1 && order.B != &order.B_own) {
        order.B_own = fmax(0, order.B[0]);
        order.B = &order.B_own;
    }
    *risk = slope ? slope_of_class(self, &order, i, slope)
                  : population_class_risk(population, i, order.m, order.B, order.cross);
    *wrong = population_class_error(population, i, order.m, order.B, order.cross, NULL);
}

static double *see_outputs(const columns_t *self, const double *row, size_t i, double *next)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->layout;
    for (size_t a = 0; a < setup->L; a++) {
        const double m = row[at->mean + i * setup->L + a];
        *next++ = m;
        *next++ = row[at->moment + i * setup->pairs + packed_index(setup->L, a, a)];
        *next++ = overlap_cosine(m - row[at->bias + a], row[at->norm2 + a], setup->mean_norm2[i]);
    }
    return next;
}

static double *see_signal(const columns_t *self, const double *row, double *next)
{
    const layout_t *at = &self->layout;
    *next++ = row[at->overlap];
    *next++ = overlap_cosine(row[at->overlap], row[at->norm2], self->setup->signal_norm2[0]);
    return next;
}

static void see(const columns_t *self, const double *row, double rate, double *value, double *slope)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->layout;
    double *next = value + OBSERVED_COMMON;
    for (size_t c = 0; c < OBSERVED_COMMON; c++)
        value[c] = 0;
    value[OBSERVED_RATE] = rate;
    for (size_t a = 0; a < setup->L; a++)
        value[OBSERVED_NORM2] += row[at->norm2 + a];
    for (size_t i = 0, e = 0; i < setup->C; i++) {
        double risk, wrong;
        see_class(self, row, i, slope, &risk, &wrong);
        value[OBSERVED_RISK] += setup->p[i] * risk;
        value[OBSERVED_ERROR] += setup->p[i] * wrong;
        value[OBSERVED_TRAIN_RISK] += setup->p[i] * row[at->train_risk + i];
        value[OBSERVED_TRAIN_ERROR] +=
            setup->population.no_error ? NAN : setup->p[i] * row[at->train_error + i];
        if (e == self->shown_count || class_at(self, e) != i)
            continue;
        e++;
        *next++ = risk;
        *next++ = wrong;
        *next++ = row[at->train_risk + i];
        next = self->shows_outputs ? see_outputs(self, row, i, next) : next;
    }
    value[OBSERVED_GAP] = value[OBSERVED_RISK] - value[OBSERVED_TRAIN_RISK];
    if (has_signal(self))
        next = see_signal(self, row, next);
    for (size_t o = 0; o < overlaps(self); o++)
        *next++ = row[at->overlap + o];
    for (size_t a = 0; a < setup->L && has_bias(self); a++)
        *next++ = row[at->bias + a];
}

void columns_see(const columns_t *self, const double *row, double rate, double *value)
{
    see(self, row, rate, value, NULL);
}

void columns_see_slope(const columns_t *self, const double *row, double rate, double *value,
                       double *slope)
{
    for (size_t e = 0; e < self->layout.width; e++)
        slope[e] = 0;
    see(self, row, rate, value, slope);
}
