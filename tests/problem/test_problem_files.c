/* Problem files: hostile and unreadable ones, files of numbers, tables. */
#include "tests/any_problem.h"
#include "tests/problem_text.h"

#include <math.h>

#include "sgdlimit/table.h"
#include "src/base/crc32.h"

static void test_yaml_bomb(void **state)
{
    char text[TEXT_MAX] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    (void)state;
    for (int level = 1; level < 10; level++) {
        size_t used = strlen(text);
        int l = level - 1;
        (void)snprintf(text + used, sizeof text - used,
                       "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
                       level, level, l, l, l, l, l, l, l, l, l, l);
    }
    assert_text_refused(text, "p.yaml:1", "too many values, allowed 1000000");
}

static void test_hostile_texts(void **state)
{
    static const struct {
        const char *before, *piece;
        const char *place, *message;
    } cases[] = {
        {"", "[", "p.yaml:1", "too deep"},
        {"", "{a: ", "p.yaml:1", "too deep"},
        {"", "- ", "p.yaml:1", "too deep"},
        {"output: ", "[1, ", "p.yaml:1", "too deep"},
        {"output: [", "1, ", "p.yaml:1", "too many values"},
        {"output: [", "&a 1, ", "p.yaml:1", "too many values"},
        {"", "x", "p.yaml:1", "found 'xxxx"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = repeat(cases[i].piece, 1100000, cases[i].before);
        assert_text_refused(text, cases[i].place, cases[i].message);
        free(text);
    }
    char *many = repeat("  - {label: 1}\n", 5000, "classes:\n");
    assert_text_refused(many, "p.yaml:2", "found 5000 classes, allowed up to 4096");
    free(many);
    char keys[TEXT_MAX] = "";
    for (int i = 0; i < 100; i++)
        (void)snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "k%d: 1\n", i);
    assert_text_refused(keys, "p.yaml:65", "too many keys in one map, allowed 64");
}

static void test_unreadable_files(void **state)
{
    static const char nul[] = "time: 1\0000";
    char path[512];
    (void)state;
    (void)snprintf(path, sizeof path, "%s", in_folder("none.yaml"));
    assert_file_refused(path, path, "No such file");
    assert_file_refused(folder, folder, "Is a directory");
    (void)snprintf(path, sizeof path, "%s", write_file("p.yaml", nul, sizeof nul));
    assert_file_refused(path, path, "found a NUL character");
    char *large = repeat("# a comment that fills the file\n", 1 << 19, "");
    (void)snprintf(path, sizeof path, "%s", write_file("p.yaml", large, strlen(large)));
    assert_file_refused(path, path, "found more than 16 MB");
    free(large);
    assert_file_refused("/dev/zero", "/dev/zero", "found more than 16 MB");
    char place[520];
    (void)snprintf(path, sizeof path, "%s", write_file("p.yaml", "time: 1\nbatch: x\n", 17));
    (void)snprintf(place, sizeof place, "%s:2", path);
    assert_file_refused(path, place, "key 'batch': found 'x'");
}

/* ---- files of numbers ------------------------------------------------------------------- */

