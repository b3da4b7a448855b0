#include "src/stepper/bdf.h"

#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_spgmr.h>

/* Below this CVODE would chase rounding errors. */
#define LEAST_RTOL 1e-14

enum { KRYLOV_SIZE = 30 };

/* ---- the equation on the clock -------------------------------------------------------------- */

static int rhs(sunrealtype tau, N_Vector y, N_Vector dy, void *context)
{
    bdf_t *self = context;
    const equation_t *equation = self->equation;
    double s = elapsed_of(self->scale, tau), *derivative = N_VGetArrayPointer(dy);
    if (equation_interrupted(equation))
        return -1; /* CVODE gives up at once */
    if (equation->rhs(equation->context, self->segment, s, N_VGetArrayPointer(y), derivative) != 0)
        return 1;
    N_VScale(self->scale + s, dy, dy);
    return 0;
}

/* z = (I - h dtau J)^-1 r, or near it. */
static int solve_at(bdf_t *self, double tau, double h, N_Vector y, N_Vector r, N_Vector z)
{
    const equation_t *equation = self->equation;
    int failed = equation->solve(equation->context, N_VGetArrayPointer(y),
                                 h * (self->scale + elapsed_of(self->scale, tau)),
                                 N_VGetArrayPointer(r), N_VGetArrayPointer(z));
    return failed && equation_interrupted(equation) ? -1 : failed;
}

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver)
{
    (void)solver;
    return SUNLINEARSOLVER_DIRECT;
}

static SUNMatrix_ID matrix_type(SUNMatrix matrix)
{
    (void)matrix;
    return SUNMATRIX_CUSTOM;
}

/* CVODE asks for a setup right after the right-hand side at y, every 20 steps or where its steps
 * have changed, and measures anew then how fast Newton's iteration converges. In between it trusts
 * what it knows: one iteration is enough where derivatives are exact, as they are in a solve that
 * wants no setup. Many parameters: CVODE says so. */
static int set_up(sunrealtype tau, N_Vector y, N_Vector fy, SUNMatrix matrix, int keep,
                  int *renewed, sunrealtype h, void *context, N_Vector tmp1, N_Vector tmp2,
                  N_Vector tmp3)
{
    bdf_t *self = context;
    const equation_t *equation = self->equation;
    (void)fy, (void)matrix, (void)tmp1, (void)tmp2, (void)tmp3;
    *renewed = !keep;
    if (!equation->setup)
        return 0;
    int failed = equation->setup(equation->context, N_VGetArrayPointer(y),
                                 h * (self->scale + elapsed_of(self->scale, tau)), !keep);
    return failed && equation_interrupted(equation) ? -1 : failed;
}

/* CVODE has just evaluated its residual at yn, so the right-hand side saw that last. */
static int solve(SUNLinearSolver solver, SUNMatrix none, N_Vector x, N_Vector b, sunrealtype tol)
{
    bdf_t *self = solver->content;
    N_Vector ypred, yn, fn, zn1;
    sunrealtype tau, h, rl1;
    void *user_data;
    (void)none;
    (void)tol;
    if (CVodeGetNonlinearSystemData(self->cvode, &tau, &ypred, &yn, &fn, &h, &rl1, &zn1,
                                    &user_data) != CV_SUCCESS)
        return -1;
    return solve_at(self, tau, h, yn, b, x);
}

/* Many parameters: CVODE says so. */
static int set_up_preconditioner(sunrealtype tau, N_Vector y, N_Vector fy, int keep, int *renewed,
                                 sunrealtype h, void *context)
{
    return set_up(tau, y, fy, NULL, keep, renewed, h, context, NULL, NULL, NULL);
}

/* Many parameters: CVODE says so. */
static int precondition(sunrealtype tau, N_Vector y, N_Vector fy, N_Vector r, N_Vector z,
                        sunrealtype h, sunrealtype delta, int side, void *context)
{
    (void)fy;
    (void)delta;
    (void)side;
    return solve_at(context, tau, h, y, r, z);
}

