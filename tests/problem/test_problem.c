/* Problems: what is read, what is refused and where, and what is written back. */
#include "tests/problem_text.h"

#include <float.h>
#include <math.h>

/* ---- what is read ----------------------------------------------------------------------- */

static void test_defaults(void **state)
{
    static const char *const texts[] = {"{}", NULL};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        sgdl_problem_t *p = read_good(texts[i], NULL);
        assert_true(isinf(p->dimension) && p->loss == &sgdl_loss_logistic && !p->one_hot);
        assert_int_equal(p->classes, 2);
        assert_true(p->weight[0] == 0.5 && p->weight[1] == 0.5);
        assert_true(p->label[0] == 1.0 && p->label[1] == 0.0);
        assert_true(p->label_index[0] == 1 && p->label_index[1] == 0);
        assert_string_equal(p->covariance[1].family->name, "isotropic");
        assert_true(sgdl_spec_number(&p->covariance[1], "scale") == 1.0);
        assert_string_equal(p->mean[0].spec.family->name, "constant");
        assert_string_equal(p->mean[1].spec.family->name, "opposite");
        assert_true(sgdl_spec_number(&p->mean[1].spec, "of") == 1.0);
        assert_true(p->mean[1].on[0] == 0.0 && p->mean[1].on[1] == 1.0);
        assert_true(p->rates == 1 && sgdl_schedule_rate(&p->learning_rate[0], 3.0, 9.0) == 0.5);
        assert_true(p->intercept == 0.0 && p->batch == 1.0 && p->ridge == 0.0);
        assert_true(p->targets.noise == 0.0 && p->targets.outputs == 1 && p->targets.labels == 2);
        assert_true(p->targets.target[0] == 0.0 && p->targets.target[1] == 1.0);
        assert_true(p->start_norm2 == 0.0 && !p->start && !p->start_path);
        assert_true(p->time == 100.0 && p->plan.spacing == SGDL_SPACING_LINEAR &&
                    p->plan.points == 101);
        for (size_t k = 0; k < p->plan.points; k++)
            assert_true(p->plan.times[k] == (double)k);
        assert_true(p->clean_below == 1e-9 && p->seed == 1 && p->plan.rtol == 1e-8 &&
                    p->plan.atol == 1e-12);
        sgdl_problem_free(p);
        sgdl_problem_free(NULL);
    }
}

static void test_labels_and_targets(void **state)
{
    (void)state;
    sgdl_problem_t *p = read_good("loss: least-squares", NULL);
    assert_true(p->label[0] == 1.0 && p->label[1] == -1.0);
    sgdl_problem_free(p);
    p = read_good("loss: least-squares\nencoding: one-hot\nclasses: [{}, {}, {}]", NULL);
    assert_true(p->targets.outputs == 3 && p->targets.labels == 3 && p->label[2] == 3.0);
    for (size_t k = 0; k < 9; k++)
        assert_true(p->targets.target[k] == (k % 4 == 0 ? 1.0 : 0.0));
    assert_true(p->weight[0] == 1.0 / 3.0);
    sgdl_problem_free(p);
    /* several classes of one label */
    p = read_good("loss: least-squares\n"
                  "classes: [{label: 2.5}, {label: -1}, {label: 2.5}, {label: 0}]",
                  NULL);
    assert_int_equal(p->targets.labels, 3);
    assert_true(p->targets.target[0] == -1.0 && p->targets.target[2] == 2.5);
    assert_true(p->label_index[0] == 2 && p->label_index[1] == 0 && p->label_index[3] == 1);
    sgdl_problem_free(p);
}

static void test_weights(void **state)
{
    (void)state;
    sgdl_problem_t *p =
        read_good("classes: [{weight: 0.3, label: 1}, {weight: 0.7000000005, label: 0}]", NULL);
    double sum = 0.3 + 0.7000000005;
    assert_true(fabs(p->weight[0] - 0.3 / sum) < DBL_EPSILON);
    assert_true(fabs(p->weight[0] + p->weight[1] - 1.0) <= DBL_EPSILON);
    sgdl_problem_free(p);
}

