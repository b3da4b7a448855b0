#include "src/theories/fixed_data/walkers/walk.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/packed.h"
#include "src/problem/plan.h"

/* A quadratic loss whose risk has grown by this factor has diverged: nothing brings it back. */
static const double diverged_growth = 1e8;

/* Cells of sme move along the stiffest direction by this much of it: the error of Euler's steps is
 * half of that at most. */
static const double cell_stride = 0.02;

/* ---- what all runs share --------------------------------------------------------------------- */

/* A bound on the curvature of the loss on the samples: the largest eigenvalue of sum_j a_j a_j^T/n,
 * as that of a matrix of independent numbers. */
static double stiffness_of(const scene_t *scene)
{
    const experiment_t *experiment = &scene->experiment;
    const double c = experiment->problem->intercept;
    double largest = 0, means = c * c;
    for (size_t i = 0; i < experiment->C; i++) {
        const double *deviation = scene->deviation + i * scene->stride;
        const double *mean = scene->mean + i * scene->stride;
        for (size_t n = 0; n < experiment->d; n++) {
            largest = fmax(largest, deviation[n] * deviation[n]);
            means += experiment->problem->weight[i] * mean[n] * mean[n];
        }
    }
    const double edge = 1 + 1 / sqrt(experiment->problem->ratio);
    return experiment->loss->hessian_max * (largest * edge * edge + means) +
           experiment->problem->ridge;
}

static const gait_t *gait_of(const sgdl_problem_t *problem)
{
    if (problem->method == METHOD_FLOW)
        return &gait_flow;
    return problem->method == METHOD_SGD && isnan(problem->fraction) ? &gait_small : &gait_stated;
}

static int set_timeline(walks_t *self, size_t curve, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    const double stiffness = stiffness_of(&self->scene);
    double cell = plan->grid;
    if (!(cell > 0))
        cell = cell_stride /
               fmax(stiffness * timeline_largest_rate(self->problem, plan, curve), 1e-300);
    return timeline_init(&self->course[curve].timeline, self->problem, plan, curve, cell, 1, error);
}

static int allocate_rows(walks_t *self, sgdl_error_t *error)
{
    const size_t numbers = self->curves * self->rows;
    self->steps = calloc(numbers, sizeof *self->steps);
    self->t = calloc(numbers, 4 * sizeof *self->t);
    if (!self->steps || !self->t)
        return sgdl_fail_memory(error);
    self->epoch = self->t + numbers;
    self->flow = self->epoch + numbers;
    self->rate = self->flow + numbers;
    return SGDL_OK;
}

static void set_stated_rows(walks_t *self, size_t curve)
{
    const timeline_t *timeline = &self->course[curve].timeline;
    for (size_t p = 0; p < self->rows; p++) {
        const size_t at = curve * self->rows + p;
        self->steps[at] = timeline->due[p];
        self->t[at] = timeline->t[p];
        self->epoch[at] = timeline->epoch[p];
        self->flow[at] = timeline->flow[p];
        self->rate[at] = timeline->rate[p];
    }
}

/* A time is met after round(t d) steps. */
static int set_small_rows(walks_t *self, size_t curve, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const rate_source_t *source = &self->course[curve].source;
    const experiment_t *experiment = &self->scene.experiment;
    const double d = problem->dimension;
    double flow = 0, k = 0;
    for (size_t p = 0; p < self->rows; p++) {
        const size_t at = curve * self->rows + p;
        const double steps = rint(self->plan->times[p] * d), t = steps / d;
        if (!(steps < 0x1p53))
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                             "time %g takes %g steps, allowed: a simulation of fewer than 2^53",
                             self->plan->times[p], steps);
        /* Steps may be many: who interrupts walks none of them, and needs no sum. */
        for (; source->kind != RATE_CONSTANT && k < steps && !experiment_interrupted(experiment);
             k++)
            flow += rate_source_at(source, k / d, NULL) / d;
        self->steps[at] = (uint64_t)steps;
        self->t[at] = t;
        self->epoch[at] = problem->batch * t / problem->ratio;
        self->flow[at] = source->kind == RATE_CONSTANT ? source->value * t : flow;
        self->rate[at] = rate_source_at(source, t, NULL);
    }
    return SGDL_OK;
}

