/* A table makes itself again: its header holds the problem, the options that shaped it and what the
 * files behind it were, and no clock. */
#include "tests/command_lines.h"
#include "tests/header.h"
#include "tests/program.h"

#include <math.h>

#include "src/base/npy.h"

#include <jansson.h>

#include "sgdlimit/table.h"

/* ---- every command, every option --------------------------------------------------------------
 */

/* Runs line i with these words behind it; the operand, if any, in the place of its options. */
static outcome_t run_line(size_t i, const char *operand, const char *output)
{
    const char *words[MOST_WORDS + 4] = {command_lines[i][0]};
    size_t count = 1;
    if (operand)
        words[count++] = operand;
    for (size_t w = 1; !operand && command_lines[i][w]; w++) {
        bool runs = strcmp(command_lines[i][w], RUNS) == 0;
        bool rows = strcmp(command_lines[i][w], ROWS) == 0;
        words[count++] = runs   ? in_folder("runs.tsv")
                         : rows ? in_folder("rows.npy")
                                : command_lines[i][w];
    }
    words[count++] = "--quiet";
    words[count++] = "-o";
    words[count++] = output;
    return run_with(NULL, NULL, words);
}

static void assert_remade(size_t i, const char *ending)
{
    char first[64];
    char second[64];
    (void)snprintf(first, sizeof first, "first.%s", ending);
    (void)snprintf(second, sizeof second, "second.%s", ending);
    outcome_t made = run_line(i, NULL, in_folder(first));
    outcome_t again = run_line(i, in_folder(first), in_folder(second));
    if (made.status > 1 || again.status != made.status || !exists(second)) {
        fail_msg("%s: line %zu ends with %d, then %d: %s%s", ending, i, made.status, again.status,
                 made.err, again.err);
    }
    char *a = read_file(in_folder(first));
    char *b = read_file(in_folder(second));
    assert_string_equal(a, b);
    assert_null(strstr(a, "wall_time"));
    free(a);
    free(b);
    outcome_free(&made);
    outcome_free(&again);
}

static void write_rows(double shift)
{
    double row[40][4];
    for (size_t r = 0; r < 40; r++)
        for (size_t a = 0; a < 4; a++)
            row[r][a] = a == 0 ? (double)(r % 2 + 1) : sin((double)(5 * r + a)) + shift;
    assert_int_equal(npy_write(in_folder("rows.npy"), row[0], 2, (size_t[]){40, 4}, NULL), 0);
}

static void every_table_makes_itself_again(void **state)
{
    (void)state;
    write_rows(0);
    static const char *const endings[] = {"tsv", "csv", "json"};
    outcome_t runs = run("simulate", "-d", "40", "-t", "1", "--points", "3", "--runs", "25", "-o",
                         in_folder("runs.tsv"));
    assert_done(&runs);
    outcome_free(&runs);
    for (size_t i = 0; i < COMMAND_LINES; i++)
        for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
            assert_remade(i, endings[e]);
}

/* Options that say where a table goes, how fast, or how long it took: not what is in it. */
static const char *const shapeless[] = {"output", "format", "quiet",   "threads", "plot",
                                        "help",   "resume", "timings", "restart", "memory"};

static bool is_shapeless(const char *name)
{
    for (size_t i = 0; i < sizeof shapeless / sizeof *shapeless; i++)
        if (strcmp(name, shapeless[i]) == 0)
            return true;
    return false;
}

static bool is_used(const char *command, const char *name)
{
    for (size_t i = 0; i < COMMAND_LINES; i++) {
        for (size_t w = 1; strcmp(command_lines[i][0], command) == 0 && command_lines[i][w]; w++) {
            const char *word = command_lines[i][w];
            if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, name) == 0)
                return true;
        }
    }
    return false;
}

