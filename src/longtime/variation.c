#include "src/longtime/variation.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/text.h"

static int put_line(void *context, const char *key, const char *value)
{
    FILE *out = context;
    if (strcmp(key, "output") != 0)
        (void)fprintf(out, "%s: %s\n", key, value);
    return SGDL_OK;
}

int variation_text(const sgdl_problem_t *problem, char **text, sgdl_error_t *error)
{
    size_t size;
    *text = NULL;
    FILE *out = open_memstream(text, &size);
    if (!out)
        return sgdl_fail_memory(error);
    int status = sgdl_problem_write(problem, put_line, out, error);
    bool failed = ferror(out) != 0;
    failed |= fclose(out) != 0;
    if (status == SGDL_OK && failed)
        status = sgdl_fail_memory(error);
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
