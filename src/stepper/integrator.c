#include "src/stepper/integrator.h"

#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#include "src/stepper/vector.h"

/* CVODE treats an embedded solver as iterative and would accept a small residual unsolved. */
#define UNSOLVED_RESIDUAL 1e-6

enum { KRYLOV_SIZE = 30 };

/* CVODE's clock tau = log(1 + s/t0), and back; ds/dtau = t0 + s. */
static double clock_of(const integrator_t *self, double s) { return log1p(s / self->t0); }

static double elapsed_of(const integrator_t *self, double tau) { return self->t0 * expm1(tau); }

static double rate_at(const integrator_t *self, double s)
{
    const sgdl_system_t *system = self->system;
    return sgdl_schedule_rate_within(system->schedule, self->begin, self->end, s,
                                     system->problem->time);
}

static int rhs(sunrealtype tau, N_Vector y, N_Vector dy, void *context)
{
    integrator_t *self = context;
    const double *state = N_VGetArrayPointer(y);
    double s = elapsed_of(self, tau), *derivative = N_VGetArrayPointer(dy);
    if (system_interrupted(self->system))
        return -1; /* CVODE gives up at once */
    if (system_evaluate_rate(self->system, rate_at(self, s), state) != 0)
        return 1;
    system_derivative(self->system, state, derivative);
    for (size_t e = 0; e < self->system->length; e++)
        derivative[e] *= self->t0 + s;
    return 0;
}

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver)
{
    (void)solver;
    return SUNLINEARSOLVER_MATRIX_EMBEDDED;
}

/* CVODE has just evaluated its residual at yn, so the system's averages are those of yn. */
static int solve(SUNLinearSolver solver, SUNMatrix none, N_Vector x, N_Vector b, sunrealtype tol)
{
    integrator_t *self = solver->content;
    N_Vector ypred, yn, fn, zn1;
    sunrealtype tau, h, rl1;
    void *user_data;
    (void)none;
    (void)tol;
    if (CVodeGetNonlinearSystemData(self->cvode, &tau, &ypred, &yn, &fn, &h, &rl1, &zn1,
                                    &user_data) != CV_SUCCESS)
        return -1;
    int failed = self->newton.solve(&self->newton, N_VGetArrayPointer(yn),
                                    h * (self->t0 + elapsed_of(self, tau)), N_VGetArrayPointer(b),
                                    N_VGetArrayPointer(x));
    return failed && system_interrupted(self->system) ? -1 : failed;
}

static int jacobian_times(N_Vector v, N_Vector Jv, sunrealtype tau, N_Vector y, N_Vector fy,
                          void *context, N_Vector tmp)
{
    integrator_t *self = context;
    double *product = N_VGetArrayPointer(Jv), factor = self->t0 + elapsed_of(self, tau);
    (void)fy;
    (void)tmp;
    system_jacobian_times(self->system, N_VGetArrayPointer(y), N_VGetArrayPointer(v), product);
    for (size_t e = 0; e < self->system->length; e++)
        product[e] *= factor;
    return 0;
}

static int precondition(sunrealtype tau, N_Vector y, N_Vector fy, N_Vector r, N_Vector z,
                        sunrealtype h, sunrealtype delta, int side, void *context)
{
    integrator_t *self = context;
    (void)fy;
    (void)delta;
    (void)side;
    int failed = self->newton.solve(&self->newton, N_VGetArrayPointer(y),
                                    h * (self->t0 + elapsed_of(self, tau)), N_VGetArrayPointer(r),
                                    N_VGetArrayPointer(z));
    return failed && system_interrupted(self->system) ? -1 : failed;
}

/* CVODE would print its complaints, and they name the clock, not t: fail says the same in words. */
#if SUNDIALS_VERSION_MAJOR >= 7
static void keep_silent(int line, const char *function, const char *file, const char *message,
                        SUNErrCode code, void *self, SUNContext context)
{
    (void)line, (void)function, (void)file, (void)message, (void)code, (void)self, (void)context;
}

static int create_context(integrator_t *self)
{
    return SUNContext_Create(SUN_COMM_NULL, &self->context) != 0 ||
           SUNContext_ClearErrHandlers(self->context) != 0 ||
           SUNContext_PushErrHandler(self->context, keep_silent, self) != 0;
}

static int silence(integrator_t *self)
{
    (void)self;
    return CV_SUCCESS;
}
#else
static void keep_silent(int code, const char *module, const char *function, char *message,
                        void *self)
{
    (void)code, (void)module, (void)function, (void)message, (void)self;
}

