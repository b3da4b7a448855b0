#include "src/theories/committee/walker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/committee.h"
#include "src/theories/streaming/walkers/passes.h"

/* A risk that is this many times the first one has exploded. */
static const double EXPLODED = 1e12;

typedef struct stroll {
    const crowd_t *crowd;
    size_t curve;
    uint64_t step; /* made */
    normals_t features, labels;
    words_t choices;
    double *x, *v, *a; /* [L*stride], [L*stride], [stride]; owned as x */
    double *row;       /* [at.width] owned */
    double first;      /* its first risk */
    bool measured;
} stroll_t;

/* ---- what all share -------------------------------------------------------------------------- */

int crowd_init(crowd_t *self, const setup_t *setup, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = setup->problem;
    *self = (crowd_t){.problem = problem, .setup = setup, .plan = plan, .at = layout_of(setup)};
    self->source = calloc(problem->rates, sizeof *self->source);
    if (!self->source)
        return sgdl_fail_memory(error);
    for (size_t r = 0; r < problem->rates; r++) {
        self->source[r] = rate_source_of(&problem->learning_rate[r], plan->times[plan->points - 1]);
        if (self->source[r].kind == RATE_DRIVEN)
            return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                             "found %s, which the state drives, allowed with a committee: given "
                             "rates",
                             self->source[r].schedule->spec.family->name);
    }
    return scene_init(&self->scene, problem, plan, error);
}

void crowd_free(crowd_t *self)
{
    free(self->source);
    scene_free(&self->scene);
    *self = (crowd_t){0};
}

double crowd_numbers(const crowd_t *self)
{
    return (double)self->scene.stride * (double)(2 * self->setup->L + 1) + 2 * NORMALS_BLOCK;
}

