#include "src/study/variation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/assignments.h"
#include "src/problem/plan.h"
#include "src/base/text_stream.h"
#include "src/tree/yaml.h"
#include "src/base/text.h"

static int put_line(void *context, const char *key, const char *value)
{
    FILE *out = context;
    if (strcmp(key, "output") != 0)
        (void)fprintf(out, "%s: %s\n", key, value);
    return SGDL_OK;
}

int variation_text(const sgdl_problem_t *problem, const sgdl_plan_t *plan, char **text,
                   sgdl_error_t *error)
{
    text_stream_t stream;
    *text = NULL;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    status = sgdl_problem_write(problem, plan, put_line, stream.out, error);
    int closed = text_stream_close(&stream, text, status == SGDL_OK ? error : NULL);
    if (status == SGDL_OK)
        status = closed;
    if (status != SGDL_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

int variation_begin(sgdl_problem_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error)
{
    tree_t tree = {0};
    node_t *root;
    char *text = NULL;
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status == SGDL_OK)
        status = variation_text(problem, &whole, &text, error);
    if (status == SGDL_OK)
        status =
            tree_read_yaml(&tree, text, strlen(text), (place_t){"the problem", 1}, &root, error);
    if (status == SGDL_OK)
        status = problem_state(self, &tree, root, NULL, error);
    if (status == SGDL_OK)
        status = data_copy(&problem->data, &self->data, error);
    tree_free(&tree);
    free(text);
    return status == SGDL_OK ? problem_ready(self, error) : status;
}

int variation_read(sgdl_problem_t *self, const sgdl_problem_t *base, const char *const *keys,
                   const double *values, size_t count, sgdl_error_t *error)
{
    statement_t *stated;
    int status = problem_state(self, &base->statement->tree, base->statement->root,
                               base->statement->folder, error);
    if (status == SGDL_OK)
        status = data_copy(&base->data, &self->data, error);
    if (status == SGDL_OK)
        status = problem_edit(self, &stated, error);
    for (size_t i = 0; i < count && status == SGDL_OK; i++) {
        char text[TEXT_NUMBER_SIZE];
        const assignment_t what = {.key = keys[i], .text = text};
        assignment_number(values[i], text);
        status = assignment_set(&stated->tree, stated->root, &what, error);
    }
    if (status == SGDL_OK)
        status = problem_ready(self, error);
    if (status != SGDL_OK)
        problem_void(self);
    return status;
}
