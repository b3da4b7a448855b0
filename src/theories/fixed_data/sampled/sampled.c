/* A pass that samples: paths of samples of every class between the coordinates' looks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/fixed_data/node_side.h"
#include "src/theories/fixed_data/pass.h"
#include "src/theories/fixed_data/sampled/identities.h"
#include "src/theories/fixed_data/sampled/labels.h"

#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct sampled {
    const pass_task_t *task;
    const setup_t *setup;
    const timeline_t *timeline;
    layout_t layout;
    size_t C, T, blocks, groups, stride, width; /* of sums, of a thread's scratch */
    int threads;
    node_side_t nodes;
    paths_t *paths;           /* [C] */
    identities_t *identities; /* [C] */
    paths_answer_t *answers;  /* [C] */
    double *part, *sum;       /* [C*blocks*stride], [C*stride] */
    float *rho;               /* [C*T] */
    float *scratch;           /* [threads*width] */
} sampled_t;

/* ---- room --------------------------------------------------------------------------------------
 */

static size_t threads_of(const pass_task_t *task)
{
#ifdef _OPENMP
    return task->threads > 0 ? task->threads : (size_t)omp_get_max_threads();
#else
    (void)task;
    return 1;
#endif
}

static size_t thread_number(void)
{
#ifdef _OPENMP
    return (size_t)omp_get_thread_num();
#else
    return 0;
#endif
}

static size_t stride_of(size_t T) { return 2 * (T + 1) + SUMS; }

double pass_sampled_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                           size_t threads)
{
    const size_t T = timeline->steps;
    const double C = (double)setup->C, blocks = (double)paths_blocks(setup, paths);
    const double sums = C * (blocks + 1) * (double)stride_of(T) * sizeof(double),
                 identities = C * (PATHS_CHECKS + 1) * (double)(T + 1) * sizeof(double),
                 scratch = (double)(threads > 0 ? threads : 1) * (double)response_scratch(T) +
                           C * (double)T;
    return node_side_memory(setup, T) + C * paths_memory(setup, timeline, paths) + sums +
           identities + scratch * sizeof(float);
}

static int allocate(sampled_t *self, sgdl_error_t *error)
{
    const size_t C = self->C, T = self->T;
    self->paths = calloc(C, sizeof *self->paths);
    self->identities = calloc(C, sizeof *self->identities);
    self->answers = calloc(C, sizeof *self->answers);
    self->part = malloc(C * self->blocks * self->stride * sizeof *self->part);
    self->sum = malloc(C * self->stride * sizeof *self->sum);
    self->rho = malloc(C * (T + 1) * sizeof *self->rho);
    self->scratch = malloc((size_t)self->threads * self->width * sizeof *self->scratch);
    if (self->paths && self->identities && self->answers && self->part && self->sum && self->rho &&
        self->scratch)
        return SGDL_OK;
    return sgdl_fail_memory(error);
}

static int sampled_init(sampled_t *self, const pass_task_t *task, sgdl_error_t *error)
{
    const setup_t *setup = task->setup;
    *self = (sampled_t){.task = task,
                        .setup = setup,
                        .timeline = task->timeline,
                        .layout = layout_of(setup),
                        .C = setup->C,
                        .T = task->timeline->steps,
                        .blocks = paths_blocks(setup, task->paths),
                        .threads = (int)threads_of(task)};
    self->groups = (self->blocks + PATHS_GROUP - 1) / PATHS_GROUP;
    self->stride = stride_of(self->T);
    self->width = response_scratch(self->T);
    int status = node_side_init(&self->nodes, setup, self->T, error);
    if (status == SGDL_OK)
        status = allocate(self, error);
    for (size_t i = 0; i < self->C && status == SGDL_OK; i++) {
        const paths_task_t paths = {setup, self->timeline, i, task->paths, task->replicate};
        status = paths_init(&self->paths[i], &paths, error);
        if (status == SGDL_OK)
            status = identities_init(&self->identities[i], self->T,
                                     setup->K > 0 ? setup->signal_B[i] : 0, error);
    }
    return status;
}

