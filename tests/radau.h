/* A slow reference that shares nothing with the program's integrator: the equations of a mixture of
 * two classes with piecewise constant profiles, written out by hand, by the implicit Runge-Kutta
 * method of Radau (three stages, order 5) with steps that are doubled, in the time elapsed since
 * the last break of the schedule. */
#ifndef SGDLIMIT_TESTS_RADAU_H
#define SGDLIMIT_TESTS_RADAU_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { RADAU_GROUPS = 3, RADAU_MOST = 2 * RADAU_GROUPS + 1, RADAU_BREAKS = 6 };

typedef enum radau_kind { RADAU_PIECEWISE, RADAU_COSINE, RADAU_POLYNOMIAL } radau_kind_t;

typedef struct radau_schedule {
    radau_kind_t kind;
    double warmup;
    size_t breaks; /* piecewise */
    double time[RADAU_BREAKS], value[RADAU_BREAKS + 1];
    double final, over; /* cosine: from value[0] */
    double tau, power;  /* polynomial: from value[0] */
} radau_schedule_t;

typedef struct radau {
    bool logistic;
    size_t groups;
    double share[RADAU_GROUPS]; /* of the directions */
    double eigenvalue[2][RADAU_GROUPS], mean[2][RADAU_GROUPS];
    double exponent[2], scale[2], zero[2], mean_exponent[2], mean_scale[2]; /* behind these */
    double weight[2], label[2], ridge, intercept, batch, start;
    radau_schedule_t schedule;
    double y[RADAU_MOST]; /* mean and second moment of each group's weights, the bias */
} radau_t;

/* ---- the schedule, by pieces: the warm-up, then constants, half a cosine, or a power ------------
 */

static inline bool radau_warms(const radau_t *self, size_t piece)
{
    return self->schedule.warmup > 0 && piece == 0;
}

static inline double radau_rate(const radau_t *self, size_t piece, double s)
{
    const radau_schedule_t *schedule = &self->schedule;
    if (radau_warms(self, piece))
        return schedule->value[0] * (s / schedule->warmup);
    piece -= schedule->warmup > 0;
    if (schedule->kind == RADAU_PIECEWISE)
        return schedule->value[piece];
    if (schedule->kind == RADAU_POLYNOMIAL)
        return schedule->value[0] * pow(1 + s / schedule->tau, -schedule->power);
    if (piece > 0)
        return schedule->final;
    double c = cos(0.5 * M_PI * s / schedule->over);
    return schedule->final + (schedule->value[0] - schedule->final) * c * c;
}

static inline size_t radau_pieces(const radau_t *self)
{
    const radau_schedule_t *schedule = &self->schedule;
    size_t own = schedule->kind == RADAU_PIECEWISE ? schedule->breaks + 1
                 : schedule->kind == RADAU_COSINE  ? 2
                                                   : 1;
    return own + (schedule->warmup > 0);
}

/* Where the piece ends, as a number. */
static inline double radau_end(const radau_t *self, size_t piece)
{
    const radau_schedule_t *schedule = &self->schedule;
    if (piece + 1 == radau_pieces(self))
        return INFINITY;
    if (radau_warms(self, piece))
        return schedule->warmup;
    piece -= schedule->warmup > 0;
    double s = schedule->kind == RADAU_PIECEWISE ? schedule->time[piece] : schedule->over;
    double end = schedule->warmup + s;
    return end - schedule->warmup < s ? nextafter(end, INFINITY)
                                      : end; /* the first with t - T >= s */
}

/* ---- the equations ------------------------------------------------------------------------------
 */

/* E s(z), E s'(z), E (s(z) - y)^2 and E f(z) for z ~ N(m, B) by the trapezoidal rule. */
static inline void radau_logistic(double m, double B, double label, double out[4])
{
    double root = sqrt(fmax(B, 0)), width = fmin(0.2, 0.6 / root); /* poles at i pi/root */
    int points = (int)(8.6 / width);
    memset(out, 0, 4 * sizeof *out);
    for (int k = -points; k <= points; k++) {
        double x = k * width, z = m + root * x, e = exp(-fabs(z));
        double up = z > 0 ? 1 / (1 + e) : e / (1 + e), down = z > 0 ? e / (1 + e) : 1 / (1 + e);
        double gradient = label > 0.5 ? -down : up;
        double density = width * exp(-0.5 * x * x) / sqrt(2 * M_PI);
        out[0] += density * gradient;
        out[1] += density * up * down;
        out[2] += density * gradient * gradient;
        out[3] += density * (log1p(e) + (label > 0.5 ? fmax(-z, 0) : fmax(z, 0)));
    }
}

