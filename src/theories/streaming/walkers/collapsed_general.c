/*
 * General steps of the collapsed kernel (steps.h), exact in law.
 *
 * Outside the bases a step's gradient is (1/b) sum_j sqrt(lambda) z_j g_j^T + sigma xi, z_j and the
 * columns of xi normal in R^rest. If the g_j do not depend on the z_j only the Gram matrix R^T R of
 * the rows sqrt(lambda) g_j^T and b sigma e_l^T counts, as in plain steps. A clipped g_j does
 * depend on |z_j|. With its one output the sum is a single vector, whose direction is independent
 * of z_j: drawn are the part of z_j along it, N(0, 1), and the length of what is across, chi with
 * rest - 1 degrees of freedom, from which |z_j| and, once g_j is known, the length of the new sum
 * follow.
 *
 * The velocity V is L more columns of X: a step adds multiples of the same vectors to both, and
 * what is kept is the Gram matrix of the M columns [X V].
 */
#include <math.h>
#include <string.h>

#include "src/theories/streaming/walkers/collapsed.h"
#include "src/theories/streaming/walkers/triangular.h"

/* ---- outside the bases ----------------------------------------------------------------------- */

/* Along a vector in the rest of group n and across it; of a zero vector all is along it. */
static void draw_outside(collapsed_state_t *self, size_t n, double length, double part[2])
{
    const double rest = self->model->group[n].rest;
    if (length == 0) {
        part[0] = stream_chi(self->features, &self->words, rest);
        part[1] = 0;
    } else {
        part[0] = normals_next(self->features);
        part[1] = rest > 1 ? stream_chi(self->features, &self->words, rest - 1) : 0;
    }
}

static double add_part(double length, double factor, const double part[2])
{
    const double along = length + factor * part[0], across = factor * part[1];
    return across == 0 ? along : hypot(along, across);
}

/* Of a sample that is to be clipped: its parts outside, and |a|^2. */
static double draw_square(collapsed_state_t *self, size_t class_index)
{
    const collapsed_model_t *model = self->model;
    double sum = 0;
    for (size_t e = 0; e < model->rows; e++)
        sum += self->a[e] * self->a[e];
    for (size_t n = 0; n < model->count; n++) {
        const double deviation = model->deviation[class_index * model->count + n];
        double *part = self->outside + 2 * n;
        if (model->group[n].rest == 0 || deviation == 0)
            continue;
        draw_outside(self, n, self->noise[n], part);
        sum += deviation * deviation * (part[0] * part[0] + part[1] * part[1]);
    }
    return sum;
}

static void add_clipped_outside(collapsed_state_t *self, size_t class_index)
{
    const collapsed_model_t *model = self->model;
    for (size_t n = 0; n < model->count; n++) {
        const double deviation = model->deviation[class_index * model->count + n];
        if (model->group[n].rest > 0 && deviation > 0)
            self->noise[n] =
                add_part(self->noise[n], deviation * self->g[0], self->outside + 2 * n);
    }
}

/* The noise of one group, from R to the sum itself: T R. */
static void multiply(collapsed_state_t *self, size_t n, size_t columns)
{
    const size_t L = self->model->experiment->L;
    const double rest = self->model->group[n].rest;
    const size_t extra = (double)columns < rest ? columns : (size_t)rest;
    double *R = self->noise + n * L * L, *T = self->T;
    triangular_draw(rest, columns, self->features, &self->words, T);
    for (size_t u = 0; u < columns; u++) /* row u needs no row above it */
        for (size_t l = 0; l < L; l++) {
            double sum = 0;
            for (size_t v = u; v < columns && u < extra; v++)
                sum += T[u * columns + v] * R[v * L + l];
            R[u * L + l] = sum;
        }
}

/* Gradient noise joins what the samples gave, and self->noise becomes a factor of the Gram matrix
 * of the step's gradient outside the bases, times b. */
static void finish_outside(collapsed_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const double noise = problem->batch * problem->gradient_noise;
    const size_t L = experiment->L, columns = experiment->batch == 1 && noise == 0 ? 1 : L;
    for (size_t n = 0; n < self->model->count; n++) {
        double *R = self->noise + n * L * L;
        if (self->model->group[n].rest == 0)
            continue;
        if (isfinite(problem->clip)) {
            double part[2] = {0};
            if (noise > 0)
                draw_outside(self, n, R[0], part);
            R[0] = add_part(R[0], noise, part);
            continue;
        }
        for (size_t l = 0; l < L && noise > 0; l++) {
            memset(self->row, 0, L * sizeof *self->row);
            self->row[l] = noise;
            triangular_push(L, R, self->row);
        }
        if (L > 1)
            multiply(self, n, columns);
        else if (R[0] != 0)
            R[0] *= stream_chi(self->features, &self->words, self->model->group[n].rest);
    }
}

