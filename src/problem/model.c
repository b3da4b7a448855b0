/* Which model a problem is of: what it does not state, its other keys tell. */
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* model_check has read it, before all other keys. */
static int model_read(reading_t *self, const problem_key_t *key)
{
    (void)self, (void)key;
    return SGDL_OK;
}

static void model_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(problem->model->word, out);
}

static const key_flag_t flags[] = {
    {{"model", NULL, 0, "WORD",
      "mixture, or landscape: a loss in one or two coordinates [mixture]"},
     "model",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_model = {
    .name = "model", .since = "0.2.0", .flags = flags, .read = model_read, .put = model_put};
