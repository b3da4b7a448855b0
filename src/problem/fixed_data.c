/* A fixed data set: how many samples there are, what moves on them, and how steps choose among
 * them. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* ---- the data ----------------------------------------------------------------------------------
 */

static const char stream[] = "stream";

/* alpha beyond which n = alpha d is no number that a step could be a fraction of */
static const double MOST = 1e12;

static int data_read_key(reading_t *self, const problem_key_t *key)
{
    static const char *const names[] = {"ratio"};
    static const char example[] = "{ratio: 2} or stream";
    const node_t *node = reading_get(self, key->name);
    char found[NODE_FOUND_SIZE];
    if (!node || (node->kind == NODE_SCALAR && strcmp(node->text, stream) == 0))
        return SGDL_OK;
    if (node->kind != NODE_MAP)
        return node_fail(self->error, node, "found %s, allowed %s", node_found(node, found),
                         example);
    int status = value_map(node, example, names, 1, self->error);
    const node_t *ratio = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    if (status == SGDL_OK && !ratio)
        return node_fail(self->error, node, "the key 'ratio' is missing, allowed: %s", example);
    return status == SGDL_OK ? value_number(ratio, (range_t){.upper = MOST, .lower_open = true},
                                            &self->problem->ratio, self->error)
                             : status;
}

static void data_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                     const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (isinf(problem->ratio)) {
        (void)fputs(stream, out);
        return;
    }
    (void)fputs("{ratio: ", out);
    text_put_number(out, problem->ratio);
    (void)fputc('}', out);
}

static const key_flag_t data_flags[] = {
    {{"data", NULL, 0, "MAP",
      "stream: fresh samples; ratio=ALPHA: alpha d samples, drawn once and used again [stream]"},
     "data",
     FORM_MAP,
     NULL},
    {.path = NULL}};
static const key_axis_t data_axes[] = {{"data.ratio", "samples per dimension α"}, {.path = NULL}};

const problem_key_t key_data = {.name = "data",
                                .since = "0.2.0",
                                .flags = data_flags,
                                .read = data_read_key,
                                .put = data_put,
                                .axes = data_axes,
                                .caption = "data",
                                .usual = stream};

/* ---- the method --------------------------------------------------------------------------------
 */

static const char *const methods[] = {"sgd", "sme", "gradient-flow"};

static int method_read(reading_t *self, const problem_key_t *key)
{
    const node_t *node = reading_get(self, key->name);
    size_t index = METHOD_SGD;
    int status =
        node ? value_word(node, (words_t){methods, 3, NULL, 0}, &index, self->error) : SGDL_OK;
    self->problem->method = (method_t)index;
    return status;
}

static void method_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                       const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(methods[problem->method], out);
}

static const key_flag_t method_flags[] = {
    {{"method", NULL, 0, "WORD",
      "on fixed data: sgd, sme (its Gaussian diffusion) or gradient-flow [sgd]"},
     "method",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_method = {.name = "method",
                                  .since = "0.2.0",
                                  .flags = method_flags,
                                  .read = method_read,
                                  .put = method_put,
                                  .caption = "method",
                                  .usual = "sgd"};

/* ---- the sampling ------------------------------------------------------------------------------
 */

static int sampling_read(reading_t *self, const problem_key_t *key)
{
    static const char *const words[] = {"independent", "reshuffled"};
    static const char *const names[] = {"persistent"};
    const node_t *node = reading_get(self, key->name);
    size_t index = 0;
    if (!node)
        return SGDL_OK;
    if (node->kind != NODE_MAP) {
        int status = value_word(node, (words_t){words, 2, NULL, 0}, &index, self->error);
        self->problem->reshuffled = index == 1;
        return status;
    }
    int status = value_map(node, "{persistent: 2}", names, 1, self->error);
    const node_t *tau = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    return tau ? value_number(tau, (range_t){.upper = INFINITY, .lower_open = true},
                              &self->problem->persistence, self->error)
               : status;
}

static void sampling_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                         const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->persistence > 0) {
        (void)fputs("{persistent: ", out);
        text_put_number(out, problem->persistence);
        (void)fputc('}', out);
    } else {
        (void)fputs(problem->reshuffled ? "reshuffled" : "independent", out);
    }
}

static const key_flag_t sampling_flags[] = {
    {{"sampling", NULL, 0, "WORD",
      "of fractions of fixed data: independent, reshuffled or persistent=TAU [independent]"},
     "sampling",
     FORM_MAP,
     NULL},
    {.path = NULL}};

const problem_key_t key_sampling = {.name = "sampling",
                                    .since = "0.2.0",
                                    .flags = sampling_flags,
                                    .read = sampling_read,
                                    .put = sampling_put,
                                    .caption = "sampling",
                                    .usual = "independent"};
