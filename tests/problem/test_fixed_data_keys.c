/* The keys of fixed data: what they mean, what goes between them and a stream, what is refused. */
#include "tests/problem_text.h"

#include <math.h>

#include "src/problem/keys.h"

#define FIXED "data: {ratio: 2}\n"

/* ---- what is refused ------------------------------------------------------------------------- */

static const refusal_t fixed_refusals[] = {
    {"data: 2", {0}, "p.yaml:1", "key 'data': found 2, allowed {ratio: 2} or stream"},
    {"data: streem", {0}, "p.yaml:1", "found 'streem', allowed {ratio: 2} or stream"},
    {"data: {}", {0}, "p.yaml:1", "the key 'ratio' is missing, allowed: {ratio: 2} or stream"},
    {"time: 1\ndata: {ratoi: 2}", {0}, "p.yaml:2", "unknown key 'ratoi' (did you mean 'ratio'?)"},
    {"time: 1\ndata:\n  ratio: 0", {0}, "p.yaml:3", "key 'data.ratio': found 0, allowed a number"},
    {"data: {ratio: -2}", {0}, "p.yaml:1", "key 'data.ratio': found -2, allowed a number in (0, "},
    {"data: {ratio: inf}", {0}, "p.yaml:1", "key 'data.ratio': found 'inf'"},
    {"dimension: 50\ndata: {ratio: 0.01}",
     {0},
     "p.yaml:2",
     "key 'data.ratio': found 0.01, which is 0.5 samples in dimension 50, allowed from 1/dim"},
    {"data: {ratio: 2}\nbatch: {fraction: 0}", {0}, "p.yaml:2", "'batch.fraction': found 0, allo"},
    {"data: {ratio: 2}\nbatch: {fraction: 1.01}", {0}, "p.yaml:2", "allowed a number in (0, 1]"},
    {"data: {ratio: 2}\nbatch: {}", {0}, "p.yaml:2", "key 'batch': the key 'fraction' is missing"},
    {"data: {ratio: 2}\nbatch: {part: 1}", {0}, "p.yaml:2", "unknown key 'part'"},
    {"data: {ratio: 2}\nbatch: fill", {0}, "p.yaml:2", "key 'batch': found 'fill', allowed an"},
    {"data: {ratio: 2}\nbatch: 0.3",
     {0},
     "p.yaml:2",
     "found 0.3, allowed an integer from 1 to 1000000000, full or {fraction: 0.1}"},
    {"data: {ratio: 2}\nmethod: gd", {0}, "p.yaml:2", "gradient descent is sgd with batch: full"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.2}\nsampling: persistent",
     {0},
     "p.yaml:3",
     "found 'persistent', allowed: independent, reshuffled or {persistent: 2}"},
    {"batch: full",
     {0},
     "p.yaml:1",
     "key 'batch': found 'full', allowed an integer; full and {fraction: 0.1} are batches of "
     "data:"},
    {"data: {ratio: 2}\nmethod: sdg",
     {0},
     "p.yaml:2",
     "found 'sdg' (did you mean 'sgd'?), allowed"},
    {"method: sme",
     {0},
     "p.yaml:1",
     "key 'method': is no key of the model mixture with data: stream; models that take it: mixture "
     "with data: {ratio: 2}"},
    {"sampling: {persistent: 2}",
     {0},
     "p.yaml:1",
     "key 'sampling': is no key of the model mixture"},
    {"data: {ratio: 2}\nmethod: gradient-flow\nlearning_rate: 0.5",
     {0},
     "p.yaml:3",
     "key 'learning_rate': found 0.5 with method: gradient-flow, allowed none"},
    {"data: {ratio: 2}\nlearning_rate: none",
     {0},
     "p.yaml:2",
     "found 'none', allowed a number > 0"},
    {"data: {ratio: 2}\nmethod: gradient-flow\nbatch: 1",
     {0},
     "p.yaml:3",
     "key 'batch': found 1 with method: gradient-flow, allowed none"},
    {"data: {ratio: 2}\nbatch: none", {0}, "p.yaml:2", "key 'batch': found 'none', allowed an int"},
    {"data: {ratio: 2}\nmethod: gradient-flow\nmomentum: 0.5",
     {0},
     "p.yaml:3",
     "key 'momentum': found with method: gradient-flow, allowed with sgd alone"},
    {"data: {ratio: 2}\nmethod: sme\nmomentum: {nesterov: 0.5}",
     {0},
     "p.yaml:3",
     "key 'momentum': found with method: sme, allowed with sgd alone"},
    {"data: {ratio: 2}\nmethod: sme\nbatch: {fraction: 0.5}",
     {0},
     "p.yaml:3",
     "key 'batch': found a map with method: sme, allowed an integer"},
    {"data: {ratio: 2}\nmethod: sme\nbatch: full",
     {0},
     "p.yaml:3",
     "found 'full' with method: sme"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.3}\nsampling: reshuffled",
     {0},
     "p.yaml:3",
     "key 'sampling': found reshuffled with batch: {fraction: 0.3}, allowed a fraction that "
     "divides "
     "an epoch: 1/fraction whole"},
    {"data: {ratio: 2}\nsampling: reshuffled", {0}, "p.yaml:2", "found reshuffled without a fract"},
    {"data: {ratio: 2}\nbatch: full\nsampling: reshuffled", {0}, "p.yaml:3", "without a fraction"},
    {"data: {ratio: 2}\nbatch: full\nsampling: {persistent: 3}",
     {0},
     "p.yaml:3",
     "key 'sampling.persistent': found persistent without a fraction, allowed with batch: {fract"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.2}\nsampling: {persistent: 0}",
     {0},
     "p.yaml:3",
     "key 'sampling.persistent': found 0, allowed a number > 0"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.2}\nsampling: {}",
     {0},
     "p.yaml:3",
     "'persistent' is m"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.2}\nsampling: {persistent: 0.7}\n"
     "learning_rate: [0.1, {schedule: piecewise, times: [5], values: [0.2, 0.8]}]",
     {0},
     "p.yaml:3",
     "key 'sampling.persistent': found 0.7 with a learning rate of up to 0.8 and batch: {fraction: "
     "0.2}, allowed from 0.8"},
    {"data: {ratio: 2}\nbatch: {fraction: 0.75}\nsampling: {persistent: 1.4}",
     {0},
     "p.yaml:3",
     "found 1.4 with a learning rate of up to 0.5 and batch: {fraction: 0.75}, allowed from 1.5"},
    {"data: {ratio: 2}\nmomentum: 1",
     {0},
     "p.yaml:2",
     "found 1, allowed a number in [0, 1), {nest"},
    {"data: {ratio: 2}\nmomentum: {nesterov: 1}",
     {0},
     "p.yaml:2",
     "key 'momentum.nesterov': found 1, allowed a number in [0, 1) or increasing"},
    {"data: {ratio: 2}\nmomentum: {nesterof: 1}", {0}, "p.yaml:2", "unknown key 'nesterof' (did"},
    {"data: {ratio: 2}\nmomentum: {gain: 1, weight: 1, decay: 1}",
     {0},
     "p.yaml:2",
     "key 'momentum': found momentum on the scale of d, allowed with data: stream alone"},
    {"data: {ratio: 2}\nmomentum: {nesterov: increasing}",
     {0},
     "p.yaml:2",
     "found increasing in small batches"},
    {"data: {ratio: 2}\nlearning_rate: {schedule: line-search}",
     {0},
     "p.yaml:2",
     "found line-search, which the state drives, allowed with data: stream alone"},
    {"data: {ratio: 2}\nclip: 0.5",
     {0},
     "p.yaml:2",
     "key 'clip': is no key of the model mixture with data: {ratio: 2}; models that take it: "
     "mixture with data: stream"},
    {"data: {ratio: 2}\ngradient_noise: 0.5",
     {0},
     "p.yaml:2",
     "take it: mixture with data: stream"},
    {NULL, {"data=ratio=2", "batch=fraction=0"}, "--batch", "key 'batch.fraction': found 0"},
    {NULL, {"data=ratio=0"}, "--data", "key 'data.ratio': found 0"},
    {NULL,
     {"momentum=nesterov=0.5"},
     "--momentum",
     "found with data: stream, allowed with data: {"},
    {NULL,
     {"data=ratio=2", "method=gradient-flow", "learning-rate=0.1"},
     "--learning-rate",
     "found 0.1 with method: gradient-flow"},
    {NULL,
     {"data=ratio=2", "loss=least-squares", "encoding=one-hot", "teacher=signal=gaussian"},
     "--teacher",
     "found a teacher with one-hot labels"},
};

