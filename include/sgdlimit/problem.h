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

/** Another problem that states the same; the numbers of files and arrays are shared. To be freed.
 * NULL, with `error` set: SGDL_ERR_INPUT where it is no problem, SGDL_ERR_MEMORY. */
sgdl_problem_t *sgdl_problem_copy(const sgdl_problem_t *self, sgdl_error_t *error);

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

/** Flag number `index` from 0, in the order of help texts; NULL: there are fewer. */
const sgdl_problem_flag_t *sgdl_problem_flag(size_t index);

/** One flag as given: the row's canonical name and the text behind it. */
typedef struct sgdl_flag_value {
    const char *flag; /* canonical name as in sgdl_problem_flag */
    const char *text; /* borrowed */
} sgdl_flag_value_t;

/**
 * Reads and validates a problem and the plan that is stated with it. `path` is a
 * YAML file, one of our own tables (tsv, csv or json),
 * "-" for standard input, or NULL when the flags alone state the problem. flags [flag_count] are
 * applied in order; only those of a class may be given more than once. A
 * table is refused where a file that it was made from has changed since, unless a flag states that
 * file. Files of numbers are read here, once: what becomes of them later changes nothing. What self
 * was before is freed; after a failure it states nothing that could be computed, and error names
 * FILE:LINE or the flag.
 * Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY.
 */
int sgdl_problem_read(sgdl_problem_t *self, const char *path, const sgdl_flag_value_t *flags,
                      size_t flag_count, sgdl_error_t *error) SGDL_CHECKED;

/** The same from a text in memory (YAML); `name` stands for the file in messages and relative
 * paths are taken from the working directory. */
int sgdl_problem_parse(sgdl_problem_t *self, const char *text, const char *name,
                       const sgdl_flag_value_t *flags, size_t flag_count,
                       sgdl_error_t *error) SGDL_CHECKED;

/* ---- stating and editing ------------------------------------------------------------------
 *
 * What is set takes the place of what was stated; keys are those of a problem file, with dots
 * between them: `ridge`, `start.norm2`, `classes.2.mean.exponent`. Classes are counted from 1, `*`
 * stands for all of them; `classes.*.mean.KEY` for those whose mean is their own, not `opposite` or
 * `same`. A single value gives way to a key inside it where that is a number of its own:
 * `data.ratio`, `batch.fraction`, `sampling.persistent`. A problem that states no classes gets two,
 * or one with a teacher. Values are judged by sgdl_problem_validate, so that keys that belong
 * together may be set one by one.
 *
 * Errors of all of these: SGDL_ERR_INPUT with the key as place (there is no such class, its place
 * holds a single value), SGDL_ERR_MEMORY.
 */

/** `text` is what the key's flag takes, such as 0.5, power-law:exponent=1.5 or 0.1,0.5, or YAML in
 * brackets or braces. */
int sgdl_problem_set(sgdl_problem_t *self, const char *key, const char *text,
                     sgdl_error_t *error) SGDL_CHECKED;

int sgdl_problem_set_number(sgdl_problem_t *self, const char *key, double value,
                            sgdl_error_t *error) SGDL_CHECKED;

/** A list, such as several learning rates or the output times; values [count] are copied. */
int sgdl_problem_set_numbers(sgdl_problem_t *self, const char *key, const double *values,
                             size_t count, sgdl_error_t *error) SGDL_CHECKED;

/** So many classes: the first keep what is stated of them, others state nothing yet. */
int sgdl_problem_set_classes(sgdl_problem_t *self, size_t classes,
                             sgdl_error_t *error) SGDL_CHECKED;

/** weights [classes], labels [classes] of all classes of the problem, which are as many. */
int sgdl_problem_set_weights(sgdl_problem_t *self, const double *weights, size_t classes,
                             sgdl_error_t *error) SGDL_CHECKED;
int sgdl_problem_set_labels(sgdl_problem_t *self, const double *labels, size_t classes,
                            sgdl_error_t *error) SGDL_CHECKED;

/** The covariance of a class (from 1; 0: of all): its eigenvalues [dimension], copied. They set the
 * dimension where none is stated. A table's header holds them in full, as a list in the place of a
 * file's name. */
int sgdl_problem_set_eigenvalues(sgdl_problem_t *self, size_t class_number,
                                 const double *eigenvalues, size_t dimension,
                                 sgdl_error_t *error) SGDL_CHECKED;

