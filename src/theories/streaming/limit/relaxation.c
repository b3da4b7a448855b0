/* The slowest relaxation: eigenvalues of the linearised equations at the stationary point. */
#include <math.h>
#include <stdlib.h>

#include "src/theories/streaming/limit/laws.h"
#include "src/theories/streaming/limit/loaded.h"
#include "src/theories/streaming/limit/state.h"
#include "src/theories/streaming/single.h"
#include "src/theories/streaming/system.h"

enum {
    DENSE_LENGTH = 400, /* of the state; beyond, the dense eigenvalue problem takes too long */
    PROBES = 3
};

typedef struct relaxation {
    const laws_t *laws;
    sgdl_system_t system;
    double *y, *unit; /* [n] */
    modes_t modes;
    double *storage;
} relaxation_t;

/* Linear labels are met by the deviation alone, wherever the signal is. */
static bool sees_signal(const sgdl_system_t *system)
{
    return system->has_signal && system->problem->teacher.labels != TEACHER_LINEAR;
}

static int allocate(relaxation_t *self, sgdl_error_t *error)
{
    const sgdl_system_t *system = &self->system;
    const size_t n = system->length;
    modes_t *modes = &self->modes;
    *modes = (modes_t){.n = n, .probes = PROBES};
    modes->observers = system->C * (system->L + system->pairs + sees_signal(system)) +
                       (system->intercept ? system->L : 0);
    self->storage = calloc(n, (n + 2 + PROBES + modes->observers) * sizeof(double));
    if (!self->storage)
        return sgdl_fail_memory(error);
    self->y = self->storage;
    self->unit = self->y + n;
    modes->matrix = self->unit + n;
    modes->probe = modes->matrix + n * n;
    modes->observer = modes->probe + PROBES * n;
    return SGDL_OK;
}

/* Where the equations push, into push. y is the last probe's place moved by `step` of `before`; it
 * is moved less where that makes a variance negative: at the start all may be far faster than at
 * the stationary point. */
static bool push_from(relaxation_t *self, const double *before, double step, double *push)
{
    enum { TRIALS = 60 };
    int status = system_rhs(&self->system, 0, self->y, push);
    for (int trial = 0; status > 0 && before && trial < TRIALS; trial++) {
        for (size_t e = 0; e < self->system.length; e++)
            self->y[e] -= 0.9 * step * before[e];
        step *= 0.1;
        status = system_rhs(&self->system, 0, self->y, push);
    }
    return status == SGDL_OK;
}

/* Where the equations push at the start and a little later. */
static bool set_probes(relaxation_t *self)
{
    const size_t n = self->system.length;
    double fastest = 0;
    for (size_t e = 0; e < n; e++)
        fastest = fmax(fastest, fabs(self->modes.matrix[e * n + e]));
    const double step = fastest > 0 ? 0.1 / fastest : 0;
    system_start(&self->system, self->y);
    for (size_t p = 0; p < PROBES; p++) {
        double *push = self->modes.probe + p * n;
        if (!push_from(self, p > 0 ? push - n : NULL, step, push))
            return false;
        for (size_t e = 0; e < n; e++)
            self->y[e] += step * push[e];
    }
    return true;
}

static void set_matrix(relaxation_t *self)
{
    const sgdl_system_t *system = &self->system;
    const size_t n = system->length, means = system->C * system->L;
    for (size_t e = 0; e < n; e++) {
        double *row = self->modes.observer + e * self->modes.observers;
        self->unit[e] = 1;
        system_jacobian_times(system, self->y, self->unit, self->modes.matrix + e * n);
        system_moments(system, self->unit, row, row + means);
        double *next = row + means + system->C * system->pairs;
        if (sees_signal(system)) {
            single_cross(system, self->unit, next);
            next += system->C;
        }
        if (system->intercept && e >= system->bias && e < system->bias + system->L)
            next[e - system->bias] = 1;
        self->unit[e] = 0;
    }
}

static int find_rate(relaxation_t *self, double *rate, sgdl_error_t *error)
{
    const sgdl_limit_t *limit = self->laws->limit;
    const stationary_point_t point = {limit->learning_rate, limit->m, limit->B,
                                      self->laws->work->cross};
    int status = allocate(self, error);
    if (status != SGDL_OK)
        return status;
    /* The eigenvalues of a quadratic loss do not depend on the state, nor which of them are loaded.
     */
    if (self->system.L == 1)
        status = state_at_stationary_point(&self->system, &point, self->y, error);
    if (status != SGDL_OK || system_evaluate(&self->system, 0, self->y) != 0)
        return status;
    set_matrix(self);
    return set_probes(self) ? modes_slowest(&self->modes, rate, error) : SGDL_OK;
}

int laws_relaxation_rate(const laws_t *self, double *rate, sgdl_error_t *error)
{
    const double gamma = self->limit->learning_rate > 0 ? self->limit->learning_rate : 1;
    const rate_source_t source = rate_source_constant(gamma, self->problem->time);
    relaxation_t work = {.laws = self};
    *rate = NAN;
    int status = system_init(&work.system, self->problem, self->plan, self->nodes, &source, error);
    if (status == SGDL_OK && work.system.length <= DENSE_LENGTH)
        status = find_rate(&work, rate, error);
    if (!(*rate > 0)) /* what holds still or grows to rounding is not known to relax */
        *rate = NAN;
    free(work.storage);
    system_free(&work.system);
    return status;
}
