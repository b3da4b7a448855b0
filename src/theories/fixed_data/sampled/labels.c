#include "src/theories/fixed_data/sampled/labels.h"

#include <math.h>

static const teacher_t *teacher_of(const setup_t *setup)
{
    return setup->K > 0 ? &setup->problem->teacher : NULL;
}

/* Number of a class's labels that come with a positive probability, and the nth of them. */
static size_t possible(const setup_t *setup, size_t class, size_t number, size_t *label)
{
    const sgdl_targets_t *targets = &setup->problem->targets;
    size_t count = 0;
    for (size_t l = 0; l < targets->labels; l++)
        if (sgdl_targets_probability(targets, setup->problem->label_index[class], l) > 0) {
            if (count == number)
                *label = l;
            count++;
        }
    return count;
}

size_t labels_count(const setup_t *setup)
{
    const teacher_t *teacher = teacher_of(setup);
    size_t label;
    if (teacher)
        return teacher->labels == TEACHER_LOGISTIC ? 2 : 1;
    return possible(setup, 0, 0, &label);
}

bool labels_are_noisy(const setup_t *setup)
{
    const teacher_t *teacher = teacher_of(setup);
    return teacher && teacher->labels == TEACHER_LINEAR && teacher->noise > 0;
}

static double logistic(double z) { return 1 / (1 + exp(-z)); }

static label_t teacher_says(const setup_t *setup, double r_star, double normal, double uniform)
{
    const teacher_t *teacher = teacher_of(setup);
    label_t out = {.chance = 1};
    out.target = teacher_label(teacher, setup->problem->loss, r_star, normal, uniform);
    switch (teacher->labels) {
    case TEACHER_LINEAR:
        out.right = NAN;
        break;
    case TEACHER_LOGISTIC_SOFT:
        out.right = logistic(teacher->steepness * r_star);
        break;
    default:
        out.right = out.target > 0;
    }
    return out;
}

static label_t class_says(const setup_t *setup, size_t class, size_t number)
{
    const sgdl_targets_t *targets = &setup->problem->targets;
    size_t label = 0;
    (void)possible(setup, class, number, &label);
    const double target = targets->target[label];
    const int sign = setup->problem->loss->decision(target);
    return (label_t){
        .target = target,
        .right = sign == 0 ? NAN : sign > 0,
        .chance = sgdl_targets_probability(targets, setup->problem->label_index[class], label)};
}

label_t labels_of(const setup_t *setup, size_t class, size_t number, double r_star, double normal)
{
    const teacher_t *teacher = teacher_of(setup);
    if (!teacher)
        return class_says(setup, class, number);
    if (teacher->labels != TEACHER_LOGISTIC)
        return teacher_says(setup, r_star, normal, 0);
    label_t out = teacher_says(setup, r_star, normal, number == 0 ? 0 : 1);
    out.chance = logistic((number == 0 ? 1 : -1) * teacher->steepness * r_star);
    return out;
}
