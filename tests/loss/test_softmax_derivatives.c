/* Derivatives of softmax's averages beside differences, and how smooth the averages are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "softmax_averages.h"

static void assert_close(double found, double expected, double tolerance, const char *what)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s is %.17g, expected %.17g", what, found, expected);
}

/* Entry e of G, H, Q behind one another. */
static double entry_of(const found_t *found, size_t L, size_t e)
{
    const size_t P = packed_length(L);
    return e < L ? found->G[e] : e < L + P ? found->H[e - L] : found->Q[e - L - P];
}

static law_t moved(const law_t *law, const double *dm, const double *dB, double step)
{
    law_t other = *law;
    for (size_t a = 0; a < law->L; a++) {
        other.m[a] += step * dm[a];
        for (size_t b = 0; b < law->L; b++)
            other.B[a][b] += step * dB[packed_pair(law->L, a, b)];
    }
    return other;
}

/* The derivative of all entries in a direction, by extrapolated differences at frozen choices. */
static void difference(const law_t *law, const double *const d[2], double *room, double *out)
{
    const size_t L = law->L, P = packed_length(L);
    for (int fine = 0; fine < 2; fine++) {
        const double step = fine ? 5e-4 : 1e-3;
        const law_t up = moved(law, d[0], d[1], step), down = moved(law, d[0], d[1], -step);
        const found_t a = average_in(&up, room, true, NULL);
        const found_t b = average_in(&down, room, true, NULL);
        for (size_t e = 0; e < L + 2 * P; e++) {
            const double slope = (entry_of(&a, L, e) - entry_of(&b, L, e)) / (2 * step);
            out[e] = fine ? (4 * slope - out[e]) / 3 : slope;
        }
    }
}

static void check_jacobian(const law_t *law, double tolerance)
{
    enum { ROWS = LAW_MOST + 2 * LAW_PAIRS, COLUMNS = LAW_MOST + LAW_PAIRS };
    const size_t L = law->L, P = packed_length(L), columns = L + P;
    double *room = new_room(L), *jacobian = calloc((size_t)ROWS * COLUMNS, sizeof *jacobian);
    double slope[ROWS];
    assert_non_null(jacobian);
    (void)average_in(law, room, false, jacobian);
    for (size_t c = 0; c < columns; c++) {
        double dm[LAW_MOST] = {0}, dB[LAW_PAIRS] = {0};
        *(c < L ? &dm[c] : &dB[c - L]) = 1;
        difference(law, (const double *const[]){dm, dB}, room, slope);
        for (size_t e = 0; e < L + 2 * P; e++)
            assert_close(jacobian[e * columns + c], slope[e], tolerance, "jacobian");
    }
    free(jacobian);
    free(room);
}

/* Nearly diagonal: beside a diagonal of mean 1, factors that are weak. */
static law_t structured_law(size_t L, uint64_t number)
{
    law_t law = random_law(L, 0.04, number);
    for (size_t a = 0; a < L; a++) {
        law.m[a] *= 5;
        law.B[a][a] += 0.7 + 0.6 * (double)a / (double)L;
    }
    return law;
}

static void jacobians_are_derivatives(void **state)
{
    (void)state;
    for (size_t L = 2; L <= 4; L++)
        for (uint64_t number = 0; number < 4; number++) {
            law_t law = random_law(L, number % 2 ? 0.3 : 3, number);
            law.noise = number < 2 ? 0 : 0.2;
            check_jacobian(&law, 2e-8);
        }
    law_t five = structured_law(5, 1);
    five.noise = 0.1;
    check_jacobian(&five, 3e-6);
    /* column by column, without the derivative of what few factors leave */
    const law_t many = structured_law(LAW_MOST, 2);
    check_jacobian(&many, 1e-3);
}

static void check_change(const law_t *law, double tolerance)
{
    const size_t L = law->L, P = packed_length(L);
    normals_t normals;
    found_t found;
    sgdl_targets_t targets;
    double target[LAW_MOST * LAW_MOST], B[LAW_PAIRS], dm[LAW_MOST], dB[LAW_PAIRS];
    double slope[LAW_MOST + 2 * LAW_PAIRS], *room = new_room(L);
    sgdl_averages_t out = {.G = found.G, .H = found.H, .Q = found.Q, .room = room, .frozen = true};
    normals_init(&normals, 8, 1, STREAM_TRIALS);
    for (size_t a = 0; a < L; a++)
        dm[a] = normals_next(&normals);
    for (size_t p = 0; p < P; p++)
        dB[p] = 0.2 * normals_next(&normals);
    unit_targets(L, law->noise, target, &targets);
    law_packed(law, B);
    (void)average_in(law, room, false, NULL);
    difference(law, (const double *const[]){dm, dB}, room, slope);
    sgdl_loss_softmax.change(&targets, law->own, law->m, B, dm, dB, &out);
    for (size_t e = 0; e < L + 2 * P; e++)
        assert_close(entry_of(&found, L, e), slope[e], tolerance, "change");
    free(room);
}

static void changes_are_derivatives(void **state)
{
    (void)state;
    for (size_t L = 2; L <= 4; L++)
        for (uint64_t number = 0; number < 4; number++) {
            law_t law = random_law(L, number % 2 ? 0.3 : 3, number);
            law.noise = number < 2 ? 0 : 0.2;
            check_change(&law, 2e-8);
        }
    for (size_t L = 5; L <= 10; L += 5) {
        law_t law = structured_law(L, L);
        law.noise = L == 5 ? 0 : 0.2;
        check_change(&law, 3e-6);
    }
}

/* Fourth differences see jumps of the values that second ones of the equations would stumble over:
 * an analytic function has next to none of so short a step. */
static void paths_are_smooth(void **state)
{
    (void)state;
    enum { POINTS = 41, ENTRIES = LAW_MOST + 2 * LAW_PAIRS };
    static double path[POINTS][ENTRIES];
    for (size_t L = 3; L <= 6; L++) {
        const law_t begin = L < 5 ? random_law(L, 0.5, 3) : structured_law(L, 3);
        double dm[LAW_MOST] = {0.3, -0.2, 0.1}, dB[LAW_PAIRS], *room = new_room(L);
        const law_t other = L < 5 ? random_law(L, 0.8, 4) : structured_law(L, 4);
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                dB[packed_index(L, a, b)] = other.B[a][b];
        for (size_t frozen = 0; frozen < 2; frozen++) {
            for (size_t i = 0; i < POINTS; i++) {
                const law_t law = moved(&begin, dm, dB, 5e-4 * (double)i);
                const found_t found = average_in(&law, room, frozen && i > 0, NULL);
                for (size_t e = 0; e < L + 2 * packed_length(L); e++)
                    path[i][e] = entry_of(&found, L, e);
            }
            for (size_t i = 2; i + 2 < POINTS; i++)
                for (size_t e = 0; e < L + 2 * packed_length(L); e++)
                    assert_close(path[i - 2][e] - 4 * path[i - 1][e] + 6 * path[i][e] -
                                     4 * path[i + 1][e] + path[i + 2][e],
                                 0, frozen ? 1e-12 : 1e-9, "fourth difference");
        }
        free(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jacobians_are_derivatives),
        cmocka_unit_test(changes_are_derivatives),
        cmocka_unit_test(paths_are_smooth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