/** The mean of a class (from 1; 0: of all): the coordinates of mu itself [dimension], copied. */
int sgdl_problem_set_mean(sgdl_problem_t *self, size_t class_number, const double *mean,
                          size_t dimension, sgdl_error_t *error) SGDL_CHECKED;

/** The signal of a teacher, whose labels then stay as stated: the coordinates of X* itself
 * [dimension], copied. */
int sgdl_problem_set_signal(sgdl_problem_t *self, const double *signal, size_t dimension,
                            sgdl_error_t *error) SGDL_CHECKED;

/** The start X_0: [count = dimension*outputs] direction by direction, copied. */
int sgdl_problem_set_start(sgdl_problem_t *self, const double *start, size_t count,
                           sgdl_error_t *error) SGDL_CHECKED;

/** Is it a problem? What is stated is read as from a file, with the same checks and messages.
 * Every computation asks, and refuses what is none; a problem that has not been edited since is not
 * read again. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sgdl_problem_validate(const sgdl_problem_t *self, sgdl_error_t *error) SGDL_CHECKED;

/* ---- asking -------------------------------------------------------------------------------
 *
 * Of what is no problem: 0, NAN or NULL. Arrays are borrowed and hold until the next edit.
 */

/** "mixture", of a stream of samples; "fixed-data", a mixture of which samples are drawn once (the
 * key `data`), used again and again; "landscape". Static. */
const char *sgdl_problem_model(const sgdl_problem_t *self);
size_t
sgdl_problem_minima(const sgdl_problem_t *self); /* basins of a landscape, in its box; else 0 */
double sgdl_problem_dimension(const sgdl_problem_t *self); /* d, or INFINITY */
size_t sgdl_problem_classes(const sgdl_problem_t *self);   /* C */
size_t sgdl_problem_outputs(const sgdl_problem_t *self);   /* L */
size_t sgdl_problem_rates(const sgdl_problem_t *self);     /* learning rates, one curve each */
double sgdl_problem_time(const sgdl_problem_t *self);      /* horizon in t */

/** What t is: "steps/d" of streams and of small batches of fixed data, "steps" of full batches and
 * fractions of fixed data, "t" of gradient flow, "learning rate x steps" of landscapes; static. */
const char *sgdl_problem_time_unit(const sgdl_problem_t *self);
const sgdl_loss_t *sgdl_problem_loss(const sgdl_problem_t *self);
const double *sgdl_problem_weights(const sgdl_problem_t *self); /* [C], sum 1 */
const double *sgdl_problem_labels(const sgdl_problem_t *self);  /* [C]; NULL with a teacher */
bool sgdl_problem_has_teacher(const sgdl_problem_t *self);      /* labels come from a true signal */

/** The value of a top-level key as one-line YAML, defaults filled in; cut to `room` bytes. Errors:
 * SGDL_ERR_INPUT (no such key), SGDL_ERR_MEMORY. */
int sgdl_problem_get(const sgdl_problem_t *self, const char *key, char *text, size_t room,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Called with each top-level key and its value as one-line YAML, defaults filled in, so that
 * "key: value" lines make a problem file that reads back as the same problem. What the
 * plan leaves open is as stated with the problem; NULL leaves its keys out. */
typedef int sgdl_problem_line_f(void *context, const char *key, const char *value);
int sgdl_problem_write(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                       sgdl_problem_line_f *line, void *context, sgdl_error_t *error) SGDL_CHECKED;

/**
 * Adds to an empty table the comments with which every table begins, enough for `sgdlimit COMMAND
 * TABLE` to make it again: program, version, the command's name, the whole problem, checksums of
 * its files, and the plan, NULL too, as options of that command. Options that it does not have,
 * such as verify_time or a reference for each of several learning rates, are lost. Errors:
 * SGDL_ERR_INPUT (no problem), SGDL_ERR_MEMORY.
 */
int sgdl_provenance(sgdl_table_t *table, const char *command, const sgdl_problem_t *self,
                    const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

/** The mixture as spectra see it, with a teacher's signal behind the classes; borrows from self. Of
 * what is no problem: one of no classes. */
sgdl_mixture_t sgdl_problem_mixture(const sgdl_problem_t *self, const sgdl_plan_t *plan);

/** How fine the nodes have to be for the problem's time, learning rates and the plan's accuracy:
 * what sgdl_solve integrates. */
sgdl_quadrature_t sgdl_problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan);

#ifdef __cplusplus
}
#endif
#endif
