#include "src/theories/streaming/system.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/memory.h"
#include "src/base/linear.h"
#include "src/theories/streaming/coupled.h"
#include "src/theories/streaming/dense.h"
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/feedback.h"
#include "src/theories/streaming/shared.h"
#include "src/theories/streaming/single.h"

enum {
    STATES = 20,          /* vectors of the state's length that an integration holds */
    MOST_DENSE = 128,     /* classes up to which all eigenvalues of a matrix are computed */
    JACOBIAN_OUTPUTS = 4, /* up to which the Jacobian of averages costs little */
    SHARED_OUTPUTS = 4 /* from which on the average of a class takes longer than threads to meet */
};

static bool multiply(size_t *product, size_t a, size_t b)
{
    return !__builtin_mul_overflow(a, b, product);
}

size_t system_rows(const sgdl_system_t *self)
{
    return self->shared ? self->shared->U : self->L * self->parts * self->k;
}

/* Offsets and length of the state; false if they do not fit into memory at all. */
static bool lay_out(sgdl_system_t *self)
{
    size_t outputs = self->L * self->parts, per_node = system_rows(self) + self->moments;
    size_t total;
    if (!multiply(&total, per_node, self->N) || total > SIZE_MAX / 64)
        return false;
    self->A = 0;
    self->S = system_rows(self) * self->N;
    self->bias = self->S + self->moments * self->N;
    self->accumulated = self->bias + (self->intercept ? outputs : 0);
    self->length = self->accumulated + (self->accumulates ? 1 : 0);
    self->W = self->length;
    if (self->nodes->matrix && self->N > 0)
        self->length += self->pairs * self->N * self->N;
    return true;
}

/* What a loss needs that is not separable: how averages change, and a room for each that is taken.
 */
static int allocate_coupled(sgdl_system_t *self, sgdl_error_t *error)
{
    const size_t C = self->C, L = self->L, P = self->pairs, groups = self->exchange.groups;
    const size_t room = self->loss->room ? self->loss->room(L) : 0;
    const size_t jacobian =
        self->loss->change && L > JACOBIAN_OUTPUTS ? 0 : C * system_jacobian_size(self);
    const size_t follower = 2 * L + 3 * P, total = C * (L + 2 * P) + groups * room + follower;
    int status = memory_ask(self->plan->memory, 8 * ((double)total + (double)jacobian), error,
                            "the averages of %zu classes and outputs", C);
    if (status != SGDL_OK)
        return status;
    double *next = self->rooms = calloc(total + jacobian, sizeof *next);
    self->change = calloc(C, sizeof *self->change);
    if (!next || !self->change)
        return sgdl_fail_memory(error);
    self->jacobian = jacobian > 0 ? next : NULL;
    self->follower = next += jacobian;
    next += follower;
    for (size_t i = 0; i < C; i++, next += L + 2 * P)
        self->change[i] =
            (sgdl_averages_t){.G = next, .H = next + L, .Q = next + L + P, .frozen = true};
    for (size_t i = 0; i < C && room > 0; i++)
        if (exchange_leads(&self->exchange, i)) {
            self->average[i].room = self->change[i].room = next;
            next += room;
        }
    if (L >= SHARED_OUTPUTS && groups > 1)
        self->threads =
            self->plan->threads > 0 ? self->plan->threads : (size_t)omp_get_max_threads();
    return SGDL_OK;
}

/* One block behind all order parameters and averages. */
static int allocate(sgdl_system_t *self, sgdl_error_t *error)
{
    size_t C = self->C, L = self->L, P = self->pairs, H = self->coupled ? P : L;
    size_t plain = 2 * (L * L + L * self->k + P);
    size_t matrices = self->coupled ? coupled_node_room(self) : 0;
    size_t node = plain > matrices ? plain : matrices, differential = C * (2 * L + H + 2 * P);
    size_t single = self->single ? 4 * C : 0; /* cross, pull, and two rows of differentials */
    const double numbers = self->shared ? 0 : (double)C * (double)(10 * L + 2 * H + 4 * P);
    int status =
        memory_ask(self->plan->memory,
                   8 * (numbers + STATES * (double)self->length +
                        (self->nodes->matrix ? dense_numbers(self) : 0)),
                   error, "the equations of %zu classes, %zu outputs and %zu nodes", C, L, self->N);
    if (status != SGDL_OK || self->shared)
        return status;
    self->storage =
        calloc(C * (10 * L + 2 * H + 4 * P) + node + differential + single, sizeof(double));
    self->average = calloc(C, sizeof *self->average);
    if (!self->storage || !self->average)
        return sgdl_fail_memory(error);
    double *next = self->storage;
    self->m_weights = next;
    self->m = next += C * L;
    self->B = next += C * L;
    self->drift = next += C * P;
    self->shrinkage = next += C * L;
    self->noise = next += C * H;
    self->correction = next += C * P;
    self->node = next += C * (L + P);
    self->differential = next += node;
    next += differential + (self->single ? 2 * C : 0);
    if (self->single) {
        self->pull = next;
        self->cross = self->has_signal ? next + C : NULL;
        next += 2 * C;
    }
    for (size_t i = 0; i < C; i++) {
        double **field[] = {&self->average[i].G,   &self->average[i].G_B, &self->average[i].H_m,
                            &self->average[i].H_B, &self->average[i].Q_m, &self->average[i].Q_B};
        for (size_t f = 0; f < sizeof field / sizeof field[0]; f++, next += L)
            *field[f] = next;
        self->average[i].H = next;
        self->average[i].Q = next += H;
        next += P;
    }
    return self->coupled ? allocate_coupled(self, error) : SGDL_OK;
}