size_t crowd_quantities(const crowd_t *self)
{
    const setup_t *setup = self->setup;
    return CROWD_COMMON + 2 * setup->C * setup->L + setup->L * setup->K;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void draw_features(stroll_t *self, size_t i)
{
    const scene_t *scene = &self->crowd->scene;
    const size_t d = scene->experiment.d;
    for (size_t n = 0; n < d;) {
        if (self->features.used == NORMALS_BLOCK)
            normals_refill(&self->features);
        const size_t room = NORMALS_BLOCK - self->features.used;
        const size_t count = d - n < room ? d - n : room;
        pass_draw(count, scene->mean + i * scene->stride + n,
                  scene->deviation + i * scene->stride + n,
                  self->features.value + self->features.used, self->a + n);
        self->features.used += count;
        n += count;
    }
}

static void add_sample(stroll_t *self, double share)
{
    const scene_t *scene = &self->crowd->scene;
    const committee_task_t *task = &self->crowd->problem->committee;
    const size_t L = scene->experiment.L, K = scene->K, stride = scene->stride;
    const double *row = self->a;
    double r[COMMITTEE_HIDDEN], r_star[COMMITTEE_HIDDEN], g[COMMITTEE_HIDDEN];
    size_t i;
    (void)experiment_draw(&scene->experiment, &self->choices, &i);
    draw_features(self, i);
    for (size_t k = 0; k < K; k++)
        rows_dot(stride, 1, &row, scene->signal + k * stride, &r_star[k]);
    for (size_t l = 0; l < L; l++)
        rows_dot(stride, 1, &row, self->x + l * stride, &r[l]);
    double y = committee_output(&task->teacher, r_star);
    if (task->noise > 0)
        y += task->noise * normals_next(&self->labels);
    committee_gradient(&task->student, r, y, g);
    for (size_t l = 0; l < L; l++) {
        g[l] *= share;
        rows_add(stride, 1, &row, &g[l], self->v + l * stride);
    }
}

static bool advance(void *state, uint64_t steps)
{
    stroll_t *self = state;
    const sgdl_problem_t *problem = self->crowd->problem;
    const experiment_t *experiment = &self->crowd->scene.experiment;
    const size_t length = experiment->L * self->crowd->scene.stride;
    const rate_source_t *source = &self->crowd->source[self->curve];
    const double d = (double)experiment->d;
    for (uint64_t k = 0; k < steps; k++) {
        const double rate = rate_source_at(source, (double)self->step / d, NULL) / d;
        for (size_t j = 0; j < length; j++)
            self->v[j] = problem->momentum * self->v[j] + problem->ridge * self->x[j];
        for (size_t b = 0; b < experiment->batch; b++) {
            if (experiment_interrupted(experiment))
                return false;
            add_sample(self, 1 / (double)experiment->batch);
        }
        for (size_t j = 0; j < length; j++)
            self->x[j] -= rate * self->v[j];
        self->step++;
    }
    return true;
}

/* ---- measuring ------------------------------------------------------------------------------- */

/* The order parameters of class i. */
static void see_class(const stroll_t *self, size_t i, double *m, double *B, double *cross)
{
    const scene_t *scene = &self->crowd->scene;
    const size_t L = scene->experiment.L, K = scene->K, stride = scene->stride;
    const double *deviation = scene->deviation + i * stride;
    const double *mean = scene->mean + i * stride;
    for (size_t l = 0; l < L; l++) {
        const double *x = self->x + l * stride;
        rows_dot(stride, 1, &mean, x, &m[l]);
        for (size_t h = l; h < L; h++) {
            double sum = 0;
            for (size_t n = 0; n < stride; n++)
                sum += deviation[n] * deviation[n] * x[n] * self->x[h * stride + n];
            B[packed_index(L, l, h)] = sum;
        }
        for (size_t k = 0; k < K; k++) {
            double sum = 0;
            for (size_t n = 0; n < stride; n++)
                sum += deviation[n] * deviation[n] * x[n] * scene->signal[k * stride + n];
            cross[l * K + k] = sum;
        }
    }
}

static double class_risk(const stroll_t *self, size_t i)
{
    const setup_t *setup = self->crowd->setup;
    const layout_t *at = &self->crowd->at;
    const size_t L = setup->L, K = setup->K;
    const committee_task_t *task = &self->crowd->problem->committee;
    double *m = self->row + at->mean + i * L, *B = self->row + at->moment + i * setup->pairs;
    double *cross = self->row + at->cross + i * L * K;
    committee_law_t law;
    see_class(self, i, m, B, cross);
    committee_law(task, m, B, cross, setup->signal_m + i * K, setup->signal_B + i * K * K, &law);
    return committee_risk(task, &law);
}

static bool measure(void *state, uint64_t step, double *out)
{
    stroll_t *self = state;
    const crowd_t *crowd = self->crowd;
    const setup_t *setup = crowd->setup;
    const size_t L = setup->L, stride = crowd->scene.stride;
    double *next = out + CROWD_COMMON;
    memset(out, 0, CROWD_COMMON * sizeof *out);
    out[CROWD_RATE] = rate_source_at(&crowd->source[self->curve],
                                     (double)step / (double)crowd->scene.experiment.d, NULL);
    for (size_t i = 0; i < setup->C; i++) {
        out[CROWD_RISK] += setup->p[i] * class_risk(self, i);
        for (size_t l = 0; l < L; l++) {
            *next++ = self->row[crowd->at.mean + i * L + l];
            *next++ = self->row[crowd->at.moment + i * setup->pairs + packed_index(L, l, l)];
        }
    }
    for (size_t l = 0; l < L; l++) {
        const double *x = self->x + l * stride;
        double norm2 = 0;
        rows_dot(stride, 1, &x, x, &norm2);
        out[CROWD_NORM2] += norm2;
        for (size_t k = 0; k < setup->K; k++)
            rows_dot(stride, 1, &x, crowd->scene.signal + k * stride, next++);
    }
    if (!self->measured)
        self->first = out[CROWD_RISK];
    self->measured = true;
    return isfinite(out[CROWD_RISK]) && out[CROWD_RISK] <= EXPLODED * (1 + self->first);
}

/* ---- begin and end --------------------------------------------------------------------------- */

static void set_start(stroll_t *self, uint64_t run)
{
    const crowd_t *crowd = self->crowd;
    const sgdl_problem_t *problem = crowd->problem;
    const size_t L = crowd->setup->L, d = crowd->scene.experiment.d, stride = crowd->scene.stride;
    normals_init(&self->features, problem->seed, run, STREAM_START);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < d; n++)
            self->x[l * stride + n] =
                problem->start ? problem->start[n * L + l]
                : problem->start_norm2 > 0
                    ? sqrt(problem->start_norm2 / (double)d) * normals_next(&self->features)
                    : 0;
}

static void stroll_end(void *state)
{
    stroll_t *self = state;
    if (self) {
        free(self->x);
        free(self->row);
    }
    free(self);
}

static int stroll_begin(const void *model, size_t curve, uint64_t run, void **state,
                        sgdl_error_t *error)
{
    const crowd_t *crowd = model;
    const uint64_t seed = crowd->problem->seed;
    const size_t L = crowd->setup->L;
    size_t stride;
    stroll_t *self = *state = aligned_alloc(_Alignof(stroll_t), sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *self = (stroll_t){.crowd = crowd, .curve = curve};
    self->x = experiment_rows(2 * L + 1, crowd->scene.experiment.d, &stride);
    self->row = calloc(crowd->at.width, sizeof *self->row);
    if (!self->x || !self->row)
        return sgdl_fail_memory(error);
    self->v = self->x + L * stride;
    self->a = self->v + L * stride;
    set_start(self, run);
    normals_init(&self->features, seed, run, STREAM_FEATURES);
    normals_init(&self->labels, seed, run, STREAM_LABELS);
    words_init(&self->choices, seed, run, STREAM_CHOICES);
    return SGDL_OK;
}

walker_t crowd_walker(const crowd_t *self)
{
    const double samples = (double)self->scene.experiment.batch;
    const double coordinates =
        (double)self->scene.experiment.d * (double)(self->setup->L + self->setup->K + 3);
    return (walker_t){.name = "full",
                      .model = self,
                      .quantities = crowd_quantities(self),
                      .cost = 0.7 * samples * coordinates,
                      .begin = stroll_begin,
                      .advance = advance,
                      .measure = measure,
                      .end = stroll_end};
}
