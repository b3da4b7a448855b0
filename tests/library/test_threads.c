/* Two problems at once, in two threads of one process: what each computes is what it computes
 * alone, and the caller's GSL handler is his own. One problem may be asked by many. */
#include "src/study/grid.h"
#include "tests/curves.h"
#include "tests/sweeps.h"

#include <gsl/gsl_errno.h>
#include <pthread.h>
#include <string.h>

enum { ROUNDS = 3, KINDS = 5 };

static const char *const problems[] = {
    "{dimension: 40, time: 3, learning_rate: 0.7, output: {points: 5}, classes: "
    "[{weight: 0.4, covariance: {family: power-law, exponent: 1.2}}, {weight: 0.6}]}",
    "{dimension: 60, time: 2, loss: least-squares, learning_rate: [0.3, 0.5], ridge: 0.01, "
    "output: {points: 4, spacing: log}}",
};

/* ---- what is computed ----------------------------------------------------------------------- */

static void sweep(const char *text, sgdl_table_t *table)
{
    const sgdl_axis_t axis = {.key = "ridge", .from = 0.01, .to = 0.2, .count = 3};
    const sgdl_sweep_options_t options = {.threads = 2};
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_error_t error;
    assert_int_equal(sweep_of_text(sweep, text, &axis, 1, false, &error), SGDL_OK);
    assert_int_equal(sgdl_sweep_run(sweep, &options, &error), SGDL_OK);
    assert_int_equal(sgdl_sweep_table(sweep, table, &error), SGDL_OK);
    sgdl_sweep_free(sweep);
}

static void compute(const char *text, size_t kind, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_error_t error;
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = sgdl_plan_default();
    int status = SGDL_OK;
    sgdl_table_init(table);
    plan.runs = 4;
    plan.threads = 2;
    if (kind == 0)
        status = sgdl_solve(problem, NULL, INTO(table), &error);
    else if (kind == 1)
        status = sgdl_simulate(problem, &plan, INTO(table), &error);
    else if (kind == 2)
        status = sgdl_limit_table(problem, NULL, INTO(table), &error);
    else if (kind == 3)
        status = sgdl_compare(problem, &plan, INTO(table), &verdict, &error);
    else if (!strstr(text, "learning_rate: ["))
        sweep(text, table);
    sgdl_problem_free(problem);
    assert_int_equal(status, SGDL_OK);
}

/* ---- threads -------------------------------------------------------------------------------- */

typedef struct job {
    const char *text;
    sgdl_table_t table[ROUNDS][KINDS];
} job_t;

static void *work(void *context)
{
    job_t *self = context;
    for (size_t r = 0; r < ROUNDS; r++)
        for (size_t k = 0; k < KINDS; k++)
            compute(self->text, k, &self->table[r][k]);
    return NULL;
}

static void assert_same(const sgdl_table_t *a, const sgdl_table_t *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->comments, b->comments);
    for (size_t c = 0; c < a->comments; c++)
        assert_string_equal(a->comment[c].value, b->comment[c].value);
    for (size_t e = 0; e < a->rows * a->columns; e++)
        assert_true(a->value[e] == b->value[e] || (isnan(a->value[e]) && isnan(b->value[e])));
}

static int calls;

static void count_call(const char *reason, const char *file, int line, int number)
{
    (void)reason;
    (void)file;
    (void)line;
    (void)number;
    calls++;
}

