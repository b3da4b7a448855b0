#include "src/loss/teachers/law.h"

#include <float.h>
#include <math.h>

#include "src/loss/averages/normal.h"

/* Of sums over nodes that nearly cancel, relative to their parts: at the start X = 0, r vanishes.
 */
static const double rounding = 32 * DBL_EPSILON;

/* Variances of r* below are none: nothing is infinite. */
static const double least = 1e-100;

/* a + b; 0 where that is rounding. */
static double sum(double a, double b)
{
    const double whole = a + b;
    return fabs(whole) > rounding * (fabs(a) + fabs(b)) ? whole : 0;
}

static double slope(double covariance, double sigma)
{
    return sigma > 0 ? covariance / sigma / sigma : 0;
}

void teacher_law_init(teacher_law_t *self, const teacher_t *teacher, const teacher_order_t *order)
{
    const bool logistic =
        teacher->labels == TEACHER_LOGISTIC || teacher->labels == TEACHER_LOGISTIC_SOFT;
    const double k = logistic ? teacher->steepness : 1;
    const double share = teacher->shift / k; /* r = q + share z; 0 or 1 */
    const double B = fmax(order->B, 0), star = k * k * order->signal_B;
    const double z_B = star >= least ? star : 0, most = sqrt(B) * sqrt(z_B);
    const double cov = fmax(-most, fmin(k * order->cross, most));
    const double correlation = most > 0 ? cov / most : 0;
    /* the determinant, of (r, z) too, over those of q and z; 0 where it is rounding */
    const double rest =
        1 - fabs(correlation) > rounding ? (1 - correlation) * (1 + correlation) : 0;
    const double given_z = B * rest;
    const double r_on_z = sum(z_B > 0 ? cov / z_B : 0, share),
                 r_B = given_z + r_on_z * r_on_z * z_B;
    *self = (teacher_law_t){.q_m = order->m,
                            .q_B = B,
                            .q_cov = cov,
                            .z_m = k * order->signal_m,
                            .z_sigma = sqrt(z_B),
                            .r_m = sum(order->m, share * k * order->signal_m),
                            .r_sigma = sqrt(r_B),
                            .r_on_z = z_B > 0 ? r_on_z : 0,
                            .r_given_z = sqrt(given_z),
                            .z_on_r = slope(r_on_z * z_B, sqrt(r_B)),
                            .z_given_r = r_B > 0 ? sqrt(z_B * (given_z / r_B)) : sqrt(z_B),
                            .k = k,
                            .shift = teacher->shift};
}

teacher_law_t teacher_law_mirrored(const teacher_law_t *self)
{
    teacher_law_t law = *self;
    law.q_m = -law.q_m;
    law.z_m = -law.z_m;
    law.r_m = -law.r_m;
    return law;
}

double teacher_law_density(const teacher_law_t *self)
{
    return self->z_sigma > 0 ? normal_density(self->z_m / self->z_sigma) / self->z_sigma : 0;
}

double teacher_law_above(const teacher_law_t *self)
{
    if (self->z_sigma > 0)
        return normal_upper(-self->z_m / self->z_sigma);
    return self->z_m > 0 ? 1 : self->z_m < 0 ? 0 : 0.5;
}

double teacher_law_below(const teacher_law_t *self)
{
    const teacher_law_t mirrored = teacher_law_mirrored(self);
    return teacher_law_above(&mirrored);
}

/* One feature: where a + b x = 0, of the width `width` of its argument. Nothing if b is 0. */
static double cross_at(pieces_t *pieces, double a, double b, double width, bool step)
{
    if (!(fabs(b) > 0))
        return 0;
    const double centre = -a / b;
    pieces_add(pieces, centre, width / fabs(b), step);
    return isfinite(centre) ? centre : 0;
}

void teacher_pieces_on_r(const teacher_law_t *self, bool sign, pieces_t *pieces)
{
    const double bend = self->r_sigma > 0 ? -self->r_m / self->r_sigma : 0;
    const double slope = self->z_on_r * self->r_sigma;
    const double cross = fabs(slope) > 0 ? -self->z_m / slope : 0;
    /* Most mass lies between the mean and there where labels are almost sure; of e^-2r, of a label
     * against all odds. */
    const double tilt = 2 * self->r_sigma,
                 odd = sign ? fabs(self->z_m) / hypot(slope, self->z_given_r) : 2 * fabs(slope);
    const double far = fmax(fmin(tilt, fabs(bend)), fmin(odd, fabs(cross)));
    pieces_init(pieces, bend < 0 || cross < 0 ? far : 0, bend > 0 || cross > 0 ? far : 0);
    (void)cross_at(pieces, self->r_m, self->r_sigma, M_PI, false);
    (void)cross_at(pieces, self->z_m, slope, sign ? self->z_given_r : hypot(M_PI, self->z_given_r),
                   sign);
}

void teacher_pieces_on_z(const teacher_law_t *self, pieces_t *pieces)
{
    const double slope = self->r_on_z * self->z_sigma;
    const double bend = self->z_sigma > 0 ? -self->z_m / self->z_sigma : 0;
    const double cross = fabs(slope) > 0 ? -self->r_m / slope : 0;
    const double tilt = 2 * fmax(self->z_sigma, fabs(slope));
    pieces_init(pieces, fmin(tilt, fmax(fmax(-bend, -cross), 0)),
                fmin(tilt, fmax(fmax(bend, cross), 0)));
    (void)cross_at(pieces, self->z_m, self->z_sigma, M_PI, false);
    (void)cross_at(pieces, self->r_m, slope, hypot(M_PI, self->r_given_z), false);
}
