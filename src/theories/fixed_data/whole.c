#include "src/theories/fixed_data/whole.h"

#include <math.h>

#include "src/base/c_locale.h"
#include "src/problem/problem.h"

double whole_samples(const sgdl_problem_t *problem, double d)
{
    return fmax(1, rint(problem->ratio * d));
}

static int set(sgdl_problem_t *self, const char *key, const char *name, double value,
               sgdl_error_t *error)
{
    char text[48];
    (void)c_print(text, sizeof text, "%s=%.17g", name, value);
    return sgdl_problem_set(self, key, text, error);
}

int whole_problem(sgdl_problem_t **whole, const sgdl_problem_t *problem, double d,
                  sgdl_error_t *error)
{
    const double n = whole_samples(problem, d), f = problem->fraction;
    sgdl_error_t own = {0};
    sgdl_error_t *place = error ? error : &own;
    sgdl_problem_t *self = *whole = sgdl_problem_copy(problem, place);
    if (!self)
        return place->code;
    int status = set(self, "data", "ratio", n / d, place);
    if (status == SGDL_OK && f < 1 && !problem->reshuffled && !(problem->persistence > 0))
        status = set(self, "batch", "fraction", fmax(1, rint(f * n)) / n, place);
    if (status == SGDL_OK)
        status = problem_ready(self, place);
    if (status != SGDL_OK) {
        sgdl_problem_free(self);
        *whole = NULL;
    }
    return status;
}
