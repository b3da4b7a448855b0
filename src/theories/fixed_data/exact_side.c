#include "src/theories/fixed_data/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Products of a look from which threads are worth waking. */
static const double WORTH = 4e6;

/* ---- room ------------------------------------------------------------------------------------ */

enum { ARRAYS = 13 };

static void list_sizes(const setup_t *setup, size_t steps, double sizes[ARRAYS])
{
    const double L = (double)setup->L, T = (double)steps, panel = T * (T + 1) / 2;
    const double all[ARRAYS] = {L * L * panel, panel,     T * L, T, T * L, T, L * L * (T + 1),
                                L * L * T,     L * L * T, L * L, L, T,     T};
    memcpy(sizes, all, sizeof all);
}

double exact_memory(const setup_t *setup, size_t steps)
{
    const double L = (double)setup->L;
    double sizes[ARRAYS], total = L + L * L + 1;
    list_sizes(setup, steps, sizes);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a];
    return (double)setup->C * (total * (double)sizeof(double) + (double)sizeof(exact_class_t));
}

static double *lay_class(exact_class_t *self, const setup_t *setup, size_t T, double *next)
{
    double **const arrays[ARRAYS] = {&self->Cg.M,  &self->Rg,  &self->deviation, &self->cross,
                                     &self->mean,  &self->sum, &self->A,         &self->eg,
                                     &self->noise, &self->ee,  &self->ee_mean,   &self->row,
                                     &self->dots};
    double sizes[ARRAYS];
    list_sizes(setup, T, sizes);
    for (size_t a = 0; a < ARRAYS; a++) {
        *arrays[a] = next;
        next += (size_t)sizes[a];
    }
    self->Cg.L = setup->L;
    self->Cg.stride = panel_row(T);
    return next;
}

/* Labels that a signal makes: of nothing at all (q = 0) the averaged gradient is minus the label.
 * Linear ones are told from the deviation X - X*; they are known without averages. */
static void see_teacher(exact_t *self, size_t i)
{
    const setup_t *setup = self->side->setup;
    const teacher_t *teacher = &setup->problem->teacher;
    const double m = setup->signal_m[i], B = setup->signal_B[i];
    double G, H, Q, rest[5];
    sgdl_averages_t average = {.G = &G,
                               .H = &H,
                               .Q = &Q,
                               .G_B = rest,
                               .H_m = rest + 1,
                               .H_B = rest + 2,
                               .Q_m = rest + 3,
                               .Q_B = rest + 4};
    self->label_mean[i] = m;
    self->label_cov[i] = B + teacher->noise * teacher->noise;
    self->label_signal[i] = 1;
    if (teacher->labels == TEACHER_LINEAR)
        return;
    const teacher_order_t order = {.signal_m = m, .signal_B = B};
    teacher_average(teacher, setup->problem->loss, INFINITY, &order, &average);
    self->label_mean[i] = -G;
    self->label_cov[i] = Q - G * G;
    self->label_signal[i] = B > 0 ? -average.J : 0;
}

static void see_labels(exact_t *self)
{
    const setup_t *setup = self->side->setup;
    const size_t C = setup->C, L = setup->L;
    if (setup->K == 0) {
        memcpy(self->label_mean, setup->target_mean, C * L * sizeof(double));
        memcpy(self->label_cov, setup->target_cov, C * L * L * sizeof(double));
    }
    for (size_t i = 0; i < C && setup->K > 0; i++)
        see_teacher(self, i);
}

static size_t count_threads(const setup_t *setup)
{
    size_t threads = setup->plan->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#else
    threads = 1;
#endif
    return threads < setup->C ? threads : setup->C;
}

int exact_init(exact_t *self, const node_side_t *side, sgdl_error_t *error)
{
    const setup_t *setup = side->setup;
    const size_t C = setup->C, L = setup->L;
    const double bytes = exact_memory(setup, side->T);
    *self = (exact_t){.side = side, .T = side->T, .threads = count_threads(setup)};
    self->class = calloc(C, sizeof *self->class);
    if (self->class && bytes < (double)(SIZE_MAX / 4))
        self->own = calloc((size_t)bytes, 1);
    if (!self->own)
        return sgdl_fail_memory(error);
    self->label_mean = self->own;
    self->label_cov = self->label_mean + C * L;
    self->label_signal = self->label_cov + C * L * L;
    double *next = self->label_signal + C;
    for (size_t i = 0; i < C; i++)
        next = lay_class(&self->class[i], setup, side -> T, next);
    see_labels(self);
    return SGDL_OK;
}

void exact_free(exact_t *self)
{
    free(self->class);
    free(self->own);
    *self = (exact_t){0};
}

/* ---- a look ---------------------------------------------------------------------------------- */

