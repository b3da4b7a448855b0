/* The comments with which every table begins: enough to make it again. */
#include "sgdlimit/problem.h"
#include "sgdlimit/version.h"
#include "src/problem/files.h"
#include "src/problem/plan.h"
#include "src/problem/provenance.h"

typedef struct comment_context {
    sgdl_table_t *table;
    sgdl_error_t *error;
} comment_context_t;

static int add_problem_line(void *context, const char *key, const char *value)
{
    comment_context_t *self = context;
    return sgdl_table_comment(self->table, true, key, self->error, "%s", value);
}

static int add_file_line(void *context, const char *key, const char *value)
{
    comment_context_t *self = context;
    return sgdl_table_comment(self->table, false, key, self->error, "%s", value);
}

int provenance_no_error(sgdl_table_t *table, sgdl_error_t *error)
{
    return sgdl_table_comment(table, false, "error", error, "left out (--no-error)");
}

int provenance_add(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                   const sgdl_plan_t *stated, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    comment_context_t context = {table, error};
    status = sgdl_table_comment(table, false, "sgdlimit", error, "%s", SGDL_VERSION);
    if (status == SGDL_OK)
        status = sgdl_table_comment(table, false, "command", error, "%s", command);
    if (status == SGDL_OK)
        status = sgdl_problem_write(problem, &plan, add_problem_line, &context, error);
    if (status == SGDL_OK)
        status = files_write(problem, add_file_line, &context, error);
    if (status == SGDL_OK && plan.no_error)
        status = provenance_no_error(table, error);
    return status;
}

int sgdl_provenance(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                    const sgdl_plan_t *stated, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status == SGDL_OK)
        status = provenance_add(table, command, problem, &plan, error);
    return status == SGDL_OK ? provenance_options(table, command, problem, &plan, error) : status;
}
