/* What a problem is, for programs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/keys.h"
#include "src/problem/problem.h"

static bool is_ready(const sgdl_problem_t *self) { return problem_ready(self, NULL) == SGDL_OK; }

const char *sgdl_problem_model(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->model->name : NULL;
}

size_t sgdl_problem_minima(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->landscape.minima : 0;
}

double sgdl_problem_dimension(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->dimension : NAN;
}

size_t sgdl_problem_classes(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->classes : 0;
}

size_t sgdl_problem_outputs(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->targets.outputs : 0;
}

size_t sgdl_problem_rates(const sgdl_problem_t *self) { return is_ready(self) ? self->rates : 0; }

double sgdl_problem_time(const sgdl_problem_t *self) { return is_ready(self) ? self->time : NAN; }

const char *sgdl_problem_time_unit(const sgdl_problem_t *self)
{
    if (!is_ready(self) || self->model->time_unit)
        return is_ready(self) ? self->model->time_unit : NULL;
    return self->method == METHOD_FLOW ? "t" : problem_counts_steps(self) ? "steps" : "steps/d";
}

const sgdl_loss_t *sgdl_problem_loss(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->loss : NULL;
}

const double *sgdl_problem_weights(const sgdl_problem_t *self)
{
    return is_ready(self) ? self->weight : NULL;
}

const double *sgdl_problem_labels(const sgdl_problem_t *self)
{
    return is_ready(self) && !self->has_teacher ? self->label : NULL;
}

bool sgdl_problem_has_teacher(const sgdl_problem_t *self)
{
    return is_ready(self) && self->has_teacher;
}

typedef struct search {
    const char *key;
    char *text;
    size_t room;
    bool found;
} search_t;

static int take_line(void *context, const char *key, const char *value)
{
    search_t *self = context;
    if (strcmp(key, self->key) == 0) {
        self->found = true;
        (void)snprintf(self->text, self->room, "%s", value);
    }
    return SGDL_OK;
}

int sgdl_problem_get(const sgdl_problem_t *self, const char *key, char *text, size_t room,
                     sgdl_error_t *error)
{
    search_t search = {key, text, room, false};
    int status = problem_ready(self, error);
    if (status == SGDL_OK)
        status = sgdl_problem_write(self, &self->plan, take_line, &search, error);
    if (status == SGDL_OK && !search.found)
        return sgdl_fail(error, SGDL_ERR_INPUT, key,
                         "is no top-level key of a problem, such as loss or classes");
    return status;
}
