/* Problems that look valid with values from 1e-300 to 1e300, through everything that takes a
 * problem. Whatever comes out is an answer or a reason: no crash, no endless loop or memory, no nan
 * in an answer.
 *
 * SGDLIMIT_EXTREMES=FIRST:COUNT runs these of the endless list, all failures named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <float.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sgdlimit/sgdlimit.h"
#include "src/study/grid.h"
#include "tests/sink.h"
#include "tests/extreme_problem.h"
#include "src/problem/problem.h"
#include "tests/sweeps.h"

#if defined(__SANITIZE_ADDRESS__)
enum {
    SLOWNESS = 10,
    PROBLEMS = 20,
    BOUNDED_MEMORY = false
}; /* the sanitizer reserves terabytes */
#else
enum { SLOWNESS = 1, PROBLEMS = 60, BOUNDED_MEMORY = true };
#endif
static const double PATIENCE = 0.3; /* CPU seconds of a stage before it is told to stop */
static const double OBEDIENCE = 4;  /* and what it may take from then on */
static const rlim_t MOST_MEMORY = (rlim_t)2 << 30;

/* What a child says of itself, in memory that it shares with its parent. */
typedef struct said {
    const char *stage; /* a literal */
    bool refused, done, overdue;
    char complaint[1600];
} said_t;

static said_t *said;
static volatile sig_atomic_t interrupted;

static void on_timer(int number)
{
    (void)number;
    if (interrupted) {
        said->overdue = true;
        _exit(1);
    }
    interrupted = 1;
    const struct itimerval rest = {.it_value.tv_sec = (time_t)(OBEDIENCE * SLOWNESS)};
    (void)setitimer(ITIMER_VIRTUAL, &rest, NULL);
}

static void begin(const char *stage)
{
    const struct itimerval first = {.it_value.tv_sec = (time_t)(PATIENCE),
                                    .it_value.tv_usec = (suseconds_t)(fmod(PATIENCE, 1) * 1e6)};
    said->stage = stage;
    interrupted = 0;
    (void)setitimer(ITIMER_VIRTUAL, &first, NULL);
}

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(said->complaint, sizeof said->complaint, format, arguments);
    va_end(arguments);
    _exit(1);
}

/* A status is an answer, or a reason in words; these few problems are never a matter of memory. */
static bool is_answer(int status, const sgdl_error_t *error)
{
    if (status == SGDL_OK)
        return true;
    if (!*error->message || error->code != status)
        complain("status %d with the message '%s'", status, error->message);
    if (status == SGDL_ERR_MEMORY)
        complain("%s: %s", error->place, error->message);
    return false;
}

/* Errors of tiny states are nan where the tolerance cannot know them; at the start they are given.
 */
static void check_errors(const sgdl_problem_t *problem, const sgdl_table_t *table)
{
    const long c = sgdl_table_find(table, "error"), t = sgdl_table_find(table, "t");
    const bool linear = problem->has_teacher && problem->teacher.labels == TEACHER_LINEAR;
    for (size_t r = 0; c >= 0 && r < table->rows; r++) {
        const double *row = table->value + r * table->columns;
        const bool known = row[c] >= 0 && row[c] <= 1;
        if (!known && !(isnan(row[c]) && (row[t] > 0 || linear)))
            complain("row %zu has error = %.17g", r + 1, row[c]);
    }
}

static void check_between(const sgdl_table_t *table, const char *column, double low, double high)
{
    const long c = sgdl_table_find(table, column);
    for (size_t r = 0; c >= 0 && r < table->rows; r++) {
        const double value = table->value[r * table->columns + (size_t)c];
        if (!(value >= low && value <= high)) /* nan too */
            complain("row %zu has %s = %.17g", r + 1, column, value);
    }
}

/* ---- the stages ------------------------------------------------------------------------------ */

