/*
 * Averages under a teacher's labels against sums over (r*, q) of the gradient as simulations see
 * it: composite Gauss-Legendre rules in both variables, cut where gradients bend, kink or jump; J
 * and H from covariances by Stein's lemma, derivatives from differences of the averages.
 */
#include "tests/loss/teacher_cases.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "src/loss/clip.h"

enum { CUTS = 400, POINTS = 14 };

/* ---- the other way -------------------------------------------------------------------------- */

/* The labels that r* may have, with their probabilities; linear ones on a grid of eps. */
typedef struct labels {
    double value[64], probability[64];
    size_t count;
} labels_t;

static labels_t labels_at(const task_t *self, double r_star)
{
    const teacher_t *teacher = &self->teacher;
    labels_t out = {.count = 0};
    const double p = 1 / (1 + exp(-teacher->steepness * r_star));
    if (teacher->labels == TEACHER_LOGISTIC) {
        for (size_t i = 0; i < 2; i++) {
            /* uniform numbers on either side of the probability */
            out.value[i] = teacher_label(teacher, self->loss, r_star, 0, i == 0 ? p / 2 : 1);
            out.probability[i] = i == 0 ? p : 1 / (1 + exp(teacher->steepness * r_star));
        }
        out.count = 2;
    } else {
        out.value[0] = teacher_label(teacher, self->loss, r_star, 0, 0.5);
        out.probability[0] = 1;
        out.count = 1;
    }
    return out;
}

static double loss_at(const sgdl_loss_t *loss, double r, double y)
{
    if (loss == &sgdl_loss_least_squares)
        return (r - y) * (r - y) / 2;
    return r > 0 ? log1p(exp(-r)) + (1 - y) * r : log1p(exp(r)) - y * r;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Cuts of a standard normal variable x, v = mean + sigma x, at given v's beside the plain ones. */
static size_t cuts(double mean, double sigma, const double *at, size_t count, double *cut)
{
    size_t n = 0;
    for (int i = -6; i <= 6; i++)
        cut[n++] = 1.5 * i;
    for (size_t i = 0; i < count; i++)
        if (sigma > 0 && fabs(at[i] - mean) < 9 * sigma)
            cut[n++] = (at[i] - mean) / sigma;
    qsort(cut, n, sizeof *cut, by_value);
    return n;
}

/* Where g is cut, given the label's value; where it bends. */
static size_t places(const task_t *self, double y, double *at)
{
    const double t = self->threshold, near[] = {0, 1.5, 4, 9, 18, 36};
    size_t n = 0;
    if (self->loss == &sgdl_loss_least_squares) {
        at[n++] = y - t;
        at[n++] = y + t;
        return n;
    }
    if (y + t < 1)
        at[n++] = log((y + t) / (1 - y - t));
    if (y - t > 0)
        at[n++] = log((y - t) / (1 - y + t));
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        at[n++] = near[i];
        at[n++] = -near[i];
    }
    return n;
}

typedef struct sums {
    double g, square, q, star, risk; /* E ghat, ghat^2, ghat (q - m), ghat (r* - m*), f */
    double size, error;              /* E |ghat|; P(r is on the label's wrong side) */
} sums_t;

/* Adds the averages over q given r* = star. */
static void add_given(const task_t *self, const teacher_order_t *law, double star, double weight,
                      sums_t *sum)
{
    static gsl_integration_glfixed_table *table;
    if (!table)
        table = gsl_integration_glfixed_table_alloc(POINTS);
    const double on = law->signal_B > 0 ? law->cross / law->signal_B : 0;
    const double shift = self->teacher.shift, q_m = law->m + on * (star - law->signal_m);
    const double rest = law->B - on * law->cross; /* or what rounding leaves of none */
    const double sigma = rest > 1e-14 * law->B ? sqrt(rest) : 0, r_m = q_m + shift * star;
    const labels_t labels = labels_at(self, star);
    for (size_t l = 0; l < labels.count; l++) {
        double at[20], cut[60];
        const double y = labels.value[l];
        /* a soft label's error is that of the drawn one */
        const double p = 1 / (1 + exp(-self->teacher.steepness * star));
        const size_t n = cuts(r_m, sigma, at, places(self, y, at), cut);
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t j = 0; j < POINTS && cut[i + 1] > cut[i]; j++) {
                double x, w, g;
                (void)gsl_integration_glfixed_point(cut[i], cut[i + 1], j, &x, &w, table);
                const double q = q_m + sigma * x, r = q + shift * star;
                w *= weight * labels.probability[l] * exp(-x * x / 2) / sqrt(2 * M_PI);
                self->loss->gradient(1, &r, &y, &g);
                g = clip_gradient(g, self->threshold);
                sum->g += w * g;
                sum->size += w * fabs(g);
                sum->square += w * g * g;
                sum->q += w * g * (q - law->m);
                sum->star += w * g * (star - law->signal_m);
                sum->risk += w * loss_at(self->loss, r, y);
                sum->error +=
                    w * (fabs(r) < 1e-13                                 ? 0.5
                         : self->teacher.labels == TEACHER_LOGISTIC_SOFT ? (r > 0 ? 1 - p : p)
                                                                         : (r > 0) != (y > 0.5));
            }
    }
}

