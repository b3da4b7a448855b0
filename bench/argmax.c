/* The argmax error beside plain sampling to the same accuracy; a row a kind of covariance. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"

enum { MOST = 100 };

typedef struct law {
    const char *name;
    size_t outputs, factors;
    double strength; /* of the factors beside variances of 1/(a + 1) or, of the last, of 0 */
    double lead;     /* of output 0 */
    size_t calls, samples;
} law_t;

/* Variances 1/(a + 1) (Zipf) and factors in common. */
static const law_t laws[] = {{"independent", 10, 0, 0, 0.5, 1010, 300000},
                             {"independent-rare", 10, 0, 0, 6, 1010, 300000},
                             {"nearly-independent", 10, 9, 0.03, 0.5, 1010, 300000},
                             {"one-factor", 10, 1, 0.7, 0.5, 20, 300000},
                             {"general", 10, 30, 0.3, 0.5, 1010, 100000},
                             {"independent", 100, 0, 0, 0.5, 101, 30000},
                             {"nearly-independent", 100, 10, 0.03, 0.5, 20, 30000}};

typedef struct case_of {
    double m[MOST], D[MOST], W[MOST][MOST];
    double B[MOST * (MOST + 1) / 2];
} case_t;

static double now(void)
{
    struct timespec t;
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double uniform(unsigned long long *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return ((double)(*state >> 11) + 0.5) * 0x1p-53;
}

static double normal(unsigned long long *state)
{
    const double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * 3.14159265358979323846 * uniform(state));
}

static void build(const law_t *law, case_t *out)
{
    unsigned long long state = 1;
    const size_t L = law->outputs;
    for (size_t a = 0; a < L; a++) {
        out->D[a] = 1 / (1 + (double)a);
        out->m[a] = a == 0 ? law->lead : 0;
        for (size_t k = 0; k < law->factors; k++)
            out->W[a][k] = law->strength * sqrt(out->D[a]) * normal(&state);
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            double sum = a == b ? out->D[a] : 0;
            for (size_t k = 0; k < law->factors; k++)
                sum += out->W[a][k] * out->W[b][k];
            out->B[packed_index(L, a, b)] = sum;
        }
}

/* Seconds a sample; *wrong the share of those that output 0 loses. */
static double sample(const law_t *law, const case_t *self, double *wrong)
{
    unsigned long long state = 2;
    const double start = now();
    size_t lost = 0;
    for (size_t s = 0; s < law->samples; s++) {
        double x[MOST], best = -INFINITY, first = 0;
        for (size_t k = 0; k < law->factors; k++)
            x[k] = normal(&state);
        for (size_t a = 0; a < law->outputs; a++) {
            double r = self->m[a] + sqrt(self->D[a]) * normal(&state);
            for (size_t k = 0; k < law->factors; k++)
                r += self->W[a][k] * x[k];
            first = a == 0 ? r : first;
            best = fmax(best, r);
        }
        lost += first < best;
    }
    *wrong = (double)lost / (double)law->samples;
    return (now() - start) / (double)law->samples;
}

int main(void)
{
    case_t *self = malloc(sizeof *self);
    if (!self)
        return 1;
    printf("law\toutputs\terror\testimate\tseconds\tsampled\tsampling_seconds\tratio\n");
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const law_t *law = &laws[i];
        double estimate, error = 0, wrong;
        build(law, self);
        const double start = now();
        for (size_t c = 0; c < law->calls; c++)
            error = sgdl_error_argmax(law->outputs, self->m, self->B, 0, &estimate);
        const double seconds = (now() - start) / (double)law->calls;
        const double each = sample(law, self, &wrong), accuracy = fmax(estimate, 1e-6 * error);
        const double rival = each * error * (1 - error) / (accuracy * accuracy);
        printf("%s\t%zu\t%.9g\t%.1e\t%.3g\t%.4g\t%.3g\t%.3g\n", law->name, law->outputs, error,
               estimate, seconds, wrong, rival, rival / seconds);
    }
    free(self);
    return 0;
}
