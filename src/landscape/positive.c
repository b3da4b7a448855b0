/* Is there noise everywhere? */
#include <math.h>

#include "src/landscape/landscape.h"

enum { SCAN_LINE = 4000, SCAN_PLANE = 200 };

/* The least of Sigma between a and b, where it is less than at both: golden sections. */
static double least_between(const landscape_t *self, double a, double b)
{
    const double golden = 0.38196601125010515;
    double c = a + golden * (b - a), d = b - golden * (b - a);
    for (int i = 0; i < 60; i++) {
        if (landscape_sigma_slope(self, c, 0) < landscape_sigma_slope(self, d, 0)) {
            b = d;
            d = c;
            c = a + golden * (b - a);
        } else {
            a = c;
            c = d;
            d = b - golden * (b - a);
        }
    }
    return 0.5 * (a + b);
}

static bool line_is_noisy(const landscape_t *self, const double *box, double *at)
{
    double before = INFINITY, here = landscape_sigma_slope(self, box[0], 0);
    const double step = (box[1] - box[0]) / SCAN_LINE;
    for (int i = 0; i <= SCAN_LINE; i++) {
        const double x = box[0] + i * step, after = landscape_sigma_slope(self, x + step, 0);
        *at = x;
        if (!(here > 0))
            return false;
        if (i > 0 && i < SCAN_LINE && here < before && here <= after) {
            *at = least_between(self, x - step, x + step);
            if (!(landscape_sigma_slope(self, *at, 0) > 0))
                return false;
        }
        before = here;
        here = after;
    }
    return true;
}

static bool plane_is_noisy(const landscape_t *self, const double (*box)[2], double *at)
{
    for (int i = 0; i <= SCAN_PLANE; i++)
        for (int j = 0; j <= SCAN_PLANE; j++) {
            at[0] = box[0][0] + (box[0][1] - box[0][0]) * i / SCAN_PLANE;
            at[1] = box[1][0] + (box[1][1] - box[1][0]) * j / SCAN_PLANE;
            for (size_t k = 0; k < self->coordinates; k++)
                if (!(landscape_sigma(self, k, at) > 0))
                    return false;
        }
    return true;
}

bool landscape_is_noisy(const landscape_t *self, const double (*box)[2], double *at)
{
    return self->coordinates == 1 ? line_is_noisy(self, box[0], at) : plane_is_noisy(self, box, at);
}
