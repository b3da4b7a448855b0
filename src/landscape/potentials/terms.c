/* Two coordinates: U = sum c x^i y^j. */
#include "src/landscape/potential.h"
#include "src/landscape/terms.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    *data = terms_new(sgdl_spec_setting(spec, "terms"));
    return *data ? SGDL_OK : sgdl_fail_memory(error);
}

static double growth(const void *data) { return terms_degree(data); }

static double loss(const void *data, const double *x) { return terms_value(data, x); }

static void gradient(const void *data, const double *x, double *g) { terms_gradient(data, x, g); }

static void hessian(const void *data, const double *x, double *H) { terms_hessian(data, x, H); }

const potential_family_t potential_terms = {
    .family = {"terms", "two coordinates: sum of c x^i y^j", terms_keys, 1, NULL},
    .coordinates = 2,
    .smooth = true,
    .prepare = prepare,
    .growth = growth,
    .loss = loss,
    .gradient = gradient,
    .hessian = hessian,
};
