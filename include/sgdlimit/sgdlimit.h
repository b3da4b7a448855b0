/** All of the library: see the module headers. Where a function takes options, NULL stands for what
 * the module's ..._options_default() returns (of sgdl_sweep_options_t: all zero). Whatever locale
 * the program is in, numbers are read and printed as in C's. */
#ifndef SGDLIMIT_SGDLIMIT_H
#define SGDLIMIT_SGDLIMIT_H

#include "sgdlimit/error.h"
#include "sgdlimit/spec.h"
#include "sgdlimit/spectra.h"
#include "sgdlimit/loss.h"
#include "sgdlimit/schedule.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/ode.h"
#include "sgdlimit/sgd.h"
#include "sgdlimit/longtime.h"
#include "sgdlimit/table.h"
#include "sgdlimit/version.h"

#endif
