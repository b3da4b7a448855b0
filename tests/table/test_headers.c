/* Headers of tables that were cut or changed: refused, never completed by defaults. */
#include <gsl/gsl_errno.h>

#include "sgdlimit/sgdlimit.h"
#include "tests/sink.h"
#include "tests/header.h"
#include "tests/program.h"

static const char *const formats[] = {"t.tsv", "t.csv", "t.json"};

static const char *const keys[] = {"dimension",     "loss",      "encoding", "classes",
                                   "learning_rate", "intercept", "batch",    "ridge",
                                   "label_noise",   "start",     "time",     "output",
                                   "clean_below",   "seed",      "tolerance"};
enum { KEYS = sizeof keys / sizeof *keys };

/* ---- helpers ------------------------------------------------------------------------------ */

static int read_as(const char *name, const char *text, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = sgdl_problem_read(problem, write_file(name, text), NULL, 0, error);
    sgdl_problem_free(problem);
    return status;
}

static void assert_read(const char *name, const char *text)
{
    sgdl_error_t error = {0};
    if (read_as(name, text, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
}

static void assert_refused(const char *name, const char *text, const char *message)
{
    sgdl_error_t error = {0};
    if (read_as(name, text, &error) != SGDL_ERR_INPUT)
        fail_msg("read, expected '%s':\n%s", message, text);
    if (!strstr(error.message, message))
        fail_msg("found '%s', expected '%s' for\n%s", error.message, message, text);
}

/* A table of a problem that is no default, with two files. */
static char *make_table(const char *name)
{
    char text[512];
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    (void)write_file("a.txt", "1\n2\n3\n");
    (void)write_file("b.txt", "3\n2\n1\n");
    (void)snprintf(text, sizeof text,
                   "learning_rate: 4\ntime: 7\noutput: {points: 3}\nridge: 0.25\nclasses: "
                   "[{covariance: {family: file, path: %s}}, {covariance: {family: file, path: "
                   "%s}}]",
                   in_folder("a.txt"), in_folder("b.txt"));
    if (sgdl_problem_parse(problem, text, "test", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    sgdl_table_init(&table);
    assert_int_equal(sgdl_provenance(&table, "solve", problem, NULL, &error), SGDL_OK);
    assert_int_equal(sgdl_solve(problem, NULL, INTO(&table), &error), SGDL_OK);
    sgdl_format_t format;
    assert_true(sgdl_format_parse(strrchr(name, '.') + 1, &format));
    assert_int_equal(sgdl_table_save(&table, in_folder(name), format, &error), SGDL_OK);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return read_file(in_folder(name));
}

/* A copy in which the first `from` is `to`. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *found = strstr(text, from);
    if (!found)
        fail_msg("no '%s' in\n%s", from, text);
    size_t size = strlen(text) + strlen(to) + 1;
    char *copy = malloc(size);
    assert_non_null(copy);
    (void)snprintf(copy, size, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
    return copy;
}

/* A copy without the line that begins so. */
static char *without_line(const char *text, const char *begin)
{
    const char *found = strstr(text, begin);
    assert_non_null(found);
    char *line = strndup(found, strcspn(found, "\n") + 1);
    char *copy = replaced(text, line, "");
    free(line);
    return copy;
}

/* ---- cases -------------------------------------------------------------------------------- */

/* Wherever it is cut: within a line, between two, within the columns. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t f = 0; f < 3; f++) {
        char *text = make_table(formats[f]);
        const char *end = strstr(text, f < 2 ? "\nt" : "}},\n  \"columns");
        assert_non_null(end);
        size_t header = f < 2 ? (size_t)(strchr(end + 1, '\n') - text) : (size_t)(end - text);
        assert_true(header > 700);
        for (size_t length = 0; length <= header; length += f == 0 ? 1 : 7) {
            char *cut = strndup(text, length);
            assert_refused(formats[f], cut, "");
            free(cut);
        }
        assert_read(formats[f], text);
        free(text);
    }
}

static void keys_lost_and_mistyped(void **state)
{
    (void)state;
    for (size_t f = 0; f < 3; f++) {
        char *text = make_table(formats[f]);
        for (size_t k = 0; k < KEYS; k++) {
            char from[64], to[64], message[64];
            (void)snprintf(from, sizeof from, f < 2 ? "\n# %s:" : "    \"%s\":", keys[k]);
            (void)snprintf(message, sizeof message, "header lacks '%s'", keys[k]);
            (void)snprintf(to, sizeof to, f < 2 ? "\n# %sx:" : "    \"%sx\":", keys[k]);
            char *mistyped = replaced(text, from, to);
            assert_refused(formats[f], mistyped, f < 2 ? message : "unknown key");
            free(mistyped);
            if (f == 2)
                continue;
            char *lost = without_line(text, from + 1);
            assert_refused(formats[f], lost, message);
            free(lost);
        }
        free(text);
    }
    assert_refused("t.json", "{\"sgdlimit\": \"0.1.0\", \"problem\": {\"time\": 1}}",
                   "lacks 'dimension' and 13 more of a problem's keys");
    assert_refused("t.json", "{\"problem\": {\"time\": 1}, \"sgdlimit\": \"0.1.0\"}", "lacks");
}

static void columns_lost(void **state)
{
    (void)state;
    static const char lost[] = "ends without a line of columns";
    assert_refused("t.tsv", WHOLE_HEADER, lost);
    assert_refused("t.tsv", WHOLE_HEADER "\n", lost);
    assert_refused("t.csv", WHOLE_HEADER "\r\n1,2\r\n", lost);
    assert_refused("t.tsv", WHOLE_HEADER "t\tri", "ends without a whole line of columns");
    assert_read("t.tsv", WHOLE_HEADER "t\trisk\n");
    assert_read("t.csv", WHOLE_HEADER "# note: by hand\nt,risk\r\n0,1");
}

static void names_lost(void **state)
{
    (void)state;
    assert_refused("t.tsv", WHOLE_HEADER "# option_: 4\nt\n", "found 'option_' without a name");
    assert_refused("t.tsv", WHOLE_HEADER "# file_: {path: /x, crc32: 1}\nt\n", "found 'file_'");
    assert_refused("t.json", "{\"option_\": 4, \"problem\": {\"time\": 1}}", "found 'option_'");
    assert_refused("t.json", "{\"problem\": {\"time\": 1}, \"file_\": {}}", "found 'file_'");
}

/* Lines of files deleted, or with another path. */
static void files_lost(void **state)
{
    (void)state;
    static const char missing[] = "has no line 'file_1:";
    for (size_t f = 0; f < 2; f++) {
        char *text = make_table(formats[f]);
        char *later = replaced(text, "# sgdlimit: " SGDL_VERSION, "# sgdlimit: 9.2.0");
        for (size_t i = 0; i < 2; i++) {
            char *one = without_line(text, i ? "# file_2" : "# file_1");
            assert_refused(formats[f], one, missing);
            char *path = replaced(text, i ? "b.txt\", crc32" : "a.txt\", crc32", "c.txt\", crc32");
            assert_refused(formats[f], path, missing);
            free(path);
            free(one);
        }
        char *one = without_line(later, "# file_1"), *none = without_line(one, "# file_2");
        assert_refused(formats[f], none, missing);
        assert_read(formats[f], later);
        /* version 0.1.0 wrote no such lines */
        char *old = replaced(none, "# sgdlimit: 9.2.0", "# sgdlimit: 0.1.0");
        assert_read(formats[f], old);
        /* flags that state the files are the user's own wish */
        const sgdl_flag_value_t flags[] = {{"covariance", "power-law:exponent=1"}};
        sgdl_problem_t *problem = sgdl_problem_new();
        assert_int_equal(sgdl_problem_read(problem, write_file(formats[f], none), flags, 1, NULL),
                         SGDL_OK);
        sgdl_problem_free(problem);
        free(old);
        free(none);
        free(one);
        free(later);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cut_anywhere, empty_folder),
        cmocka_unit_test_teardown(keys_lost_and_mistyped, empty_folder),
        cmocka_unit_test_teardown(columns_lost, empty_folder),
        cmocka_unit_test_teardown(names_lost, empty_folder),
        cmocka_unit_test_teardown(files_lost, empty_folder),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
