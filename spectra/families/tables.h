/** How covariances and means are stated. */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_TABLES_H
#define SGDLIMIT_SPECTRA_FAMILIES_TABLES_H

#include "sgdlimit/spectra.h"
#include "src/spec/family.h"

extern const family_table_t covariance_table, mean_table;

#endif