static void sampled_free(sampled_t *self)
{
    for (size_t i = 0; i < self->C && self->paths && self->identities; i++) {
        paths_free(&self->paths[i]);
        identities_free(&self->identities[i]);
    }
    node_side_free(&self->nodes);
    free(self->paths);
    free(self->identities);
    free(self->answers);
    free(self->part);
    free(self->sum);
    free(self->rho);
    free(self->scratch);
}

/* ---- blocks of all classes ---------------------------------------------------------------------
 */

static double *part_of(const sampled_t *self, size_t unit)
{
    return self->part + unit * self->stride;
}

static double *sum_of(const sampled_t *self, size_t i) { return self->sum + i * self->stride; }

/* The first `count` sums of class i, block by block. */
static void add_parts(const sampled_t *self, size_t i, size_t count)
{
    double *sum = sum_of(self, i);
    memset(sum, 0, count * sizeof *sum);
    for (size_t b = 0; b < self->blocks; b++) {
        const double *part = part_of(self, i * self->blocks + b);
        for (size_t k = 0; k < count; k++)
            sum[k] += part[k];
    }
}

/* What the classes' next variables bring: nothing more than drawn where only s could be correlated
 * with it, else first the sums over all paths, by which it is settled. */
static void innovate(sampled_t *self, size_t row)
{
    bool some = false;
    for (size_t i = 0; i < self->C; i++)
        some = some || self->paths[i].brings;
    if (!some || self->timeline->law->all)
        return;
#pragma omp parallel for schedule(static) num_threads(self->threads)
    for (size_t u = 0; u < self->C * self->blocks; u++)
        if (self->paths[u / self->blocks].brings)
            paths_draw(&self->paths[u / self->blocks], u % self->blocks, row, part_of(self, u));
    for (size_t i = 0; i < self->C; i++)
        if (self->paths[i].brings)
            add_parts(self, i, 2 + self->paths[i].gaussians.rank);
}

/* The rest of it, of one block. */
static void settle(const sampled_t *self, size_t i, size_t block, size_t row)
{
    if (!self->paths[i].brings)
        return;
    if (self->timeline->law->all)
        paths_draw(&self->paths[i], block, row, NULL);
    else
        paths_settle(&self->paths[i], block, sum_of(self, i));
}

/* A variable in front of all w, independent of those before it. */
static void lead(sampled_t *self, size_t row, bool is_noise)
{
    for (size_t i = 0; i < self->C; i++) {
        paths_t *paths = &self->paths[i];
        paths->brings = gaussians_row(&paths->gaussians, paths->covariance,
                                      is_noise ? 1 : self->setup->signal_B[i]);
    }
    innovate(self, row);
    for (size_t i = 0; i < self->C; i++) {
        paths_t *paths = &self->paths[i];
        for (size_t b = 0; b < self->blocks; b++) {
            settle(self, i, b, row);
            paths_gaussian(paths, b, (is_noise ? paths->noise : paths->signal) + b * PATHS_BLOCK);
        }
        gaussians_commit(&paths->gaussians, paths->brings);
    }
}

/* Labels, and what they hang on. */
static void label(sampled_t *self)
{
    if (self->setup->K > 0)
        lead(self, 0, false);
    if (labels_are_noisy(self->setup))
        lead(self, 2 * self->T + 3, true);
    for (size_t i = 0; i < self->C; i++)
        for (size_t b = 0; b < self->blocks; b++)
            paths_label(&self->paths[i], b);
}

static bool is_finite(const sampled_t *self, size_t t)
{
    bool finite = true;
    for (size_t i = 0; i < self->C; i++)
        finite = finite && isfinite(self->nodes.look.m[i]) &&
                 isfinite(self->nodes.look.B[i * (self->T + 1) + t]);
    return finite;
}

/* The loss at m + w, whose mean is the risk, helps to read that at r, the less the more samples
 * were looked at. Points of low discrepancy alone need no help. */
static bool has_control(const sampled_t *self)
{
    return self->setup->K == 0 && !self->timeline->law->all;
}

/* What samples see at a point: `row` numbers the variable. `train`: their loss and error there,
 * too, into the sums. */
