#include "src/theories/fixed_data/walkers/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/fixed_data/walkers/samples.h"
#include "src/theories/streaming/walkers/passes.h"

/* ---- what all runs share --------------------------------------------------------------------- */

static int list_coordinates(scene_t *self, const sgdl_directions_t *directions, sgdl_error_t *error)
{
    const size_t C = self->experiment.C, d = self->experiment.d, K = self->K;
    const double scale = 1 / sqrt((double)d);
    const size_t length = d + (self->experiment.problem->intercept != 0);
    self->mean = experiment_rows(C, length, &self->stride);
    self->deviation = experiment_rows(C, length, &self->stride);
    self->signal = K > 0 ? experiment_rows(K, length, &self->stride) : NULL;
    if (!self->mean || !self->deviation || (K > 0 && !self->signal))
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++)
        for (size_t n = 0; n < d; n++) {
            self->mean[i * self->stride + n] = scale * directions->mean[i * d + n];
            self->deviation[i * self->stride + n] = sqrt(directions->eigenvalue[i * d + n]);
        }
    for (size_t s = 0; s < K; s++)
        for (size_t n = 0; n < d; n++)
            self->signal[s * self->stride + n] = scale * directions->mean[(C + s) * d + n];
    return SGDL_OK;
}

int scene_init(scene_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
               sgdl_error_t *error)
{
    sgdl_directions_t directions = {0};
    *self = (scene_t){.K = problem->signals, .is_committee = problem->loss == &sgdl_loss_committee};
    int status = experiment_init(&self->experiment, problem, plan, error);
    if (status != SGDL_OK)
        return status;
    if (isfinite(problem->ratio)) /* a stream has no samples of its own */
        self->n = (size_t)rint(problem->ratio * problem->dimension);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    status = sgdl_directions_init(&directions, &mixture, error);
    if (status == SGDL_OK)
        status = list_coordinates(self, &directions, error);
    self->start = directions.start; /* taken over */
    directions.start = NULL;
    sgdl_directions_free(&directions);
    return status;
}

void scene_free(scene_t *self)
{
    free(self->mean);
    free(self->deviation);
    free(self->signal);
    free(self->start);
    experiment_free(&self->experiment);
    *self = (scene_t){0};
}

/* ---- the data of a run ----------------------------------------------------------------------- */

double dataset_numbers(const scene_t *scene)
{
    return (double)scene->n * ((double)scene->stride + (double)scene->experiment.L + 2);
}

static int allocate(dataset_t *self, sgdl_error_t *error)
{
    const scene_t *scene = self->scene;
    size_t stride;
    self->a = experiment_rows(scene->n, scene->stride, &stride);
    self->y = calloc(scene->n, scene->experiment.L * sizeof *self->y);
    self->chance = calloc(scene->n, sizeof *self->chance);
    self->class_index = calloc(scene->n, sizeof *self->class_index);
    self->members = calloc(scene->experiment.C, sizeof *self->members);
    self->r = calloc(scene->experiment.L, SAMPLES_ROWS * sizeof *self->r);
    return self->r && self->a && self->y && self->chance && self->class_index && self->members
               ? SGDL_OK
               : sgdl_fail_memory(error);
}

void dataset_free(dataset_t *self)
{
    free(self->a);
    free(self->y);
    free(self->chance);
    free(self->class_index);
    free(self->members);
    free(self->r);
    *self = (dataset_t){0};
}

/* Streams of a run that are read while it is drawn. */
typedef struct source {
    normals_t features, label_normals;
    words_t choices, label_words;
} source_t;

static void draw_features(const dataset_t *self, source_t *source, size_t j)
{
    const scene_t *scene = self->scene;
    const size_t d = scene->experiment.d, i = self->class_index[j];
    const double *mean = scene->mean + i * scene->stride;
    const double *deviation = scene->deviation + i * scene->stride;
    double *a = self->a + j * scene->stride;
    for (size_t n = 0; n < d;) {
        if (source->features.used == NORMALS_BLOCK)
            normals_refill(&source->features);
        const size_t room = NORMALS_BLOCK - source->features.used;
        const size_t count = d - n < room ? d - n : room;
        pass_draw(count, mean + n, deviation + n, source->features.value + source->features.used,
                  a + n);
        source->features.used += count;
        n += count;
    }
    if (scene->experiment.problem->intercept != 0)
        a[d] = scene->experiment.problem->intercept;
}

/* The teacher's label at r* = X*^T a, and the chance that it would be the upper one. */
static void ask_teacher(const dataset_t *self, source_t *source, size_t j)
{
    const experiment_t *experiment = &self->scene->experiment;
    const teacher_t *teacher = &experiment->problem->teacher;
    const double *row = self->a + j * self->scene->stride;
    double r_star, *y = self->y + j * experiment->L;
    rows_dot(self->scene->stride, 1, &row, self->scene->signal, &r_star);
    const bool noisy = teacher->labels == TEACHER_LINEAR && teacher->noise > 0;
    const double normal = noisy ? normals_next(&source->label_normals) : 0;
    const double uniform =
        teacher->labels == TEACHER_LOGISTIC ? words_uniform(&source->label_words) : 0;
    *y = teacher_label(teacher, experiment->loss, r_star, normal, uniform);
    if (teacher->labels == TEACHER_LINEAR)
        self->chance[j] = NAN;
    else
        self->chance[j] = experiment->loss->quadratic ? (1 + *y) / 2 : *y;
}

