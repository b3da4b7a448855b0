/* All potentials. */
#include "src/landscape/potential.h"

const sgdl_family_t *const potential_families[] = {
    &potential_polynomial.family,    &potential_double_well.family, &potential_file.family,
    &potential_least_squares.family, &potential_terms.family,       NULL,
};

const family_table_t potential_table = {
    .families = potential_families,
    .selector = "family",
    .example = "{family: double-well, scale: 1}",
};

bool potential_brings_noise(const sgdl_spec_t *spec)
{
    const potential_family_t *family = (const potential_family_t *)(const void *)spec->family;
    return family->brings_noise && family->brings_noise(spec);
}
