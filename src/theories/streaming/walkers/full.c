/*
 * The streaming kernel: every coordinate of X and of every sample.
 *
 *     a = mu_i + K_i^(1/2) z      r = X^T a + bias      X <- (1 - gamma delta/d) X - (gamma/(d b))
 * sum a g^T
 *
 * A step is one pass over memory: the update that step k owes to X is paid in the pass in which
 * step k+1 draws and projects, chunk by chunk in the first-level cache. With a batch the updates
 * are collected beside X, which all its samples must see unchanged. Steps that are not plain
 * (full_general.c) owe nothing.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

/* Zero-variance directions in a row that are worth to be left out of the drawing of normals. */
enum { QUIET_RUN = 64 };

/* ---- model --------------------------------------------------------------------------------- */

static void full_discard(void *model)
{
    full_model_t *self = model;
    if (!self)
        return;
    free(self->mean);
    free(self->deviation);
    free(self->signal);
    free(self->start);
    free(self->stretch);
    free(self->first);
    row_list_free(&self->rows);
    free(self);
}

/* Finds the stretches of one class; with stretch = NULL only counts them. Short quiet ones are
 * drawn like the rest: their deviation is zero all the same. */
static size_t find_stretches(const double *deviation, size_t d, stretch_t *stretch)
{
    size_t count = 0, end;
    for (size_t begin = 0; begin < d; begin = end) {
        end = begin;
        while (end < d && deviation[end] == 0)
            end++;
        bool quiet = end - begin >= QUIET_RUN || end - begin == d;
        size_t zeros = 0;
        for (; !quiet && end < d && zeros < QUIET_RUN; end++)
            zeros = deviation[end] == 0 ? zeros + 1 : 0;
        if (!quiet && zeros >= QUIET_RUN)
            end -= zeros;
        if (stretch)
            stretch[count] = (stretch_t){.end = end, .quiet = quiet};
        count++;
    }
    return count;
}

static int list_stretches(full_model_t *self, sgdl_error_t *error)
{
    const experiment_t *experiment = self->experiment;
    self->first = calloc(experiment->C + 1, sizeof *self->first);
    if (!self->first)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < experiment->C; i++)
        self->first[i + 1] = self->first[i] + find_stretches(self->deviation + i * self->stride,
                                                             experiment->d, NULL);
    self->stretch = calloc(self->first[experiment->C], sizeof *self->stretch);
    if (!self->stretch)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < experiment->C; i++)
        (void)find_stretches(self->deviation + i * self->stride, experiment->d,
                             self->stretch + self->first[i]);
    return SGDL_OK;
}

static int list_coordinates(full_model_t *self, const sgdl_directions_t *directions,
                            sgdl_error_t *error)
{
    const size_t C = self->experiment->C, d = self->experiment->d;
    const bool has_signal = self->experiment->problem->has_teacher;
    const double scale = 1 / sqrt((double)d);
    self->mean = experiment_rows(C, d, &self->stride);
    self->deviation = experiment_rows(C, d, &self->stride);
    self->signal = has_signal ? experiment_rows(1, d, &self->stride) : NULL;
    if (!self->mean || !self->deviation || (has_signal && !self->signal))
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++)
        for (size_t n = 0; n < d; n++) {
            self->mean[i * self->stride + n] = scale * directions->mean[i * d + n];
            self->deviation[i * self->stride + n] = sqrt(directions->eigenvalue[i * d + n]);
        }
    for (size_t n = 0; has_signal && n < d; n++)
        self->signal[n] = scale * directions->mean[C * d + n];
    return SGDL_OK;
}

static int full_prepare(const experiment_t *experiment, void **model, sgdl_error_t *error)
{
    sgdl_directions_t directions = {0};
    sgdl_mixture_t mixture = sgdl_problem_mixture(experiment->problem, experiment->plan);
    full_model_t *self = *model = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->experiment = experiment;
    int status = sgdl_directions_init(&directions, &mixture, error);
    if (status != SGDL_OK)
        return status;
    status = list_coordinates(self, &directions, error);
    self->start = directions.start; /* taken over */
    directions.start = NULL;
    if (status == SGDL_OK)
        status = row_list_init(&self->rows, experiment, directions.basis, error);
    sgdl_directions_free(&directions);
    return status == SGDL_OK ? list_stretches(self, error) : status;
}

