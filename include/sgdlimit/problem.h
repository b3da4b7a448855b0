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

#ifdef __cplusplus
extern "C" {
#endif

/** A file that a problem depends on, as it was when the problem was read. */
typedef struct sgdl_problem_file {
    const char *path; /* absolute; borrowed from the problem */
    uint32_t crc32;
} sgdl_problem_file_t;

typedef struct sgdl_problem {
    double dimension;        /* d, or INFINITY */
    const sgdl_loss_t *loss; /* borrowed, static */
    bool one_hot;            /* targets are unit vectors of R^L instead of the label itself */

    size_t classes;          /* C */
    double *weight;          /* [C] p_i, sum 1 */
    double *label;           /* [C] as stated */
    size_t *label_index;     /* [C] 0-based index of the class's label among the distinct ones */
    sgdl_spec_t *covariance; /* [C] */
    sgdl_mean_t *mean;       /* [C] */

    sgdl_targets_t targets; /* L = targets.outputs; distinct labels in increasing order */
    double *target;         /* [K*L] storage behind targets.target */

    size_t rates;                   /* number of learning rates, one curve each */
    sgdl_schedule_t *learning_rate; /* [rates] */

    double intercept;   /* c, 0: none */
    double batch;       /* b, a positive integer */
    double ridge;       /* delta >= 0 */
    double start_norm2; /* E|X_0 column|^2 of an isotropic random start; NAN with a start file */
    char *start_path;   /* NULL, or the file of a given start */
    double *start;      /* NULL, or [d*L] direction-major */

    double time; /* horizon in t = steps/d */

    double clean_below; /* tau */
    uint64_t seed;

    sgdl_plan_t plan; /* as stated with the problem; its times are `times` */
    double *times;    /* [plan.points] owned */

    size_t files;              /* regular files behind covariances, means and the start */
    sgdl_problem_file_t *file; /* [files] each once */
} sgdl_problem_t;

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
 * file. On failure *self is empty and error names FILE:LINE or the flag.
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

void sgdl_problem_free(sgdl_problem_t *self);

/** Called with each top-level key and its value as one-line YAML, defaults filled in, so that
 * "key: value" lines make a problem file that reads back as the same problem. `plan` NULL leaves
 * its keys out. */
typedef int sgdl_problem_line_f(void *context, const char *key, const char *value);
int sgdl_problem_write(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                       sgdl_problem_line_f *line, void *context, sgdl_error_t *error) SGDL_CHECKED;

/** The mixture as spectra see it; borrows from self. */
sgdl_mixture_t sgdl_problem_mixture(const sgdl_problem_t *self, const sgdl_plan_t *plan);

/** How fine the nodes have to be for the problem's time, learning rates and the plan's accuracy:
 * what sgdl_solve integrates. */
sgdl_quadrature_t sgdl_problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan);

#ifdef __cplusplus
}
#endif
#endif
