/* The integrator's accuracy. */
#include <math.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static int read_one(reading_t *self, const node_t *node, range_t range, double *value)
{
    return node ? value_number(node, range, value, self->error) : SGDL_OK;
}

static int tolerance_read(reading_t *self, const problem_key_t *key)
{
    static const char *const keys[] = {"relative", "absolute"};
    sgdl_plan_t *plan = &self->problem->plan;
    const node_t *node = reading_get(self, key->name);
    plan->rtol = 1e-8;
    plan->atol = 1e-12;
    if (!node)
        return SGDL_OK;
    const range_t relative = {.lower = 1e-14, .upper = 0.1},
                  absolute = {.upper = INFINITY, .lower_open = true};
    int status = value_map(node, "{relative: 1e-8, absolute: 1e-12}", keys,
                           sizeof keys / sizeof *keys, self->error);
    if (status == SGDL_OK)
        status = read_one(self, node_get(node, "relative"), relative, &plan->rtol);
    if (status == SGDL_OK)
        status = read_one(self, node_get(node, "absolute"), absolute, &plan->atol);
    return status;
}

static void tolerance_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                          const sgdl_plan_t *plan)
{
    (void)key, (void)problem;
    (void)fputs("{relative: ", out);
    text_put_number(out, plan->rtol);
    (void)fputs(", absolute: ", out);
    text_put_number(out, plan->atol);
    (void)fputc('}', out);
}

static const key_flag_t flags[] = {
    {{"tolerance-relative", "rtol", 0, "TOL", "the integrator's relative accuracy [1e-8]"},
     "tolerance.relative",
     FORM_SCALAR,
     NULL},
    {{"tolerance-absolute", "atol", 0, "TOL", "the integrator's absolute accuracy [1e-12]"},
     "tolerance.absolute",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_tolerance = {.name = "tolerance",
                                     .plan = true,
                                     .flags = flags,
                                     .read = tolerance_read,
                                     .put = tolerance_put};
