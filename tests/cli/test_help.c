/* Help pages against what they describe: families and their keys, columns, examples. */
#include "tests/program.h"

#include <math.h>

#include "sgdlimit/loss.h"
#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"

static char *page(const char *name)
{
    outcome_t outcome = run("help", name);
    assert_done(&outcome);
    free(outcome.err);
    return outcome.out;
}

/* The page with all white space as one space: texts are broken where lines end. */
static char *squeezed_page(const char *name)
{
    char *text = page(name);
    char *end = text;
    for (const char *c = text; *c; c++) {
        bool space = *c == ' ' || *c == '\n';
        if (!space || (end > text && end[-1] != ' '))
            *end++ = (char)(space ? ' ' : *c);
    }
    *end = '\0';
    return text;
}

/* ---- families ---------------------------------------------------------------------------------
 */

/* A value of the form that the page gives for the key, and that the key allows. */
static void add_value(char *flag, size_t size, const sgdl_key_t *key, const char *file,
                      const char *row)
{
    size_t used = strlen(flag);
    const char *form = strchr(row, '=') + 1;
    double low = key->lower >= 0 ? 0.25 : -0.25;
    (void)snprintf(flag + used, size - used, "%s%s=", strchr(flag, ':') ? "," : ":", key->name);
    used = strlen(flag);
    if (strncmp(form, "X:X:...", 7) == 0) { /* piecewise: one value more than places */
        (void)snprintf(flag + used, size - used,
                       strcmp(key->name, "values") == 0 ? "1:0.5:0.25" : "0.25:0.5");
    } else if (strncmp(form, "X, or A:B", 9) == 0 || strncmp(form, "A:B", 3) == 0) {
        (void)snprintf(flag + used, size - used, "0.25:0.75");
    } else if (strncmp(form, "X", 1) == 0) {
        (void)snprintf(flag + used, size - used, "%g", low);
    } else if (strncmp(form, "CLASS", 5) == 0) {
        (void)snprintf(flag + used, size - used, "2");
    } else if (strncmp(form, "FILE", 4) == 0) {
        (void)snprintf(flag + used, size - used, "%s", file);
    } else {
        fail_msg("no form of a value in: %.60s", row);
    }
}

/* Each family is on the page with its help, and what its rows say makes a flag that works. */
static void assert_families(const char *text, const sgdl_family_t *const *families,
                            const char *name, const char *second, const char *common)
{
    const char *file = write_file("d.txt", "1\n2\n3\n");
    for (; *families; families++) {
        char row[256];
        char flag[512];
        (void)snprintf(row, sizeof row, " %s %s ", (*families)->name, (*families)->help);
        const char *at = strstr(text, row);
        if (!at)
            fail_msg("the page lacks '%s'", row);
        (void)snprintf(flag, sizeof flag, "%s", (*families)->name);
        for (size_t k = 0; k < (*families)->key_count; k++) {
            const sgdl_key_t *key = &(*families)->keys[k];
            (void)snprintf(row, sizeof row, " %s=", key->name);
            at = strstr(at, row);
            if (!at || !strstr(at, key->help)) {
                fail_msg("the page lacks the key '%s' of %s or its text", key->name,
                         (*families)->name);
            }
            add_value(flag, sizeof flag, key, file, at + 1);
        }
        outcome_t plain = run("solve", "-t1", "--points", "2", name, flag, name, second);
        assert_done(&plain);
        outcome_free(&plain);
        if (common) {
            size_t used = strlen(flag);
            (void)snprintf(flag + used, sizeof flag - used, "%s%s", strchr(flag, ':') ? "," : ":",
                           common);
            outcome_t more = run("solve", "-t1", "--points", "2", name, flag, name, second);
            assert_done(&more);
            outcome_free(&more);
        }
    }
}

static void losses_are_named(void **state)
{
    (void)state;
    char *text = squeezed_page("solve");
    char *row = strstr(text, " --loss LOSS ");
    assert_non_null(row);
    row[strcspn(row, "[")] = '\0'; /* up to its default */
    for (const sgdl_loss_t *const *loss = sgdl_losses; *loss; loss++)
        assert_non_null(strstr(row, (*loss)->name));
    free(text);
}

static void families_are_explained(void **state)
{
    (void)state;
    char *text = squeezed_page("families");
    char *means = strstr(text, " means (");
    assert_non_null(means);
    assert_families(means, sgdl_mean_families, "--mean", "constant", "on=0:0.5");
    assert_non_null(strstr(means, "any of them: on=A:B"));
    *means = '\0';
    assert_families(text, sgdl_covariance_families, "--covariance", "isotropic", NULL);
    free(text);
}

