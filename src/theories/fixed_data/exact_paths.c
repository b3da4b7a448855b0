#include "src/theories/fixed_data/exact_paths.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/random/stream.h"

/* Paths of one output; fewer of more, whose covariances cost as the square. */
enum { MOST = 4096, LEAST = 512 };

/* Pivots of covariances below this share are rounding errors. */
static const double PIVOT = 1e-10;

/* Products of a class's look from which threads are worth waking. */
static const double WORTH = 1e6;

enum { ARRAYS = 10 };

/* ---- room ------------------------------------------------------------------------------------ */

static bool are_needed(const setup_t *setup, const timeline_t *timeline)
{
    if (setup->K > 0)
        return setup->problem->teacher.labels != TEACHER_LINEAR;
    return !timeline->law->all;
}

static size_t count_paths(const setup_t *setup)
{
    const size_t paths = MOST / setup->L;
    return paths > LEAST ? paths : LEAST;
}

static size_t last_step(const timeline_t *timeline)
{
    return timeline->rows > 0 ? timeline->due[timeline->rows - 1] : 0;
}

/* Of one class. */
static double list_sizes(const setup_t *setup, size_t steps, double sizes[ARRAYS])
{
    const double L = (double)setup->L, T = (double)steps, M = (double)count_paths(setup);
    const double rows = (double)setup->K + (T + 1) * L;
    const double all[ARRAYS] = {
        rows * (rows + 1) / 2, rows * M, T * L * M, T * M, L * M, M, L * rows, L * M, M, M};
    double total = 0;
    memcpy(sizes, all, sizeof all);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a];
    return total;
}

double exact_paths_memory(const setup_t *setup, const timeline_t *timeline)
{
    double sizes[ARRAYS];
    if (!are_needed(setup, timeline))
        return 0;
    return (double)setup->C * list_sizes(setup, last_step(timeline), sizes) * sizeof(double);
}

static void lay(exact_paths_t *self, size_t i, const double sizes[ARRAYS], double *next)
{
    path_class_t *class = &self->class[i];
    double **const arrays[ARRAYS] = {&class->factor, &class->normal, &class->g,   &class->twin,
                                     &class->label,  &class->right,  &class->row, &class->e,
                                     &class->e_twin, &class->memory};
    for (size_t a = 0; a < ARRAYS; a++) {
        *arrays[a] = next;
        next += (size_t)sizes[a];
    }
}

/* ---- labels ---------------------------------------------------------------------------------- */

enum { STEP_BITS = 32, WORDS_OF_LABELS = 0 };

static uint64_t number_of(size_t i, size_t t) { return ((uint64_t)i << STEP_BITS) + t; }

/* Labels of a class in their shares, one after the other. */
static void draw_labels(exact_paths_t *self, size_t i)
{
    const setup_t *setup = self->exact->side->setup;
    const sgdl_targets_t *targets = &setup->problem->targets;
    const path_class_t *class = &self->class[i];
    for (size_t p = 0; p < self->paths; p++) {
        const double share = ((double)p + 0.5) / (double)self->paths;
        size_t j = 0;
        double sum = sgdl_targets_probability(targets, setup->problem->label_index[i], 0);
        while (sum < share && j + 1 < targets->labels)
            sum += sgdl_targets_probability(targets, setup->problem->label_index[i], ++j);
        for (size_t l = 0; l < setup->L; l++)
            class->label[l * self->paths + p] = targets->target[j * setup->L + l];
        class->right[p] =
            setup->L > 1 ? (double)j : (double)setup->problem->loss->decision(targets->target[j]);
    }
}

/* What a signal says of samples at the quantiles of r*. */
static void draw_teacher(exact_paths_t *self, size_t i)
{
    const setup_t *setup = self->exact->side->setup;
    const teacher_t *teacher = &setup->problem->teacher;
    const path_class_t *class = &self->class[i];
    const double deviation = sqrt(setup->signal_B[i]);
    words_t words;
    words_init(&words, setup->problem->seed, number_of(i, WORDS_OF_LABELS), STREAM_PATHS);
    class->factor[0] = deviation;
    for (size_t p = 0; p < self->paths; p++) {
        const double normal = gsl_cdf_ugaussian_Pinv(((double)p + 0.5) / (double)self->paths);
        const double r_star = setup->signal_m[i] + deviation * normal;
        const double uniform = words_uniform(&words);
        teacher_t drawn = *teacher;
        if (teacher->labels == TEACHER_LOGISTIC_SOFT)
            drawn.labels = TEACHER_LOGISTIC;
        class->normal[p] = normal;
        class->label[p] = teacher_label(teacher, setup->problem->loss, r_star, 0, uniform);
        class->right[p] = teacher_label(&drawn, setup->problem->loss, r_star, 0, uniform);
    }
}

