/*
 * Teachers where averages are known otherwise: close to the signal, loosely clipped, mirrored,
 * across changes of method, at the ends of what numbers hold.
 */
#include "tests/loss/teacher_cases.h"

#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "src/loss/clip.h"

/* The parameter close to the signal: G, J, Q of soft labels as long doubles see them. */
static void keeps_its_digits_close_to_the_signal(void **state)
{
    (void)state;
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(20);
    const task_t self = task(TEACHER_LOGISTIC_SOFT, &sgdl_loss_logistic, 1.3, INFINITY);
    const long double k = 1.3L;
    for (double scale = 0.1; scale > 1e-13; scale *= 0.01)
        for (int i = 0; i < 4; i++) {
            const double centre = (const double[]){0, 0.7, -5, 30}[i];
            const double spread = (const double[]){1, 2, 0.5, 3}[i];
            const teacher_order_t at = {0.4 * scale, scale * scale, 0.3 * scale * spread, centre,
                                        spread * spread};
            const teacher_order_t *law = &at;
            long double G = 0, J = 0, Q = 0, size_G = 0, size_J = 0;
            for (int part = -12; part < 12; part++)
                for (size_t j = 0; j < 20; j++)
                    for (int inner = -12; inner < 12; inner += 3)
                        for (size_t l = 0; l < 20; l++) {
                            double x, y, v, w;
                            (void)gsl_integration_glfixed_point(part, part + 1, j, &x, &v, table);
                            (void)gsl_integration_glfixed_point(inner, inner + 3, l, &y, &w, table);
                            const long double q = scale * (0.4L + 0.3L * x + sqrtl(0.91L) * y);
                            const long double z = k * (centre + (long double)spread * x);
                            const long double s = 1 / (1 + expl(-z)), c = 1 / (1 + expl(z + q));
                            const long double rise = expm1l(q) * s * c;
                            const long double weight =
                                v * w * expl(-(x * x + y * y) / 2) / (2 * acosl(-1));
                            const long double gap = rise * (c - s);
                            G += weight * rise, size_G += weight * fabsl(rise);
                            J += weight * k * gap, size_J += weight * k * fabsl(gap);
                            Q += weight * rise * rise;
                        }
            const values_t v = averages(&self, at);
            NEAR_OF("G", v.G, (double)G, 1e-11 * (double)size_G);
            NEAR_OF("J", v.J, (double)J, 1e-11 * (double)size_J);
            NEAR_OF("Q", v.Q, (double)Q, 1e-11 * (double)Q);
        }
    gsl_integration_glfixed_table_free(table);
}

/* What is clipped nowhere that matters is not clipped. */
static void loose_clipping_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int labels = TEACHER_LINEAR; labels < TEACHER_LABELS; labels++)
            for (size_t l = 0; l < 2; l++) {
                const double loose = l == 0 ? 1e4 : 1 - 1e-14;
                const task_t plain = task((teacher_labels_t)labels, losses[l], 0.8, INFINITY);
                const task_t clipped = task((teacher_labels_t)labels, losses[l], 0.8, loose);
                const teacher_order_t *law = &laws[i];
                double a[15], b[15];
                if (labels == TEACHER_LINEAR && l == 1)
                    continue;
                const values_t v = averages(&plain, *law), w = averages(&clipped, *law);
                pack(&v, a);
                pack(&w, b);
                for (int e = 0; e < 15; e++)
                    near(&clipped, law, "a field", (const double[2]){b[e], a[e]},
                         2e-12 * (fabs(a[e]) + v.Q + v.H));
            }
}

/* (q, r*) -> (-q, -r*) exchanges the labels. */
static void labels_are_symmetric(void **state)
{
    (void)state;
    static const int odd[15] = {1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0};
    task_t self;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int place = 0; next_case(&place, &self);) {
            const teacher_order_t *law = &laws[i];
            teacher_order_t mirrored = *law;
            double a[15], b[15];
            mirrored.m = -law->m;
            mirrored.signal_m = -law->signal_m;
            const values_t v = averages(&self, *law), w = averages(&self, mirrored);
            pack(&v, a);
            pack(&w, b);
            for (int e = 0; e < 15; e++)
                near(&self, law, "the mirrored field",
                     (const double[2]){odd[e] ? -b[e] : b[e], a[e]},
                     1e-11 * (fabs(a[e]) + (v.Q + v.H) / fmin(1, law->B)));
            NEAR_OF("the mirrored error", teacher_error(&self.teacher, &mirrored),
                    teacher_error(&self.teacher, law), 1e-13);
        }
}