static void two_problems_at_once_are_each_as_alone(void **state)
{
    (void)state;
    job_t alone[2] = {{problems[0], {{{0}}}}, {problems[1], {{{0}}}}};
    job_t beside[2] = {{problems[0], {{{0}}}}, {problems[1], {{{0}}}}};
    pthread_t thread[2];
    gsl_error_handler_t *before = gsl_set_error_handler(count_call);
    for (size_t p = 0; p < 2; p++)
        (void)work(&alone[p]);
    for (size_t p = 0; p < 2; p++)
        assert_int_equal(pthread_create(&thread[p], NULL, work, &beside[p]), 0);
    for (size_t p = 0; p < 2; p++)
        assert_int_equal(pthread_join(thread[p], NULL), 0);
    assert_ptr_equal(gsl_set_error_handler(before), count_call);
    assert_int_equal(calls, 0);
    for (size_t p = 0; p < 2; p++)
        for (size_t r = 0; r < ROUNDS; r++)
            for (size_t k = 0; k < KINDS; k++) {
                assert_same(&beside[p].table[r][k], &alone[p].table[0][k]);
                sgdl_table_free(&beside[p].table[r][k]);
                if (r > 0)
                    sgdl_table_free(&alone[p].table[r][k]);
            }
    for (size_t p = 0; p < 2; p++)
        for (size_t k = 0; k < KINDS; k++)
            sgdl_table_free(&alone[p].table[0][k]);
}

/* Where a search finds nothing GSL used to be asked, and would have told its handler. */
static void the_callers_handler_is_left_alone_by_failures(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "{learning_rate: 1e6, classes: [{covariance: {family: power-law, exponent: 3}}, {}]}",
        "{learning_rate: 1e-300, intercept: 1e100}",
        "{label_noise: 0.3, classes: [{covariance: {family: zero-one, zero: 0.3}}, {}]}",
    };
    gsl_error_handler_t *before = gsl_set_error_handler(count_call);
    calls = 0;
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        sgdl_problem_t *problem = parse_problem(hard[i]);
        sgdl_limit_t limit;
        sgdl_error_t error;
        if (sgdl_limit_init(&limit, problem, NULL, 0, &error) == SGDL_OK)
            sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
    assert_ptr_equal(gsl_set_error_handler(before), count_call);
    assert_int_equal(calls, 0);
}

/* ---- several threads, one problem -------------------------------------------------------------
 */

enum { EDITS = 300, ASKING = 4 };

typedef struct asking {
    const sgdl_problem_t *problem;
    pthread_barrier_t *begin, *end;
    int wrong;
} asking_t;

static void *ask(void *context)
{
    asking_t *self = context;
    for (size_t edit = 0; edit < EDITS; edit++) {
        (void)pthread_barrier_wait(self->begin);
        if (sgdl_problem_rates(self->problem) != 1 + edit % 2 ||
            sgdl_problem_classes(self->problem) != 2 ||
            sgdl_problem_validate(self->problem, NULL) != SGDL_OK)
            self->wrong++;
        (void)pthread_barrier_wait(self->end);
    }
    return NULL;
}

/* Whoever asks first after an edit reads it; the others wait for that. */
static void an_edited_problem_is_read_once_for_all_who_ask(void **state)
{
    static const double rates[] = {0.5, 1};
    sgdl_problem_t *problem = parse_problem(problems[0]);
    pthread_barrier_t begin, end;
    pthread_t thread[ASKING];
    asking_t asking[ASKING];
    (void)state;
    assert_int_equal(pthread_barrier_init(&begin, NULL, ASKING + 1), 0);
    assert_int_equal(pthread_barrier_init(&end, NULL, ASKING + 1), 0);
    for (size_t i = 0; i < ASKING; i++) {
        asking[i] = (asking_t){problem, &begin, &end, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, ask, &asking[i]), 0);
    }
    for (size_t edit = 0; edit < EDITS; edit++) {
        const size_t count = 1 + edit % 2;
        assert_int_equal(sgdl_problem_set_numbers(problem, "learning_rate", rates, count, NULL),
                         SGDL_OK);
        (void)pthread_barrier_wait(&begin);
        (void)pthread_barrier_wait(&end);
    }
    for (size_t i = 0; i < ASKING; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(asking[i].wrong, 0);
    }
    (void)pthread_barrier_destroy(&begin);
    (void)pthread_barrier_destroy(&end);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_problems_at_once_are_each_as_alone),
        cmocka_unit_test(an_edited_problem_is_read_once_for_all_who_ask),
        cmocka_unit_test(the_callers_handler_is_left_alone_by_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
