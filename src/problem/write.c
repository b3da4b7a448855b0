#include <stdlib.h>

#include "src/base/text_stream.h"
#include "src/problem/keys.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"

/* Values are printed to a memory stream; its errors stick and are seen when it is closed. */
static int write_line(const sgdl_problem_t *self, const sgdl_plan_t *plan, const problem_key_t *key,
                      sgdl_problem_line_f *line, void *context, sgdl_error_t *error)
{
    char *text;
    text_stream_t stream;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    key->put(stream.out, key, self, plan);
    status = text_stream_close(&stream, &text, error);
    if (status == SGDL_OK)
        status = line(context, key->name, text);
    free(text);
    return status;
}

int sgdl_problem_write(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                       sgdl_problem_line_f *line, void *context, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, self, error);
    const problem_key_t *const *key = status == SGDL_OK ? self->model->keys : NULL;
    for (; status == SGDL_OK && *key; key++)
        if (plan || !(*key)->plan)
            status = write_line(self, &whole, *key, line, context, error);
    return status;
}
