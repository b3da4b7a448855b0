/* Pictures under test: tables stated here, so that they are tested apart from the numbers. */
#ifndef TESTS_PLOT_H
#define TESTS_PLOT_H

#include "tests/program.h"

static const char curves[] = "# sgdlimit: 0.1.0\n# command: solve\n# dimension: inf\n"
                             "# learning_rate: [0.5, 1]\n# classes: [{weight: 0.5, mean: {family: "
                             "constant, scale: 1}}, {weight: 0.5}]\n"
                             "curve\tt\trisk\terror\tmean_1\tmean_2\n"
                             "0.5\t0\t0.7\t0.5\t0\t0\n0.5\t1\t0.1\t0.3\t1\t-1\n"
                             "0.5\t1000\t0.001\tnan\t2\t-2\n\n\n"
                             "1\t0\t0.7\t0.5\t0\t0\n1\t1\t0.2\t0.4\t2\t-2\n"
                             "1\t1000\t0.003\t0.1\t3\t-3\n";
static inline void need_gnuplot(void)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "");
    bool found = false;
    char *rest = NULL;
    assert_non_null(copy);
    for (char *part = strtok_r(copy, ":", &rest); part && !found;
         part = strtok_r(NULL, ":", &rest)) {
        char name[PATH_SIZE];
        (void)snprintf(name, sizeof name, "%s/gnuplot", part);
        found = access(name, X_OK) == 0;
    }
    free(copy);
    if (!found) {
        skip();
    }
}

/* The file begins as its kind does and is no stub. */
static inline void assert_picture(const char *name, const char *start)
{
    char head[256] = "";
    struct stat found;
    FILE *stream = fopen(in_folder(name), "r");
    assert_non_null(stream);
    assert_true(fread(head, 1, sizeof head - 1, stream) > 100);
    assert_int_equal(fstat(fileno(stream), &found), 0);
    assert_int_equal(fclose(stream), 0);
    assert_true(found.st_size > 2000);
    assert_non_null(strstr(head, start));
}

static inline void assert_draws(outcome_t outcome)
{
    assert_done(&outcome);
    assert_string_equal(outcome.out, "");
    outcome_free(&outcome);
}

#endif
