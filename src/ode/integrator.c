#include "src/ode/integrator.h"

#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CVODE treats an embedded solver as iterative and would accept a small residual unsolved. */
#define UNSOLVED_RESIDUAL 1e-6

static int rhs(sunrealtype t, N_Vector y, N_Vector dy, void *self)
{
    integrator_t *integrator = self;
    return system_rhs(integrator->system, t, N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
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
    sunrealtype t, h, rl1;
    void *user_data;
    (void)none;
    (void)tol;
    if (CVodeGetNonlinearSystemData(self->cvode, &t, &ypred, &yn, &fn, &h, &rl1, &zn1,
                                    &user_data) != CV_SUCCESS)
        return -1;
    return self->newton.solve(&self->newton, N_VGetArrayPointer(yn), h, N_VGetArrayPointer(b),
                              N_VGetArrayPointer(x));
}

#if SUNDIALS_VERSION_MAJOR >= 7
static void keep_message(int line, const char *function, const char *file, const char *message,
                         SUNErrCode code, void *self, SUNContext context)
{
    integrator_t *integrator = self;
    (void)line, (void)function, (void)file, (void)code, (void)context;
    (void)snprintf(integrator->message, sizeof integrator->message, "%s", message);
}

static int create_context(integrator_t *self)
{
    return SUNContext_Create(SUN_COMM_NULL, &self->context) != 0 ||
           SUNContext_ClearErrHandlers(self->context) != 0 ||
           SUNContext_PushErrHandler(self->context, keep_message, self) != 0;
}

static int route_messages(integrator_t *self)
{
    (void)self;
    return CV_SUCCESS;
}
#else
static void keep_message(int code, const char *module, const char *function, char *message,
                         void *self)
{
    integrator_t *integrator = self;
    (void)code, (void)module, (void)function;
    (void)snprintf(integrator->message, sizeof integrator->message, "%s", message);
}

static int create_context(integrator_t *self)
{
    return SUNContext_Create(NULL, &self->context) != 0;
}

static int route_messages(integrator_t *self)
{
    return CVodeSetErrHandlerFn(self->cvode, keep_message, self);
}
#endif

static int fail(const integrator_t *self, long flag, sgdl_error_t *error)
{
    char *name = CVodeGetReturnFlagName(flag);
    int status =
        sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the integrator gave up at t = %g (%s%s%s)",
                  self->t, name ? name : "?", self->message[0] ? ": " : "", self->message);
    free(name);
    if (error)
        error->raw = flag;
    return status;
}

static int create_vectors(integrator_t *self, sgdl_error_t *error)
{
    if (create_context(self))
        return sgdl_fail_memory(error);
    sunindextype length = (sunindextype)self->system->length;
    self->y = N_VNew_Serial(length, self->context);
    self->interpolated = N_VNew_Serial(length, self->context);
    self->linear_solver = SUNLinSolNewEmpty(self->context);
    self->cvode = CVodeCreate(CV_BDF, self->context);
    if (!self->y || !self->interpolated || !self->linear_solver || !self->cvode)
        return sgdl_fail_memory(error);
    self->linear_solver->content = self;
    self->linear_solver->ops->gettype = solver_type;
    self->linear_solver->ops->solve = solve;
    return SGDL_OK;
}

static int configure(integrator_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->system->problem;
    int flag;
    if ((flag = route_messages(self)) < 0 ||
        (flag = CVodeInit(self->cvode, rhs, 0.0, self->y)) < 0 ||
        (flag = CVodeSStolerances(self->cvode, INTEGRATOR_SAFETY * problem->rtol,
                                  INTEGRATOR_SAFETY * problem->atol)) < 0 ||
        (flag = CVodeSetUserData(self->cvode, self)) < 0 ||
        (flag = CVodeSetLinearSolver(self->cvode, self->linear_solver, NULL)) < 0 ||
        (flag = CVodeSetEpsLin(self->cvode, UNSOLVED_RESIDUAL)) < 0 ||
        (flag = CVodeSetMaxHnilWarns(self->cvode, -1)) < 0)
        return fail(self, flag, error);
    return SGDL_OK;
}

int integrator_init(integrator_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                    sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->system = system;
    int status = newton_init(&self->newton, system, kind, error);
    if (status == SGDL_OK)
        status = create_vectors(self, error);
    if (status != SGDL_OK)
        return status;
    system_start(system, N_VGetArrayPointer(self->y));
    return configure(self, error);
}

void integrator_free(integrator_t *self)
{
    if (self->cvode)
        CVodeFree(&self->cvode);
    if (self->linear_solver)
        SUNLinSolFreeEmpty(self->linear_solver);
    if (self->y)
        N_VDestroy(self->y);
    if (self->interpolated)
        N_VDestroy(self->interpolated);
    newton_free(&self->newton);
    if (self->context)
        (void)SUNContext_Free(&self->context);
    memset(self, 0, sizeof *self);
}

int integrator_step(integrator_t *self, double stop, sgdl_error_t *error)
{
    int flag = CVodeSetStopTime(self->cvode, stop);
    if (flag >= 0)
        flag = CVode(self->cvode, stop, self->y, &self->t, CV_ONE_STEP);
    return flag < 0 ? fail(self, flag, error) : SGDL_OK;
}

int integrator_restart(integrator_t *self, sgdl_error_t *error)
{
    self->before_restart = integrator_statistics(self);
    int flag = CVodeReInit(self->cvode, self->t, self->y);
    return flag < 0 ? fail(self, flag, error) : SGDL_OK;
}

const double *integrator_state(integrator_t *self, double t)
{
    if (t == self->t) /* also before the first step */
        return N_VGetArrayPointer(self->y);
    if (CVodeGetDky(self->cvode, t, 0, self->interpolated) != CV_SUCCESS)
        return NULL;
    return N_VGetArrayPointer(self->interpolated);
}

integrator_statistics_t integrator_statistics(const integrator_t *self)
{
    integrator_statistics_t total = self->before_restart;
    long steps = 0, rhs_evaluations = 0, newton = 0, errors = 0, failures = 0;
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
