#include "src/cli/plan_options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/class_list.h"
#include "src/cli/resources.h"
#include "src/cli/runner.h"
#include "src/base/file_name.h"
#include "src/base/text.h"
#include "src/problem/files.h"
#include "src/theories/theory.h"

enum { MOST_RUNS = 1000000, MOST_THREADS = 1024, MOST_REFINED = 16 };
enum { LEAST_PATHS = 2, MOST_PATHS = 100000000 };

/* ---- kinds of values --------------------------------------------------------------------------
 */

static int read_integer(const char *place, const char *text, long lower, long upper, long *value,
                        sgdl_error_t *error)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && *value >= lower && *value <= upper
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, place,
                           "found '%.80s', allowed: an integer from %ld to %ld", text, lower,
                           upper);
}

static int read_count(const char *place, const char *text, long lower, long upper, size_t *count,
                      sgdl_error_t *error)
{
    long value;
    int status = read_integer(place, text, lower, upper, &value, error);
    if (status == SGDL_OK)
        *count = (size_t)value;
    return status;
}

static int read_positive(const char *place, const char *text, double upper, double *value,
                         sgdl_error_t *error)
{
    char *end;
    double number = strtod(text, &end);
    if (strspn(text, "0123456789.eE+-") != strlen(text) || end == text || *end || !(number > 0) ||
        number > upper) {
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found '%.80s', allowed: a number above 0, up to %g", text, upper);
    }
    *value = number;
    return SGDL_OK;
}

int plan_options_time(const char *place, const char *text, double *time, sgdl_error_t *error)
{
    return read_positive(place, text, 1e300, time, error);
}

/* The index of a word among names [count]; `allowed` lists them. */
static int read_word(const char *place, const char *text, const char *const *names, size_t count,
                     size_t *index, sgdl_error_t *error)
{
    char allowed[128] = "";
    for (*index = 0; *index < count; ++*index) {
        size_t used = strlen(allowed);
        if (strcmp(text, names[*index]) == 0)
            return SGDL_OK;
        (void)snprintf(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "",
                       names[*index]);
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, place, "found '%.80s', allowed: %s", text, allowed);
}

/* ---- readers ----------------------------------------------------------------------------------
 */

static int read_memory(work_t *work, const char *text, sgdl_error_t *error)
{
    return memory_read(text, &work->plan.memory, error);
}

static int read_classes(work_t *work, const char *text, sgdl_error_t *error)
{
    const size_t classes = work->problem->classes;
    size_t *shown = work_keep(work, classes, sizeof *shown, error);
    work->plan.shown = shown;
    return shown ? class_list_read(text, classes, shown, &work->plan.shown_count, error)
                 : SGDL_ERR_MEMORY;
}

static int read_directions(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text; /* its times have become the problem's */
    (void)error;
    work->plan.directions = true;
    return SGDL_OK;
}

static int read_density(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text; /* as above */
    (void)error;
    work->plan.density = true;
    return SGDL_OK;
}

static int read_no_error(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text;
    (void)error;
    work->plan.no_error = true;
    return SGDL_OK;
}

static int read_linear_solver(work_t *work, const char *text, sgdl_error_t *error)
{
    static const char *const names[] = {[SGDL_LINEAR_STRUCTURED] = "structured",
                                        [SGDL_LINEAR_KRYLOV] = "krylov",
                                        [SGDL_LINEAR_DENSE] = "dense"};
    size_t index;
    int status =
        read_word("--linear-solver", text, names, sizeof names / sizeof *names, &index, error);
    if (status == SGDL_OK)
        work->plan.linear_solver = (sgdl_linear_solver_t)index;
    return status;
}

static int read_refine(work_t *work, const char *text, sgdl_error_t *error)
{
    long refine;
    int status = read_integer("--refine", text, 1, MOST_REFINED, &refine, error);
    if (status == SGDL_OK)
        work->plan.refine = (int)refine;
    return status;
}

static int read_exact(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text;
    (void)error;
    work->plan.exact = true;
    return SGDL_OK;
}

static int read_runs(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_count("--runs", text, 1, MOST_RUNS, &work->plan.runs, error);
}

static int read_runs_from_two(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_count("--runs", text, 2, MOST_RUNS, &work->plan.runs, error);
}

static int read_threads(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_count("--threads", text, 1, MOST_THREADS, &work->plan.threads, error);
}

