/*
 * Drezner and Wesolowsky's integral over the correlation, by 20 Gauss-Legendre points, and beyond
 * |rho| = 0.925 what Genz (Stat. Comput. 14, 2004) makes of it: the expansion at |rho| = 1 and an
 * integral of what it leaves.
 */
#include "src/loss/averages/bivariate.h"

#include <math.h>
#include <stddef.h>

#include "src/loss/averages/normal.h"

enum { POINTS = 10 };

static const double point[POINTS] = {0.9931285991850949, 0.9639719272779138, 0.9122344282513259,
                                     0.8391169718222188, 0.7463319064601508, 0.6360536807265150,
                                     0.5108670019508271, 0.3737060887154196, 0.2277858511416451,
                                     0.07652652113349733};
static const double weight[POINTS] = {0.01761400713915212, 0.04060142980038694, 0.06267204833410906,
                                      0.08327674157670475, 0.1019301198172404,  0.1181945319615184,
                                      0.1316886384491766,  0.1420961093183821,  0.1491729864726037,
                                      0.1527533871307259};

static double moderate(double h, double k, double rho)
{
    const double squares = (h * h + k * k) / 2, half = asin(rho) / 2;
    double sum = 0;
    for (size_t i = 0; i < POINTS; i++)
        for (int side = -1; side <= 1; side += 2) {
            const double s = sin(half * (side * point[i] + 1));
            sum += weight[i] * exp((s * h * k - squares) / (1 - s * s));
        }
    return sum * half / (2 * M_PI) + normal_upper(h) * normal_upper(k);
}

/* What is missing from |rho| = 1, of h and k whose correlation is above 0.925. */
static double near_one(double h, double k, double rho)
{
    const double hk = h * k, square = (1 - rho) * (1 + rho), gap = (h - k) * (h - k);
    const double c = (4 - hk) / 8, d = (12 - hk) / 16;
    double a = sqrt(square), sum = 0;
    if (gap / square + hk < 200)
        sum = a * exp(-(gap / square + hk) / 2) *
              (1 - c * (gap - square) * (1 - d * gap / 5) / 3 + c * d * square * square / 5);
    if (hk > -100) {
        const double b = sqrt(gap);
        sum -= exp(-hk / 2) * sqrt(2 * M_PI) * normal_upper(b / a) * b *
               (1 - c * gap * (1 - d * gap / 5) / 3);
    }
    a /= 2;
    for (size_t i = 0; i < POINTS; i++)
        for (int side = -1; side <= 1; side += 2) {
            const double x = pow(a * (side * point[i] + 1), 2), root = sqrt(1 - x);
            if (gap / x + hk < 200)
                sum += a * weight[i] * exp(-(gap / x + hk) / 2) *
                       (exp(-hk * x / (2 * pow(1 + root, 2))) / root - (1 + c * x * (1 + d * x)));
        }
    return -sum / (2 * M_PI);
}

/* P(x > h, y > k) */
static double upper(double h, double k, double rho)
{
    if (fabs(rho) < 0.925)
        return moderate(h, k, rho);
    const double towards = rho < 0 ? -k : k;
    const double missing = fabs(rho) < 1 ? near_one(h, towards, fabs(rho)) : 0;
    if (rho > 0)
        return missing + normal_upper(fmax(h, k));
    const double whole = towards <= h ? 0
                         : h < 0      ? normal_upper(-towards) - normal_upper(-h)
                                      : normal_upper(h) - normal_upper(towards);
    return whole - missing;
}

double bivariate_lower(double h, double k, double rho)
{
    if (h == -INFINITY || k == -INFINITY)
        return 0;
    if (isinf(h) || isinf(k))
        return normal_upper(isinf(h) ? -k : -h);
    return upper(-h, -k, fmax(-1, fmin(1, rho)));
}
