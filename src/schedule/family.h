/** The rows of the table of schedules, one file each. */
#ifndef SGDLIMIT_SCHEDULE_FAMILY_H
#define SGDLIMIT_SCHEDULE_FAMILY_H

#include "sgdlimit/schedule.h"

extern const sgdl_schedule_family_t schedule_constant;
extern const sgdl_schedule_family_t schedule_polynomial;
extern const sgdl_schedule_family_t schedule_cosine;
extern const sgdl_schedule_family_t schedule_piecewise;

#endif