static void look(sampled_t *self, double ahead, size_t row, bool train)
{
    const size_t t = self->nodes.t, K = self->setup->K, T = self->T;
    const look_t *seen = &self->nodes.look;
    node_side_look(&self->nodes, ahead);
    if (!is_finite(self, t))
        return;
    for (size_t i = 0; i < self->C; i++) {
        paths_t *paths = &self->paths[i];
        const double *B = seen->B + i * (T + 1);
        if (K > 0)
            paths->covariance[0] = seen->cross[i];
        memcpy(paths->covariance + paths->gaussians.rows - t, B, t * sizeof *B);
        paths->brings = gaussians_row(&paths->gaussians, paths->covariance, B[t]);
    }
    innovate(self, row);
#pragma omp parallel for schedule(static) num_threads(self->threads)
    for (size_t u = 0; u < self->C * self->blocks; u++) {
        const size_t i = u / self->blocks, b = u % self->blocks;
        settle(self, i, b, row);
        paths_look(&self->paths[i], b, seen->m[i], seen->rho + i * T, t);
        if (train)
            paths_train(&self->paths[i], b, seen->m[i], has_control(self), part_of(self, u));
    }
    for (size_t i = 0; i < self->C && train; i++)
        add_parts(self, i, TRAIN_SUMS);
}

/* ---- steps -------------------------------------------------------------------------------------
 */

/* From the sums of class i to its answer, and whether it keeps to the identities. */
static void conclude(sampled_t *self, size_t i)
{
    const size_t t = self->nodes.t, T = self->T;
    const look_t *seen = &self->nodes.look;
    answer_t *answer = &self->nodes.answer;
    identities_t *identities = &self->identities[i];
    double *Cg = answer->Cg + i * (T + 1), *Rg = answer->Rg + i * (T + 1), *sums = sum_of(self, i);
    const double *sum = sums + 2 * (t + 1);
    memcpy(Cg, sums, (t + 1) * sizeof *Cg);
    memcpy(Rg, sums + t + 1, (t + 1) * sizeof *Rg);
    if (self->timeline->law->independent)
        Cg[t] = self->timeline->step[t].second * sum[SUM_POWER];
    answer->mean[i] = sum[SUM_MEAN];
    double signal = sum[SUM_SIGNAL];
    for (size_t s = 0; s <= t && self->setup->K > 0; s++)
        signal -= Rg[s] * identities->signal[s];
    signal = identities->signal_B > 0 ? signal / identities->signal_B : 0;
    if (self->setup->K > 0)
        answer->signal[i] = signal;
    identities_judge(identities, &(identities_step_t){.t = t,
                                                      .copies = self->paths[i].copies,
                                                      .sum = sum,
                                                      .B = seen->B + i * (T + 1),
                                                      .rho = seen->rho + i * T,
                                                      .Cg = Cg,
                                                      .Rg = Rg,
                                                      .m = seen->m[i],
                                                      .signal = signal});
    gaussians_commit(&self->paths[i].gaussians, self->paths[i].brings);
}

/* The samples' answer to the last look. */
static int answer(sampled_t *self, sgdl_error_t *error)
{
    const size_t t = self->nodes.t, T = self->T, C = self->C;
    const look_t *seen = &self->nodes.look;
    int failed = 0;
    if (!self->timeline->law->all) {
#pragma omp parallel for schedule(static) num_threads(self->threads)
        for (size_t u = 0; u < C * self->groups; u++)
            paths_select(&self->paths[u / self->groups], u % self->groups, t);
    }
    for (size_t i = 0; i < C; i++)
        for (size_t s = 0; s < t; s++)
            self->rho[i * T + s] = (float)seen->rho[i * T + s];
    paths_answer_t *task = self->answers;
    for (size_t i = 0; i < C; i++) {
        task[i] = (paths_answer_t){.t = t, .rho = self->rho + i * T};
        identities_prepare(&self->identities[i], seen->B + i * (T + 1),
                           self->setup->K > 0 ? seen->cross[i] : 0, &task[i]);
    }
#pragma omp parallel for schedule(static) num_threads(self->threads) reduction(| : failed)
    for (size_t u = 0; u < C * self->blocks; u++) {
        const size_t i = u / self->blocks;
        paths_answer_t own = task[i];
        own.scratch = self->scratch + thread_number() * self->width;
        failed |=
            paths_answer(&self->paths[i], u % self->blocks, &own, part_of(self, u)) != SGDL_OK;
    }
    if (failed)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++) {
        add_parts(self, i, 2 * (t + 1) + SUMS);
        conclude(self, i);
    }
    return SGDL_OK;
}

