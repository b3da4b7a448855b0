/* A committee of hidden units in a stream of fresh samples: the keys of its problems, and their
 * defaults. */
#include <math.h>

#include "src/problem/committee.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const problem_key_t *const keys[] = {
    &key_model,         &key_data,     &key_dimension, &key_loss,  &key_classes, &key_teacher,
    &key_learning_rate, &key_momentum, &key_batch,     &key_ridge, &key_start,   &key_time,
    &key_output,        &key_seed,     &key_tolerance, NULL};

static const problem_key_t *const reading[] = {
    &key_model,         &key_data,     &key_loss,      &key_classes, &key_teacher, &key_dimension,
    &key_learning_rate, &key_momentum, &key_start,     &key_time,    &key_output,  &key_ridge,
    &key_batch,         &key_seed,     &key_tolerance, NULL};

static const problem_key_t *const captions[] = {
    &key_dimension, &key_loss,  &key_teacher, &key_learning_rate, &key_momentum, &key_ridge,
    &key_batch,     &key_start, &key_classes, &key_seed,          NULL};

static const sgdl_problem_t standard = {
    .loss = &sgdl_loss_committee,
    .batch = 1,
    .clip = INFINITY,
    .clean_below = 1e-9,
    .ratio = INFINITY,
    .fraction = NAN,
    .seed = 1,
    .time = 100,
};

/* Its loss is one, and its data are a stream. */
static bool meant(const node_t *root)
{
    const node_t *data = root->kind == NODE_MAP ? node_get(root, key_data.name) : NULL;
    return committee_is_stated(root) && !(data && data->kind == NODE_MAP);
}

const model_t model_committee = {.name = "committee",
                                 .word = "mixture",
                                 .told = "mixture with loss: committee",
                                 .meant = meant,
                                 .keys = keys,
                                 .reading = reading,
                                 .captions = captions,
                                 .standard = &standard,
                                 .rate = 0.5,
                                 .runs = 10,
                                 .time_unit = "steps/d"};
