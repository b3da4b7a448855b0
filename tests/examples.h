/* Shared by tests that go through the examples: which of them are of a model. */
#ifndef SGDLIMIT_TESTS_EXAMPLES_H
#define SGDLIMIT_TESTS_EXAMPLES_H

#include <string.h>

#include "sgdlimit/problem.h"

/* Is the file a problem of that model (sgdl_problem_model)? What is no YAML is none. */
static bool example_is_of(const char *path, const char *model)
{
    const size_t length = strlen(path);
    sgdl_error_t error = {0};
    if (length < 5 || strcmp(path + length - 5, ".yaml") != 0)
        return false;
    sgdl_problem_t *problem = sgdl_problem_new();
    const int status = sgdl_problem_read(problem, path, NULL, 0, &error);
    if (status != SGDL_OK)
        fail_msg("%s: %s", path, error.message);
    const bool is_of = strcmp(sgdl_problem_model(problem), model) == 0;
    sgdl_problem_free(problem);
    return is_of;
}

#endif
