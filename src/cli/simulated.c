#include "src/cli/simulated.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file_name.h"
#include "src/problem/files.h"
#include "src/problem/keys.h"
#include "src/problem/stated.h"
#include "src/theories/theory.h"
#include "src/tree/value.h"

/* ---- two problems -----------------------------------------------------------------------------
 */

/* A problem as the lines of its file. */
typedef struct lines {
    char *key[PROBLEM_KEYS], *value[PROBLEM_KEYS];
    size_t count;
} lines_t;

static void lines_free(lines_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->key[i]);
        free(self->value[i]);
    }
}

static int add_line(void *context, const char *key, const char *value)
{
    lines_t *self = context;
    if (self->count == PROBLEM_KEYS)
        return SGDL_OK;
    self->key[self->count] = strdup(key);
    self->value[self->count] = strdup(value);
    bool fits = self->key[self->count] && self->value[self->count];
    self->count++;
    return fits ? SGDL_OK : SGDL_ERR_MEMORY;
}

static const char *find_value(const lines_t *self, const char *key)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->key[i], key) == 0)
            return self->value[i];
    return "";
}

/* Keys that do not change which curve is simulated: when it is looked at and how exactly. A seed
 * matters to means that are drawn from it. */
static bool is_passed_over(const char *key, const lines_t *runs)
{
    static const char *const others[] = {"time", "output", "tolerance", "clean_below"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(key, others[i]) == 0)
            return true;
    return strcmp(key, "seed") == 0 && !strstr(find_value(runs, "classes"), "gaussian");
}

/* "learning_rate (0.525 there, 0.5 here), classes" */
static void name_differences(const lines_t *runs, const lines_t *limit,
                             char text[SIMULATED_DIFFERS_SIZE])
{
    enum { SHORT = 40 };
    size_t used = 0;
    for (size_t i = 0; i < limit->count && used < SIMULATED_DIFFERS_SIZE; i++) {
        const char *here = limit->value[i];
        const char *there = find_value(runs, limit->key[i]);
        const char *comma = used ? ", " : "";
        size_t room = SIMULATED_DIFFERS_SIZE - used;
        if (is_passed_over(limit->key[i], runs) || strcmp(here, there) == 0)
            continue;
        bool brief = strlen(here) <= SHORT && strlen(there) <= SHORT;
        used += (size_t)(brief ? snprintf(text + used, room, "%s%s (%s there, %s here)", comma,
                                          limit->key[i], there, here)
                               : snprintf(text + used, room, "%s%s", comma, limit->key[i]));
    }
}

static int compare_problems(simulated_t *self, const sgdl_problem_t *runs,
                            const sgdl_problem_t *limit, sgdl_error_t *error)
{
    lines_t there = {0};
    lines_t here = {0};
    int status = sgdl_problem_write(runs, NULL, add_line, &there, error);
    if (status == SGDL_OK)
        status = sgdl_problem_write(limit, NULL, add_line, &here, error);
    if (status == SGDL_OK)
        name_differences(&there, &here, self->differs);
    lines_free(&there);
    lines_free(&here);
    return status == SGDL_ERR_MEMORY ? sgdl_fail_memory(error) : status;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* The problem in the table's header, with flags over it. */
static int read_own(const char *path, const sgdl_flag_value_t *flags, size_t count,
                    sgdl_problem_t *problem, sgdl_error_t *error)
{
    stated_t stated = {0};
    int status = stated_read(&stated, path, error);
    if (status == SGDL_OK)
        status = stated_problem(&stated, problem, flags, count, error);
    stated_free(&stated);
    return status;
}

/* A table of this program: it knows its problem. */
static int read_with_header(simulated_t *self, const char *path, const arguments_t *arguments,
                            sgdl_problem_t *problem, sgdl_error_t *error)
{
    sgdl_problem_t *runs = sgdl_problem_new();
    int status = read_own(path, NULL, 0, runs, error);
    if (status == SGDL_OK && arguments->operands == 0)
        status = read_own(path, arguments->flag, arguments->flags, problem, error);
    else if (status == SGDL_OK)
        status = arguments_problem(arguments, problem, error);
    if (status == SGDL_OK) {
        self->dimension = runs->dimension;
        status = compare_problems(self, runs, problem, error);
    }
    sgdl_problem_free(runs);
    return status;
}

/* Flags that make no sense for runs that are there. */
static int check_flags(const char *path, const arguments_t *arguments, sgdl_error_t *error)
{
    static const char *const own[] = {"runs",      "kernel",  "threads", "dimensions",
                                      "noise-law", "passage", "rows"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (arguments_given(arguments, own[i])) {
            char place[32];
            (void)snprintf(place, sizeof place, "--%s", own[i]);
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "found beside --simulated, whose runs are made already, allowed one "
                             "of them");
        }
    }
    return strcmp(path, "-") == 0 ? sgdl_fail(error, SGDL_ERR_INPUT, "--simulated",
                                              "found '-', allowed: the name of a file")
                                  : SGDL_OK;
}

int simulated_read(simulated_t *self, const char *path, const arguments_t *arguments,
                   sgdl_problem_t *problem, sgdl_error_t *error)
{
    *self = (simulated_t){0};
    int status = check_flags(path, arguments, error);
    if (status == SGDL_OK && !(self->path = absolute_name(NULL, path)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK && arguments_recorded(arguments, "simulated"))
        status = files_check_one(&arguments->stated->header, self->path, error);
    if (status == SGDL_OK)
        status = sgdl_table_read(&self->table, path, error);
    if (status == SGDL_OK && sgdl_table_value(&self->table, "sgdlimit")) {
        status = read_with_header(self, path, arguments, problem, error);
    } else if (status == SGDL_OK) {
        status = arguments_problem(arguments, problem, error);
        self->dimension = problem->dimension;
    }
    if (status == SGDL_OK && theory_of(problem)->finite && !isfinite(self->dimension)) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, path,
                           "states no finite dimension of its runs, allowed: a table of simulate");
    }
    return status == SGDL_OK ? files_add(problem, self->path, error) : status;
}

void simulated_free(simulated_t *self)
{
    sgdl_table_free(&self->table);
    free(self->path);
    free(self->times);
    *self = (simulated_t){0};
}
