#include "src/theories/committee/flow.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"

/* The integrator's tolerance a step, as a share of what the curves are asked to be within. */
static const double SAFETY = 0.1;

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        sum += x[j] * y[j];
    return sum;
}

static void add(double factor, const double *x, size_t count, double *out)
{
    for (size_t j = 0; j < count; j++)
        out[j] += factor * x[j];
}

static const double *noise_of(const committee_flow_t *self, const double *y, size_t n)
{
    const setup_t *setup = self->setup;
    return y + setup->N * setup->L * setup->P + n * setup->pairs;
}

/* ---- order parameters ------------------------------------------------------------------------ */

static void see_node(const committee_flow_t *self, const double *y, size_t n, double *row)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->at;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P;
    const double w = setup->weight[n], *lambda = setup->eigenvalue + n * C;
    const double *V = noise_of(self, y, n);
    for (size_t l = 0; l < L; l++) {
        const double *a = y + (n * L + l) * P;
        for (size_t i = 0; i < C; i++)
            row[at->mean + i * L + l] += w * dot(setup->mean + (n * C + i) * P, a, P);
        for (size_t k = 0; k < K; k++) {
            const double along = w * dot(setup->signal + (n * K + k) * P, a, P);
            row[at->overlap + l * K + k] += along;
            for (size_t i = 0; i < C; i++)
                row[at->cross + (i * L + l) * K + k] += lambda[i] * along;
        }
        for (size_t k = l; k < L; k++) {
            const size_t pair = packed_index(L, l, k);
            const double cov = w * (dot(a, y + (n * L + k) * P, P) + V[pair]);
            row[at->norm2 + l] += k == l ? cov : 0;
            for (size_t i = 0; i < C; i++)
                row[at->moment + i * setup->pairs + pair] += lambda[i] * cov;
        }
    }
}

void committee_flow_see(const committee_flow_t *self, const double *y, double *row)
{
    memset(row, 0, self->at.width * sizeof *row);
    for (size_t n = 0; n < self->setup->N; n++)
        see_node(self, y, n, row);
}

static void see_law(const committee_flow_t *self, const double *row, size_t i, committee_law_t *law)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L, K = setup->K;
    committee_law(&setup->problem->committee, row + self->at.mean + i * L,
                  row + self->at.moment + i * setup->pairs, row + self->at.cross + i * L * K,
                  setup->signal_m + i * K, setup->signal_B + i * K * K, law);
}

double committee_flow_risk(const committee_flow_t *self, const double *row, size_t i)
{
    committee_law_t law;
    see_law(self, row, i, &law);
    return committee_risk(&self->setup->problem->committee, &law);
}

double committee_flow_whole_risk(const committee_flow_t *self, const double *row)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup->C; i++)
        sum += self->setup->p[i] * committee_flow_risk(self, row, i);
    return sum;
}

/* ---- the right-hand side --------------------------------------------------------------------- */

static double rate_within(const committee_flow_t *self, const segment_t *segment, double elapsed)
{
    return self->amplification *
           rate_source_within(&self->source, segment->begin, segment->end, elapsed, NULL);
}

/* -gamma (h a + what classes and signals pull), node n. */
static void move_means(const committee_flow_t *self, size_t n, const double *y, const double *h,
                       double rate, double *dy)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P;
    for (size_t l = 0; l < L; l++) {
        double *out = dy + (n * L + l) * P;
        memset(out, 0, P * sizeof *out);
        for (size_t k = 0; k < L; k++)
            add(-rate * h[l * L + k], y + (n * L + k) * P, P, out);
        for (size_t i = 0; i < C; i++) {
            const committee_averages_t *average = &self->average[i];
            const double pull = rate * setup->p[i];
            add(-pull * average->G[l], setup->mean + (n * C + i) * P, P, out);
            for (size_t k = 0; k < K; k++)
                add(-pull * setup->eigenvalue[n * C + i] * average->J[l * K + k],
                    setup->signal + (n * K + k) * P, P, out);
        }
    }
}

static void move_noise(const committee_flow_t *self, size_t n, const double *y, const double *h,
                       double rate, double *dy)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L;
    const double *V = noise_of(self, y, n);
    double *out = dy + (V - y);
    for (size_t l = 0; l < L; l++)
        for (size_t k = l; k < L; k++) {
            double sum = 0;
            for (size_t j = 0; j < L; j++)
                sum -= rate * (h[l * L + j] * V[packed_pair(L, j, k)] +
                               h[k * L + j] * V[packed_pair(L, j, l)]);
            for (size_t i = 0; i < C; i++)
                sum += rate * rate / setup->problem->batch * setup->p[i] *
                       setup->eigenvalue[n * C + i] * self->average[i].Q[l * L + k];
            out[packed_index(L, l, k)] = sum;
        }
}

static int slope_at(const committee_flow_t *self, const segment_t *segment, double elapsed,
                    const double *y, double *dy)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L;
    const double rate = rate_within(self, segment, elapsed);
    committee_flow_see(self, y, self->row);
    for (size_t j = 0; j < self->at.train_risk; j++)
        if (!isfinite(self->row[j]))
            return 1;
    for (size_t i = 0; i < C; i++) {
        committee_law_t law;
        see_law(self, self->row, i, &law);
        committee_average(&setup->problem->committee, &law, &self->average[i]);
    }
    for (size_t n = 0; n < setup->N; n++) {
        double h[COMMITTEE_HIDDEN * COMMITTEE_HIDDEN] = {0};
        for (size_t i = 0; i < C; i++)
            add(setup->p[i] * setup->eigenvalue[n * C + i], self->average[i].H, L * L, h);
        for (size_t l = 0; l < L; l++)
            h[l * L + l] += setup->problem->ridge;
        move_means(self, n, y, h, rate, dy);
        move_noise(self, n, y, h, rate, dy);
    }
    return 0;
}

