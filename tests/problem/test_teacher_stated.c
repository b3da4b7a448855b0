/* Teachers as they are stated: how many classes they see, signals from files and arrays, headers.
 */
#include "tests/any_problem.h"
#include "tests/problem_text.h"

#include <math.h>

static void assert_line(const sgdl_problem_t *problem, const char *key, const char *value)
{
    char found[1024];
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_problem_get(problem, key, found, sizeof found, &error), SGDL_OK);
    assert_string_equal(found, value);
}

/* ---- classes ----------------------------------------------------------------------------- */

#define ISOTROPIC "covariance: {family: isotropic, scale: 1}"

static void a_problem_of_flags_is_one_class_without_a_mean(void **state)
{
    (void)state;
    static const struct {
        flag_texts_t flags;
        const char *classes;
    } cases[] = {
        {{"teacher=signal=[gaussian]"}, "[{weight: 1, " ISOTROPIC ", mean: {family: zero}}]"},
        {{"covariance=power-law:exponent=2", "teacher=signal=[gaussian]"},
         "[{weight: 1, covariance: {family: power-law, exponent: 2, scale: 1}, mean: {family: "
         "zero}}]"},
        {{"teacher=signal=[gaussian]", "mean=constant:scale=2"},
         "[{weight: 1, " ISOTROPIC ", mean: {family: constant, scale: 2}}]"},
        {{"mean=constant", "mean=zero", "teacher=signal=[gaussian]"},
         "[{weight: 0.5, " ISOTROPIC
         ", mean: {family: constant, scale: 1}}, {weight: 0.5, " ISOTROPIC
         ", mean: {family: zero}}]"},
        {{"weight=0.25", "weight=0.75", "mean=constant", "teacher=signal=[gaussian]"},
         "[{weight: 0.25, " ISOTROPIC
         ", mean: {family: constant, scale: 1}}, {weight: 0.75, " ISOTROPIC
         ", mean: {family: opposite, of: 1}}]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sgdl_problem_t *problem = read_good(NULL, cases[i].flags);
        assert_line(problem, "classes", cases[i].classes);
        assert_true(sgdl_problem_has_teacher(problem));
        assert_null(sgdl_problem_labels(problem));
        assert_int_equal(sgdl_problem_outputs(problem), 1);
        sgdl_problem_free(problem);
    }
}

/* In files and in flags, wherever a family or a schedule is due. */
static void a_family_without_keys_is_a_word(void **state)
{
    (void)state;
    static const char *const texts[] = {"teacher: {signal: constant, labels: sign}\nclasses: "
                                        "[{covariance: isotropic, mean: zero}]\n"
                                        "learning_rate: [line-search, polyak, 0.5]",
                                        "{}"};
    static const flag_texts_t flags[] = {{NULL},
                                         {"teacher=signal=constant,labels=sign", "mean=zero",
                                          "learning-rate=line-search,polyak,0.5"}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        sgdl_problem_t *problem = read_good(texts[i], flags[i]);
        assert_line(problem, "teacher", "{signal: {family: constant, scale: 1}, labels: sign}");
        assert_line(problem, "classes", "[{weight: 1, " ISOTROPIC ", mean: {family: zero}}]");
        assert_line(problem, "learning_rate",
                    "[{schedule: line-search}, {schedule: polyak, factor: 1, risk_min: 0}, 0.5]");
        sgdl_problem_free(problem);
    }
    sgdl_problem_t *problem =
        read_good(NULL, (flag_texts_t){"teacher=signal=power-law:exponent=0.2,labels=logistic",
                                       "learning-rate=[{schedule: polyak, factor: 2}, 1]"});
    assert_line(problem, "teacher",
                "{signal: {family: power-law, exponent: 0.2, scale: 1}, labels: logistic, "
                "steepness: 1}");
    assert_line(problem, "learning_rate", "[{schedule: polyak, factor: 2, risk_min: 0}, 1]");
    sgdl_problem_free(problem);
}

static void any_number_of_classes_needs_no_labels(void **state)
{
    (void)state;
    sgdl_problem_t *problem =
        read_good("classes: [{}, {}, {}]\nteacher: {signal: {family: same, of: 3}}", NULL);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, NULL);
    assert_int_equal(sgdl_problem_classes(problem), 3);
    assert_int_equal(mixture.classes, 4);
    assert_true(mixture.signals && mixture.weight[3] == 0);
    assert_line(problem, "teacher",
                "{signal: {family: same, of: 3}, labels: logistic, steepness: 1}");
    sgdl_problem_free(problem);
    problem = read_good("classes: [{}]", NULL);
    assert_false(sgdl_problem_mixture(problem, NULL).signals);
    sgdl_problem_free(problem);
}

/* ---- numbers ----------------------------------------------------------------------------- */