static void test_output_times(void **state)
{
    (void)state;
    sgdl_problem_t *p = read_good("time: 7\noutput: {points: 15}", NULL);
    for (size_t k = 0; k < 15; k++)
        assert_true(p->plan.times[k] == (double)k / 2.0);
    sgdl_problem_free(p);
    p = read_good("time: 1000\noutput: {points: 7, spacing: log}", NULL);
    assert_true(p->plan.times[0] == 0.0 && p->plan.times[1] == 0.01 && p->plan.times[6] == 1000.0);
    for (size_t k = 1; k < 7; k++)
        assert_true(fabs(p->plan.times[k] / pow(10.0, (double)k - 3.0) - 1.0) < 4 * DBL_EPSILON);
    sgdl_problem_free(p);
    /* a range whose ratio overflows */
    p = read_good("time: 1e200\noutput: {points: 6, spacing: log, first: 1e-200}", NULL);
    for (size_t k = 1; k < 6; k++)
        assert_true(fabs(log10(p->plan.times[k]) - (-300.0 + 100.0 * (double)k)) < 1e-10);
    sgdl_problem_free(p);
    p = read_good("output: {points: 2, spacing: log}", NULL);
    assert_true(p->plan.times[0] == 0.0 && p->plan.times[1] == 100.0);
    sgdl_problem_free(p);
    p = read_good("output: {times: [0, 0.5, 30]}", NULL);
    assert_true(p->plan.spacing == SGDL_SPACING_TIMES && p->plan.points == 3 && p->time == 30.0);
    assert_true(p->plan.times[0] == 0.0 && p->plan.times[1] == 0.5 && p->plan.times[2] == 30.0);
    sgdl_problem_free(p);
    p = read_good("time: 1\noutput: {times: [0, 2]}", NULL);
    assert_true(p->time == 2.0);
    sgdl_problem_free(p);
    p = read_good("time: 50\noutput: {times: [1]}", NULL);
    assert_true(p->plan.points == 1 && p->time == 50.0);
    sgdl_problem_free(p);
}

static void test_rates(void **state)
{
    (void)state;
    sgdl_problem_t *p = read_good(
        "learning_rate: [0.1, {schedule: polynomial, value: 1, tau: 3, power: 1, warmup: 2}]",
        NULL);
    assert_int_equal(p->rates, 2);
    assert_true(sgdl_schedule_rate(&p->learning_rate[0], 5.0, 100.0) == 0.1);
    assert_true(fabs(sgdl_schedule_rate(&p->learning_rate[1], 5.0, 100.0) - 0.5) < 1e-15);
    assert_true(sgdl_schedule_rate(&p->learning_rate[1], 1.0, 100.0) == 0.5);
    sgdl_problem_free(p);
}

static void test_mixture(void **state)
{
    (void)state;
    sgdl_problem_t *p =
        read_good("dimension: 30\nclean_below: 0.25\nseed: 18446744073709551615", NULL);
    sgdl_mixture_t mixture = sgdl_problem_mixture(p, &p->plan);
    assert_true(mixture.classes == 2 && mixture.dimension == 30.0 && mixture.weight == p->weight);
    assert_true(mixture.covariance == p->covariance && mixture.mean == p->mean);
    assert_true(mixture.seed == UINT64_MAX && mixture.clean_below == 0.25);
    assert_true(mixture.start == NULL && mixture.outputs == 1);
    sgdl_problem_free(p);
}

static void test_aliases(void **state)
{
    (void)state;
    sgdl_problem_t *p =
        read_good("classes:\n"
                  "  - {label: 1, covariance: &k {family: power-law, exponent: 2},\n"
                  "     mean: &m {family: power-law, exponent: 0.5, on: [0, 0.5]}}\n"
                  "  - {label: 0, covariance: *k, mean: *m}\n",
                  (flag_texts_t){"covariance=isotropic", "covariance=isotropic:scale=2"});
    /* the flags reached each class on its own although both were stated as one */
    assert_true(sgdl_spec_number(&p->covariance[0], "scale") == 1.0);
    assert_true(sgdl_spec_number(&p->covariance[1], "scale") == 2.0);
    assert_true(sgdl_spec_number(&p->mean[1].spec, "exponent") == 0.5 && p->mean[1].on[1] == 0.5);
    sgdl_problem_free(p);
}

/* ---- flags over a file ------------------------------------------------------------------ */

