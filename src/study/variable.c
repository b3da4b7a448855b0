/* Axes against their problem. */
#include "src/study/variable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/assignments.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"
#include "src/study/variation.h"

enum { MOST_PROBES = 1000 }; /* points of a grid that are tried at most */

typedef struct check {
    const sgdl_problem_t *problem;
    const sgdl_axis_t *axis;
    size_t axes;
} check_t;

/* ---- the grid of some of the axes ------------------------------------------------------------ */

/* The problem with the values [axes] at its keys; NAN leaves a key as it is stated. */
static int read_at(const check_t *self, const double *value, sgdl_problem_t *problem,
                   sgdl_error_t *error)
{
    const char *key[VARIATION_KEYS];
    double kept[VARIATION_KEYS];
    size_t count = 0;
    for (size_t a = 0; a < self->axes; a++) {
        if (isnan(value[a]))
            continue;
        key[count] = self->axis[a].key;
        kept[count++] = value[a];
    }
    return variation_read(problem, self->problem, key, kept, count, error);
}

static int try_at(const check_t *self, const double *value, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = read_at(self, value, problem, error);
    sgdl_problem_free(problem);
    return status;
}

/* One axis at a value, alone or beside either end of the other. */
static int try_value(const check_t *self, size_t axis, double tried, sgdl_error_t *error)
{
    double value[VARIATION_KEYS] = {NAN, NAN};
    value[axis] = tried;
    int status = try_at(self, value, error);
    const sgdl_axis_t *other = self->axes > 1 ? &self->axis[1 - axis] : NULL;
    for (size_t end = 0; end < 2 && other && status == SGDL_ERR_INPUT; end++) {
        value[1 - axis] = sgdl_axis_value(other, end ? other->count - 1 : 0);
        int found = try_at(self, value, NULL);
        if (found == SGDL_ERR_MEMORY)
            return sgdl_fail_memory(error);
        if (found == SGDL_OK)
            status = SGDL_OK;
    }
    return status;
}

/* ---- the checks ------------------------------------------------------------------------------ */

/* What a family takes depends on the family and on its other keys, so that some points of a grid
 * may be allowed and others not. */
static bool is_of_family(const char *key)
{
    static const char *const families[] = {"learning_rate.", "potential.", "noise."};
    bool begins = false;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        begins |= strncmp(key, families[i], strlen(families[i])) == 0;
    return begins || strstr(key, ".covariance.") || strstr(key, ".mean.");
}

static int check_whole(const sgdl_axis_t *axis, sgdl_error_t *error)
{
    for (size_t i = 0; axis->whole && i < axis->count; i++) {
        double value = sgdl_axis_value(axis, i);
        if (value != round(value))
            return sgdl_fail(error, SGDL_ERR_INPUT, axis->key,
                             "found %.10g (value %zu of %zu), allowed whole numbers: a key that "
                             "takes integers needs a grid of them",
                             value, i + 1, axis->count);
    }
    return SGDL_OK;
}

/* Classes are there or not, and no class lends to itself: a grid of them has no points that may be
 * left out. The first that is none of the problem's ends the loop. */
static int check_classes(const check_t *self, size_t axis, sgdl_error_t *error)
{
    const sgdl_axis_t *one = &self->axis[axis];
    int status = SGDL_OK;
    for (size_t i = 0; i < one->count && status == SGDL_OK; i++)
        status = try_value(self, axis, sgdl_axis_value(one, i), error);
    return status;
}

/* A key of the problem itself has one range: a grid that leaves it is a mistake. */
static int check_range(const check_t *self, size_t axis, sgdl_error_t *error)
{
    const sgdl_axis_t *one = &self->axis[axis];
    if (assignment_is_class(one->key))
        return check_classes(self, axis, error);
    if (is_of_family(one->key))
        return SGDL_OK;
    int status = try_value(self, axis, sgdl_axis_value(one, 0), error);
    return status != SGDL_OK ? status
                             : try_value(self, axis, sgdl_axis_value(one, one->count - 1), error);
}