static inline void radau_class(const radau_t *self, size_t i, const double *y, double out[4])
{
    size_t G = self->groups;
    double m = y[2 * G], B = 0;
    for (size_t g = 0; g < G; g++) {
        m += self->share[g] * self->mean[i][g] * y[g];
        B += self->share[g] * self->eigenvalue[i][g] * y[G + g];
    }
    if (self->logistic) {
        radau_logistic(m, B, self->label[i], out);
        return;
    }
    out[0] = m - self->label[i];
    out[1] = 1;
    out[2] = B + out[0] * out[0];
    out[3] = 0.5 * out[2];
}

static inline double radau_risk(const radau_t *self)
{
    double out[4], risk = 0;
    for (size_t i = 0; i < 2; i++) {
        radau_class(self, i, self->y, out);
        risk += self->weight[i] * out[3];
    }
    return risk;
}

static inline double radau_norm2(const radau_t *self)
{
    double sum = 0;
    for (size_t g = 0; g < self->groups; g++)
        sum += self->share[g] * self->y[self->groups + g];
    return sum;
}

static inline void radau_derivative(const radau_t *self, double rate, const double *y, double *dy)
{
    size_t G = self->groups;
    for (size_t g = 0; g < G; g++) {
        dy[g] = -rate * self->ridge * y[g];
        dy[G + g] = -2 * rate * self->ridge * y[G + g];
    }
    dy[2 * G] = 0;
    for (size_t i = 0; i < 2; i++) {
        double out[4], p = rate * self->weight[i];
        radau_class(self, i, y, out);
        for (size_t g = 0; g < G; g++) {
            double push = out[0] * self->mean[i][g], pull = self->eigenvalue[i][g] * out[1];
            dy[g] -= p * (push + pull * y[g]);
            dy[G + g] -= 2 * p * (push * y[g] + pull * y[G + g]);
            dy[G + g] += p * rate / self->batch * self->eigenvalue[i][g] * out[2];
        }
        dy[2 * G] -= p * self->intercept * self->intercept * out[0];
    }
}

/* ---- one step
 * ------------------------------------------------------------------------------------ */

/* x = M^-1 x by Gaussian elimination with pivoting; M [n*n] is overwritten. */
static inline void radau_eliminate(double *M, double *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t r = k + 1; r < n; r++)
            pivot = fabs(M[r * n + k]) > fabs(M[pivot * n + k]) ? r : pivot;
        for (size_t c = 0; c < n && pivot != k; c++) {
            double swap = M[k * n + c];
            M[k * n + c] = M[pivot * n + c];
            M[pivot * n + c] = swap;
        }
        double swap = x[k];
        x[k] = x[pivot];
        x[pivot] = swap;
        for (size_t r = k + 1; r < n; r++) {
            double factor = M[r * n + k] / M[k * n + k];
            for (size_t c = k; c < n && factor != 0; c++)
                M[r * n + c] -= factor * M[k * n + c];
            x[r] -= factor * x[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t c = k + 1; c < n; c++)
            x[k] -= M[k * n + c] * x[c];
        x[k] /= M[k * n + k];
    }
}

static inline void radau_jacobian(const radau_t *self, double rate, const double *y, double *J)
{
    size_t n = 2 * self->groups + 1;
    double plus[RADAU_MOST], minus[RADAU_MOST], at[RADAU_MOST];
    memcpy(at, y, n * sizeof *at);
    for (size_t c = 0; c < n; c++) {
        double step = 1e-5 * (1e-3 + fabs(y[c]));
        at[c] = y[c] + step;
        radau_derivative(self, rate, at, plus);
        at[c] = y[c] - step;
        radau_derivative(self, rate, at, minus);
        at[c] = y[c];
        for (size_t r = 0; r < n; r++)
            J[r * n + c] = (plus[r] - minus[r]) / (2 * step);
    }
}