/* Rules change where standard deviations pass 1/4, 0.6, 1, 1.5, 2, paths where q gets small. */
static void has_no_seams(void **state)
{
    (void)state;
    const double edge[] = {0.25, 0.5, 0.6, 1, 1.5, 2};
    task_t self;
    for (int which = 0; which < 3; which++)
        for (size_t e = 0; e < sizeof edge / sizeof *edge; e++)
            for (int place = 0; next_case(&place, &self);) {
                const double k = self.teacher.steepness, s = edge[e];
                teacher_order_t at[2];
                double a[15], b[15];
                for (int side = 0; side < 2; side++) {
                    const double at_edge = s * (side ? 1 + 1e-15 : 1 - 1e-15);
                    at[side] = which == 0 ? (teacher_order_t){0.1, at_edge * at_edge, 0, 0.4, 1}
                               : which == 1
                                   ? (teacher_order_t){0.3, 0.2, 0, 0.5, at_edge * at_edge / k / k}
                                   : (teacher_order_t){0, at_edge * at_edge, 0, -0.2, 3};
                }
                const teacher_order_t *law = &at[0];
                const values_t v = averages(&self, at[0]), w = averages(&self, at[1]);
                pack(&v, a);
                pack(&w, b);
                const double tolerance =
                    self.teacher.labels == TEACHER_LOGISTIC_SOFT && self.threshold < INFINITY
                        ? 1e-12
                        : 1e-13;
                for (int f = 0; f < 4; f++)
                    near(&self, law, "across a seam, a field", (const double[2]){b[f], a[f]},
                         tolerance * (fabs(a[f]) + sqrt(v.Q)));
            }
}

/* d P(r > 0 > r*)/d cross is the density of both at 0: integrated from independence. */
static void sign_errors_follow_from_correlations(void **state)
{
    (void)state;
    enum { PARTS = 20 }; /* 64 points are tabulated */
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(64);
    const teacher_t teacher = {.labels = TEACHER_SIGN, .steepness = 1};
    const double m[] = {-2, 0, 0.7}, star[] = {-0.4, 0, 3};
    for (size_t i = 0; i < 9; i++)
        for (double end = -0.995; end < 1; end += 0.199) {
            const double a = m[i / 3], b = star[i % 3];
            const double up = erfc(-a / M_SQRT2) / 2, right = erfc(-b / M_SQRT2) / 2;
            double same = up * right + (1 - up) * (1 - right);
            for (size_t j = 0; j < 64 * PARTS; j++) {
                const double part = asin(end) / PARTS, from = part * (double)(j / 64);
                double angle, w;
                (void)gsl_integration_glfixed_point(from, from + part, j % 64, &angle, &w, table);
                const double c = sin(angle);
                same +=
                    2 * w * exp(-(a * a + b * b - 2 * c * a * b) / (2 * (1 - c * c))) / (2 * M_PI);
            }
            const teacher_order_t law = {a, 1, end, b, 1};
            const double error = teacher_error(&teacher, &law);
            if (!(fabs(error - (1 - same)) < 1e-12))
                fail_msg("m %g m* %g correlation %g: %.17g, not %.17g", a, b, end, error, 1 - same);
        }
    gsl_integration_glfixed_table_free(table);
    /* rare errors keep their digits */
    const double c = 1 - 1e-9;
    const teacher_order_t aligned = {0, 1, c, 0, 1}, none = {0, 0, 0, 0.3, 1},
                          still = {0, 0, 0, 0, 0};
    assert_true(
        fabs(teacher_error(&teacher, &aligned) / (atan2(sqrt((1 - c) * (1 + c)), c) / M_PI) - 1) <
        1e-7);
    assert_true(fabs(teacher_error(&teacher, &none) - 0.5) < 1e-15 &&
                teacher_error(&teacher, &still) == 0.5);
    const teacher_t linear = {.labels = TEACHER_LINEAR, .shift = 1};
    assert_true(isnan(teacher_error(&linear, &none)));
}

/* Linear labels: the law of g is that of q and of the noise. */
static void linear_labels_are_least_squares(void **state)
{
    (void)state;
    const double zero = 0;
    const sgdl_targets_t targets = {.outputs = 1, .labels = 1, .target = &zero};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (size_t t = 0; t < THRESHOLDS; t++) {
            const task_t self = task(TEACHER_LINEAR, losses[0], 1, thresholds[t]);
            const teacher_order_t *law = &laws[i];
            const double B = law->B + self.teacher.noise * self.teacher.noise;
            const values_t v = averages(&self, *law);
            double w[8];
            sgdl_averages_t out = {.G = w,
                                   .H = w + 1,
                                   .Q = w + 2,
                                   .G_B = w + 3,
                                   .H_m = w + 4,
                                   .H_B = w + 5,
                                   .Q_m = w + 6,
                                   .Q_B = w + 7};
            clip_average(self.loss, self.threshold, &targets, 0, law->m, B, &out);
            NEAR_OF("G", v.G, w[0], 1e-14 * sqrt(v.Q));
            NEAR_OF("H", v.H, w[1], 1e-14);
            NEAR_OF("Q", v.Q, w[2], 1e-14 * v.Q);
            NEAR_OF("Q_B", v.Q_B, w[7], 1e-14);
            NEAR_OF("risk", v.risk, (B + law->m * law->m) / 2, 1e-15 * v.risk);
            assert_true(v.J == 0 && v.J_m == 0 && v.H_c == 0 && v.Q_c == 0);
        }
}

