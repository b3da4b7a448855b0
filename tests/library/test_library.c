/* The library as its users see it: version, defaults, and the README's program, compiled, linked
 * and run against an installed copy. */
#include "tests/curves.h"
#include "src/problem/problem.h"
#include "tests/sweeps.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBLEM "{dimension: 60, time: 2, output: {points: 4}}"

static void version_is_that_of_the_headers(void **unused)
{
    (void)unused;
    assert_string_equal(sgdl_version(), SGDL_VERSION);
}

/* ---- NULL options ------------------------------------------------------------------------- */

/* The whole table as text, which is freed with it. */
static char *text_of(sgdl_table_t *table)
{
    char *text = NULL;
    size_t size = 0;
    sgdl_error_t error = {0};
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(sgdl_table_write(table, stream, SGDL_FORMAT_TSV, &error), SGDL_OK);
    assert_int_equal(fclose(stream), 0);
    sgdl_table_free(table);
    return text;
}

typedef int make_f(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                   sgdl_error_t *error);

static int make_curve(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                      sgdl_error_t *error)
{
    sgdl_plan_t options = sgdl_plan_default();
    return sgdl_solve(problem, defaults ? &options : NULL, INTO(table), error);
}

static int make_runs(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                     sgdl_error_t *error)
{
    sgdl_plan_t options = sgdl_plan_default();
    return sgdl_simulate(problem, defaults ? &options : NULL, INTO(table), error);
}

static int make_limit(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                      sgdl_error_t *error)
{
    sgdl_plan_t options = sgdl_plan_default();
    return sgdl_limit_table(problem, defaults ? &options : NULL, INTO(table), error);
}

static int make_comparison(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                           sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    sgdl_plan_t options = sgdl_plan_default();
    return sgdl_compare(problem, defaults ? &options : NULL, INTO(table), &verdict, error);
}

static int make_judgement(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                          sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t runs;
    sgdl_table_init(&runs);
    int status = make_runs(problem, true, &runs, error);
    if (status == SGDL_OK)
        status = sgdl_compare_simulated(problem, &(sgdl_simulated_t){&runs, 60},
                                        defaults ? &options : NULL, INTO(table), &verdict, error);
    sgdl_table_free(&runs);
    return status;
}