/* g less +-threshold where r is that far from its conditional mean given r*; r itself (4). */
static double beyond(const task_t *self, const teacher_order_t *law, int which, double star,
                     double off)
{
    const double on = law->signal_B > 0 ? law->cross / law->signal_B : 0;
    const double r = law->m + on * (star - law->signal_m) + self->teacher.shift * star + off;
    const labels_t labels = labels_at(self, star);
    double g;
    if (which == 4)
        return r;
    self->loss->gradient(1, &r, &labels.value[(size_t)which / 2 % labels.count], &g);
    return g + (which % 2 ? self->threshold : -self->threshold);
}

/* Where kinks pass through the bulk as r* varies, within a few widths; where they end. */
static size_t star_places(const task_t *self, const teacher_order_t *law, double *at)
{
    const double near[] = {0, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.6};
    const double k = self->teacher.steepness, t = self->threshold, sigma = sqrt(law->signal_B);
    const double on = law->signal_B > 0 ? law->cross / law->signal_B : 0;
    const double spread = sqrt(fmax(law->B - on * law->cross, 0)), h = 1e-5;
    size_t n = 0;
    for (size_t i = 0; t < 1 && i < sizeof near / sizeof *near; i++)
        for (int side = 0; side < 4; side++)
            at[n++] = (side % 2 ? -1 : 1) * log(1 / t - 1) / k + (side / 2 ? -1 : 1) * near[i];
    enum { GRID = 500 };
    for (int which = 0; which < 5; which++)
        for (int i = -GRID; i < GRID && n < 150; i++) {
            double low = law->signal_m + sigma * 12 * i / GRID, high = low + sigma * 12 / GRID;
            const bool left = beyond(self, law, which, low, 0) > 0;
            if (left == (beyond(self, law, which, high, 0) > 0))
                continue;
            for (int step = 0; step < 60; step++) {
                const double middle = (low + high) / 2;
                if ((beyond(self, law, which, middle, 0) > 0) == left)
                    low = middle;
                else
                    high = middle;
            }
            const double by_star =
                beyond(self, law, which, low + h, 0) - beyond(self, law, which, low - h, 0);
            const double by_r =
                beyond(self, law, which, low, h) - beyond(self, law, which, low, -h);
            const double width = spread * fabs(by_r / by_star);
            for (int j = -4; j <= 4; j++)
                at[n++] = low + 2 * j * width;
            for (double z = 1; which == 4 && z < 40; z *= 1.7) { /* r there */
                at[n++] = low + z * fabs(by_r / by_star);
                at[n++] = low - z * fabs(by_r / by_star);
            }
        }
    return n;
}

/* The whole average. */
static sums_t reference(const task_t *self, const teacher_order_t *law)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(POINTS);
    const double sigma = sqrt(law->signal_B), k = self->teacher.steepness;
    const double near[] = {0, 1.5, 4, 9, 18};
    double at[200], cut[CUTS];
    size_t places = star_places(self, law, at);
    sums_t sum = {0};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        at[places++] = near[i] / k;
        at[places++] = -near[i] / k;
    }
    const size_t n = cuts(law->signal_m, sigma, at, places, cut);
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = 0; j < POINTS && cut[i + 1] > cut[i]; j++) {
            double x, w;
            (void)gsl_integration_glfixed_point(cut[i], cut[i + 1], j, &x, &w, table);
            add_given(self, law, law->signal_m + sigma * x, w * exp(-x * x / 2) / sqrt(2 * M_PI),
                      &sum);
        }
    gsl_integration_glfixed_table_free(table);
    return sum;
}

static void check_values(const task_t *self, const teacher_order_t *law, double tolerance)
{
    const values_t v = averages(self, *law);
    const sums_t s = reference(self, law);
    const double spread = sqrt(law->B), star = sqrt(law->signal_B);
    NEAR("G", v.G, s.g, tolerance * s.size + 3e-16);
    NEAR("Q", v.Q, s.square, tolerance * s.square + 2e-15 * s.size);
    NEAR("risk", v.risk, s.risk, tolerance * s.risk);
    NEAR("risk alone", teacher_risk(&self->teacher, self->loss, law), v.risk, 1e-15 * v.risk);
    /* the sums' own gradients have lost digits where they nearly vanish */
    const double lost = 3e-16;
    NEAR("B H + cross J", law->B * v.H + law->cross * v.J, s.q,
         10 * (tolerance * s.size + lost) * spread);
    NEAR("cross H + B* J", law->cross * v.H + law->signal_B * v.J, s.star,
         10 * (tolerance * s.size + lost) * star);
    if (self->loss == &sgdl_loss_logistic) /* whose sums are cut at r = 0 */
        NEAR("error", teacher_error(&self->teacher, law), s.error, tolerance * s.error);
}

