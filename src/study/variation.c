#include "src/study/variation.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
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

int variation_read(sgdl_problem_t *self, const char *text, const char *const *keys,
                   const double *values, size_t count, sgdl_error_t *error)
{
    sgdl_assignment_t assignment[VARIATION_KEYS];
    char number[VARIATION_KEYS][TEXT_NUMBER_SIZE];
    assert(count <= VARIATION_KEYS);
    for (size_t i = 0; i < count; i++) {
        text_shortest(values[i], number[i]);
        if (values[i] == floor(values[i]) && fabs(values[i]) < 0x1p64) /* a seed is not 1e18 */
            (void)snprintf(number[i], sizeof number[i], "%.0f", values[i]);
        assignment[i] = (sgdl_assignment_t){.key = keys[i], .text = number[i]};
    }
    return sgdl_problem_parse_with(self, text, "the problem", assignment, count, error);
}
