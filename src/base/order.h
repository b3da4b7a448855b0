/** Many numbers in increasing order, digit by digit instead of by comparisons. */
#ifndef SGDLIMIT_BASE_ORDER_H
#define SGDLIMIT_BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"

/** place [count] receives the places of key [count], none of which is NAN, in increasing order,
 * equal ones as they come; those of a lower stratum [count] before all others, unless that is NULL.
 * Errors: SGDL_ERR_MEMORY. */
int order_numbers(const double *key, const uint32_t *stratum, size_t count, size_t *place,
                  sgdl_error_t *error) SGDL_CHECKED;

#endif
