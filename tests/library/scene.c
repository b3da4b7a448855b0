/* What the entries work on. */
#include "tests/library/entries.h"

#include <string.h>
#include <unistd.h>

scene_t scene;

static const char *const endings[] = {"tsv", "csv", "json"};
static const char text[] = "{dimension: 30, time: 1, learning_rate: [0.2, {schedule: piecewise, "
                           "times: [0.5], values: [0.3, "
                           "0.1]}], output: {points: 3}, classes: [{covariance: {family: "
                           "power-law, exponent: 0.5}}, {mean: "
                           "{family: opposite, of: 1}}]}";

static void write_text(const char *path, const char *content)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(content, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

int set_scene(void **state)
{
    (void)state;
    static const char classes[] =
        "{time: 1, output: {points: 3}, classes: [{covariance: {family: power-law, exponent: 0.5}, "
        "mean: {family: power-law, exponent: 0}}, {covariance: {family: power-law, exponent: 0.5}, "
        "mean: {family: opposite, of: 1}}]}";
    static const char steps[] =
        "{dimension: 12, time: 1, learning_rate: [0.3, 0.6], clip: 0.5, gradient_noise: 0.1, "
        "momentum: {gain: 1, weight: 1, decay: 1}, teacher: {signal: {family: gaussian}, labels: "
        "sign}, classes: [{mean: {family: zero}}], output: {points: 3}}";
    static const char wells[] =
        "{potential: {family: double-well, scale: 0.5}, noise: {family: constant, value: 20}, "
        "batch: [1, 2], time: 1, cells: 40, output: {points: 3}}";
    (void)strcpy(scene.folder, "/tmp/sgdlimit-entries-XXXXXX");
    if (!mkdtemp(scene.folder))
        return -1;
    scene.text = text;
    scene.plan = sgdl_plan_default();
    scene.plan.runs = 3;
    scene.plan.threads = 1;
    scene.curves = parse_problem(text);
    scene.runs = parse_problem("{dimension: 20, time: 1, output: {points: 3}}");
    scene.steps = parse_problem(steps);
    scene.classes = parse_problem(classes);
    scene.wells = parse_problem(wells);
    (void)snprintf(scene.problem_path, sizeof scene.problem_path, "%s/problem.yaml", scene.folder);
    (void)snprintf(scene.numbers_path, sizeof scene.numbers_path, "%s/numbers", scene.folder);
    (void)snprintf(scene.out_path, sizeof scene.out_path, "%s/out", scene.folder);
    write_text(scene.problem_path, text);
    write_text(scene.numbers_path, "1\n2\n3\n");
    (void)snprintf(scene.data_path, sizeof scene.data_path, "%s/data.csv", scene.folder);
    write_text(scene.data_path, "x,y,label\n1,2,a\n2,1,a\n3,5,b\n5,7,b\n4,4,b\n");
    sgdl_error_t error = {0};
    sgdl_table_init(&scene.table);
    assert_int_equal(sgdl_provenance(&scene.table, "solve", scene.curves, &scene.plan, &error), 0);
    assert_int_equal(sgdl_solve(scene.curves, &scene.plan, INTO(&scene.table), &error), 0);
    for (size_t f = 0; f < 3; f++) {
        (void)snprintf(scene.table_path[f], sizeof scene.table_path[f], "%s/table.%s", scene.folder,
                       endings[f]);
        assert_int_equal(
            sgdl_table_save(&scene.table, scene.table_path[f], (sgdl_format_t)f, &error), 0);
    }
    return 0;
}

int clear_scene(void **state)
{
    (void)state;
    (void)unlink(scene.problem_path);
    (void)unlink(scene.numbers_path);
    (void)unlink(scene.data_path);
    (void)unlink(scene.out_path);
    for (size_t f = 0; f < 3; f++)
        (void)unlink(scene.table_path[f]);
    sgdl_table_free(&scene.table);
    sgdl_problem_free(scene.curves);
    sgdl_problem_free(scene.runs);
    sgdl_problem_free(scene.steps);
    sgdl_problem_free(scene.classes);
    sgdl_problem_free(scene.wells);
    return rmdir(scene.folder);
}