/* What of a heavy ball or of a teacher there is in the equations. */
static void choose_equations(sgdl_system_t *self)
{
    const sgdl_problem_t *problem = self->problem;
    const heavy_ball_t *ball = &problem->heavy_ball;
    self->has_signal = problem->has_teacher;
    self->shift = problem->has_teacher ? problem->teacher.shift : 0;
    self->push = ball->is_stated ? sqrt(ball->gain) * sqrt(ball->weight) : 0;
    self->parts = self->push > 0 ? 2 : 1;
    self->moments = self->parts == 2 ? 3 : self->pairs;
    self->single = self->has_signal || self->parts == 2;
}

/* What follows from the statement. */
static void describe(sgdl_system_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_nodes_t *nodes, const rate_source_t *source)
{
    memset(self, 0, sizeof *self);
    self->problem = problem;
    self->plan = plan;
    self->nodes = nodes;
    self->source = *source;
    self->loss = problem->loss;
    self->interrupted = plan->watch.stop;
    self->C = problem->classes;
    self->N = nodes->count;
    self->k = nodes->latent;
    self->L = problem->targets.outputs;
    self->coupled = !problem->loss->separable;
    self->pairs = second_moments_carried(self->loss, self->L, !plan->no_error);
    self->threads = 1;
    self->intercept = problem->intercept != 0;
    self->accumulates = (source->measures & SGDL_MEASURE_ACCUMULATED) != 0;
    self->quadratic = problem->loss->quadratic && isinf(problem->clip);
    self->amplification = problem_amplification(problem);
    choose_equations(self);
}

static int build(sgdl_system_t *self, sgdl_error_t *error)
{
    if (!lay_out(self))
        return sgdl_fail_memory(error);
    int status =
        problem_population_init(&self->population, self->problem, self->pairs, self->nodes, error);
    self->population.no_error = self->plan->no_error;
    if (status == SGDL_OK)
        status = exchange_init(&self->exchange, self->problem, error);
    if (status == SGDL_OK)
        status = allocate(self, error);
    if (status == SGDL_OK)
        status = dense_init(self, error);
    return status == SGDL_OK ? driven_init(self, error) : status;
}

int system_init(sgdl_system_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                const sgdl_nodes_t *nodes, const rate_source_t *source, sgdl_error_t *error)
{
    describe(self, problem, plan, nodes, source);
    return build(self, error);
}

int system_init_shared(sgdl_system_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_nodes_t *nodes, const rate_source_t *source, sgdl_error_t *error)
{
    describe(self, problem, plan, nodes, source);
    int status = shared_init(&self->shared, self, error);
    return status == SGDL_OK ? build(self, error) : status;
}

void system_free(sgdl_system_t *self)
{
    shared_free(self->shared);
    problem_population_free(&self->population);
    exchange_free(&self->exchange);
    free(self->storage);
    free(self->average);
    free(self->rooms);
    free(self->change);
    driven_free(self->driven);
    dense_free(self->dense);
    memset(self, 0, sizeof *self);
}

void system_start(const sgdl_system_t *self, double *y)
{
    const sgdl_nodes_t *nodes = self->nodes;
    size_t N = self->N, L = self->L;
    memset(y, 0, self->length * sizeof *y);
    if (nodes->start_mean && self->k > 0)
        memcpy(y + self->A, nodes->start_mean, L * self->k * N * sizeof *y);
    for (size_t a = 0; a < L; a++) {
        for (size_t b = a; b < L; b++) {
            if (b > a && self->pairs == L)
                break;
            double *S = y + self->S + (self->pairs == L ? a : packed_index(L, a, b)) * N;
            for (size_t n = 0; n < N; n++)
                if (nodes->start_second)
                    S[n] = nodes->start_second[packed_index(L, a, b) * N + n];
                else if (a == b)
                    S[n] = self->problem->start_norm2;
        }
    }
    if (self->has_signal)
        single_start(self, y);
    if (self->dense)
        dense_start(self, y);
}