static void test_number_files(void **state)
{
    static const char *const refused[][3] = {
        /* text of the problem; place, with %s for the folder; message */
        {"dimension: 4\nclasses: [{covariance: {family: file, path: a.txt}}]", "%s/p.yaml:2",
         "a.txt' holds 3 numbers, allowed 4 eigenvalues, one a direction (the dimension;"},
        {"classes: [{covariance: {family: file, path: a.txt},\n  mean: {family: file, path: "
         "b.txt}}]",
         "%s/p.yaml:2",
         "b.txt' holds 2 numbers, allowed 3 coordinates of mu, one a direction as in '"},
        {"classes: [{covariance: {family: file, path: n.txt}}]", "%s/n.txt:3", "-2"},
        {"classes: [{covariance: {family: file, path: s.txt}}]", "%s/s.txt",
         "found -0.6 in row 2, column 1 and -0.5 in row 1, column 2"},
        {"dimension: 3\nclasses: [{covariance: {family: file, path: m.txt}}]", "%s/p.yaml:2",
         "m.txt' holds a 2 x 2 matrix, allowed one of 3 rows and columns"},
        {"classes: [{covariance: {family: file, path: i.txt}}]", "%s/i.txt:1",
         "found 2 numbers on one of 3 lines, allowed: one a line or all on one line"},
        {"classes: [{mean: {family: file, path: i.txt}}]", "%s/i.txt:1", "found 2 numbers"},
        {"classes: [{mean: {family: file, path: m.txt}}]", "%s/m.txt",
         "found a 2 x 2 matrix, which covariances alone may be"},
        {"dimension: 6\nclasses: [{}]\nstart: {file: i.txt}", "%s/i.txt:1", "found 2 numbers"},
        {"dimension: inf\nclasses: [{mean: {family: file, path: a.txt}}]", "%s/p.yaml:2",
         "the file's numbers, one a direction, set it"},
        {"classes: [{covariance: {family: file, path: none.txt}}]", "%s/none.txt", "No such file"},
        {"dimension: 3\nclasses: [{}]\nstart: {file: b.txt}", "%s/p.yaml:3",
         "b.txt' holds 2 numbers, allowed 3 (dimension 3 times 1 outputs)"},
    };
    char path[512], place[512];
    (void)state;
    (void)write_file("a.txt", "1\n2\n3\n", 6);
    (void)write_file("b.txt", "-0.5\n0.5\n", 9);
    (void)write_file("n.txt", "# eigenvalues\n1\n-2\n", 19);
    (void)write_file("i.txt", "1 0.5\n2 0.25\n3 0.125\n", 21);
    (void)write_file("m.txt", "1 -0.5\n-0.5 1\n", 14);
    (void)write_file("s.txt", "1 -0.5\n-0.6 1\n", 14);
    for (size_t i = 0; i < COUNT(refused); i++) {
        (void)snprintf(path, sizeof path, "%s",
                       write_file("p.yaml", refused[i][0], strlen(refused[i][0])));
        const char *slash = strchr(refused[i][1], '/');
        (void)snprintf(place, sizeof place, "%s%s", folder, slash);
        assert_file_refused(path, place, refused[i][2]);
    }
}

/* A file sets d; names are relative to the problem file, or in a flag to the working directory;
 * what is written holds them in full. */
static void test_relative_paths(void **state)
{
    static const char text[] = "classes: [{covariance: {family: file, path: ../a.txt}}]\n"
                               "start: {file: \"../odd ,\\\"\\\\\\xE9.txt\"}";
    static const char odd[] = "odd ,\"\\\xC3\xA9.txt";
    sgdl_problem_t *p = sgdl_problem_new(), *again;
    sgdl_error_t error = {0};
    lines_t lines;
    char name[600], path[512];
    (void)state;
    (void)write_file("a.txt", "1\n2\n3\n", 6);
    (void)write_file(odd, "4 5 6", 5);
    assert_int_equal(mkdir(in_folder("sub"), 0700), 0);
    (void)snprintf(path, sizeof path, "%s", write_file("sub/q.yaml", text, sizeof text - 1));
    assert_int_equal(sgdl_problem_read(p, path, NULL, 0, &error), SGDL_OK);
    assert_true(p->dimension == 3.0 && isnan(p->start_norm2));
    assert_true(p->start[0] == 4.0 && p->start[1] == 5.0 && p->start[2] == 6.0);
    sgdl_mixture_t mixture = sgdl_problem_mixture(p, &p->plan);
    assert_true(mixture.start == p->start);
    write_lines(p, NULL, &lines);
    again = read_good(lines.text, NULL);
    (void)snprintf(name, sizeof name, "%s/sub/../a.txt", folder);
    assert_string_equal(sgdl_spec_setting(&again->covariance[0], "path")->path, name);
    assert_string_equal(again->start_path, p->start_path);
    sgdl_problem_free(p);
    sgdl_problem_free(again);
    /* from a flag */
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    p = read_good("classes: [{}]",
                  (flag_texts_t){"covariance=file:path=a.txt", "start-file=a.txt"});
    again = read_good("classes: [{}]\ndimension: 3",
                      (flag_texts_t){"start=file=odd ,\"\\\xC3\xA9.txt"});
    assert_int_equal(chdir(before), 0);
    assert_true(p->dimension == 3.0 && p->start_path[0] == '/' && again->start[2] == 6.0);
    sgdl_problem_free(p);
    sgdl_problem_free(again);
}

