#include "spectra/families/tables.h"

#include "spectra/families/family.h"

const sgdl_family_t *const sgdl_covariance_families[] = {
    &covariance_isotropic.family,
    &covariance_zero_one.family,
    &covariance_power_law.family,
    &covariance_marchenko_pastur.family,
    &covariance_piecewise.family,
    &covariance_file.family,
    NULL,
};

const sgdl_family_t *const sgdl_mean_families[] = {
    &mean_zero.family,     &mean_constant.family,  &mean_power_law.family,
    &mean_gaussian.family, &mean_piecewise.family, &mean_opposite.family,
    &mean_same.family,     &mean_file.family,      NULL,
};

static const sgdl_family_t *const signal_families[] = {
    &mean_zero.family,     &mean_constant.family,  &signal_power_law.family,
    &mean_gaussian.family, &mean_piecewise.family, &mean_opposite.family,
    &mean_same.family,     &mean_file.family,      NULL,
};

const family_table_t covariance_table = {
    .families = sgdl_covariance_families,
    .selector = "family",
    .example = "{family: isotropic}",
};

const family_table_t mean_table = {
    .families = sgdl_mean_families,
    .selector = "family",
    .common = "on",
    .common_help = "zero outside a < u <= b [everywhere]",
    .common_is_list = true,
    .example = "{family: constant}",
};

const family_table_t signal_table = {
    .families = signal_families,
    .selector = "family",
    .common = "on",
    .common_help = "zero outside a < u <= b [everywhere]",
    .common_is_list = true,
    .example = "{family: gaussian}",
};