static int create_context(integrator_t *self)
{
    return SUNContext_Create(NULL, &self->context) != 0;
}

static int silence(integrator_t *self)
{
    return CVodeSetErrHandlerFn(self->cvode, keep_silent, self);
}
#endif

static const char *reason(long flag)
{
    switch (flag) {
    case CV_ERR_FAILURE:
        return "its error stays too large however small the step";
    case CV_CONV_FAILURE:
        return "Newton's iteration does not converge however small the step";
    case CV_LSETUP_FAIL:
    case CV_LSOLVE_FAIL:
        return "its linear systems cannot be solved";
    case CV_FIRST_RHSFUNC_ERR:
    case CV_REPTD_RHSFUNC_ERR:
    case CV_UNREC_RHSFUNC_ERR:
        return "the state is no longer one of numbers and positive variances, however small the "
               "step";
    case CV_TOO_CLOSE:
    case CV_ILL_INPUT:
        return "its clock does not resolve the times asked for";
    default:
        return "for a reason of its own";
    }
}

static int fail(const integrator_t *self, long flag, sgdl_error_t *error)
{
    /* all that GMRES wants to begin with is memory */
    if (flag == CV_MEM_FAIL || flag == CV_MEM_NULL || flag == CV_LINIT_FAIL)
        return sgdl_fail_memory(error);
    char *name = CVodeGetReturnFlagName(flag);
    int status =
        sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the integrator gave up at t = %.6g: %s (%s)",
                  self->t, reason(flag), name ? name : "?");
    free(name);
    if (error)
        error->raw = flag;
    return status;
}

/* Some versions of SUNDIALS make a context's logger of a dozen small blocks and use them without a
 * look at whether there were any: where memory is out, it is found out here. */
static bool has_small_blocks(void)
{
    enum { BLOCKS = 32, SIZE = 256 };
    void *block[BLOCKS];
    bool all = true;
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = malloc(SIZE);
        all = all && block[i];
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(block[i]);
    return all;
}

static int create_vectors(integrator_t *self, sgdl_error_t *error)
{
    if (!has_small_blocks())
        return sgdl_fail_memory(error);
    errno = 0;
    if (create_context(self) || errno == ENOMEM) { /* its logger does not say so */
        self->context = NULL;                      /* half made, it cannot be freed */
        return sgdl_fail_memory(error);
    }
    int status =
        vector_space_init(&self->space, (sunindextype)self->system->length, self->context, error);
    if (status != SGDL_OK)
        return status;
    self->y = vector_new(&self->space);
    self->interpolated = vector_new(&self->space);
    self->derivative = vector_new(&self->space);
    self->tolerance = vector_new(&self->space);
    self->cvode = CVodeCreate(CV_BDF, self->context);
    if (!self->y || !self->interpolated || !self->derivative || !self->tolerance || !self->cvode)
        return sgdl_fail_memory(error);
    self->linear_solver = self->krylov
                              ? SUNLinSol_SPGMR(self->y, SUN_PREC_LEFT, KRYLOV_SIZE, self->context)
                              : SUNLinSolNewEmpty(self->context);
    if (!self->linear_solver)
        return sgdl_fail_memory(error);
    if (!self->krylov) {
        self->linear_solver->content = self;
        self->linear_solver->ops->gettype = solver_type;
        self->linear_solver->ops->solve = solve;
    }
    return SGDL_OK;
}

/* Below this CVODE would chase rounding errors. */
#define INTEGRATOR_FLOOR 1e-14

static double safety(const sgdl_system_t *system)
{
    return system->N <= INTEGRATOR_SMALL ? INTEGRATOR_SAFETY_SMALL : INTEGRATOR_SAFETY;
}

/* How far a state that starts at zero comes, at most and roughly, beside one of order one: A to
 * gamma T, S to its square and the noise, gamma^2 T; gamma times tr(K)/d or |mu|^2 above one. Where
 * that is less than one the absolute tolerances shrink with it, so that a small state is known like
 * a large one; but for states whose squares all but underflow. */
typedef struct reach {
    double A, S;
} reach_t;

static reach_t reach_of(const sgdl_system_t *system, double size)
{
    static const double least = 1e-100;
    const sgdl_problem_t *problem = system->problem;
    double gamma = fmin(sgdl_schedule_max(system->schedule, problem->time) * size, 1);
    double way = fmin(gamma * problem->time, 1);
    if (problem->start || problem->start_norm2 > 0 || way < least || gamma < least)
        return (reach_t){1, 1};
    return (reach_t){way, fmin(way * (way + gamma), 1)};
}

