/**
 * The way of every command that computes: options and PROBLEM become a work, the work a table, the
 * table goes where it belongs, early ends included.
 */
#ifndef SGDLIMIT_CLI_RUNNER_H
#define SGDLIMIT_CLI_RUNNER_H

#include "src/cli/destination.h"
#include "src/cli/progress.h"

enum { WORK_KEPT = 8 };

/** What a command line asks for, read. */
struct work {
    const arguments_t *arguments; /* borrowed */
    sgdl_problem_t *problem;
    sgdl_plan_t plan; /* complete; borrows from problem and what is kept */
    void *own;        /* [command->own_size] the command's request, all-zero at first */
    destination_t destination;
    progress_t progress;
    void *kept[WORK_KEPT]; /* see work_keep */
    size_t kept_count;
};

/** Reads the problem, the options in the order of the command's table, and the destination. To be
 * freed in any case. Errors: as sgdl_problem_read, and those of the options. */
int work_read(work_t *self, const arguments_t *arguments, sgdl_error_t *error) SGDL_CHECKED;

/** The beginning of it: empty, with a request of the command's own. Errors: SGDL_ERR_MEMORY. */
int work_begin(work_t *self, const arguments_t *arguments, sgdl_error_t *error) SGDL_CHECKED;

/** The options alone, from the command line and what PROBLEM recorded. Errors: those of the
 * options. */
int work_read_options(work_t *self, sgdl_error_t *error) SGDL_CHECKED;

void work_free(work_t *self);

/** Zeroed memory [count*size] that is freed with the work; NULL, with the error set: there is none.
 */
void *work_keep(work_t *self, size_t count, size_t size, sgdl_error_t *error);

/** From now on progress is shown. */
void work_show_progress(work_t *self);

/** The command of these arguments, from its options to its table. */
int runner_run(const arguments_t *arguments, sgdl_error_t *error);

#endif