/* Step p goes to the time of row p. */
static void set_flow_rows(walks_t *self, size_t curve)
{
    for (size_t p = 0; p < self->rows; p++) {
        const size_t at = curve * self->rows + p;
        self->steps[at] = p + 1;
        self->t[at] = self->flow[at] = self->plan->times[p];
        self->epoch[at] = NAN;
        self->rate[at] = 1;
    }
}

static int set_courses(walks_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    self->course = calloc(self->curves, sizeof *self->course);
    if (!self->course)
        return sgdl_fail_memory(error);
    for (size_t c = 0; c < self->curves && status == SGDL_OK; c++) {
        if (self->gait != &gait_flow)
            self->course[c].source = rate_source_of(&self->problem->learning_rate[c],
                                                    plan_horizon(self->plan, self->problem));
        if (self->gait == &gait_stated)
            status = set_timeline(self, c, error);
    }
    if (status != SGDL_OK)
        return status;
    self->rows = self->gait == &gait_stated ? self->course[0].timeline.rows : self->plan->points;
    status = allocate_rows(self, error);
    for (size_t c = 0; c < self->curves && status == SGDL_OK; c++)
        if (self->gait == &gait_stated)
            set_stated_rows(self, c);
        else if (self->gait == &gait_small)
            status = set_small_rows(self, c, error);
        else
            set_flow_rows(self, c);
    return status;
}

int walks_init(walks_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
               const columns_t *columns, sgdl_error_t *error)
{
    *self = (walks_t){.problem = problem,
                      .plan = plan,
                      .columns = columns,
                      .gait = gait_of(problem),
                      .curves = problem_curves(problem)};
    int status = scene_init(&self->scene, problem, plan, error);
    return status == SGDL_OK ? set_courses(self, error) : status;
}

void walks_free(walks_t *self)
{
    for (size_t c = 0; self->course && c < self->curves; c++)
        timeline_free(&self->course[c].timeline);
    free(self->course);
    free(self->steps);
    free(self->t);
    scene_free(&self->scene);
    *self = (walks_t){0};
}

double walks_numbers(const walks_t *self)
{
    const scene_t *scene = &self->scene;
    return dataset_numbers(scene) + 3 * (double)scene->n +
           (double)self->gait->arrays * (double)scene->experiment.L * (double)scene->stride;
}

/* ---- gradients ------------------------------------------------------------------------------- */

size_t walk_slopes(walk_t *self, const double *q, const size_t *list, size_t count)
{
    const experiment_t *experiment = &self->walks->scene.experiment;
    const size_t L = experiment->L, rows = dataset_look(&self->data, list, count, q);
    double *r = self->data.r;
    for (size_t j = 0; j < rows; j++) {
        double *g = L == 1 ? self->g + j : self->g + L * SAMPLES_ROWS;
        dataset_slope(&self->data, list[j], r + j * L, g);
        for (size_t l = 0; l < L && L > 1; l++)
            self->g[l * SAMPLES_ROWS + j] = g[l];
    }
    return rows;
}

bool walk_gather(walk_t *self, const double *q, const batch_t *batch, double *G)
{
    const scene_t *scene = &self->walks->scene;
    const size_t L = scene->experiment.L;
    for (size_t first = 0; first < batch->count; first += SAMPLES_ROWS) {
        const size_t *list = batch->list + first;
        const size_t rows = walk_slopes(self, q, list, batch->count - first);
        for (size_t l = 0; l < L; l++) {
            double *g = self->g + l * SAMPLES_ROWS;
            for (size_t j = 0; j < rows; j++)
                g[j] *= batch->weights ? batch->weight * batch->weights[list[j]] : batch->weight;
            rows_add(scene->stride, rows, self->data.row, g, G + l * scene->stride);
        }
        if (experiment_interrupted(&scene->experiment))
            return false;
    }
    return true;
}