/* ---- tables ----------------------------------------------------------------------------- */

/* The keys that are as they are by default, in all three forms. */
#define REST_TEXT                                                                                  \
    "# encoding: scalar\n# learning_rate: 0.5\n# intercept: 0\n# batch: 1\n# ridge: 0\n# "         \
    "label_noise: 0\n# start: {norm2: 0}\n# clean_below: 1e-9\n# seed: 1\n# tolerance: "           \
    "{relative: 1e-8, absolute: 1e-12}\n"
#define REST_JSON                                                                                  \
    "\"encoding\": \"scalar\", \"learning_rate\": \"0.5\", \"intercept\": \"0\", \"batch\": "      \
    "\"1\", \"ridge\": \"0\", \"label_noise\": \"0\", \"start\": \"{norm2: 0}\", "                 \
    "\"clean_below\": \"1e-9\", \"seed\": \"1\", \"tolerance\": \"{relative: 1e-8, absolute: "     \
    "1e-12}\""
#define REST_NESTED                                                                                \
    "\"encoding\": \"scalar\", \"learning_rate\": 0.5, \"intercept\": 0, \"batch\": 1, "           \
    "\"ridge\": 0, \"label_noise\": 0, \"start\": {\"norm2\": 0}, \"clean_below\": 1e-9, "         \
    "\"seed\": 1, \"tolerance\": {\"relative\": 1e-8, \"absolute\": 1e-12}"

static const char tsv[] = "# sgdlimit: 0.1.0\n"
                          "# command: solve: with time: 5 in it\n"
                          "# dimension: 50\n"
                          "# loss: least-squares\n"
                          "# classes: [{weight: 0.25, label: 2, mean: {family: zero}}, {weight: "
                          "0.75, label: 3}]\n"
                          "# time: 4\n"
                          "# output: {times: [0, 4]}\n" REST_TEXT "# wall time: 0.1 s\n"
                          "t\trisk\n0\t1\n4\t0.5\n# time: 7\n";

static const char json[] =
    "{\"sgdlimit\": \"0.1.0\", \"note\": \"a \\\" and a } and a ]\", \"list\": [1, {\"a\": []}],\n"
    " \"problem\": {\"dimension\": \"50\", \"loss\": \"least-squares\", \"time\": \"4\",\n"
    "  \"classes\": \"[{weight: 0.25, label: 2, mean: {family: zero}}, {weight: 0.75, label: "
    "3}]\",\n"
    "  \"output\": \"{times: [0, 4]}\", " REST_JSON
    "}, \"columns\": [\"t\"], \"curves\": [{\"rows\": [[0], ";

/* The same with values in the place of texts, the problem last, as a sorting program leaves it. */
static const char nested[] =
    "{\"columns\": [\"t\"], \"curves\": [{\"rows\": [[0], [4]]}], \"problem\": {\n"
    "  \"classes\": [{\"label\": 2, \"mean\": {\"family\": \"zero\"}, \"weight\": 25e-2},\n"
    "    {\"label\": 3, \"weight\": 0.75}],\n"
    "  \"dimension\": 50, \"loss\": \"least-squares\", \"output\": {\"times\": [0, 4.0]},\n"
    "  \"time\": 4, " REST_NESTED "}, \"sgdlimit\": \"0.1.0\"}";

