/* Pictures of strange names in strange surroundings: texts arrive as they are, nothing is run. */
#include "tests/plot.h"

static void texts_are_never_commands(void **state)
{
    (void)state;
    need_gnuplot();
    static const char nasty[] =
        "it's `touch pwned` @x \"q\" \\n {/*3 a_b^c} $(id) %s\nnew; unset key";
    const char *table = write_file("a'b `touch pwned` \"c\".tsv", curves);
    assert_draws(run("plot", table, "--title", nasty, "--y", "risk,mean", "--layout", "2x1", "-o",
                     in_folder("'q' `x`.svg")));
    char *text = read_file(in_folder("'q' `x`.svg"));
    assert_non_null(strstr(text, "`touch pwned`"));
    assert_non_null(strstr(text, "a_b^c"));
    free(text);
    assert_false(exists("pwned"));
    assert_int_not_equal(access("pwned", F_OK), 0);
    assert_int_equal(count_files(false), 2);
}

/* The texts of an svg, one a line, with the signs that xml spells out. */
static char *texts_of(const char *name)
{
    static const char *const spelt[][2] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&#39;", "'"}, {"&quot;", "\""}};
    char *svg = read_file(in_folder(name));
    char *out = svg;
    for (const char *c = svg; *c;) {
        bool found = false;
        for (size_t i = 0; i < sizeof spelt / sizeof *spelt && !found; i++) {
            size_t length = strlen(spelt[i][0]);
            if (strncmp(c, spelt[i][0], length) == 0) {
                *out++ = *spelt[i][1];
                c += length;
                found = true;
            }
        }
        if (!found)
            *out++ = *c++;
    }
    *out = '\0';
    return svg;
}

static const char *const strange[] = {"'quoted'",  "'",         "''",          "it's",
                                      "\"q\"",     "\"",        "back\\slash", "end\\",
                                      "\\'",       "{",         "}",           "{/*3 a_b^c}",
                                      "50% of %s", "@x @ARG1",  "a_b^c",       "`touch pwned`",
                                      "<b>&amp;",  "# comment", "$(id) ${x}",  "\\n\\101"};
enum { STRANGE = sizeof strange / sizeof *strange };

static void titles_arrive_as_they_are(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", curves);
    for (size_t i = 0; i < STRANGE; i++) {
        char title[128];
        (void)snprintf(title, sizeof title, "%s", strange[i]);
        assert_draws(run("plot", table, "--title", title, "-o", in_folder("a.svg")));
        char *texts = texts_of("a.svg");
        if (!strstr(texts, title))
            fail_msg("the title <%s> is lost", title);
        free(texts);
    }
    assert_false(exists("pwned"));
    assert_int_not_equal(access("pwned", F_OK), 0);
}

/* Columns along and across, and what tells tables apart: file names and comments. */
static void names_arrive_as_they_are(void **state)
{
    (void)state;
    need_gnuplot();
    for (size_t i = 0; i < STRANGE; i++) {
        char text[512];
        char name[128];
        (void)snprintf(text, sizeof text, "# loss: %s\nt\t%s\n0\t1\n1\t2\n", strange[i],
                       strange[i]);
        const char *table = write_file("a.tsv", text);
        (void)snprintf(name, sizeof name, "%s.tsv", strange[i]);
        for (char *c = name; (c = strchr(c, '/')) != NULL;)
            *c = '|';
        const char *copy = write_file(name, text);
        assert_draws(run("plot", table, copy, "--y", strange[i], "-o", in_folder("y.svg")));
        assert_draws(run("plot", table, "--x", strange[i], "--y", "t", "-o", in_folder("x.svg")));
        *strrchr(name, '.') = '\0';
        char *across = texts_of("y.svg");
        char *along = texts_of("x.svg");
        if (!strstr(across, strange[i]) || !strstr(along, strange[i]) || !strstr(across, name))
            fail_msg("the column <%s> or its file is lost", strange[i]);
        free(across);
        free(along);
    }
    assert_false(exists("pwned"));
}

