#include "spectra/families/profile.h"

#include <stdlib.h>

double mean_profile_scale(const mean_profile_t *self, double u)
{
    const mean_family_t *family = mean_family(self->spec);
    return family->scale ? self->sign * family->scale(self->spec, u) : 0;
}

/* Whether the factor vanishes on every piece. */
static bool is_zero(const mean_profile_t *self)
{
    const mean_family_t *family = mean_family(self->spec);
    family_break_t end = {.u = 0};
    double low = 0;
    for (size_t k = 0; low < 1; k++, low = end.u) {
        if (!family->break_at || !family->break_at(self->spec, k, &end))
            end.u = 1;
        if (mean_profile_scale(self, low + 0.5 * (end.u - low)) != 0)
            return false;
    }
    return true;
}

int mean_profile_resolve(mean_profile_t *self, const sgdl_mixture_t *mixture, size_t i,
                         sgdl_error_t *error)
{
    *self = (mean_profile_t){.sign = 1, .on = {0, 1}};
    for (size_t hops = 0; hops <= mixture->classes; hops++) {
        const sgdl_mean_t *mean = &mixture->mean[i];
        const mean_family_t *family = mean_family(&mean->spec);
        self->on[0] = fmax(self->on[0], mean->on[0]);
        self->on[1] = fmin(self->on[1], mean->on[1]);
        if (family->kind == MEAN_REFERENCE) {
            const double of = sgdl_spec_number(&mean->spec, "of");
            if (!(of >= 1 && of <= (double)mixture->classes))
                return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                                 "class %zu: the mean refers to class %.17g, there are %zu", i + 1,
                                 of, mixture->classes);
            self->sign *= family->sign;
            i = (size_t)of - 1;
            continue;
        }
        self->kind = family->kind;
        self->spec = &mean->spec;
        self->base = i;
        self->zero = is_zero(self);
        self->exponent = family->exponent ? family->exponent(&mean->spec) : 0;
        return SGDL_OK;
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "class %zu: the means refer to one another",
                     i + 1);
}

bool mean_profile_on(const mean_profile_t *self, double u)
{
    return (self->on[0] == 0 || !position_inside(u, self->on[0])) &&
           position_inside(u, self->on[1]) && self->on[0] < self->on[1];
}

/* Deterministic means share one latent column; each Gaussian base class has its own. */
static void assign_columns(profiles_t *self)
{
    const size_t classes = self->mixture->classes;
    bool deterministic = false;
    for (size_t i = 0; i < classes; i++)
        deterministic |= self->mean[i].kind == MEAN_POWER && !self->mean[i].zero;
    self->columns = deterministic ? 1 : 0;
    for (size_t i = 0; i < classes; i++) {
        const mean_profile_t *mean = &self->mean[i];
        self->column[i] = 0;
        if (mean->kind != MEAN_GAUSSIAN || mean->zero)
            continue;
        size_t twin = 0;
        while (twin < i && !(self->mean[twin].kind == MEAN_GAUSSIAN && !self->mean[twin].zero &&
                             self->mean[twin].base == mean->base))
            twin++;
        self->column[i] = twin < i ? self->column[twin] : self->columns++;
    }
    if (self->columns == 0)
        self->columns = 1;
}

int profiles_init(profiles_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    const size_t classes = mixture->classes;
    *self = (profiles_t){.mixture = mixture};
    int status = SGDL_OK;
    self->mean = calloc(classes, sizeof *self->mean);
    self->column = calloc(classes, sizeof *self->column);
    if (!self->mean || !self->column) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    for (size_t i = 0; i < classes; i++) {
        status = mean_profile_resolve(&self->mean[i], mixture, i, error);
        if (status != SGDL_OK)
            goto out;
        const char *name = self->mean[i].kind == MEAN_FILE ? "mean" : "covariance";
        if (self->mean[i].kind == MEAN_FILE || covariance_family(&mixture->covariance[i])->list) {
            status = sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                               "class %zu: a %s from a file needs a finite dimension, found inf",
                               i + 1, name);
            goto out;
        }
    }
    assign_columns(self);
out:
    if (status != SGDL_OK)
        profiles_free(self);
    return status;
}

void profiles_free(profiles_t *self)
{
    free(self->mean);
    free(self->column);
    *self = (profiles_t){0};
}

double profiles_eigenvalue(const profiles_t *self, size_t i, position_t at)
{
    const sgdl_spec_t *spec = &self->mixture->covariance[i];
    return covariance_family(spec)->eigenvalue(spec, at);
}

double profiles_eigenvalue_bar(const profiles_t *self, position_t at)
{
    double sum = 0;
    for (size_t i = 0; i < self->mixture->classes; i++)
        sum += self->mixture->weight[i] * profiles_eigenvalue(self, i, at);
    return sum;
}

double profiles_mean_scale(const profiles_t *self, size_t i, position_t inside)
{
    const mean_profile_t *mean = &self->mean[i];
    return mean_profile_on(mean, inside.u) ? mean_profile_scale(mean, inside.u) + 0.0
                                           : 0; /* not -0 */
}

bool profiles_mean_on(const profiles_t *self, size_t i, position_t inside)
{
    return profiles_mean_scale(self, i, inside) != 0;
}

power_t profiles_second_moment(const profiles_t *self, size_t i, size_t j, position_t inside)
{
    const mean_profile_t *a = &self->mean[i], *b = &self->mean[j];
    const bool independent = a->kind != b->kind || (a->kind == MEAN_GAUSSIAN && a->base != b->base);
    const double x = independent ? 0 : profiles_mean_scale(self, i, inside);
    const double y = x == 0 ? 0 : profiles_mean_scale(self, j, inside);
    if (y == 0)
        return (power_t){0};
    return (power_t){.coefficient = x * y, .exponent = a->exponent + b->exponent};
}
