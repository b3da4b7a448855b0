/* The keys of a landscape: what they mean in files, flags and setters, and what of them is refused,
 * by file, line and key. */
#include "tests/problem_text.h"

#include <math.h>

#define WELL "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"
#define NOISE "noise: {family: constant, value: 320}\n"
#define PLANE "potential: {family: terms, terms: [[4, 0, 1], [2, 0, -2], [0, 2, 1]]}\n"

/* ---- what is refused ------------------------------------------------------------------------- */

static const refusal_t landscape_refusals[] = {
    /* which model */
    {"model: landscape", {0}, "p.yaml:1", "the key 'potential' is missing"},
    {"model: landscape\n" WELL, {0}, "p.yaml:1", "the key 'noise' is missing"},
    {"model: hill", {0}, "p.yaml:1", "key 'model': found 'hill'"},
    {WELL NOISE "ridge: 1",
     {0},
     "p.yaml:3",
     "key 'ridge': is no key of the model landscape; models that take it: mixture"},
    {"model: mixture\nhermite: 4",
     {0},
     "p.yaml:2",
     "key 'hermite': is no key of the model mixture; models that take it: landscape"},
    {NULL, {"model=mixture", "potential=double-well"}, "--potential", "is no key of the model"},
    /* potentials */
    {"potential: doublewell\n" NOISE, {0}, "p.yaml:1", "key 'potential'"},
    {"potential: {scale: 1}\n" NOISE, {0}, "p.yaml:1", "the key 'family' is missing"},
    {"potential: {family: doublewell}\n" NOISE, {0}, "p.yaml:1", "did you mean 'double-well'?"},
    {"potential: {family: double-well, scale: 0}\n" NOISE, {0}, "p.yaml:1", "allowed a number > 0"},
    {"potential: {family: double-well, scal: 1}\n" NOISE, {0}, "p.yaml:1", "did you mean 'scale'?"},
    {"potential: {family: polynomial}\n" NOISE, {0}, "p.yaml:1", "'coefficients' is missing"},
    {"potential: {family: polynomial, coefficients: []}\n" NOISE,
     {0},
     "p.yaml:1",
     "found an empty"},
    {"potential: {family: polynomial, coefficients: [0, 0, .inf]}\n" NOISE,
     {0},
     "p.yaml:1",
     "coefficients[3]"},
    {NOISE "potential: {family: polynomial, coefficients: [0, 1]}",
     {0},
     "p.yaml:2",
     "key 'potential': has no minimum"},
    {NOISE "potential: {family: polynomial, coefficients: [0, -3, 0, 1]}",
     {0},
     "p.yaml:2",
     "key 'potential': does not confine"},
    {NULL,
     {"potential=polynomial:coefficients=0:0:1:1", "noise=constant:value=1"},
     "--potential",
     "key 'potential': does not confine"},
    {NULL,
     {"potential=polynomial:coefficients=0,0,1", "noise=constant:value=1"},
     "--potential",
     "found '0,0,1', allowed numbers with colons such as 1:10"},
    {NULL, {"potential=double-well", "noise=20"}, "--noise", "found 20, allowed: constant, loss"},
    {"potential: {family: least-squares, second_moment: 2}",
     {0},
     "p.yaml:1",
     "fourth_moment is below the square of second_moment"},
    {"potential: {family: least-squares}\n" NOISE, {0}, "p.yaml:2", "brings its noise"},
    {"potential: {family: terms, terms: [[2, 0, 1], [-1, 2, 1]]}\n" NOISE,
     {0},
     "p.yaml:1",
     "terms[2][1]'"},
    {"potential: {family: file, path: /nowhere/at/all}\n" NOISE,
     {0},
     "/nowhere/at/all",
     "cannot open the file"},
    /* noises */
    {WELL "noise: {family: constant, value: 0}", {0}, "p.yaml:2", "key 'noise.value': found 0"},
    {WELL "noise: {family: constant, value: -1}", {0}, "p.yaml:2", "allowed a number > 0"},
    {WELL "noise: own", {0}, "p.yaml:2", "key 'noise'"},
    {WELL "noise: [{family: constant, value: 1}, {family: constant, value: 1}]",
     {0},
     "p.yaml:2",
     "found a list of 2, allowed one noise"},
    {WELL "\nnoise: {family: polynomial, coefficients: [1, 2]}", {0}, "p.yaml:3", "at x = "},
    {WELL "box: [-2, 2]\nnoise: {family: polynomial, coefficients: [3, 0, -1]}",
     {0},
     "p.yaml:3",
     "allowed: above 0"},
    {PLANE "noise: [[{family: constant, value: 1}], [{family: constant, value: 1}]]",
     {0},
     "p.yaml:2",
     "found a matrix of noises"},
    {PLANE "noise: {family: loss, factor: 1, floor: 0.5}", {0}, "p.yaml:2", "Sigma is not above 0"},
    /* the rest */
    {WELL NOISE "momentum: 1",
     {0},
     "p.yaml:3",
     "key 'momentum': found 1, allowed a number in [0, 1)"},
    {WELL NOISE "momentum: -0.1", {0}, "p.yaml:3", "allowed a number in [0, 1)"},
    {PLANE NOISE "momentum: 0.5", {0}, "p.yaml:3", "in two coordinates"},
    {WELL "model: lanscape", {0}, "p.yaml:2", "did you mean 'landscape'?"},
    {WELL NOISE "batch: 8,16", {0}, "p.yaml:3", "found '8,16', allowed an integer or [8, 16]"},
    {WELL NOISE "batch: 0", {0}, "p.yaml:3", "key 'batch': found 0"},
    {WELL NOISE "batch: [8, 1.5]", {0}, "p.yaml:3", "key 'batch[2]': found 1.5"},
    {WELL NOISE "batch: []", {0}, "p.yaml:3", "key 'batch'"},
    {"batch: [8, 16]", {0}, "p.yaml:1", "key 'batch': found a list"},
    {WELL NOISE "box: [1, -1]", {0}, "p.yaml:3", "a < b"},
    {WELL NOISE "box: [-.inf, 3]", {0}, "p.yaml:3", "key 'box"},
    {WELL NOISE "box: [3, 4]", {0}, "p.yaml:3", "key 'box': has no minimum inside the box"},
    {WELL NOISE "box: 3", {0}, "p.yaml:3", "allowed an interval"},
    {PLANE NOISE "box: [-2, 2]", {0}, "p.yaml:3", "key 'box[1]'"},
    {PLANE NOISE "box: 2", {0}, "p.yaml:3", "found 2, allowed: auto, or [[a, b], [c, d]]"},
    {WELL NOISE "cells: 4", {0}, "p.yaml:3", "key 'cells': found 4"},
    {WELL NOISE "cells: [200, 120]", {0}, "p.yaml:3", "found a list"},
    {PLANE NOISE "cells: 200", {0}, "p.yaml:3", "found 200, allowed: a list of two"},
    {PLANE NOISE "cells: [200, 120, 3]", {0}, "p.yaml:3", "allowed: a list of two"},
    {WELL NOISE "hermite: 1", {0}, "p.yaml:3", "key 'hermite': found 1"},
    {WELL NOISE "start: {at: 5}\nbox: [-3, 3]", {0}, "p.yaml:3", "found 5, allowed inside the box"},
    {WELL NOISE "start: {at: [1, 2]}", {0}, "p.yaml:3", "allowed: one number"},
    {PLANE NOISE "start: {at: 1}", {0}, "p.yaml:3", "found 1, allowed: a list of 2 numbers"},
    {WELL NOISE "start: {at: .nan}", {0}, "p.yaml:3", "start.at"},
    {WELL NOISE "start: {width: 1}", {0}, "p.yaml:3", "the key 'at' is missing"},
    {WELL NOISE "start: {at: 1, width: 0}", {0}, "p.yaml:3", "key 'start.width': found 0"},
    {WELL NOISE "start: {at: 1, basin: 1}", {0}, "p.yaml:3", "found beside 'at'"},
    {WELL NOISE "start: {basin: 3}", {0}, "p.yaml:3", "key 'start.basin': found 3"},
    {WELL NOISE "box: [-0.5, 3]\nstart: {basin: 2}",
     {0},
     "p.yaml:4",
     "allowed an integer from 1 to 1"},
    {WELL NOISE "start: {norm2: 1}", {0}, "p.yaml:3", "unknown key 'norm2'"},
    {WELL NOISE "learning_rate: 0", {0}, "p.yaml:3", "key 'learning_rate': found 0"},
};

