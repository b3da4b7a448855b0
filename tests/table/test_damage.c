/* Files of a sweep that were damaged: rows are taken up as they were, or not at all. */
#include <gsl/gsl_errno.h>
#include <math.h>

#include "sgdlimit/sgdlimit.h"
#include "src/study/grid.h"
#include "src/table/journal.h"
#include "tests/program.h"
#include "tests/sweeps.h"

static const char text[] =
    "learning_rate: 0.7\ntime: 10\noutput: {points: 2}\nclasses: [{covariance: {family: power-law, "
    "exponent: 1}, mean: {family: power-law, exponent: 0}}, {covariance: {family: power-law, "
    "exponent: 1}, mean: {family: opposite, of: 1}}]\n";

/* 8 points, of which half are not allowed. */
static const sgdl_axis_t axes[] = {
    {.key = "classes.*.covariance.exponent", .from = 0.5, .to = 1.5, .count = 4},
    {.key = "classes.*.mean.exponent", .from = -0.6, .to = 0.1, .count = 2}};

static sgdl_sweep_t *make_sweep(void)
{
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_error_t error = {0};
    if (sweep_of_text(sweep, text, axes, 2, false, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return sweep;
}

static sgdl_sweep_t *run_sweep(void)
{
    const sgdl_sweep_options_t options = {.threads = 1};
    sgdl_sweep_t *sweep = make_sweep();
    assert_int_equal(sgdl_sweep_run(sweep, &options, NULL), SGDL_OK);
    return sweep;
}

/* Opens FILE.part of a sweep-> */
static int open_part(const sgdl_sweep_t *sweep, const char *path, journal_t *journal)
{
    sgdl_table_t identity;
    sgdl_table_init(&identity);
    assert_int_equal(sgdl_sweep_header(sweep, &identity, NULL), SGDL_OK);
    return journal_open(journal, path, "failed", &identity, NULL);
}

static void write_part(const sgdl_sweep_t *sweep, const char *path)
{
    journal_t journal;
    sgdl_table_t header;
    sgdl_table_init(&header);
    assert_int_equal(open_part(sweep, path, &journal), SGDL_OK);
    assert_int_equal(sgdl_sweep_header(sweep, &header, NULL), SGDL_OK);
    assert_int_equal(journal_start(&journal, &header, NULL), SGDL_OK);
    for (size_t p = 0; p < sweep->points; p++)
        if (sweep->done[p])
            assert_int_equal(
                journal_append(&journal, sweep->value + p * sweep->columns, sweep->reason[p], NULL),
                SGDL_OK);
    journal_close(&journal, false);
    sgdl_table_free(&header);
}

static int take_row(void *context, const double *row, const char *remark, sgdl_error_t *error)
{
    return sgdl_sweep_take(context, row, remark, error);
}

static int read_part(sgdl_sweep_t *sweep, const char *path, size_t *damaged)
{
    journal_t journal;
    sgdl_table_t header;
    sgdl_table_init(&header);
    assert_int_equal(sgdl_sweep_header(sweep, &header, NULL), SGDL_OK);
    int status = open_part(sweep, path, &journal);
    if (status == SGDL_OK)
        status = journal_read(&journal, &header, take_row, sweep, damaged, NULL);
    journal_close(&journal, false);
    sgdl_table_free(&header);
    return status;
}

static int read_table(sgdl_sweep_t *sweep, const char *path)
{
    sgdl_table_t table;
    int status = sgdl_table_read(&table, path, NULL);
    if (status != SGDL_OK)
        return status;
    status = sgdl_sweep_restore(sweep, &table, path, NULL);
    sgdl_table_free(&table);
    return status;
}

static bool same_row(const double *a, const double *b, size_t columns)
{
    for (size_t c = 0; c < columns; c++)
        if (a[c] != b[c] && !(isnan(a[c]) && isnan(b[c])))
            return false;
    return true;
}

/* All rows that were taken up are those of the truth; returns how many. */
static size_t assert_true_rows(const sgdl_sweep_t *found, const sgdl_sweep_t *truth,
                               const char *after)
{
    size_t count = 0, columns = truth->columns;
    for (size_t p = 0; p < truth->points; p++) {
        const char *reason = found->reason[p] ? found->reason[p] : "";
        const char *expected = truth->reason[p] ? truth->reason[p] : "";
        if (!found->done[p])
            continue;
        count++;
        if (!same_row(found->value + p * columns, truth->value + p * columns, columns) ||
            strcmp(reason, expected) != 0)
            fail_msg("point %zu is wrong after: %s", p + 1, after);
    }
    return count;
}

static uint64_t generator = 1;

static size_t random_below(size_t bound)
{
    generator = generator * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(generator >> 33) % bound;
}

typedef struct bytes {
    char byte[1 << 16];
    size_t size;
} bytes_t;

static void read_bytes(bytes_t *self, const char *path)
{
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    self->size = fread(self->byte, 1, sizeof self->byte, stream);
    assert_int_equal(fclose(stream), 0);
    assert_true(self->size < sizeof self->byte / 2);
}

static void write_bytes(const bytes_t *self, const char *path)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(self->byte, 1, self->size, stream), self->size);
    assert_int_equal(fclose(stream), 0);
}

