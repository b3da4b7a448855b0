/* A plan as the options of a command: `option_NAME: text` in a table's header. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/text_stream.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"
#include "src/problem/provenance.h"
#include "src/table/source.h"

/* Writes the text of an option; nothing where the plan says what is usual. */
typedef void put_f(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan);

static void put_number(FILE *out, double value)
{
    char text[TEXT_NUMBER_SIZE];
    text_shortest(value, text);
    (void)fputs(text, out);
}

static void put_classes(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    for (size_t e = 0; plan->shown && e < plan->shown_count; e++)
        (void)fprintf(out, "%s%zu", e > 0 ? "," : "", plan->shown[e] + 1);
}

/* One number serves all learning rates. */
static void put_reference(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    if (plan->reference && problem->rates == 1)
        put_number(out, plan->reference[0]);
}

static void put_times(FILE *out, const sgdl_plan_t *plan)
{
    for (size_t p = 0; p < plan->points; p++) {
        (void)fputs(p > 0 ? "," : "", out);
        put_number(out, plan->times[p]);
    }
}

static void put_directions(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->directions)
        put_times(out, plan);
}

static void put_density(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->density)
        put_times(out, plan);
}

static void put_no_error(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->no_error ? "yes" : "", out);
}

static void put_linear_solver(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->linear_solver != SGDL_LINEAR_STRUCTURED)
        (void)fputs(plan->linear_solver == SGDL_LINEAR_DENSE ? "dense" : "krylov", out);
}

static void put_refine(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->refine != 1)
        (void)fprintf(out, "%d", plan->refine);
}

static void put_exact(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->exact ? "yes" : "", out);
}

static void put_runs(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    if (plan->runs != problem->model->runs)
        (void)fprintf(out, "%zu", plan->runs);
}

static void put_kernel(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    static const char *const names[] = {[SGDL_KERNEL_AUTO] = "",
                                        [SGDL_KERNEL_FULL] = "full",
                                        [SGDL_KERNEL_COLLAPSED] = "collapsed",
                                        [SGDL_KERNEL_SAMPLES] = "samples"};
    (void)problem;
    (void)fputs(names[plan->kernel], out);
}

static void put_noise_law(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->noise_law == SGDL_NOISE_BINARY ? "binary" : "", out);
}

static void put_passage(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->passage ? "yes" : "", out);
}

static void put_rows(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->rows ? plan->rows : "", out);
}

static void put_held_out(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->held_out != sgdl_plan_default().held_out)
        put_number(out, plan->held_out);
}

static void put_significance(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->significance != sgdl_plan_default().significance)
        put_number(out, plan->significance);
}

static void put_allowance(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->allowance != sgdl_plan_default().allowance)
        put_number(out, plan->allowance);
}

static void put_accuracy(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->accuracy > 0)
        put_number(out, plan->accuracy);
}

static void put_paths(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->paths > 0)
        (void)fprintf(out, "%zu", plan->paths);
}

static void put_grid(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (plan->grid > 0)
        put_number(out, plan->grid);
}

static void put_verify(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->verify ? "yes" : "", out);
}

static void put_discrete(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    (void)fputs(plan->discrete ? "yes" : "", out);
}

static void put_target(FILE *out, const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    (void)problem;
    if (!isnan(plan->target))
        put_number(out, plan->target);
}

static const struct {
    const char *commands; /* that have it, each with a space behind it */
    const char *name;
    put_f *put;
} rows[] = {
    {"solve simulate ", "classes", put_classes},
    {"solve ", "reference", put_reference},
    {"solve simulate ", "directions", put_directions},
    {"solve ", "density", put_density},
    {"solve simulate compare ", "no_error", put_no_error},
    {"solve ", "linear_solver", put_linear_solver},
    {"solve spectrum ", "refine", put_refine},
    {"solve spectrum ", "exact", put_exact},
    {"simulate compare ", "runs", put_runs},
    {"simulate compare ", "kernel", put_kernel},
    {"simulate compare ", "noise_law", put_noise_law},
    {"simulate compare ", "passage", put_passage},
    {"simulate compare ", "rows", put_rows},
    {"simulate compare ", "held_out", put_held_out},
    {"compare ", "significance", put_significance},
    {"compare ", "allowance", put_allowance},
    {"solve compare limit critical ", "accuracy", put_accuracy},
    {"solve compare limit critical ", "paths", put_paths},
    {"solve simulate compare limit critical ", "grid", put_grid},
    {"limit ", "verify", put_verify},
    {"limit escape compare ", "discrete", put_discrete},
    {"escape ", "target", put_target},
};

static bool has_option(const char *commands, const char *command)
{
    const size_t length = strlen(command);
    for (const char *word = commands; *word; word = strchr(word, ' ') + 1)
        if (strncmp(word, command, length) == 0 && word[length] == ' ')
            return true;
    return false;
}

int provenance_options(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                       const sgdl_plan_t *plan, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == SGDL_OK; i++) {
        char key[64], *text;
        text_stream_t stream;
        if (!has_option(rows[i].commands, command))
            continue;
        status = text_stream_open(&stream, error);
        if (status != SGDL_OK)
            break;
        rows[i].put(stream.out, problem, plan);
        status = text_stream_close(&stream, &text, error);
        (void)snprintf(key, sizeof key, OPTION_PREFIX "%s", rows[i].name);
        if (status == SGDL_OK && *text)
            status = sgdl_table_comment(table, false, key, error, "%s", text);
        if (status == SGDL_OK)
            free(text);
    }
    return status;
}
