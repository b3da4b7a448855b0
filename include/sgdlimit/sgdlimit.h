/** All of the library: see the module headers. Where a function takes a plan, NULL stands for what
 * is stated with the problem and the defaults of plan.h; where it takes a sink or an error, NULL
 * for nobody who listens. No other pointer may be NULL unless its function says so. Whatever locale
 * the program is in, numbers are read and printed as in C's. */
#ifndef SGDLIMIT_SGDLIMIT_H
#define SGDLIMIT_SGDLIMIT_H

#include "sgdlimit/error.h"
#include "sgdlimit/curve.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/watch.h"
#include "sgdlimit/spec.h"
#include "sgdlimit/spectra.h"
#include "sgdlimit/loss.h"
#include "sgdlimit/schedule.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/solve.h"
#include "sgdlimit/compare.h"
#include "sgdlimit/simulate.h"
#include "sgdlimit/critical.h"
#include "sgdlimit/estimate.h"
#include "sgdlimit/landscape.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/optimise.h"
#include "sgdlimit/sweep.h"
#include "sgdlimit/table.h"
#include "sgdlimit/version.h"

#endif
