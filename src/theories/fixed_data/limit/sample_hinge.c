#include <math.h>

#include "src/base/gauss_legendre.h"
#include "src/loss/averages/normal.h"
#include "src/theories/fixed_data/limit/label_law.h"

enum { ORDER = 12, MOST_PANELS = 400 };
static const double reach = 9;

/* E 1, E u and E u^2 over what is inside the hinge, u = margin - y omega > 0, and E u (r* - m*). */
typedef struct inside {
    double share, first, second, signal;
} inside_t;

static inside_t inside_normal(double mean, double variance)
{
    const double sigma = sqrt(variance), z = mean / sigma;
    if (!(sigma > 0))
        return (inside_t){mean > 0, fmax(mean, 0), mean > 0 ? mean * mean : 0, 0};
    const double share = normal_upper(-z), density = normal_density(z);
    return (inside_t){share, fmax(sigma * (z * share + density), 0),
                      fmax(variance * ((1 + z * z) * share + z * density), 0), 0};
}

/* With a teacher, whose label hangs on omega. `sign` is that of the label. */
static inside_t inside_taught(const label_law_t *label, const sample_law_t *law, int sign,
                              double margin)
{
    const double sigma = sqrt(law->B), mean = margin - sign * law->m, top = mean + reach * sigma;
    const double bottom = fmax(mean - reach * sigma, 0);
    inside_t out = {0};
    gauss_legendre_t rule;
    if (!(top > bottom) || !(sigma > 0))
        return out;
    const double panels = ceil((top - bottom) / (3 * label->step));
    const size_t count = panels < MOST_PANELS ? (size_t)panels : MOST_PANELS;
    const double width = (top - bottom) / (double)count;
    gauss_legendre_init(&rule, ORDER);
    for (size_t k = 0; k < count * ORDER; k++) {
        const size_t at = k % ORDER;
        const double u = bottom + width * ((double)(k / ORDER) + rule.point[at]);
        double chance[2], signal[2];
        label_law_at(label, sign * (margin - u), chance, signal);
        const double part = rule.weight[at] * width * normal_density((u - mean) / sigma) / sigma;
        const int y = sign > 0;
        out.share += part * chance[y];
        out.first += part * chance[y] * u;
        out.second += part * chance[y] * u * u;
        out.signal += part * signal[y] * u;
    }
    return out;
}

static bool average(const setup_t *setup, const sample_law_t *law, double margin,
                    sample_average_t *out)
{
    label_law_t label;
    *out = (sample_average_t){.error = NAN};
    if (!label_law_init(&label, setup, law))
        return false;
    const double chance[2] = {1 - label.chance, label.chance};
    const double shrink = 1 / (1 + law->V);
    for (int y = 0; y < 2; y++) {
        const int sign = y ? 1 : -1;
        const double part = label.teacher ? 1 : chance[y];
        const inside_t in = label.teacher ? inside_taught(&label, law, sign, margin)
                                          : inside_normal(margin - sign * law->m, law->B);
        out->gradient -= part * sign * in.first * shrink;
        out->response += part * in.share * shrink;
        out->square += part * in.second * shrink * shrink;
        out->signal -= part * sign * in.signal * shrink;
    }
    out->risk = 0.5 * out->square;
    return isfinite(out->square);
}

bool sample_average_hinge(const setup_t *setup, const sample_law_t *law, sample_average_t *out)
{
    return average(setup, law, 1, out);
}

bool sample_average_sign(const setup_t *setup, const sample_law_t *law, sample_average_t *out)
{
    return average(setup, law, 0, out);
}
