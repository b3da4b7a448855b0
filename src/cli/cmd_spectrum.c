/* sgdlimit spectrum: print the nodes and their traces. */
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"
#include "src/theories/theory.h"

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    const theory_t *theory = theory_of(work->problem);
    int status = theory_need(theory, THEORY_LISTS_DIRECTIONS, theories, error);
    if (status == SGDL_OK)
        status = theory->spectrum(work->problem, &work->plan, &sink, error);
    if (sgdl_watch_stopped(&work->plan.watch)) {
        sgdl_table_free(table);
        status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted; no table was written");
    }
    return status;
}

static const option_t *const spectrum_options[] = {
    OUTPUT_OPTIONS, &option_memory, &option_refine_list, &option_exact_list, &option_timings, NULL};

const command_t command_spectrum = {
    .name = "spectrum",
    .help = "print the nodes (weight, eigenvalues, mean coordinates) and their traces",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = spectrum_options,
    .example = "  sgdlimit spectrum --covariance power-law:exponent=1.5\n",
    .compute = compute,
};
