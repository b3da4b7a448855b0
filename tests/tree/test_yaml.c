/* YAML as people write it: merge keys, flaws in the writer's words, and files that would grow. */
#include "tests/problem_text.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- merge keys ------------------------------------------------------------------------- */

#define ONE "classes:\n- &one {weight: 0.25, label: 1, covariance: {family: isotropic, scale: 2}}\n"

/* Each text on the left states the problem on the right. */
static void merge_keys_are_what_they_stand_for(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {ONE "- {<<: *one, weight: 0.75, label: 0}\n",
         ONE "- {weight: 0.75, label: 0, covariance: {family: isotropic, scale: 2}}\n"},
        /* the map's own keys count, wherever they stand */
        {ONE "- {weight: 0.75, label: 0, <<: *one}\n",
         ONE "- {weight: 0.75, label: 0, covariance: {family: isotropic, scale: 2}}\n"},
        /* of several the first */
        {ONE "- {<<: [{label: 0, weight: 0.75}, *one]}\n",
         ONE "- {weight: 0.75, label: 0, covariance: {family: isotropic, scale: 2}}\n"},
        {"<<: {time: 5, seed: 3}\nseed: 4\n", "time: 5\nseed: 4\n"},
        {"<<: []\ntime: 5\n", "time: 5\n"},
        {"<<: {}\ntime: 5\n", "time: 5\n"},
        /* merged into what is merged, and seen through an alias */
        {"tolerance: &t {<<: {relative: 1e-6}, absolute: 1e-9}\nstart: {norm2: 1}\n",
         "tolerance: {relative: 1e-6, absolute: 1e-9}\nstart: {norm2: 1}\n"},
        {"output: &o {<<: {<<: {points: 4}, spacing: log}, first: 0.5}\n",
         "output: {points: 4, spacing: log, first: 0.5}\n"},
        {"classes:\n- mean: &m {family: constant, scale: 3}\n  label: 1\n"
         "- mean: {<<: *m, on: [0, 0.5]}\n  label: 0\n",
         "classes:\n- {label: 1, mean: {family: constant, scale: 3}}\n"
         "- {label: 0, mean: {family: constant, scale: 3, on: [0, 0.5]}}\n"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        lines_t found, expected;
        sgdl_problem_t *merged = read_good(pairs[i][0], NULL),
                       *plain = read_good(pairs[i][1], NULL);
        write_lines(merged, NULL, &found);
        write_lines(plain, NULL, &expected);
        assert_string_equal(found.text, expected.text);
        sgdl_problem_free(merged);
        sgdl_problem_free(plain);
    }
}