/* Measured: about a nanosecond a coordinate to draw, half of one for each output and whatever else
 * a general step passes over. */
static double full_cost(const experiment_t *experiment, const void *model)
{
    const sgdl_problem_t *problem = experiment->problem;
    const double L = (double)experiment->L, d = (double)experiment->d, b = problem->batch;
    const double sample = 50 + 10 * L + (1 + 0.5 * L) * d;
    (void)model;
    if (experiment->plain)
        return b * sample;
    const double more = 0.1 * L + (isinf(problem->clip) ? 0 : 0.25) + problem->has_teacher * 0.25;
    const double step = (problem->gradient_noise > 0 ? 1.3 : 0) + 0.4 * experiment->velocity + 0.2;
    return b * (sample + more * d) + L * d * step;
}

/* ---- start --------------------------------------------------------------------------------- */

static void full_end(void *state)
{
    full_state_t *self = state;
    if (!self)
        return;
    free(self->x);
    free(self->a);
    free(self->owed);
    free(self->v);
    free(self->gradient);
    steps_free(&self->steps);
    row_order_free(&self->rows);
    free(self->bias);
    free(self->sum);
    free(self->features);
    rate_free(&self->rate);
    free(self);
}

static int allocate_general(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    size_t L = experiment->L, d = experiment->d, unused;
    self->gradient = experiment_rows(L, d, &unused);
    self->v = experiment->velocity ? experiment_rows(L, d, &unused) : NULL;
    if (!self->gradient || (experiment->velocity && !self->v))
        return SGDL_ERR_MEMORY;
    int status = row_order_init(&self->rows, &self->model->rows, run);
    return status == SGDL_OK ? steps_init(&self->steps, experiment, run) : status;
}

static int allocate_state(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    size_t L = experiment->L, d = experiment->d, unused;
    const bool plain = steps_are_plain(experiment, &self->rate),
               batch = plain && experiment->batch > 1;
    self->x = experiment_rows(L, d, &self->stride);
    self->a = experiment_rows(1, d, &unused);
    self->owed = batch ? experiment_rows(L, d, &unused) : NULL;
    self->bias = calloc(5 * L, sizeof *self->bias);
    self->sum = experiment_rows(L, PASS_LANES, &unused);
    self->features = aligned_alloc(_Alignof(normals_t), sizeof *self->features);
    if (!self->x || !self->a || (batch && !self->owed) || !self->bias || !self->sum ||
        !self->features)
        return SGDL_ERR_MEMORY;
    self->factor = self->bias + L;
    self->r = self->factor + L;
    self->g = self->r + L;
    self->bias_owed = self->g + L;
    return plain ? SGDL_OK : allocate_general(self, run);
}

/* X_0: as given, or isotropic with E|column|^2 = norm2. */
static void set_start(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const double *start = self->model->start ? self->model->start : problem->start;
    size_t L = experiment->L, d = experiment->d;
    if (start) {
        for (size_t n = 0; n < d; n++)
            for (size_t l = 0; l < L; l++)
                self->x[l * self->stride + n] = start[n * L + l];
    } else if (problem->start_norm2 > 0) {
        double scale = sqrt(problem->start_norm2 / (double)d);
        normals_init(self->features, problem->seed, run, STREAM_START);
        for (size_t l = 0; l < L; l++)
            for (size_t n = 0; n < d; n++)
                self->x[l * self->stride + n] = scale * normals_next(self->features);
    }
}

static int full_begin(const void *model, size_t curve, uint64_t run, void **state)
{
    full_state_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return SGDL_ERR_MEMORY;
    self->model = model;
    self->decay = 1;
    const experiment_t *experiment = self->model->experiment;
    int status = rate_init(&self->rate, experiment, curve);
    if (status == SGDL_OK)
        status = allocate_state(self, run);
    if (status != SGDL_OK)
        return status;
    set_start(self, run);
    normals_init(self->features, experiment->problem->seed, run, STREAM_FEATURES);
    words_init(&self->choices, experiment->problem->seed, run, STREAM_CHOICES);
    return SGDL_OK;
}

