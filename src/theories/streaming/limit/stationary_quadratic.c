/* With H = 1, g = p (m - ybar) and h_n = lambda_bar_n + delta fixed, the means solve one linear
 * system for all outputs, (P + (K + 1 - P) p) m = (K + 1 - P) p ybar, and the second moments
 * another, B = (variance of the means) + (gamma/2b) T p (B + second moment at B = 0). */
#include "src/theories/streaming/limit/stationary.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/interrupted.h"
#include "src/base/linear.h"

typedef struct work {
    size_t C, L, pairs;
    double *ones, *zeros;   /* [C] */
    double *matrix;         /* [C*C] */
    double *gradient;       /* [L*C] g of each output, output-major */
    double *push;           /* [C*L] the same, class-major */
    double *second;         /* [C*pairs] E g g^T at B = 0 */
    double *variance;       /* [C] */
    sgdl_averages_t buffer; /* of one class */
    double *storage;
} work_t;

static int work_init(work_t *self, const sgdl_problem_t *problem, size_t pairs, sgdl_error_t *error)
{
    const size_t C = problem->classes, L = problem->targets.outputs;
    *self = (work_t){.C = C, .L = L, .pairs = pairs};
    self->storage = calloc(C * (C + 2 * L + pairs + 3) + 7 * L + pairs, sizeof(double));
    if (!self->storage)
        return sgdl_fail_memory(error);
    double *next = self->storage;
    self->ones = next;
    self->zeros = next += C;
    self->variance = next += C;
    self->matrix = next += C;
    self->gradient = next += C * C;
    self->push = next += C * L;
    self->second = next += C * L;
    next += C * pairs;
    double **field[] = {&self->buffer.G,   &self->buffer.H,   &self->buffer.G_B, &self->buffer.H_m,
                        &self->buffer.H_B, &self->buffer.Q_m, &self->buffer.Q_B};
    for (size_t f = 0; f < sizeof field / sizeof field[0]; f++, next += L)
        *field[f] = next;
    self->buffer.Q = next;
    for (size_t i = 0; i < C; i++)
        self->ones[i] = 1;
    return SGDL_OK;
}

static void work_free(work_t *self) { free(self->storage); }

/* Gradient and second moments of every class at means m and no variance. B [pairs] is scratch. */
static void evaluate(work_t *self, const sgdl_problem_t *problem, const double *m, const double *B)
{
    for (size_t i = 0; i < self->C; i++) {
        problem->loss->average(&problem->targets, problem->label_index[i], self->pairs,
                               m + i * self->L, B, &self->buffer);
        for (size_t a = 0; a < self->L; a++)
            self->gradient[a * self->C + i] = self->push[i * self->L + a] =
                problem->weight[i] * self->buffer.G[a];
        for (size_t p = 0; p < self->pairs; p++)
            self->second[i * self->pairs + p] = self->buffer.Q[p];
    }
}

static int solve_means(work_t *self, const stationary_t *stationary, double *m, const double *B,
                       sgdl_error_t *error)
{
    const size_t C = self->C, L = self->L;
    const double *P = stationary->separation->projector, *K = stationary->resolvent->K;
    const double *weight = stationary->problem->weight;
    for (size_t e = 0; e < C * L; e++)
        m[e] = 0;
    evaluate(self, stationary->problem, m, B); /* G at m = 0 is -ybar */
    for (size_t j = 0; j < C; j++) {
        int status = check_interrupted(stationary->plan->watch.stop, error);
        if (status != SGDL_OK)
            return status;
        for (size_t i = 0; i < C; i++) {
            double response = K[j * C + i] + (j == i) - P[j * C + i];
            self->matrix[j * C + i] = P[j * C + i] + response * weight[i];
            for (size_t a = 0; a < L && response != 0; a++)
                m[j * L + a] -= response * self->push[i * L + a];
        }
    }
    lapack_int info = linear_solve_rows(C, self->matrix, L, m, stationary->plan->watch.stop);
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LINEAR_INTERRUPTED)
        return linear_fail(info, "", error);
    if (info != 0)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the stationary means are not determined");
    return SGDL_OK;
}

