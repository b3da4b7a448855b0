/* The dimension, as stated or as the classes' numbers set it. */
#include "src/problem/keys.h"
#include "src/problem/problem.h"

#include <math.h>
#include <string.h>

#include "spectra/dense/matrix.h"

enum { SETTER_SIZE = 1200 };

/* What numbers of files are. */
static const char eigenvalues[] = "eigenvalues", of_mean[] = "coordinates of mu",
                  of_signal[] = "coordinates of the signal";

/* What a message calls the numbers: their file, or that they stand in the problem. */
static void name_numbers(const char *path, char *name, size_t size)
{
    if (path)
        (void)snprintf(name, size, "'%s'", path);
    else
        (void)snprintf(name, size, "the list");
}

/* The numbers of a class's file, which is read now if no other class had it, or those that stand in
 * its place. */
static int find_numbers(const reading_t *self, const node_t *node, sgdl_setting_t *setting,
                        const char *what)
{
    const double lower = what == eigenvalues ? 0.0 : -INFINITY;
    char name[SETTER_SIZE];
    if (setting->path) {
        const data_item_t *item;
        int status = data_read(&self->problem->data, setting->path, &item, self->error);
        const bool matrix =
            status == SGDL_OK && what == eigenvalues && numbers_square(&item->numbers);
        if (matrix)
            status =
                matrix_check(item->numbers.value, item->numbers.lines, setting->path, self->error);
        else if (status == SGDL_OK)
            status = numbers_judge(&item->numbers, setting->path, lower, 1, self->error);
        if (status != SGDL_OK)
            return status;
        setting->data = item->numbers.value;
        setting->number[0] = matrix ? (double)item->numbers.lines : 0;
        setting->data_count = item->numbers.count;
    }
    for (size_t i = 0; !setting->path && i < setting->data_count; i++)
        if (!(setting->data[i] >= lower && isfinite(setting->data[i])))
            return node_fail(self->error, node, "found %.10g as number %zu, allowed %s",
                             setting->data[i], i + 1,
                             what == eigenvalues ? "a number >= 0" : "a finite number");
    name_numbers(setting->path, name, sizeof name);
    if ((double)setting->data_count > SGDL_DIMENSION_MAX || setting->data_count == 0)
        return node_fail(self->error, node, "%s holds %zu numbers, allowed up to %.0f", name,
                         setting->data_count, SGDL_DIMENSION_MAX);
    return SGDL_OK;
}

/* *setter is what set the dimension, for the message about another that does not fit; "" where it
 * is stated or not known yet. */
static int fit_numbers(reading_t *self, const node_t *node, sgdl_setting_t *setting,
                       const char *what, char setter[SETTER_SIZE])
{
    double *dimension = &self->problem->dimension;
    char name[SETTER_SIZE];
    if (isinf(*dimension))
        return node_fail(self->error, node,
                         "found a file with dimension: inf, allowed a finite dimension, or none "
                         "stated: the file's numbers, one a direction, set it");
    int status = find_numbers(self, node, setting, what);
    if (status != SGDL_OK)
        return status;
    const bool matrix = setting->number[0] > 1;
    const double count = matrix ? setting->number[0] : (double)setting->data_count;
    name_numbers(setting->path, name, sizeof name);
    if (isnan(*dimension)) {
        *dimension = count;
        (void)snprintf(setter, SETTER_SIZE, "%s", name);
    }
    if (*dimension == count)
        return SGDL_OK;
    if (matrix)
        return node_fail(self->error, node,
                         "%s holds a %.0f x %.0f matrix, allowed one of %.0f rows and columns%s%s",
                         name, count, count, *dimension, *setter ? ", one a direction as in " : "",
                         setter);
    if (*setter)
        return node_fail(self->error, node,
                         "%s holds %.0f numbers, allowed %.0f %s, one a direction as in %s", name,
                         count, *dimension, what, setter);
    return node_fail(self->error, node,
                     "%s holds %.0f numbers, allowed %.0f %s, one a direction (the dimension; "
                     "where none is stated a file sets it)",
                     name, count, *dimension, what);
}

static int fit_member(reading_t *self, const node_t *member, const char *what, sgdl_spec_t *spec,
                      char setter[SETTER_SIZE])
{
    int status = SGDL_OK;
    for (size_t i = 0; member && i < spec->family->key_count && status == SGDL_OK; i++) {
        node_t *node = node_get(member, spec->family->keys[i].name);
        if (node && spec->family->keys[i].kind == SGDL_KEY_PATH)
            status = fit_numbers(self, node, &spec->setting[i], what, setter);
        if (status == SGDL_OK && node && spec->setting[i].path)
            status = reading_settle(self, node, spec->setting[i].path);
    }
    return status;
}

static int read_stated(const reading_t *self)
{
    const node_t *node = reading_get(self, "dimension");
    double *dimension = &self->problem->dimension;
    char found[NODE_FOUND_SIZE];
    *dimension = NAN;
    if (!node)
        return SGDL_OK;
    if (node->kind == NODE_SCALAR &&
        (strcmp(node->text, "inf") == 0 || strcmp(node->text, ".inf") == 0)) {
        *dimension = INFINITY;
        return SGDL_OK;
    }
    if (value_integer(node, 1.0, SGDL_DIMENSION_MAX, dimension, NULL))
        return node_fail(self->error, node, "found %s, allowed an integer from 1 to %.0f, or inf",
                         node_found(node, found), SGDL_DIMENSION_MAX);
    return SGDL_OK;
}

static int dimension_read(reading_t *self, const problem_key_t *key)
{
    (void)key;
    sgdl_problem_t *problem = self->problem;
    char setter[SETTER_SIZE] = "";
    int status = read_stated(self);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++) {
        status = fit_member(self, reading_class(self, i, "covariance"), eigenvalues,
                            &problem->covariance[i], setter);
        if (status == SGDL_OK)
            status = fit_member(self, reading_class(self, i, "mean"), of_mean,
                                &problem->mean[i].spec, setter);
    }
    for (size_t k = 0; k < problem->signals && status == SGDL_OK; k++)
        status = fit_member(self, teacher_signal(self, k), of_signal,
                            &problem->mean[problem->classes + k].spec, setter);
    if (isnan(problem->dimension))
        problem->dimension = INFINITY;
    return status;
}

static void dimension_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                          const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (isinf(problem->dimension))
        (void)fputs("inf", out);
    else
        (void)fprintf(out, "%.0f", problem->dimension);
}

static const key_flag_t flags[] = {
    {{"dimension", NULL, 'd', "D", "number of features, or inf for the limit [inf]"},
     "dimension",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t axes[] = {{"dimension", "dimension d"}, {.path = NULL}};

const problem_key_t key_dimension = {.name = "dimension",
                                     .flags = flags,
                                     .read = dimension_read,
                                     .put = dimension_put,
                                     .axes = axes,
                                     .caption = "dimension",
                                     .whole = true};
