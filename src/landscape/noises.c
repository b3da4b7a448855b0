/* All noises. */
#include "src/landscape/noise.h"

const sgdl_family_t *const noise_families[] = {
    &noise_constant.family, &noise_loss.family,  &noise_polynomial.family,
    &noise_file.family,     &noise_terms.family, NULL,
};

const family_table_t noise_table = {
    .families = noise_families,
    .selector = "family",
    .example = "{family: constant, value: 1}",
};
