/* Problems that a program states: what a setter says is what a file says, judged in the same words.
 */
#include "tests/any_problem.h"
#include "tests/problem_text.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- one key ---------------------------------------------------------------------------------
 */

/* A key, what a setter takes for it, and the file that states the same. */
static const struct {
    const char *key, *text, *file;
} good[] = {
    {"dimension", "300", "dimension: 300"},
    {"dimension", "inf", "dimension: inf"},
    {"loss", "least-squares", "loss: least-squares"},
    {"classes.1.weight", "0.5", "classes: [{weight: 0.5}, {}]"},
    {"classes.*.covariance", "power-law:exponent=1.5",
     "classes: [{covariance: {family: power-law, exponent: 1.5}}, {covariance: {family: power-law, "
     "exponent: 1.5}}]"},
    {"classes.2.covariance", "zero-one:zero=0.1:0.4",
     "classes: [{}, {covariance: {family: zero-one, zero: [0.1, 0.4]}}]"},
    {"classes.1.mean", "gaussian:scale=2,on=0:0.5",
     "classes: [{mean: {family: gaussian, scale: 2, on: [0, 0.5]}}, {}]"},
    {"classes.1.mean", "{family: constant, scale: 3}",
     "classes: [{mean: {family: constant, scale: 3}}, {}]"},
    {"classes.count", "2", "classes: {count: 2}"},
    {"classes", "{count: 2, weights: zipf:1.5}",
     "classes: {count: 2, weights: {family: zipf, exponent: 1.5}}"},
    {"learning_rate", "0.25", "learning_rate: 0.25"},
    {"learning_rate", "0.25,0.5", "learning_rate: [0.25, 0.5]"},
    {"learning_rate", "cosine:value=1,warmup=2",
     "learning_rate: {schedule: cosine, value: 1, warmup: 2}"},
    {"intercept", "-2", "intercept: -2"},
    {"batch", "8", "batch: 8"},
    {"ridge", "0.125", "ridge: 0.125"},
    {"label_noise", "0.1", "label_noise: 0.1"},
    {"clip", "0.3", "clip: 0.3"},
    {"clip", "none", "clip: none"},
    {"gradient_noise", "0.2", "gradient_noise: 0.2"},
    {"momentum", "0.9", "momentum: 0.9"},
    {"momentum", "gain=1,weight=1.2,decay=2", "momentum: {gain: 1, weight: 1.2, decay: 2}"},
    {"momentum", "gain=1,weight=1.2,decay=[value=2,over=3]",
     "momentum: {gain: 1, weight: 1.2, decay: {value: 2, over: 3}}"},
    {"momentum", "{gain: 0, weight: 0, decay: 0}", "momentum: {gain: 0, weight: 0, decay: 0}"},
    {"data", "stream", "data: stream"},
    {"data.ratio", "2", "data: {ratio: 2}"},
    {"data", "ratio=0.5", "data: {ratio: 0.5}"},
    {"teacher", "none", "teacher: none"},
    {"teacher", "signal=[power-law:exponent=0.2,scale=1],labels=sign",
     "teacher: {signal: {family: power-law, exponent: 0.2}, labels: sign}"},
    {"teacher",
     "labels=logistic-soft,steepness=3,signal=[piecewise:breaks=0.2,values=1:-2,on=0:0.9]",
     "teacher: {signal: {family: piecewise, breaks: [0.2], values: [1, -2], on: [0, 0.9]}, labels: "
     "logistic-soft, steepness: 3}"},
    {"teacher", "{signal: {family: gaussian}, labels: sign}",
     "teacher: {signal: {family: gaussian}, labels: sign}"},
    {"teacher.signal", "opposite:of=1", "teacher: {signal: {family: opposite, of: 1}}"},
    {"start", "norm2=2", "start: {norm2: 2}"},
    {"start.norm2", "3", "start: {norm2: 3}"},
    {"time", "7", "time: 7"},
    {"output.points", "11", "output: {points: 11}"},
    {"output.times", "0,1,4", "output: {times: [0, 1, 4]}"},
    {"output", "{points: 5, spacing: log}", "output: {points: 5, spacing: log}"},
    {"clean_below", "1e-3", "clean_below: 1e-3"},
    {"seed", "18446744073709551615", "seed: 18446744073709551615"},
    {"tolerance.relative", "1e-6", "tolerance: {relative: 1e-6}"},
};

static void assert_same(const sgdl_problem_t *one, const sgdl_problem_t *other)
{
    static lines_t first, second;
    write_lines(one, NULL, &first);
    write_lines(other, NULL, &second);
    assert_string_equal(first.text, second.text);
}

static sgdl_problem_t *stated(const char *key, const char *text)
{
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    if (sgdl_problem_set(problem, key, text, &error) != SGDL_OK ||
        sgdl_problem_validate(problem, &error) != SGDL_OK)
        fail_msg("%s = %s: %s: %s", key, text, error.place, error.message);
    return problem;
}