/* Puts text [size] in the place of `length` bytes. */
static void splice(bytes_t *self, size_t at, size_t length, const char *put, size_t size)
{
    memmove(self->byte + at + size, self->byte + at + length, self->size - at - length);
    memmove(self->byte + at, put, size);
    self->size = self->size - length + size;
}

/* A random line: where it begins, and its length with its end. */
static size_t pick_line(const bytes_t *self, size_t *length)
{
    size_t begin = random_below(self->size), end;
    while (begin > 0 && self->byte[begin - 1] != '\n')
        begin--;
    for (end = begin; end < self->size && self->byte[end] != '\n';)
        end++;
    *length = end - begin + (end < self->size);
    return begin;
}

static const char *corrupt(bytes_t *self)
{
    char copy[1 << 15];
    size_t at = random_below(self->size), length, other;
    switch (random_below(10)) {
    case 0:
    case 1:
        self->byte[at] = (char)(self->byte[at] ^ (1 << random_below(8)));
        return "a bit";
    case 2:
        self->size = at;
        return "a cut";
    case 3:
        length = random_below(self->size - at);
        splice(self, at, length < 200 ? length : 200, "", 0);
        return "a hole";
    case 4:
        at = pick_line(self, &length);
        memcpy(copy, self->byte + at, length);
        splice(self, at, 0, copy, length);
        return "a line twice";
    case 5:
        at = pick_line(self, &length);
        memcpy(copy, self->byte + at, length);
        splice(self, at, length, "", 0);
        other = self->size > 0 ? pick_line(self, &at) : 0;
        splice(self, other, 0, copy, length);
        return "a line elsewhere";
    case 6:
        at = pick_line(self, &length);
        memcpy(copy, self->byte + at, length);
        other = pick_line(self, &at);
        splice(self, other, at, copy, length);
        return "a line for another";
    case 7:
        at = pick_line(self, &length);
        splice(self, at, length, "", 0);
        return "a line gone";
    case 8:
        while (self->byte[at] < '0' || self->byte[at] > '9')
            at = random_below(self->size);
        self->byte[at] = (char)('0' + random_below(10));
        return "a digit";
    default:
        memset(self->byte + at, 0, self->size - at < 100 ? self->size - at : 100);
        return "zeros";
    }
}

enum { CORRUPTIONS = 550 };

/* FILE.part: rows that are there are right, and most of them are there. */
static void damaged_parts(void **unused)
{
    (void)unused;
    sgdl_sweep_t *truth = run_sweep();
    const char *path = in_folder("a.part");
    size_t taken = 0, refused = 0;
    bytes_t whole, damaged;
    write_part(truth, path);
    read_bytes(&whole, path);
    for (size_t n = 0; n < CORRUPTIONS; n++) {
        sgdl_sweep_t *sweep = make_sweep();
        size_t lines = 0;
        damaged = whole;
        const char *what = corrupt(&damaged);
        write_bytes(&damaged, path);
        int status = read_part(sweep, path, &lines);
        assert_true(status == SGDL_OK || status == SGDL_ERR_INPUT);
        refused += status != SGDL_OK;
        taken += assert_true_rows(sweep, truth, what);
        bytes_t after;
        read_bytes(&after, path); /* reading alone mends nothing */
        assert_true(after.size == damaged.size &&
                    memcmp(after.byte, damaged.byte, after.size) == 0);
        sgdl_sweep_free(sweep);
    }
    assert_true(refused < CORRUPTIONS / 2 && taken > 2 * CORRUPTIONS);
    sgdl_sweep_free(truth);
}