int exact_paths_init(exact_paths_t *self, const exact_t *exact, const timeline_t *timeline,
                     sgdl_error_t *error)
{
    const setup_t *setup = exact->side->setup;
    const double bytes = exact_paths_memory(setup, timeline);
    double sizes[ARRAYS];
    *self = (exact_paths_t){.exact = exact, .timeline = timeline};
    if (!are_needed(setup, timeline))
        return SGDL_OK;
    const size_t length = (size_t)list_sizes(setup, exact->T, sizes);
    self->class = calloc(setup->C, sizeof *self->class);
    if (self->class && bytes < (double)(SIZE_MAX / 4))
        self->own = calloc(length * setup->C, sizeof *self->own);
    if (!self->own)
        return sgdl_fail_memory(error);
    self->paths = count_paths(setup);
    self->rows = setup->K + (exact->T + 1) * setup->L;
    self->has_twin = setup->L == 1 && setup->K == 0;
    for (size_t i = 0; i < setup->C; i++) {
        lay(self, i, sizes, self->own + i * length);
        if (setup->K > 0)
            draw_teacher(self, i);
        else
            draw_labels(self, i);
    }
    return SGDL_OK;
}

void exact_paths_free(exact_paths_t *self)
{
    free(self->class);
    free(self->own);
    *self = (exact_paths_t){0};
}

/* ---- a look ---------------------------------------------------------------------------------- */

/* Row k of the factor, from the covariances that stand in it, k + 1 numbers; `factor` has those
 * before it but the last `beside`, which are rows of this look. */
static void factor_row(const path_class_t *class, size_t rows, size_t l, size_t known)
{
    double *row = class->row + l * rows, left;
    const size_t k = known + l;
    for (size_t j = 0; j < k; j++) {
        const double *before =
            j < known ? class->factor + panel_row(j) : class->row + (j - known) * rows;
        const double pivot = before[j];
        row[j] = pivot > 0 ? (row[j] - panel_dot(before, row, j)) / pivot : 0;
    }
    left = row[k] - panel_dot(row, row, k);
    row[k] = left > PIVOT * row[k] ? sqrt(left) : 0;
}

static void see_factor(const exact_paths_t *self, size_t i)
{
    const node_side_t *side = self->exact->side;
    const setup_t *setup = side->setup;
    const size_t L = setup->L, K = setup->K, T = side->T, t = side->t, rows = self->rows;
    const double *B = side->look.B + i * (T + 1) * L * L;
    const path_class_t *class = &self->class[i];
    for (size_t l = 0; l < L; l++) {
        double *row = class->row + l * rows;
        if (K > 0)
            row[0] = side->look.cross[i];
        for (size_t s = 0; s <= t; s++)
            for (size_t k = 0; k < (s < t ? L : l + 1); k++)
                row[K + s * L + k] = B[(s * L + l) * L + k];
        factor_row(class, rows, l, K + t * L);
    }
}

CLONES static void add_rows(const double *restrict x, size_t paths, const double *restrict factor,
                            size_t count, double *restrict out)
{
    size_t k = 0;
    for (; k + 4 <= count; k += 4) {
        const double *restrict a = x + k * paths, *restrict b = a + paths, *restrict c = b + paths,
                               *restrict d = c + paths;
        const double p = factor[k], q = factor[k + 1], r = factor[k + 2], s = factor[k + 3];
        for (size_t j = 0; j < paths; j++)
            out[j] += p * a[j] + q * b[j] + r * c[j] + s * d[j];
    }
    for (; k < count; k++)
        for (size_t j = 0; j < paths; j++)
            out[j] += factor[k] * x[k * paths + j];
}

static void draw_normals(const exact_paths_t *self, size_t i)
{
    const setup_t *setup = self->exact->side->setup;
    const size_t t = self->exact->side->t, M = self->paths, L = setup->L;
    double *next = self->class[i].normal + (setup->K + t * L) * M;
    normals_t normals;
    normals_init(&normals, setup->problem->seed, number_of(i, t + 1), STREAM_PATHS);
    for (size_t a = 0; a < L * M; a++)
        next[a] = normals_next(&normals);
}

