#include "src/theories/streaming/walkers/passes.h"

#include "src/base/clones.h"

CLONES void pass_update(size_t count, double decay, double rate, const double *restrict a,
                        double *restrict x)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        x[n] = decay * x[n] + rate * a[n];
}

CLONES void pass_draw(size_t count, const double *restrict mean, const double *restrict deviation,
                      const double *restrict z, double *restrict a)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        a[n] = mean[n] + deviation[n] * z[n];
}

static inline __attribute__((always_inline)) void
dot(size_t count, const double *restrict x, const double *restrict a, double *restrict sum)
{
#pragma omp simd
    for (size_t l = 0; l < count; l++)
        sum[l] += x[l] * a[l];
}

CLONES void pass_dot(size_t count, const double *x, const double *a, double *sum)
{
    size_t n = 0;
    for (; n + PASS_LANES <= count; n += PASS_LANES)
        dot(PASS_LANES, x + n, a + n, sum);
    dot(count - n, x + n, a + n, sum);
}

/* Many parameters: a kernel over plain arrays. */
CLONES void pass_step_single(size_t count, double decay, double rate, const float *restrict mean,
                             const float *restrict deviation, const float *restrict z,
                             double *restrict x, float *restrict a, double *restrict sum)
{
    for (size_t n = 0; n < count; n += PASS_LANES) {
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++) {
            double moved = decay * x[n + l] + rate * (double)a[n + l];
            float drawn = mean[n + l] + deviation[n + l] * z[n + l];
            x[n + l] = moved;
            a[n + l] = drawn;
            sum[l] += moved * (double)drawn;
        }
    }
}

/* Many parameters: the same. */
CLONES void pass_move_single(size_t count, double decay, size_t outputs, const double *factor,
                             const float *restrict a, const float *restrict next, size_t stride,
                             double *restrict x, double *restrict sum)
{
    for (size_t n = 0; n < count; n += PASS_LANES) {
        double owed[PASS_LANES], drawn[PASS_LANES];
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++) {
            owed[l] = (double)a[n + l];
            drawn[l] = (double)next[n + l];
        }
        for (size_t e = 0; e < outputs; e++) {
            double *column = x + e * stride + n, *own = sum + e * PASS_LANES;
#pragma omp simd
            for (size_t l = 0; l < PASS_LANES; l++) {
                double moved = decay * column[l] + factor[e] * owed[l];
                column[l] = moved;
                own[l] += moved * drawn[l];
            }
        }
    }
}

/* Many parameters: the same. */
CLONES void pass_update_single(size_t count, double decay, size_t samples, const double *factor,
                               const float *restrict a, size_t stride, double *restrict x)
{
    for (size_t n = 0; n < count; n += PASS_LANES) {
        double moved[PASS_LANES];
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++)
            moved[l] = decay * x[n + l];
        for (size_t j = 0; j < samples; j++) {
            const float *row = a + j * stride + n;
#pragma omp simd
            for (size_t l = 0; l < PASS_LANES; l++)
                moved[l] += factor[j] * (double)row[l];
        }
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++)
            x[n + l] = moved[l];
    }
}

CLONES void pass_draw_single(size_t count, const float *restrict mean,
                             const float *restrict deviation, const float *restrict z,
                             float *restrict a)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        a[n] = mean[n] + deviation[n] * z[n];
}

CLONES void pass_dot_single(size_t count, const double *restrict x, const float *restrict a,
                            double *restrict sum)
{
    for (size_t n = 0; n < count; n += PASS_LANES) {
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++)
            sum[l] += x[n + l] * (double)a[n + l];
    }
}

CLONES void pass_scale_single(size_t count, const float *restrict deviation,
                              const float *restrict z, float *restrict a)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        a[n] = deviation[n] * z[n];
}

/* x and y may be the same. */
CLONES void pass_form_single(size_t count, double scale, const float *restrict deviation,
                             const double *x, const double *y, double *restrict sum)
{
    for (size_t n = 0; n < count; n += PASS_LANES) {
#pragma omp simd
        for (size_t l = 0; l < PASS_LANES; l++) {
            double s = scale * (double)deviation[n + l];
            sum[l] += s * x[n + l] * (s * y[n + l]);
        }
    }
}

CLONES void pass_spread_single(size_t count, double keep, double spread,
                               const float *restrict deviation, const double *restrict x,
                               double *restrict moved)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++) {
        double s = (double)deviation[n];
        moved[n] += (keep + spread * (s * s)) * x[n];
    }
}

double pass_total(const double *sum)
{
    double part[PASS_LANES];
    for (size_t l = 0; l < PASS_LANES; l++)
        part[l] = sum[l];
    for (size_t half = PASS_LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            part[l] += part[l + half];
    return part[0];
}