static int make_sweep(const sgdl_problem_t *problem, bool defaults, sgdl_table_t *table,
                      sgdl_error_t *error)
{
    const sgdl_axis_t axis = {.key = "ridge", .from = 0, .to = 1, .count = 3};
    const sgdl_sweep_options_t options = {.threads = 1};
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    (void)problem;
    int status = sweep_of_text(sweep, PROBLEM, &axis, 1, false, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_run(sweep, defaults ? &options : NULL, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_table(sweep, table, error);
    sgdl_sweep_free(sweep);
    return status;
}

static void no_options_are_the_defaults(void **unused)
{
    (void)unused;
    static make_f *const makers[] = {make_curve,      make_runs,      make_limit,
                                     make_comparison, make_judgement, make_sweep};
    sgdl_problem_t *problem = parse_problem(PROBLEM);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        sgdl_table_t stated, unstated;
        sgdl_error_t error = {0};
        sgdl_table_init(&stated);
        sgdl_table_init(&unstated);
        if (makers[i](problem, true, &stated, &error) || makers[i](problem, false, &unstated, NULL))
            fail_msg("maker %zu: %s", i, error.message);
        char *a = text_of(&stated), *b = text_of(&unstated);
        assert_true(strlen(a) > 500);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    sgdl_problem_free(problem);
}

static void nodes_and_critical_values(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem("{classes: [{label: 1, covariance: {family: power-law, "
                                            "exponent: 0.5}}, {label: 0}]}");
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    sgdl_quadrature_t quadrature = sgdl_quadrature_default();
    sgdl_nodes_t stated, unstated;
    sgdl_error_t error = {0};
    sgdl_table_t table;
    assert_int_equal(sgdl_nodes_init(&stated, &mixture, &quadrature, &error), SGDL_OK);
    assert_int_equal(sgdl_nodes_init(&unstated, &mixture, NULL, NULL), SGDL_OK);
    assert_int_equal(stated.count, unstated.count);
    assert_memory_equal(stated.weight, unstated.weight, stated.count * sizeof *stated.weight);
    assert_close(unstated.trace[0], 1 / 1.5, 0, 1e-8, "trace");
    sgdl_nodes_free(&stated);
    sgdl_nodes_free(&unstated);
    sgdl_table_init(&table);
    assert_int_equal(sgdl_critical(problem, NULL, NULL, INTO(&table), &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "found no key"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* ---- arrays ------------------------------------------------------------------------------- */

/* A curve in memory is its quantities as arrays, by name, with units and captions. */
static void curves_are_arrays(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{learning_rate: [0.5, 1], time: 4, output: {points: 5}}");
    sgdl_curve_t *curve = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_solve(problem, NULL, &sink, &error), SGDL_OK);
    const double *t = sgdl_curve_column(curve, "t"), *risk = sgdl_curve_column(curve, "risk");
    assert_non_null(t);
    assert_non_null(risk);
    assert_int_equal(sgdl_curve_rows(curve), 10);
    assert_int_equal(sgdl_curve_blocks(curve), 2);
    for (size_t b = 0; b < 2; b++)
        for (size_t row = sgdl_curve_block(curve, b); row < sgdl_curve_block_end(curve, b); row++) {
            const size_t k = row - sgdl_curve_block(curve, b);
            assert_true(t[row] == (double)k);
            if (k == 0)
                assert_close(risk[row], M_LN2, 0, 1e-14, "no weights: log 2");
            else
                assert_true(risk[row] < risk[row - 1]);
        }
    for (size_t q = 0; q < sgdl_curve_quantities(curve); q++) {
        const sgdl_quantity_t quantity = sgdl_curve_quantity(curve, q);
        if (strcmp(quantity.name, "t") == 0)
            assert_string_equal(quantity.unit, "steps/d");
        if (strcmp(quantity.name, "risk_2") == 0)
            assert_string_equal(quantity.caption, "risk R(t), class 2");
    }
    assert_non_null(strstr(sgdl_curve_note(curve, "curve_1_solver"), "steps "));
    sgdl_curve_free(curve);
    sgdl_problem_free(problem);
}

/* ---- the README's program ----------------------------------------------------------------- */

/* A library with sanitizers wants their run-time library; macOS has another loader. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__APPLE__)
#define RUNS_README
#endif

#ifdef RUNS_README

static bool have(const char *command)
{
    char line[128];
    (void)snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", command);
    return system(line) == 0;
}

/* Copies the README's program: the first indented lines behind "## The library". */
static void write_program(const char *source, const char *path)
{
    char name[1024], line[1024];
    (void)snprintf(name, sizeof name, "%s/README.md", source);
    FILE *readme = fopen(name, "r"), *out = fopen(path, "w");
    assert_non_null(readme);
    assert_non_null(out);
    bool found = false, inside = false;
    while (fgets(line, sizeof line, readme)) {
        found = found || strncmp(line, "## The library", 14) == 0;
        bool code = strncmp(line, "    ", 4) == 0;
        if (inside && !code)
            break;
        inside = found && code;
        if (inside)
            assert_true(fputs(line + 4, out) >= 0);
    }
    assert_true(inside || found);
    assert_int_equal(fclose(readme), 0);
    assert_int_equal(fclose(out), 0);
}

/* Installs beside, compiles with what pkg-config says, and runs: the loader finds the library by
 * what the README says, and by nothing else. */
static const char script[] =
    "set -eu\n"
    "meson install -C \"$BUILD\" --no-rebuild --destdir \"$D\" >\"$D/log\" 2>&1 || exit 77\n"
    "pc=$(find \"$D\" -name sgdlimit.pc)\n"
    "prefix=$D$(sed -n 's/^prefix=//p' \"$pc\")\n"
    "export PKG_CONFIG_PATH=${pc%/*}\n"
    "say() { pkg-config --define-variable=prefix=\"$prefix\" \"$@\" sgdlimit; }\n"
    "libdir=$(say --variable=libdir)\n"
    "unset LD_LIBRARY_PATH\n"
    "cd \"$SOURCE\"\n"
    "cc \"$D/program.c\" $(say --cflags --libs) -o \"$D/plain\"\n"
    "cc \"$D/program.c\" $(say --cflags --libs) -Wl,-rpath,\"$libdir\" -o \"$D/rpath\"\n"
    "\"$D/rpath\" >\"$D/a\"\n"
    "LD_LIBRARY_PATH=$libdir \"$D/plain\" >\"$D/b\"\n"
    "cmp \"$D/a\" \"$D/b\"\n"
    "\"$SGDLIMIT\" solve examples/figure1c.yaml >\"$D/c\"\n"
    "cmp \"$D/a\" \"$D/c\"\n";

static void readme_program_compiles_and_runs(void **unused)
{
    (void)unused;
    const char *source = getenv("SGDLIMIT_SOURCE"), *program = getenv("SGDLIMIT");
    char folder[] = "/tmp/sgdlimit-library-XXXXXX", path[256], remover[64];
    if (!source || !program || !have("meson") || !have("pkg-config") || !have("cc"))
        skip();
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/program.c", folder);
    write_program(source, path);
    char build[1024];
    (void)snprintf(build, sizeof build, "%.*s", (int)(strrchr(program, '/') - program), program);
    assert_int_equal(setenv("D", folder, 1), 0);
    assert_int_equal(setenv("BUILD", build, 1), 0);
    assert_int_equal(setenv("SOURCE", source, 1), 0);
    int status = system(script);
    (void)snprintf(remover, sizeof remover, "rm -r %s", folder);
    assert_int_equal(system(remover), 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* a build that cannot be installed as it is */
    assert_int_equal(status, 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_that_of_the_headers),
        cmocka_unit_test(no_options_are_the_defaults),
        cmocka_unit_test(nodes_and_critical_values),
        cmocka_unit_test(curves_are_arrays),
#ifdef RUNS_README
        cmocka_unit_test(readme_program_compiles_and_runs),
#endif
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
