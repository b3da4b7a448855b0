/** How covariances and means are stated. */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_TABLES_H
#define SGDLIMIT_SPECTRA_FAMILIES_TABLES_H

#include "sgdlimit/spectra.h"
#include "src/spec/family.h"

/** Signals are stated as means are; powers may fall faster (signal.h). */
extern const family_table_t covariance_table, mean_table, signal_table;

#endif
