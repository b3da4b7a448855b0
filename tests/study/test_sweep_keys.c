/* What can be varied: keys and grids are judged before a point is computed. */
#include <sys/resource.h>

#include "tests/program.h"

static void refused(const char *axis, const char *words)
{
    assert_fails(run("sweep", "--time", "1", "--vary", axis), 2, words);
}

/* Keys that are not there, or not for a number. */
static void wrong_keys(void **state)
{
    (void)state;
    refused("foo=1:2:3", "foo: unknown key 'foo'");
    refused("learningrate=0.1:1:2", "did you mean 'learning_rate'");
    refused("classes.3.weight=0.1:0.5:2", "no entry '3' in this list, allowed: 1 to 2, or *");
    refused("classes.1=0.1:0.5:2", "entry '1' of a list is meant as a whole");
    refused("classes.x.weight=0.1:0.5:2", "found 'x' where an entry of a list is meant");
    refused("classes.*.covariance.exponent=0.1:1:2", "unknown key 'exponent'");
    refused("classes.1.mean.exponet=0.1:1:1000000", "unknown key 'exponet'");
    refused("x.weight=0.1:0.5:2", "unknown key 'x'");
    refused("start.weight=0.1:0.5:2", "unknown key 'weight'");
    refused("loss=0:1:2", "allowed: logistic");
    refused("encoding=0:1:2", "allowed: scalar");
    refused("classes=1:2:2", "allowed a list");
    refused("classes.1.mean.on=0:1:2", "allowed an interval");
    refused("tolerance=1:2:2", "allowed a map");
    refused("start.file=1:2:2", "one or the other");
    refused("output.times=1:2:2", "allowed a list");
}

/* A grid that leaves what a key of the problem takes, at either end. */
static void wrong_values(void **state)
{
    (void)state;
    refused("ridge=-1:1:3", "found -1");
    refused("learning_rate=0:1:3", "found 0");
    refused("time=10:0:3", "found 0");
    refused("label_noise=0:1:3", "found 1");
    refused("batch=0:3:4", "found 0");
    refused("start.norm2=1:-1:3", "found -1");
    refused("tolerance.relative=0.01:1:3", "found 1");
    refused("classes.1.weight=0.5:1.5:3", "found 1.5");
    /* a family's key, where no point is left */
    refused("classes.*.mean.scale=1e150:1e200:20", "found 1e150");
}

/* Classes that lend their mean: a grid of them is right at every point or refused as a whole. */
static void grids_of_classes(void **state)
{
    (void)state;
    const char *three =
        write_file("three.yaml",
                   "time: 1\noutput: {points: 2}\nclasses: [{label: 1}, {label: 0, mean: {family: "
                   "opposite, of: 1}}, {label: 1, mean: {family: same, of: 2}}]\n");
    refused("classes.2.mean.of=1:2:2", "found 2, the class itself");
    refused("classes.2.mean.of=2:1:2", "found 2, the class itself");
    refused("classes.2.mean.of=1:3:3", "found 2, the class itself");
    refused("classes.2.mean.of=0:1:2", "found 0");
    refused("classes.2.mean.of=1:1000000:1000000", "found 2, the class itself");
    /* in the middle; no such class; class 3 takes its own from class 2 */
    assert_fails(run("sweep", three, "--vary", "classes.3.mean.of=2:4:3"), 2, "the class itself");
    assert_fails(run("sweep", three, "--vary", "classes.3.mean.of=4:1:2"), 2, "found 4");
    assert_fails(run("sweep", three, "--vary", "classes.2.mean.of=1:3:2"), 2, "in a cycle");
    outcome_t right = run("sweep", three, "--vary", "classes.3.mean.of=1:2:2");
    assert_done(&right);
    assert_null(strstr(right.out, "# failed_"));
    outcome_free(&right);
}

static void whole_grids(void **state)
{
    (void)state;
    refused("batch=1:2:3", "batch: found 1.5 (value 2 of 3), allowed whole numbers");
    refused("seed=1:2:3", "allowed whole numbers");
    refused("dimension=10:20:4", "allowed whole numbers");
    refused("classes.2.label=0:1:3", "allowed whole numbers");
    refused("classes.2.mean.of=1:2:3", "allowed whole numbers");
    refused("batch=1:1000:3:log", "allowed whole numbers");
    /* grids whose numbers are whole but for rounding, and keys of any number */
    outcome_t decades = run("sweep", "--time", "1", "--vary", "batch=1:1000:4:log");
    outcome_t seeds = run("sweep", "--time", "1", "--vary", "seed=0:1e18:3");
    outcome_t dimensions = run("sweep", "--time", "1", "--vary", "dimension=1:10:10");
    outcome_t labels = run("sweep", "--time", "1", "--loss", "least-squares", "--vary",
                           "classes.2.label=-1:-0.5:3");
    assert_done(&decades);
    assert_done(&seeds);
    assert_done(&dimensions);
    assert_done(&labels);
    assert_non_null(strstr(decades.out, "\n3\t100\t"));
    assert_null(strstr(seeds.out, "# failed_"));
    assert_null(strstr(dimensions.out, "# failed_"));
    assert_null(strstr(labels.out, "# failed_"));
    outcome_free(&decades);
    outcome_free(&seeds);
    outcome_free(&dimensions);
    outcome_free(&labels);
}

