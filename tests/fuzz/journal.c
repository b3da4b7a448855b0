/* The journal of a sweep after an accident: bytes of it changed, cut or repeated. Every row that is
 * read back is one that was written. The first byte 'r': the rest is the whole file. Else three
 * bytes an accident: what, where. */
#include "src/table/journal.h"
#include "tests/fuzz/fuzz.h"

enum { ROWS = 4, COLUMNS = 3 };

static const double rows[ROWS][COLUMNS] = {
    {0, 0.1, 5e-324}, {1, 0.2, -1e300}, {2, 0.30000000000000004, 7}, {3, 0.4, 0}};
static const char *const remarks[ROWS] = {NULL, "it failed", NULL, "this one too"};

static void make_header(sgdl_table_t *table)
{
    static const char *const columns[COLUMNS] = {"point", "ridge", "risk"};
    sgdl_table_init(table);
    PROMISE(sgdl_table_comment(table, true, "ridge", NULL, "0") == SGDL_OK, "no memory");
    PROMISE(sgdl_table_comment(table, false, "vary_1", NULL, "ridge=0.1:0.4:4") == SGDL_OK,
            "no memory");
    for (size_t c = 0; c < COLUMNS; c++)
        PROMISE(sgdl_table_column(table, NULL, "%s", columns[c]) == SGDL_OK, "no memory");
}

static int take_row(void *context, const double *row, const char *remark, sgdl_error_t *error)
{
    (void)context;
    (void)error;
    for (size_t r = 0; r < ROWS; r++)
        if (memcmp(row, rows[r], sizeof rows[r]) == 0 &&
            strcmp(remark ? remark : "", remarks[r] ? remarks[r] : "") == 0)
            return SGDL_OK;
    PROMISE(false, "a row that was never written: %g %g %g '%s'", row[0], row[1], row[2], remark);
    return SGDL_OK;
}

static void open_journal(journal_t *journal, const char *path)
{
    sgdl_error_t error = {0};
    sgdl_table_t identity;
    make_header(&identity);
    PROMISE(journal_open(journal, path, "failed", &identity, &error) == SGDL_OK, "%s: %s",
            error.place, error.message);
    sgdl_table_free(&identity);
}

/* A whole journal's bytes. */
static size_t write_whole(uint8_t *bytes, size_t room)
{
    journal_t journal = {0};
    sgdl_table_t header;
    const char *path = file_with(bytes, 0);
    make_header(&header);
    open_journal(&journal, path);
    PROMISE(journal_start(&journal, &header, NULL) == SGDL_OK, "cannot start");
    for (size_t r = 0; r < ROWS; r++)
        PROMISE(journal_append(&journal, rows[r], remarks[r], NULL) == SGDL_OK, "cannot append");
    journal_close(&journal, false);
    sgdl_table_free(&header);
    FILE *stream = fopen(path, "rb");
    PROMISE(stream, "cannot read");
    const size_t size = fread(bytes, 1, room, stream);
    (void)fclose(stream);
    return size;
}

static size_t accident(uint8_t *bytes, size_t size, const uint8_t what[3])
{
    const size_t place = (((size_t)what[1] << 8) | what[2]) % (size + 1);
    switch (what[0] % 4) {
    case 0: /* cut short */
        return place;
    case 1: /* a byte lost */
        if (place == size)
            return size;
        memmove(bytes + place, bytes + place + 1, size - place - 1);
        return size - 1;
    case 2: /* a byte repeated */
        memmove(bytes + place + 1, bytes + place, size - place);
        return size + 1;
    default: /* a byte changed */
        bytes[place] = (uint8_t)(what[0] / 4 + ' ' * (what[2] & 1));
        return size + (place == size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t whole[4096];
    static size_t whole_size;
    uint8_t bytes[8192];
    if (whole_size == 0)
        whole_size = write_whole(whole, sizeof whole);
    size_t length = whole_size;
    memcpy(bytes, whole, length);
    if (size > 0 && *data == 'r') {
        length = size - 1 < sizeof bytes ? size - 1 : sizeof bytes;
        memcpy(bytes, data + 1, length);
    } else {
        for (size_t i = 0; i + 3 <= size && i < 900; i += 3)
            length = accident(bytes, length, data + i);
    }

    const char *path = file_with(bytes, length);
    journal_t journal = {0};
    sgdl_table_t header;
    size_t damaged = 0;
    sgdl_error_t error = {0};
    make_header(&header);
    open_journal(&journal, path);
    const int status = journal_is_empty(&journal)
                           ? SGDL_OK
                           : journal_read(&journal, &header, take_row, NULL, &damaged, &error);
    promise_reason(status, &error);
    PROMISE(size > 0 || (status == SGDL_OK && damaged == 0 && journal.rows == ROWS),
            "%zu rows of a whole journal, %zu damaged: %s", journal.rows, damaged, error.message);
    journal_close(&journal, false);
    sgdl_table_free(&header);
    return 0;
}
