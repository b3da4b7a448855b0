#include "src/theories/fixed_data/limit/long_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/fixed_data/outcome.h"

enum { ROWS = 3, DOUBLINGS = 8 };
static const double first_flow = 16;    /* over the largest curvature */
static const double least_steps = 24;   /* of the first run */
static const double most_steps = 512;   /* of recursions that are exact */
static const double most_sampled = 200; /* of those that sample */

/* A run twice as long takes that many times as much. */
static const double growth = 8;
/* Multiply-adds of all runs: some seconds, or minutes where an accuracy is asked for. */
static const double few = 3e9, many = 1e11;
static const double sampled = 4; /* times as many of those that sample, which go faster */
/* Without one that is stated: the end is not worth more than the runs. */
static const double accuracy_exact = 1e-3;
static const double accuracy_sampled = 3e-3;

typedef struct run {
    ending_t *ending;
    size_t rate;
    double horizon;
    bool diverged, fades; /* the training risk does */
    emit_list_t names;
    size_t columns;
    double *end, *doubt; /* [columns] what rows come to, and by how much that is beyond the last;
                            owned */
    double se[2];        /* of risk and train_risk */
    double moved[2];     /* they have, over the rows of the last run */
    double accuracy, grid_error;
    double spent, budget; /* multiply-adds */
    double cost;          /* of the last run */
} run_t;

/* A run has that part of the progress. */
static void report(void *context, double fraction, double t)
{
    const run_t *self = context;
    const double rates = (double)self->ending->problem->rates;
    const double next = fmin(growth * self->cost, self->budget - self->spent);
    const double part = fmin(1, (self->spent + fraction * next) / self->budget);
    sgdl_watch_report(&self->ending->plan->watch, ((double)self->rate + part) / rates, t);
}

/* What three rows at equal distances come to if they approach it exponentially. */
static double extrapolate(double x, double y, double z)
{
    const double first = y - x, second = z - y;
    return fabs(second) < 0.9 * fabs(first) ? z + second * second / (first - second) : z;
}

static int read_outcome(run_t *self, const outcome_t *outcome, const columns_t *columns,
                        sgdl_error_t *error)
{
    const double *value = outcome->value;
    const size_t n = outcome->columns;
    int status = SGDL_OK;
    if (!self->end) {
        self->columns = n;
        self->end = calloc(2 * n, sizeof *self->end);
        status =
            self->end ? columns_quantities(columns, &self->names, error) : sgdl_fail_memory(error);
        self->doubt = self->end ? self->end + n : NULL;
    }
    for (size_t c = 0; c < n && status == SGDL_OK; c++) {
        const double x = value[c], y = value[n + c], z = value[2 * n + c];
        self->end[c] = extrapolate(x, y, z);
        self->doubt[c] = fmax(fabs(self->end[c] - z), fabs(z - y) < fabs(y - x) ? 0 : fabs(z - y));
    }
    self->se[0] = fmax(outcome->risk_se[2], 0);
    self->se[1] = fmax(outcome->train_risk_se[2], 0);
    self->moved[0] = fabs(value[2 * n + OBSERVED_RISK] - value[OBSERVED_RISK]);
    self->moved[1] = fabs(value[2 * n + OBSERVED_TRAIN_RISK] - value[OBSERVED_TRAIN_RISK]);
    self->grid_error = fmax(outcome->grid_error, 0);
    self->cost = outcome->cost;
    self->spent += outcome->cost;
    self->fades = value[2 * n + OBSERVED_TRAIN_RISK] < 0.5 * value[OBSERVED_TRAIN_RISK];
    return status;
}

static int run_once(run_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->ending->problem;
    const double times[ROWS] = {rint(0.5 * self->horizon), rint(0.75 * self->horizon),
                                rint(self->horizon)};
    const double exact[ROWS] = {0.5 * self->horizon, 0.75 * self->horizon, self->horizon};
    sgdl_plan_t plan = *self->ending->plan;
    plan.times = timeline_is_continuous(problem) ? exact : times;
    plan.points = ROWS;
    plan.spacing = SGDL_SPACING_TIMES;
    plan.shown = NULL;
    plan.shown_count = 0;
    plan.watch.progress = report;
    plan.watch.context = self;
    plan.accuracy = self->accuracy;
    setup_t setup;
    outcome_t outcome;
    int status = outcome_setup(&setup, problem, &plan, error);
    if (status == SGDL_OK) {
        const columns_t columns = columns_of(&setup);
        const outcome_effort_t effort = {self->accuracy, self->budget - self->spent};
        status = outcome_init_within(&outcome, &setup, &columns, self->rate, &effort, error);
        self->diverged = status == SGDL_ERR_DIVERGED;
        if (status == SGDL_OK)
            status = read_outcome(self, &outcome, &columns, error);
        outcome_free(&outcome);
    }
    setup_free(&setup);
    return self->diverged ? SGDL_OK : status;
}

/* Has the end settled since the run before, which came to these? */
static bool is_settled(const run_t *self, const double before[2])
{
    static const size_t risks[] = {OBSERVED_RISK, OBSERVED_TRAIN_RISK};
    for (int r = 0; r < 2; r++) {
        const double end = self->end[risks[r]];
        if (!(fabs(end - before[r]) <= fmax(self->accuracy * fabs(end), 2 * self->se[r])))
            return false;
    }
    return true;
}