/* A number, in the first of the target's places; there is no right decision. */
static void ask_committee(const dataset_t *self, source_t *source, size_t j)
{
    const scene_t *scene = self->scene;
    const committee_task_t *task = &scene->experiment.problem->committee;
    const double *row = self->a + j * scene->stride;
    double r_star[COMMITTEE_HIDDEN], *y = self->y + j * scene->experiment.L;
    for (size_t s = 0; s < scene->K; s++)
        rows_dot(scene->stride, 1, &row, scene->signal + s * scene->stride, &r_star[s]);
    *y = committee_output(&task->teacher, r_star);
    if (task->noise > 0)
        *y += task->noise * normals_next(&source->label_normals);
    self->chance[j] = NAN;
}

static void draw_sample(const dataset_t *self, source_t *source, size_t j)
{
    const experiment_t *experiment = &self->scene->experiment;
    const size_t L = experiment->L;
    const double *target = experiment_draw(experiment, &source->choices, &self->class_index[j]);
    self->members[self->class_index[j]]++;
    draw_features(self, source, j);
    if (self->scene->is_committee)
        ask_committee(self, source, j);
    else if (!target)
        ask_teacher(self, source, j);
    if (!target)
        return;
    memcpy(self->y + j * L, target, L * sizeof *target);
    const int decision = L == 1 ? experiment->loss->decision(*target) : 0;
    self->chance[j] = decision == 0 ? NAN : decision > 0;
}

int dataset_init(dataset_t *self, const scene_t *scene, uint64_t run, sgdl_error_t *error)
{
    const uint64_t seed = scene->experiment.problem->seed;
    *self = (dataset_t){.scene = scene};
    int status = allocate(self, error);
    source_t *source = aligned_alloc(_Alignof(source_t), sizeof *source);
    if (status == SGDL_OK && !source)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        normals_init(&source->features, seed, run, STREAM_FEATURES);
        normals_init(&source->label_normals, seed, run, STREAM_LABELS);
        words_init(&source->choices, seed, run, STREAM_CHOICES);
        words_init(&source->label_words, seed, run, STREAM_LABELS);
        for (size_t j = 0; j < scene->n && !experiment_interrupted(&scene->experiment); j++)
            draw_sample(self, source, j);
    }
    free(source);
    return status;
}

/* ---- what X makes of it ---------------------------------------------------------------------- */

/* Whether the largest of several outputs is the wrong one; tied ones share the decision. */
static double is_wrong_argmax(size_t L, const double *r, const double *y)
{
    double best = -INFINITY;
    size_t own = 0, tied = 0;
    for (size_t a = 0; a < L; a++) {
        own = y[a] > y[own] ? a : own;
        best = fmax(best, r[a]);
    }
    for (size_t a = 0; a < L; a++)
        tied += r[a] == best;
    return r[own] == best ? 1 - 1 / (double)tied : 1;
}

void dataset_slope(const dataset_t *self, size_t j, const double *r, double *g)
{
    const experiment_t *experiment = &self->scene->experiment;
    const double *y = self->y + j * experiment->L;
    if (self->scene->is_committee)
        committee_gradient(&experiment->problem->committee.student, r, *y, g);
    else
        experiment->loss->gradient(experiment->L, r, y, g);
}

static double value(const dataset_t *self, size_t j, const double *r)
{
    const experiment_t *experiment = &self->scene->experiment;
    const double *y = self->y + j * experiment->L;
    if (!self->scene->is_committee)
        return experiment->loss->value(experiment->L, r, y);
    const double off = committee_output(&experiment->problem->committee.student, r) - *y;
    return off * off / 2;
}

static double wrong(const dataset_t *self, size_t j, const double *r)
{
    const size_t L = self->scene->experiment.L;
    const double chance = self->chance[j];
    if (L > 1 && !self->scene->is_committee)
        return is_wrong_argmax(L, r, self->y + j * L);
    return r[0] > 0 ? 1 - chance : r[0] < 0 ? chance : 0.5 + 0 * chance;
}

size_t dataset_look(dataset_t *self, const size_t *list, size_t count, const double *x)
{
    const size_t L = self->scene->experiment.L, stride = self->scene->stride;
    const size_t rows = count < SAMPLES_ROWS ? count : SAMPLES_ROWS;
    for (size_t j = 0; j < rows; j++)
        self->row[j] = self->a + list[j] * stride;
    for (size_t l = 0; l < L; l++) {
        double projection[SAMPLES_ROWS];
        rows_dot(stride, rows, self->row, x + l * stride, projection);
        for (size_t j = 0; j < rows; j++)
            self->r[j * L + l] = projection[j];
    }
    return rows;
}

void dataset_train(dataset_t *self, const double *x, double *risk, double *error)
{
    const size_t C = self->scene->experiment.C, L = self->scene->experiment.L;
    const size_t n = self->scene->n;
    size_t list[SAMPLES_ROWS];
    for (size_t i = 0; i <= C; i++)
        risk[i] = error[i] = 0;
    for (size_t first = 0; first < n; first += SAMPLES_ROWS) {
        for (size_t j = 0; j < SAMPLES_ROWS; j++)
            list[j] = first + j;
        const size_t rows = dataset_look(self, list, n - first, x);
        for (size_t j = 0; j < rows; j++) {
            const size_t i = self->class_index[first + j];
            risk[i] += value(self, first + j, self->r + j * L);
            error[i] += wrong(self, first + j, self->r + j * L);
        }
    }
    for (size_t i = 0; i < C; i++) {
        risk[C] += risk[i];
        error[C] += error[i];
        risk[i] = self->members[i] > 0 ? risk[i] / (double)self->members[i] : NAN;
        error[i] = self->members[i] > 0 ? error[i] / (double)self->members[i] : NAN;
    }
    risk[C] /= (double)n;
    error[C] /= (double)n;
}