/* The matrix of the noise's feedback, sqrt(p_i p_j) sum_n w_n lambda_i lambda_j / contraction,
 * times x [C]; scratch [N]. */
static void feed_back(const sgdl_system_t *self, const double *x, double *scratch, double *out)
{
    const sgdl_nodes_t *nodes = self->nodes;
    memset(scratch, 0, self->N * sizeof *scratch);
    for (size_t i = 0; i < self->C; i++)
        for (size_t n = 0; n < self->N; n++)
            scratch[n] +=
                sqrt(self->problem->weight[i]) * x[i] * nodes->eigenvalue[i * self->N + n];
    for (size_t n = 0; n < self->N; n++) {
        double contraction = nodes->eigenvalue_bar[n] + self->problem->ridge;
        scratch[n] = contraction > 0 ? scratch[n] * nodes->weight[n] / contraction : 0;
    }
    for (size_t i = 0; i < self->C; i++) {
        out[i] = 0;
        for (size_t n = 0; n < self->N; n++)
            out[i] += nodes->eigenvalue[i * self->N + n] * scratch[n];
        out[i] *= sqrt(self->problem->weight[i]);
    }
}

/* Its spectral radius for many classes, where all eigenvalues would take minutes: the matrix is
 * symmetric and has no negative entry, so that powers of it on a positive vector grow by that. */
static int radius_by_powers(const sgdl_system_t *self, double *radius, sgdl_error_t *error)
{
    enum { POWERS = 3000, STILL = 3 };
    const size_t C = self->C;
    double *x = malloc((2 * C + self->N) * sizeof *x), *y = x + C;
    if (!x)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++)
        x[i] = 1 / sqrt((double)C);
    *radius = 0;
    int status = SGDL_OK;
    for (int power = 0, still = 0; power < POWERS && still < STILL && status == SGDL_OK; power++) {
        double norm2 = 0;
        feed_back(self, x, y + C, y);
        for (size_t i = 0; i < C; i++)
            norm2 += y[i] * y[i];
        double grown = sqrt(norm2);
        still = fabs(grown - *radius) <= 1e-15 * grown ? still + 1 : 0;
        *radius = grown;
        for (size_t i = 0; i < C && grown > 0; i++)
            x[i] = y[i] / grown;
        status = check_interrupted(self->interrupted, error);
    }
    free(x);
    return status;
}

/* The stated rate at which noise that feeds back by this radius keeps its strength. */
static double stable_below(const sgdl_system_t *self, double radius)
{
    return radius > 0 ? 2 * self->problem->batch / radius / self->amplification : INFINITY;
}

static int plain_limit(const sgdl_system_t *self, double *limit, sgdl_error_t *error)
{
    *limit = INFINITY;
    const sgdl_nodes_t *nodes = self->nodes;
    size_t C = self->C;
    if (C > MOST_DENSE && !self->dense) {
        double radius = 0;
        int status = radius_by_powers(self, &radius, error);
        *limit = stable_below(self, radius);
        return status;
    }
    double *T = calloc(C * C + 2 * C, sizeof *T);
    if (!T)
        return sgdl_fail_memory(error);
    for (size_t n = 0; n < self->N; n++) {
        double contraction = nodes->eigenvalue_bar[n] + self->problem->ridge;
        if (contraction <= 0)
            continue;
        for (size_t j = 0; j < C; j++)
            for (size_t i = 0; i < C; i++)
                T[i * C + j] += self->problem->weight[i] * nodes->weight[n] *
                                nodes->eigenvalue[j * self->N + n] *
                                nodes->eigenvalue[i * self->N + n] / contraction;
    }
    if (self->dense)
        dense_add_feedback(self, T);
    double *real = T + C * C, *imaginary = real + C, radius = 0;
    lapack_int info = linear_eigenvalues(C, T, real, imaginary);
    for (size_t i = 0; i < C; i++)
        radius = fmax(radius, hypot(real[i], imaginary[i]));
    free(T);
    if (info != 0)
        return linear_fail(info, "LAPACK's dgeev failed", error);
    *limit = stable_below(self, radius);
    return SGDL_OK;
}

int system_stability_limit(const sgdl_system_t *self, double *limit, sgdl_error_t *error)
{
    const feedback_t feedback = {.problem = self->problem, .nodes = self->nodes};
    *limit = INFINITY;
    if (!self->quadratic)
        return SGDL_OK;
    int status = plain_limit(self, limit, error);
    return status == SGDL_OK && self->parts == 2
               ? feedback_largest_rate(&feedback, *limit, self->plan, limit, error)
               : status;
}
