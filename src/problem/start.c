/* The start. */
#include <math.h>
#include <stdlib.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* The numbers, from a file that is read now or from where they stand. */
static int find_numbers(const reading_t *self, size_t *count)
{
    sgdl_problem_t *problem = self->problem;
    const data_item_t *item;
    if (!problem->start_path)
        return SGDL_OK;
    int status = data_read(&problem->data, problem->start_path, &item, self->error);
    if (status == SGDL_OK)
        status = numbers_judge(&item->numbers, problem->start_path, -INFINITY,
                               problem->targets.outputs, self->error);
    if (status != SGDL_OK)
        return status;
    problem->start = item->numbers.value;
    *count = item->numbers.count;
    return SGDL_OK;
}

static int read_file(reading_t *self, node_t *node)
{
    sgdl_problem_t *problem = self->problem;
    const size_t outputs = problem->targets.outputs;
    size_t count = 0;
    if (isinf(problem->dimension))
        return node_fail(self->error, node,
                         "found a file with dimension: inf, allowed with a finite dimension only");
    value_data_t value;
    int status = value_data(node, self->folder, &value, self->error);
    problem->start_path = value.path;
    problem->start_list = value.list;
    problem->start = value.data;
    count = value.count;
    if (status == SGDL_OK)
        status = find_numbers(self, &count);
    problem->start_count = count;
    for (size_t i = 0; status == SGDL_OK && i < count; i++)
        if (!isfinite(problem->start[i]))
            return node_fail(self->error, node,
                             "found %.10g as number %zu, allowed a finite number",
                             problem->start[i], i + 1);
    if (status == SGDL_OK && (double)count != problem->dimension * (double)outputs)
        return node_fail(
            self->error, node,
            "%s%s%s holds %zu numbers, allowed %.0f (dimension %.0f times %zu outputs)",
            problem->start_path ? "'" : "", problem->start_path ? problem->start_path : "the list",
            problem->start_path ? "'" : "", count, problem->dimension * (double)outputs,
            problem->dimension, outputs);
    if (status == SGDL_OK && problem->start_path)
        status = reading_settle(self, node, problem->start_path);
    return status;
}

static int start_read(reading_t *self, const problem_key_t *key)
{
    static const char *const keys[] = {"norm2", "file"};
    sgdl_problem_t *problem = self->problem;
    const node_t *start = reading_get(self, key->name);
    problem->start_norm2 = 0.0;
    if (!start)
        return SGDL_OK;
    int status = value_map(start, "{norm2: 0}", keys, sizeof keys / sizeof *keys, self->error);
    if (status != SGDL_OK)
        return status;
    node_t *norm2 = node_get(start, "norm2"), *file = node_get(start, "file");
    if (norm2 && file)
        return node_fail(self->error, file, "found beside 'norm2', allowed one or the other");
    if (norm2)
        status =
            value_number(norm2, (range_t){.upper = INFINITY}, &problem->start_norm2, self->error);
    if (!file)
        return status;
    problem->start_norm2 = NAN;
    return read_file(self, file);
}

static void start_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(problem->start ? "{file: " : "{norm2: ", out);
    if (problem->start_path)
        text_quote(out, problem->start_path);
    else if (problem->start)
        text_put_numbers(out, problem->start, problem->start_count);
    else
        text_put_number(out, problem->start_norm2);
    (void)fputc('}', out);
}

static const key_flag_t flags[] = {
    {{"start", NULL, 0, "KEY=VALUE",
      "norm2=S (isotropic random start) or file=PATH (d rows) [norm2=0]"},
     "start",
     FORM_ITEMS,
     NULL},
    {{"start-norm2", NULL, 0, "S", "the same as --start norm2=S [0]"},
     "start.norm2",
     FORM_GROUP,
     NULL},
    {{"start-file", NULL, 0, "PATH", "the same as --start file=PATH"},
     "start.file",
     FORM_GROUP,
     NULL},
    {.path = NULL}};

const problem_key_t key_start = {.name = "start",
                                 .flags = flags,
                                 .read = start_read,
                                 .put = start_put,
                                 .caption = "start",
                                 .usual = "{norm2: 0}"};