/* Errors of a state of many large eigenvalues or means add up in B and m: the absolute tolerance of
 * S and A shrinks with tr(K)/d and |mu|^2 where these are beyond this; below, what it loses is
 * less than what the tightest tolerances would lose to rounding errors. */
#define INTEGRATOR_LARGE 100

static void set_tolerance(integrator_t *self)
{
    const sgdl_system_t *system = self->system;
    const sgdl_nodes_t *nodes = system->nodes;
    double atol = safety(system) * system->problem->atol, trace = 1, length2 = 1, size = 1;
    double *tolerance = N_VGetArrayPointer(self->tolerance);
    for (size_t i = 0; i < system->C; i++) {
        size = fmax(size, fmax(nodes->trace[i], nodes->gram[i * system->C + i]));
        trace = fmax(trace, nodes->trace[i] / INTEGRATOR_LARGE);
        length2 = fmax(length2, nodes->gram[i * system->C + i] / INTEGRATOR_LARGE);
    }
    const reach_t reach = reach_of(system, size);
    for (size_t n = 0; n < system->N; n++) {
        double norm2 = 0;
        for (size_t e = 0; e < system->C * system->k; e++)
            norm2 = fmax(norm2, nodes->mean[e * system->N + n] * nodes->mean[e * system->N + n]);
        double scale = fmax(1, norm2 / length2);
        for (size_t c = 0; c < system->L * system->k; c++)
            tolerance[system->A + c * system->N + n] = reach.A * atol * sqrt(scale) / sqrt(length2);
        for (size_t p = 0; p < system->pairs; p++)
            tolerance[system->S + p * system->N + n] = reach.S * atol * scale / trace;
    }
    for (size_t a = 0; a < system->L && system->intercept; a++)
        tolerance[system->bias + a] = reach.A * atol;
}

static double relative_tolerance(const integrator_t *self)
{
    return fmax(safety(self->system) * self->system->problem->rtol, INTEGRATOR_FLOOR);
}

static int error_weights(N_Vector y, N_Vector weights, void *context)
{
    integrator_t *self = context;
    return vector_error_weights(y, relative_tolerance(self), self->tolerance, weights);
}

/* What a call of CVODE came to, which works on where its vectors found no memory. */
static int outcome(const integrator_t *self, int flag)
{
    return self->space.exhausted ? CV_MEM_FAIL : flag;
}

/* The linear solver's flags share numbers with CVODE's own. */
static int configure_linear_solver(integrator_t *self)
{
    int flag = CVodeSetLinearSolver(self->cvode, self->linear_solver, NULL);
    if (flag == CVLS_SUCCESS && self->krylov)
        flag = CVodeSetJacTimes(self->cvode, NULL, jacobian_times);
    if (flag == CVLS_SUCCESS)
        flag = self->krylov ? CVodeSetPreconditioner(self->cvode, NULL, precondition)
                            : CVodeSetEpsLin(self->cvode, UNSOLVED_RESIDUAL);
    return flag == CVLS_MEM_FAIL ? CV_MEM_FAIL : flag < 0 ? CV_ILL_INPUT : CV_SUCCESS;
}

static int initialise(integrator_t *self)
{
    int flag = CVodeInit(self->cvode, rhs, 0.0, self->y);
    if (flag < 0)
        self->cvode = NULL; /* it has freed its vectors and would free them again: leave it */
    return flag;
}

static int configure(integrator_t *self, sgdl_error_t *error)
{
    int flag;
    if ((flag = silence(self)) < 0 || (flag = initialise(self)) < 0 ||
        (flag = CVodeWFtolerances(self->cvode, error_weights)) < 0 ||
        (flag = CVodeSetUserData(self->cvode, self)) < 0 ||
        (flag = configure_linear_solver(self)) < 0 ||
        (flag = CVodeSetMaxHnilWarns(self->cvode, -1)) < 0 || (flag = outcome(self, flag)) < 0)
        return fail(self, flag, error);
    return SGDL_OK;
}

static void enter_segment(integrator_t *self, size_t segment)
{
    bool last = segment + 1 == self->segments;
    self->segment = segment;
    self->begin = segment > 0 ? self->breaks[segment - 1] : 0;
    self->end = last ? INFINITY : self->breaks[segment];
    self->elapsed = 0;
    self->segment_done = false;
    /* Rates are monotone between breaks. */
    double until = fmin(self->end, self->system->problem->time) - self->begin;
    double rate = fmax(rate_at(self, 0), rate_at(self, until));
    self->t0 = rate > 0 ? 1 / rate : 0;
}

