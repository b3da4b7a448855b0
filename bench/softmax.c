/* What Gaussian averages of softmax cost: ours beside what one writes instead, to equal error, in
 * one run. Errors are the largest of risk, E q and E q q^T against a finer rule.
 *
 * Rivals: tensor Gauss-Hermite rules in the L - 1 directions that matter, of the fewest points that
 * reach our error; plain Monte Carlo, a million samples, whose seconds are scaled up to our error
 * by the square of what it is off. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/random/stream.h"

enum { MOST = 100, SAMPLES = 1000000, POINTS_MOST = 200 };

/* Of one core, whatever else the machine does. */
static double now(void) { return (double)clock() / CLOCKS_PER_SEC; }

static double *numbers(size_t count)
{
    double *self = calloc(count + 1, sizeof *self);
    if (!self) {
        (void)fprintf(stderr, "softmax: out of memory\n");
        exit(1);
    }
    return self;
}

typedef struct law {
    size_t L;
    double *m, *B, *A; /* [L], packed, the Cholesky factor of the differences to the last output */
} law_t;

/* Risk of label 0, E q, E q_a q_b behind one another. */
static size_t length_of(size_t L) { return 1 + L + packed_length(L); }

static void factorise(law_t *law)
{
    const size_t L = law->L, n = L - 1;
    for (size_t k = 0; k < n; k++)
        for (size_t i = k; i < n; i++) {
            double sum = law->B[packed_pair(L, i, k)] - law->B[packed_pair(L, i, n)] -
                         law->B[packed_pair(L, k, n)] + law->B[packed_index(L, n, n)];
            for (size_t j = 0; j < k; j++)
                sum -= law->A[i * L + j] * law->A[k * L + j];
            law->A[i * L + k] = i == k ? sqrt(fmax(sum, 1e-300)) : sum / law->A[k * L + k];
        }
}

/* A diagonal from `scale` down to half of it, and `factors` factors with that share of it. */
static law_t law_of(size_t L, double scale, double share, size_t factors)
{
    law_t law = {L, numbers(L), numbers(packed_length(L)), numbers(L * L)};
    double *W = numbers(factors * L);
    normals_t normals;
    normals_init(&normals, 1, L, STREAM_TRIALS);
    for (size_t a = 0; a < L; a++)
        law.m[a] = a == 0 ? 1 : 0.5 * normals_next(&normals);
    for (size_t e = 0; e < factors * L; e++)
        W[e] = sqrt(share * scale) * normals_next(&normals);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            double *entry = &law.B[packed_index(L, a, b)];
            *entry = a == b ? scale / (1 + (double)a / (double)L) : 0;
            for (size_t k = 0; k < factors; k++)
                *entry += W[k * L + a] * W[k * L + b];
        }
    free(W);
    factorise(&law);
    return law;
}

static void law_free(law_t *law)
{
    free(law->m);
    free(law->B);
    free(law->A);
}

/* ---- rules ------------------------------------------------------------------------------------
 */

static void take(size_t L, const sgdl_averages_t *from, double *out)
{
    out[0] = from->risk;
    for (size_t a = 0; a < L; a++)
        out[1 + a] = from->G[a] + (a == 0);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            const size_t p = packed_index(L, a, b);
            out[1 + L + p] = (a == b ? out[1 + a] : 0) - from->H[p];
        }
}

/* The row's average, in seconds; the best of several. */
static double ours(const law_t *law, double *out)
{
    const size_t L = law->L, P = packed_length(L);
    double *target = numbers(L * L), *values = numbers(L + 2 * P);
    double *room = numbers(sgdl_loss_softmax.room(L)), best = INFINITY;
    for (size_t a = 0; a < L; a++)
        target[a * L + a] = 1;
    const sgdl_targets_t targets = {.outputs = L, .labels = L, .target = target};
    sgdl_averages_t found = {.G = values, .H = values + L, .Q = values + L + P, .room = room};
    const int calls = L < 5 ? 100 : 1; /* that the clock sees */
    for (int again = 0; again < 20; again++) {
        const double begin = now();
        for (int i = 0; i < calls; i++)
            sgdl_loss_softmax.average(&targets, 0, P, law->m, law->B, &found);
        best = fmin(best, (now() - begin) / calls);
    }
    take(L, &found, out);
    free(target);
    free(values);
    free(room);
    return best;
}

/* The exponential representation with more factors and a finer grid. */
static void finer(const law_t *law, double *out)
{
    const size_t L = law->L, P = packed_length(L), most = L <= 12 ? L - 1 : 30;
    const exponential_choice_t choice = {
        .level = L <= 12 ? 3 : 2, .most = most, .rest = L > 12, .spread = 2};
    double *values = numbers(L + 2 * P), *room = numbers(exponential_room(L, most));
    sgdl_averages_t found = {.G = values, .H = values + L, .Q = values + L + P, .room = room};
    exponential_average(&choice, L, 0, law->m, law->B, &found);
    take(L, &found, out);
    free(values);
    free(room);
}

