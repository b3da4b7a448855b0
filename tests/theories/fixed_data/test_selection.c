/* Laws of selection against their moments and correlations. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "src/random/stream.h"
#include "src/theories/fixed_data/timeline.h"

enum { POINTS = 200000 };

/* E s^power over a grid of uniform numbers, of one step of a law without memory. */
static double moment(const selection_law_t *law, const timeline_step_t *step, double power)
{
    double sum = 0, memory = 0;
    for (size_t i = 0; i < POINTS; i++)
        sum += pow(law->draw(step, NAN, 5, ((double)i + 0.5) / POINTS, &memory), power);
    return sum / POINTS;
}

static void assert_close(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("found %.10g, expected %.10g +- %g", found, expected, tolerance);
}

static void moments_of_independent_laws(void **state)
{
    (void)state;
    static const double chances[] = {0.001, 0.02, 0.3, 1, 7.5};
    assert_close(moment(&selection_full, &(timeline_step_t){.chance = 1, .second = 1}, 2), 1, 0);
    for (size_t i = 0; i < sizeof chances / sizeof *chances; i++) {
        const double chance = chances[i];
        timeline_step_t step = {.chance = chance, .second = 1 + 1 / chance};
        const double close = 1e-4 / chance;
        assert_close(moment(&selection_poisson, &step, 1), 1, close);
        assert_close(moment(&selection_poisson, &step, 2), step.second, 20 * close);
        assert_close(moment(&selection_gaussian, &step, 1), 1, close);
        assert_close(moment(&selection_gaussian, &step, 2), step.second, 1e-3 * step.second);
        /* third moments tell the two apart: that of Poisson visits has 1/chance^2 more */
        assert_close(moment(&selection_poisson, &step, 3) - moment(&selection_gaussian, &step, 3),
                     1 / (chance * chance), 5e-3 * (1 + 1 / (chance * chance)));
        if (chance > 1)
            continue;
        step.second = 1 / chance;
        assert_close(moment(&selection_fraction, &step, 1), 1, close);
        assert_close(moment(&selection_fraction, &step, 2), step.second, close / chance);
    }
}

/* Every inverse of a distribution rises with the uniform number, or falls. */
static void draws_are_monotone(void **state)
{
    const selection_law_t *const laws[] = {&selection_fraction, &selection_poisson,
                                           &selection_gaussian};
    const timeline_step_t step = {.chance = 0.4, .second = 3.5};
    (void)state;
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        double before = NAN;
        int rises = 0, falls = 0;
        for (size_t i = 0; i < 1000; i++) {
            const double s = laws[l]->draw(&step, NAN, 1, ((double)i + 0.5) / 1000, &(double){0});
            rises += s > before;
            falls += s < before;
            before = s;
        }
        assert_true(rises + falls > 0 && (rises == 0 || falls == 0));
    }
}

static void reshuffling_sees_every_sample_once_an_epoch(void **state)
{
    enum { EPOCH = 4, EPOCHS = 50, SAMPLES = 400 };
    const timeline_step_t step = {.chance = 1.0 / EPOCH, .second = EPOCH};
    size_t in_slot[EPOCH] = {0};
    words_t words;
    (void)state;
    words_init(&words, 1, 0, STREAM_TRIALS);
    for (size_t j = 0; j < SAMPLES; j++) {
        double memory = 0;
        for (size_t e = 0; e < EPOCHS; e++) {
            double sum = 0;
            for (size_t i = 0; i < EPOCH; i++) {
                const double s = selection_reshuffled.draw(&step, NAN, e * EPOCH + i,
                                                           words_uniform(&words), &memory);
                assert_true(s == 0 || s == EPOCH);
                in_slot[i] += s > 0;
                sum += s;
            }
            assert_true(sum == EPOCH);
        }
    }
    const double expected = (double)SAMPLES * EPOCHS / EPOCH;
    for (size_t i = 0; i < EPOCH; i++)
        assert_close((double)in_slot[i], expected, 4 * sqrt(expected * (1 - 1.0 / EPOCH)));
}

/* Stationary from the start; correlations fall by 1 - leave/(1 - f) a step. */
static void a_persistent_sample_stays(void **state)
{
    enum { SAMPLES = 100000, STEPS = 12 };
    const double f = 0.3, rate = 0.2, tau = 1.5, leave = rate / tau;
    const timeline_step_t step = {.rate = rate, .chance = f, .second = 1 / f};
    double mean[STEPS] = {0}, product[STEPS] = {0};
    words_t words;
    (void)state;
    words_init(&words, 2, 0, STREAM_TRIALS);
    for (size_t j = 0; j < SAMPLES; j++) {
        double memory = 0, first = 0;
        for (size_t t = 0; t < STEPS; t++) {
            const double s =
                selection_persistent.draw(&step, tau, t, words_uniform(&words), &memory);
            first = t == 0 ? s : first;
            mean[t] += s / SAMPLES;
            product[t] += first * s / SAMPLES;
        }
    }
    for (size_t t = 0; t < STEPS; t++) {
        const double decay = pow(1 - leave / (1 - f), (double)t);
        assert_close(mean[t], 1, 4 * sqrt((1 / f - 1) / SAMPLES));
        assert_close(product[t], 1 + (1 / f - 1) * decay, 4 * sqrt(1 / (f * f * f) / SAMPLES));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_independent_laws),
        cmocka_unit_test(draws_are_monotone),
        cmocka_unit_test(reshuffling_sees_every_sample_once_an_epoch),
        cmocka_unit_test(a_persistent_sample_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
