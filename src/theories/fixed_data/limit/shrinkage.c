#include "src/theories/fixed_data/limit/shrinkage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"

enum { STEPS = 500, STEPS_BEYOND = 80, HALVINGS = 40 };
static const double converged = 1e-15;
static const double acceptable = 1e-11;

int shrinkage_init(shrinkage_t *self, const setup_t *setup, sgdl_error_t *error)
{
    const size_t C = setup->C;
    *self = (shrinkage_t){.setup = setup};
    self->own = calloc(setup->N + 3 * C + C * C, sizeof *self->own);
    if (!self->own)
        return sgdl_fail_memory(error);
    self->h = self->own;
    self->e = self->h + setup->N;
    return SGDL_OK;
}

void shrinkage_free(shrinkage_t *self)
{
    free(self->own);
    *self = (shrinkage_t){0};
}

/* h at e; what e should be into `to`. */
static void take(shrinkage_t *self, const double *e, double *to)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C;
    for (size_t i = 0; i < C; i++)
        to[i] = self->c;
    for (size_t n = 0; n < setup->N; n++) {
        const double *eigenvalue = setup->eigenvalue + n * C;
        double h = self->r;
        for (size_t i = 0; i < C; i++)
            if (eigenvalue[i] > 0)
                h += setup->p[i] * eigenvalue[i] / e[i];
        self->h[n] = h;
        for (size_t i = 0; i < C; i++)
            if (eigenvalue[i] > 0)
                to[i] += setup->weight[n] * eigenvalue[i] / h / setup->ratio;
    }
}

/* d to_i / d log e_j at e, whose h are there. */
static void differentiate(const shrinkage_t *self, const double *e, double *jacobian)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C;
    memset(jacobian, 0, C * C * sizeof *jacobian);
    for (size_t n = 0; n < setup->N; n++) {
        const double *eigenvalue = setup->eigenvalue + n * C;
        const double part = setup->weight[n] / (self->h[n] * self->h[n]) / setup->ratio;
        for (size_t i = 0; i < C; i++)
            for (size_t j = 0; j < C; j++)
                if (eigenvalue[i] > 0 && eigenvalue[j] > 0)
                    jacobian[i * C + j] +=
                        part * eigenvalue[i] * setup->p[j] * eigenvalue[j] / e[j];
    }
}

static double mismatch(const setup_t *setup, const double *e, const double *to)
{
    double most = 0;
    for (size_t i = 0; i < setup->C; i++)
        if (setup->trace[i] > 0)
            most = fmax(most, fabs(to[i] / e[i] - 1));
    return most;
}

/* One step of Newton's method on log e, as long as it brings less; else a plain one, which always
 * leads on (the map is monotone and concave). */
static int step_log(shrinkage_t *self, double *to, double *jacobian, double *step,
                    sgdl_error_t *error)
{
    const size_t C = self->setup->C;
    const double before = mismatch(self->setup, self->e, to);
    double *next = step + C;
    differentiate(self, self->e, jacobian);
    for (size_t i = 0; i < C; i++) {
        const bool moves = self->setup->trace[i] > 0;
        for (size_t j = 0; j < C; j++)
            jacobian[i * C + j] = moves ? jacobian[i * C + j] / to[i] : 0;
        jacobian[i * C + i] -= 1;
        step[i] = moves ? log(to[i] / self->e[i]) : 0;
    }
    const lapack_int info = linear_solve_rows(C, jacobian, 1, step, NULL);
    if (info < 0)
        return linear_fail(info, "a step of the shrinkage equations", error);
    double part = 1;
    for (size_t i = 0; i < C && info == 0; i++)
        part = fmin(part, 3 / fabs(step[i]));
    for (int k = 0; k < HALVINGS && info == 0; k++, part /= 2) {
        for (size_t i = 0; i < C; i++)
            next[i] = self->e[i] * exp(-part * step[i]);
        take(self, next, to);
        if (mismatch(self->setup, next, to) < before) {
            memcpy(self->e, next, C * sizeof *next);
            return SGDL_OK;
        }
    }
    take(self, self->e, next);
    memcpy(self->e, next, C * sizeof *next);
    take(self, self->e, to);
    return SGDL_OK;
}

int shrinkage_solve(shrinkage_t *self, double r, double c, sgdl_error_t *error)
{
    const size_t C = self->setup->C;
    double *to = self->e + C, *jacobian = to + C;
    double *step = calloc(2 * C, sizeof *step);
    int status = step ? SGDL_OK : sgdl_fail_memory(error);
    self->r = r;
    self->c = c;
    for (size_t i = 0; i < C; i++)
        self->e[i] =
            c + self->setup->trace[i] / self->setup->ratio / fmax(r, 1) + (c > 0 ? 0 : 1e-300);
    double left = INFINITY;
    if (status == SGDL_OK)
        take(self, self->e, to);
    for (int k = 0; k < STEPS && status == SGDL_OK; k++) {
        const double now = mismatch(self->setup, self->e, to);
        if (now < converged || (now < acceptable && now >= left))
            break;
        left = now;
        status = step_log(self, to, jacobian, step, error);
    }
    if (status == SGDL_OK && !(mismatch(self->setup, self->e, to) < 1e-9))
        status = sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                           "the covariance of the samples: its equations were not solved");
    free(step);
    return status;
}

/* ---- to the right of the bulk ---------------------------------------------------------------- */

/* v = 1 - e in [0, 1) solves v = T(v), T increasing and convex. Newton's method from 0 rises to its
 * least solution; it leaves the domain if there is none. */
int shrinkage_beyond(shrinkage_t *self, double z, bool *inside, sgdl_error_t *error)
{
    const size_t C = self->setup->C;
    double *to = self->e + C, *jacobian = to + C;
    double *step = calloc(C, sizeof *step);
    int status = step ? SGDL_OK : sgdl_fail_memory(error);
    self->r = -z;
    self->c = 1;
    *inside = false;
    for (size_t i = 0; i < C; i++)
        self->e[i] = 1;
    for (int k = 0; k < STEPS_BEYOND && status == SGDL_OK && !*inside; k++) {
        double most = 0;
        take(self, self->e, to);
        for (size_t n = 0; n < self->setup->N; n++)
            *inside |= !(self->h[n] < 0);
        if (*inside)
            break;
        differentiate(self, self->e, jacobian); /* d to_i/d log e_j */
        for (size_t i = 0; i < C; i++) {
            for (size_t j = 0; j < C; j++)
                jacobian[i * C + j] = (double)(i == j) - jacobian[i * C + j] / self->e[j];
            step[i] = to[i] - self->e[i];
        }
        const lapack_int info = linear_solve_rows(C, jacobian, 1, step, NULL);
        if (info < 0)
            status = linear_fail(info, "a step of the shrinkage equations", error);
        for (size_t i = 0; i < C && status == SGDL_OK; i++) {
            *inside |= info != 0 || step[i] > 1e-12; /* e falls, monotonically */
            self->e[i] += step[i];
            most = fmax(most, fabs(step[i]));
            *inside |= !(self->e[i] > 0);
        }
        if (most < 1e-15)
            break;
    }
    take(self, self->e, to);
    free(step);
    return status;
}
