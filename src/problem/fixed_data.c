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

/* Before the dimension grows, there is a sample. */
static int check_samples(const reading_t *self, const node_t *node)
{
    const double d = self->problem->dimension, samples = self->problem->ratio * d;
    return samples >= 1 ? SGDL_OK
                        : node_fail(self->error, node,
                                    "found %.10g, which is %.3g samples in dimension %.0f, allowed "
                                    "from 1/dimension: one sample",
                                    self->problem->ratio, samples, d);
}

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
    if (status == SGDL_OK)
        status = value_number(ratio, (range_t){.upper = MOST, .lower_open = true},
                              &self->problem->ratio, self->error);
    return status == SGDL_OK ? check_samples(self, ratio) : status;
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

/* Gradient descent is a batch, not a method. */
static bool is_descent(const node_t *node)
{
    return node && node->kind == NODE_SCALAR &&
           (strcmp(node->text, "gd") == 0 || strcmp(node->text, "gradient-descent") == 0);
}

static int method_read(reading_t *self, const problem_key_t *key)
{
    const node_t *node = reading_get(self, key->name);
    size_t index = METHOD_SGD;
    if (is_descent(node))
        return node_fail(self->error, node,
                         "found '%s', allowed: sgd, sme, gradient-flow; gradient descent is sgd "
                         "with batch: full",
                         node->text);
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

/* An epoch is a whole number of fractions, which they partition. */
static int check_reshuffled(const reading_t *self, const node_t *node)
{
    double *fraction = &self->problem->fraction;
    const double slots = round(1 / *fraction);
    if (fabs(slots * *fraction - 1) > 1e-5)
        return node_fail(self->error, node,
                         "found reshuffled with batch: {fraction: %.10g}, allowed a fraction that "
                         "divides an epoch: 1/fraction whole",
                         *fraction);
    *fraction = 1 / slots;
    return SGDL_OK;
}

/* A sample leaves with probability learning_rate/tau, and comes with f/(1 - f) times that. */
static int check_persistence(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    const double f = problem->fraction, rate = problem_largest_rate(problem, problem->time);
    const double least = rate * fmax(1, f / (1 - f));
    return problem->persistence >= least
               ? SGDL_OK
               : node_fail(self->error, node,
                           "found %.10g with a learning rate of up to %.10g and batch: {fraction: "
                           "%.10g}, allowed from %.10g: samples come and go with probabilities",
                           problem->persistence, rate, f, least);
}

static int check_sampling(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    if (!problem->reshuffled && !(problem->persistence > 0))
        return SGDL_OK;
    if (!(problem->fraction < 1))
        return node_fail(self->error, node,
                         "found %s without a fraction, allowed with batch: {fraction: 0.1}",
                         problem->reshuffled ? "reshuffled" : "persistent");
    return problem->reshuffled ? check_reshuffled(self, node) : check_persistence(self, node);
}

static int sampling_read(reading_t *self, const problem_key_t *key)
{
    static const char *const words[] = {"independent", "reshuffled"};
    static const char *const names[] = {"persistent"};
    const node_t *node = reading_get(self, key->name);
    char found[NODE_FOUND_SIZE];
    size_t index = 0;
    if (!node)
        return SGDL_OK;
    if (node->kind != NODE_MAP) {
        int status = value_word(node, (words_t){words, 2, NULL, 0}, &index, self->error);
        self->problem->reshuffled = index == 1;
        return status == SGDL_OK
                   ? check_sampling(self, node)
                   : node_fail(self->error, node,
                               "found %s, allowed: independent, reshuffled or {persistent: 2}",
                               node_found(node, found));
    }
    int status = value_map(node, "{persistent: 2}", names, 1, self->error);
    const node_t *tau = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    if (status == SGDL_OK && !tau)
        return node_fail(self->error, node, "the key '%s' is missing, allowed: %s", names[0],
                         "{persistent: 2}, independent or reshuffled");
    if (status == SGDL_OK)
        status = value_number(tau, (range_t){.upper = INFINITY, .lower_open = true},
                              &self->problem->persistence, self->error);
    return status == SGDL_OK ? check_sampling(self, tau) : status;
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

static const key_axis_t sampling_axes[] = {{"sampling.persistent", "persistence τ"},
                                           {.path = NULL}};

const problem_key_t key_sampling = {.name = "sampling",
                                    .since = "0.2.0",
                                    .flags = sampling_flags,
                                    .read = sampling_read,
                                    .put = sampling_put,
                                    .axes = sampling_axes,
                                    .caption = "sampling",
                                    .usual = "independent"};
