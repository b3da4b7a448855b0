/* build-aux/check-layout sees to it that no public function that can fail is missing here. */
#include "tests/library/entries.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- problems ---------------------------------------------------------------------------------
 */

static int parse(sgdl_error_t *error)
{
    static const sgdl_flag_value_t flags[] = {{"ridge", "0.1"}, {"learning-rate", "0.5,1"}};
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = sgdl_problem_parse(problem, scene.text, "test", flags, 2, error);
    sgdl_problem_free(problem);
    return status;
}

/* What a program states, each kind of value once. */
static int state(sgdl_error_t *error)
{
    static const double eigenvalues[] = {3, 2, 1}, mean[] = {1, 0, 1}, weights[] = {0.25, 0.75},
                        rates[] = {0.5, 1};
    sgdl_problem_t *problem = sgdl_problem_new(), *copy = NULL;
    int status = sgdl_problem_set(problem, "loss", "least-squares", error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_number(problem, "ridge", 0.1, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_numbers(problem, "learning_rate", rates, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_classes(problem, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_weights(problem, weights, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_labels(problem, weights, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_eigenvalues(problem, 0, eigenvalues, 3, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_mean(problem, 1, mean, 3, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_start(problem, mean, 3, error);
    if (status == SGDL_OK)
        status = sgdl_problem_validate(problem, error);
    if (status == SGDL_OK && !(copy = sgdl_problem_copy(problem, error)))
        status = SGDL_ERR_MEMORY;
    if (status == SGDL_OK)
        status = sgdl_problem_validate(copy, error);
    char ridge[64];
    if (status == SGDL_OK)
        status = sgdl_problem_get(copy, "ridge", ridge, sizeof ridge, error);
    sgdl_problem_free(copy);
    sgdl_problem_free(problem);
    return status;
}

/* The same of a teacher, one of whose flags holds a member of a family. */
static int state_teacher(sgdl_error_t *error)
{
    static const double signal[] = {1, -1, 0};
    sgdl_problem_t *problem = sgdl_problem_new();
    int status =
        sgdl_problem_set(problem, "teacher", "signal=[gaussian:scale=2],labels=sign", error);
    if (status == SGDL_OK)
        status =
            sgdl_problem_set(problem, "momentum", "gain=1,weight=1,decay=[value=1,over=2]", error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_signal(problem, signal, 3, error);
    if (status == SGDL_OK)
        status = sgdl_problem_validate(problem, error);
    sgdl_problem_free(problem);
    return status;
}

static int read_from(const char *path, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = sgdl_problem_read(problem, path, NULL, 0, error);
    sgdl_problem_free(problem);
    return status;
}

static int read_problem(sgdl_error_t *error) { return read_from(scene.problem_path, error); }
static int read_header(sgdl_error_t *error) { return read_from(scene.table_path[0], error); }
static int read_json_header(sgdl_error_t *error) { return read_from(scene.table_path[2], error); }

static int take_line(void *context, const char *key, const char *value)
{
    *(size_t *)context += strlen(key) + strlen(value);
    return SGDL_OK;
}

static int write_problem(sgdl_error_t *error)
{
    size_t letters = 0;
    return sgdl_problem_write(scene.curves, &scene.plan, take_line, &letters, error);
}

static int provenance(sgdl_error_t *error)
{
    sgdl_table_t table;
    sgdl_table_init(&table);
    int status = sgdl_provenance(&table, "solve", scene.curves, &scene.plan, error);
    sgdl_table_free(&table);
    return status;
}

static int schedule_breaks(sgdl_error_t *error)
{
    double *times = NULL;
    size_t count = 0;
    sgdl_schedule_t schedule = sgdl_schedule_constant(0.5);
    int status = sgdl_schedule_breaks(&schedule, 10, &times, &count, error);
    sgdl_schedule_free(&schedule);
    free(times);
    return status;
}

/* ---- spectra ----------------------------------------------------------------------------------
 */

static int nodes(sgdl_error_t *error)
{
    sgdl_nodes_t nodes;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(scene.classes, &scene.plan);
    const sgdl_quadrature_t quadrature = sgdl_problem_quadrature(scene.classes, &scene.plan);
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    sgdl_nodes_free(&nodes);
    return status;
}

static int directions(sgdl_error_t *error)
{
    sgdl_directions_t directions;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(scene.curves, &scene.plan);
    int status = sgdl_directions_init(&directions, &mixture, error);
    sgdl_directions_free(&directions);
    return status;
}

static int tail(sgdl_error_t *error)
{
    sgdl_tail_t tail;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(scene.classes, &scene.plan);
    int status = sgdl_tail_init(&tail, &mixture, error);
    sgdl_tail_free(&tail);
    return status;
}

static int numbers(sgdl_error_t *error)
{
    double *value = NULL;
    size_t count = 0;
    int status = sgdl_numbers_read(scene.numbers_path, &value, &count, error);
    free(value);
    return status;
}

/* A folder, gone again once it is there. */
static int estimate(sgdl_error_t *error)
{
    static const char *const names[] = {"problem.yaml",    "rows.npy",         "transform.npy",
                                        "mean_1.txt",      "covariance_1.npy", "mean_2.txt",
                                        "covariance_2.npy"};
    char folder[PATH_SIZE + 32], path[PATH_SIZE + 64];
    sgdl_estimate_options_t options = sgdl_estimate_default();
    options.shrinkage = SGDL_SHRINKAGE_LEDOIT_WOLF;
    options.components = 2;
    (void)snprintf(folder, sizeof folder, "%s/estimate", scene.folder);
    int status = sgdl_estimate(scene.data_path, folder, &options, NULL, error);
    for (size_t f = 0; f < sizeof names / sizeof *names && status == SGDL_OK; f++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[f]);
        (void)unlink(path);
    }
    if (status == SGDL_OK && rmdir(folder) != 0)
        status = sgdl_fail(error, SGDL_ERR_OUTPUT, folder, "holds more: %s", strerror(errno));
    return status;
}

/* ---- computations -----------------------------------------------------------------------------
 */

int into_curve(compute_f *compute, sgdl_error_t *error)
{
    sgdl_curve_t *curve = sgdl_curve_new();
    if (!curve)
        return sgdl_fail_memory(error);
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    int status = compute(&sink, error);
    sgdl_curve_free(curve);
    return status;
}

static int compute_solution(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_solve(scene.curves, &scene.plan, sink, error);
}

static int compute_directions(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan = scene.plan;
    plan.directions = true;
    return sgdl_solve(scene.curves, &plan, sink, error);
}

static int compute_runs(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_simulate(scene.runs, &scene.plan, sink, error);
}

static int compute_general_runs(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_simulate(scene.steps, &scene.plan, sink, error);
}

static int compute_comparison(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    return sgdl_compare(scene.runs, &scene.plan, sink, &verdict, error);
}

static int compute_dimensions(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    static const double dimensions[] = {10, 20};
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = scene.plan;
    plan.dimensions = dimensions;
    plan.dimension_count = 2;
    return sgdl_compare_dimensions(scene.runs, &plan, sink, &verdict, error);
}

static int compute_limit(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_limit_table(scene.classes, &scene.plan, sink, error);
}

static int compute_critical(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_critical_options_t options = {
        .key = "classes.*.covariance.exponent", .from = 0.5, .to = 2, .within = 0.1};
    return sgdl_critical(scene.classes, &scene.plan, &options, sink, error);
}

static int compute_landscape(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_landscape(scene.wells, &scene.plan, sink, error);
}

static int compute_escapes(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan = scene.plan;
    plan.discrete = true;
    return sgdl_escape(scene.wells, &plan, sink, error);
}

/* One learning rate, a quadratic loss, few digits: all of a search in a moment. */
static int optimise_of(bool limit, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_optimise_options_t options = {.pieces = 2, .at = 0.5};
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_plan_t plan = scene.plan;
    plan.rtol = 1e-3;
    plan.atol = 1e-4;
    int status = sgdl_problem_set(problem, "loss", "least-squares", error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_number(problem, "dimension", 2, error);
    if (status == SGDL_OK)
        status = limit ? sgdl_limit_optimised(problem, &plan, 0.5, sink, error)
                       : sgdl_optimise(problem, &plan, &options, sink, error);
    sgdl_problem_free(problem);
    return status;
}

static int compute_optimum(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return optimise_of(false, sink, error);
}

static int compute_optimal_limit(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return optimise_of(true, sink, error);
}

static int optimal_schedule(sgdl_error_t *error) { return into_curve(compute_optimum, error); }

static int optimal_limit(sgdl_error_t *error) { return into_curve(compute_optimal_limit, error); }

static int solve(sgdl_error_t *error) { return into_curve(compute_solution, error); }
static int solve_directions(sgdl_error_t *error) { return into_curve(compute_directions, error); }
static int simulate(sgdl_error_t *error) { return into_curve(compute_runs, error); }
static int simulate_general(sgdl_error_t *error) { return into_curve(compute_general_runs, error); }
static int compare(sgdl_error_t *error) { return into_curve(compute_comparison, error); }
static int compare_dimensions(sgdl_error_t *error) { return into_curve(compute_dimensions, error); }
static int limit_table(sgdl_error_t *error) { return into_curve(compute_limit, error); }
static int critical(sgdl_error_t *error) { return into_curve(compute_critical, error); }
static int landscape(sgdl_error_t *error) { return into_curve(compute_landscape, error); }
static int escapes(sgdl_error_t *error) { return into_curve(compute_escapes, error); }

/* A simulated table beside the theory. */
static int compare_simulated(sgdl_error_t *error)
{
    sgdl_table_t simulated, compared;
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = scene.plan;
    double *times = NULL;
    sgdl_table_init(&simulated);
    sgdl_table_init(&compared);
    int status = sgdl_simulate(scene.runs, &plan, INTO(&simulated), error);
    if (status == SGDL_OK)
        status = sgdl_compare_times(scene.runs, &simulated, &plan, &times, error);
    if (status == SGDL_OK)
        status = sgdl_compare_simulated(scene.runs, &(sgdl_simulated_t){&simulated, 20}, &plan,
                                        INTO(&compared), &verdict, error);
    free(times);
    sgdl_table_free(&simulated);
    sgdl_table_free(&compared);
    return status;
}

static int limit(sgdl_error_t *error)
{
    sgdl_limit_t limit;
    int status = sgdl_limit_init(&limit, scene.classes, &scene.plan, 0, error);
    sgdl_limit_free(&limit);
    return status;
}

static int limit_verdict(sgdl_error_t *error)
{
    sgdl_verdict_t verdict;
    const char *reason;
    return sgdl_limit_verdict(scene.classes, &scene.plan, 0, &verdict, &reason, error);
}

static int axis(sgdl_error_t *error)
{
    sgdl_axis_t axis;
    char *key = NULL;
    int status = sgdl_axis_parse(&axis, "learning_rate=0.1:1:3:log", &key, error);
    free(key);
    return status;
}

/* A sweep, its table, and that table taken up by another. */
static int sweep(sgdl_error_t *error)
{
    static const sgdl_axis_t axis = {"learning_rate", 0.1, 0.5, 2, false, false};
    const sgdl_grid_t grid = {.axis = &axis, .axes = 1};
    const sgdl_sweep_options_t options = {.threads = 1};
    sgdl_problem_t *stated = sgdl_problem_new();
    sgdl_sweep_t *sweep = sgdl_sweep_new(), *other = sgdl_sweep_new();
    sgdl_table_t table, header;
    sgdl_table_init(&table);
    sgdl_table_init(&header);
    int status = sgdl_problem_set(stated, "loss", "least-squares", error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_number(stated, "time", 1, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_init(sweep, stated, &grid, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_header(sweep, &header, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_run(sweep, &options, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_table(sweep, &table, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_init(other, stated, &grid, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_restore(other, &table, "test", error);
    if (status == SGDL_OK)
        status = sgdl_sweep_take(other, table.value, "", error);
    sgdl_problem_free(stated);
    sgdl_sweep_free(sweep);
    sgdl_sweep_free(other);
    sgdl_table_free(&table);
    sgdl_table_free(&header);
    return status;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static int build_table(sgdl_error_t *error)
{
    sgdl_table_t table;
    double *row;
    sgdl_table_init(&table);
    int status = sgdl_table_comment(&table, false, "key", error, "%d", 1);
    if (status == SGDL_OK)
        status = sgdl_table_column(&table, error, "%s", "t");
    for (size_t i = 0; i < 40 && status == SGDL_OK; i++) {
        status = i % 10 ? SGDL_OK : sgdl_table_block(&table, error);
        if (status == SGDL_OK)
            status = sgdl_table_row(&table, &row, error);
        if (status == SGDL_OK)
            *row = (double)i;
    }
    sgdl_table_free(&table);
    return status;
}

static int read_as(size_t format, sgdl_error_t *error)
{
    sgdl_table_t table;
    int status = sgdl_table_read(&table, scene.table_path[format], error);
    sgdl_table_free(&table);
    return status;
}

static int read_tsv(sgdl_error_t *error) { return read_as(0, error); }
static int read_csv(sgdl_error_t *error) { return read_as(1, error); }
static int read_json(sgdl_error_t *error) { return read_as(2, error); }

static int save_as(sgdl_format_t format, sgdl_error_t *error)
{
    return sgdl_table_save(&scene.table, scene.out_path, format, error);
}

static int save_tsv(sgdl_error_t *error) { return save_as(SGDL_FORMAT_TSV, error); }
static int save_csv(sgdl_error_t *error) { return save_as(SGDL_FORMAT_CSV, error); }
static int save_json(sgdl_error_t *error) { return save_as(SGDL_FORMAT_JSON, error); }

/* To a stream that the caller has opened. */
static int write_table(sgdl_error_t *error)
{
    FILE *stream = fopen("/dev/null", "w");
    if (!stream)
        return sgdl_fail(error, errno == ENOMEM ? SGDL_ERR_MEMORY : SGDL_ERR_OUTPUT, "/dev/null",
                         "%s", strerror(errno));
    int status = sgdl_table_write(&scene.table, stream, SGDL_FORMAT_TSV, error);
    if (fclose(stream) != 0 && status == SGDL_OK)
        status = sgdl_fail(error, SGDL_ERR_OUTPUT, "/dev/null", "%s", strerror(errno));
    return status;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

#define ENTRY(name)                                                                                \
    {                                                                                              \
#name, name, false                                                                         \
    }

const entry_t entries[] = {
    ENTRY(parse),
    ENTRY(state),
    ENTRY(state_teacher),
    ENTRY(read_problem),
    ENTRY(read_header),
    ENTRY(read_json_header),
    ENTRY(write_problem),
    ENTRY(provenance),
    ENTRY(schedule_breaks),
    ENTRY(nodes),
    ENTRY(directions),
    ENTRY(tail),
    ENTRY(numbers),
    ENTRY(estimate),
    ENTRY(solve),
    ENTRY(solve_directions),
    ENTRY(simulate),
    ENTRY(simulate_general),
    ENTRY(compare),
    ENTRY(compare_dimensions),
    ENTRY(compare_simulated),
    ENTRY(limit),
    ENTRY(limit_verdict),
    ENTRY(limit_table),
    ENTRY(critical),
    ENTRY(landscape),
    {"landscape_laws", landscape_laws, false},
    {"landscape_densities", landscape_densities, false},
    ENTRY(optimal_schedule),
    ENTRY(optimal_limit),
    ENTRY(escapes),
    {"landscape_steps", landscape_steps, false},
    {"landscape_judged_steps", landscape_judged_steps, false},
    {"landscape_passages", landscape_passages, false},
    ENTRY(axis),
    ENTRY(sweep),
    ENTRY(build_table),
    ENTRY(read_tsv),
    ENTRY(read_csv),
    ENTRY(read_json),
    ENTRY(write_table),
    {"save_tsv", save_tsv, true},
    {"save_csv", save_csv, true},
    {"save_json", save_json, true},
    {NULL, NULL, false},
};
