#include "src/loss/softmax/moments.h"

#include <assert.h>
#include <math.h>

#include "src/base/packed.h"
#include "src/loss/softmax/softmax_rules.h"

static size_t power(size_t L, size_t degree)
{
    size_t product = 1;
    while (degree-- > 0)
        product *= L;
    return product;
}

size_t softmax_moments_room(size_t L, size_t degree)
{
    size_t sum = 0;
    for (size_t d = 1; d <= degree; d++)
        sum += power(L, d);
    return sum;
}

void softmax_moments_init(softmax_moments_t *self, size_t L, size_t degree, double *room)
{
    double **const tensor[] = {&self->first, &self->second, &self->third, &self->fourth};
    assert(degree <= 4);
    self->L = L;
    for (size_t d = 1; d <= 4; d++) {
        *tensor[d - 1] = d <= degree ? room : NULL;
        room += d <= degree ? power(L, d) : 0;
    }
}

static void sum_over_last(size_t count, size_t L, const double *tensor, double *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = 0;
        for (size_t a = 0; a < L; a++)
            out[i] += tensor[i * L + a];
    }
}

void softmax_moments_lower(softmax_moments_t *self)
{
    const size_t L = self->L;
    if (self->fourth)
        sum_over_last(L * L * L, L, self->fourth, self->third);
    if (self->third)
        sum_over_last(L * L, L, self->third, self->second);
    sum_over_last(L, L, self->second, self->first);
}

void softmax_moments_gradient(const softmax_moments_t *self, size_t own, sgdl_averages_t *out)
{
    const size_t L = self->L;
    double rest = 0, square = 0;
    for (size_t a = 0; a < L; a++) {
        double others = 0, wrong = 0; /* E q_a times the other outputs, times the wrong ones */
        for (size_t b = 0; b < L; b++) {
            const double both = self->second[a * L + b];
            others += b != a ? both : 0;
            wrong += b != own ? both : 0;
            if (b <= a)
                continue;
            out->H[packed_index(L, a, b)] = -both;
            out->Q[packed_index(L, a, b)] = both;
        }
        out->H[packed_index(L, a, a)] = others;
        out->G[a] = self->first[a];
        if (a == own)
            continue;
        rest += self->first[a];
        square += wrong;
        out->Q[packed_index(L, a, a)] = self->second[a * L + a];
        out->Q[packed_pair(L, a, own)] = -wrong;
    }
    out->G[own] = -rest;
    out->Q[packed_index(L, own, own)] = square;
}

void softmax_moments_fail(size_t L, sgdl_averages_t *out)
{
    const size_t P = packed_length(L);
    out->risk = out->estimate = NAN;
    for (size_t a = 0; a < L; a++)
        out->G[a] = NAN;
    for (size_t p = 0; p < P; p++)
        out->H[p] = out->Q[p] = NAN;
    for (size_t e = 0; out->jacobian && e < (L + 2 * P) * (L + P); e++)
        out->jacobian[e] = NAN;
}

/* ---- derivatives ---------------------------------------------------------------------------- */

/* Of E q_a and of E q_a q_b by m_c. */
static double first_by_m(const softmax_moments_t *M, size_t a, size_t c)
{
    return (a == c ? M->first[a] : 0) - M->second[a * M->L + c];
}

static double second_by_m(const softmax_moments_t *M, const size_t ab[2], size_t c)
{
    const size_t L = M->L, place = ab[0] * L + ab[1];
    return (double)((ab[0] == c) + (ab[1] == c)) * M->second[place] - 2 * M->third[place * L + c];
}

/* d_c d_d of a monomial phi of degree n in which c stands `times_c` times, from E phi, E phi q_c,
 * E phi q_d and E phi q_c q_d. */
static double curvature(double n, const double times[2], double delta, const double E[4])
{
    return times[0] * times[1] * E[0] - n * (times[1] + delta) * E[1] - n * times[0] * E[2] +
           n * (n + 1) * E[3];
}

static double first_by_B(const softmax_moments_t *M, size_t a, size_t c, size_t d)
{
    const size_t L = M->L;
    const double times[2] = {a == c, a == d};
    const double E[4] = {M->first[a], M->second[a * L + c], M->second[a * L + d],
                         M->third[(a * L + c) * L + d]};
    return curvature(1, times, c == d, E) * (c == d ? 0.5 : 1);
}

