/**
 * The problem: one validated, immutable statement of what is to be computed.
 *
 * A problem comes from a YAML file, from command-line flags, or from the header of one of our own
 * tables; flags override the file. Defaults are filled in, weights normalised, relative paths
 * resolved against the problem file's folder.
 */
#ifndef SGDLIMIT_PROBLEM_H
#define SGDLIMIT_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"
#include "sgdlimit/loss.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One problem, stated and validated; made by sgdl_problem_new, freed by sgdl_problem_free. */
typedef struct sgdl_problem sgdl_problem_t;

/** The problem that states nothing: all defaults. NULL if memory runs out; whatever reads into a
 * problem takes NULL and says so, so that one check is enough. */
sgdl_problem_t *sgdl_problem_new(void);

/** Frees a problem; NULL is legal. */
void sgdl_problem_free(sgdl_problem_t *self);

/** The flags that state a problem: one row a flag. `path` is the key it sets, with dots. */
typedef struct sgdl_problem_flag {
    const char *flag;     /* without dashes, e.g. "learning-rate" */
    const char *alias;    /* another long name, or NULL, e.g. "lr" */
    char letter;          /* one-letter form, or 0 */
    const char *argument; /* placeholder in help texts */
    const char *help;     /* one line with [default] */
} sgdl_problem_flag_t;

/** The last row's flag is NULL. */
extern const sgdl_problem_flag_t sgdl_problem_flags[];

/** One flag as given: the row's canonical name, the text behind it, and how the user wrote it. */
typedef struct sgdl_flag_value {
    const char *flag; /* canonical name as in sgdl_problem_flags */
    const char *text; /* borrowed */
} sgdl_flag_value_t;

/**
 * Reads and validates a problem and the plan that is stated with it. `path` is a
 * YAML file, one of our own tables (tsv, csv or json),
 * "-" for standard input, or NULL when the flags alone state the problem. flags [flag_count] are
 * applied in order; only those of a class may be given more than once. A
 * table is refused where a file that it was made from has changed since, unless a flag states that
 * file. What self was before is freed; on failure it is the problem that states nothing, and error
 * names FILE:LINE or the flag.
 * Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY.
 */
int sgdl_problem_read(sgdl_problem_t *self, const char *path, const sgdl_flag_value_t *flags,
                      size_t flag_count, sgdl_error_t *error) SGDL_CHECKED;

/** The same from a text in memory (YAML); `name` stands for the file in messages and relative
 * paths are taken from the working directory. */
int sgdl_problem_parse(sgdl_problem_t *self, const char *text, const char *name,
                       const sgdl_flag_value_t *flags, size_t flag_count,
                       sgdl_error_t *error) SGDL_CHECKED;

/** A key and its value's text, as they are put in the place of what a problem states. */
typedef struct sgdl_assignment {
    const char *key; /* with dots: `ridge`, `classes.2.mean.exponent`. List entries are counted from
                        1, `*` stands for all of them; `classes.*.mean` for those classes whose mean
                        is their own, not `opposite` or `same`. */
    const char *text; /* a scalar */
} sgdl_assignment_t;

/** sgdl_problem_parse with assignments [count] in the place of flags. A class's weight that is
 * assigned scales the weights of the others so that all sum to 1. Errors: SGDL_ERR_INPUT with
 * the key as place, SGDL_ERR_MEMORY. */
int sgdl_problem_parse_with(sgdl_problem_t *self, const char *text, const char *name,
                            const sgdl_assignment_t *assignments, size_t count,
                            sgdl_error_t *error) SGDL_CHECKED;

/** Called with each top-level key and its value as one-line YAML, defaults filled in, so that
 * "key: value" lines make a problem file that reads back as the same problem. `plan` NULL leaves
 * its keys out. */
typedef int sgdl_problem_line_f(void *context, const char *key, const char *value);
int sgdl_problem_write(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                       sgdl_problem_line_f *line, void *context, sgdl_error_t *error) SGDL_CHECKED;

/**
 * Adds to an empty table the comments with which every table begins, enough to make it again:
 * program, version, the command's name, the whole problem and plan, checksums of its files. `plan`
 * may be NULL. Errors: SGDL_ERR_MEMORY.
 */
int sgdl_provenance(sgdl_table_t *table, const char *command, const sgdl_problem_t *self,
                    const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

/** The mixture as spectra see it; borrows from self. */
sgdl_mixture_t sgdl_problem_mixture(const sgdl_problem_t *self, const sgdl_plan_t *plan);

/** How fine the nodes have to be for the problem's time, learning rates and the plan's accuracy:
 * what sgdl_solve integrates. */
sgdl_quadrature_t sgdl_problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan);

#ifdef __cplusplus
}
#endif
#endif