static void point_values(const check_t *self, size_t point, double *value)
{
    for (size_t a = self->axes; a-- > 0;) {
        value[a] = sgdl_axis_value(&self->axis[a], point % self->axis[a].count);
        point /= self->axis[a].count;
    }
}

/* Finds a point of the grid that is a problem; without one, the error is that of the first. */
static int find_point(const check_t *self, double *value, sgdl_error_t *error)
{
    size_t points = self->axis[0].count * (self->axes > 1 ? self->axis[1].count : 1);
    size_t probes = points < MOST_PROBES ? points : MOST_PROBES;
    int status = SGDL_OK;
    for (size_t i = 0; i < probes; i++) {
        double share = probes > 1 ? (double)i / (double)(probes - 1) : 0;
        point_values(self, (size_t)lrint(share * (double)(points - 1)), value);
        int found = try_at(self, value, i == 0 ? error : NULL);
        if (i == 0)
            status = found;
        if (found != SGDL_ERR_INPUT)
            return found == SGDL_OK ? SGDL_OK : sgdl_fail_memory(error);
    }
    return status;
}

/* Columns are those of the problem as it is stated: data.ratio makes no stream a fixed data set. */
static int check_model(const check_t *self, const double *value, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = read_at(self, value, problem, error);
    if (status == SGDL_OK && problem->model != self->problem->model)
        status = sgdl_fail(error, SGDL_ERR_INPUT, self->axis[0].key,
                           "turns a %s into a %s, allowed: a problem that is one as it is stated",
                           self->problem->model->told, problem->model->told);
    sgdl_problem_free(problem);
    return status;
}

/* The problem at a point as text; NULL where there is none. */
static int text_at(const check_t *self, const double *value, char **text, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    *text = NULL;
    int status = read_at(self, value, problem, NULL);
    if (status == SGDL_OK)
        status = variation_text(problem, &problem->plan, text, error);
    sgdl_problem_free(problem);
    if (status == SGDL_ERR_MEMORY)
        (void)sgdl_fail_memory(error);
    return status == SGDL_ERR_INPUT ? SGDL_OK : status;
}

/* Two values of an axis, the rest as at `value`, must be two problems. */
static int check_effect(const check_t *self, size_t axis, const double *value, sgdl_error_t *error)
{
    const sgdl_axis_t *one = &self->axis[axis];
    double other[VARIATION_KEYS] = {value[0], self->axes > 1 ? value[1] : NAN};
    char *here, *there = NULL;
    other[axis] = value[axis] == one->from ? sgdl_axis_value(one, one->count - 1) : one->from;
    if (other[axis] == value[axis])
        return SGDL_OK;
    int status = text_at(self, value, &here, error);
    if (status == SGDL_OK)
        status = text_at(self, other, &there, error);
    if (status == SGDL_OK && here && there && strcmp(here, there) == 0)
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, one->key,
                      "has no effect here%s%.80s%s, allowed: a key that changes what is "
                      "computed at a point, which is integrated to 'time'",
                      self->axes > 1 ? " (beside '" : "",
                      self->axes > 1 ? self->axis[1 - axis].key : "", self->axes > 1 ? "')" : "");
    free(here);
    free(there);
    return status;
}

int variable_check(const sgdl_problem_t *problem, sgdl_axis_t *axes, size_t count,
                   sgdl_error_t *error)
{
    const check_t self = {problem, axes, count};
    double value[VARIATION_KEYS];
    int status = SGDL_OK;
    for (size_t a = 0; a < count; a++)
        axes[a].whole = assignment_is_whole(problem, axes[a].key);
    for (size_t a = 0; a < count && status == SGDL_OK; a++) {
        status = check_whole(&axes[a], error);
        if (status == SGDL_OK)
            status = check_range(&self, a, error);
    }
    if (status == SGDL_OK)
        status = find_point(&self, value, error);
    if (status == SGDL_OK)
        status = check_model(&self, value, error);
    for (size_t a = 0; a < count && status == SGDL_OK; a++)
        status = check_effect(&self, a, value, error);
    return status;
}