/* One flag is one schedule, so these are not given twice. */
static void schedules_are_explained(void **state)
{
    (void)state;
    char *text = squeezed_page("schedules");
    for (const sgdl_family_t *const *family = sgdl_schedule_families; *family; family++) {
        char flag[512];
        char row[256];
        (void)snprintf(row, sizeof row, " %s %s ", (*family)->name, (*family)->help);
        const char *at = strstr(text, row);
        assert_non_null(at);
        (void)snprintf(flag, sizeof flag, "%s", (*family)->name);
        for (size_t k = 0; k < (*family)->key_count; k++) {
            (void)snprintf(row, sizeof row, " %s=", (*family)->keys[k].name);
            at = strstr(at, row);
            assert_non_null(at);
            add_value(flag, sizeof flag, &(*family)->keys[k], "", at + 1);
        }
        size_t used = strlen(flag);
        if (!((const sgdl_schedule_family_t *)*family)->driven)
            (void)snprintf(flag + used, sizeof flag - used, ",warmup=0.5");
        outcome_t outcome = run("solve", "-t1", "--points", "2", "--lr", flag);
        assert_done(&outcome);
        outcome_free(&outcome);
    }
    assert_non_null(strstr(text, "any of them: warmup=X"));
    free(text);
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Class, output and coordinate numbers as i, a, j; statistics as those of any NAME. */
static void generalise(const char *column, char *general, size_t size)
{
    static const char *const kinds[] = {"_mean", "_sd",        "_q10", "_q90",
                                        "_ode",  "_deviation", "_se",  "_largest"};
    size_t length = strlen(column);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t tail = strlen(kinds[k]);
        if (length > tail && strcmp(column + length - tail, kinds[k]) == 0) {
            (void)snprintf(general, size, "NAME%s", kinds[k]);
            return;
        }
    }
    (void)snprintf(general, size, "%s", column);
    char *number = strpbrk(general, "123456789");
    while (number && number > general && number[-1] != '_')
        number = strpbrk(number + 1, "123456789");
    if (number && (general[0] == 'A' || general[0] == 'S'))
        general[1] = '\0'; /* A_1, S_1_2 */
    else if (number)
        (void)snprintf(number, size - (size_t)(number - general), "i");
}

static bool holds_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if (strchr(" ,(", at[-1]) && strchr(" ,)\n", at[length]))
            return true;
    return false;
}

static void assert_columns(const char *text, outcome_t outcome, const char *varied)
{
    assert_done(&outcome);
    char *line = outcome.out;
    while (*line == '#')
        line = strchr(line, '\n') + 1;
    *strchr(line, '\n') = '\0';
    for (char *column = strtok(line, "\t"); column; column = strtok(NULL, "\t")) {
        char general[64];
        generalise(column, general, sizeof general);
        if (!holds_word(text, general) && (!varied || strcmp(column, varied) != 0))
            fail_msg("'help columns' lacks %s (%s)", general, column);
    }
    outcome_free(&outcome);
}

static void columns_are_explained(void **state)
{
    (void)state;
    char *text = page("columns");
    assert_columns(text,
                   run("solve", "-t1", "--points", "2", "--intercept", "1", "--reference", "1",
                       "--lr", "0.1,0.2"),
                   NULL);
    assert_columns(
        text,
        run("solve", "-t1", "--points", "2", "--loss", "least-squares", "--encoding", "one-hot"),
        NULL);
    assert_columns(text, run("solve", "-t1", "--directions", "1"), NULL);
    assert_columns(text,
                   run("solve", "-t1", "--loss", "least-squares", "--encoding", "one-hot",
                       "--directions", "1"),
                   NULL);
    assert_columns(text,
                   run("solve", "--potential", "double-well:scale=1", "--noise",
                       "constant:value=40", "--density", "1", "--cells", "16"),
                   NULL);
    assert_columns(text, run("simulate", "-d9", "-t1", "--runs", "2"), NULL);
    assert_columns(text, run("simulate", "-d9", "-t1", "--runs", "2", "--directions", "1"), NULL);
    assert_columns(text, run("compare", "-d500", "-t1", "--points", "2", "--runs", "30"), NULL);
    assert_columns(text, run("spectrum", "--mean", "gaussian"), NULL);
    assert_columns(text, run("limit", "--verify", "--intercept", "1"), NULL);
    assert_columns(text,
                   run("critical", "--covariance", "power-law:exponent=1", "--vary",
                       "classes.*.covariance.exponent", "--from", "0.5", "--to", "2"),
                   NULL);
    assert_columns(text, run("sweep", "-t1", "--vary", "ridge=0:1:2", "--timings"), "ridge");
    free(text);
}

/* ---- pages ------------------------------------------------------------------------------------
 */

static const char *const topics[] = {"families", "landscapes", "schedules", "columns"};

static void pages_are_found_and_fit(void **state)
{
    (void)state;
    outcome_t overview = run("help");
    outcome_t solve = run("help", "solve");
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        char name[64];
        char *text = page(topics[i]);
        (void)snprintf(name, sizeof name, "help %s", topics[i]);
        assert_non_null(strstr(overview.out, name));
        assert_non_null(strstr(solve.out, name));
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");
            assert_true(length <= 100 && (length == 0 || line[length - 1] != ' '));
        }
        free(text);
    }
    outcome_free(&overview);
    outcome_free(&solve);
    char *verdicts = squeezed_page("compare");
    assert_non_null(strstr(verdicts, "agree (exit status 0), disagree (1: "));
    assert_non_null(strstr(verdicts, "or inconclusive (1: nothing disagrees, but z se + c/d is"));
    free(verdicts);
    assert_fails(run("help", "familes"), 2, "no page on 'familes' (did you mean 'families'?)");
    assert_fails(run("help", "slove"), 2, "did you mean 'solve'?");
    assert_fails(run("help", "qwertyuiop"), 2, "allowed: solve, ");
}

/* "sgdlimit solve ...": the words behind the program's name. */
static void run_line(char *line)
{
    const char *words[MOST_ARGUMENTS] = {NULL};
    size_t count = 0;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    assert_string_equal(words[0], "sgdlimit");
    outcome_t outcome = run_with(NULL, NULL, words + 1);
    assert_done(&outcome);
    outcome_free(&outcome);
}

static void examples_of_pages_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *text = page(topics[i]);
        char *example = strstr(text, "example:\n  ");
        assert_non_null(example);
        example += strlen("example:\n  ");
        example[strcspn(example, "\n")] = '\0';
        run_line(example);
        free(text);
    }
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(losses_are_named),      CASE(families_are_explained),  CASE(schedules_are_explained),
        CASE(columns_are_explained), CASE(pages_are_found_and_fit), CASE(examples_of_pages_work),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