/* From s to s + h within a piece; false if Newton's iteration does not converge. */
static inline bool radau_step(radau_t *self, size_t piece, double s, double h)
{
    enum { STAGES = 3, ITERATIONS = 40 };
    const double q = sqrt(6), node[STAGES] = {(4 - q) / 10, (4 + q) / 10, 1};
    const double A[STAGES][STAGES] = {
        {(88 - 7 * q) / 360, (296 - 169 * q) / 1800, (-2 + 3 * q) / 225},
        {(296 + 169 * q) / 1800, (88 + 7 * q) / 360, (-2 - 3 * q) / 225},
        {(16 - q) / 36, (16 + q) / 36, 1.0 / 9}};
    static double J[RADAU_MOST * RADAU_MOST], M[9 * RADAU_MOST * RADAU_MOST];
    double Z[3 * RADAU_MOST] = {0}, F[3 * RADAU_MOST], R[3 * RADAU_MOST], at[RADAU_MOST];
    size_t n = 2 * self->groups + 1;
    double last = INFINITY;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        for (size_t i = 0; i < STAGES; i++) {
            for (size_t e = 0; e < n; e++)
                at[e] = self->y[e] + Z[i * n + e];
            radau_derivative(self, radau_rate(self, piece, s + node[i] * h), at, F + i * n);
        }
        if (iteration % 6 == 0)
            radau_jacobian(self, radau_rate(self, piece, s + 0.5 * h), at, J);
        for (size_t i = 0; i < STAGES; i++)
            for (size_t e = 0; e < n; e++) {
                R[i * n + e] = -Z[i * n + e];
                for (size_t j = 0; j < STAGES; j++)
                    R[i * n + e] += h * A[i][j] * F[j * n + e];
                for (size_t j = 0; j < STAGES; j++)
                    for (size_t f = 0; f < n; f++)
                        M[(i * n + e) * 3 * n + j * n + f] =
                            (i == j && e == f) - h * A[i][j] * J[e * n + f];
            }
        radau_eliminate(M, R, 3 * n);
        double change = 0;
        for (size_t e = 0; e < 3 * n; e++) {
            Z[e] += R[e];
            change = fmax(change, fabs(R[e]) / (1e-4 + fabs(self->y[e % n] + Z[e])));
        }
        bool stalled = change < 1e-10 && change >= 0.5 * last; /* rounding errors are left */
        last = change;
        if (change < 1e-13 || stalled) {
            for (size_t e = 0; e < n; e++)
                self->y[e] += Z[2 * n + e];
            return true;
        }
    }
    return false;
}

/* A step in one go and in two halves: the better one stays, their difference is returned. */
static inline double radau_double_step(radau_t *self, size_t piece, double s, double h)
{
    size_t n = 2 * self->groups + 1;
    double before[RADAU_MOST], whole[RADAU_MOST], difference = 0;
    memcpy(before, self->y, sizeof before);
    if (!radau_step(self, piece, s, h))
        return INFINITY;
    memcpy(whole, self->y, sizeof whole);
    memcpy(self->y, before, sizeof before);
    if (!radau_step(self, piece, s, 0.5 * h) || !radau_step(self, piece, s + 0.5 * h, 0.5 * h))
        return INFINITY;
    for (size_t e = 0; e < n; e++) {
        difference = fmax(difference, fabs(self->y[e] - whole[e]) / (1e-3 + fabs(self->y[e])));
        self->y[e] += (self->y[e] - whole[e]) / 31;
    }
    return difference;
}

/* Goes on from `elapsed` to `goal` within a piece. */
static inline void radau_run(radau_t *self, size_t piece, double elapsed, double goal)
{
    const double tolerance = 4e-8;
    double s = elapsed, h = 1e-3 + 0.05 * s;
    if (radau_rate(self, piece, elapsed) == 0 && radau_rate(self, piece, goal) == 0)
        return;
    while (s < goal) {
        double before[RADAU_MOST], span = fmin(h, goal - s);
        memcpy(before, self->y, sizeof before);
        double difference = radau_double_step(self, piece, s, span);
        if (difference > tolerance && span > 1e-14 * goal)
            memcpy(self->y, before, sizeof before);
        else
            s = span < goal - s ? s + span : goal;
        double factor = 0.8 * pow(tolerance / fmax(difference, 1e-30), 1.0 / 6);
        h = span * fmin(fmax(factor, 0.1), 5);
    }
}

#endif