static void what_is_wrong_is_told_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fixed_refusals); i++) {
        const refusal_t *row = &fixed_refusals[i];
        sgdl_problem_t *problem = sgdl_problem_new();
        sgdl_error_t error = {0};
        const int status = read_text(problem, row->text, row->flags, &error);
        assert_refused(status, problem, &error, row->text ? row->text : row->flags[0], row->place,
                       row->message);
        sgdl_problem_free(problem);
    }
}

/* ---- what is meant --------------------------------------------------------------------------- */

static const struct {
    const char *text;
    double ratio, fraction, persistence, momentum;
    method_t method;
    nesterov_t nesterov;
    bool reshuffled;
    const char *unit;
} meant[] = {
    {FIXED, 2, NAN, 0, 0, METHOD_SGD, NESTEROV_NONE, false, "steps/d"},
    {FIXED "method: sme\nbatch: 3", 2, NAN, 0, 0, METHOD_SME, NESTEROV_NONE, false, "steps/d"},
    {FIXED "method: gradient-flow", 2, NAN, 0, 0, METHOD_FLOW, NESTEROV_NONE, false, "t"},
    {FIXED "batch: full", 2, 1, 0, 0, METHOD_SGD, NESTEROV_NONE, false, "steps"},
    {FIXED "batch: {fraction: 1}", 2, 1, 0, 0, METHOD_SGD, NESTEROV_NONE, false, "steps"},
    {FIXED "batch: {fraction: 0.3}\nmomentum: 0.5", 2, 0.3, 0, 0.5, METHOD_SGD, NESTEROV_NONE,
     false, "steps"},
    {FIXED "momentum: {nesterov: 0.6}", 2, NAN, 0, 0.6, METHOD_SGD, NESTEROV_CONSTANT, false,
     "steps/d"},
    {FIXED "batch: full\nmomentum: {nesterov: increasing}", 2, 1, 0, 0, METHOD_SGD,
     NESTEROV_INCREASING, false, "steps"},
    {FIXED "batch: {fraction: 0.333333}\nsampling: reshuffled", 2, 1.0 / 3, 0, 0, METHOD_SGD,
     NESTEROV_NONE, true, "steps"},
    {FIXED "batch: {fraction: 0.75}\nsampling: {persistent: 1.5}", 2, 0.75, 1.5, 0, METHOD_SGD,
     NESTEROV_NONE, false, "steps"},
    {"data: stream", INFINITY, NAN, 0, 0, METHOD_SGD, NESTEROV_NONE, false, "steps/d"},
    {"dimension: 100\ndata: {ratio: 0.01}", 0.01, NAN, 0, 0, METHOD_SGD, NESTEROV_NONE, false,
     "steps/d"},
};

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void keys_mean_what_they_say(void **state)
{
    static lines_t first, second;
    (void)state;
    for (size_t i = 0; i < COUNT(meant); i++) {
        sgdl_problem_t *problem = read_good(meant[i].text, NULL);
        assert_true(same(problem->ratio, meant[i].ratio) &&
                    same(problem->fraction, meant[i].fraction) &&
                    problem->persistence == meant[i].persistence);
        assert_true(problem->momentum == meant[i].momentum && problem->method == meant[i].method &&
                    problem->nesterov == meant[i].nesterov &&
                    problem->reshuffled == meant[i].reshuffled);
        assert_string_equal(sgdl_problem_time_unit(problem), meant[i].unit);
        write_lines(problem, NULL, &first); /* what is written is read */
        sgdl_problem_t *again = read_good(first.text, NULL);
        write_lines(again, NULL, &second);
        assert_string_equal(first.text, second.text);
        assert_ptr_equal(again->model, problem->model);
        assert_true(same(again->fraction, problem->fraction));
        sgdl_problem_free(again);
        sgdl_problem_free(problem);
    }
}