static void see_class(exact_paths_t *self, size_t i)
{
    const node_side_t *side = self->exact->side;
    const size_t L = side->setup->L, K = side->setup->K, T = side->T, t = side->t, M = self->paths;
    const double *rho = side->look.rho + i * T;
    path_class_t *class = &self->class[i];
    see_factor(self, i);
    draw_normals(self, i);
    for (size_t l = 0; l < L; l++) {
        double *e = class->e + l * M;
        for (size_t p = 0; p < M; p++)
            e[p] = side->look.m[i * L + l] - class->label[l * M + p];
        add_rows(class->normal, M, class->row + l * self->rows, K + t * L + l + 1, e);
        if (self->has_twin)
            memcpy(class->e_twin, e, M * sizeof *e);
        add_rows(class->g + l * T * M, M, rho, t, e);
    }
    if (self->has_twin)
        add_rows(class->twin, M, rho, t, class->e_twin);
}

void exact_paths_see(exact_paths_t *self)
{
    const setup_t *setup = self->exact->side->setup;
    const double work = (double)(self->paths * setup->L) * (double)self->exact->side->t;
    const int threads = work > WORTH ? (int)self->exact->threads : 1;
    if (self->paths == 0)
        return;
    if (threads > 1) {
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(threads)
#endif
        for (size_t i = 0; i < setup->C; i++)
            see_class(self, i);
    } else {
        for (size_t i = 0; i < setup->C; i++)
            see_class(self, i);
    }
}

/* ---- the answer ------------------------------------------------------------------------------ */

static double keep_inside(double uniform) { return fmin(fmax(uniform, 1e-16), 1 - 1e-16); }

static void answer_class(exact_paths_t *self, size_t i)
{
    const node_side_t *side = self->exact->side;
    const timeline_t *timeline = self->timeline;
    const size_t L = side->setup->L, K = side->setup->K, T = side->T, t = side->t, M = self->paths;
    const timeline_step_t *step = &timeline->step[t];
    path_class_t *class = &self->class[i];
    const double noise = sqrt(fmax(step->second - 1, 0) * self->exact->class[i].ee[0]);
    words_t words;
    words_init(&words, side->setup->problem->seed, number_of(i, t + 1), STREAM_PATHS);
    for (size_t l = 0; l < L; l++)
        memcpy(class->factor + panel_row(K + t * L + l), class->row + l * self->rows,
               (K + t * L + l + 1) * sizeof(double));
    for (size_t p = 0; p < M; p++) {
        const double uniform = keep_inside(words_uniform(&words));
        const double s =
            timeline->law->draw(step, timeline->persistence, t, uniform, &class->memory[p]);
        for (size_t l = 0; l < L; l++)
            class->g[(l * T + t) * M + p] = s * class->e[l * M + p];
        if (self->has_twin) {
            const double e = class->e_twin[p], normal = gsl_cdf_ugaussian_Pinv(uniform);
            class->twin[t * M + p] = e + (e < 0 ? -noise : noise) * normal;
        }
    }
}

void exact_paths_answer(exact_paths_t *self)
{
    for (size_t i = 0; self->paths > 0 && i < self->exact->side->setup->C; i++)
        answer_class(self, i);
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* 1 if the decision at residual e [L*paths] of path p is wrong, 1/2 at a tie of one output. */
static double is_wrong(const exact_paths_t *self, const path_class_t *class, const double *e,
                       size_t p)
{
    const size_t L = self->exact->side->setup->L, M = self->paths;
    if (L == 1) {
        const double r = (e[p] + class->label[p]) * class->right[p];
        return r == 0 ? 0.5 : r < 0;
    }
    size_t best = 0;
    for (size_t l = 1; l < L; l++)
        if (e[l * M + p] + class->label[l * M + p] > e[best * M + p] + class->label[best * M + p])
            best = l;
    return best != (size_t) class->right[p];
}

void exact_paths_error(const exact_paths_t *self, double *error)
{
    const setup_t *setup = self->exact->side->setup;
    for (size_t i = 0; self->paths > 0 && i < setup->C; i++) {
        const path_class_t *class = &self->class[i];
        double sum = 0, twin = 0;
        for (size_t p = 0; p < self->paths; p++) {
            sum += is_wrong(self, class, class->e, p);
            twin += self->has_twin ? is_wrong(self, class, class->e_twin, p) : 0;
        }
        const double known = self->has_twin ? error[i] : 0;
        if (!isnan(known))
            error[i] = fmin(fmax(known + (sum - twin) / (double)self->paths, 0), 1);
    }
}
