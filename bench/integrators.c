/* How fast is the integrator? Ours against what people write instead, on the same right-hand side,
 * in one run; every number is also given as a ratio to ours.
 *
 *   integrators horizons    rivals over horizons t = 1e1 .. 1e8, d = infinity
 *   integrators nodes       rivals over 1e2 .. 1e6 distinct directions, t = 100
 *   integrators scaling     ns and bytes per node per step, beside the machine's memory bandwidth
 *
 * A rival that would take too long runs for a while and is extrapolated (column `extrapolated`):
 * explicit methods in proportion to t, BDF in proportion to the steps that are left. */
#include <cvode/cvode.h> /* a rival */
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include <sys/resource.h>
#include <time.h>

#include "sgdlimit/sgdlimit.h"
#include "src/stepper/integrator.h"
#include "src/theories/streaming/evolution.h"

/* A rival gets this long before it is extrapolated. */
#define PATIENCE 2.0
#define EULER_STEP (1.0 / 256)

/* Of the processor: one thread computes, and others on the machine do not count. */
static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void stop(const char *what)
{
    (void)fprintf(stderr, "integrators: %s\n", what);
    exit(1);
}

/* ---- the problem -------------------------------------------------------------------------------
 */

typedef struct setup {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
} setup_t;

/* Binary logistic regression, means +-mu, power laws 1.1 and 1.5 (1.1 twice: `common`), rtol 1e-8.
 */
static void setup_init(setup_t *self, const char *dimension, double horizon)
{
    char text[512];
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text,
                   "{dimension: %s, learning_rate: 1, time: %.17g, classes: [{covariance: {family: "
                   "power-law, exponent: 1.1}, mean: {family: power-law, exponent: 0}}, "
                   "{covariance: {family: power-law, exponent: 1.5}, mean: {family: opposite, of: "
                   "1}}]}",
                   dimension, horizon);
    self->problem = sgdl_problem_new();
    if (sgdl_problem_parse(self->problem, text, "bench", NULL, 0, &error))
        stop(error.message);
    sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    sgdl_quadrature_t quadrature = {
        .accuracy = self->problem->plan.rtol, .reach = 0.25 * horizon, .refine = 1, .exact = true};
    rate_source_t source = rate_source_of(self->problem->learning_rate, horizon);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error))
        stop(error.message);
}