static void check_spectrum(const sgdl_problem_t *problem)
{
    sgdl_error_t error = {0};
    sgdl_nodes_t nodes;
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    const sgdl_quadrature_t quadrature = {
        .accuracy = problem->plan.rtol, .reach = 1e4, .refine = 1};
    mixture.watch.stop = &interrupted;
    begin("spectrum");
    const int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, &error);
    if (is_answer(status, &error)) {
        double sum = 0;
        for (size_t n = 0; n < nodes.count; n++)
            sum += nodes.weight[n];
        if (!(fabs(sum - 1) < 1e-9))
            complain("the weights sum to %.17g", sum);
        for (size_t i = 0; i < nodes.classes * nodes.count; i++)
            if (!(nodes.eigenvalue[i] >= 0 && nodes.eigenvalue[i] < INFINITY))
                complain("an eigenvalue of %g", nodes.eigenvalue[i]);
        for (size_t i = 0; i < nodes.classes; i++)
            if (isnan(nodes.trace[i]) || isnan(nodes.gram[i * nodes.classes + i]) ||
                (i < problem->classes && isnan(nodes.mahalanobis2[i * nodes.classes + i])))
                complain("class %zu: trace %g, norm2 %g, mahalanobis2 %g", i + 1, nodes.trace[i],
                         nodes.gram[i * nodes.classes + i],
                         nodes.mahalanobis2[i * nodes.classes + i]);
    }
    sgdl_nodes_free(&nodes);
}

static void check_solve(const sgdl_problem_t *problem)
{
    sgdl_error_t error = {0};
    sgdl_table_t table;
    sgdl_plan_t options = sgdl_plan_default();
    options.watch.stop = &interrupted;
    sgdl_table_init(&table);
    begin("solve");
    const int status = sgdl_solve(problem, &options, INTO(&table), &error);
    (void)is_answer(status, &error);
    check_between(&table, "t", 0, problem->time);
    check_between(&table, "risk", 0, DBL_MAX);
    check_errors(problem, &table);
    check_between(&table, "learning_rate", 0, DBL_MAX);
    /* of states that are deviations from a signal it may be lost, or infinite */
    if (!problem->has_teacher || problem->teacher.shift == 0)
        check_between(&table, "norm2", 0, DBL_MAX);
    sgdl_table_free(&table);
}

static sgdl_plan_t watched_plan(void)
{
    sgdl_plan_t plan = sgdl_plan_default();
    plan.watch.stop = &interrupted;
    return plan;
}

static void check_limit(const sgdl_problem_t *problem)
{
    const sgdl_plan_t plan = watched_plan();
    sgdl_error_t error = {0};
    sgdl_limit_t limit = {0};
    begin("limit");
    const int status = sgdl_limit_init(&limit, problem, &plan, 0, &error);
    if (is_answer(status, &error)) {
        if (limit.risk < 0 || limit.risk_min < 0)
            complain("a risk of %.17g, at least %.17g", limit.risk, limit.risk_min);
        if (limit.error < 0 || limit.error > 1)
            complain("an error of %.17g", limit.error);
        if (limit.verdict == SGDL_VERDICT_POSITIVE && limit.stationary && !limit.lost &&
            isnan(limit.risk))
            complain("a stationary point whose risk is nan");
        if (!limit.reason)
            complain("no reason");
    }
    sgdl_limit_free(&limit);
}

static void check_critical(const sgdl_problem_t *problem)
{
    static const char *const keys[] = {"ridge", "intercept", "classes.1.mean.scale",
                                       "learning_rate"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        sgdl_error_t error = {0};
        sgdl_table_t table;
        const sgdl_critical_options_t options = {.key = keys[k], .from = 0.1, .to = 1e3};
        const sgdl_plan_t plan = watched_plan();
        sgdl_table_init(&table);
        begin("critical");
        (void)is_answer(sgdl_critical(problem, &plan, &options, INTO(&table), &error), &error);
        check_between(&table, "critical", 0.1, 1e3);
        check_between(&table, "uncertainty", 0, 1e3);
        sgdl_table_free(&table);
    }
}

