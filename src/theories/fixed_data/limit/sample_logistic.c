#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/sigmoid.h"
#include "src/theories/fixed_data/limit/label_law.h"
#include "src/theories/fixed_data/limit/proximal.h"

static const double reach = 9; /* standard deviations: e^-40 beyond */
enum { MOST_POINTS = 8192, MOST_SIGNALS = 512 };

/* Equal steps over a Gaussian. */
typedef struct grid {
    double first, step; /* in standard deviations */
    size_t points;
} grid_t;

static grid_t grid_of(double sigma, double step, size_t most)
{
    grid_t out = {.points = 1};
    if (!(sigma > 0))
        return out;
    const double points = ceil(2 * reach * sigma / step) + 1;
    out.points = points < (double)most ? (size_t)points : most;
    out.first = -reach;
    out.step = 2 * reach / (double)(out.points - 1);
    return out;
}

static double density(double z) { return exp(-0.5 * z * z); }

static double loss_at(double r, double y)
{
    const double below = log1p(exp(-fabs(r))) + fmax(-r, 0); /* of label 1 */
    return below + (1 - y) * r;
}

/* One value of omega and y: returns r. */
static double add_point(double omega, double y, const sample_law_t *law, const double weight[2],
                        double guess, sample_average_t *out)
{
    const double r = proximal_logistic(omega, y, law->V, guess);
    const sigmoid_t at = sigmoid(r);
    const double g = (1 - y) * at.s - y * at.c;
    out->gradient += weight[0] * g;
    out->response += weight[0] * at.h / (1 + law->V * at.h);
    out->square += weight[0] * g * g;
    out->signal += weight[1] * g;
    out->risk += weight[0] * loss_at(r, y);
    return r;
}

static void scale(sample_average_t *out, double by)
{
    out->gradient *= by;
    out->response *= by;
    out->square *= by;
    out->signal *= by;
    out->risk *= by;
}

static void average_hard(const label_law_t *label, const sample_law_t *law, sample_average_t *out)
{
    const double sigma = sqrt(law->B);
    const grid_t grid = grid_of(sigma, label->step, MOST_POINTS);
    double guess[2] = {0, 0}, sum = 0;
    for (size_t k = 0; k < grid.points; k++) {
        const double z = grid.first + (double)k * grid.step, omega = law->m + sigma * z;
        const double part = grid.points > 1 ? density(z) : 1;
        double chance[2], signal[2];
        label_law_at(label, omega, chance, signal);
        sum += part;
        for (int y = 0; y < 2; y++) {
            const double weight[2] = {part * chance[y], part * signal[y]};
            if (weight[0] > 0)
                guess[y] = add_point(omega, y, law, weight, guess[y], out);
        }
    }
    scale(out, 1 / sum);
}

/* Labels that are functions of r*: over r* first, then over omega given r*. */
static void average_soft(const setup_t *setup, const sample_law_t *law, const label_law_t *label,
                         sample_average_t *out)
{
    const double whole = setup->signal_B[law->class], spread = sqrt(whole);
    const double k = label->teacher->steepness, slope = whole > 0 ? law->cross / whole : 0;
    const double left = fmax(law->B - slope * law->cross, 0);
    /* y V moves omega, too */
    const double faster = fmax(1, fabs(slope));
    const grid_t outer =
        grid_of(spread, fmin(0.6 * spread, 0.24 * M_PI / fmax(k, faster)), MOST_SIGNALS);
    const grid_t inner = grid_of(sqrt(left), fmin(0.6 * sqrt(left), 0.24 * M_PI), MOST_SIGNALS);
    double guess = 0, sum = 0;
    for (size_t o = 0; o < outer.points; o++) {
        const double z = outer.first + (double)o * outer.step, star = spread * z;
        const double y = sigmoid(k * (label->signal_m + star)).s;
        for (size_t i = 0; i < inner.points; i++) {
            const double x = inner.first + (double)i * inner.step;
            const double part =
                (outer.points > 1 ? density(z) : 1) * (inner.points > 1 ? density(x) : 1);
            const double weight[2] = {part, part * star};
            const double omega = law->m + slope * star + sqrt(left) * x;
            guess = add_point(omega, y, law, weight, guess, out);
            sum += part;
        }
    }
    scale(out, 1 / sum);
}

/* r is wrong where omega is beyond V/2 on the wrong side. */
static double error_of(const label_law_t *label, const sample_law_t *law)
{
    const double up = sgdl_error_binary(law->m + 0.5 * law->V, law->B, 1);
    const double down = sgdl_error_binary(law->m - 0.5 * law->V, law->B, -1);
    return label->chance * up + (1 - label->chance) * down;
}

bool sample_average_logistic(const setup_t *setup, const sample_law_t *law, sample_average_t *out)
{
    label_law_t label;
    *out = (sample_average_t){.error = NAN};
    if (!label_law_init(&label, setup, law))
        return false;
    if (label.teacher && label.teacher->labels == TEACHER_LOGISTIC_SOFT)
        average_soft(setup, law, &label, out);
    else
        average_hard(&label, law, out);
    if (!label.teacher)
        out->error = error_of(&label, law);
    return isfinite(out->square);
}