static void put_numbers(run_t *self)
{
    ending_t *ending = self->ending;
    const layout_t *at = &ending->minimiser.layout;
    const size_t L = ending->setup.L, pairs = ending->setup.pairs;
    double *row = ending->minimiser.row;
    for (size_t l = 1; l < L; l++)
        row[at->norm2 + l] = 0;
    row[at->norm2] = self->end[OBSERVED_NORM2];
    if (ending->problem->intercept != 0)
        row[at->bias] = NAN;
    for (size_t c = 0; c < self->columns; c++) {
        const char *name = self->names.quantity[c].name;
        size_t i, a = 1;
        if (strcmp(name, "overlap_signal") == 0)
            row[at->overlap] = self->end[c];
        else if (sscanf(name, "mean_%zu_%zu", &i, &a) >= 1)
            row[at->mean + (i - 1) * L + a - 1] = self->end[c];
        else if (sscanf(name, "var_%zu_%zu", &i, &a) >= 1)
            row[at->moment + (i - 1) * pairs + packed_index(L, a - 1, a - 1)] = self->end[c];
    }
    ending->risk = self->end[OBSERVED_RISK];
    ending->error = self->end[OBSERVED_ERROR];
    ending->train_risk = self->end[OBSERVED_TRAIN_RISK];
    ending->train_error = self->end[OBSERVED_TRAIN_ERROR];
    ending->risk_se =
        hypot(self->se[0], self->doubt[OBSERVED_RISK]) + self->grid_error * fabs(ending->risk);
    ending->train_risk_se = hypot(self->se[1], self->doubt[OBSERVED_TRAIN_RISK]) +
                            self->grid_error * fabs(ending->train_risk);
    ending->is_known = true;
}

/* Slow directions move on after a risk has turned, so that no rows of one run tell by how much it
 * is off: at least by how far it has moved, what the run before came to, and how
 * far it is from the minimiser's, to which noise adds. */
static void widen_errors(run_t *self, const double before[2], const double least[2])
{
    ending_t *ending = self->ending;
    double *const se[] = {&ending->risk_se, &ending->train_risk_se};
    const double end[] = {ending->risk, ending->train_risk};
    for (int r = 0; r < 2; r++) {
        const double off = fmax(fabs(end[r] - before[r]), fabs(end[r] - least[r]));
        *se[r] = fmax(*se[r], fmax(off, self->moved[r]));
    }
}

/* The first horizon, in t, and the last that is tried. */
static void choose_horizons(run_t *self, double *last)
{
    const ending_t *ending = self->ending;
    const sgdl_problem_t *problem = ending->problem;
    const double stiffness = outcome_stiffness(&ending->setup);
    const double flow = first_flow / stiffness,
                 most = problem->loss->quadratic ? most_steps : most_sampled;
    const double speed = ending->rate * problem_amplification(problem);
    if (timeline_is_continuous(problem)) {
        self->horizon = flow / speed;
        *last = self->horizon * most / least_steps;
    } else {
        self->horizon = fmax(rint(flow / speed), least_steps);
        *last = most;
    }
}

int long_run_find(ending_t *self, size_t rate, sgdl_error_t *error)
{
    run_t run = {.ending = self, .rate = rate, .names = {.group = QUANTITIES_OF_FIXED_DATA}};
    const double least[] = {self->risk, self->train_risk}; /* the minimiser's */
    double last, before[2] = {NAN, NAN}, earlier[2] = {NAN, NAN};
    bool settled = false, dear = false;
    run.budget =
        (self->plan->accuracy > 0 ? many : few) * (self->problem->loss->quadratic ? 1 : sampled);
    run.accuracy = self->plan->accuracy > 0         ? self->plan->accuracy
                   : self->problem->loss->quadratic ? accuracy_exact
                                                    : accuracy_sampled;
    int status = SGDL_OK;
    choose_horizons(&run, &last);
    for (int k = 0; k < DOUBLINGS && status == SGDL_OK && !settled; k++) {
        dear = growth * run.cost > run.budget - run.spent;
        if (k > 0 && (dear || 2 * run.horizon > last))
            break;
        run.horizon *= k > 0 ? 2 : 1;
        status = run_once(&run, error);
        if (status != SGDL_OK || run.diverged)
            break;
        settled = is_settled(&run, before);
        memcpy(earlier, before, sizeof earlier);
        before[0] = run.end[OBSERVED_RISK];
        before[1] = run.end[OBSERVED_TRAIN_RISK];
    }
    if (status == SGDL_OK && run.diverged) {
        self->verdict = SGDL_VERDICT_DIVERGES;
        self->reason = "the recursion grows beyond all bounds at this learning rate";
        self->risk = self->train_risk = INFINITY;
        self->error = self->train_error = NAN; /* the minimiser's are not where it goes */
    } else if (status == SGDL_OK && self->train_risk == 0 && run.fades) {
        self->is_known = true; /* where nothing is left to choose the noise is gone, too */
    } else if (status == SGDL_OK) {
        put_numbers(&run);
        if (!settled)
            widen_errors(&run, earlier, least);
        self->remark =
            settled ? "from runs of the recursion to stationarity"
            : dear  ? "from runs of the recursion that had not settled by the last time, and "
                      "longer ones take long: the errors say how far they may be off, "
                      "--accuracy allows for minutes"
                    : "from runs of the recursion that had not settled by the last time: "
                      "the errors say how far they may be off";
    }
    emit_free(&run.names);
    free(run.end);
    return status;
}