static void assert_table(const char *name, const char *text, size_t length)
{
    sgdl_error_t error = {0};
    sgdl_problem_t *p = sgdl_problem_new();
    lines_t lines, expected;
    if (sgdl_problem_read(p, write_file(name, text, length), NULL, 0, &error))
        fail_msg("%s: %s", error.place, error.message);
    write_lines(p, NULL, &lines);
    sgdl_problem_free(p);
    p = read_good("dimension: 50\nloss: least-squares\ntime: 4\noutput: {times: [0, 4]}\n"
                  "classes: [{weight: 0.25, label: 2, mean: {family: zero}},\n"
                  "          {weight: 0.75, label: 3}]",
                  NULL);
    write_lines(p, NULL, &expected);
    sgdl_problem_free(p);
    assert_string_equal(lines.text, expected.text);
}

static void test_tables(void **state)
{
    (void)state;
    assert_table("t.tsv", tsv, sizeof tsv - 1);
    /* with a thing after the header that no problem file may hold */
    char *large = repeat("0.5\t0.25\n", 3 << 20, tsv);
    assert_table("t.tsv", large, strlen(large));
    free(large);
    /* line ends of another system */
    char crlf[2 * sizeof tsv];
    size_t used = 0;
    for (const char *c = tsv; *c; c++) {
        if (*c == '\n')
            crlf[used++] = '\r';
        crlf[used++] = *c == '\t' ? ',' : *c;
    }
    assert_table("t.csv", crlf, used);
    /* and what its editors put in front */
    char marked[sizeof json + sizeof tsv];
    assert_table("t.tsv", marked, (size_t)snprintf(marked, sizeof marked, "\xEF\xBB\xBF%s", tsv));
    assert_table("t.json", marked, (size_t)snprintf(marked, sizeof marked, "\xEF\xBB\xBF%s", json));
    assert_table("t.json", json, sizeof json - 1);
    assert_table("t.json", nested, sizeof nested - 1);
    large = repeat("[0.125], ", 3 << 20, json);
    assert_table("t.json", large, strlen(large));
    free(large);
}

static void test_table_errors(void **state)
{
    static const char wrong[] = "# sgdlimit: 0.1.0\n# time: 5\n# batch: {x\nt\n";
    static const char none[] = "# sgdlimit: 0.1.0\nt\n1\n";
    static const char broken[] = "{\"note\": \"1\",\n \"problem\": {\"time\": [5]}}";
    static const char unknown[] = "{\"problem\":\n {\"time\": 5, \"tmie\": 1}}";
    char path[512], place[520];
    (void)state;
    (void)snprintf(path, sizeof path, "%s", write_file("t.tsv", wrong, sizeof wrong - 1));
    (void)snprintf(place, sizeof place, "%s:3", path);
    assert_file_refused(path, place, "not valid YAML");
    (void)write_file("t.tsv", none, sizeof none - 1);
    assert_file_refused(path, path, "holds no problem");
    (void)snprintf(path, sizeof path, "%s", write_file("t.json", broken, sizeof broken - 1));
    (void)snprintf(place, sizeof place, "%s:2", path);
    assert_file_refused(path, place, "key 'time': found a list");
    (void)write_file("t.json", unknown, sizeof unknown - 1);
    assert_file_refused(path, place, "unknown key 'tmie' (did you mean 'time'?)");
    /* JSON that is no table is YAML */
    static const char plain[] = "{\"time\": 5, \"tolerance\": {\"relative\": 0.01}}";
    sgdl_problem_t *p = sgdl_problem_new();
    (void)write_file("t.json", plain, sizeof plain - 1);
    assert_int_equal(sgdl_problem_read(p, path, NULL, 0, NULL), SGDL_OK);
    assert_true(p->time == 5.0 && p->plan.rtol == 0.01);
    sgdl_problem_free(p);
}

