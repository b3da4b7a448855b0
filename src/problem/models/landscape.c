/* A loss in one or two coordinates with the noise of its gradient: the keys of its problems, and
 * their defaults. */
#include <math.h>
#include <string.h>

#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const problem_key_t *const keys[] = {
    &key_model,    &key_potential,       &key_noise, &key_learning_rate, &key_batch,
    &key_momentum, &key_landscape_start, &key_time,  &key_output,        &key_box,
    &key_cells,    &key_hermite,         &key_seed,  &key_tolerance,     NULL};

static const problem_key_t *const reading[] = {
    &key_model, &key_potential,       &key_noise, &key_learning_rate, &key_batch, &key_momentum,
    &key_box,   &key_landscape_start, &key_time,  &key_output,        &key_cells, &key_hermite,
    &key_seed,  &key_tolerance,       NULL};

static const problem_key_t *const captions[] = {&key_potential, &key_noise,    &key_learning_rate,
                                                &key_batch,     &key_momentum, &key_landscape_start,
                                                &key_seed,      NULL};

static const sgdl_problem_t standard = {
    .batch = 1,
    .seed = 1,
    .time = 1000,
    .dimension = INFINITY,
    .start_basin = 1,
};

/* It says so, or it states what no other model has. */
static bool meant(const node_t *root)
{
    const node_t *model = root->kind == NODE_MAP ? node_get(root, key_model.name) : NULL;
    if (model)
        return model->kind == NODE_SCALAR && strcmp(model->text, model_landscape.name) == 0;
    return root->kind == NODE_MAP &&
           (node_get(root, key_potential.name) || node_get(root, key_noise.name));
}

const model_t model_landscape = {.name = "landscape",
                                 .word = "landscape",
                                 .told = "landscape",
                                 .meant = meant,
                                 .keys = keys,
                                 .reading = reading,
                                 .captions = captions,
                                 .standard = &standard,
                                 .rate = 0.01,
                                 .runs = 10000,
                                 .batches = true,
                                 .time_unit = "learning rate x steps"};