static const struct {
    const char *text;
    flag_texts_t flags;
    const char *key, *expected;
} flag_cases[] = {
    {NULL, {"dimension=1e3"}, "dimension", "1000"},
    {"dimension: 5", {"dimension=inf"}, "dimension", "inf"},
    {"tolerance: {relative: 1e-3, absolute: 1e-4}",
     {"tolerance-absolute=0.5"},
     "tolerance",
     "{relative: 0.001, absolute: 0.5}"},
    {"output: {spacing: log, first: 0.1}",
     {"output-points=11"},
     "output",
     "{points: 11, spacing: linear}"},
    {"output: {points: 5}",
     {"output-spacing=log", "output-first=0.5"},
     "output",
     "{points: 101, spacing: log, first: 0.5}"},
    {"output: {points: 5}", {"output-times=0,1,10"}, "output", "{times: [0, 1, 10]}"},
    {"start: {file: none.txt}", {"start-norm2=2"}, "start", "{norm2: 2}"},
    {NULL, {"start=norm2=3"}, "start", "{norm2: 3}"},
    {NULL, {"learning-rate=0.1,0.5"}, "learning_rate", "[0.1, 0.5]"},
    {NULL, {"learning-rate=constant:value=2"}, "learning_rate", "2"},
    {NULL,
     {"learning-rate=cosine:value=2,over=5,warmup=1"},
     "learning_rate",
     "{schedule: cosine, value: 2, final: 0, over: 5, warmup: 1}"},
    {NULL,
     {"learning-rate=piecewise:times=1:2,values=1:0.5:0.25"},
     "learning_rate",
     "{schedule: piecewise, times: [1, 2], values: [1, 0.5, 0.25]}"},
    {NULL,
     {"learning-rate=piecewise:times=1,values=1:0.5"},
     "learning_rate",
     "{schedule: piecewise, times: [1], values: [1, 0.5]}"},
    {NULL,
     {"weight=0.25", "weight=0.75", "label=0", "label=1", "covariance=zero-one:zero=0.3"},
     "classes",
     "[{weight: 0.25, label: 0, covariance: {family: zero-one, zero: 0.3, scale: 1}, "
     "mean: {family: constant, scale: 1}}, {weight: 0.75, label: 1, "
     "covariance: {family: zero-one, zero: 0.3, scale: 1}, mean: {family: opposite, of: 1}}]"},
    {NULL,
     {"mean=power-law:exponent=0.5,on=0:0.5", "covariance=zero-one:zero=0.1:0.2"},
     "classes",
     "[{weight: 0.5, label: 1, covariance: {family: zero-one, zero: [0.1, 0.2], scale: 1}, "
     "mean: {family: power-law, exponent: 0.5, scale: 1, on: [0, 0.5]}}, {weight: 0.5, "
     "label: 0, covariance: {family: zero-one, zero: [0.1, 0.2], scale: 1}, "
     "mean: {family: opposite, of: 1}}]"},
    {NULL,
     {"mean=constant", "mean=zero"},
     "classes",
     "[{weight: 0.5, label: 1, covariance: {family: isotropic, scale: 1}, "
     "mean: {family: constant, scale: 1}}, {weight: 0.5, label: 0, "
     "covariance: {family: isotropic, scale: 1}, mean: {family: zero}}]"},
    /* once: class 1 and those that do not borrow */
    {"classes:\n- {label: 1}\n- {label: 0, mean: {family: zero}}\n"
     "- {label: 0, mean: {family: same, of: 1}}\n- {label: 1}",
     {"mean=gaussian:scale=2"},
     "classes",
     "[{weight: 0.25, label: 1, covariance: {family: isotropic, scale: 1}, "
     "mean: {family: gaussian, scale: 2}}, "
     "{weight: 0.25, label: 0, covariance: {family: isotropic, scale: 1}, "
     "mean: {family: gaussian, scale: 2}}, "
     "{weight: 0.25, label: 0, covariance: {family: isotropic, scale: 1}, "
     "mean: {family: same, of: 1}}, "
     "{weight: 0.25, label: 1, covariance: {family: isotropic, scale: 1}, "
     "mean: {family: gaussian, scale: 2}}]"},
};