/* FILE, in each format: it is taken up whole or not at all. */
static void damaged_tables(void **unused)
{
    (void)unused;
    static const sgdl_format_t formats[] = {SGDL_FORMAT_TSV, SGDL_FORMAT_CSV, SGDL_FORMAT_JSON};
    sgdl_sweep_t *truth = run_sweep();
    sgdl_table_t table;
    bytes_t whole, damaged;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_sweep_table(truth, &table, NULL), SGDL_OK);
    for (size_t f = 0; f < 3; f++) {
        const char *path = in_folder("a");
        assert_int_equal(sgdl_table_save(&table, path, formats[f], NULL), SGDL_OK);
        read_bytes(&whole, path);
        sgdl_sweep_t *again = make_sweep();
        assert_int_equal(read_table(again, path), SGDL_OK);
        assert_int_equal(assert_true_rows(again, truth, "nothing"), truth->points);
        sgdl_sweep_free(again);
        for (size_t n = 0; n < CORRUPTIONS; n++) {
            sgdl_sweep_t *sweep = make_sweep();
            damaged = whole;
            const char *what = corrupt(&damaged);
            write_bytes(&damaged, path);
            int status = read_table(sweep, path);
            assert_true(status == SGDL_OK || status == SGDL_ERR_INPUT);
            size_t taken = assert_true_rows(sweep, truth, what);
            assert_int_equal(taken, status == SGDL_OK ? truth->points : 0);
            sgdl_sweep_free(sweep);
        }
    }
    sgdl_table_free(&table);
    sgdl_sweep_free(truth);
}

/* Rows of another sweep: right in themselves, but not here. */
static void rows_of_another_sweep(void **unused)
{
    (void)unused;
    sgdl_sweep_t *truth = run_sweep(), *sweep = make_sweep(), *other = sgdl_sweep_new();
    const sgdl_sweep_options_t options = {.threads = 1};
    sgdl_axis_t wider[] = {axes[0], axes[1]};
    bytes_t own, foreign;
    size_t lines = 0;
    wider[0].to = 2;
    assert_int_equal(sweep_of_text(other, text, wider, 2, false, NULL), SGDL_OK);
    assert_int_equal(sgdl_sweep_run(other, &options, NULL), SGDL_OK);
    truth->done[3] = false;
    write_part(truth, in_folder("own"));
    write_part(other, in_folder("other"));
    read_bytes(&own, in_folder("own"));
    read_bytes(&foreign, in_folder("other"));
    const char *rows = strstr(foreign.byte, "\n1\t") ? strstr(foreign.byte, "\n2\t") : NULL;
    assert_non_null(rows);
    splice(&own, own.size, 0, rows + 1, foreign.size - (size_t)(rows + 1 - foreign.byte));
    write_bytes(&own, in_folder("own"));
    assert_int_equal(read_part(sweep, in_folder("own"), &lines), SGDL_OK);
    assert_int_equal(assert_true_rows(sweep, truth, "rows of another"), truth->points - 1);
    assert_int_equal(lines, truth->points - 1);
    assert_false(sweep->done[3]);
    assert_int_equal(read_part(sweep, in_folder("other"), &lines), SGDL_ERR_INPUT);
    /* a point that is not there, and values that are not those of the point */
    double *row = malloc(truth->columns * sizeof *row);
    assert_non_null(row);
    for (size_t wrong = 0; wrong < 4; wrong++) {
        memcpy(row, truth->value, truth->columns * sizeof *row);
        row[wrong == 3 ? 0 : wrong] += wrong == 0 ? 0.5 : wrong == 3 ? 8 : 1e-9;
        assert_int_equal(sgdl_sweep_take(sweep, row, NULL, NULL), SGDL_ERR_INPUT);
    }
    free(row);
    sgdl_sweep_free(truth);
    sgdl_sweep_free(sweep);
    sgdl_sweep_free(other);
}

/* 12,000 points that failed, each with its reason, and one that did not. */
static void many_failures(void **unused)
{
    (void)unused;
    const sgdl_axis_t axis = {
        .key = "classes.*.mean.exponent", .from = -13000, .to = 0, .count = 13001};
    const sgdl_sweep_options_t options = {.threads = 2};
    sgdl_sweep_t *truth = sgdl_sweep_new(), *part = sgdl_sweep_new(), *whole = sgdl_sweep_new();
    sgdl_table_t table;
    size_t lines = 0;
    assert_int_equal(sweep_of_text(truth, text, &axis, 1, false, NULL), SGDL_OK);
    assert_int_equal(sgdl_sweep_run(truth, &options, NULL), SGDL_OK);
    assert_int_equal(sgdl_sweep_failed(truth, NULL), 13000);
    write_part(truth, in_folder("a.part"));
    assert_int_equal(sweep_of_text(part, text, &axis, 1, false, NULL), SGDL_OK);
    assert_int_equal(read_part(part, in_folder("a.part"), &lines), SGDL_OK);
    assert_int_equal(assert_true_rows(part, truth, "nothing"), 13001);
    assert_int_equal(lines, 0);
    /* the table names fewer reasons, but has all rows, again and again the same */
    sgdl_table_init(&table);
    assert_int_equal(sgdl_sweep_table(part, &table, NULL), SGDL_OK);
    assert_int_equal(sgdl_table_save(&table, in_folder("a"), SGDL_FORMAT_TSV, NULL), SGDL_OK);
    sgdl_table_free(&table);
    assert_int_equal(sweep_of_text(whole, text, &axis, 1, false, NULL), SGDL_OK);
    assert_int_equal(read_table(whole, in_folder("a")), SGDL_OK);
    assert_int_equal(sgdl_sweep_failed(whole, NULL), 13000);
    assert_int_equal(sgdl_sweep_table(whole, &table, NULL), SGDL_OK);
    assert_int_equal(sgdl_table_save(&table, in_folder("b"), SGDL_FORMAT_TSV, NULL), SGDL_OK);
    sgdl_table_free(&table);
    char *a = read_file(in_folder("a")), *b = read_file(in_folder("b"));
    assert_string_equal(a, b);
    assert_non_null(strstr(a, "# failed_more: 8000 more"));
    free(a);
    free(b);
    sgdl_sweep_free(truth);
    sgdl_sweep_free(part);
    sgdl_sweep_free(whole);
}

