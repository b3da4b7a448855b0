#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/base/c_locale.h"

/* A grid is kept in memory. */
enum { MOST_VALUES = 1000000 };

/* What rounding may take a value of a whole grid away from its number, relative to that. */
static const double whole_slack = 1e-12;

static int fail(const char *text, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                     "found '%.100s', allowed: KEY=from:to:count or KEY=from:to:count:log, such as "
                     "classes.*.covariance.exponent=0.5:2:16; count from 1 to %d, and with log "
                     "positive numbers",
                     text, (int)MOST_VALUES);
}

/* A number up to the next colon or the end, whole; *text moves behind it. */
static bool take_number(const char **text, double *value)
{
    char *end;
    *value = c_number(*text, &end);
    if (end == *text || (*end && *end != ':') || !isfinite(*value) || **text == ' ')
        return false;
    *text = end + (*end == ':');
    return true;
}

int sgdl_axis_parse(sgdl_axis_t *self, const char *text, char **key, sgdl_error_t *error)
{
    const char *equals = strchr(text, '=');
    double count;
    *self = (sgdl_axis_t){0};
    *key = NULL;
    if (!equals || equals == text)
        return fail(text, error);
    const char *next = equals + 1;
    if (!take_number(&next, &self->from) || !take_number(&next, &self->to) ||
        !take_number(&next, &count) || !(count >= 1 && count <= MOST_VALUES) ||
        count != floor(count))
        return fail(text, error);
    self->log = strcmp(next, "log") == 0;
    if ((*next && !self->log) || (self->log && !(self->from > 0 && self->to > 0)))
        return fail(text, error);
    self->count = (size_t)count;
    *key = strndup(text, (size_t)(equals - text));
    self->key = *key;
    return *key ? SGDL_OK : sgdl_fail_memory(error);
}

/* Between two ends whose ratio is no double: the square root of what is sought is one of their
 * powers, none of which leaves the range of doubles. */
static double log_between(double from, double to, double share)
{
    double root = pow(from, (1 - share) / 2) * pow(to, share / 2);
    return fmin(fmax(root * root, fmin(from, to)), fmax(from, to));
}

static double exact_value(const sgdl_axis_t *self, size_t index)
{
    if (index == 0)
        return self->from;
    if (index + 1 == self->count)
        return self->to;
    double share = (double)index / (double)(self->count - 1);
    double ratio = self->to / self->from, span = self->to - self->from;
    if (self->log)
        return isnormal(ratio) ? self->from * pow(ratio, share)
                               : log_between(self->from, self->to, share);
    return isfinite(span) ? self->from + span * share : self->from * (1 - share) + self->to * share;
}

double sgdl_axis_value(const sgdl_axis_t *self, size_t index)
{
    double value = exact_value(self, index), nearest = round(value);
    bool rounding = fabs(value - nearest) <= whole_slack * fabs(nearest);
    return self->whole && rounding ? nearest : value;
}