/* Flags, and the file that states the same. */
static const struct {
    const char *flags[FLAGS_MAX], *file;
} alike[] = {
    {{"data=ratio=2", "batch=fraction=0.25", "sampling=persistent=3"},
     FIXED "batch: {fraction: 0.25}\nsampling: {persistent: 3}"},
    {{"data={ratio: 2}", "batch=full", "momentum=nesterov=increasing"},
     FIXED "batch: full\nmomentum: {nesterov: increasing}"},
    {{"data=ratio=2", "method=gradient-flow", "batch=none", "learning-rate=none"},
     FIXED "method: gradient-flow"},
    {{"data=ratio=2", "method=sme", "momentum=0", "sampling=independent"}, FIXED "method: sme"},
    {{"data=ratio=2", "batch=fraction=0.5", "sampling=reshuffled", "momentum=nesterov=0.5"},
     FIXED "batch: {fraction: 0.5}\nsampling: reshuffled\nmomentum: {nesterov: 0.5}"},
    {{"data=stream"}, "{}"},
};

static void assert_same(const sgdl_problem_t *one, const sgdl_problem_t *other)
{
    static lines_t first, second;
    write_lines(one, NULL, &first);
    write_lines(other, NULL, &second);
    assert_string_equal(first.text, second.text);
}

