/* A mixture of Gaussians: the keys of its problems, and their defaults. */
#include <math.h>

#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const problem_key_t *const keys[] = {
    &key_model,     &key_data,    &key_dimension,      &key_loss,
    &key_encoding,  &key_classes, &key_teacher,        &key_learning_rate,
    &key_momentum,  &key_clip,    &key_gradient_noise, &key_intercept,
    &key_batch,     &key_ridge,   &key_label_noise,    &key_start,
    &key_time,      &key_output,  &key_clean_below,    &key_seed,
    &key_tolerance, NULL};

static const problem_key_t *const reading[] = {&key_model,         &key_data,
                                               &key_loss,          &key_encoding,
                                               &key_classes,       &key_teacher,
                                               &key_label_noise,   &key_dimension,
                                               &key_learning_rate, &key_momentum,
                                               &key_clip,          &key_gradient_noise,
                                               &key_start,         &key_time,
                                               &key_output,        &key_intercept,
                                               &key_ridge,         &key_clean_below,
                                               &key_batch,         &key_seed,
                                               &key_tolerance,     NULL};

static const problem_key_t *const captions[] = {
    &key_dimension,     &key_loss,     &key_encoding,    &key_teacher,
    &key_learning_rate, &key_momentum, &key_clip,        &key_gradient_noise,
    &key_batch,         &key_ridge,    &key_label_noise, &key_intercept,
    &key_start,         &key_classes,  &key_seed,        NULL};

static const sgdl_problem_t standard = {
    .loss = &sgdl_loss_logistic,
    .batch = 1,
    .clip = INFINITY,
    .clean_below = 1e-9,
    .ratio = INFINITY,
    .fraction = NAN,
    .seed = 1,
    .time = 100,
};

const model_t model_mixture = {.name = "mixture",
                               .word = "mixture",
                               .told = "mixture with data: stream",
                               .keys = keys,
                               .reading = reading,
                               .captions = captions,
                               .standard = &standard,
                               .rate = 0.5,
                               .runs = 10,
                               .time_unit = "steps/d"};
