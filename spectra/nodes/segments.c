#include "spectra/nodes/segments.h"

#include <stdlib.h>

#include "src/base/interrupted.h"
#include "src/base/grow.h"

typedef struct cut {
    position_t at;
    bool singular;
} cut_t;

typedef struct cuts {
    cut_t *cut;
    size_t count, room;
} cuts_t;

static int add_cut(cuts_t *self, position_t at, bool singular, sgdl_error_t *error)
{
    cut_t *grown = grow(self->cut, self->count, &self->room, 16, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->cut = grown;
    self->cut[self->count++] = (cut_t){.at = at, .singular = singular};
    return SGDL_OK;
}

static int compare_cuts(const void *a, const void *b)
{
    const double x = ((const cut_t *)a)->at.log_u, y = ((const cut_t *)b)->at.log_u;
    return (x > y) - (x < y);
}

/* Sorts, and joins cuts that differ by rounding only. */
static void sort_cuts(cuts_t *self)
{
    qsort(self->cut, self->count, sizeof *self->cut, compare_cuts);
    size_t kept = 0;
    for (size_t k = 0; k < self->count; k++) {
        const cut_t cut = self->cut[k];
        const bool same =
            kept > 0 && -position_log_ratio(self->cut[kept - 1].at, cut.at) <= 8 * DBL_EPSILON;
        if (!same)
            self->cut[kept++] = cut;
        else if (cut.at.u == 1) /* the end itself stays exact */
            self->cut[kept - 1] = (cut_t){cut.at, cut.singular || self->cut[kept - 1].singular};
        else
            self->cut[kept - 1].singular |= cut.singular;
    }
    self->count = kept;
}

static int add_breaks(cuts_t *self, const sgdl_spec_t *spec, family_break_at_f *break_at,
                      sgdl_error_t *error)
{
    family_break_t at;
    int status = SGDL_OK;
    for (size_t k = 0; status == SGDL_OK && break_at && break_at(spec, k, &at); k++)
        status = add_cut(self, position_at(at.u), at.singular, error);
    return status;
}

/* Breaks of all families and the ends of all means; 0 and 1. */
static int stated_cuts(cuts_t *self, const profiles_t *profiles, sgdl_error_t *error)
{
    const sgdl_mixture_t *mixture = profiles->mixture;
    int status = add_cut(self, (position_t){.u = 0, .log_u = -INFINITY}, false, error);
    if (status == SGDL_OK)
        status = add_cut(self, position_at(1), false, error);
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *covariance = &mixture->covariance[i], *mean = &mixture->mean[i].spec;
        if (status == SGDL_OK)
            status = add_breaks(self, covariance, covariance_family(covariance)->break_at, error);
        if (status == SGDL_OK)
            status = add_breaks(self, mean, mean_family(mean)->break_at, error);
        for (size_t end = 0; status == SGDL_OK && end < 2; end++) {
            const double u = profiles->mean[i].on[end];
            if (u > 0 && u < 1)
                status = add_cut(self, position_at(u), false, error);
        }
        if (status != SGDL_OK)
            return status;
    }
    sort_cuts(self);
    return status;
}

static bool clean_at(const profiles_t *profiles, double log_u)
{
    return eigenvalue_is_clean(profiles_eigenvalue_bar(profiles, position_log(log_u)),
                               profiles->mixture->clean_below);
}

/* The place between a and b (log u) where clean turns into not clean, to the last bit. */
static double bisect(const profiles_t *profiles, double a, double b)
{
    const bool clean_a = clean_at(profiles, a);
    for (;;) {
        const double middle = a + 0.5 * (b - a);
        if (!(middle > a && middle < b))
            return b;
        if (clean_at(profiles, middle) == clean_a)
            a = middle;
        else
            b = middle;
    }
}

