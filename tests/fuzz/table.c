/* A table in any of the three formats: what is read is written and read again as the same, in each.
 */
#include "tests/fuzz/fuzz.h"

/* Names as our own tables have them; with commas, quotes or bytes that are no UTF-8 they do not fit
 * every format. */
static bool has_plain_names(const sgdl_table_t *table)
{
    for (size_t c = 0; c < table->columns; c++)
        for (const char *letter = table->column[c]; *letter; letter++)
            if (*letter <= ' ' || *letter > '~' || strchr(",\"#", *letter))
                return false;
    return true;
}

static bool same(const sgdl_table_t *a, const sgdl_table_t *b)
{
    if (a->rows != b->rows || a->columns != b->columns)
        return false;
    for (size_t c = 0; c < a->columns; c++)
        if (strcmp(a->column[c], b->column[c]) != 0)
            return false;
    for (size_t i = 0; i < a->rows * a->columns; i++)
        if (!(a->value[i] == b->value[i] ||
              (a->value[i] != a->value[i] && b->value[i] != b->value[i])))
            return false;
    return true;
}

static void promise_round_trip(const sgdl_table_t *table, sgdl_format_t format)
{
    sgdl_error_t error = {0};
    sgdl_table_t again;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    PROMISE(stream, "no memory");
    const int written = sgdl_table_write(table, stream, format, &error);
    (void)fclose(stream);
    if (written == SGDL_OK) {
        sgdl_table_init(&again);
        const int status =
            sgdl_table_read(&again, file_with((const uint8_t *)text, length), &error);
        PROMISE(status == SGDL_OK, "%s: %s\n%s", error.place, error.message, text);
        PROMISE(same(table, &again), "another table:\n%s", text);
        sgdl_table_free(&again);
    } else {
        promise_reason(written, &error);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    const int status = sgdl_table_read(&table, file_with(data, size), &error);
    promise_reason(status, &error);
    if (status == SGDL_OK && has_plain_names(&table)) {
        promise_round_trip(&table, SGDL_FORMAT_TSV);
        promise_round_trip(&table, SGDL_FORMAT_CSV);
        promise_round_trip(&table, SGDL_FORMAT_JSON);
    }
    sgdl_table_free(&table);
    return 0;
}
