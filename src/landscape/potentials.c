/* All potentials. */
#include "src/landscape/potential.h"

const sgdl_family_t *const potential_families[] = {
    &potential_polynomial.family,
    &potential_double_well.family,
    &potential_terms.family,
    NULL,
};

const family_table_t potential_table = {
    .families = potential_families,
    .selector = "family",
    .example = "{family: double-well, scale: 1}",
};