static void what_is_wrong_is_told_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(landscape_refusals); i++) {
        const refusal_t *row = &landscape_refusals[i];
        sgdl_problem_t *problem = sgdl_problem_new();
        sgdl_error_t error = {0};
        const int status = read_text(problem, row->text, row->flags, &error);
        assert_refused(status, problem, &error, row->text ? row->text : row->flags[0], row->place,
                       row->message);
        sgdl_problem_free(problem);
    }
}

/* ---- what is meant --------------------------------------------------------------------------- */

/* Flags, and the file that states the same. */
static const struct {
    const char *flags[FLAGS_MAX], *file;
} same[] = {
    {{"potential=double-well:scale=0.5,tilt=-0.1", "noise=constant:value=320"},
     "potential: {family: double-well, scale: 0.5, tilt: -0.1}\n" NOISE},
    {{"potential=polynomial:coefficients=0:0:1", "noise=loss:factor=2,floor=1", "batch=8,16"},
     "potential: {family: polynomial, coefficients: [0, 0, 1]}\nnoise: {family: loss, factor: 2, "
     "floor: 1}\nbatch: [8, 16]"},
    {{"potential=terms:terms=4:0:1;2:0:-2;0:2:1",
      "noise=[{family: constant, value: 1}, {family: terms, terms: [[0, 0, 2], [2, 0, 1]]}]",
      "start-at=1,0", "cells=40,30"},
     PLANE "noise: [{family: constant, value: 1}, {family: terms, terms: [[0, 0, 2], [2, 0, 1]]}]\n"
           "start: {at: [1, 0]}\ncells: [40, 30]"},
    {{"potential=terms:terms=4:0:1;2:0:-2;0:2:1", "noise=constant:value=320",
      "box=[[-2, 2], [-3, 3]]"},
     PLANE NOISE "box: [[-2, 2], [-3, 3]]"},
    {{"potential=least-squares:noise=2", "momentum=0.5", "start-at=1", "start-width=0.25"},
     "potential: {family: least-squares, noise: 2}\nmomentum: 0.5\nstart: {at: 1, width: 0.25}"},
    {{"potential=double-well", "noise=polynomial:coefficients=1:0:0.5", "start-basin=2",
      "hermite=20", "box=-2,2", "cells=100"},
     "potential: {family: double-well}\nnoise: {family: polynomial, coefficients: [1, 0, 0.5]}\n"
     "start: {basin: 2}\nhermite: 20\nbox: [-2, 2]\ncells: 100"},
};