/* ---- steps --------------------------------------------------------------------------------- */

/* Pays on coordinates n .. n+count-1. The last sample of a step owes to `owed`, and that to X. */
static void pay(full_state_t *self, size_t n, size_t count, bool step_is_over)
{
    size_t L = self->model->experiment->L;
    for (size_t l = 0; l < L; l++) {
        double *x = self->x + l * self->stride + n;
        if (!self->owed) {
            pass_update(count, self->decay, self->factor[l], self->a + n, x);
            continue;
        }
        double *owed = self->owed + l * self->stride + n;
        pass_update(count, 1, self->factor[l], self->a + n, owed);
        if (step_is_over) {
            pass_update(count, self->decay, 1, owed, x);
            memset(owed, 0, count * sizeof *owed);
        }
    }
}

/* One chunk of a sample: pay what is owed, draw, project. */
static void advance_chunk(full_state_t *self, size_t class_index, size_t n, size_t count,
                          const double *z, bool step_is_over)
{
    const full_model_t *model = self->model;
    size_t L = model->experiment->L;
    const double *mean = model->mean + class_index * model->stride + n;
    const double *deviation = model->deviation + class_index * model->stride + n;
    if (L == 1 && !self->owed) {
        pass_step(count, self->decay, self->factor[0], mean, deviation, z, self->x + n, self->a + n,
                  self->sum);
        return;
    }
    pay(self, n, count, step_is_over);
    pass_draw(count, mean, deviation, z, self->a + n);
    for (size_t l = 0; l < L; l++)
        pass_dot(count, self->x + l * self->stride + n, self->a + n, self->sum + l * PASS_LANES);
}

/* A sample of class i: r = X^T a. */
static void project(full_state_t *self, size_t class_index, bool step_is_over)
{
    const full_model_t *model = self->model;
    normals_t *features = self->features;
    size_t L = model->experiment->L, n = 0;
    memset(self->sum, 0, L * PASS_LANES * sizeof *self->sum);
    for (size_t s = model->first[class_index]; s < model->first[class_index + 1]; s++) {
        bool quiet = model->stretch[s].quiet;
        while (n < model->stretch[s].end) {
            size_t count = full_next_chunk(features, model->stretch[s].end - n, quiet);
            const double *z = features->value + (quiet ? 0 : features->used);
            advance_chunk(self, class_index, n, count, z, step_is_over);
            n += count;
            if (!quiet)
                full_used(features, count);
        }
    }
    for (size_t l = 0; l < L; l++)
        self->r[l] = self->bias[l] + pass_total(self->sum + l * PASS_LANES);
}

/* Now that r is known: what X owes for this sample. */
static void set_owed(full_state_t *self, const double *target, double gamma)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    double rate = gamma / (problem->dimension * problem->batch);
    double intercept2 = problem->intercept * problem->intercept;
    experiment->loss->gradient(experiment->L, self->r, target, self->g);
    for (size_t l = 0; l < experiment->L; l++) {
        self->factor[l] = -rate * self->g[l];
        self->bias_owed[l] += intercept2 * self->factor[l];
    }
    self->decay = 1 - gamma * problem->ridge / problem->dimension;
}

/* ---- read-out ------------------------------------------------------------------------------ */

static void settle(full_state_t *self)
{
    if (self->gradient) /* general steps owe nothing */
        return;
    pay(self, 0, self->model->experiment->d, true);
    self->decay = 1;
    memset(self->factor, 0, self->model->experiment->L * sizeof *self->factor);
}

double full_dot(full_state_t *self, const double *x, const double *y)
{
    memset(self->sum, 0, PASS_LANES * sizeof *self->sum);
    pass_dot(self->model->experiment->d, x, y, self->sum);
    return pass_total(self->sum);
}

/* |grad_X F|^2. */
static double gradient2(const full_state_t *self)
{
    const full_model_t *model = self->model;
    double total = 0;
    for (size_t n = 0; n < model->experiment->d; n++)
        total += rate_slope2(&self->rate,
                             &(direction_t){.x = self->x + n,
                                            .x_step = self->stride,
                                            .mean = model->mean + n,
                                            .mean_step = model->stride,
                                            .deviation = model->deviation + n,
                                            .deviation_step = model->stride,
                                            .signal = model->signal ? model->signal[n] : 0});
    return total;
}