static void check_sweep(const sgdl_problem_t *problem, const char *text)
{
    sgdl_error_t error = {0};
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_table_t table;
    const double ridge = fmin(problem->ridge, 1e300);
    const sgdl_axis_t axis = {.key = "ridge", .from = ridge, .to = 2 * ridge + 1e-3, .count = 2};
    const sgdl_sweep_options_t options = {.threads = 1, .watch.stop = &interrupted};
    sgdl_table_init(&table);
    begin("sweep");
    int status = sweep_of_text(sweep, text, &axis, 1, false, &error);
    if (is_answer(status, &error) && is_answer(sgdl_sweep_run(sweep, &options, &error), &error) &&
        is_answer(sgdl_sweep_table(sweep, &table, &error), &error)) {
        const long failed = sgdl_table_find(&table, "status"),
                   risk = sgdl_table_find(&table, "risk");
        for (size_t p = 0; p < sweep->points; p++) {
            const double *row = table.value + p * table.columns;
            if (row[failed] != 0 ? !sweep->reason[p] || !*sweep->reason[p] : !(row[risk] >= 0))
                complain("point %zu: status %g, risk %g, reason %s", p, row[failed], row[risk],
                         sweep->reason[p] ? sweep->reason[p] : "none");
        }
    }
    sgdl_table_free(&table);
    sgdl_sweep_free(sweep);
}

/* ---- a problem in a process of its own ------------------------------------------------------- */

static void run_child(const char *text)
{
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    const struct rlimit memory = {MOST_MEMORY, MOST_MEMORY}, core = {0, 0};
    (void)signal(SIGVTALRM, on_timer);
    (void)setrlimit(RLIMIT_CORE, &core);
    if (BOUNDED_MEMORY)
        (void)setrlimit(RLIMIT_AS, &memory);
    (void)gsl_set_error_handler_off();
    begin("parse");
    if (is_answer(sgdl_problem_parse(problem, text, "extreme", NULL, 0, &error), &error)) {
        check_spectrum(problem);
        check_solve(problem);
        check_limit(problem);
        check_critical(problem);
        check_sweep(problem, text);
    } else {
        said->refused = true;
        (void)snprintf(said->complaint, sizeof said->complaint, "%s: %s", error.place,
                       error.message);
    }
    sgdl_problem_free(problem);
    said->done = true;
    _exit(0);
}

/* Whether all went well; tells if not. */
static bool survives(uint64_t seed, bool *refused)
{
    static extreme_t extreme;
    int status;
    extreme_problem(&extreme, seed);
    *said = (said_t){.stage = "start"};
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_child(extreme.text);
    assert_int_equal(waitpid(child, &status, 0), child);
    *refused = said->refused;
    if (said->done && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        if (said->refused && getenv("SGDLIMIT_EXTREMES_REFUSED"))
            print_message("%llu refused: %s\n", (unsigned long long)seed, said->complaint);
        return true;
    }
    print_message("problem %llu, %s: ", (unsigned long long)seed, said->stage);
    if (said->overdue)
        print_message("goes on %g s after it was told to stop\n", OBEDIENCE * SLOWNESS);
    else if (WIFSIGNALED(status))
        print_message("killed by signal %d\n", WTERMSIG(status));
    else
        print_message("%s\n", *said->complaint ? said->complaint : "ended early");
    print_message("%s\n", extreme.text);
    return false;
}

static void extremes_are_answered_or_refused(void **state)
{
    (void)state;
    unsigned long long first = 1, count = PROBLEMS, failures = 0, refusals = 0;
    const char *wanted = getenv("SGDLIMIT_EXTREMES");
    if (wanted)
        assert_int_equal(sscanf(wanted, "%llu:%llu", &first, &count), 2);
    said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(said != MAP_FAILED);
    for (unsigned long long seed = first; seed < first + count; seed++) {
        bool refused = false;
        failures += !survives(seed, &refused);
        refusals += refused;
    }
    assert_int_equal(munmap(said, sizeof *said), 0);
    print_message("%llu problems, %llu refused, %llu failures\n", count, refusals, failures);
    assert_int_equal(failures, 0);
    assert_true(count < 20 || refusals < count * 2 / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(extremes_are_answered_or_refused)};
    return cmocka_run_group_tests_name("extremes", tests, NULL, NULL);
}
