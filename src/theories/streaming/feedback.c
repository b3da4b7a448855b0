#include "src/theories/streaming/feedback.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/linear.h"

static double contraction(const feedback_t *self, size_t n)
{
    const sgdl_problem_t *problem = self->problem;
    double h = 0;
    if (!self->H)
        return self->nodes->eigenvalue_bar[n] + problem->ridge;
    for (size_t i = 0; i < problem->classes; i++)
        h += problem->weight[i] * self->nodes->eigenvalue[i * self->nodes->count + n] * self->H[i];
    return h + problem->ridge;
}

/* T, column-major; in ratios to h, so that small eigenvalues do no harm. */
static int assemble(const feedback_t *self, const drive_t *drive, const sgdl_plan_t *plan,
                    double *T, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t C = self->problem->classes, N = nodes->count;
    memset(T, 0, C * C * sizeof *T);
    for (size_t n = 0; n < N; n++) {
        const double h = contraction(self, n);
        int status = check_interrupted(plan->watch.stop, error);
        if (status != SGDL_OK)
            return status;
        if (!(h > 0))
            continue;
        const double noise = nodes->weight[n] * drive_strength(drive, h) / (2 * drive->batch);
        for (size_t j = 0; j < C; j++)
            for (size_t i = 0; i < C; i++)
                T[i * C + j] += self->problem->weight[i] * (self->Q_B ? self->Q_B[i] : 1) * noise *
                                nodes->eigenvalue[j * N + n] * (nodes->eigenvalue[i * N + n] / h);
    }
    return SGDL_OK;
}

int feedback_radius(const feedback_t *self, const drive_t *drive, const sgdl_plan_t *plan,
                    double *radius, sgdl_error_t *error)
{
    const size_t C = self->problem->classes;
    double *T = calloc(C, (C + 2) * sizeof *T), *real = T + C * C, *imaginary = real + C;
    *radius = 0;
    if (!T)
        return sgdl_fail_memory(error);
    int status = assemble(self, drive, plan, T, error);
    for (size_t e = 0; e < C * C && status == SGDL_OK; e++)
        if (!isfinite(T[e]))
            *radius = INFINITY;
    if (status == SGDL_OK && *radius == 0) {
        const lapack_int info = linear_eigenvalues(C, T, real, imaginary);
        if (info != 0)
            status = linear_fail(info, "LAPACK's dgeev failed", error);
        for (size_t i = 0; i < C; i++)
            *radius = fmax(*radius, hypot(real[i], imaginary[i]));
    }
    free(T);
    return status;
}

/* The radius is convex in gamma (T is similar to a symmetric matrix whose entries are), so that the
 * stable rates are an interval, which may begin above zero: the velocity alone may be too much. */
int feedback_largest_rate(const feedback_t *self, double most, const sgdl_plan_t *plan,
                          double *rate, sgdl_error_t *error)
{
    enum { SECTIONS = 40, BISECTIONS = 60 };
    const double golden = 0.5 * (sqrt(5) - 1);
    double low = 0, high = most, radius[2], at[2];
    int status = SGDL_OK;
    *rate = 0;
    if (!isfinite(most)) /* no noise at all */
        *rate = INFINITY;
    for (int k = 0; k < SECTIONS && *rate == 0 && status == SGDL_OK; k++) {
        at[0] = high - golden * (high - low);
        at[1] = low + golden * (high - low);
        for (int e = 0; e < 2 && status == SGDL_OK; e++) {
            const drive_t drive = drive_of(self->problem, at[e]);
            status = feedback_radius(self, &drive, plan, &radius[e], error);
            if (status == SGDL_OK && radius[e] < 1)
                *rate = fmax(*rate, at[e]);
        }
        if (radius[0] <= radius[1])
            high = at[1];
        else
            low = at[0];
    }
    high = most;
    for (int k = 0; k<BISECTIONS && * rate> 0 && isfinite(*rate) && status == SGDL_OK; k++) {
        const double middle = 0.5 * (*rate + high);
        const drive_t drive = drive_of(self->problem, middle);
        status = feedback_radius(self, &drive, plan, &radius[0], error);
        if (radius[0] < 1)
            *rate = middle;
        else
            high = middle;
    }
    return status;
}