static void test_flags(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(flag_cases); i++) {
        sgdl_problem_t *p = read_good(flag_cases[i].text, flag_cases[i].flags);
        assert_value(p, flag_cases[i].key, flag_cases[i].expected);
        sgdl_problem_free(p);
    }
}

/* Every key is a flag; names and aliases do not collide. */
static void test_flag_table(void **state)
{
    static const char *const needed[] = {"dimension",
                                         "loss",
                                         "encoding",
                                         "weight",
                                         "label",
                                         "covariance",
                                         "mean",
                                         "learning-rate",
                                         "intercept",
                                         "batch",
                                         "ridge",
                                         "label-noise",
                                         "start",
                                         "time",
                                         "output-points",
                                         "output-spacing",
                                         "output-first",
                                         "output-times",
                                         "clean-below",
                                         "seed",
                                         "tolerance-relative",
                                         "tolerance-absolute",
                                         "lr",
                                         "points",
                                         "spacing",
                                         "times",
                                         "first",
                                         "rtol",
                                         "atol"};
    (void)state;
    for (size_t i = 0; i < COUNT(needed); i++) {
        size_t found = 0;
        const sgdl_problem_flag_t *row;
        for (size_t f = 0; (row = sgdl_problem_flag(f)) != NULL; f++) {
            found += strcmp(row->flag, needed[i]) == 0;
            found += row->alias && strcmp(row->alias, needed[i]) == 0;
        }
        if (found != 1)
            fail_msg("%zu rows for --%s", found, needed[i]);
    }
    static const char *const without[] = {"start-file", "output-times", "potential", "noise",
                                          "start-at"};
    const sgdl_problem_flag_t *row;
    for (size_t f = 0; (row = sgdl_problem_flag(f)) != NULL; f++) {
        bool told = strchr(row->help, '[') != NULL;
        for (size_t i = 0; i < COUNT(without); i++)
            told = told || strcmp(row->flag, without[i]) == 0;
        if (!told)
            fail_msg("no [default] of --%s", row->flag);
    }
}

/* ---- what is refused -------------------------------------------------------------------- */

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const refusal_t *row = &refusals[i];
        sgdl_problem_t *p = sgdl_problem_new();
        sgdl_error_t error = {0};
        int status = read_text(p, row->text, row->flags, &error);
        assert_refused(status, p, &error, row->text ? row->text : row->flags[0], row->place,
                       row->message);
        assert_int_equal(read_text(p, row->text, row->flags, NULL), SGDL_ERR_INPUT);
        sgdl_problem_free(p);
    }
}

/* ---- writing ---------------------------------------------------------------------------- */

/* Writes, reads what was written, and writes again: the same lines. */
static void assert_fixed_point(const char *text, const char *const *flags)
{
    lines_t first, second;
    sgdl_problem_t *p = read_good(text, flags);
    write_lines(p, NULL, &first);
    sgdl_problem_t *again = read_good(first.text, NULL);
    write_lines(again, NULL, &second);
    assert_string_equal(first.text, second.text);
    /* and the same problem behind the lines */
    assert_true(again->dimension == p->dimension && again->loss == p->loss);
    assert_true(again->one_hot == p->one_hot && again->classes == p->classes);
    assert_memory_equal(again->weight, p->weight, p->classes * sizeof *p->weight);
    assert_memory_equal(again->label, p->label, p->classes * sizeof *p->label);
    assert_int_equal(again->plan.points, p->plan.points);
    assert_memory_equal(again->plan.times, p->plan.times, p->plan.points * sizeof *p->plan.times);
    assert_true(again->time == p->time && again->seed == p->seed && again->rates == p->rates);
    assert_true(again->plan.rtol == p->plan.rtol && again->plan.atol == p->plan.atol &&
                again->ridge == p->ridge);
    assert_true(again->targets.noise == p->targets.noise && again->intercept == p->intercept);
    for (size_t r = 0; r < p->rates; r++)
        for (double t = 0.0; t < p->time; t += p->time / 64.0)
            assert_true(sgdl_schedule_rate(&again->learning_rate[r], t, p->time) ==
                        sgdl_schedule_rate(&p->learning_rate[r], t, p->time));
    sgdl_problem_free(p);
    sgdl_problem_free(again);
}

