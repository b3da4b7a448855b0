/* A problem file, or a table whose header is one. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    const int status = sgdl_problem_read(problem, file_with(data, size), NULL, 0, &error);
    promise_reason(status, &error);
    if (status == SGDL_OK)
        promise_fixed_point(problem);
    sgdl_problem_free(problem);
    return 0;
}
