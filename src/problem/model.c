/* Which model a problem is of: what it does not state, its other keys tell. */
#include "src/problem/keys.h"
#include "src/problem/problem.h"

enum { MODELS = 8 };

static int model_read(reading_t *self, const problem_key_t *key)
{
    const char *names[MODELS];
    words_t words = {.names = names};
    const node_t *node = reading_get(self, key->name);
    size_t index;
    for (; models[words.count] && words.count < MODELS; words.count++)
        names[words.count] = models[words.count]->name;
    return node ? value_word(node, words, &index, self->error) : SGDL_OK;
}

static void model_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(problem->model->name, out);
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