int integrator_init(integrator_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                    sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->system = system;
    self->krylov = newton_choose(system, kind) == SGDL_LINEAR_KRYLOV;
    size_t breaks = 0;
    int status = sgdl_schedule_breaks(system->schedule, system->problem->time, &self->breaks,
                                      &breaks, error);
    self->segments = breaks + 1;
    if (status == SGDL_OK)
        status = newton_init(&self->newton, system, kind, error);
    if (status == SGDL_OK)
        status = create_vectors(self, error);
    if (status != SGDL_OK)
        return status;
    system_start(system, N_VGetArrayPointer(self->y));
    set_tolerance(self);
    enter_segment(self, 0);
    return configure(self, error);
}

void integrator_free(integrator_t *self)
{
    if (self->cvode)
        CVodeFree(&self->cvode);
    if (self->linear_solver && self->krylov)
        (void)SUNLinSolFree(self->linear_solver);
    else if (self->linear_solver)
        SUNLinSolFreeEmpty(self->linear_solver);
    if (self->y)
        N_VDestroy(self->y);
    if (self->interpolated)
        N_VDestroy(self->interpolated);
    if (self->derivative)
        N_VDestroy(self->derivative);
    if (self->tolerance)
        N_VDestroy(self->tolerance);
    vector_space_free(&self->space);
    newton_free(&self->newton);
    free(self->breaks);
    if (self->context)
        (void)SUNContext_Free(&self->context);
    memset(self, 0, sizeof *self);
}

/* Before this on the clock CVODE's steps would underflow, and nothing changes. */
#define INTEGRATOR_NO_TIME 1e-290

/* CVODE's own first step is no shorter than this part of the span. */
#define FIRST_STEP_RESOLUTION 1e-13
/* The one that is chosen here, on a clock whose scale is chosen with it. */
#define FIRST_STEP 1e-3

/* Beyond this product of learning rate and tr(K)/d + |mu|^2 rounding errors of a saturated loss
 * decide where the curve goes. */
#define RATE_RESOLVED 1e11

static int check_resolution(const integrator_t *self, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    double size = 0;
    for (size_t i = 0; i < system->C; i++)
        size = fmax(size, system->nodes->trace[i] + system->nodes->gram[i * system->C + i]);
    if (system->loss->quadratic || !(size > RATE_RESOLVED * self->t0))
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "the integrator gave up at t = %.6g: the learning rate times tr(K)/d + |mu|^2 "
                     "is %.3g, allowed up to %g: beyond it rounding errors decide",
                     self->t, size / self->t0, RATE_RESOLVED);
}

/* Singular eigenvalues want a first step far below CVODE's resolution: with the
 * second derivative J f of the state, an Euler step errs by h^2 |J f|/2, half the tolerance at
 * most. So do absolute tolerances below rounding errors of the step, eps h |f|. Where that is so
 * the clock's scale goes down to it, and curves that vary over all the decades from there on find
 * even steps. */
static int choose_first_step(integrator_t *self, double goal)
{
    double *slope = N_VGetArrayPointer(self->derivative), fastest = 0, rounding = 0;
    double *curvature = N_VGetArrayPointer(self->interpolated);
    const double *y = N_VGetArrayPointer(self->y);
    const double *absolute = N_VGetArrayPointer(self->tolerance);
    if (rhs(0, self->y, self->derivative, self) != 0)
        return CV_SUCCESS; /* CVODE will say so itself */
    system_jacobian_times(self->system, y, slope, curvature);
    double relative = relative_tolerance(self);
    for (size_t e = 0; e < self->system->length; e++) {
        double allowed = relative * fabs(y[e]) + absolute[e];
        fastest = fmax(fastest, self->t0 * fabs(curvature[e]) / allowed);
        rounding = fmax(rounding, DBL_EPSILON * fabs(slope[e]) / allowed);
    }
    double first = fmin(sqrt(1 / fastest), 0.1 / rounding);
    if (!(first < FIRST_STEP_RESOLUTION * clock_of(self, goal)))
        return CVodeSetInitStep(self->cvode, 0);
    self->t0 *= first / FIRST_STEP;
    return CVodeSetInitStep(self->cvode, FIRST_STEP);
}

/* Where the rate is zero, or so early on the clock that CVODE's steps would underflow, the state
 * stays what it is. */