/* lambda_bar need not be monotone on a piece, so it is looked at in many places. */
static int clean_cuts_between(cuts_t *self, const profiles_t *profiles, position_t low,
                              position_t high, sgdl_error_t *error)
{
    enum { LOOKS = 64, DEEP_LOOKS = 512 };
    const bool deep = low.log_u == -INFINITY;
    const double span = deep ? 0 : -position_log_ratio(low, high);
    /* The ends themselves may belong to the neighbouring pieces. */
    double from = high.log_u - (deep ? 1e-9 : 1e-9 * span);
    for (int look = 1; look <= (deep ? DEEP_LOOKS : LOOKS); look++) {
        /* Towards u = 0: eight looks an octave of distance, to log u = -2^54. */
        const double depth =
            deep ? exp2(look / 8.0 - 10) : fmin(1 - 1e-9, (double)look / LOOKS) * span;
        const double to = high.log_u - depth;
        if (!(to < from))
            continue;
        if (clean_at(profiles, to) != clean_at(profiles, from)) {
            const int status =
                add_cut(self, position_log(bisect(profiles, to, from)), false, error);
            if (status != SGDL_OK)
                return status;
        }
        from = to;
    }
    return SGDL_OK;
}

static bool all_constant(const profiles_t *profiles, position_t inside)
{
    const sgdl_mixture_t *mixture = profiles->mixture;
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *spec = &mixture->covariance[i];
        if (!covariance_constant(spec, inside))
            return false;
    }
    return true;
}

static position_t place_inside(position_t low, position_t high)
{
    if (low.log_u == -INFINITY || low.u < 0.5 * high.u || high.u < DBL_MIN)
        return position_log(fmax(high.log_u - M_LN2, 0.5 * (low.log_u + high.log_u)));
    return position_at(low.u + 0.5 * (high.u - low.u));
}

static int clean_cuts(cuts_t *self, const profiles_t *profiles, sgdl_error_t *error)
{
    const size_t pieces = self->count - 1;
    for (size_t k = 0; k < pieces; k++) {
        const position_t low = self->cut[k].at, high = self->cut[k + 1].at;
        int status = check_interrupted(profiles->mixture->watch.stop, error);
        if (status == SGDL_OK && !all_constant(profiles, place_inside(low, high)))
            status = clean_cuts_between(self, profiles, low, high, error);
        if (status != SGDL_OK)
            return status;
    }
    sort_cuts(self);
    return SGDL_OK;
}

/* The pieces between the cuts. */
static int fill_segments(segments_t *self, const cuts_t *cuts, const profiles_t *profiles,
                         sgdl_error_t *error)
{
    size_t singulars = 0, below = 0;
    self->segment = calloc(cuts->count - 1, sizeof *self->segment);
    self->singular = calloc(cuts->count, sizeof *self->singular);
    if (!self->segment || !self->singular)
        return sgdl_fail_memory(error);
    for (size_t k = 0; k < cuts->count; k++)
        if (cuts->cut[k].singular)
            self->singular[singulars++] = cuts->cut[k].at.u;
    self->count = cuts->count - 1;
    for (size_t k = 0; k < self->count; k++) {
        const position_t low = cuts->cut[k].at, high = cuts->cut[k + 1].at;
        const position_t inside = place_inside(low, high);
        below += cuts->cut[k].singular ? 1 : 0;
        self->segment[k] = (segment_t){.low = low,
                                       .high = high,
                                       .inside = inside,
                                       .constant = all_constant(profiles, inside),
                                       .singular = self->singular,
                                       .singulars = singulars,
                                       .singular_below = below};
    }
    return SGDL_OK;
}

int segments_init(segments_t *self, const profiles_t *profiles, sgdl_error_t *error)
{
    *self = (segments_t){0};
    cuts_t cuts = {0};
    int status = stated_cuts(&cuts, profiles, error);
    if (status == SGDL_OK)
        status = clean_cuts(&cuts, profiles, error);
    if (status == SGDL_OK)
        status = fill_segments(self, &cuts, profiles, error);
    free(cuts.cut);
    return status;
}

void segments_free(segments_t *self)
{
    free(self->segment);
    free(self->singular);
    *self = (segments_t){0};
}

double segment_weight(const segment_t *self) { return self->high.u - self->low.u; }