/* Many parameters: CVODE says so. */
static int jacobian_times(N_Vector v, N_Vector Jv, sunrealtype tau, N_Vector y, N_Vector fy,
                          void *context, N_Vector tmp)
{
    bdf_t *self = context;
    const equation_t *equation = self->equation;
    double *product = N_VGetArrayPointer(Jv), factor = self->scale + elapsed_of(self->scale, tau);
    (void)fy;
    (void)tmp;
    equation->times(equation->context, N_VGetArrayPointer(y), N_VGetArrayPointer(v), product);
    N_VScale(factor, Jv, Jv);
    return 0;
}

static double relative_tolerance(const equation_t *equation)
{
    return fmax(equation->rtol, LEAST_RTOL);
}

static int error_weights(N_Vector y, N_Vector weights, void *context)
{
    const equation_t *equation = ((bdf_t *)context)->equation;
    if (equation->tolerate)
        equation->tolerate(equation->context, N_VGetArrayPointer(y));
    return vector_error_weights(y, relative_tolerance(equation), equation->atol, weights);
}

/* ---- failures -------------------------------------------------------------------------------- */

/* CVODE would print its complaints, and they name the clock, not t: bdf_fail says the same in
 * words. */
#if SUNDIALS_VERSION_MAJOR >= 7
/* Many parameters: SUNDIALS says so. */
static void keep_silent(int line, const char *function, const char *file, const char *message,
                        SUNErrCode code, void *self, SUNContext context)
{
    (void)line, (void)function, (void)file, (void)message, (void)code, (void)self, (void)context;
}

static int create_context(bdf_t *self)
{
    return SUNContext_Create(SUN_COMM_NULL, &self->context) != 0 ||
           SUNContext_ClearErrHandlers(self->context) != 0 ||
           SUNContext_PushErrHandler(self->context, keep_silent, self) != 0;
}

static int silence(bdf_t *self)
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

static int create_context(bdf_t *self) { return SUNContext_Create(NULL, &self->context) != 0; }

static int silence(bdf_t *self) { return CVodeSetErrHandlerFn(self->cvode, keep_silent, self); }
#endif

static const char *reason(int flag)
{
    switch (flag) {
    case CV_ERR_FAILURE:
        return "its error stays too large however small the step";
    case CV_CONV_FAILURE:
        return "Newton's iteration does not converge however small the step";
    case CV_LSETUP_FAIL:
    case CV_LSOLVE_FAIL:
        return "its linear systems cannot be solved";
    case CV_TOO_CLOSE:
    case CV_ILL_INPUT:
        return "its clock does not resolve the times asked for";
    default:
        return "for a reason of its own";
    }
}

static bool is_refusal(int flag)
{
    return flag == CV_FIRST_RHSFUNC_ERR || flag == CV_REPTD_RHSFUNC_ERR ||
           flag == CV_UNREC_RHSFUNC_ERR;
}

int bdf_fail(const bdf_t *self, double t, int flag, sgdl_error_t *error)
{
    /* all that GMRES wants to begin with is memory */
    if (flag == CV_MEM_FAIL || flag == CV_MEM_NULL || flag == CV_LINIT_FAIL)
        return sgdl_fail_memory(error);
    if (equation_interrupted(self->equation))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted at t = %.4g", t);
    bool refused = is_refusal(flag);
    char *name = CVodeGetReturnFlagName(flag);
    int status =
        sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the integrator gave up at t = %.6g: %s%s (%s)", t,
                  refused ? self->equation->refusal : reason(flag),
                  refused ? ", however small the step" : "", name ? name : "?");
    free(name);
    if (error)
        error->raw = flag;
    return status;
}

