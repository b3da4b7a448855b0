/* Keys that are one number each. */
#include <inttypes.h>
#include <math.h>

#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const key_flag_t intercept_flags[] = {
    {{"intercept", NULL, 0, "C", "value of a constant feature, 0 for none [0]"},
     "intercept",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_intercept = {
    .name = "intercept",
    .flags = intercept_flags,
    .read = number_read,
    .put = number_put,
    .caption = "intercept",
    .usual = "0",
    .field = offsetof(sgdl_problem_t, intercept),
    .range = {.lower = -INFINITY, .upper = INFINITY},
};

static const key_flag_t ridge_flags[] = {
    {{"ridge", NULL, 0, "DELTA", "weight of |X|^2/2 in the loss [0]"}, "ridge", FORM_SCALAR, NULL},
    {.path = NULL}};
static const key_axis_t ridge_axes[] = {{"ridge", "ridge"}, {.path = NULL}};

const problem_key_t key_ridge = {
    .name = "ridge",
    .flags = ridge_flags,
    .read = number_read,
    .put = number_put,
    .axes = ridge_axes,
    .caption = "ridge",
    .usual = "0",
    .field = offsetof(sgdl_problem_t, ridge),
    .range = {.upper = INFINITY},
};

static const key_flag_t clean_below_flags[] = {
    {{"clean-below", NULL, 0, "TAU",
      "directions with a mean eigenvalue up to this are clean [1e-9]"},
     "clean_below",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_clean_below = {
    .name = "clean_below",
    .idle = true,
    .flags = clean_below_flags,
    .read = number_read,
    .put = number_put,
    .field = offsetof(sgdl_problem_t, clean_below),
    .range = {.upper = INFINITY},
};

/* ---- the seed, which no double holds ---------------------------------------------------- */

static int seed_read(reading_t *self, const problem_key_t *key)
{
    const node_t *node = reading_get(self, key->name);
    return node ? value_seed(node, &self->problem->seed, self->error) : SGDL_OK;
}

static void seed_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                     const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fprintf(out, "%" PRIu64, problem->seed);
}

static const key_flag_t seed_flags[] = {
    {{"seed", NULL, 0, "N", "of random means, starts and runs [1]"}, "seed", FORM_SCALAR, NULL},
    {.path = NULL}};

const problem_key_t key_seed = {
    .name = "seed",
    .flags = seed_flags,
    .read = seed_read,
    .put = seed_put,
    .caption = "seed",
    .whole = true,
};