/* K_i x in the place of the sample, which nothing is owed for any more. */
static const double *spread(full_state_t *self, size_t i, const double *x)
{
    const double *deviation = self->model->deviation + i * self->model->stride;
    for (size_t n = 0; n < self->model->experiment->d; n++)
        self->a[n] = deviation[n] * deviation[n] * x[n];
    return self->a;
}

/* Of columns X, or with a teacher of its deviation from the signal. */
static void read_class(full_state_t *self, size_t i, const double *columns, moments_t *moments)
{
    const full_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    size_t L = experiment->L;
    double *B = moments->B + i * experiment->pairs;
    for (size_t a = 0; a < L; a++) {
        const double *x = columns + a * self->stride;
        moments->m[i * L + a] = self->bias[a] + full_dot(self, x, model->mean + i * model->stride);
        const double *Kx = spread(self, i, x);
        size_t last = experiment->pairs == L ? a : L - 1;
        for (size_t b = a; b <= last; b++)
            *B++ = full_dot(self, Kx, columns + b * self->stride);
        if (model->signal)
            moments->cross[i] = full_dot(self, Kx, model->signal);
    }
}

/* X - shift X* in the place of the gradient; X without a teacher. */
static const double *deviation_of(full_state_t *self)
{
    const full_model_t *model = self->model;
    if (!model->signal)
        return self->x;
    const double shift = model->experiment->problem->teacher.shift;
    for (size_t n = 0; n < model->experiment->d; n++)
        self->gradient[n] = self->x[n] - shift * model->signal[n];
    return self->gradient;
}

static void full_read(void *state, moments_t *moments)
{
    full_state_t *self = state;
    const experiment_t *experiment = self->model->experiment;
    settle(self);
    moments->norm2 = 0;
    for (size_t l = 0; l < experiment->L; l++) {
        const double *x = self->x + l * self->stride;
        moments->norm2 += full_dot(self, x, x);
    }
    if (self->model->signal)
        moments->overlap = full_dot(self, self->x, self->model->signal);
    const double *columns = deviation_of(self);
    for (size_t i = 0; i < experiment->C; i++)
        read_class(self, i, columns, moments);
    if (rate_look(&self->rate, moments))
        moments->gradient2 = gradient2(self);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bool full_advance(void *state, uint64_t steps)
{
    full_state_t *self = state;
    const experiment_t *experiment = self->model->experiment;
    if (self->gradient)
        return full_general_advance(self, steps);
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        double gamma = rate_at(&self->rate, self->step, NULL);
        for (size_t j = 0; j < experiment->batch; j++) {
            size_t class_index;
            if (experiment_interrupted(experiment))
                return false;
            const double *target = experiment_draw(experiment, &self->choices, &class_index);
            project(self, class_index, j == 0);
            set_owed(self, target, gamma);
        }
        for (size_t l = 0; l < experiment->L; l++) {
            self->bias[l] += self->bias_owed[l];
            self->bias_owed[l] = 0;
        }
    }
    return true;
}

static void full_coordinates(void *state, double *chi)
{
    full_state_t *self = state;
    const experiment_t *experiment = self->model->experiment;
    const double scale = sqrt((double)experiment->d);
    settle(self);
    for (size_t l = 0; l < experiment->L; l++)
        for (size_t n = 0; n < experiment->d; n++)
            chi[l * experiment->d + n] = scale * self->x[l * self->stride + n];
}

static void full_test(void *state, double *risk, double *error)
{
    full_state_t *self = state;
    row_order_test(&self->rows, self->x, self->stride, self->bias, risk, error);
}

const kernel_t kernel_full = {.name = "full",
                              .prepare = full_prepare,
                              .discard = full_discard,
                              .cost = full_cost,
                              .begin = full_begin,
                              .advance = full_advance,
                              .read = full_read,
                              .coordinates = full_coordinates,
                              .test = full_test,
                              .end = full_end};