static void flags_mean_what_a_file_means(void **state)
{
    static lines_t first, second, third;
    (void)state;
    for (size_t i = 0; i < COUNT(same); i++) {
        sgdl_problem_t *flags = read_good(NULL, same[i].flags),
                       *file = read_good(same[i].file, NULL);
        write_lines(flags, NULL, &first);
        write_lines(file, NULL, &second);
        assert_string_equal(first.text, second.text);
        sgdl_problem_t *again = read_good(first.text, NULL); /* and what is written is read */
        write_lines(again, NULL, &third);
        assert_string_equal(first.text, third.text);
        sgdl_problem_free(again);
        sgdl_problem_free(file);
        sgdl_problem_free(flags);
    }
}

static void defaults_are_those_of_the_model(void **state)
{
    static const char *const expected[][2] = {
        {"model", "landscape"}, {"learning_rate", "0.01"}, {"batch", "1"},
        {"momentum", "0"},      {"start", "{basin: 1}"},   {"time", "1000"},
        {"box", "auto"},        {"cells", "1600"},         {"hermite", "auto"}};
    (void)state;
    sgdl_problem_t *problem = read_good(WELL NOISE, NULL);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_value(problem, expected[i][0], expected[i][1]);
    sgdl_problem_free(problem);
    problem = read_good(PLANE NOISE, NULL);
    assert_value(problem, "cells", "[200, 120]");
    sgdl_problem_free(problem);
}

/* ---- setters --------------------------------------------------------------------------------- */