static void flags_mean_what_a_file_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alike); i++) {
        sgdl_problem_t *flags = read_good(NULL, alike[i].flags),
                       *file = read_good(alike[i].file, NULL);
        assert_same(flags, file);
        sgdl_problem_free(file);
        sgdl_problem_free(flags);
    }
}

static void what_is_written_says_it_shortly(void **state)
{
    static const char *const expected[][2] = {
        {"data", "{ratio: 2}"},     {"model", "mixture"}, {"method", "gradient-flow"},
        {"batch", "none"},          {"momentum", "0"},    {"learning_rate", "none"},
        {"sampling", "independent"}};
    (void)state;
    sgdl_problem_t *problem = read_good(FIXED "method: gradient-flow", NULL);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_value(problem, expected[i][0], expected[i][1]);
    assert_true(problem->rates == 1 && sgdl_schedule_rate(&problem->learning_rate[0], 3, 9) == 1);
    sgdl_problem_free(problem);
    problem = read_good(FIXED "batch: {fraction: 0.2}\nsampling: {persistent: 4}", NULL);
    assert_value(problem, "batch", "{fraction: 0.2}");
    assert_value(problem, "sampling", "{persistent: 4}");
    sgdl_problem_free(problem);
}

/* One key turns a stream into fixed data and back: what one of them says and the other has not, and
 * what is so without it, goes over. */
static void a_stream_and_fixed_data_turn_into_each_other(void **state)
{
    static lines_t stream, fixed, again;
    (void)state;
    sgdl_problem_t *problem = read_good("ridge: 0.5\nloss: least-squares", NULL);
    write_lines(problem, NULL, &stream);
    sgdl_problem_t *over = read_good(stream.text, (flag_texts_t){"data=ratio=3"});
    assert_ptr_equal(over->model, &model_fixed_data);
    assert_true(over->ratio == 3 && over->ridge == 0.5);
    write_lines(over, NULL, &fixed);
    assert_null(strstr(fixed.text, "clip"));
    sgdl_problem_t *back = read_good(fixed.text, (flag_texts_t){"data=stream"});
    write_lines(back, NULL, &again);
    assert_string_equal(stream.text, again.text);
    sgdl_problem_free(back);
    sgdl_problem_free(over);
    sgdl_problem_free(problem);
}

