/* P(T > t) = I_x(freedom/2, 1/2)/2 at x = freedom/(freedom + t^2), the regularised incomplete beta
 * function by its continued fraction (DLMF 8.17.22), in logarithms. */
#include "src/base/student.h"

#include <math.h>

/* Gamma(a + 1/2)/Gamma(a): asymptotic in 1/a (DLMF 5.11.13) after going up by the recursion. */
static double gamma_ratio(double a)
{
    double factor = 1;
    for (; a < 40; a++)
        factor *= a / (a + 0.5);
    const double z = 1 / a;
    const double series =
        1 +
        z * (-1. / 8 + z * (1. / 128 + z * (5. / 1024 + z * (-21. / 32768 + z * -399. / 262144))));
    return factor * sqrt(a) * series;
}

/* log of the fraction in I_x(a, b) = x^a (1-x)^b/(a B(a, b)) * fraction, for x below (a+1)/(a+b+2).
 */
static double log_fraction(double a, double b, double x)
{
    enum { MOST = 10000 };
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m < MOST; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        value *= c * d;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        value *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return log(value);
}

/* log P(T > t) at log t. */
static double log_tail(double log_t, double freedom)
{
    const double a = freedom / 2, b = 0.5;
    const double t2 = exp(2 * log_t); /* may be infinite */
    const double log_x = isfinite(t2) ? -log1p(t2 / freedom) : log(freedom) - 2 * log_t;
    const double log_rest = -log1p(freedom / t2); /* of 1 - x */
    const double log_front = a * log_x + b * log_rest + log(gamma_ratio(a) / sqrt(acos(-1)));
    const double x = exp(log_x);
    if (x < (a + 1) / (a + b + 2))
        return log_front - log(2 * a) + log_fraction(a, b, x);
    return log(0.5 - 0.5 * exp(log_front - log(b) + log_fraction(b, a, exp(log_rest))));
}

double student_quantile(double tail, double freedom)
{
    double low = -4,
           high = 710; /* of log t: 1/4 is beyond the first, doubles end before the other */
    for (int i = 0; i < 100; i++) {
        const double middle = low + 0.5 * (high - low);
        if (middle <= low || middle >= high)
            break;
        *(log_tail(middle, freedom) > log(tail) ? &low : &high) = middle;
    }
    return exp(low + 0.5 * (high - low));
}