static double second_by_B(const softmax_moments_t *M, const size_t ab[2], size_t c, size_t d)
{
    const size_t L = M->L, place = ab[0] * L + ab[1];
    const double times[2] = {(double)((ab[0] == c) + (ab[1] == c)),
                             (double)((ab[0] == d) + (ab[1] == d))};
    const double E[4] = {M->second[place], M->third[place * L + c], M->third[place * L + d],
                         M->fourth[(place * L + c) * L + d]};
    return curvature(2, times, c == d, E) * (c == d ? 0.5 : 1);
}

void softmax_moments_change(size_t L, size_t own, size_t stride, const double *by,
                            double *const out[3])
{
    const double *first = by, *second = by + L;
    for (size_t a = 0; a < L; a++) {
        out[0][a * stride] = first[a];
        for (size_t b = a; b < L; b++) {
            const size_t p = packed_index(L, a, b);
            out[1][p * stride] = (a == b ? first[a] : 0) - second[p];
            out[2][p * stride] = second[p] - (a == own ? first[b] : 0) - (b == own ? first[a] : 0);
        }
    }
}

static void put_column(size_t L, size_t own, const double *by, size_t column, double *jacobian)
{
    const size_t P = packed_length(L), columns = L + P;
    double *const out[3] = {jacobian + column, jacobian + L * columns + column,
                            jacobian + (L + P) * columns + column};
    softmax_moments_change(L, own, columns, by, out);
}

void softmax_moments_jacobian(const softmax_moments_t *self, size_t own, double *jacobian)
{
    enum { MOST = SOFTMAX_JACOBIAN_OUTPUTS };
    const size_t L = self->L;
    double by[MOST + MOST * (MOST + 1) / 2];
    size_t column = 0;
    assert(L <= MOST && self->fourth);
    for (size_t c = 0; c < L; c++, column++) {
        for (size_t a = 0; a < L; a++) {
            by[a] = first_by_m(self, a, c);
            for (size_t b = a; b < L; b++)
                by[L + packed_index(L, a, b)] = second_by_m(self, (size_t[]){a, b}, c);
        }
        put_column(L, own, by, column, jacobian);
    }
    for (size_t c = 0; c < L; c++)
        for (size_t d = c; d < L; d++, column++) {
            for (size_t a = 0; a < L; a++) {
                by[a] = first_by_B(self, a, c, d);
                for (size_t b = a; b < L; b++)
                    by[L + packed_index(L, a, b)] = second_by_B(self, (size_t[]){a, b}, c, d);
            }
            put_column(L, own, by, column, jacobian);
        }
}

/* ---- monomials ------------------------------------------------------------------------------ */

size_t softmax_monomials(size_t L, size_t degree)
{
    size_t count = 1;
    for (size_t d = 0; d < degree; d++)
        count = count * (L + d) / (d + 1);
    return count;
}

/* The next tuple of `degree` numbers below L in lexicographic order, the last one fastest; 0 behind
 * the last tuple. */
static int next_tuple(size_t L, size_t degree, size_t *tuple, int sorted)
{
    for (size_t k = degree; k-- > 0;)
        if (++tuple[k] < L) {
            for (size_t j = k + 1; j < degree; j++)
                tuple[j] = sorted ? tuple[k] : 0;
            return 1;
        }
    return 0;
}

/* Where the permutations of a tuple of outputs are in the tensor. */
static void put_permuted(size_t L, size_t degree, size_t *tuple, double value, double *tensor)
{
    enum { MOST = 4 };
    size_t place[MOST] = {0};
    assert(degree <= MOST);
    do { /* all maps of places to members that are permutations */
        size_t index = 0;
        unsigned used = 0;
        for (size_t k = 0; k < degree; k++) {
            used |= 1U << place[k];
            index = index * L + tuple[place[k]];
        }
        if (used == (1U << degree) - 1)
            tensor[index] = value;
    } while (next_tuple(degree, degree, place, 0));
}

void softmax_monomials_spread(size_t L, size_t degree, const double *sum, const size_t *order,
                              double *tensor)
{
    size_t tuple[4] = {0};
    do {
        size_t outputs[4];
        for (size_t k = 0; k < degree; k++)
            outputs[k] = order[tuple[k]];
        put_permuted(L, degree, outputs, *sum++, tensor);
    } while (next_tuple(L, degree, tuple, 1));
}