static void test_fixed_point(void **state)
{
    static const struct {
        const char *text;
        flag_texts_t flags;
    } cases[] = {
        {"{}", {0}},
        {"dimension: 123456\nseed: 18446744073709551615\nridge: 1e-300\nintercept: -0.1", {0}},
        {"time: 0.1\noutput: {points: 7, spacing: log, first: 3e-5}", {0}},
        {"output: {times: [0, 0.1, 0.30000000000000004, 1e5]}\ntime: 2e5", {0}},
        {"classes: [{weight: 0.1, label: 1}, {weight: 0.2, label: 1}, {weight: 0.7, label: 0}]",
         {0}},
        {"classes: [{weight: 0.1, label: 1}, {weight: 0.2, label: 1}, {weight: 0.7000000009, "
         "label: 0}]",
         {0}},
        {"loss: least-squares\nencoding: one-hot\nclasses: [{}, {}, {}, {}, {}, {}, {}]", {0}},
        {"loss: least-squares\nlabel_noise: 0.125\nclasses: [{label: 0.1}, {label: -1e100}]", {0}},
        {"learning_rate: [0.1, 0.7, {schedule: cosine, value: 1, final: 0.1}]", {0}},
        {"learning_rate: {schedule: constant, value: 0.3, warmup: 2.5}", {0}},
        {"learning_rate: [{schedule: piecewise, times: [1], values: [1, 0.1]}, "
         "{schedule: polynomial, value: 0.3, tau: 7, power: 0.7}]",
         {0}},
        {"classes:\n- {label: 1, covariance: {family: marchenko-pastur, ratio: 0.3}, mean: "
         "{family: gaussian, on: [0.25, 0.75]}}\n- {label: 0, covariance: {family: zero-one, "
         "zero: [0.1, 0.7], scale: 3}, mean: {family: same, of: 1, on: [0, 0.3]}}\n",
         {0}},
        {"classes:\n- {label: 1, covariance: {family: piecewise, breaks: [0.1, "
         "0.30000000000000004], "
         "values: [0, 1e-300, 3]}, mean: {family: piecewise, breaks: [0.5], values: [-1, 2], on: "
         "[0.25, 1]}}\n- {label: 0}\n",
         {0}},
        {NULL,
         {"covariance=piecewise:breaks=0.3:0.7,values=1:0.5:2",
          "mean=piecewise:breaks=0.5,values=1:-2"}},
        {NULL,
         {"covariance=power-law:exponent=1.1", "covariance=power-law:exponent=1.5,scale=2",
          "mean=power-law:exponent=-0.45", "label=0", "label=1"}},
        {NULL, {"clean-below=0", "tolerance-absolute=1e-300", "batch=1e9", "start-norm2=0.2"}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_fixed_point(cases[i].text, cases[i].flags);
}

static uint64_t next_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 32) ^ (*state << 7);
}

/* Any double is written so that it reads back as itself, and no shorter text would. */
static void test_numbers_survive(void **state)
{
    uint64_t bits = 12345;
    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint64_t pattern = next_bits(&bits) << 32 | (next_bits(&bits) & UINT32_MAX);
        double number;
        char text[64];
        lines_t lines;
        memcpy(&number, &pattern, sizeof number);
        if (!isfinite(number))
            continue;
        if (i % 2 == 0)
            number = round(remainder(number, 1e6) * 1e3) / 1e3; /* short decimals too */
        (void)snprintf(text, sizeof text, "intercept: %.17g", number);
        sgdl_problem_t *p = read_good(text, NULL);
        write_lines(p, "intercept", &lines);
        assert_true(p->intercept == number && strtod(lines.text, NULL) == number);
        for (int digits = 1; digits < 17; digits++) {
            (void)snprintf(text, sizeof text, "%.*g", digits, number);
            if (strtod(text, NULL) == number) {
                assert_true(strlen(lines.text) <= strlen(text));
                break;
            }
        }
        sgdl_problem_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_labels_and_targets),
        cmocka_unit_test(test_weights),     cmocka_unit_test(test_output_times),
        cmocka_unit_test(test_rates),       cmocka_unit_test(test_mixture),
        cmocka_unit_test(test_aliases),     cmocka_unit_test(test_flags),
        cmocka_unit_test(test_flag_table),  cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_fixed_point), cmocka_unit_test(test_numbers_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
