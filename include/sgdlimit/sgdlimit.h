/** All of the library: see the module headers. */
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
