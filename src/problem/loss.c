/* The loss and the encoding of its labels. */
#include <string.h>

#include "src/problem/committee.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

enum { LOSSES = 16, ENCODINGS = 2 };

static const char *const encodings[ENCODINGS] = {"scalar", "one-hot"};

static int loss_read(reading_t *self, const problem_key_t *key)
{
    const char *names[LOSSES];
    words_t words = {names, 0, NULL, 0};
    for (; sgdl_losses[words.count] && words.count < LOSSES; words.count++)
        names[words.count] = sgdl_losses[words.count]->name;
    const node_t *loss = reading_get(self, key->name);
    size_t index = 0;
    if (!loss)
        return SGDL_OK;
    if (committee_is_stated(self->root))
        return committee_read(self, loss);
    if (words.count < LOSSES) /* of slips in its name, too */
        names[words.count++] = sgdl_loss_committee.name;
    int status = value_word(loss, words, &index, self->error);
    if (status == SGDL_OK)
        self->problem->loss = sgdl_losses[index];
    self->problem->one_hot = status == SGDL_OK && self->problem->loss->only_one_hot;
    return status;
}

static void loss_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                     const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->loss == &sgdl_loss_committee)
        committee_put(out, problem);
    else
        (void)fputs(problem->loss->name, out);
}

/* The losses that take unit vectors for labels, as words. */
static const char *takers(char *list, size_t room)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; sgdl_losses[i]; i++)
        if (sgdl_losses[i]->one_hot && used < room)
            used += (size_t)snprintf(list + used, room - used, "%s%s", used ? ", " : "",
                                     sgdl_losses[i]->name);
    return list;
}

static int encoding_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *encoding = reading_get(self, key->name);
    size_t index = 0;
    char list[128];
    if (!encoding)
        return SGDL_OK;
    int status =
        value_word(encoding, (words_t){encodings, ENCODINGS, NULL, 0}, &index, self->error);
    if (status == SGDL_OK && index == 0 && problem->loss->only_one_hot)
        return node_fail(self->error, encoding, "found scalar with loss: %s, allowed one-hot",
                         problem->loss->name);
    problem->one_hot = status == SGDL_OK && index == 1;
    if (problem->one_hot && !problem->loss->one_hot)
        return node_fail(self->error, encoding, "found one-hot with loss: %s, allowed with %s only",
                         problem->loss->name, takers(list, sizeof list));
    return status;
}

static void encoding_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                         const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(encodings[problem->one_hot ? 1 : 0], out);
}

static const key_flag_t loss_flags[] = {
    {{"loss", NULL, 0, "LOSS",
      "logistic, least-squares, softmax or a committee of hidden units, "
      "'{family: committee, activation: erf, second_layer: [1, 1]}' [logistic]"},
     "loss",
     FORM_MAP,
     NULL},
    {.path = NULL}};
static const key_flag_t encoding_flags[] = {
    {{"encoding", NULL, 0, "WORD",
      "least-squares: scalar (the label is the target) or one-hot [scalar; softmax: one-hot]"},
     "encoding",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_loss = {
    .name = "loss", .flags = loss_flags, .read = loss_read, .put = loss_put, .caption = "loss"};

const problem_key_t key_encoding = {.name = "encoding",
                                    .flags = encoding_flags,
                                    .read = encoding_read,
                                    .put = encoding_put,
                                    .caption = "encoding",
                                    .usual = "scalar"};