/* The gradient's own noise, alike in all outputs. */
static int add_gradient_noise(work_t *self, const stationary_t *stationary, double *B,
                              sgdl_error_t *error)
{
    const size_t C = self->C, L = self->L;
    if (!(stationary->drive.noise2 > 0))
        return SGDL_OK;
    const resolvent_point_t point = {.H = self->ones,
                                     .g = self->zeros,
                                     .Q = self->zeros,
                                     .drive = stationary->drive,
                                     .ridge = stationary->problem->ridge};
    int status = resolvent_evaluate(stationary->resolvent, &point, error);
    for (size_t j = 0; j < C && status == SGDL_OK; j++)
        for (size_t a = 0; a < L; a++)
            B[j * self->pairs + second_moments_diagonal(L, self->pairs, a)] +=
                stationary->resolvent->B[j];
    return status;
}

/* The right-hand side without the samples' part, into B. */
static int set_variances(work_t *self, const stationary_t *stationary, double *B,
                         sgdl_error_t *error)
{
    const size_t C = self->C, L = self->L;
    size_t p = 0;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < (self->pairs == L ? a + 1 : L); b++, p++) {
            const resolvent_point_t point = {
                .H = self->ones, .g = self->gradient + a * C, .ridge = stationary->problem->ridge};
            int status = resolvent_product(stationary->resolvent, &point, self->gradient + b * C,
                                           self->variance, error);
            if (status != SGDL_OK)
                return status;
            for (size_t j = 0; j < C; j++)
                B[j * self->pairs + p] = self->variance[j];
        }
    return add_gradient_noise(self, stationary, B, error);
}

static int solve_variances(work_t *self, const stationary_t *stationary, double *B,
                           sgdl_error_t *error)
{
    const size_t C = self->C, pairs = self->pairs;
    const double *T = stationary->resolvent->T, *weight = stationary->problem->weight;
    const drive_t *drive = &stationary->drive;
    const double noise = drive_unit(drive) / (2 * drive->batch);
    int status = set_variances(self, stationary, B, error);
    if (status != SGDL_OK)
        return status;
    for (size_t j = 0; j < C; j++)
        for (size_t i = 0; i < C; i++) {
            double feedback = noise * T[j * C + i] * weight[i];
            self->matrix[j * C + i] = (j == i) - feedback;
            for (size_t p = 0; p < pairs && feedback != 0; p++)
                B[j * pairs + p] += feedback * self->second[i * pairs + p];
        }
    lapack_int info = linear_solve_rows(C, self->matrix, pairs, B, stationary->plan->watch.stop);
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LINEAR_INTERRUPTED)
        return linear_fail(info, "", error);
    if (info != 0)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the stationary noise is not determined");
    return SGDL_OK;
}

int stationary_quadratic(const stationary_t *self, size_t pairs, bool stable, double *m, double *B,
                         sgdl_error_t *error)
{
    work_t work;
    int status = work_init(&work, self->problem, pairs, error);
    if (status == SGDL_OK) {
        for (size_t e = 0; e < work.C * pairs; e++)
            B[e] = 0;
        const resolvent_point_t point = {.H = work.ones,
                                         .g = work.zeros,
                                         .Q = work.zeros,
                                         .drive = self->drive,
                                         .ridge = self->problem->ridge};
        status = resolvent_evaluate(self->resolvent, &point, error);
    }
    if (status == SGDL_OK)
        status = solve_means(&work, self, m, B, error);
    if (status == SGDL_OK) {
        evaluate(&work, self->problem, m, B);
        if (stable)
            status = solve_variances(&work, self, B, error);
    }
    for (size_t i = 0; i < work.C && status == SGDL_OK && stable && pairs == 1; i++)
        B[i] = B[i] < 0 ? 0 : B[i]; /* rounding */
    for (size_t e = 0; e < work.C * pairs && status == SGDL_OK && !stable; e++)
        B[e] = NAN;
    work_free(&work);
    return status;
}
