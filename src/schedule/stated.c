#include "src/schedule/stated.h"

const family_table_t schedule_table = {
    .families = sgdl_schedule_families,
    .selector = "schedule",
    .common = "warmup",
    .common_help = "in front of one that is given, a straight line from 0 to its first value over "
                   "that time, the schedule after it [0]",
    .example = "{schedule: constant, value: 0.5}",
};
