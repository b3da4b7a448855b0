/* A mixture of Gaussians of which a fixed number of samples is drawn, once: the keys of its
 * problems, and their defaults. */
#include <math.h>

#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const problem_key_t *const keys[] = {
    &key_model,   &key_data,     &key_dimension,     &key_loss,      &key_encoding,
    &key_classes, &key_teacher,  &key_learning_rate, &key_momentum,  &key_method,
    &key_batch,   &key_sampling, &key_ridge,         &key_intercept, &key_label_noise,
    &key_start,   &key_time,     &key_output,        &key_seed,      &key_tolerance,
    NULL};

static const problem_key_t *const reading[] = {&key_model,         &key_loss,      &key_encoding,
                                               &key_classes,       &key_teacher,   &key_label_noise,
                                               &key_dimension,     &key_data,      &key_method,
                                               &key_learning_rate, &key_batch,     &key_momentum,
                                               &key_start,         &key_time,      &key_output,
                                               &key_sampling,      &key_intercept, &key_ridge,
                                               &key_seed,          &key_tolerance, NULL};

static const problem_key_t *const captions[] = {&key_data,
                                                &key_dimension,
                                                &key_loss,
                                                &key_encoding,
                                                &key_teacher,
                                                &key_method,
                                                &key_batch,
                                                &key_sampling,
                                                &key_learning_rate,
                                                &key_momentum,
                                                &key_ridge,
                                                &key_label_noise,
                                                &key_intercept,
                                                &key_start,
                                                &key_classes,
                                                &key_seed,
                                                NULL};

static const sgdl_problem_t standard = {
    .loss = &sgdl_loss_logistic,
    .batch = 1,
    .clip = INFINITY,
    .clean_below = 1e-9,
    .fraction = NAN,
    .seed = 1,
    .time = 100,
};

/* It states data that are no stream. */
static bool meant(const node_t *root)
{
    const node_t *data = root->kind == NODE_MAP ? node_get(root, key_data.name) : NULL;
    return data && data->kind == NODE_MAP;
}

const model_t model_fixed_data = {.name = "fixed-data",
                                  .word = "mixture",
                                  .told = "mixture with data: {ratio: 2}",
                                  .meant = meant,
                                  .keys = keys,
                                  .reading = reading,
                                  .captions = captions,
                                  .standard = &standard,
                                  .rate = 0.5,
                                  .runs = 10,
                                  .memory = 4e9,
                                  .estimates = true};