static int read_kernel(work_t *work, const char *text, sgdl_error_t *error)
{
    static const char *const names[] = {"full", "collapsed", "samples", "auto"};
    static const sgdl_kernel_t kernels[] = {SGDL_KERNEL_FULL, SGDL_KERNEL_COLLAPSED,
                                            SGDL_KERNEL_SAMPLES, SGDL_KERNEL_AUTO};
    size_t index;
    int status = read_word("--kernel", text, names, sizeof names / sizeof *names, &index, error);
    if (status == SGDL_OK)
        work->plan.kernel = kernels[index];
    return status;
}

static int read_noise_law(work_t *work, const char *text, sgdl_error_t *error)
{
    static const char *const names[] = {
        [SGDL_NOISE_GAUSSIAN] = "gaussian", [SGDL_NOISE_BINARY] = "binary"};
    size_t index;
    int status = read_word("--noise-law", text, names, sizeof names / sizeof *names, &index, error);
    if (status == SGDL_OK)
        work->plan.noise_law = (sgdl_noise_law_t)index;
    return status;
}

static int read_passage(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text;
    (void)error;
    work->plan.passage = true;
    return SGDL_OK;
}

static int read_verify(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text;
    (void)error;
    work->plan.verify = true;
    return SGDL_OK;
}

static int read_discrete(work_t *work, const char *text, sgdl_error_t *error)
{
    (void)text;
    (void)error;
    work->plan.discrete = true;
    return SGDL_OK;
}

static int read_accuracy(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_positive("--accuracy", text, 0.1, &work->plan.accuracy, error);
}

static int read_paths(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_count("--paths", text, LEAST_PATHS, MOST_PATHS, &work->plan.paths, error);
}

static int read_grid(work_t *work, const char *text, sgdl_error_t *error)
{
    return plan_options_time("--grid", text, &work->plan.grid, error);
}

/* A file that the table depends on, as it was: its name from the root is the work's to keep. */
static int read_rows(work_t *work, const char *text, sgdl_error_t *error)
{
    char *path = absolute_name(NULL, text);
    const size_t size = path ? strlen(path) + 1 : 0;
    char *kept = path ? work_keep(work, size, 1, error) : NULL;
    int status = kept ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        memcpy(kept, path, size);
        work->plan.rows = kept;
    }
    free(path);
    if (status == SGDL_OK && arguments_recorded(work->arguments, "rows"))
        status = files_check_one(&work->arguments->stated->header, kept, error);
    return status == SGDL_OK ? files_add(work->problem, kept, error) : status;
}

static int read_held_out(work_t *work, const char *text, sgdl_error_t *error)
{
    double value;
    if (!work->plan.rows)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--held-out",
                         "found without --rows, whose rows it is a part of; allowed: both");
    if (text_number(text, &value) != NUMBER_OK || !(value >= 0 && value < 1))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--held-out",
                         "found '%.80s', allowed: a part from 0, below 1", text);
    work->plan.held_out = value;
    return SGDL_OK;
}

static int read_significance(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_positive("--significance", text, 0.5, &work->plan.significance, error);
}

static int read_allowance(work_t *work, const char *text, sgdl_error_t *error)
{
    return read_positive("--allowance", text, 1e9, &work->plan.allowance, error);
}

/* ---- the table --------------------------------------------------------------------------------
 */

const option_t option_memory = {"memory", 0, "SIZE",
                                "most memory to take, such as 4G or 500M [half of this machine's; "
                                "of fixed data 4G at most]",
                                .read = read_memory};
const option_t option_classes = {
    "classes",       0,
    "LIST",          "print the columns of these classes only, e.g. 1,5,9 [all]",
    RECORDED_SHARED, .read = read_classes};
const option_t option_directions = {
    "directions",    0,
    "T,T,...",       "instead of curves, where X is: direction by direction at these times",
    RECORDED_SHARED, .read = read_directions};
const option_t option_density = {
    "density", 0,
    "T,T,...", "of a landscape, instead of curves: the density at these times, cell by cell",
    RECORDED,  .read = read_density};

const option_t option_no_error = {
    "no-error",
    0,
    NULL,
    "leave misclassification errors out: nan, of many outputs cheaper",
    RECORDED_SHARED,
    .read = read_no_error};

