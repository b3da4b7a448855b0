/* Flags, one a line: a name and a text. What --vary takes is read from the same texts. */
#include "tests/fuzz/fuzz.h"

enum { MOST_FLAGS = 16 };

/* The canonical name that `word` [length] is, or else one that its first byte chooses. */
static const char *flag_named(const char *word, size_t length)
{
    size_t count = 0;
    const sgdl_problem_flag_t *row;
    for (; (row = sgdl_problem_flag(count)) != NULL; count++)
        if (strlen(row->flag) == length && memcmp(row->flag, word, length) == 0)
            return row->flag;
    return sgdl_problem_flag((unsigned char)*word % count)->flag;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    sgdl_flag_value_t flags[MOST_FLAGS];
    size_t count = 0;
    char *text = calloc(1, size + 1), *rest = NULL;
    PROMISE(text, "no memory");
    memcpy(text, data, size);
    for (char *line = strtok_r(text, "\n", &rest); line && count < MOST_FLAGS;
         line = strtok_r(NULL, "\n", &rest)) {
        char *space = strchr(line, ' ');
        const size_t length = space ? (size_t)(space - line) : strlen(line);
        flags[count++] =
            (sgdl_flag_value_t){flag_named(line, length), space ? space + 1 : line + length};
    }
    int status = sgdl_problem_read(problem, NULL, flags, count, &error);
    promise_reason(status, &error);
    if (status == SGDL_OK)
        promise_fixed_point(problem);
    sgdl_problem_free(problem);
    for (size_t i = 0; i < count; i++) {
        sgdl_axis_t axis;
        char *key;
        error = (sgdl_error_t){0};
        status = sgdl_axis_parse(&axis, flags[i].text, &key, &error);
        promise_reason(status, &error);
        if (status == SGDL_OK)
            PROMISE(axis.count > 0 && sgdl_axis_value(&axis, 0) == axis.from,
                    "an axis that begins elsewhere");
        free(key);
    }
    free(text);
    return 0;
}