/* ---- a run ----------------------------------------------------------------------------------- */

static void walk_end(void *state)
{
    walk_t *self = state;
    if (!self)
        return;
    for (size_t a = 0; a < WALK_ARRAYS; a++)
        free(self->array[a]);
    free(self->row);
    free(self->g);
    visits_free(&self->visits);
    dataset_free(&self->data);
    free(self);
}

static int allocate(walk_t *self, sgdl_error_t *error)
{
    const scene_t *scene = &self->walks->scene;
    const size_t L = scene->experiment.L, C = scene->experiment.C;
    size_t stride;
    bool fits = true;
    for (size_t a = 0; a < self->walks->gait->arrays; a++)
        fits &= (self->array[a] = experiment_rows(L, scene->stride, &stride)) != NULL;
    self->row = calloc(self->walks->columns->layout.width + 2 * (C + 1), sizeof *self->row);
    self->g = calloc(L, (SAMPLES_ROWS + 1) * sizeof *self->g);
    return fits && self->row && self->g ? SGDL_OK : sgdl_fail_memory(error);
}

/* X_0: as given, or isotropic with E|column|^2 = norm2. */
static int set_start(walk_t *self, uint64_t run, sgdl_error_t *error)
{
    const scene_t *scene = &self->walks->scene;
    const sgdl_problem_t *problem = self->walks->problem;
    const size_t L = scene->experiment.L, d = scene->experiment.d;
    const double *start = scene->start ? scene->start : problem->start;
    double *x = self->array[0];
    for (size_t n = 0; start && n < d; n++)
        for (size_t l = 0; l < L; l++)
            x[l * scene->stride + n] = start[n * L + l];
    if (start || !(problem->start_norm2 > 0))
        return SGDL_OK;
    normals_t *normals = aligned_alloc(_Alignof(normals_t), sizeof *normals);
    if (!normals)
        return sgdl_fail_memory(error);
    normals_init(normals, problem->seed, run, STREAM_START);
    const double scale = sqrt(problem->start_norm2 / (double)d);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < d; n++)
            x[l * scene->stride + n] = scale * normals_next(normals);
    free(normals);
    return SGDL_OK;
}

static int walk_begin(const void *model, size_t curve, uint64_t run, void **state,
                      sgdl_error_t *error)
{
    const walks_t *walks = model;
    walk_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->walks = walks;
    self->course = &walks->course[curve];
    self->curve = curve;
    int status = allocate(self, error);
    if (status == SGDL_OK)
        status = dataset_init(&self->data, &walks->scene, run, error);
    if (status == SGDL_OK && walks->gait != &gait_small)
        status = visits_init(&self->visits, walks->problem, walks->scene.n, run, error);
    words_init(&self->words, walks->problem->seed, run, STREAM_VISITS);
    return status == SGDL_OK ? set_start(self, run, error) : status;
}

static bool walk_advance(void *state, uint64_t steps)
{
    walk_t *self = state;
    for (uint64_t k = 0; k < steps; k++) {
        if (experiment_interrupted(&self->walks->scene.experiment) ||
            !self->walks->gait->step(self))
            return false;
        self->step++;
    }
    return true;
}

/* ---- measurements ---------------------------------------------------------------------------- */

static double dot(size_t count, const double *x, const double *y)
{
    double sum = 0;
    for (size_t n = 0; n < count; n++)
        sum += x[n] * y[n];
    return sum;
}

static double covariance(size_t count, const double *deviation, const double *x, const double *y)
{
    double sum = 0;
    for (size_t n = 0; n < count; n++)
        sum += deviation[n] * x[n] * (deviation[n] * y[n]);
    return sum;
}