const option_t option_linear_solver = {
    "linear-solver", 0,
    "NAME",          "structured; krylov or dense, for checks [structured]",
    RECORDED,        .read = read_linear_solver};
const option_t option_refine = {"refine",
                                0,
                                "N",
                                "N times as many panels and points over u; 2 checks 1 [1]",
                                RECORDED_SHARED,
                                .read = read_refine};
const option_t option_refine_list = {
    "refine",           0, "N", "N times as many panels and points over u [1]", RECORDED_SHARED,
    .read = read_refine};
const option_t option_exact = {"exact",
                               0,
                               NULL,
                               "do not compress the directions of a large finite dimension",
                               RECORDED_SHARED,
                               .read = read_exact};
const option_t option_exact_list = {"exact",
                                    0,
                                    NULL,
                                    "every direction of a large finite dimension, uncompressed",
                                    RECORDED_SHARED,
                                    .read = read_exact};

#define RUNS                                                                                       \
    "runs", 0, "N", "runs of the ensemble, drawn independently [10; a landscape 10,000]",          \
        RECORDED_SHARED
const option_t option_runs = {RUNS, .read = read_runs};
const option_t option_runs_from_two = {RUNS, .read = read_runs_from_two};
const option_t option_threads = {"threads", 0, "N",
                                 "threads that share the runs, or a large one [one a processor]",
                                 .read = read_threads};
const option_t option_threads_of_grid = {
    "threads", 0, "N", "threads [the processors; under mpirun 1 a rank]", .read = read_threads};
const option_t option_kernel = {"kernel",
                                0,
                                "NAME",
                                "full (every coordinate of X), samples (and of every sample of a "
                                "batch), collapsed (inner products; exact in law) or auto [auto]",
                                RECORDED_SHARED,
                                .read = read_kernel};

const option_t option_noise_law = {
    "noise-law",     0,
    "NAME",          "of a landscape: gaussian, or binary signs of samples [gaussian]",
    RECORDED_SHARED, .read = read_noise_law};

const option_t option_rows = {
    "rows",        0,
    "FILE",        "rows of an estimate's rows.npy as samples, once each in random order [drawn]",
    RECORDED_FILE, .read = read_rows};
const option_t option_held_out = {
    "held-out",
    0,
    "PART",
    "of them that a run keeps for risk_rows, error_rows; 0: these are of all rows [0.2]",
    RECORDED,
    .read = read_held_out};

const option_t option_passage = {"passage",
                                 0,
                                 NULL,
                                 "of a landscape, instead of curves: times from minimum to minimum",
                                 RECORDED_SHARED,
                                 .read = read_passage};

const option_t option_accuracy = {"accuracy",
                                  0,
                                  "EPS",
                                  "of fixed data: relative, of risk and train_risk in every row "
                                  "[1e-5 where no paths are drawn, else 1e-3]",
                                  RECORDED_SHARED,
                                  .read = read_accuracy};
const option_t option_paths = {
    "paths",
    0,
    "N",
    "of fixed data: samples that are followed, a class and replicate [by the accuracy]",
    RECORDED_SHARED,
    .read = read_paths};
const option_t option_grid = {
    "grid",
    0,
    "DT",
    "of fixed data, small batches and gradient flow: the first cell of time [by the accuracy]",
    RECORDED_SHARED,
    .read = read_grid};

const option_t option_verify = {
    "verify", 0,
    NULL,     "integrate to a long time and compare; exit 1 if they disagree",
    RECORDED, .read = read_verify};
const option_t option_discrete = {
    "discrete",
    0,
    NULL,
    "of a landscape, also the exact chain of SGD's steps: is the step small enough?",
    RECORDED_SHARED,
    .read = read_discrete};
const option_t option_significance = {"significance",
                                      0,
                                      "P",
                                      "probability to find fault where there is none [0.001]",
                                      RECORDED,
                                      .read = read_significance};
const option_t option_allowance = {
    "allowance", 0,
    "X",         "c in z se + c/d (c eta, c h^2), in units of the curve's largest value [3]",
    RECORDED,    .read = read_allowance};

int plan_options_check_ensemble(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    return !theory_of(problem)->finite || isfinite(problem->dimension)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "dimension",
                           "found inf, which has no directions to draw; a simulation needs a "
                           "finite one, such as --dimension 1000");
}