/* Keys that are there, but change nothing. */
static void keys_without_effect(void **state)
{
    (void)state;
    static const char rate[] = "polynomial:value=1,tau=1,power=0.5";
    refused("output.points=2:5:2", "has no effect");
    refused("output.first=0.1:0.5:2", "allowed with it only");
    assert_fails(run("sweep", "--lr", rate, "--vary", "learning_rate.value=1:2:2", "--vary",
                     "learning_rate=1:2:2"),
                 2, "learning_rate.value: has no effect here (beside 'learning_rate')");
    assert_fails(run("sweep", "--lr", rate, "--vary", "learning_rate=1:2:2", "--vary",
                     "learning_rate.value=1:2:2"),
                 2, "no key 'value'");
    assert_fails(run("sweep", "--vary", "classes.1.mean.scale=1:2:2", "--vary",
                     "classes.*.mean.scale=1:2:2"),
                 2, "classes.1.mean.scale: has no effect here");
}

/* What a family refuses at some points only is a row with its reason. */
static void some_points_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *problem, *axis, *reason;
    } some[] = {{"--covariance=zero-one:zero=0.1", "classes.*.covariance.zero=-0.5:0.5:3", "-0.5"},
                {"--mean=power-law:exponent=0", "classes.*.mean.exponent=-0.5:0.5:3", "-0.5"},
                {"--lr=cosine:value=1", "learning_rate.value=-1:1:3", "-1"}};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        outcome_t outcome = run("sweep", some[i].problem, "--points", "2", "--vary", some[i].axis);
        const char *reason = strstr(outcome.out, "# failed_1: ");
        assert_done(&outcome);
        assert_non_null(reason);
        assert_true(strstr(reason, some[i].reason) < strchr(reason, '\n'));
        const char *last = strstr(outcome.out, "\n3\t");
        assert_non_null(last);
        assert_non_null(strstr(last, "\t0\t")); /* its status */
        outcome_free(&outcome);
    }
}

/* Keys of any kind work where they are right. */
static void right_keys(void **state)
{
    (void)state;
    static const char *const axes[] = {"time=1:10:2",
                                       "tolerance.relative=1e-10:1e-5:2:log",
                                       "start.norm2=0:1:2",
                                       "classes.1.weight=0.25:0.75:2",
                                       "classes.*.covariance.scale=1:2:2",
                                       "dimension=10:20:2",
                                       "classes.1.label=0:1:2",
                                       "clean_below=0:1:2",
                                       "learning_rate=1:1:1"};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        outcome_t outcome = run("sweep", "--time", "1", "--vary", axes[i]);
        assert_done(&outcome);
        assert_null(strstr(outcome.out, "# failed_"));
        outcome_free(&outcome);
    }
}

#ifndef __SANITIZE_ADDRESS__ /* its shadow does not fit into any limit */
/* A grid is asked for its size before there is any of it. */
static void grids_fit_into_memory(void **state)
{
    (void)state;
    struct rlimit before, little = {.rlim_cur = (rlim_t)2 << 30};
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    little.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
    outcome_t large = run("sweep", "--time", "1", "--vary", "ridge=0:1:1000000", "--vary",
                          "learning_rate=0.1:1:10");
    outcome_t small = run("sweep", "--time", "1", "--threads", "1", "--vary", "ridge=0:1:2");
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_done(&small);
    outcome_free(&small);
    assert_fails(large, 2, "--memory: the rows of 10000000 points would take about");
    refused("ridge=0:1:10000001", "count from 1 to 1000000");
    assert_fails(run("sweep", "--vary", "ridge=0:1:1000000", "--vary", "batch=1:20:20"), 2,
                 "found 20000000 points");
}
#endif

/* 257 classes are one too many for the limit: every point fails, and so does the sweep. */
static void nothing_to_show(void **state)
{
    (void)state;
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    (void)strcpy(text, "time: 0.01\noutput: {points: 2}\nclasses:\n");
    for (int i = 0; i < 257; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "- {label: %d, mean: {family: zero}}\n", i % 2);
        (void)strcat(text, line);
    }
    const char *problem = write_file("p.yaml", text);
    outcome_t outcome = run("sweep", problem, "--vary", "ridge=0:1:2", "-o", in_folder("a.tsv"));
    assert_int_equal(outcome.status, 1);
    assert_non_null(strstr(outcome.err, "all 2 points failed, the first so: "));
    assert_true(exists("a.tsv"));
    assert_false(exists("a.tsv.part"));
    outcome_free(&outcome);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_keys),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test_teardown(grids_of_classes, empty_folder),
        cmocka_unit_test(whole_grids),
        cmocka_unit_test(keys_without_effect),
        cmocka_unit_test(some_points_are_refused),
        cmocka_unit_test(right_keys),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(grids_fit_into_memory),
#endif
        cmocka_unit_test_teardown(nothing_to_show, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