static void setup_free(setup_t *self)
{
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

static double risk_of(setup_t *self, const double *y)
{
    double risk = 0;
    (void)system_evaluate(&self->system, self->problem->time, y);
    for (size_t i = 0; i < self->system.C; i++)
        risk += self->problem->weight[i] * self->system.average[i].risk;
    return risk;
}

/* ---- the methods -------------------------------------------------------------------------------
 */

typedef struct result {
    double seconds, risk; /* risk at the horizon; NAN where extrapolated */
    double steps;
    bool extrapolated;
} result_t;

/* The same BDF steps with another linear solver: cut short, the steps left cost what the others
 * did; `steps_needed` is what the structured run took. */
static result_t run_bdf(setup_t *self, sgdl_linear_solver_t kind, double steps_needed)
{
    evolution_t evolution;
    integrator_t integrator;
    sgdl_error_t error = {0};
    double begin = now(), horizon = self->problem->time;
    result_t result = {.risk = NAN};
    if (evolution_init(&evolution, &self->system, kind, &error) != SGDL_OK ||
        integrator_init(&integrator, &evolution.equation, &error) != SGDL_OK)
        stop(error.message);
    while (integrator.t < horizon && (kind == SGDL_LINEAR_STRUCTURED || now() - begin < PATIENCE))
        if (integrator_step(&integrator, horizon, &error) != SGDL_OK)
            stop(error.message);
    result.seconds = now() - begin;
    result.steps = (double)integrator_statistics(&integrator).steps;
    result.extrapolated = integrator.t < horizon;
    if (result.extrapolated) {
        result.seconds *= steps_needed / result.steps;
        result.steps = steps_needed;
    } else {
        result.risk = risk_of(self, integrator_state(&integrator, horizon));
    }
    integrator_free(&integrator);
    evolution_free(&evolution);
    return result;
}

/* Forward Euler at the usual fixed step. */
static result_t run_euler(setup_t *self)
{
    size_t length = self->system.length;
    double *y = calloc(2 * length, sizeof *y), *dy = y + length, horizon = self->problem->time;
    double total = ceil(horizon / EULER_STEP), begin = now(), step = 0;
    if (!y)
        stop("out of memory");
    system_start(&self->system, y);
    for (; step < total && ((long)step % 64 != 0 || now() - begin < PATIENCE); step++) {
        (void)system_rhs(&self->system, step * EULER_STEP, y, dy);
        for (size_t e = 0; e < length; e++)
            y[e] += EULER_STEP * dy[e];
    }
    result_t result = {.seconds = now() - begin, .steps = total, .risk = NAN};
    result.extrapolated = step < total;
    result.seconds *= total / step;
    if (!result.extrapolated)
        result.risk = risk_of(self, y);
    free(y);
    return result;
}

static int adams_rhs(sunrealtype t, N_Vector y, N_Vector dy, void *system)
{
    return system_rhs(system, t, N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
}

/* CVODE's Adams-Moulton with fixed-point iteration, in t, with CVODE's own vectors. */
static result_t run_adams(setup_t *self)
{
    SUNContext context;
    double horizon = self->problem->time, begin = now(), t = 0;
    long steps = 0;
    if (SUNContext_Create(0, &context))
        stop("no SUNDIALS context");
    N_Vector y = N_VNew_Serial((sunindextype)self->system.length, context);
    system_start(&self->system, N_VGetArrayPointer(y));
    void *cvode = CVodeCreate(CV_ADAMS, context);
    SUNNonlinearSolver iteration = SUNNonlinSol_FixedPoint(y, 0, context);
    if (CVodeInit(cvode, adams_rhs, 0, y) || CVodeSetUserData(cvode, &self->system) ||
        CVodeSStolerances(cvode, self->problem->plan.rtol, self->problem->plan.atol) ||
        CVodeSetNonlinearSolver(cvode, iteration) || CVodeSetStopTime(cvode, horizon))
        stop("CVODE refused");
    while (t < horizon && now() - begin < PATIENCE)
        if (CVode(cvode, horizon, y, &t, CV_ONE_STEP) < 0)
            stop("Adams failed");
    (void)CVodeGetNumSteps(cvode, &steps);
    result_t result = {.seconds = now() - begin, .steps = (double)steps, .risk = NAN};
    result.extrapolated = t < horizon;
    if (result.extrapolated) {
        result.seconds *= horizon / t;
        result.steps *= horizon / t;
    } else {
        result.risk = risk_of(self, N_VGetArrayPointer(y));
    }
    CVodeFree(&cvode);
    (void)SUNNonlinSolFree(iteration);
    N_VDestroy(y);
    (void)SUNContext_Free(&context);
    return result;
}

static void print_row(const char *method, double horizon, size_t nodes, result_t result,
                      result_t ours)
{
    (void)printf("%s\t%g\t%zu\t%.4g\t%.4g\t%d\t%.3g\t%.2g\n", method, horizon, nodes,
                 result.seconds, result.steps, result.extrapolated, result.seconds / ours.seconds,
                 fabs(result.risk - ours.risk) / ours.risk);
    (void)fflush(stdout);
}

static void compare(const char *dimension, double horizon, bool dense)
{
    setup_t setup;
    setup_init(&setup, dimension, horizon);
    size_t nodes = setup.nodes.count;
    result_t ours = run_bdf(&setup, SGDL_LINEAR_STRUCTURED, 0);
    for (int again = 0; again < 9 && ours.seconds < 0.2; again++) { /* the best of ten */
        result_t next = run_bdf(&setup, SGDL_LINEAR_STRUCTURED, 0);
        ours = next.seconds < ours.seconds ? next : ours;
    }
    print_row("structured", horizon, nodes, ours, ours);
    print_row("euler", horizon, nodes, run_euler(&setup), ours);
    print_row("adams", horizon, nodes, run_adams(&setup), ours);
    print_row("bdf-gmres", horizon, nodes, run_bdf(&setup, SGDL_LINEAR_KRYLOV, ours.steps), ours);
    if (dense)
        print_row("bdf-dense", horizon, nodes, run_bdf(&setup, SGDL_LINEAR_DENSE, ours.steps),
                  ours);
    setup_free(&setup);
}

/* ---- scaling -----------------------------------------------------------------------------------
 */

/* GB/s of a[e] += s b[e] over arrays far larger than the caches: two reads and a write. */
static double bandwidth(void)
{
    size_t length = 1u << 24;
    double *a = calloc(2 * length, sizeof *a), *b = a + length, best = INFINITY;
    if (!a)
        stop("out of memory");
    for (size_t e = 0; e < 2 * length; e++)
        a[e] = 1;
    for (int again = 0; again < 5; again++) {
        double begin = now();
        for (size_t e = 0; e < length; e++)
            a[e] += 0.5 * b[e];
        best = fmin(best, now() - begin);
    }
    volatile double keep = a[length / 2];
    (void)keep;
    free(a);
    return 3 * 8 * (double)length / best / 1e9;
}

static void scale(void)
{
    double speed = bandwidth();
    (void)printf("# memory_bandwidth: %.3g GB/s (one core, a += s b)\n", speed);
    (void)printf("nodes\tsteps\tns_per_node_step\tbytes_per_node\tequivalent_bytes_per_step\n");
    for (int power = 2; power <= 6; power++) {
        char dimension[16];
        setup_t setup;
        (void)snprintf(dimension, sizeof dimension, "%.0f", pow(10, power));
        setup_init(&setup, dimension, 1e4);
        result_t ours = run_bdf(&setup, SGDL_LINEAR_STRUCTURED, 0);
        double nodes = (double)setup.nodes.count;
        struct rusage usage;
        (void)getrusage(RUSAGE_SELF, &usage);
        double ns = 1e9 * ours.seconds / nodes / ours.steps;
        (void)printf("%.0f\t%.0f\t%.3g\t%.3g\t%.3g\n", nodes, ours.steps, ns,
                     1024.0 * (double)usage.ru_maxrss / nodes, ns * speed);
        (void)fflush(stdout);
        setup_free(&setup);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "horizons";
    if (strcmp(what, "scaling") == 0) {
        scale();
        return 0;
    }
    (void)printf("method\thorizon\tnodes\tseconds\tsteps\textrapolated\tratio\trisk_difference\n");
    if (strcmp(what, "horizons") == 0) {
        for (int power = 1; power <= 8; power++)
            compare("inf", pow(10, power), true);
    } else if (strcmp(what, "nodes") == 0) {
        for (int power = 2; power <= 6; power++) {
            char dimension[16];
            (void)snprintf(dimension, sizeof dimension, "%.0f", pow(10, power));
            compare(dimension, 100, power <= 3);
        }
    } else {
        stop("usage: integrators horizons|nodes|scaling");
    }
    return 0;
}