/* Mean loss of class i's samples: the regression on the control takes its deviation away. */
static double train_risk(const sampled_t *self, size_t i)
{
    const double *sum = sum_of(self, i), risk = sum[TRAIN_RISK], control = sum[TRAIN_GAUSSIAN];
    const double variance = sum[TRAIN_SQUARE] - control * control;
    if (!has_control(self) || !(variance > 1e-12 * sum[TRAIN_SQUARE]))
        return risk;
    const double slope = (sum[TRAIN_PRODUCT] - control * risk) / variance;
    const double exact =
        population_class_risk(&self->setup->population, i, &self->nodes.look.m[i],
                              &self->nodes.look.B[i * (self->T + 1) + self->nodes.t], 0);
    return risk + fmin(1, fmax(0, slope)) * (exact - control);
}

static void write_row(const sampled_t *self, double *row)
{
    node_side_state(&self->nodes, row);
    for (size_t i = 0; i < self->C; i++) {
        row[self->layout.train_risk + i] = train_risk(self, i);
        row[self->layout.train_error + i] = sum_of(self, i)[TRAIN_ERROR];
    }
}

/* All rows that are due where the last look was at X_t itself. */
static void write_rows(const sampled_t *self, double *rows, pass_result_t *result)
{
    const timeline_t *timeline = self->timeline;
    while (result->rows < timeline->rows && timeline->due[result->rows] == self->nodes.t)
        write_row(self, rows + self->layout.width * result->rows++);
}

static int fail_diverged(const sampled_t *self, const pass_result_t *result, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                     "the run diverged: in step %zu of %zu it grows beyond what can be computed; "
                     "%zu of %zu rows kept",
                     self->nodes.t + 1, self->T, result->rows, self->timeline->rows);
}

static void note_identities(const sampled_t *self, pass_result_t *result)
{
    for (size_t i = 0; i < self->C; i++)
        result->residual = fmax(result->residual, self->identities[i].worst);
}

/* Step t, and before it the rows that are due. */
static int make_step(sampled_t *self, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const timeline_t *timeline = self->timeline;
    const size_t t = self->nodes.t, T = self->T;
    const bool is_due = result->rows < timeline->rows && timeline->due[result->rows] == t;
    const double ahead = t > 0 && t < T ? timeline->step[t].ahead : 0;
    if (is_due && ahead != 0) {
        look(self, 0, T + 2 + t, true);
        if (!is_finite(self, t))
            return fail_diverged(self, result, error);
        write_rows(self, rows, result);
    }
    look(self, ahead, 1 + t, is_due && ahead == 0);
    if (!is_finite(self, t))
        return fail_diverged(self, result, error);
    if (is_due && ahead == 0)
        write_rows(self, rows, result);
    if (t == T)
        return SGDL_OK;
    int status = answer(self, error);
    if (status == SGDL_OK)
        note_identities(self, result);
    if (status == SGDL_OK)
        node_side_advance(&self->nodes, &timeline->step[t]);
    return status;
}

int pass_sampled(const pass_task_t *task, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const sgdl_watch_t *watch = &task->setup->plan->watch;
    const timeline_t *timeline = task->timeline;
    sampled_t self;
    *result = (pass_result_t){0};
    int status = sampled_init(&self, task, error);
    if (status == SGDL_OK)
        label(&self);
    while (status == SGDL_OK && result->rows < timeline->rows) {
        if (sgdl_watch_stopped(watch)) {
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
            break;
        }
        const double done = (double)self.nodes.t / (double)(self.T > 0 ? self.T : 1);
        sgdl_watch_report(watch, task->begin + task->share * done * done,
                          timeline->t[result->rows]);
        status = make_step(&self, rows, result, error);
    }
    sampled_free(&self);
    return status;
}
