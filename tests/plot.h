/* Pictures under test: tables stated here, so that they are tested apart from the numbers. */
#ifndef SGDLIMIT_TESTS_PLOT_H
#define SGDLIMIT_TESTS_PLOT_H

#include "tests/program.h"

#include <math.h>

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
    if (!found)
        skip();
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

enum { MOST_POINTS = 512 };

/* What gnuplot was given: of the first panel's first style, x, the line and the dot, and the axes.
 */
typedef struct drawn {
    double x[MOST_POINTS];
    double line[MOST_POINTS];
    double dot[MOST_POINTS];
    size_t points;
    bool log_x, log_y;
    double x_low, x_high, y_low, y_high;
    char *parameters, *axes, *panel; /* as they were, owned */
} drawn_t;

static inline void drawn_free(drawn_t *self)
{
    free(self->parameters);
    free(self->axes);
    free(self->panel);
    *self = (drawn_t){0};
}

static inline void read_ends(const char *axes, const char *name, double *low, double *high)
{
    char start[64];
    (void)snprintf(start, sizeof start, "set %srange [", name);
    const char *found = strstr(axes, start);
    assert_non_null(found);
    char *end;
    *low = strtod(found + strlen(start), &end);
    assert_int_equal(*end, ':');
    *high = strtod(end + 1, NULL);
}

/* Blank lines are gaps, the last row ends a curve. */
static inline void read_points(drawn_t *self)
{
    for (const char *line = self->panel; *line; line = strchr(line, '\n') + 1) {
        double value[8];
        char *end = (char *)line;
        for (int i = 0; i < 8 && *line != '\n'; i++)
            value[i] = strtod(end, &end);
        if (*line != '\n') {
            assert_true(self->points < MOST_POINTS);
            self->x[self->points] = value[0];
            self->line[self->points] = value[1];
            self->dot[self->points++] = value[5];
        }
    }
    assert_true(self->points > 0 && isnan(self->x[self->points - 1]));
    self->points--;
}

/* Draws tables with a stand-in for gnuplot that keeps its input. */
static inline drawn_t draw_with(const char *const *arguments)
{
    drawn_t drawn = {0};
    char *before = strdup(getenv("PATH"));
    char path[4096];
    char script[4 * PATH_SIZE];
    assert_non_null(before);
    (void)snprintf(
        script, sizeof script,
        "#!/bin/sh\nfor f in parameters axes1 panel1 panel1.1 boundary diverged1 cells; do\n"
        "  [ ! -f \"$4/$f\" ] || cp \"$4/$f\" '%s/given-'$f; done\n"
        "du -sk \"$4\" > '%s/given-size'\n"
        "echo 'drawn, with an end of each kind: IEND </svg> %%%%EOF' > \"$4/picture\"\n",
        folder, folder);
    (void)write_file("gnuplot", script);
    assert_int_equal(chmod(in_folder("gnuplot"), 0700), 0);
    (void)snprintf(path, sizeof path, "%s:%s", folder, before);
    assert_int_equal(setenv("PATH", path, 1), 0);
    outcome_t outcome = run_with(NULL, NULL, arguments);
    assert_int_equal(setenv("PATH", before, 1), 0);
    free(before);
    assert_draws(outcome);
    assert_int_equal(unlink(in_folder("gnuplot")), 0);

    drawn.parameters = read_file(in_folder("given-parameters"));
    drawn.axes = read_file(in_folder("given-axes1"));
    if (exists("given-panel1.1")) {
        drawn.panel = read_file(in_folder("given-panel1.1"));
        read_points(&drawn);
    }
    drawn.log_x = strstr(drawn.axes, "unset logscale x\n") == NULL;
    drawn.log_y = strstr(drawn.axes, "unset logscale y\n") == NULL;
    read_ends(drawn.axes, "x", &drawn.x_low, &drawn.x_high);
    read_ends(drawn.axes, "y", &drawn.y_low, &drawn.y_high);
    return drawn;
}

#define DRAW(...) draw_with((const char *const[]){"plot", __VA_ARGS__, NULL})

#endif