/* All labels 0 for certain: the averages are those of one label. */
static void certain_labels_are_labels(void **state)
{
    (void)state;
    for (int labels = TEACHER_LOGISTIC; labels < TEACHER_LABELS; labels++)
        for (double m = -3; m < 4; m += 1.5) {
            const task_t self = task((teacher_labels_t)labels, &sgdl_loss_logistic, 0.8, INFINITY);
            const teacher_order_t at = {m + 700, 0.5, 0, -875, 0.01}; /* r = q + 0.8 r* */
            const values_t v = averages(&self, at);
            sgdl_logistic_averages_t a;
            sgdl_logistic_average(-m, 0.5 + 0.64 * 0.01, &a);
            assert_true(fabs(v.G + a.g) <= 1e-12 && fabs(v.Q - a.g2) <= 1e-12);
            assert_true(fabs(v.H - a.h) <= 1e-12 && fabs(v.Q_m + a.g2_1) <= 1e-12);
            assert_true(fabs(v.Q_B - a.g2_2 / 2) <= 1e-12 && fabs(v.risk - a.f) <= 1e-12 * a.f);
        }
}

/* Labels as simulations draw them. */
static void labels_have_their_values(void **state)
{
    (void)state;
    for (size_t l = 0; l < 2; l++) {
        const double low = l == 0 ? -1 : 0, s = 1 / (1 + exp(-1.5 * 0.4));
        const task_t sign = task(TEACHER_SIGN, losses[l], 1.5, INFINITY);
        const task_t hard = task(TEACHER_LOGISTIC, losses[l], 1.5, INFINITY);
        const task_t soft = task(TEACHER_LOGISTIC_SOFT, losses[l], 1.5, INFINITY);
        assert_true(teacher_label(&sign.teacher, losses[l], 0.4, 9, 0.9) == 1);
        assert_true(teacher_label(&sign.teacher, losses[l], -0.4, 9, 0.1) == low);
        assert_true(teacher_label(&hard.teacher, losses[l], 0.4, 9, s - 1e-9) == 1);
        assert_true(teacher_label(&hard.teacher, losses[l], 0.4, 9, s + 1e-9) == low);
        assert_true(fabs(teacher_label(&soft.teacher, losses[l], 0.4, 9, 0.1) -
                         (low + (1 - low) * s)) < 1e-15);
    }
    const task_t linear = task(TEACHER_LINEAR, losses[0], 1, INFINITY);
    assert_true(teacher_label(&linear.teacher, losses[0], 0.4, 2, 0.1) == 0.4 + 0.7 * 2);
}

/* Nothing is infinite or not a number, however extreme the law. */
static void is_finite_everywhere(void **state)
{
    (void)state;
    const double m[] = {0, 1e-300, -100, 1e6}, B[] = {0, 1e-300, 1e-18, 1e4, 1e12};
    const double correlation[] = {-1, 0, 0.5, 1};
    task_t self;
    for (size_t i = 0; i < 4 * 5 * 5 * 4; i++) {
        const double variance = B[i % 5], star = B[i / 5 % 5];
        const teacher_order_t law = {m[i / 25 % 4], variance,
                                     correlation[i / 100] * sqrt(variance) * sqrt(star),
                                     m[(i + i / 25) % 4] / 3, star};
        for (int place = 0; next_case(&place, &self);) {
            double a[15];
            if (place % 4 != (int)i % 4) /* one in four, all in all */
                continue;
            const values_t v = averages(&self, law);
            pack(&v, a);
            for (int e = 0; e < 15; e++)
                if (!isfinite(a[e]))
                    fail_msg("%s: field %d at m %g B %g cross %g m* %g B* %g is %g",
                             case_name(&self), e, law.m, law.B, law.cross, law.signal_m,
                             law.signal_B, a[e]);
            const double error = teacher_error(&self.teacher, &law);
            assert_true(error >= 0 && error <= 1 + 1e-14 && v.Q >= 0 && v.H >= 0 && v.risk >= 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_its_digits_close_to_the_signal),
        cmocka_unit_test(loose_clipping_is_none),
        cmocka_unit_test(labels_are_symmetric),
        cmocka_unit_test(has_no_seams),
        cmocka_unit_test(sign_errors_follow_from_correlations),
        cmocka_unit_test(linear_labels_are_least_squares),
        cmocka_unit_test(certain_labels_are_labels),
        cmocka_unit_test(labels_have_their_values),
        cmocka_unit_test(is_finite_everywhere),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