static void each_key_means_what_a_file_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        sgdl_problem_t *set = stated(good[i].key, good[i].text);
        sgdl_problem_t *read = read_good(good[i].file, NULL);
        assert_same(set, read);
        sgdl_problem_free(set);
        sgdl_problem_free(read);
    }
}

/* A wrong value, and the file with the same mistake. */
static const struct {
    const char *key, *text, *file;
} bad[] = {
    {"dimension", "2.5", "dimension: 2.5"},
    {"loss", "logistics", "loss: logistics"},
    {"loss", "softmacs", "loss: softmacs"},
    {"encoding", "one-hot", "encoding: one-hot"},
    {"classes.1.weight", "1.5", "classes: [{weight: 1.5}, {}]"},
    {"classes.1.weight", "0.9", "classes: [{weight: 0.9}, {}]"},
    {"classes.1.label", "2", "classes: [{label: 2}, {}]"},
    {"classes.2.covariance", "power-law", "classes: [{}, {covariance: {family: power-law}}]"},
    {"classes.2.covariance", "powerlaw:exponent=1",
     "classes: [{}, {covariance: {family: powerlaw, exponent: 1}}]"},
    {"classes.1.mean", "opposite:of=1", "classes: [{mean: {family: opposite, of: 1}}, {}]"},
    {"learning_rate", "0", "learning_rate: 0"},
    {"learning_rate", "0.5,-1", "learning_rate: [0.5, -1]"},
    {"learning_rate", "cosine:valeu=1", "learning_rate: {schedule: cosine, valeu: 1}"},
    {"intercept", "nan", "intercept: nan"},
    {"batch", "0", "batch: 0"},
    {"ridge", "-1", "ridge: -1"},
    {"ridge", "1e999", "ridge: 1e999"},
    {"label_noise", "1", "label_noise: 1"},
    {"start", "norm2=-1", "start: {norm2: -1}"},
    {"time", "0", "time: 0"},
    {"output.points", "1", "output: {points: 1}"},
    {"output.times", "0,2,1", "output: {times: [0, 2, 1]}"},
    {"clean_below", "-1", "clean_below: -1"},
    {"seed", "-1", "seed: -1"},
    {"tolerance.relative", "1", "tolerance: {relative: 1}"},
    {"clip", "0", "clip: 0"},
    {"gradient_noise", "-1", "gradient_noise: -1"},
    {"momentum", "1.5", "momentum: 1.5"},
    {"momentum.gain", "1", "momentum: {gain: 1}"},
    {"data.ratio", "0", "data: {ratio: 0}"},
    {"method", "sme", "method: sme"},
    {"batch.fraction", "0.5", "batch: {fraction: 0.5}"},
    {"momentum.nesterov", "0.5", "momentum: {nesterov: 0.5}"},
    {"teacher.signal", "gausian", "teacher: {signal: {family: gausian}}"},
    {"teacher.noise", "1", "teacher: {noise: 1}"},
    {"teacher", "signal=[gaussian],labels=linear",
     "teacher: {signal: {family: gaussian}, labels: linear}"},
    {"tiem", "1", "tiem: 1"},
};

static void each_mistake_is_told_as_in_a_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        sgdl_error_t set = {0}, read = {0};
        sgdl_problem_t *problem = sgdl_problem_new();
        assert_int_equal(sgdl_problem_set(problem, bad[i].key, bad[i].text, &set), SGDL_OK);
        assert_int_equal(sgdl_problem_validate(problem, &set), SGDL_ERR_INPUT);
        assert_int_equal(sgdl_problem_parse(problem, bad[i].file, "p.yaml", NULL, 0, &read),
                         SGDL_ERR_INPUT);
        assert_string_equal(set.message, read.message);
        sgdl_problem_free(problem);
    }
}

static void keys_that_are_nowhere(void **state)
{
    static const char *const keys[] = {"classes.3.weight", "classes.1", "ridge.deep", "",
                                       "classes.x.weight"};
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        sgdl_error_t error = {0};
        sgdl_problem_t *problem = read_good("ridge: 1", NULL);
        assert_int_equal(sgdl_problem_set(problem, keys[i], "1", &error), SGDL_ERR_INPUT);
        assert_string_equal(error.place, keys[i]);
        assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK); /* as it was */
        sgdl_problem_free(problem);
    }
}

/* ---- any problem ------------------------------------------------------------------------------
 */

/* All keys of a problem, set one by one from what it writes. */
static int set_line(void *context, const char *key, const char *value)
{
    return sgdl_problem_set(context, key, value, NULL);
}