/* A key and what a setter takes for it, on WELL NOISE, and the top-level value that comes of it. */
static const struct {
    const char *key, *text, *top, *value;
} settings[] = {
    {"potential.scale", "2", "potential",
     "{family: double-well, scale: 2, linear: 1.2, quadratic: 0.5, tilt: 0}"},
    {"potential.tilt", "-0.025", "potential",
     "{family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: -0.025}"},
    {"potential", "polynomial:coefficients=0:0:1", "potential",
     "{family: polynomial, coefficients: [0, 0, 1]}"},
    {"potential", "{family: polynomial, coefficients: [0, 0, 1]}", "potential",
     "{family: polynomial, coefficients: [0, 0, 1]}"},
    {"noise.value", "20", "noise", "{family: constant, value: 20}"},
    {"noise", "loss:factor=3,floor=1", "noise", "{family: loss, factor: 3, floor: 1}"},
    {"batch", "8", "batch", "8"},
    {"batch", "8,16", "batch", "[8, 16]"},
    {"momentum", "0.9", "momentum", "0.9"},
    {"start.at", "1", "start", "{at: 1, width: 0.05}"},
    {"start.basin", "2", "start", "{basin: 2}"},
    {"start", "{at: 1, width: 0.5}", "start", "{at: 1, width: 0.5}"},
    {"start", "at=1,width=0.5", "start", "{at: 1, width: 0.5}"},
    {"box", "-2,2", "box", "[-2, 2]"},
    {"cells", "800", "cells", "800"},
    {"hermite", "24", "hermite", "24"},
    {"learning_rate", "0.01,0.02", "learning_rate", "[0.01, 0.02]"},
};

static void setters_put_what_is_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(settings); i++) {
        sgdl_problem_t *problem = read_good(WELL NOISE, NULL);
        sgdl_error_t error = {0};
        if (sgdl_problem_set(problem, settings[i].key, settings[i].text, &error) != SGDL_OK ||
            sgdl_problem_validate(problem, &error) != SGDL_OK)
            fail_msg("%s: %s: %s", settings[i].key, error.place, error.message);
        assert_value(problem, settings[i].top, settings[i].value);
        sgdl_problem_free(problem);
    }
}

/* A setter's number is what the landscape is made of, again and again. */
static void a_landscape_follows_its_keys(void **state)
{
    sgdl_error_t error = {0};
    (void)state;
    sgdl_problem_t *problem = read_good(WELL NOISE, NULL);
    for (double scale = 0.25; scale < 5; scale *= 2) {
        assert_int_equal(sgdl_problem_set_number(problem, "potential.scale", scale, &error),
                         SGDL_OK);
        assert_int_equal(sgdl_problem_set_number(problem, "noise.value", 3 * scale, &error),
                         SGDL_OK);
        assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
        const landscape_t *landscape = &problem->landscape;
        assert_int_equal(landscape->minima, 2);
        assert_true(fabs(landscape_minimum(landscape, 0)->curvature - 2.4 * scale) < 1e-12 * scale);
        assert_true(fabs(landscape_minimum(landscape, 1)->curvature - 21.6 * scale) <
                    1e-12 * scale);
        assert_true(landscape_minimum(landscape, 1)->sigma[0] == 3 * scale);
    }
    assert_int_equal(sgdl_problem_set_number(problem, "momentum", 1, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "momentum");
    assert_int_equal(sgdl_problem_set_number(problem, "momentum", 0.5, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    sgdl_problem_free(problem);
}

/* Alone it is no problem, together it is one. */
static void a_problem_is_stated_key_by_key(void **state)
{
    sgdl_error_t error = {0};
    (void)state;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_set(problem, "potential.family", "double-well", &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "'noise' is missing"));
    assert_int_equal(sgdl_problem_set(problem, "noise.family", "constant", &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_number(problem, "noise.value", 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_string_equal(sgdl_problem_model(problem), "landscape");
    assert_int_equal(sgdl_problem_minima(problem), 2);
    assert_true(sgdl_problem_time(problem) == 1000);
    assert_int_equal(sgdl_problem_classes(problem), 0);
    sgdl_problem_free(problem);
    problem = sgdl_problem_new();
    assert_string_equal(sgdl_problem_model(problem), "mixture");
    assert_int_equal(sgdl_problem_minima(problem), 0);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_where_it_is),
        cmocka_unit_test(flags_mean_what_a_file_means),
        cmocka_unit_test(defaults_are_those_of_the_model),
        cmocka_unit_test(setters_put_what_is_meant),
        cmocka_unit_test(a_landscape_follows_its_keys),
        cmocka_unit_test(a_problem_is_stated_key_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
