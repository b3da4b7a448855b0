/** How schedules are stated. */
#ifndef SGDLIMIT_SCHEDULE_STATED_H
#define SGDLIMIT_SCHEDULE_STATED_H

#include "sgdlimit/schedule.h"
#include "src/spec/family.h"

extern const family_table_t schedule_table;

#endif