/* What a call of CVODE came to, which works on where its vectors found no memory. */
static int outcome(const bdf_t *self, int flag)
{
    return self->space.exhausted ? CV_MEM_FAIL : flag;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

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

static int create_linear_solver(bdf_t *self, sgdl_error_t *error)
{
    const equation_t *equation = self->equation;
    int side = equation->solve ? SUN_PREC_LEFT : SUN_PREC_NONE;
    self->linear_solver = equation->krylov
                              ? SUNLinSol_SPGMR(self->y, side, KRYLOV_SIZE, self->context)
                              : SUNLinSolNewEmpty(self->context);
    self->matrix = equation->krylov ? NULL : SUNMatNewEmpty(self->context);
    if (!self->linear_solver || (!equation->krylov && !self->matrix))
        return sgdl_fail_memory(error);
    if (self->matrix)
        self->matrix->ops->getid = matrix_type;
    if (!equation->krylov) {
        self->linear_solver->content = self;
        self->linear_solver->ops->gettype = solver_type;
        self->linear_solver->ops->solve = solve;
    }
    return SGDL_OK;
}

static int create_vectors(bdf_t *self, sgdl_error_t *error)
{
    if (!has_small_blocks())
        return sgdl_fail_memory(error);
    errno = 0;
    if (create_context(self) || errno == ENOMEM) { /* its logger does not say so */
        self->context = NULL;                      /* half made, it cannot be freed */
        return sgdl_fail_memory(error);
    }
    int status =
        vector_space_init(&self->space, (sunindextype)self->equation->length, self->context, error);
    if (status != SGDL_OK)
        return status;
    self->y = vector_new(&self->space);
    self->interpolated = vector_new(&self->space);
    self->derivative = vector_new(&self->space);
    self->cvode = CVodeCreate(CV_BDF, self->context);
    if (!self->y || !self->interpolated || !self->derivative || !self->cvode)
        return sgdl_fail_memory(error);
    return create_linear_solver(self, error);
}

/* The linear solver's flags share numbers with CVODE's own. */
static int configure_linear_solver(bdf_t *self)
{
    const equation_t *equation = self->equation;
    int flag = CVodeSetLinearSolver(self->cvode, self->linear_solver, self->matrix);
    if (flag == CVLS_SUCCESS && self->matrix)
        flag = CVodeSetLinSysFn(self->cvode, set_up);
    if (flag == CVLS_SUCCESS && self->matrix && !equation->setup) /* it is the step's own */
        flag = CVodeSetLinearSolutionScaling(self->cvode, SUNFALSE);
    if (flag == CVLS_SUCCESS && equation->krylov)
        flag = CVodeSetJacTimes(self->cvode, NULL, jacobian_times);
    if (flag == CVLS_SUCCESS && equation->krylov && equation->solve)
        flag = CVodeSetPreconditioner(self->cvode, equation->setup ? set_up_preconditioner : NULL,
                                      precondition);
    return flag == CVLS_MEM_FAIL ? CV_MEM_FAIL : flag < 0 ? CV_ILL_INPUT : CV_SUCCESS;
}

static int initialise(bdf_t *self)
{
    int flag = CVodeInit(self->cvode, rhs, 0.0, self->y);
    if (flag < 0)
        self->cvode = NULL; /* it has freed its vectors and would free them again: leave it */
    return flag;
}

static int limit_order(bdf_t *self)
{
    int order = self->equation->order_max;
    return order > 0 ? CVodeSetMaxOrd(self->cvode, order) : CV_SUCCESS;
}

static int configure(bdf_t *self, sgdl_error_t *error)
{
    int flag;
    if ((flag = silence(self)) < 0 || (flag = initialise(self)) < 0 ||
        (flag = limit_order(self)) < 0 ||
        (flag = CVodeWFtolerances(self->cvode, error_weights)) < 0 ||
        (flag = CVodeSetUserData(self->cvode, self)) < 0 ||
        (flag = configure_linear_solver(self)) < 0 ||
        (flag = CVodeSetMaxHnilWarns(self->cvode, -1)) < 0 || (flag = outcome(self, flag)) < 0)
        return bdf_fail(self, 0, flag, error);
    return SGDL_OK;
}

int bdf_init(bdf_t *self, const equation_t *equation, sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->equation = equation;
    self->segment = equation->segment;
    self->scale = self->segment->scale;
    int status = create_vectors(self, error);
    if (status != SGDL_OK)
        return status;
    equation->start(equation->context, N_VGetArrayPointer(self->y));
    return configure(self, error);
}

void bdf_free(bdf_t *self)
{
    if (self->cvode)
        CVodeFree(&self->cvode);
    if (self->linear_solver && self->equation->krylov)
        (void)SUNLinSolFree(self->linear_solver);
    else if (self->linear_solver)
        SUNLinSolFreeEmpty(self->linear_solver);
    if (self->matrix)
        SUNMatFreeEmpty(self->matrix);
    N_Vector vector[] = {self->y, self->interpolated, self->derivative};
    for (size_t v = 0; v < sizeof vector / sizeof vector[0]; v++)
        if (vector[v])
            N_VDestroy(vector[v]);
    vector_space_free(&self->space);
    if (self->context)
        (void)SUNContext_Free(&self->context);
    memset(self, 0, sizeof *self);
}

/* ---- steps ----------------------------------------------------------------------------------- */

int bdf_enter(bdf_t *self, const segment_t *segment)
{
    self->segment = segment;
    self->scale = segment->scale;
    if (segment->scale == 0)
        return CV_SUCCESS;
    self->before = bdf_statistics(self);
    return outcome(self, CVodeReInit(self->cvode, 0.0, self->y));
}

/* CVODE's own first step is no shorter than this part of the span. */
#define FIRST_STEP_RESOLUTION 1e-13
/* The one that is chosen here, on a clock whose scale is chosen with it. */
#define FIRST_STEP 1e-3

/* Directions that move fast at first want a first step far below CVODE's resolution: with the
 * second derivative J f of the state, an Euler step errs by h^2 |J f|/2, half the tolerance at
 * most. So do absolute tolerances below rounding errors of the step, eps h |f|. Where that is so
 * the clock's scale goes down to it, and curves that vary over all the decades from there on find
 * even steps. */
int bdf_choose_first_step(bdf_t *self, double goal)
{
    const equation_t *equation = self->equation;
    double *slope = N_VGetArrayPointer(self->derivative), fastest = 0, rounding = 0;
    double *curvature = N_VGetArrayPointer(self->interpolated);
    const double *y = N_VGetArrayPointer(self->y);
    if (!equation->times || rhs(0, self->y, self->derivative, self) != 0)
        return CV_SUCCESS; /* CVODE will say so itself */
    equation->times(equation->context, y, slope, curvature);
    double relative = relative_tolerance(equation);
    for (size_t e = 0; e < equation->length; e++) {
        double allowed = relative * fabs(y[e]) + equation->atol[e];
        fastest = fmax(fastest, self->scale * fabs(curvature[e]) / allowed);
        rounding = fmax(rounding, DBL_EPSILON * fabs(slope[e]) / allowed);
    }
    double first = fmin(sqrt(1 / fastest), 0.1 / rounding);
    if (!(first < FIRST_STEP_RESOLUTION * clock_of(self->scale, goal)))
        return CVodeSetInitStep(self->cvode, 0);
    self->scale *= first / FIRST_STEP;
    return CVodeSetInitStep(self->cvode, FIRST_STEP);
}

int bdf_step(bdf_t *self, double goal, double *tau)
{
    int flag = CVodeSetStopTime(self->cvode, goal);
    if (flag >= 0)
        flag = CVode(self->cvode, goal, self->y, tau, CV_ONE_STEP);
    if (flag == CV_LINIT_FAIL)
        self->linear_solver = NULL; /* GMRES would free rows that it has not set: leave it */
    return outcome(self, flag);
}

const double *bdf_state(const bdf_t *self, double elapsed)
{
    int flag = CVodeGetDky(self->cvode, clock_of(self->scale, elapsed), 0, self->interpolated);
    return flag == CV_SUCCESS ? N_VGetArrayPointer(self->interpolated) : NULL;
}

const double *bdf_derivative(const bdf_t *self, double elapsed)
{
    double per = 1 / (self->scale + elapsed);
    if (CVodeGetDky(self->cvode, clock_of(self->scale, elapsed), 1, self->derivative) != CV_SUCCESS)
        return NULL;
    N_VScale(per, self->derivative, self->derivative);
    return N_VGetArrayPointer(self->derivative);
}

void bdf_last_step(const bdf_t *self, double *length, int *order)
{
    *length = 0;
    *order = 0;
    (void)CVodeGetLastStep(self->cvode, length);
    (void)CVodeGetLastOrder(self->cvode, order);
}

integrator_statistics_t bdf_statistics(const bdf_t *self)
{
    integrator_statistics_t total = self->before;
    long steps = 0, rhs_evaluations = 0, newton = 0, errors = 0, failures = 0, krylov = 0;
    if (self->equation->krylov)
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