/* A(t, s), s <= t. */
static void see_deviations(const exact_t *self, size_t i)
{
    const setup_t *setup = self->side->setup;
    const look_t *look = &self->side->look;
    const size_t L = setup->L, T = self->T, t = self->side->t;
    const exact_class_t *class = &self->class[i];
    const double *B = look->B + i * (T + 1) * L * L, *m = look->m + i * L,
                 *mean = self->label_mean + i * L, *cov = self->label_cov + i * L * L;
    const double signal = self->label_signal[i], cross = setup->K > 0 ? look->cross[i] : 0;
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++) {
            double *A = class->A + (l * L + k) * (T + 1);
            const double own = m[l] - mean[l], label = cov[l * L + k];
            for (size_t s = 0; s < t; s++)
                A[s] = B[(s * L + l) * L + k] + own * class->deviation[s * L + k] + label -
                       signal * (cross + class->cross[s]);
            A[t] = B[(t * L + l) * L + k] + own * (m[k] - mean[k]) + label - 2 * signal * cross;
        }
}

/* E a^t g^s into eg, and the new row of R_g in the same reading. */
static void see_responses(const exact_t *self, exact_class_t *class, const double *rho)
{
    const size_t L = self->side->setup->L, T = self->T, t = self->side->t;
    for (size_t s = 0; s < t; s++)
        class->row[s] = 0;
    panel_both(class->Rg, t, class->A, rho, class->eg, class->row);
    for (size_t a = 1; a < L * L; a++)
        panel_dots(class->Rg, t, class->A + a * (T + 1), class->eg + a * T);
    class->row_sum = 1;
    for (size_t s = 0; s < t; s++)
        class->row_sum += rho[s] * class->sum[s];
}

static void see_class(const exact_t *self, size_t i)
{
    const setup_t *setup = self->side->setup;
    const size_t L = setup->L, T = self->T, t = self->side->t;
    const double *rho = self->side->look.rho + i * T, *m = self->side->look.m + i * L;
    exact_class_t *class = &self->class[i];
    see_deviations(self, i);
    see_responses(self, class, rho);
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++)
            class->ee[l * L + k] = class->A[(l * L + k) * (T + 1) + t] +
                                   panel_dot(rho, class->eg + (k * L + l) * T, t);
    panel_blocks_times(&class->Cg, t, rho, T, class->dots, class->noise);
    for (size_t a = 0; a < L * L; a++)
        for (size_t s = 0; s < t; s++)
            class->eg[a * T + s] += class->noise[a * T + s];
    for (size_t a = 0; a < L * L; a++)
        class->ee[a] += panel_dot(rho, class->eg + a * T, t);
    for (size_t l = 0; l < L; l++) {
        class->ee_mean[l] = m[l] - self->label_mean[i * L + l];
        for (size_t s = 0; s < t; s++)
            class->ee_mean[l] += rho[s] * class->mean[s * L + l];
    }
}

void exact_see(exact_t *self)
{
    const setup_t *setup = self->side->setup;
    const double t = (double)self->side->t, L = (double)setup->L;
    const int threads = L * L * t * t * (double)setup->C > WORTH ? (int)self->threads : 1;
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

static void answer_class(exact_t *self, size_t i, double second, answer_t *answer)
{
    const setup_t *setup = self->side->setup;
    const size_t L = setup->L, T = self->T, t = self->side->t;
    exact_class_t *class = &self->class[i];
    double *Cg = answer->Cg + i * (T + 1) * L * L, *Rg = answer->Rg + i * (T + 1);
    for (size_t a = 0; a < L * L; a++) {
        double *kept = class->Cg.M + a * class->Cg.stride + panel_row(t);
        memcpy(kept, class->eg + a * T, t * sizeof *kept);
        kept[t] = second * class->ee[a];
        for (size_t s = 0; s <= t; s++)
            Cg[s * L * L + a] = kept[s];
    }
    memcpy(Rg, class->row, t * sizeof *Rg);
    Rg[t] = 1;
    memcpy(class->Rg + panel_row(t), Rg, (t + 1) * sizeof *Rg);
    class->sum[t] = class->row_sum;
    for (size_t l = 0; l < L; l++) {
        const double m = self->side->look.m[i * L + l];
        class->deviation[t * L + l] = m - self->label_mean[i * L + l];
        class->mean[t * L + l] = answer->mean[i * L + l] = class->ee_mean[l];
    }
    if (setup->K > 0) {
        class->cross[t] = self->side->look.cross[i];
        answer->signal[i] = -self->label_signal[i] * class->row_sum;
    }
}

void exact_answer(exact_t *self, const timeline_step_t *step, answer_t *answer)
{
    for (size_t i = 0; i < self->side->setup->C; i++)
        answer_class(self, i, step->second, answer);
}

void exact_risk(const exact_t *self, double *risk)
{
    const size_t L = self->side->setup->L;
    for (size_t i = 0; i < self->side->setup->C; i++) {
        risk[i] = 0;
        for (size_t l = 0; l < L; l++)
            risk[i] += self->class[i].ee[l * L + l] / 2;
    }
}