/* The help pages list all options: one that is new must shape nothing or be tested above. */
static void no_option_is_left_out(void **state)
{
    (void)state;
    static const char *const names[] = {"solve",    "simulate", "compare",  "spectrum", "limit",
                                        "optimise", "escape",   "critical", "sweep"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        outcome_t page = run("help", names[i]);
        assert_done(&page);
        char *end = strstr(page.out, "\nflags that state the problem");
        assert_non_null(end);
        *end = '\0';
        size_t options = 0;
        for (char *line = strchr(strstr(page.out, "\nflags:"), '-'); line;
             line = strstr(line, "\n  ")) {
            char name[64];
            line += strspn(line, "\n ");
            line += *line == '-' && line[1] != '-' ? strlen("-o, ") : 0;
            if (sscanf(line, "--%63[a-z-]", name) != 1)
                continue; /* the rest of a text that is longer than a line */
            if (!is_shapeless(name) && !is_used(names[i], name))
                fail_msg("%s --%s is not among the command lines of this test", names[i], name);
            options++;
        }
        assert_true(options > 4);
        outcome_free(&page);
    }
}

/* ---- what is read back ------------------------------------------------------------------------
 */

static size_t rows_of(const char *table)
{
    size_t rows = 0;
    for (const char *line = table; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        rows += *line >= '0' && *line <= '9';
    return rows;
}

static void the_command_line_overrides_a_table(void **state)
{
    (void)state;
    const char *path = in_folder("t.tsv");
    outcome_t made =
        run("simulate", "-d", "10", "-t", "2", "--runs", "4", "--classes", "2", "-o", path);
    assert_done(&made);
    outcome_t other = run("simulate", path, "--runs", "3", "--classes", "none");
    assert_done(&other);
    assert_non_null(strstr(other.out, "\n# option_runs: 3\n"));
    assert_null(strstr(other.out, "option_classes"));
    assert_non_null(strstr(other.out, "mean_1_mean"));
    outcome_free(&made);
    outcome_free(&other);

    made =
        run("spectrum", "-d", "20", "--covariance", "power-law:exponent=1", "--exact", "-o", path);
    assert_done(&made);
    other = run("spectrum", path, "--exact=no");
    outcome_t same = run("spectrum", path, "--exact=yes");
    assert_done(&other);
    assert_done(&same);
    assert_int_equal(rows_of(same.out), 20);
    assert_null(strstr(other.out, "option_exact"));
    assert_non_null(strstr(same.out, "option_exact: yes"));
    assert_fails(run("spectrum", path, "--exact=maybe"), 2,
                 "--exact: found 'maybe', allowed: no value, or yes, or no");
    outcome_free(&made);
    outcome_free(&other);
    outcome_free(&same);
}

/* What means the same goes over to another command, what does not stays behind. */
static void other_commands_take_what_they_share(void **state)
{
    (void)state;
    const char *path = in_folder("t.tsv");
    outcome_t made =
        run("simulate", "-d", "40", "-t", "1", "--points", "3", "--runs", "25", "-o", path);
    assert_done(&made);
    outcome_t other = run("compare", path);
    assert_non_null(strstr(other.out, "\n# option_runs: 25\n"));
    outcome_free(&made);
    outcome_free(&other);

    made = run("solve", "-t", "1", "--reference", "0.1", "--refine", "2", "-o", path);
    assert_done(&made);
    other = run("spectrum", path);
    assert_done(&other);
    assert_non_null(strstr(other.out, "\n# option_refine: 2\n"));
    assert_null(strstr(other.out, "option_reference"));
    outcome_free(&other);
    other = run("limit", path);
    assert_done(&other);
    assert_null(strstr(other.out, "option_"));
    outcome_free(&made);
    outcome_free(&other);

    /* sweep's --vary states a grid, critical's a key alone */
    made = run("sweep", "--vary", "ridge=0:1:2", "-t", "1", "-o", path);
    assert_done(&made);
    assert_fails(run("critical", path, "--from", "0", "--to", "1"), 2, "--vary: missing");
    outcome_free(&made);
}

static void directions_stay_with_their_times(void **state)
{
    (void)state;
    const char *path = in_folder("t.tsv");
    outcome_t made = run("solve", "-d", "6", "--covariance", "power-law:exponent=1", "--directions",
                         "1,2", "-o", path);
    assert_done(&made);
    assert_fails(run("solve", path, "--reference", "0.1"), 2,
                 "--reference: found beside --directions");
    assert_fails(run("solve", path, "--points", "3"), 2,
                 "--output-points: found beside the table's --directions 1,2");
    assert_fails(run("solve", "--directions", "1,2", "--points", "5"), 2,
                 "--output-points: found beside --directions 1,2");
    assert_fails(run("solve", "--directions", "1,2", "--times", "1,3"), 2,
                 "--output-times: found beside --directions 1,2");
    assert_fails(run("simulate", "-d", "6", "--spacing", "log", "--directions", "1,2"), 2,
                 "--output-spacing: found beside --directions 1,2");
    outcome_t curves = run("solve", path, "--directions", "none", "--points", "3");
    assert_done(&curves);
    assert_int_equal(rows_of(curves.out), 3);
    outcome_t later = run("solve", path, "--directions", "4");
    assert_done(&later);
    assert_non_null(strstr(later.out, "option_directions: 4\n"));
    assert_int_equal(rows_of(later.out), 6);
    outcome_free(&made);
    outcome_free(&curves);
    outcome_free(&later);
}

static void recorded_options_are_checked_like_given_ones(void **state)
{
    (void)state;
    const char *path = write_file("t.tsv", WHOLE_HEADER "# option_refine: 99\nt\trisk\n");
    assert_fails(run("solve", path), 2,
                 "t.tsv:18: option_refine: found '99', allowed: an integer from 1 to 16");
    assert_fails(run("spectrum", path), 2, "t.tsv:18: option_refine: found '99'");
    path = write_file("t.tsv", WHOLE_HEADER "# option_wings: 2\nt\trisk\n");
    assert_fails(run("solve", path), 2, "t.tsv:18: key 'option_wings': solve has no such option");
    path = write_file("t.json", "{\"command\": \"solve\", \"option_refine\": \"0\",\n"
                                "\"problem\": {\"time\": \"1\"}, \"columns\": [\"t\"]}\n");
    assert_fails(run("solve", path), 2, "t.json:1: option_refine: found '0'");
    path = write_file("t.json", "{\"command\": \"solve\", \"option_refine\": 17,\n"
                                "\"problem\": {\"time\": \"1\"}, \"columns\": [\"t\"]}\n");
    assert_fails(run("solve", path), 2, "t.json:1: option_refine: found '17'");
    path = write_file("t.json", "{\"problem\": {\"time\": 1}, \"command\": \"spectrum\",\n"
                                " \"option_exact\": true, \"columns\": [\"t\"]}\n");
    assert_fails(run("spectrum", path), 2,
                 "t.json:2: key 'option_exact': found 'true', allowed: yes or no");
}

/* ---- json -------------------------------------------------------------------------------------
 */

static const json_t *member(const json_t *value, const char *path)
{
    char words[128];
    (void)snprintf(words, sizeof words, "%s", path);
    for (char *word = strtok(words, "."); word; word = strtok(NULL, ".")) {
        value = json_is_array(value) ? json_array_get(value, strtoul(word, NULL, 10))
                                     : json_object_get(value, word);
    }
    if (!value)
        fail_msg("no %s", path);
    return value;
}

/* Values as any JSON reader sees them, and not texts of YAML. */
static void json_holds_numbers_lists_and_maps(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        double value;
    } numbers[] = {{"dimension", 40},
                   {"classes.0.weight", 0.25},
                   {"classes.0.covariance.exponent", 1.5},
                   {"classes.1.covariance.ratio", 1e-3},
                   {"classes.1.mean.on.1", 0.5},
                   {"learning_rate.times.0", 1e3},
                   {"start.norm2", 0.1},
                   {"tolerance.relative", 1e-7},
                   {"output.times.1", 2},
                   {"seed", 1234567890123}};
    const char *path = in_folder("t.json");
    outcome_t made =
        run("solve", "-d", "40", "--weight", "0.25", "--weight", "0.75", "--covariance",
            "power-law:exponent=1.5", "--covariance", "marchenko-pastur:ratio=1e-3", "--mean",
            "constant", "--mean", "constant:scale=2,on=0:0.5", "--lr",
            "piecewise:times=1000,values=0.5:0.1", "--start", "norm2=0.1", "--rtol", "1e-7",
            "--times", "0,2", "--seed", "1234567890123", "-o", path);
    assert_done(&made);
    json_t *table = json_load_file(path, 0, NULL);
    const json_t *problem = member(table, "problem");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const json_t *value = member(problem, numbers[i].path);
        assert_true(json_is_number(value));
        assert_true(json_number_value(value) == numbers[i].value);
    }
    assert_string_equal(json_string_value(member(problem, "classes.1.covariance.family")),
                        "marchenko-pastur");
    /* as another program leaves it: sorted, indented, numbers with 17 digits */
    assert_int_equal(
        json_dump_file(table, in_folder("sorted.json"), JSON_SORT_KEYS | JSON_INDENT(1)), 0);
    outcome_t again = run("solve", in_folder("sorted.json"), "-o", in_folder("again.json"));
    assert_done(&again);
    char *a = read_file(path);
    char *b = read_file(in_folder("again.json"));
    assert_string_equal(a, b);
    free(a);
    free(b);
    json_decref(table);
    outcome_free(&made);
    outcome_free(&again);
}