static void matches_sums(void **state)
{
    (void)state;
    task_t self;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int place = 0; next_case(&place, &self);)
            check_values(&self, &laws[i], 1e-10);
}

/* Nothing random, or no more than one variable. */
static void matches_sums_where_laws_degenerate(void **state)
{
    (void)state;
    const teacher_order_t degenerate[] = {
        {0, 0, 0, 0, 1},       {-0.3, 0, 0, 0.7, 2},        {0.5, 1.3, 0, -0.4, 0},
        {0.1, 0, 0, 0.2, 0},   {0, 0.64, -0.8, 0, 1},       {0.4, 2.25, 3, -0.3, 4},
        {1, 2.25, -3, 0.6, 4}, {-0.16, 0.64, -0.8, 0.2, 1},
    };
    task_t self;
    for (size_t i = 0; i < sizeof degenerate / sizeof *degenerate; i++)
        for (int place = 0; next_case(&place, &self);)
            check_values(&self, &degenerate[i], 1e-10);
}

/* ---- derivatives ---------------------------------------------------------------------------- */

/* (f(-2), f(-1), f(1), f(2)) h apart. */
static double slope(const double f[4], double h)
{
    return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h);
}

enum { BY_M, BY_B, BY_C, DIRECTIONS };

static void differences(const task_t *self, const teacher_order_t *law, int direction, double h,
                        double out[4])
{
    double f[4][4];
    for (int s = 0; s < 4; s++) {
        const double shift = h * (const double[]){-2, -1, 1, 2}[s];
        teacher_order_t at = *law;
        *(direction == BY_M ? &at.m : direction == BY_B ? &at.B : &at.cross) += shift;
        const values_t v = averages(self, at);
        f[0][s] = v.G, f[1][s] = v.H, f[2][s] = v.J, f[3][s] = v.Q;
    }
    for (int k = 0; k < 4; k++)
        out[k] = slope(f[k], h);
}

static void check_derivatives(const task_t *self, const teacher_order_t *law)
{
    static const char *const names[DIRECTIONS][4] = {{"G by m", "H by m", "J by m", "Q by m"},
                                                     {"G by B", "H by B", "J by B", "Q by B"},
                                                     {"G by c", "H by c", "J by c", "Q by c"}};
    const values_t v = averages(self, *law);
    const double found[DIRECTIONS][4] = {
        {v.H, v.H_m, v.J_m, v.Q_m}, {v.G_B, v.H_B, v.J_B, v.Q_B}, {v.J_m, v.H_c, v.J_c, v.Q_c}};
    const double rest = law->B * law->signal_B - law->cross * law->cross;
    /* lengths over which averages may vary with q and r* */
    const double q = sqrt(fmin(1, rest / law->signal_B)), star = sqrt(fmin(1, rest / law->B));
    const double by[DIRECTIONS] = {q, q * q, q * star}, of[4] = {1, q, star, 1};
    const double size = fmin(1, sqrt(v.Q)) + 1e-3;
    assert_true(v.H_m == 2 * v.G_B && v.H_c == 2 * v.J_B);
    for (int d = 0; d < DIRECTIONS; d++) {
        double expected[4];
        differences(self, law, d, 0.02 * by[d], expected);
        for (int k = 0; k < 4; k++)
            NEAR(names[d][k], found[d][k], expected[k],
                 1e-6 * (fabs(expected[k]) + size * (k == 3 ? size : 1) / (by[d] * of[k])));
    }
}

/* J is what G gains with the mean of r*. */
static void check_J(const task_t *self, const teacher_order_t *law)
{
    const double rest = law->B * law->signal_B - law->cross * law->cross;
    const double star = sqrt(fmin(1, rest / law->B)), h = 0.02 * star;
    double G[4];
    for (int s = 0; s < 4; s++) {
        teacher_order_t at = *law;
        at.signal_m += h * (const double[]){-2, -1, 1, 2}[s];
        G[s] = averages(self, at).G;
    }
    const values_t v = averages(self, *law);
    NEAR("J", v.J, slope(G, h), 1e-6 * (fabs(v.J) + fmin(1, sqrt(v.Q)) / star));
}

static void derivatives_are_those_of_the_averages(void **state)
{
    (void)state;
    task_t self;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int place = 0; next_case(&place, &self);)
            if (i != 4 && i != 3) { /* kinks there have widths of their own */
                check_derivatives(&self, &laws[i]);
                check_J(&self, &laws[i]);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_sums),
        cmocka_unit_test(matches_sums_where_laws_degenerate),
        cmocka_unit_test(derivatives_are_those_of_the_averages),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
