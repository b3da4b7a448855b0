/* A table as the sink of a computation. */
#ifndef SGDLIMIT_TESTS_SINK_H
#define SGDLIMIT_TESTS_SINK_H

#include "sgdlimit/curve.h"

#define INTO(table) ((const sgdl_sink_t[]){sgdl_table_sink(table)})

#endif
