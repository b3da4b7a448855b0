/*
 * Averages under a teacher's labels against sums over (r*, q) of the gradient as simulations see
 * it: composite Gauss-Legendre rules in both variables, cut where gradients bend, kink or jump; J
 * and H from covariances by Stein's lemma, derivatives from differences of the averages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "sgdlimit/loss.h"
#include "src/loss/clip.h"
#include "src/loss/teacher.h"

enum { CUTS = 400, POINTS = 14 };

typedef struct values {
    double G, H, Q, G_B, H_m, H_B, Q_m, Q_B, J, J_m, J_B, J_c, H_c, Q_c, risk;
} values_t;

typedef struct task {
    teacher_t teacher;
    const sgdl_loss_t *loss;
    double threshold;
} task_t;

static task_t task(teacher_labels_t labels, const sgdl_loss_t *loss, double steepness,
                   double threshold)
{
    task_t self = {{.labels = labels, .steepness = steepness}, loss, threshold};
    self.teacher.noise = labels == TEACHER_LINEAR ? 0.7 : 0;
    self.teacher.shift = teacher_shift(&self.teacher, loss);
    return self;
}

static values_t averages(const task_t *self, teacher_order_t order)
{
    values_t v;
    sgdl_averages_t out = {.G = &v.G,
                           .H = &v.H,
                           .Q = &v.Q,
                           .G_B = &v.G_B,
                           .H_m = &v.H_m,
                           .H_B = &v.H_B,
                           .Q_m = &v.Q_m,
                           .Q_B = &v.Q_B};
    teacher_average(&self->teacher, self->loss, self->threshold, &order, &out);
    v.J = out.J, v.J_m = out.J_m, v.J_B = out.J_B, v.J_c = out.J_c;
    v.H_c = out.H_c, v.Q_c = out.Q_c, v.risk = out.risk;
    return v;
}

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
    for (int i = -12; i <= 12; i++)
        cut[n++] = i;
    for (size_t i = 0; i < count; i++)
        if (sigma > 0 && fabs(at[i] - mean) < 12 * sigma)
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
    double size;                     /* E |ghat| */
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
    const double sigma = sqrt(fmax(law->B - on * law->cross, 0)), r_m = q_m + shift * star;
    const labels_t labels = labels_at(self, star);
    for (size_t l = 0; l < labels.count; l++) {
        double at[20], cut[60];
        const double y = labels.value[l];
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
            }
    }
}

/* g less +-threshold where r is that far from its conditional mean given r*. */
static double beyond(const task_t *self, const teacher_order_t *law, int which, double star,
                     double off)
{
    const double on = law->signal_B > 0 ? law->cross / law->signal_B : 0;
    const double r = law->m + on * (star - law->signal_m) + self->teacher.shift * star + off;
    const labels_t labels = labels_at(self, star);
    double g;
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
    for (int which = 0; which < 4 && t < INFINITY; which++)
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

static const char *case_name(const task_t *self)
{
    static char text[100];
    (void)snprintf(text, sizeof text, "%s, %s, threshold %g", self->loss->name,
                   teacher_words[self->teacher.labels], self->threshold);
    return text;
}

static void near(const task_t *self, const teacher_order_t *law, const char *name,
                 const double value[2], double tolerance)
{
    if (!(fabs(value[0] - value[1]) <= tolerance))
        fail_msg("%s: %s at m %g B %g cross %g m* %g B* %g is %.17g, not %.17g (off by %.2g)",
                 case_name(self), name, law->m, law->B, law->cross, law->signal_m, law->signal_B,
                 value[0], value[1], fabs(value[0] - value[1]));
}

#define NEAR(name, found, expected, tolerance)                                                     \
    near(self, law, name, (const double[2]){found, expected}, tolerance)

static void check_values(const task_t *self, const teacher_order_t *law, double tolerance)
{
    const values_t v = averages(self, *law);
    const sums_t s = reference(self, law);
    const double spread = sqrt(law->B), star = sqrt(law->signal_B);
    NEAR("G", v.G, s.g, tolerance * s.size);
    NEAR("Q", v.Q, s.square, tolerance * s.square);
    NEAR("risk", v.risk, s.risk, tolerance * s.risk);
    NEAR("risk alone", teacher_risk(&self->teacher, self->loss, law), v.risk, 1e-15 * v.risk);
    NEAR("B H + cross J", law->B * v.H + law->cross * v.J, s.q, 10 * tolerance * spread * s.size);
    NEAR("cross H + B* J", law->cross * v.H + law->signal_B * v.J, s.star,
         10 * tolerance * star * s.size);
}

/* ---- laws ----------------------------------------------------------------------------------- */

static const teacher_order_t laws[] = {
    {0, 1, 0.3, 0, 1},          {0.4, 0.7, -0.4, 0.3, 1.3},   {-1.3, 2.5, 1.1, 0.8, 0.9},
    {0.02, 1e-3, 0.01, -2, 2},  {1e-6, 1e-11, 1e-6, 0.5, 4},  {3, 16, -15, -1, 25},
    {-8, 400, 350, 12, 900},    {0.1, 0.3, -0.05, 0.2, 0.01}, {6, 3, 0.5, 5, 1.5},
    {-0.2, 50, 0.2, 0.1, 0.02},
};

static void matches_sums(void **state)
{
    (void)state;
    const double thresholds[] = {INFINITY, 0.3, 0.85, 2};
    const sgdl_loss_t *const losses[] = {&sgdl_loss_least_squares, &sgdl_loss_logistic};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++)
            for (int labels = TEACHER_SIGN; labels < TEACHER_LABELS; labels++)
                for (size_t l = 0; l < 2; l++) {
                    const task_t self =
                        task((teacher_labels_t)labels, losses[l], 0.8, thresholds[t]);
                    check_values(&self, &laws[i], 1e-9);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_sums),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
