/* What every row of one output in the table of losses has to keep, found from its gradient alone;
 * softmax, which has more and stands last, has tests of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include <gsl/gsl_integration.h>

#include "sgdlimit/loss.h"

enum { WORKSPACE = 2000 };

/* Two labels that the loss takes. */
static const double *labels_of(const sgdl_loss_t *loss)
{
    static const double any[] = {-1, 1};
    assert_true(!loss->labels || loss->label_count >= 2);
    return loss->labels ? loss->labels : any;
}

static const double means[] = {-6, -1.3, 0, 0.4, 1, 2.7};
static const double variances[] = {0.01, 0.3, 1, 7};

static void assert_near(double found, double expected, double tolerance, const char *loss,
                        const char *name)
{
    if (!(fabs(found - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%s: %s is %.17g, expected %.17g", loss, name, found, expected);
}

/* One output's averages. */
typedef struct averages {
    double risk, G, H, Q, G_B, H_m, H_B, Q_m, Q_B;
} averages_t;

static averages_t averages_at(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t label,
                              double m, double B)
{
    averages_t self;
    sgdl_averages_t out = {.G = &self.G,
                           .H = &self.H,
                           .Q = &self.Q,
                           .G_B = &self.G_B,
                           .H_m = &self.H_m,
                           .H_B = &self.H_B,
                           .Q_m = &self.Q_m,
                           .Q_B = &self.Q_B};
    loss->average(targets, label, 1, &m, &B, &out);
    self.risk = out.risk;
    return self;
}

/* The gradient, or its square, times the density of N(m, B). */
typedef struct integrand {
    const sgdl_loss_t *loss;
    double y, m, B;
    int power;
} integrand_t;

static double integrand(double r, void *context)
{
    const integrand_t *self = context;
    double g;
    self->loss->gradient(1, &r, &self->y, &g);
    const double x = (r - self->m) * (r - self->m) / self->B;
    return (self->power == 2 ? g * g : g) * exp(-x / 2) / sqrt(2 * M_PI * self->B);
}

static double integral(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t own, double m,
                       double B, int power)
{
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    double sum = 0;
    assert_non_null(workspace);
    for (size_t l = 0; l < targets->labels; l++) {
        integrand_t context = {loss, targets->target[l], m, B, power};
        const gsl_function f = {.function = integrand, .params = &context};
        double value, error;
        (void)gsl_integration_qag(&f, m - 14 * sqrt(B), m + 14 * sqrt(B), 1e-13, 1e-12, WORKSPACE,
                                  GSL_INTEG_GAUSS31, workspace, &value, &error);
        sum += sgdl_targets_probability(targets, own, l) * value;
    }
    gsl_integration_workspace_free(workspace);
    return sum;
}

static void check_averages(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t label,
                           double m, double B)
{
    const averages_t a = averages_at(loss, targets, label, m, B);
    assert_near(a.G, integral(loss, targets, label, m, B, 1), 1e-9, loss->name, "G");
    assert_near(a.Q, integral(loss, targets, label, m, B, 2), 1e-9, loss->name, "Q");
    assert_near(loss->risk(targets, label, 1, &m, &B, NULL), a.risk, 1e-14, loss->name, "risk");
    assert_true(a.H >= 0 && a.H <= loss->hessian_max * (1 + 1e-12));
    /* Bonnet and Price: dE[f]/dm = E[f'], dE[f]/dB = E[f'']/2, and so on. */
    const double h = 1e-4 * sqrt(B), k = 1e-4 * B;
    const averages_t right = averages_at(loss, targets, label, m + h, B);
    const averages_t left = averages_at(loss, targets, label, m - h, B);
    const averages_t more = averages_at(loss, targets, label, m, B + k);
    const averages_t less = averages_at(loss, targets, label, m, B - k);
    const struct {
        const char *name;
        double found, expected, size;
    } rows[] = {
        {"G", a.G, (right.risk - left.risk) / (2 * h), 1},
        {"H by m", a.H, (right.G - left.G) / (2 * h), 1},
        {"H by B", a.H / 2, (more.risk - less.risk) / (2 * k), 1},
        {"G_B", a.G_B, (more.G - less.G) / (2 * k), 1},
        {"H_m", a.H_m, (right.H - left.H) / (2 * h), 1 / sqrt(B)},
        {"H_B", a.H_B, (more.H - less.H) / (2 * k), 1 / B},
        {"Q_m", a.Q_m, (right.Q - left.Q) / (2 * h), 1},
        {"Q_B", a.Q_B, (more.Q - less.Q) / (2 * k), 1},
    };
    for (size_t e = 0; e < sizeof rows / sizeof *rows; e++)
        assert_near(rows[e].found / rows[e].size, rows[e].expected / rows[e].size, 2e-6, loss->name,
                    rows[e].name);
}

/* A teacher's labels lie between those of classes. */
static void soft_labels_have_values(void **state)
{
    (void)state;
    for (const sgdl_loss_t *const *loss = sgdl_losses; *loss && !(*loss)->only_one_hot; loss++)
        for (double r = -3; r < 4; r += 1.5) {
            const double y = 0.3, h = 1e-4, right = r + h, left = r - h;
            double g;
            (*loss)->gradient(1, &r, &y, &g);
            assert_near(((*loss)->value(1, &right, &y) - (*loss)->value(1, &left, &y)) / (2 * h), g,
                        1e-7, (*loss)->name, "slope of the value");
        }
}

static void averages_are_those_of_the_gradient(void **state)
{
    (void)state;
    for (const sgdl_loss_t *const *loss = sgdl_losses; *loss && !(*loss)->only_one_hot; loss++)
        for (size_t noisy = 0; noisy < 2; noisy++) {
            const sgdl_targets_t targets = {
                .outputs = 1, .labels = 2, .target = labels_of(*loss), .noise = noisy ? 0.2 : 0};
            for (size_t label = 0; label < 2; label++)
                for (size_t e = 0; e < sizeof means / sizeof *means; e++)
                    for (size_t v = 0; v < sizeof variances / sizeof *variances; v++)
                        check_averages(*loss, &targets, label, means[e], variances[v]);
        }
}

/* What the row says of the loss's shape. */
static void rows_say_what_is_so(void **state)
{
    (void)state;
    for (const sgdl_loss_t *const *row = sgdl_losses; *row && !(*row)->only_one_hot; row++) {
        const sgdl_loss_t *loss = *row;
        for (size_t l = 0; l < 2; l++) {
            const double y = labels_of(loss)[l], none = 0, start = 20;
            const sgdl_targets_t targets = {.outputs = 1, .labels = 1, .target = &y};
            const int sign = loss->decision(y);
            const double good = sign, bad = -sign, far = start * sign, further = (start + 1) * sign;
            double g[3], r[3] = {-2, 0.5, 3}; /* evenly spaced, on both sides of a margin */
            assert_true(loss->risk(&targets, 0, 1, &good, &none, NULL) <
                        loss->risk(&targets, 0, 1, &bad, &none, NULL));
            const double ratio = loss->risk(&targets, 0, 1, &further, &none, NULL) /
                                 loss->risk(&targets, 0, 1, &far, &none, NULL);
            assert_true(loss->exponential == (fabs(ratio - exp(-1)) < 1e-6));
            for (size_t e = 0; e < 3; e++) {
                const double h = 1e-4, right = r[e] + h, left = r[e] - h;
                loss->gradient(1, &r[e], &y, &g[e]);
                assert_near(loss->value(1, &r[e], &y),
                            loss->risk(&targets, 0, 1, &r[e], &none, NULL), 1e-14, loss->name,
                            "value");
                assert_near((loss->value(1, &right, &y) - loss->value(1, &left, &y)) / (2 * h),
                            g[e], 1e-7, loss->name, "slope of the value");
            }
            bool difference = true;
            for (size_t e = 0; e < 3; e++)
                difference = difference && fabs(g[e] - (r[e] - y)) < 1e-14;
            assert_true(loss->quadratic == difference);
        }
    }
}

/* Whoever copies averages from a class to its mirror image trusts this. */
static void mirrored_losses_have_mirrored_averages(void **state)
{
    (void)state;
    size_t mirrored = 0;
    for (const sgdl_loss_t *const *loss = sgdl_losses; *loss; loss++) {
        if (!(*loss)->mirrored)
            continue;
        const double *y = labels_of(*loss);
        const sgdl_targets_t targets = {.labels = 2, .outputs = 1, .target = y, .noise = 0.1};
        mirrored++;
        for (size_t i = 0; i < sizeof means / sizeof *means; i++)
            for (size_t j = 0; j < sizeof variances / sizeof *variances; j++) {
                const double m = means[i], r = -m, B = variances[j];
                const averages_t a = averages_at(*loss, &targets, 0, m, B);
                const averages_t b = averages_at(*loss, &targets, 1, -m, B);
                const double pairs[][2] = {{b.risk, a.risk}, {b.G, -a.G},     {b.H, a.H},
                                           {b.Q, a.Q},       {b.G_B, -a.G_B}, {b.H_m, -a.H_m},
                                           {b.H_B, a.H_B},   {b.Q_m, -a.Q_m}, {b.Q_B, a.Q_B}};
                double g, other;
                for (size_t e = 0; e < sizeof pairs / sizeof *pairs; e++)
                    assert_near(pairs[e][0], pairs[e][1], 1e-14, (*loss)->name, "mirror image");
                (*loss)->gradient(1, &m, &y[0], &g);
                (*loss)->gradient(1, &r, &y[1], &other);
                assert_near(other, -g, 1e-15, (*loss)->name, "mirrored gradient");
            }
    }
    assert_true(mirrored > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_are_those_of_the_gradient),
        cmocka_unit_test(rows_say_what_is_so),
        cmocka_unit_test(soft_labels_have_values),
        cmocka_unit_test(mirrored_losses_have_mirrored_averages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
