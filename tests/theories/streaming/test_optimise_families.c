/* The optimal schedule of 20 values is no worse than the constant, cosine and polynomial ones that
 * are sampled on its pieces, on ten problems, and stationary where it is not zero. */
#include "tests/optima.h"

enum { PIECES = 20 };

/* ---- members of the families ------------------------------------------------------------------
 */

/* The same of a function of t/T, sampled in the middle of each piece. */
static double sampled_risk(const char *keys, const double *end, size_t pieces,
                           double (*rate)(const double *p, double u), const double *p)
{
    char text[OPTIMA_TEXT] = "{schedule: piecewise, times: [";
    for (size_t part = 0; part < 2; part++) {
        for (size_t j = 0; j < pieces - (part == 0); j++) {
            const size_t used = strlen(text);
            const double middle = 0.5 * ((j > 0 ? end[j - 1] : 0) + end[j]) / end[pieces - 1];
            (void)snprintf(text + used, sizeof text - used, "%s%.17g", j > 0 ? ", " : "",
                           part == 0 ? end[j] : rate(p, middle));
        }
        (void)strcat(text, part == 0 ? "], values: [" : "]}");
    }
    return solved_risk(keys, end[pieces - 1], text);
}

static double cosine(const double *p, double u)
{
    return p[1] + (p[0] - p[1]) * (1 + cos(M_PI * u)) / 2;
}

static double polynomial(const double *p, double u) { return p[0] * pow(1 + u / p[1], -p[2]); }

/* ---- ten problems ----------------------------------------------------------------------------
 */

typedef struct task {
    const char *keys;
    double at, first;
    double large; /* a rate that is */
} task_t;

static const task_t tasks[] = {
    {LOOSE "dimension: inf", 10, 0, 4},
    {LOOSE "loss: least-squares", 6, 0, 1.9},
    {LOOSE "loss: least-squares, batch: 4, label_noise: 0.1", 30, 0.1, 7},
    {LOOSE TWO_SPEEDS, 20, 0, 1.8},
    {LOOSE "loss: least-squares, ridge: 0.2, dimension: 3, " POWER_LAWS("1", "0"), 8, 0, 2},
    {LOOSE "loss: least-squares, gradient_noise: 0.3", 12, 0.05, 1.9},
    {LOOSE "clip: 0.4, label_noise: 0.2", 10, 0, 8},
    {LOOSE "loss: least-squares, momentum: 0.8, dimension: 4, " POWER_LAWS("1.5", "0.25"), 10, 0,
     0.4},
    {LOOSE "intercept: 1, classes: [{weight: 0.3, mean: {family: gaussian}}, {weight: 0.7}]", 5, 0,
     6},
    {LOOSE
     "loss: least-squares, encoding: one-hot, dimension: 3, classes: [{label: 1, mean: {family: "
     "gaussian}}, {label: 2, mean: {family: gaussian}}, {label: 3, mean: {family: gaussian}}]",
     9, 0, 1.5},
};

static void assert_no_worse(const task_t *task, const optimum_t *found, const char *what,
                            double risk)
{
    if (!(found->risk <= risk * (1 + 2e-6)))
        fail_msg("%s: %.10g, above that of a %s schedule, %.10g", task->keys, found->risk, what,
                 risk);
}

/* Members of the families that are tried here, not those that the search names. */
static void assert_best(const task_t *task, const optimum_t *found, const double *end)
{
    static const double levels[] = {0.02, 0.08, 0.2, 0.4, 0.6, 0.9};
    static const double finals[] = {0, 0.2, 0.6}, shapes[][2] = {{0.1, 0.7}, {0.3, 1}, {1, 2}};
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        const double level = levels[l] * task->large;
        for (size_t f = 0; f < 3; f++) {
            const double of_cosine[] = {level, finals[f] * level};
            const double of_polynomial[] = {level, shapes[f][0], shapes[f][1]};
            assert_no_worse(task, found, "cosine",
                            sampled_risk(task->keys, end, PIECES, cosine, of_cosine));
            assert_no_worse(task, found, "polynomial",
                            sampled_risk(task->keys, end, PIECES, polynomial, of_polynomial));
        }
        assert_no_worse(task, found, "constant",
                        sampled_risk(task->keys, end, PIECES, cosine, (double[]){level, level}));
    }
}

static void no_family_is_better(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
        const task_t *task = &tasks[k];
        const sgdl_optimise_options_t options = {PIECES, task->at, task->first};
        optimum_t found = optimise(task->keys, &options);
        const double *end = sgdl_curve_column(found.curve, "t_end");
        const double *rate = sgdl_curve_column(found.curve, "learning_rate");
        const double *gradient = sgdl_curve_column(found.curve, "gradient");
        assert_true(end[PIECES - 1] == task->at);
        static const char *const notes[] = {"risk_constant", "risk_cosine", "risk_polynomial"};
        for (size_t n = 0; n < 3; n++)
            assert_no_worse(task, &found, notes[n], number_of_note(found.curve, notes[n]));
        assert_best(task, &found, end);
        /* what a change of any rate in proportion would do; at zero it could only rise */
        for (size_t j = 0; j < PIECES; j++)
            if (!(rate[j] > 0 ? fabs(rate[j] * gradient[j]) < 3e-3 * found.risk : gradient[j] >= 0))
                fail_msg("%s: piece %zu, rate %g, gradient %g of %g", task->keys, j, rate[j],
                         gradient[j], found.risk);
        /* and the line to be pasted is the schedule */
        assert_close(solved_risk(task->keys, task->at, sgdl_curve_note(found.curve, "optimal")),
                     found.risk, 0, 1e-6, task->keys);
        sgdl_curve_free(found.curve);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_family_is_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