/* ---- setters --------------------------------------------------------------------------------- */

/* A key and its number on full batches, and the top-level value that comes of it. */
static const struct {
    const char *key;
    double number;
    const char *top, *value;
} settings[] = {
    {"data.ratio", 5, "data", "{ratio: 5}"},
    {"batch.fraction", 0.5, "batch", "{fraction: 0.5}"},
    {"batch", 4, "batch", "4"},
    {"momentum", 0.25, "momentum", "0.25"},
    {"momentum.nesterov", 0.75, "momentum", "{nesterov: 0.75}"},
    {"ridge", 2, "ridge", "2"},
};

static void setters_put_what_is_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(settings); i++) {
        sgdl_problem_t *problem = read_good(FIXED "batch: full", NULL);
        sgdl_error_t error = {0};
        if (sgdl_problem_set_number(problem, settings[i].key, settings[i].number, &error) ||
            sgdl_problem_validate(problem, &error))
            fail_msg("%s: %s: %s", settings[i].key, error.place, error.message);
        assert_value(problem, settings[i].top, settings[i].value);
        sgdl_problem_free(problem);
    }
}

/* `data.ratio` is a number of a stream, too: the one that makes a fixed data set of it. */
static void a_ratio_is_set_where_a_stream_was(void **state)
{
    (void)state;
    sgdl_problem_t *problem = read_good("data: stream\nbatch: 2", NULL), *fixed;
    assert_int_equal(sgdl_problem_set_number(problem, "data.ratio", 1.5, NULL), SGDL_OK);
    fixed = read_good("data: {ratio: 1.5}\nbatch: 2", NULL);
    assert_same(problem, fixed);
    assert_string_equal(sgdl_problem_model(problem), "fixed-data");
    assert_int_equal(sgdl_problem_set(problem, "data", "stream", NULL), SGDL_OK);
    assert_string_equal(sgdl_problem_model(problem), "mixture");
    sgdl_problem_free(fixed);
    sgdl_problem_free(problem);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void log_spaced_steps_begin_with_the_first(void **state)
{
    sgdl_error_t error = {0};
    (void)state;
    sgdl_problem_t *problem =
        read_good(FIXED "batch: full\ntime: 1000\noutput: {points: 5, spacing: log}", NULL);
    static const double steps[] = {0, 1, 10, 100, 1000};
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(problem->plan.times[i] - steps[i]) <= 1e-12 * steps[i]);
    assert_value(problem, "output", "{points: 5, spacing: log, first: 1}");
    sgdl_problem_free(problem);
    problem = read_good(FIXED "time: 1000\noutput: {points: 5, spacing: log}", NULL);
    assert_true(problem->plan.times[1] == 0.01); /* small batches */
    sgdl_problem_free(problem);
    problem = sgdl_problem_new();
    assert_int_equal(read_text(problem, FIXED "batch: full\ntime: 0.5", NULL, &error),
                     SGDL_ERR_INPUT);
    assert_string_equal(error.place, "p.yaml:3");
    assert_non_null(strstr(error.message, "key 'time': found 0.5, allowed from 1: t counts steps"));
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_where_it_is),
        cmocka_unit_test(keys_mean_what_they_say),
        cmocka_unit_test(flags_mean_what_a_file_means),
        cmocka_unit_test(what_is_written_says_it_shortly),
        cmocka_unit_test(a_stream_and_fixed_data_turn_into_each_other),
        cmocka_unit_test(setters_put_what_is_meant),
        cmocka_unit_test(a_ratio_is_set_where_a_stream_was),
        cmocka_unit_test(log_spaced_steps_begin_with_the_first),
    };
    return cmocka_run_group_tests_name("fixed_data_keys", tests, make_folder, remove_folder);
}