/* Broken UTF-8 and control characters are no text: a picture stays whole without them. */
static void what_is_no_text_is_replaced(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", curves);
    assert_draws(run("plot", table, "--title", "a\xff\xc3(\x1b[31mred\x7f\xed\xa0\x80 z\xc0\x80",
                     "-o", in_folder("a.svg")));
    char *texts = texts_of("a.svg");
    assert_non_null(strstr(texts, "a\xef\xbf\xbd\xef\xbf\xbd( [31mred "));
    assert_null(strchr(texts, '\x1b'));
    assert_null(strchr(texts, '\xff'));
    free(texts);
}

static void with_variable(const char *name, const char *value, const char *table)
{
    const char *before = getenv(name);
    char *kept = before ? strdup(before) : NULL;
    assert_int_equal(setenv(name, value, 1), 0);
    outcome_t outcome = run("plot", table, "-o", in_folder("e.png"));
    assert_int_equal(kept ? setenv(name, kept, 1) : unsetenv(name), 0);
    free(kept);
    if (outcome.status != 0)
        fail_msg("with %s=%s: %s", name, value, outcome.err);
    outcome_free(&outcome);
    assert_picture("e.png", "\x89PNG\r\n\x1a\n");
    assert_int_equal(unlink(in_folder("e.png")), 0);
}

/* What a user has set up for gnuplot's own sessions is none of a picture's business. */
static void surroundings_do_not_matter(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", curves);
    static const char *const variables[][2] = {{"GNUTERM", "x11"},
                                               {"GNUTERM", "nonsense"},
                                               {"GNUPLOT_LIB", "/nonexistent"},
                                               {"GNUPLOT_DRIVER_DIR", "/nonexistent"},
                                               {"GNUPLOT_FONTPATH", "|false"},
                                               {"LC_ALL", "C"},
                                               {"LC_NUMERIC", "de_DE.UTF-8"},
                                               {"LANG", "tr_TR.UTF-8"}};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        with_variable(variables[i][0], variables[i][1], table);
    (void)write_file(".gnuplot", "exit error 'a start-up file was read'\n");
    (void)write_file("gnuplotrc", "exit error 'a start-up file was read'\n");
    with_variable("HOME", folder, table);
}

/* A temporary folder by any name, absolute or not, and scripts in such a folder too. */
static void folders_by_any_name(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const names[] = {"|touch pwned", "<x",  "-x",    "a 'b\" c",
                                        "back\\slash",  "{x}", "`id`x", "@x %s"};
    const char *table = write_file("a.tsv", curves);
    char *here = getcwd(NULL, 0);
    assert_non_null(here);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *absolute = in_folder(names[i]);
        assert_int_equal(mkdir(absolute, 0700), 0);
        assert_int_equal(chdir(folder), 0);
        with_variable("TMPDIR", names[i], table);
        with_variable("TMPDIR", absolute, table);
        assert_int_equal(rmdir(absolute), 0); /* empty again */
        assert_int_equal(symlink(getenv("SGDLIMIT_PLOTS"), absolute), 0);
        with_variable("SGDLIMIT_PLOTS", names[i], table);
        assert_int_equal(unlink(absolute), 0);
        assert_int_equal(chdir(here), 0);
    }
    free(here);
    assert_false(exists("pwned"));
}

/* Tables and pictures whose names gnuplot would take for commands or flags. */
static void files_by_any_name(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const names[] = {"<x", "|touch pwned", "-x", "it's", "a\\b", "{y}"};
    char *here = getcwd(NULL, 0);
    assert_non_null(here);
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char table[64];
        char picture[64];
        (void)snprintf(table, sizeof table, "%s.tsv", names[i]);
        (void)snprintf(picture, sizeof picture, "%s.png", names[i]);
        (void)write_file(table, curves);
        assert_draws(run("plot", "--", table));
        assert_picture(picture, "\x89PNG\r\n\x1a\n");
        assert_int_equal(unlink(picture), 0);
        assert_draws(run_with("/dev/null", NULL,
                              (const char *const[]){"plot", "-o", picture, "--", table, NULL}));
        assert_picture(picture, "\x89PNG\r\n\x1a\n");
    }
    assert_int_equal(chdir(here), 0);
    free(here);
    assert_false(exists("pwned"));
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(texts_are_never_commands),   CASE(titles_arrive_as_they_are),
        CASE(names_arrive_as_they_are),   CASE(what_is_no_text_is_replaced),
        CASE(surroundings_do_not_matter), CASE(folders_by_any_name),
        CASE(files_by_any_name),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