static void see_class(const walk_t *self, size_t i)
{
    const scene_t *scene = &self->walks->scene;
    const layout_t *at = &self->walks->columns->layout;
    const size_t L = scene->experiment.L, d = scene->experiment.d, K = scene->K;
    const double *deviation = scene->deviation + i * scene->stride, *x = self->array[0];
    double *row = self->row, *moment = row + at->moment + i * packed_length(L);
    for (size_t l = 0; l < L; l++) {
        const double *column = x + l * scene->stride;
        row[at->mean + i * L + l] =
            dot(d, scene->mean + i * scene->stride, column) + row[at->bias + l];
        for (size_t k = l; k < L; k++)
            moment[packed_index(L, l, k)] = covariance(d, deviation, column, x + k * scene->stride);
        for (size_t s = 0; s < K; s++)
            row[at->cross + (i * L + l) * K + s] =
                covariance(d, deviation, column, scene->signal + s * scene->stride);
    }
}

/* All of a row but what the samples say. */
static void see_population(const walk_t *self)
{
    const scene_t *scene = &self->walks->scene;
    const layout_t *at = &self->walks->columns->layout;
    const size_t L = scene->experiment.L, d = scene->experiment.d, K = scene->K;
    const double c = self->walks->problem->intercept;
    for (size_t l = 0; l < L; l++) {
        const double *column = self->array[0] + l * scene->stride;
        self->row[at->bias + l] = c != 0 ? c * column[d] : 0;
        self->row[at->norm2 + l] = dot(d, column, column);
        for (size_t s = 0; s < K; s++)
            self->row[at->overlap + l * K + s] = dot(d, column, scene->signal + s * scene->stride);
    }
    for (size_t i = 0; i < scene->experiment.C; i++)
        see_class(self, i);
}

/* Numbers all over, and a quadratic risk that has not grown out of all bounds; where the rate falls
 * it may come back from anywhere. */
static bool goes_on(const walk_t *self, const double *value)
{
    const walks_t *walks = self->walks;
    const bool flows = walks->gait == &gait_flow;
    bool finite = isfinite(value[OBSERVED_RISK]) && isfinite(value[OBSERVED_NORM2]) &&
                  isfinite(value[OBSERVED_TRAIN_RISK]);
    for (size_t e = 0; e < walks->columns->layout.train_risk; e++)
        finite = finite && isfinite(self->row[e]);
    if (!finite || !walks->scene.experiment.loss->quadratic || flows)
        return finite;
    const size_t row = self->curve * walks->rows + walks->rows - 1;
    const rate_source_t *source = &self->course->source;
    return rate_source_least(source, walks->t[row]) < source->bound ||
           value[OBSERVED_RISK] <= diverged_growth * (1 + self->first_risk);
}

static bool walk_measure(void *state, uint64_t step, double *value)
{
    walk_t *self = state;
    const walks_t *walks = self->walks;
    const layout_t *at = &walks->columns->layout;
    const size_t C = walks->scene.experiment.C, first = self->curve * walks->rows;
    double *risk = self->row + at->width, *error = risk + C + 1;
    size_t p = 0;
    while (p + 1 < walks->rows && walks->steps[first + p] < step)
        p++;
    see_population(self);
    dataset_train(&self->data, self->array[0], risk, error);
    for (size_t i = 0; i < C; i++) {
        self->row[at->train_risk + i] = risk[i];
        self->row[at->train_error + i] = error[i];
    }
    columns_see(walks->columns, self->row, walks->rate[first + p], value);
    value[OBSERVED_TRAIN_RISK] = risk[C];
    value[OBSERVED_TRAIN_ERROR] = error[C];
    value[OBSERVED_GAP] = value[OBSERVED_RISK] - risk[C];
    if (!self->measured)
        self->first_risk = value[OBSERVED_RISK];
    self->measured = true;
    return goes_on(self, value);
}

walker_t walks_walker(const walks_t *self)
{
    const scene_t *scene = &self->scene;
    const double L = (double)scene->experiment.L;
    const double sample = 30 + 10 * L + L * (double)scene->stride * 0.5;
    return (walker_t){.name = self->gait->name,
                      .model = self,
                      .quantities = self->columns->count,
                      .cost = 100 + L * (double)scene->stride +
                              self->gait->passes(self) * (double)scene->n * sample,
                      .begin = walk_begin,
                      .advance = walk_advance,
                      .measure = walk_measure,
                      .end = walk_end};
}
