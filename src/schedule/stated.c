#include "src/schedule/stated.h"

static const char *const later[] = {"adagrad-norm", "line-search", "polyak"};

const family_table_t schedule_table = {
    .families = sgdl_schedule_families,
    .selector = "schedule",
    .common = "warmup",
    .common_help = "a straight line from 0 to the schedule's first value over that time, the "
                   "schedule after it [0]",
    .example = "{schedule: constant, value: 0.5}",
    .later = later,
    .later_count = sizeof later / sizeof *later,
};