/* Weights and labels as arrays, the rest of the classes as it is written. */
static void set_arrays(sgdl_problem_t *copy, const sgdl_problem_t *problem)
{
    const size_t classes = sgdl_problem_classes(problem);
    double *weights = calloc(classes, sizeof *weights), *labels = calloc(classes, sizeof *labels);
    assert_true(weights && labels);
    memcpy(weights, sgdl_problem_weights(problem), classes * sizeof *weights);
    memcpy(labels, sgdl_problem_labels(problem), classes * sizeof *labels);
    for (size_t i = 0; i < classes; i++) { /* others, which are not to stay */
        char key[64];
        (void)snprintf(key, sizeof key, "classes.%zu.weight", i + 1);
        assert_int_equal(sgdl_problem_set_number(copy, key, 0.9, NULL), SGDL_OK);
    }
    assert_int_equal(sgdl_problem_set_weights(copy, weights, classes, NULL), SGDL_OK);
    assert_int_equal(sgdl_problem_set_labels(copy, labels, classes, NULL), SGDL_OK);
    assert_int_equal(sgdl_problem_set_weights(copy, weights, classes + 1, NULL), SGDL_ERR_INPUT);
    free(weights);
    free(labels);
}

static void any_problem_can_be_set(void **state)
{
    uint64_t random = 11;
    (void)state;
    for (int n = 0; n < 200; n++) {
        char *text = any_problem(&random);
        sgdl_problem_t *read = read_good(text, NULL), *set = sgdl_problem_new(), *copy;
        assert_int_equal(sgdl_problem_write(read, &read->plan, set_line, set, NULL), SGDL_OK);
        set_arrays(set, read);
        assert_same(set, read);
        copy = sgdl_problem_copy(set, NULL);
        assert_non_null(copy);
        assert_int_equal(sgdl_problem_set_number(set, "ridge", 5, NULL), SGDL_OK);
        assert_same(copy, read); /* an edit is not that of a copy */
        sgdl_problem_free(copy);
        sgdl_problem_free(set);
        sgdl_problem_free(read);
        free(text);
    }
}

/* Edits leave nothing behind. */
static void edits_have_no_end(void **state)
{
    (void)state;
    sgdl_problem_t *problem = sgdl_problem_new();
    for (int n = 0; n < 300000; n++)
        assert_int_equal(sgdl_problem_set_number(problem, "classes.1.weight", 0.5, NULL), SGDL_OK);
    assert_true(problem->statement->tree.nodes < 10000);
    assert_int_equal(sgdl_problem_set_number(problem, "ridge", 0.25, NULL), SGDL_OK);
    assert_value(problem, "ridge", "0.25");
    sgdl_problem_free(problem);
}

/* ---- files ------------------------------------------------------------------------------------
 */

static void a_file_is_read_when_it_is_named(void **state)
{
    (void)state;
    char here[512];
    static lines_t before, after;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_non_null(getcwd(here, sizeof here));
    (void)write_file("a.txt", "3\n2\n1\n", 6);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(sgdl_problem_set(problem, "classes.*.covariance", "file:path=a.txt", NULL), 0);
    assert_int_equal(sgdl_problem_validate(problem, NULL), SGDL_OK);
    write_lines(problem, NULL, &before);
    assert_int_equal(chdir(here), 0);
    (void)write_file("a.txt", "7\n8\n9\n10\n", 9);
    assert_int_equal(sgdl_problem_set_number(problem, "ridge", 0, NULL), SGDL_OK);
    write_lines(problem, NULL, &after); /* read again, from another folder */
    assert_string_equal(before.text, after.text);
    assert_int_equal(unlink(in_folder("a.txt")), 0);
    assert_int_equal(sgdl_problem_set_number(problem, "ridge", 0, NULL), SGDL_OK);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, NULL);
    sgdl_directions_t directions;
    assert_int_equal(sgdl_directions_init(&directions, &mixture, NULL), SGDL_OK);
    for (size_t e = 0; e < 6; e++)
        assert_true(directions.eigenvalue[e] == 3 - (double)(e % 3));
    sgdl_directions_free(&directions);
    sgdl_problem_free(problem);
}

/* A pipe gives what it holds once: to a covariance, to a mean, and to the whole computation. */
static void a_file_is_opened_once(void **state)
{
    (void)state;
    char path[512], text[4096];
    (void)snprintf(path, sizeof path, "%s", in_folder("b.txt"));
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        FILE *out = fopen(path, "w");
        _exit(out && fputs("3\n2\n1\n", out) >= 0 && fclose(out) == 0 ? 0 : 1);
    }
    (void)snprintf(text, sizeof text,
                   "classes: [{covariance: {family: file, path: %s}, mean: {family: file, path: "
                   "%s}}, {covariance: {family: file, path: %s}}]\nstart: {file: %s}",
                   path, path, path, path);
    sgdl_problem_t *problem = read_good(text, NULL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(problem->data.count, 1);
    assert_true(problem->dimension == 3 && problem->start[0] == 3 && problem->files == 0);
    assert_ptr_equal(problem->start, problem->covariance[1].setting[0].data);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_means_what_a_file_means),
        cmocka_unit_test(each_mistake_is_told_as_in_a_file),
        cmocka_unit_test(keys_that_are_nowhere),
        cmocka_unit_test(any_problem_can_be_set),
        cmocka_unit_test(edits_have_no_end),
        cmocka_unit_test(a_file_is_read_when_it_is_named),
        cmocka_unit_test(a_file_is_opened_once),
    };
    return cmocka_run_group_tests_name("setters", tests, make_folder, remove_folder);
}