/* What is written is itself a header: the round trip through a table's lines. */
static void test_written_header(void **state)
{
    sgdl_problem_t *p =
        read_good("classes: [{label: 1, mean: {family: power-law, exponent: 0.3}},\n"
                  "  {label: 0}]\nseed: 99\nlearning_rate: [0.25, 0.5]",
                  NULL);
    lines_t lines, again;
    char table[2 * TEXT_MAX] = "# sgdlimit: 1.0\n";
    sgdl_error_t error = {0};
    (void)state;
    write_lines(p, NULL, &lines);
    for (char *line = strtok(lines.text, "\n"); line; line = strtok(NULL, "\n"))
        (void)snprintf(table + strlen(table), sizeof table - strlen(table), "# %s\n", line);
    (void)snprintf(table + strlen(table), sizeof table - strlen(table), "t\n");
    assert_int_equal(
        sgdl_problem_read(p, write_file("t.tsv", table, strlen(table)), NULL, 0, &error), SGDL_OK);
    write_lines(p, NULL, &again);
    for (const char *from = table, *to = again.text; *to; from++) {
        if (from == table)
            from = strchr(table, '\n') + 1;
        assert_memory_equal(from, "# ", 2);
        size_t length = strcspn(to, "\n") + 1;
        assert_memory_equal(from + 2, to, length);
        to += length;
        from += 1 + length;
    }
    sgdl_problem_free(p);
}

/* ---- any problem ---------------------------------------------------------------------------- */

/* A table's header, in any format, is the problem to the last bit. */
static void test_any_header(void **unused)
{
    static const char *const names[] = {"t.tsv", "t.csv", "t.json"};
    static const sgdl_format_t formats[] = {SGDL_FORMAT_TSV, SGDL_FORMAT_CSV, SGDL_FORMAT_JSON};
    static lines_t lines, again;
    uint64_t state = 7;
    (void)unused;
    for (int n = 0; n < 200; n++) {
        char *text = any_problem(&state);
        sgdl_problem_t *p = read_good(text, NULL);
        sgdl_table_t table;
        sgdl_error_t error = {0};
        sgdl_table_init(&table);
        assert_int_equal(sgdl_provenance(&table, "solve", p, &p->plan, NULL), SGDL_OK);
        assert_int_equal(sgdl_table_column(&table, NULL, "t"), SGDL_OK);
        write_lines(p, NULL, &lines);
        for (size_t f = 0; f < COUNT(names); f++) {
            const char *path = write_file(names[f], "", 0);
            FILE *out = fopen(path, "w"); /* which waits for no disk */
            assert_non_null(out);
            assert_int_equal(sgdl_table_write(&table, out, formats[f], NULL), SGDL_OK);
            assert_int_equal(fclose(out), 0);
            if (sgdl_problem_read(p, path, NULL, 0, &error))
                fail_msg("%s: %s\nof %s", error.place, error.message, text);
            write_lines(p, NULL, &again);
            assert_string_equal(lines.text, again.text);
        }
        sgdl_problem_free(p);
        sgdl_table_free(&table);
        free(text);
    }
}

/* The standard's check value, and the same in pieces. */
static void test_crc32(void **state)
{
    (void)state;
    assert_int_equal(crc32_add(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(crc32_add(crc32_add(0, "1234", 4), "56789", 5), 0xCBF43926);
    assert_int_equal(crc32_add(0, "", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_bomb),        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_unreadable_files), cmocka_unit_test(test_number_files),
        cmocka_unit_test(test_relative_paths),   cmocka_unit_test(test_tables),
        cmocka_unit_test(test_table_errors),     cmocka_unit_test(test_written_header),
        cmocka_unit_test(test_any_header),       cmocka_unit_test(test_crc32),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