/* A json table read and saved as tsv is the tsv table, but for the order of its comments. */
static void formats_say_the_same(void **state)
{
    (void)state;
    write_file("numbers.txt", "1\n2\n");
    char family[PATH_SIZE];
    (void)snprintf(family, sizeof family, "file:path=%s", in_folder("numbers.txt"));
    const char *const words[] = {
        "solve",  "--covariance",         family, "-t", "1e6", "--points", "3",
        "--seed", "18446744073709551615", "-o"};
    static const char *const names[] = {"t.tsv", "t.csv", "t.json"};
    sgdl_table_t tables[3];
    for (size_t i = 0; i < 3; i++) {
        const char *line[MOST_ARGUMENTS] = {0};
        memcpy(line, words, sizeof words);
        line[sizeof words / sizeof *words] = in_folder(names[i]);
        outcome_t made = run_with(NULL, NULL, line);
        assert_done(&made);
        outcome_free(&made);
        assert_int_equal(sgdl_table_read(&tables[i], in_folder(names[i]), NULL), 0);
        assert_int_equal(tables[i].comments, tables[0].comments);
        for (size_t c = 0; c < tables[0].comments; c++) {
            const char *value = sgdl_table_value(&tables[i], tables[0].comment[c].key);
            assert_non_null(value);
            assert_string_equal(value, tables[0].comment[c].value);
        }
    }
    for (size_t i = 0; i < 3; i++)
        sgdl_table_free(&tables[i]);
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* A table made with these flags is refused once the file has other numbers, or more of them. */
static void assert_file_is_watched(const char *ending, const char *flag, const char *value)
{
    char name[64];
    char message[2 * PATH_SIZE];
    (void)snprintf(name, sizeof name, "t.%s", ending);
    const char *path = write_file("numbers.txt", "1\n2\n3\n");
    outcome_t made =
        run("solve", "-d", "3", "-t", "1", "--points", "2", flag, value, "-o", in_folder(name));
    outcome_t again = run("solve", in_folder(name), "-o", in_folder("again"), "--format", ending);
    assert_done(&made);
    assert_done(&again);
    char *a = read_file(in_folder(name));
    char *b = read_file(in_folder("again"));
    assert_string_equal(a, b);
    free(a);
    free(b);
    /* zlib.crc32(b"1\n2\n4\n") and so on in Python */
    (void)snprintf(message, sizeof message,
                   "'%s' is not the file that the table was made from: found crc32 0x381ec21f, "
                   "expected 0x775f54d8",
                   path);
    (void)write_file("numbers.txt", "1\n2\n4\n");
    assert_fails(run("solve", in_folder(name)), 2, message);
    assert_fails(run("limit", in_folder(name)), 2, message);
    (void)write_file("numbers.txt", "1\n2\n3\n4\n");
    assert_fails(run("solve", in_folder(name)), 2, "is not the file that the table was made from");
    (void)write_file("numbers.txt", "1\n2\n4\n");
    outcome_t restated = run("solve", in_folder(name), flag, value);
    assert_done(&restated);
    assert_non_null(strstr(restated.out, "crc32: 0x381ec21f}"));
    outcome_free(&made);
    outcome_free(&again);
    outcome_free(&restated);
}

static void files_are_what_they_were(void **state)
{
    (void)state;
    static const char *const endings[] = {"tsv", "csv", "json"};
    char family[PATH_SIZE];
    char start[PATH_SIZE];
    (void)snprintf(family, sizeof family, "file:path=%s", in_folder("numbers.txt"));
    (void)snprintf(start, sizeof start, "file=%s", in_folder("numbers.txt"));
    for (size_t e = 0; e < sizeof endings / sizeof *endings; e++) {
        assert_file_is_watched(endings[e], "--covariance", family);
        assert_file_is_watched(endings[e], "--mean", family);
        assert_file_is_watched(endings[e], "--start", start);
    }
    /* a file that the problem no longer needs may be what it likes */
    outcome_t other = run("solve", in_folder("t.tsv"), "--start", "norm2=0", "-q");
    assert_done(&other);
    assert_null(strstr(other.out, "file_"));
    outcome_free(&other);
}

static void file_lines_are_checked(void **state)
{
    (void)state;
    static const char *const lines[] = {"{path: /x}", "{crc32: 1}", "3", "{path: [], crc32: 1}",
                                        "{path: /x, crc: 1}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, WHOLE_HEADER "# file_1: %s\nt\n", lines[i]);
        assert_fails(run("solve", write_file("t.tsv", text)), 2, "t.tsv:18: ");
    }
}

static void clocks_are_asked_for(void **state)
{
    (void)state;
    outcome_t made = run("solve", "-t", "1", "--points", "2", "--timings");
    assert_done(&made);
    char *clock = strstr(made.out, "\n# wall_time: ");
    assert_non_null(clock);
    char *end;
    assert_true(strtod(clock + 14, &end) >= 0);
    assert_memory_equal(end, " s\n", 3);
    outcome_free(&made);
}

/* Rows are part of what a table depends on. */
static void rows_that_changed_are_refused(void **state)
{
    (void)state;
    write_rows(0);
    outcome_t made = run("simulate", "-d", "3", "-t", "6", "--points", "3", "--rows",
                         in_folder("rows.npy"), "-o", in_folder("rows.tsv"));
    assert_done(&made);
    outcome_free(&made);
    write_rows(0.5);
    assert_fails(run("simulate", in_folder("rows.tsv")), 2,
                 "is not the file that the table was made from");
    outcome_t own = run("simulate", in_folder("rows.tsv"), "--rows", in_folder("rows.npy"));
    assert_done(&own);
    outcome_free(&own);
    assert_fails(run("simulate", "-d", "3", "--held-out", "0.1"), 2, "without --rows");
    assert_fails(run("simulate", "-d", "3", "--rows", "rows.csv"), 2, "allowed: a .npy of rows");
    assert_fails(run("simulate", "-d", "3", "-t", "1", "--rows", in_folder("rows.npy"), "--kernel",
                     "collapsed"),
                 2, "beside --rows");
    assert_fails(run("compare", "--dimensions", "3,4", "-t", "1", "--rows", in_folder("rows.npy")),
                 2, "beside --dimensions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_table_makes_itself_again, empty_folder),
        cmocka_unit_test_teardown(no_option_is_left_out, empty_folder),
        cmocka_unit_test_teardown(the_command_line_overrides_a_table, empty_folder),
        cmocka_unit_test_teardown(rows_that_changed_are_refused, empty_folder),
        cmocka_unit_test_teardown(other_commands_take_what_they_share, empty_folder),
        cmocka_unit_test_teardown(directions_stay_with_their_times, empty_folder),
        cmocka_unit_test_teardown(recorded_options_are_checked_like_given_ones, empty_folder),
        cmocka_unit_test_teardown(json_holds_numbers_lists_and_maps, empty_folder),
        cmocka_unit_test_teardown(formats_say_the_same, empty_folder),
        cmocka_unit_test_teardown(files_are_what_they_were, empty_folder),
        cmocka_unit_test_teardown(file_lines_are_checked, empty_folder),
        cmocka_unit_test_teardown(clocks_are_asked_for, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