static void signals_from_files_set_the_dimension(void **state)
{
    (void)state;
    static const char text[] = "loss: least-squares\n"
                               "teacher: {signal: {family: file, path: x0.txt}, noise: 0.5}\n";
    char path[512], wanted[1200];
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    (void)write_file("x0.txt", "0.5 -1 2 0", 10);
    (void)snprintf(path, sizeof path, "%s", write_file("p.yaml", text, strlen(text)));
    if (sgdl_problem_read(problem, path, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    assert_true(sgdl_problem_dimension(problem) == 4);
    assert_int_equal(problem->files, 1);
    (void)snprintf(wanted, sizeof wanted,
                   "{signal: {family: file, path: \"%s\"}, labels: linear, noise: 0.5}",
                   in_folder("x0.txt"));
    assert_line(problem, "teacher", wanted);
    sgdl_nodes_t nodes;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, NULL);
    assert_int_equal(sgdl_nodes_init(&nodes, &mixture, NULL, &error), SGDL_OK);
    assert_true(fabs(nodes.gram[3] - 5.25) < 1e-14); /* the norm of X* itself */
    sgdl_nodes_free(&nodes);
    sgdl_problem_free(problem);
}

static void signals_of_the_wrong_length_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"dimension: 3\nteacher:\n  signal:\n    family: file\n    path: a.txt",
         "a.txt' holds 4 numbers, allowed 3 coordinates of the signal, one a direction"},
        {"classes: [{covariance: {family: file, path: b.txt}}]\n\n\nteacher:\n"
         "  signal: {family: file, path: a.txt}",
         "a.txt' holds 4 numbers, allowed 2 coordinates of the signal, one a direction as in '"},
        {"dimension: inf\nloss: logistic\ntime: 1\nteacher:\n  signal: {family: file, path: "
         "a.txt}",
         "found a file with dimension: inf"},
    };
    char path[512], place[520];
    (void)write_file("a.txt", "1 2 3 4", 7);
    (void)write_file("b.txt", "1 2", 3);
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)snprintf(path, sizeof path, "%s",
                       write_file("p.yaml", cases[i][0], strlen(cases[i][0])));
        (void)snprintf(place, sizeof place, "%s:5", path);
        assert_file_refused(path, place, cases[i][1]);
    }
}

static void signals_are_given_as_arrays(void **state)
{
    (void)state;
    const double signal[] = {1, -2, 0.5}, eigenvalues[] = {1, 2, 3}, bad[] = {1, NAN, 2};
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_set(problem, "loss", "least-squares", &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_signal(problem, signal, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_number(problem, "teacher.noise", 0.25, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_eigenvalues(problem, 0, eigenvalues, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_line(problem, "teacher",
                "{signal: {family: file, path: [1, -2, 0.5]}, labels: linear, noise: 0.25}");
    assert_line(problem, "dimension", "3");
    assert_int_equal(sgdl_problem_set_signal(problem, signal, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "holds 2 numbers, allowed 3 coordinates of the signal"));
    assert_int_equal(sgdl_problem_set_signal(problem, bad, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "as number 2, allowed a finite number"));
    sgdl_problem_free(problem);
}

/* ---- what is written reads back ---------------------------------------------------------- */

static void written_teachers_read_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "loss: least-squares\nteacher: {signal: {family: gaussian, scale: 0.5}, noise: 0.1}",
        "loss: least-squares\nteacher: {signal: {family: zero}, labels: sign}",
        "teacher: {signal: {family: constant, on: [0.25, 0.5]}, labels: logistic, steepness: 7}",
        "teacher: {signal: {family: power-law, exponent: 0.1}, labels: logistic-soft}\nclip: 0.125",
        "dimension: 3\nloss: {family: committee, activation: relu, second_layer: [1, -0.5, 2]}\n"
        "teacher: {signals: [{family: power-law, exponent: -0.4}, {family: gaussian},"
        " {family: file, path: [1, 2, 3]}], noise: 0.25}",
        "loss: committee\nteacher: {signals: [constant]}\ndata: {ratio: 2}",
        "momentum: {gain: 1, weight: 0.5, decay: {value: 3, over: 2}}\ngradient_noise: 1e-3",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        static lines_t first, second;
        sgdl_problem_t *one = read_good(texts[i], NULL);
        write_lines(one, NULL, &first);
        sgdl_problem_t *other = read_good(first.text, NULL);
        write_lines(other, NULL, &second);
        assert_string_equal(first.text, second.text);
        sgdl_problem_free(one);
        sgdl_problem_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_of_flags_is_one_class_without_a_mean),
        cmocka_unit_test(a_family_without_keys_is_a_word),
        cmocka_unit_test(any_number_of_classes_needs_no_labels),
        cmocka_unit_test(signals_from_files_set_the_dimension),
        cmocka_unit_test(signals_of_the_wrong_length_are_refused),
        cmocka_unit_test(signals_are_given_as_arrays),
        cmocka_unit_test(written_teachers_read_back),
    };
    return cmocka_run_group_tests_name("teacher_stated", tests, make_folder, remove_folder);
}
