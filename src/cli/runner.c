#include "src/cli/runner.h"

#include <assert.h>
#include <stdlib.h>

#include "src/cli/interrupt.h"
#include "src/cli/resources.h"
#include "src/problem/plan.h"
#include "src/problem/provenance.h"

void *work_keep(work_t *self, size_t count, size_t size, sgdl_error_t *error)
{
    assert(self->kept_count < WORK_KEPT);
    void *kept = calloc(count, size);
    if (!kept)
        (void)sgdl_fail_memory(error);
    self->kept[self->kept_count++] = kept;
    return kept;
}

int work_begin(work_t *self, const arguments_t *arguments, sgdl_error_t *error)
{
    const size_t size = arguments->command->own_size;
    *self = (work_t){
        .arguments = arguments, .problem = sgdl_problem_new(), .plan = sgdl_plan_default()};
    self->own = size > 0 ? calloc(1, size) : NULL;
    return size > 0 && !self->own ? sgdl_fail_memory(error) : SGDL_OK;
}

void work_free(work_t *self)
{
    const command_t *command = self->arguments->command;
    sgdl_problem_free(self->problem); /* which may borrow from the others */
    if (self->own && command->free_own)
        command->free_own(self->own);
    for (size_t k = 0; k < self->kept_count; k++)
        free(self->kept[k]);
    free(self->own);
    *self = (work_t){0};
}

int work_read_options(work_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (const option_t *const *row = self->arguments->command->options; *row; row++) {
        const char *text;
        for (size_t i = 0; (*row)->read && status == SGDL_OK &&
                           (text = arguments_text_at(self->arguments, (*row)->name, i)) != NULL;
             i++)
            status = (*row)->read(self, text, error);
    }
    return status;
}

/* The problem, the plan that is stated with it, and what this machine allows. */
static int read_problem(work_t *self, sgdl_error_t *error)
{
    const command_t *command = self->arguments->command;
    int status = command->state ? command->state(self, error)
                                : arguments_problem(self->arguments, self->problem, error);
    if (status != SGDL_OK)
        return status;
    const sgdl_plan_t asked = self->plan;
    status = plan_complete(&self->plan, &asked, self->problem, error);
    const double bound = self->plan.memory, machine = memory_of_machine();
    self->plan.memory = bound > 0 && bound < machine ? bound : machine;
    self->plan.watch.stop = interrupt_watch();
    return status;
}

int work_read(work_t *self, const arguments_t *arguments, sgdl_error_t *error)
{
    const command_t *command = arguments->command;
    int status = work_begin(self, arguments, error);
    if (status == SGDL_OK)
        status = arguments_state(arguments, error);
    if (status == SGDL_OK)
        status = read_problem(self, error);
    if (status == SGDL_OK)
        status = work_read_options(self, error);
    if (status == SGDL_OK)
        status = destination_read(&self->destination, arguments, self->problem, error);
    return status == SGDL_OK && command->check ? command->check(self, error) : status;
}

void work_show_progress(work_t *self)
{
    progress_start(&self->progress, arguments_text(self->arguments, "quiet") != NULL);
    self->plan.watch.progress = progress_show;
    self->plan.watch.context = &self->progress;
}

int runner_run(const arguments_t *arguments, sgdl_error_t *error)
{
    const command_t *command = arguments->command;
    work_t work;
    sgdl_table_t table;
    sgdl_table_init(&table);
    int status = work_read(&work, arguments, error);
    if (status == SGDL_OK) {
        work_show_progress(&work);
        status = provenance_add(&table, command->name, work.problem, &work.plan, error);
        if (status == SGDL_OK)
            status = command->compute(&work, &table, error);
        progress_end(&work.progress);
        /* rows of work that ended early are written all the same */
        status = destination_finish(&work.destination, &table, status, error);
    }
    if (status == SGDL_OK && command->conclude)
        status = command->conclude(&work, &table, error);
    sgdl_table_free(&table);
    work_free(&work);
    return status;
}