static bool is_at_rest(const integrator_t *self, double elapsed)
{
    return self->t0 == 0 || clock_of(self, elapsed) < INTEGRATOR_NO_TIME;
}

/* Forgets the history, which a jump of the right-hand side makes worthless. */
static int next_segment(integrator_t *self, sgdl_error_t *error)
{
    enter_segment(self, self->segment + 1);
    if (self->t0 == 0)
        return SGDL_OK;
    self->before_restart = integrator_statistics(self);
    int flag = outcome(self, CVodeReInit(self->cvode, 0.0, self->y));
    return flag < 0 ? fail(self, flag, error) : SGDL_OK;
}

int integrator_step(integrator_t *self, double stop, sgdl_error_t *error)
{
    if (self->segment_done) {
        int status = next_segment(self, error);
        if (status != SGDL_OK)
            return status;
    }
    double target = fmin(stop, self->end), goal = target - self->begin, tau = INFINITY;
    if (!is_at_rest(self, goal)) {
        if (self->elapsed == 0 && check_resolution(self, error) != SGDL_OK)
            return SGDL_ERR_SOLVER;
        int flag = self->elapsed == 0 ? choose_first_step(self, goal) : CV_SUCCESS;
        double tau_goal = clock_of(self, goal);
        if (flag >= 0)
            flag = CVodeSetStopTime(self->cvode, tau_goal);
        if (flag >= 0)
            flag = CVode(self->cvode, tau_goal, self->y, &tau, CV_ONE_STEP);
        if (flag == CV_LINIT_FAIL)
            self->linear_solver = NULL; /* GMRES would free rows that it has not set: leave it */
        flag = outcome(self, flag);
        if (flag < 0)
            return fail(self, flag, error);
        tau = tau < tau_goal ? tau : INFINITY;
    }
    bool arrived = isinf(tau);
    self->elapsed = arrived ? goal : elapsed_of(self, tau);
    self->t = arrived ? target : self->begin + self->elapsed;
    self->segment_done = arrived && target == self->end;
    return SGDL_OK;
}

bool integrator_reached(const integrator_t *self, double t)
{
    return t - self->begin <= self->elapsed;
}

const double *integrator_state(integrator_t *self, double t)
{
    double elapsed = t - self->begin;
    if (elapsed == self->elapsed || is_at_rest(self, self->elapsed))
        return N_VGetArrayPointer(self->y);
    if (CVodeGetDky(self->cvode, clock_of(self, elapsed), 0, self->interpolated) != CV_SUCCESS)
        return NULL;
    return N_VGetArrayPointer(self->interpolated);
}

flow_t integrator_flow(integrator_t *self, double t)
{
    double elapsed = t - self->begin, step = 0;
    int order = 0;
    flow_t flow = {.rate = rate_at(self, elapsed),
                   .relative = self->system->problem->rtol,
                   .absolute = N_VGetArrayPointer(self->tolerance),
                   .factor = 1 / safety(self->system)};
    if (t == 0) /* the start is given */
        flow.relative = flow.factor = 0;
    if (is_at_rest(self, self->elapsed) ||
        CVodeGetDky(self->cvode, clock_of(self, elapsed), 1, self->derivative) != CV_SUCCESS)
        return flow;
    (void)CVodeGetLastStep(self->cvode, &step);
    (void)CVodeGetLastOrder(self->cvode, &order);
    N_VScale(1 / (self->t0 + elapsed), self->derivative, self->derivative);
    flow.derivative = N_VGetArrayPointer(self->derivative);
    flow.pace = safety(self->system) * order / (fabs(step) * (self->t0 + elapsed));
    return flow;
}

integrator_statistics_t integrator_statistics(const integrator_t *self)
{
    integrator_statistics_t total = self->before_restart;
    long steps = 0, rhs_evaluations = 0, newton = 0, errors = 0, failures = 0, krylov = 0;
    if (self->krylov)
        (void)CVodeGetNumLinIters(self->cvode, &krylov);
    total.krylov_iterations += krylov;
    (void)CVodeGetNumSteps(self->cvode, &steps);
    (void)CVodeGetNumRhsEvals(self->cvode, &rhs_evaluations);
    (void)CVodeGetNumErrTestFails(self->cvode, &errors);
    (void)CVodeGetNonlinSolvStats(self->cvode, &newton, &failures);
    total.steps += steps;
    total.newton_iterations += newton;
    total.error_test_failures += errors;
    total.newton_failures += failures;
    total.rhs_evaluations += rhs_evaluations;
    return total;
}