static void wrong_merge_keys_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *message;
    } cases[] = {
        {"time: 5\n<<: 3\n", "p.yaml:2", "key '<<': found 3, allowed a map or a list of maps"},
        {"<<: [{time: 5}, [1]]\n", "p.yaml:1", "key '<<': found a list, allowed a map"},
        {"<<: {time: 5}\n<<: {seed: 5}\n", "p.yaml:2", "key '<<' stated twice"},
        {"<<: *none\n", "p.yaml:1", "alias '*none' has no anchor before it"},
        {"tolerance: &t {<<: *t}\n", "p.yaml:1", "alias '*t' lies inside the value it names"},
        {"'<<': {time: 5}\n", "p.yaml:1", "unknown key '<<'"},
        {"<<: {tiem: 5}\n", "p.yaml:1", "unknown key 'tiem' (did you mean 'time'?)"},
        {"time: 1\n<<:\n  seed: 0\n  ridge: -1\n", "p.yaml:4", "key 'ridge': found -1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_text_refused(cases[i].text, cases[i].place, cases[i].message);
}

/* ---- flaws ------------------------------------------------------------------------------ */

static void flaws_are_named_where_they_are(void **state)
{
    (void)state;
    static const char tab[] = "found a tab that indents a line, allowed spaces only";
    static const struct {
        const char *text, *place, *message;
    } cases[] = {
        {"output:\n\tpoints: 5\n", "p.yaml:2", tab},
        {"loss: logistic\n\ttime: 5\n", "p.yaml:2", tab},
        {"output:\n  points: 5\n\tspacing: log\n", "p.yaml:3", tab},
        {"output:\n  points: 5\n  \tspacing: log\n", "p.yaml:3", tab},
        {"classes:\n-\tlabel: 1\n", "p.yaml:2", tab},
        {"time: 5\n\t\nseed: 1\n", "p.yaml:2", tab},
        {"\t# a comment\ntime: 5\n", "p.yaml:1", tab},
        {"loss: logistic\ntime 5\n", "p.yaml:2", "found 'time 5' without a ':' behind the key"},
        {"time 5\nloss: logistic\n", "p.yaml:1", "found 'time 5' without a ':' behind the key"},
        {"seed: 1\n\n# all\ntime 5 # a: b\n\nloss: logistic\n", "p.yaml:4",
         "found 'time 5' without"},
        {"loss: logistic\ntime:5\n", "p.yaml:2", "found 'time:5' without a space behind the ':'"},
        {"time:5\nloss: logistic\n", "p.yaml:1", "found 'time:5' without a space behind the ':'"},
        {"output\n  points: 5\n", "p.yaml:1", "found 'output' without a ':'"},
        {"classes:\n- weight 0.5\n  label: 1\n", "p.yaml:2", "found 'weight 0.5' without a ':'"},
        {"time 5", "p.yaml:1", "found 'time 5' without a ':' and a space behind a key"},
        {"time=5\n", "p.yaml:1", "found 'time=5' without a ':' and a space"},
        {"classes: [{covariance: {family isotropic}}]", "p.yaml:1",
         "found the key 'family isotropic' without a value, allowed 'key: value'"},
        {"classes:\n- covariance: {family:isotropic}", "p.yaml:2",
         "found the key 'family:isotropic' without a value"},
        {"classes:\n- covariance {family: isotropic}", "p.yaml:2",
         "unknown key 'covariance {family' (did you mean 'covariance: ...'?)"},
        {"start: norm2: 0\n", "p.yaml:1", "found a second ':' in one line"},
        {"loss: logistic\n  time: 5\n", "p.yaml:2", "indented deeper than the one before"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_text_refused(cases[i].text, cases[i].place, cases[i].message);
}

/* What programs that read YAML do not agree about, and what would be lost. */
static void octals_and_tags_are_refused(void **state)
{
    (void)state;
    static const char octal[] = "which is octal to some programs and decimal to others";
    static const struct {
        const char *text, *place, *message;
    } cases[] = {
        {"time: 5\nridge: 010\n", "p.yaml:2", octal},
        {"seed: 007\n", "p.yaml:1", octal},
        {"batch: 08\n", "p.yaml:1", octal},
        {"intercept: -01\n", "p.yaml:1", octal},
        {"output: {times: [0, 010]}\n", "p.yaml:1", octal},
        {"learning_rate: [01, 2]\n", "p.yaml:1", "found 01"},
        {"ridge: !foo 1\n", "p.yaml:1", "found the tag '!foo'"},
        {"time: 5\n!foo ridge: 1\n", "p.yaml:2", "found the tag '!foo'"},
        {"classes: !!set [{}, {}]\n", "p.yaml:1", "found the tag 'tag:yaml.org,2002:set'"},
        {"tolerance: !x {relative: 1e-8}\n", "p.yaml:1", "found the tag '!x'"},
        {"!x {ridge: 1}\n", "p.yaml:1", "found the tag '!x'"},
        {"ridge: !!map 1\n", "p.yaml:1", "found the tag 'tag:yaml.org,2002:map'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_text_refused(cases[i].text, cases[i].place, cases[i].message);
    sgdl_problem_t *p = read_good("!!map {ridge: !!float 0.25, seed: !!int 10, batch: 1e01, "
                                  "intercept: -0, loss: !!str logistic, time: 00.5}",
                                  (flag_texts_t){"label-noise=00"});
    assert_true(p->ridge == 0.25 && p->seed == 10 && p->batch == 10 && p->time == 0.5);
    sgdl_problem_free(p);
}

/* Tabs between words are no flaw. */
static void tabs_may_part_words(void **state)
{
    (void)state;
    sgdl_problem_t *p =
        read_good("time:\t5\t# five\noutput: {points: 3,\n\tspacing: linear}\nseed:\t\t7\n", NULL);
    assert_true(p->time == 5 && p->plan.points == 3 && p->seed == 7);
    sgdl_problem_free(p);
}

/* ---- what would grow -------------------------------------------------------------------- */

/* The most memory that this process has held, in MB. */
static double peak(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
#ifdef __APPLE__
    return (double)usage.ru_maxrss / 1048576;
#else
    return (double)usage.ru_maxrss / 1024;
#endif
}

/* before, "&a 'xxx...'", then `piece` many times. */
static char *bomb(const char *before, size_t length, const char *piece, size_t times)
{
    char *word = repeat("x", length, before), *quoted = malloc(strlen(word) + 8);
    assert_non_null(quoted);
    (void)sprintf(quoted, "%s'\n", word);
    char *text = repeat(piece, times, quoted);
    free(word);
    free(quoted);
    return text;
}

/* Megabytes that a few letters name thousands of times are held once. */
static void aliases_share_what_they_name(void **state)
{
    (void)state;
    static const struct {
        const char *before, *piece;
        size_t times;
        const char *place, *message;
    } cases[] = {
        {"classes:\n- label: &a '", "- label: *a\n", 4000, "p.yaml:2", "key 'classes[1].label'"},
        {"classes:\n- covariance: &a\n    family: '", "- covariance: *a\n", 4000, "p.yaml:3",
         "key 'classes[1].covariance.family': found 'xxx"},
        {"classes:\n- &a\n  covariance:\n    family: file\n    path: '", "- *a\n", 4000, "p.yaml:5",
         "allowed fewer than"},
        {"classes:\n- &a\n  label: '", "- <<: *a\n", 4000, "p.yaml:3", "key 'classes[1].label'"},
        {"classes:\n- &a\n  label: '", "- <<: [*a, *a, *a, *a]\n", 4000, "p.yaml:3",
         "key 'classes"},
        {"tolerance: &s\n  absolute: '", "start: *s\n", 1, "p.yaml:2",
         "key 'start': unknown key 'absolute'"},
        {"<<: &a\n  time: '", "seed: *a\n", 1, "p.yaml:2", "key 'time': found 'xxx"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = bomb(cases[i].before, 2 << 20, cases[i].piece, cases[i].times);
        double before = peak();
        assert_text_refused(text, cases[i].place, cases[i].message);
        if (peak() > before + 300)
            fail_msg("%.0f MB for %s", peak() - before, cases[i].before);
        free(text);
    }
}

/* What aliases and merge keys multiply is counted. */
static void copies_are_counted(void **state)
{
    (void)state;
    char *hundred = repeat("1, ", 200, "output: &o\n  times: &a [");
    char *text = malloc(strlen(hundred) + 20);
    assert_non_null(text);
    (void)sprintf(text, "%s1]\nclasses:\n", hundred);
    char *aliases = repeat("- *a\n", 6000, text);
    double before = peak();
    assert_text_refused(aliases, "p.yaml:2", "too many values, allowed 1000000 (aliases expanded)");
    char *merges = repeat("- <<: [*o, *o, *o, *o, *o, *o, *o, *o, *o, *o]\n", 600, text);
    assert_text_refused(merges, "p.yaml:2", "too many values, allowed 1000000");
    /* a million entries that merge nothing new */
    char *empty = repeat("*e, ", 1100000, "seed: &e {}\n<<: [");
    assert_text_refused(empty, "p.yaml:1", "too many values, allowed 1000000");
    /* levels of ten aliases each */
    char nine[2048] = "start: &a {norm2: 0}\n";
    for (char level = 'b'; level < 'j'; level++) {
        char row[128];
        (void)snprintf(row, sizeof row,
                       "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", level, level,
                       level - 1, level - 1, level - 1, level - 1, level - 1, level - 1, level - 1,
                       level - 1, level - 1, level - 1);
        (void)strcat(nine, row);
    }
    assert_text_refused(nine, "p.yaml:1", "too many values, allowed 1000000");
    assert_true(peak() < before + 400);
    free(hundred);
    free(text);
    free(aliases);
    free(merges);
    free(empty);
}

static void long_words_are_cut_in_messages(void **state)
{
    (void)state;
    static const struct {
        const char *before, *piece, *after, *message;
    } cases[] = {
        {"", "k", ": 1\n", "found the key 'kkk"},
        {"seed: 1\n", "k", ": 1\n", "found the key 'kkk"},
        {"{a: 5, ? ", "k", ": 1}\n", "unknown key 'a'"},
        {"time: ", "9", "\n", "found 99999"},
        {"time 5", "x", "\nseed: 1\n", "found 'time 5xxx"},
        {"seed: *", "a", "\n", "alias '*aaaa"},
        {"classes: [{covariance: {family", " x", "}}]\n", "'family x x"},
        {"<<: ", "x", "\n", "key '<<': found 'xxx"},
        {"output: {points: ", "1,", "}\n", ""},
        {"loss: logistic # ", "x", "\n\ttime: 5", "found a tab"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *most = repeat(cases[i].piece, 1 << 20, cases[i].before);
        char *text = malloc(strlen(most) + 40);
        assert_non_null(text);
        (void)sprintf(text, "%s%s", most, cases[i].after);
        sgdl_problem_t *p = sgdl_problem_new();
        sgdl_error_t error = {0};
        assert_int_equal(sgdl_problem_parse(p, text, "p.yaml", NULL, 0, &error), SGDL_ERR_INPUT);
        if (!strstr(error.message, cases[i].message))
            fail_msg("found '%s', wanted '%s'", error.message, cases[i].message);
        sgdl_problem_free(p);
        free(most);
        free(text);
    }
}

/* Sources that never end are left when they are too long. */
static void endless_sources_are_left(void **state)
{
    (void)state;
    static const char *const sources[][3] = {
        {"", "- label: 1\n", "found more than 16 MB"},
        {"# sgdlimit: 0.1.0\n", "# note: yes\n", "the table's header is too long"},
        {"# sgdlimit: 0.1.0\n# note: ", "x", "the table's header is too long"},
        {"{\"columns\": [", "[", "found more than 16 MB"},
        {"{\"note\": \"", "\\\"", "found more than 16 MB"},
    };
    char path[512];
    (void)snprintf(path, sizeof path, "%s", in_folder("p.yaml"));
    for (size_t i = 0; i < COUNT(sources); i++) {
        assert_int_equal(mkfifo(path, 0600), 0);
        pid_t writer = fork();
        assert_true(writer >= 0);
        if (writer == 0) {
            FILE *stream = fopen(path, "w");
            (void)signal(SIGPIPE, SIG_DFL);
            for (const char *piece = sources[i][0]; fputs(piece, stream) >= 0;)
                piece = sources[i][1];
            _exit(0);
        }
        assert_file_refused(path, path, sources[i][2]);
        int status;
        assert_int_equal(waitpid(writer, &status, 0), writer);
        assert_int_equal(unlink(path), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_keys_are_what_they_stand_for),
        cmocka_unit_test(wrong_merge_keys_are_refused),
        cmocka_unit_test(flaws_are_named_where_they_are),
        cmocka_unit_test(octals_and_tags_are_refused),
        cmocka_unit_test(tabs_may_part_words),
        cmocka_unit_test(aliases_share_what_they_name),
        cmocka_unit_test(copies_are_counted),
        cmocka_unit_test(long_words_are_cut_in_messages),
        cmocka_unit_test(endless_sources_are_left),
    };
    return cmocka_run_group_tests_name("yaml", tests, make_folder, remove_folder);
}