static int rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    committee_flow_t *self = context;
    self->now = *segment;
    self->elapsed = s;
    return slope_at(self, segment, s, y, dy);
}

/* J v by a difference: the averages' derivatives are many, and GMRES needs few products. */
static void times(void *context, const double *y, const double *v, double *Jv)
{
    committee_flow_t *self = context;
    double size = 0, length = 0;
    for (size_t j = 0; j < self->length; j++) {
        size = fmax(size, fabs(y[j]));
        length = fmax(length, fabs(v[j]));
    }
    const double step = length > 0 ? sqrt(DBL_EPSILON) * fmax(size, 1e-3) / length : 0;
    for (size_t j = 0; j < self->length; j++)
        self->shifted[j] = y[j] + step * v[j];
    const bool failed =
        slope_at(self, &self->now, self->elapsed, y, self->slope) |
        slope_at(self, &self->now, self->elapsed, self->shifted, self->slope_shifted);
    for (size_t j = 0; j < self->length; j++)
        Jv[j] = step > 0 && !failed ? (self->slope_shifted[j] - self->slope[j]) / step : 0;
}

static void start(void *context, double *y)
{
    const committee_flow_t *self = context;
    const setup_t *setup = self->setup;
    memset(y, 0, self->length * sizeof *y);
    if (setup->P > 0)
        memcpy(y, setup->start, setup->N * setup->L * setup->P * sizeof *y);
}

double committee_flow_slope(committee_flow_t *self, const segment_t *segment, double elapsed,
                            const double *y)
{
    const double t = segment->begin + elapsed, h = 1e-4;
    double value[2];
    if (slope_at(self, segment, elapsed, y, self->slope) != 0)
        return NAN;
    double most = 0, size = 0;
    for (size_t j = 0; j < self->length; j++) {
        most = fmax(most, fabs(self->slope[j]));
        size = fmax(size, fabs(y[j]));
    }
    if (!(most > 0) || !(t > 0))
        return 0;
    const double step = h * fmax(size, 1e-3) / most;
    for (int side = 0; side < 2; side++) {
        for (size_t j = 0; j < self->length; j++)
            self->shifted[j] = y[j] + (side ? step : -step) * self->slope[j];
        committee_flow_see(self, self->shifted, self->row);
        value[side] = committee_flow_whole_risk(self, self->row);
    }
    return t * (value[1] - value[0]) / (step * (value[1] + value[0]));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int set_segments(committee_flow_t *self, sgdl_error_t *error)
{
    double *breaks = NULL;
    size_t count = 0;
    int status = rate_source_breaks(&self->source, &breaks, &count, error);
    if (status != SGDL_OK)
        return status;
    self->segment = calloc(count + 1, sizeof *self->segment);
    for (size_t s = 0; s <= count && self->segment; s++) {
        segment_t *segment = &self->segment[s];
        segment->begin = s > 0 ? breaks[s - 1] : 0;
        segment->end = s < count ? breaks[s] : INFINITY;
        const double until = fmin(segment->end, self->source.horizon) - segment->begin;
        const double rate =
            fmax(rate_within(self, segment, 0), rate_within(self, segment, fmax(0, until)));
        segment->scale = rate > 0 ? 1 / rate : 0;
    }
    self->equation.segments = count + 1;
    free(breaks);
    return self->segment ? SGDL_OK : sgdl_fail_memory(error);
}

int committee_flow_init(committee_flow_t *self, const setup_t *setup, const rate_source_t *source,
                        sgdl_error_t *error)
{
    *self = (committee_flow_t){.setup = setup,
                               .at = layout_of(setup),
                               .source = *source,
                               .amplification = problem_amplification(setup->problem),
                               .length = setup->N * (setup->L * setup->P + setup->pairs)};
    if (source->kind == RATE_DRIVEN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found %s, which the state drives, allowed with a committee: given rates",
                         source->schedule->spec.family->name);
    int status = set_segments(self, error);
    self->average = calloc(setup->C, sizeof *self->average);
    self->row = calloc(self->at.width + 4 * self->length, sizeof *self->row);
    if (status == SGDL_OK && (!self->average || !self->row))
        status = sgdl_fail_memory(error);
    if (status != SGDL_OK)
        return status;
    self->atol = self->row + self->at.width;
    self->shifted = self->atol + self->length;
    self->slope = self->shifted + self->length;
    self->slope_shifted = self->slope + self->length;
    for (size_t j = 0; j < self->length; j++)
        self->atol[j] = SAFETY * fmax(setup->plan->atol, 1e-3 * setup->plan->rtol);
    self->equation = (equation_t){
        .context = self,
        .length = self->length,
        .segment = self->segment,
        .segments = self->equation.segments,
        .krylov = true,
        .rtol = SAFETY * setup->plan->rtol,
        .atol = self->atol,
        .interrupted = setup->plan->watch.stop,
        .refusal = "the state is no longer one of finite numbers",
        .start = start,
        .rhs = rhs,
        .times = times,
    };
    return SGDL_OK;
}

void committee_flow_free(committee_flow_t *self)
{
    free(self->average);
    free(self->row);
    free(self->segment);
    *self = (committee_flow_t){0};
}