static void add(const law_t *law, const double *x, double weight, double *sum)
{
    const size_t L = law->L;
    double q[MOST], top = law->m[L - 1], total = 0;
    q[0] = law->m[0];
    for (size_t a = 0; a < L; a++) {
        q[a] = law->m[a];
        for (size_t k = 0; k <= a && a + 1 < L; k++)
            q[a] += law->A[a * L + k] * x[k];
        top = fmax(top, q[a]);
    }
    const double own = q[0];
    for (size_t a = 0; a < L; a++)
        total += q[a] = exp(q[a] - top);
    sum[0] += weight * (top + log(total) - own);
    for (size_t a = 0; a < L; a++)
        sum[1 + a] += weight * (q[a] /= total);
    for (size_t a = 0, p = 1 + L; a < L; a++)
        for (size_t b = a; b < L; b++, p++)
            sum[p] += weight * q[a] * q[b];
}

static double monte_carlo(const law_t *law, double *out)
{
    normals_t normals;
    double x[MOST];
    const double begin = now();
    memset(out, 0, length_of(law->L) * sizeof *out);
    normals_init(&normals, 1, 0, STREAM_TRIALS);
    for (int i = 0; i < SAMPLES; i++) {
        for (size_t k = 0; k + 1 < law->L; k++)
            x[k] = normals_next(&normals);
        add(law, x, 1.0 / SAMPLES, out);
    }
    return now() - begin;
}

/* Three outputs, n x n points. */
static double gauss_hermite(const law_t *law, size_t n, double *out)
{
    gsl_integration_fixed_workspace *rule =
        gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, n, 0, 0.5, 0, 0);
    const double *x = gsl_integration_fixed_nodes(rule), *w = gsl_integration_fixed_weights(rule);
    const double begin = now();
    memset(out, 0, length_of(law->L) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            add(law, (const double[]){x[i], x[j]}, w[i] * w[j] / (2 * M_PI), out);
    const double seconds = now() - begin;
    gsl_integration_fixed_free(rule);
    return seconds;
}

static double apart(size_t L, const double *a, const double *b)
{
    double most = 0;
    for (size_t e = 0; e < length_of(L); e++)
        most = fmax(most, fabs(a[e] - b[e]));
    return most;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static void print(const char *name, const char *method, double seconds, double error, double ratio)
{
    (void)printf("%s\t%s\t%.3g\t%.2g\t%.3g\n", name, method, 1e6 * seconds, error, ratio);
    (void)fflush(stdout);
}

static void three(const char *name, double scale)
{
    law_t law = law_of(3, scale, 0.3, 2);
    double reference[10], found[10], rival[10];
    (void)gauss_hermite(&law, POINTS_MOST, reference);
    const double seconds = ours(&law, found), error = apart(3, found, reference);
    print(name, "ours", seconds, error, 1);
    for (size_t n = 4; n < POINTS_MOST; n += 2) {
        const double theirs = gauss_hermite(&law, n, rival), off = apart(3, rival, reference);
        if (off > error && n + 2 < POINTS_MOST)
            continue;
        print(name, "gauss-hermite", theirs, off, theirs / seconds);
        break;
    }
    const double theirs = monte_carlo(&law, rival), off = apart(3, rival, reference);
    print(name, "monte-carlo", theirs * pow(off / error, 2), error,
          theirs * pow(off / error, 2) / seconds);
    law_free(&law);
}

static void many(const char *name, size_t L, double scale, double share)
{
    law_t law = law_of(L, scale, share, 3);
    double *reference = numbers(3 * length_of(L)), *found = reference + length_of(L);
    double *rival = found + length_of(L);
    finer(&law, reference);
    const double seconds = ours(&law, found), error = apart(L, found, reference);
    print(name, "ours", seconds, error, 1);
    const double theirs = monte_carlo(&law, rival), off = apart(L, rival, reference);
    print(name, "monte-carlo", theirs * pow(off / error, 2), error,
          theirs * pow(off / error, 2) / seconds);
    free(reference);
    law_free(&law);
}

int main(void)
{
    (void)printf("case\tmethod\tmicroseconds\terror\tratio\n");
    three("L=3 small", 0.3);
    three("L=3 one", 1);
    three("L=3 wide", 4);
    many("L=10 structured", 10, 1, 0.02);
    many("L=10 wide", 10, 4, 0.01);
    many("L=100 structured", 100, 1, 0.01);
    return 0;
}
