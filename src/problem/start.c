#include "src/problem/reading.h"

#include <math.h>

#include "src/base/numbers.h"
#include "src/tree/value.h"

static int read_file(reading_t *self, const node_t *node)
{
    sgdl_problem_t *problem = self->problem;
    size_t outputs = problem->targets.outputs;
    numbers_t numbers = {0};
    if (isinf(problem->dimension))
        return node_fail(self->error, node,
                         "found a file with dimension: inf, allowed with a finite dimension only");
    int status = value_path(node, self->folder, &problem->start_path, self->error);
    if (status == SGDL_OK)
        status = numbers_read(&numbers, problem->start_path, -INFINITY, outputs, self->error);
    problem->start = numbers.value;
    if (status == SGDL_OK && (double)numbers.count != problem->dimension * (double)outputs)
        return node_fail(self->error, node,
                         "'%s' holds %zu numbers, allowed %.0f (dimension %.0f times %zu outputs)",
                         problem->start_path, numbers.count, problem->dimension * (double)outputs,
                         problem->dimension, outputs);
    return status;
}

int start_read(reading_t *self)
{
    static const char *const keys[] = {"norm2", "file"};
    sgdl_problem_t *problem = self->problem;
    const node_t *start = reading_get(self, "start");
    problem->start_norm2 = 0.0;
    if (!start)
        return SGDL_OK;
    int status = value_map(start, "{norm2: 0}", keys, sizeof keys / sizeof *keys, self->error);
    if (status != SGDL_OK)
        return status;
    const node_t *norm2 = node_get(start, "norm2"), *file = node_get(start, "file");
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