/* Adds rate F to the columns of X and gain F to those of V, F the noise of group n, and brings its
 * rows back to q. Clears the noise. */
static void spread(collapsed_state_t *self, size_t n, double rate, double gain)
{
    const collapsed_model_t *model = self->model;
    const size_t L = model->experiment->L, M = model->columns;
    const size_t first = (model->group[n].first + model->group[n].k) * L;
    double *F = self->noise + n * L * L, *x = self->x + first, *bottom = self->stack + M * M;
    if (M == 1) {
        if (F[0] != 0)
            x[0] = sqrt(x[0] * x[0] + rate * F[0] * rate * F[0]);
        F[0] = 0;
        return;
    }
    for (size_t q = 0; q < M; q++) {
        memcpy(self->stack + q * M, x + q * L, L * sizeof *x);
        if (M > L)
            memcpy(self->stack + q * M + L, self->v + first + q * L, L * sizeof *x);
    }
    for (size_t u = 0; u < L; u++)
        for (size_t l = 0; l < L; l++) {
            bottom[u * M + l] = rate * F[u * L + l];
            if (M > L)
                bottom[u * M + L + l] = gain * F[u * L + l];
        }
    triangular_reduce(M + L, M, self->stack);
    for (size_t q = 0; q < M; q++) {
        memcpy(x + q * L, self->stack + q * M, L * sizeof *x);
        if (M > L)
            memcpy(self->v + first + q * L, self->stack + q * M + L, L * sizeof *x);
    }
    memset(F, 0, L * L * sizeof *F);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void add_sample(collapsed_state_t *self)
{
    const collapsed_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const bool clip = isfinite(experiment->problem->clip);
    size_t class_index;
    const double *target = experiment_draw(experiment, &self->choices, &class_index);
    collapsed_project(self, class_index);
    const double a2 = clip ? draw_square(self, class_index) : 0;
    double r_star = 0;
    for (size_t e = 0; model->signal && e < model->rows; e++)
        r_star += model->signal[e] * self->a[e];
    steps_gradient(&self->steps, target, self->r, r_star, a2, self->g);
    collapsed_add_inside(self);
    if (clip)
        add_clipped_outside(self, class_index);
    else
        collapsed_add_outside(self, class_index);
}

/* From the batch's sums to the step's gradient; outside the bases up to the factor b. */
static void finish_gradient(collapsed_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const double share = 1 / problem->batch, sigma = problem->gradient_noise;
    for (size_t e = 0; e < self->model->rows * experiment->L; e++) {
        self->moved[e] = share * self->moved[e] + problem->ridge * self->x[e];
        if (sigma > 0)
            self->moved[e] += sigma * normals_next(self->steps.noise);
    }
    for (size_t l = 0; l < experiment->L; l++)
        self->bias_moved[l] *= share;
    finish_outside(self);
}

static double norm2(const collapsed_state_t *self)
{
    const collapsed_model_t *model = self->model;
    const size_t L = model->experiment->L;
    const double share = 1 / model->experiment->problem->batch;
    double inside = 0, outside = 0;
    for (size_t e = 0; e < model->rows * L; e++)
        inside += self->moved[e] * self->moved[e];
    for (size_t e = 0; e < model->count * L * L; e++)
        outside += self->noise[e] * self->noise[e];
    return inside + share * share * outside;
}

static void move(collapsed_state_t *self, double gamma)
{
    const collapsed_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const recursion_t recursion = steps_recursion(experiment, gamma, self->step);
    const double share = 1 / experiment->problem->batch, gain = share * recursion.gain;
    const double rate = -share * recursion.rate - gain * recursion.weight;
    const size_t length = model->rows * experiment->L;
    steps_move(&recursion, length, self->moved, self->x, self->v);
    steps_move_bias(&self->steps, &recursion, self->bias_moved, self->bias);
    memset(self->moved, 0, length * sizeof *self->moved);
    memset(self->bias_moved, 0, experiment->L * sizeof *self->bias_moved);
    for (size_t n = 0; n < model->count; n++)
        if (model->group[n].rest > 0)
            spread(self, n, rate, gain);
}

bool collapsed_general_advance(collapsed_state_t *self, uint64_t steps)
{
    const experiment_t *experiment = self->model->experiment;
    const bool late = rate_is_late(&self->rate);
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        double gamma = late ? 0 : rate_now(&self->rate, self->step, kernel_collapsed.read, self);
        for (size_t j = 0; j < experiment->batch; j++) {
            if (experiment_interrupted(experiment))
                return false;
            add_sample(self);
        }
        finish_gradient(self);
        if (late)
            gamma = rate_late(&self->rate, self->step, norm2(self));
        move(self, gamma);
    }
    return true;
}