/* A header that was cut short is no row lost: the sweep begins. */
static void headers_cut_short(void **unused)
{
    (void)unused;
    journal_t journal;
    sgdl_sweep_t *sweep = make_sweep();
    sgdl_table_t header;
    bytes_t whole;
    size_t lines;
    sgdl_table_init(&header);
    assert_int_equal(sgdl_sweep_header(sweep, &header, NULL), SGDL_OK);
    write_part(sweep, in_folder("a.part")); /* no row is done */
    assert_false(exists("a.part"));
    sgdl_sweep_t *done = run_sweep();
    write_part(done, in_folder("a.part"));
    read_bytes(&whole, in_folder("a.part"));
    const char *names = strstr(whole.byte, "\npoint\t");
    assert_non_null(names);
    whole.size = (size_t)(names - whole.byte);
    for (size_t cut = 0; cut < 10; cut++) {
        write_bytes(&whole, in_folder("a.part"));
        assert_int_equal(open_part(sweep, in_folder("a.part"), &journal), SGDL_OK);
        assert_int_equal(journal_read(&journal, &header, take_row, sweep, &lines, NULL), SGDL_OK);
        assert_false(journal.begun);
        journal_close(&journal, false);
        whole.size = whole.size * 4 / 5;
    }
    whole.byte[whole.size / 2] ^= 1;
    write_bytes(&whole, in_folder("a.part"));
    assert_int_equal(read_part(sweep, in_folder("a.part"), &lines), SGDL_ERR_INPUT);
    sgdl_table_free(&header);
    sgdl_sweep_free(sweep);
    sgdl_sweep_free(done);
}

/* A file of the problem is read when the problem is: what becomes of it while a sweep is on its way
 * changes no row. */
static void files_changed_on_the_way(void **unused)
{
    (void)unused;
    static const char *const changes[] = {"1\n2\n3\n", "1\n2\n3.5\n", "1\n2\n", "x\n", NULL};
    enum { CHANGES = sizeof changes / sizeof *changes };
    const char *path = write_file("eigenvalues.txt", "1\n2\n3\n");
    char problem[2 * PATH_SIZE];
    sgdl_sweep_t *sweep[CHANGES];
    (void)snprintf(problem, sizeof problem,
                   "{time: 1, output: {points: 2}, classes: [{covariance: {family: file, path: "
                   "'%s'}}, {}]}",
                   path);
    for (size_t i = 0; i < CHANGES; i++) {
        const sgdl_axis_t axis = {.key = "ridge", .from = 0, .to = 1, .count = 2};
        const sgdl_sweep_options_t options = {.threads = 1};
        sgdl_error_t error = {0};
        sweep[i] = sgdl_sweep_new();
        (void)write_file("eigenvalues.txt", "1\n2\n3\n");
        assert_int_equal(sweep_of_text(sweep[i], problem, &axis, 1, false, &error), SGDL_OK);
        if (changes[i])
            (void)write_file("eigenvalues.txt", changes[i]);
        else
            assert_int_equal(unlink(path), 0);
        assert_int_equal(sgdl_sweep_run(sweep[i], &options, &error), SGDL_OK);
        for (size_t p = 0; p < 2; p++) {
            assert_null(sgdl_sweep_reason(sweep[i], p));
            assert_memory_equal(sgdl_sweep_row(sweep[i], p), sgdl_sweep_row(sweep[0], p),
                                sgdl_sweep_columns(sweep[0]) * sizeof(double));
        }
    }
    for (size_t i = 0; i < CHANGES; i++)
        sgdl_sweep_free(sweep[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(damaged_parts, empty_folder),
        cmocka_unit_test_teardown(damaged_tables, empty_folder),
        cmocka_unit_test_teardown(rows_of_another_sweep, empty_folder),
        cmocka_unit_test_teardown(many_failures, empty_folder),
        cmocka_unit_test_teardown(headers_cut_short, empty_folder),
        cmocka_unit_test_teardown(files_changed_on_the_way, empty_folder),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
