#include "src/theories/streaming/optimal/constant.h"

#include <math.h>

#include "src/base/minimum.h"

enum { PER_DECADE = 4, SCAN_MOST = 160, REFINED_MOST = 4 };

/* Beyond its reference a rate is looked at until the risk has risen for that many decades. */
enum { RISING_DECADES = 2 };
static const double largest = 1e8; /* times the reference */
static const double close = 1e-6;  /* to the stability limit, relative to it */
static const double within = 1e-5; /* of log gamma */
static const double dip = 1e-7;    /* relative: less is no minimum of its own */
static const double same = 1e-12;  /* relative differences of risks that are none */

typedef struct scan {
    const constant_of_t *of;
    double rate[SCAN_MOST], risk[SCAN_MOST];
    bool done[SCAN_MOST];
    size_t count;
} scan_t;

static int of_logarithm(void *context, const double *x, double *value, sgdl_error_t *error)
{
    const constant_of_t *of = ((const scan_t *)context)->of;
    return of->risk(of->context, exp(*x), value, error);
}

static bool goes_on(const scan_t *self, double next)
{
    const size_t back = (size_t)RISING_DECADES * PER_DECADE;
    if (self->count == SCAN_MOST || next > largest * self->of->reference)
        return false;
    if (next <= self->of->reference || self->count <= back)
        return true;
    for (size_t k = self->count - back; k < self->count; k++)
        if (self->risk[k] < self->risk[k - 1])
            return true;
    return false;
}

static int add(scan_t *self, double rate, constant_t *found, sgdl_error_t *error)
{
    double risk = INFINITY;
    int status = self->of->risk(self->of->context, rate, &risk, error);
    if (status != SGDL_OK)
        return status;
    self->rate[self->count] = rate;
    self->risk[self->count++] = risk;
    if (risk < found->risk) {
        found->rate = rate;
        found->risk = risk;
    }
    return SGDL_OK;
}

static int look(scan_t *self, constant_t *found, sgdl_error_t *error)
{
    const constant_of_t *of = self->of;
    int status = SGDL_OK;
    double next = of->least;
    for (size_t k = 1; status == SGDL_OK && next < of->below && goes_on(self, next); k++) {
        status = add(self, next, found, error);
        next = of->least * pow(10, (double)k / PER_DECADE);
    }
    /* ever closer to the limit: the minimum may be there */
    for (double gap = 0.3; status == SGDL_OK && isfinite(of->below) && gap > close &&
                           self->count < SCAN_MOST && next >= of->below;
         gap *= 0.1)
        if (self->count == 0 || of->below * (1 - gap) > self->rate[self->count - 1])
            status = add(self, of->below * (1 - gap), found, error);
    return status;
}

/* Deeper than what tolerances leave of equal risks. */
static bool is_minimum(const scan_t *self, size_t k)
{
    const double risk = self->risk[k], below = risk + dip * fabs(risk);
    return isfinite(risk) && (k == 0 || below < self->risk[k - 1]) &&
           (k + 1 == self->count || below < self->risk[k + 1]);
}

/* The lowest of them that is left; self->count: none. */
static size_t lowest(const scan_t *self)
{
    size_t best = self->count;
    for (size_t k = 0; k < self->count; k++)
        if (!self->done[k] && is_minimum(self, k) &&
            (best == self->count || self->risk[k] < self->risk[best]))
            best = k;
    return best;
}

/* One more minimum. */
static void note(constant_t *found, double rate, double risk)
{
    if (risk <= found->risk) {
        found->next_rate = found->rate;
        found->next_risk = found->minima > 1 ? found->risk : NAN;
        found->rate = rate;
        found->risk = risk;
    } else if (!(risk >= found->next_risk)) {
        found->next_rate = rate;
        found->next_risk = risk;
    }
}

/* Around the k-th rate of the scan. */
static int refine(scan_t *self, size_t k, constant_t *found, sgdl_error_t *error)
{
    const minimum_of_t of = {of_logarithm, self, within};
    const size_t before = k > 0 ? k - 1 : 0, after = k + 1 < self->count ? k + 1 : k;
    double x = log(self->rate[k]), risk = self->risk[k];
    int status =
        minimum_on_line(&of, log(self->rate[before]), log(self->rate[after]), &x, &risk, error);
    found->minima++;
    note(found, risk < self->risk[k] ? exp(x) : self->rate[k], risk);
    return status;
}

static bool is_flat(const scan_t *self)
{
    bool flat = self->count > 0;
    for (size_t k = 1; k < self->count; k++)
        flat = flat && (!isfinite(self->risk[k]) ||
                        fabs(self->risk[k] - self->risk[0]) <= same * fabs(self->risk[0]));
    return flat;
}

int constant_search(const constant_of_t *of, constant_t *found, sgdl_error_t *error)
{
    scan_t scan = {.of = of};
    *found = (constant_t){.rate = NAN, .risk = INFINITY, .next_rate = NAN, .next_risk = NAN};
    int status = look(&scan, found, error);
    if (status != SGDL_OK)
        return status;
    found->flat = is_flat(&scan);
    constant_t refined = {.rate = NAN, .risk = INFINITY, .next_rate = NAN, .next_risk = NAN};
    for (size_t k; status == SGDL_OK && !found->flat && refined.minima < REFINED_MOST &&
                   (k = lowest(&scan)) < scan.count;) {
        scan.done[k] = true;
        if (k == 0) { /* it falls all the way */
            refined.minima++;
            note(&refined, scan.rate[0], scan.risk[0]);
        } else {
            status = refine(&scan, k, &refined, error);
        }
    }
    if (refined.risk <= found->risk) {
        refined.flat = found->flat;
        *found = refined;
    }
    found->at_least = scan.count > 0 && found->rate == scan.rate[0];
    return status;
}
