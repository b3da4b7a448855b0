/*
 * The streaming kernel: every coordinate of X and of every sample.
 *
 *     a = mu_i + K_i^(1/2) z,     r = X^T a + bias,
 *     X <- (1 - gamma delta/d) X - (gamma/(d b)) sum a g^T
 *
 * Plain steps are full_plain.c's, or where their batches are drawn by their sums full_summed.c's;
 * all others full_general.c's.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

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
    draws_free(&self->draws);
    full_sums_free(&self->sums);
    row_list_free(&self->rows);
    free(self);
}

static int list_coordinates(full_model_t *self, const sgdl_directions_t *directions,
                            sgdl_error_t *error)
{
    const size_t C = self->experiment->C, d = self->experiment->d;
    const bool has_signal = self->experiment->problem->has_teacher;
    const double scale = 1 / sqrt((double)d);
    const size_t length = (d + NOISE_UNIT - 1) / NOISE_UNIT * NOISE_UNIT; /* whole units */
    self->mean = experiment_rows(C, length, &self->stride);
    self->deviation = experiment_rows(C, length, &self->stride);
    self->signal = has_signal ? experiment_rows(1, length, &self->stride) : NULL;
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
    if (status == SGDL_OK && draws_init(&self->draws, experiment->C, experiment->d, self->mean,
                                        self->deviation, self->stride) != SGDL_OK)
        return sgdl_fail_memory(error);
    if (status == SGDL_OK && full_sums_init(&self->sums, self) != SGDL_OK)
        return sgdl_fail_memory(error);
    return status;
}

/* Which classes share covariances is known once there is a model. */
static double plain_cost(const experiment_t *experiment, const full_model_t *model)
{
    if (!model || !model->sums.used)
        return full_plain_cost(experiment);
    return full_summed_cost(experiment, model->sums.count);
}

/* Measured: plain steps as full_sums.c has it; of general ones half a nanosecond for each output,
 * and whatever else these pass over. */
static double full_cost(const experiment_t *experiment, const void *model)
{
    const sgdl_problem_t *problem = experiment->problem;
    const double L = (double)experiment->L, b = problem->batch;
    const double d = fmax((double)experiment->d, NOISE_UNIT);
    const double sample = 60 + 10 * L + (0.85 + 0.5 * L) * d;
    if (experiment->plain)
        return plain_cost(experiment, model);
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
    full_plain_free(self);
    full_summed_free(self);
    full_team_free(self);
    full_general_free(self);
    free(self->bias);
    rate_free(&self->rate);
    free(self);
}

static int allocate_state(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    const size_t L = experiment->L;
    self->x = experiment_rows(L, self->model->stride, &self->stride);
    self->bias = calloc(4 * L, sizeof *self->bias);
    if (!self->x || !self->bias)
        return SGDL_ERR_MEMORY;
    self->r = self->bias + L;
    self->g = self->r + L;
    self->bias_owed = self->g + L;
    const bool plain = !self->model->draws.has_fine && steps_are_plain(experiment, &self->rate);
    if (!plain)
        return full_general_init(self, run);
    return self->model->sums.used ? full_summed_init(self, run) : full_plain_init(self);
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
        normals_t normals;
        normals_init(&normals, problem->seed, run, STREAM_START);
        for (size_t l = 0; l < L; l++)
            for (size_t n = 0; n < d; n++)
                self->x[l * self->stride + n] = scale * normals_next(&normals);
    }
}

static int full_begin(const void *model, size_t curve, uint64_t run, void **state)
{
    full_state_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return SGDL_ERR_MEMORY;
    self->model = model;
    const experiment_t *experiment = self->model->experiment;
    int status = rate_init(&self->rate, experiment, curve);
    if (status == SGDL_OK)
        status = allocate_state(self, run);
    if (status != SGDL_OK)
        return status;
    set_start(self, run);
    noise_init(&self->features, experiment->problem->seed, run, STREAM_FEATURES);
    words_init(&self->choices, experiment->problem->seed, run, STREAM_CHOICES);
    return SGDL_OK;
}

/* ---- read-out ------------------------------------------------------------------------------ */

static void settle(full_state_t *self)
{
    if (self->gradient)
        return; /* general steps owe nothing */
    if (self->model->sums.used)
        full_summed_settle(self);
    else
        full_plain_settle(self);
}

static double full_dot(const full_state_t *self, const double *x, const double *y)
{
    double sum[PASS_LANES] = {0};
    pass_dot(self->model->experiment->d, x, y, sum);
    return pass_total(sum);
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

/* x^T K_i y. */
static double full_form(const full_state_t *self, size_t i, const double *x, const double *y)
{
    const double *deviation = self->model->deviation + i * self->model->stride;
    const size_t d = self->model->experiment->d;
    double sum[PASS_LANES] = {0}, Kx[FULL_CHUNK];
    for (size_t n = 0; n < d; n += FULL_CHUNK) {
        const size_t count = d - n < FULL_CHUNK ? d - n : FULL_CHUNK;
        for (size_t l = 0; l < count; l++)
            Kx[l] = deviation[n + l] * deviation[n + l] * x[n + l];
        pass_dot(count, Kx, y + n, sum);
    }
    return pass_total(sum);
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
        size_t last = experiment->pairs == L ? a : L - 1;
        for (size_t b = a; b <= last; b++)
            *B++ = full_form(self, i, x, columns + b * self->stride);
        if (model->signal)
            moments->cross[i] = full_form(self, i, x, model->signal);
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
    if (self->gradient)
        return full_general_advance(self, steps);
    return self->model->sums.used ? full_summed_advance(self, steps)
                                  : full_plain_advance(self, steps);
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
