/* sgdlimit estimate: from labelled rows to a folder with the problem of their mixture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/estimate.h"
#include "sgdlimit/version.h"
#include "src/base/text.h"
#include "src/cli/interrupt.h"
#include "src/cli/plan_options.h"
#include "src/cli/resources.h"
#include "src/cli/runner.h"

/* ---- options --------------------------------------------------------------------------------- */

static int read_components(const char *text, size_t *count, sgdl_error_t *error)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (!strchr("0123456789", *text) || *end || errno || value < 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--pca",
                         "found '%.80s', allowed: a number of components from 1", text);
    *count = (size_t)value;
    return SGDL_OK;
}

static int read_shrinkage(const char *text, double *value, sgdl_error_t *error)
{
    if (strcmp(text, "ledoit-wolf") == 0) {
        *value = SGDL_SHRINKAGE_LEDOIT_WOLF;
        return SGDL_OK;
    }
    return text_number(text, value) == NUMBER_OK && *value >= 0 && *value <= 1
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "--shrinkage",
                           "found '%.80s', allowed: a number from 0 to 1, or ledoit-wolf", text);
}

static int read_constant(const char *text, sgdl_constant_t *constant, sgdl_error_t *error)
{
    if (strcmp(text, "drop") != 0 && strcmp(text, "keep") != 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--constant", "found '%.80s', allowed: drop, keep",
                         text);
    *constant = strcmp(text, "drop") == 0 ? SGDL_CONSTANT_DROP : SGDL_CONSTANT_KEEP;
    return SGDL_OK;
}

static int read_options(const arguments_t *arguments, sgdl_estimate_options_t *options,
                        sgdl_error_t *error)
{
    const char *pca = arguments_text(arguments, "pca"),
               *shrinkage = arguments_text(arguments, "shrinkage"),
               *constant = arguments_text(arguments, "constant"),
               *memory = arguments_text(arguments, "memory");
    *options = sgdl_estimate_default();
    options->labels = arguments_text(arguments, "labels");
    options->label = arguments_text(arguments, "label");
    options->format = arguments_text(arguments, "data-format");
    options->only = arguments_text(arguments, "only");
    options->positive = arguments_text(arguments, "positive");
    options->loss = arguments_text(arguments, "loss");
    options->transform = arguments_text(arguments, "transform");
    options->centre = !arguments_text(arguments, "no-centre");
    options->scale = !arguments_text(arguments, "no-scale");
    options->diagonal = arguments_text(arguments, "diagonal") != NULL;
    options->replace = arguments_text(arguments, "force") != NULL;
    options->watch.stop = interrupt_watch();
    options->memory = memory_of_machine();
    int status = pca ? read_components(pca, &options->components, error) : SGDL_OK;
    if (status == SGDL_OK && shrinkage)
        status = read_shrinkage(shrinkage, &options->shrinkage, error);
    if (status == SGDL_OK && constant)
        status = read_constant(constant, &options->constant, error);
    return status == SGDL_OK && memory ? memory_read(memory, &options->memory, error) : status;
}

/* ---- the work -------------------------------------------------------------------------------- */

/* "digits" of "data/digits.csv", malloc'd. */
static char *name_of(const char *data)
{
    const char *slash = strrchr(data, '/'), *name = slash ? slash + 1 : data;
    char *copy = strdup(name), *dot = copy ? strrchr(copy, '.') : NULL;
    if (dot && dot > copy)
        *dot = '\0';
    return copy;
}

static int run_with(const arguments_t *arguments, const sgdl_estimate_options_t *options,
                    const char *folder, sgdl_error_t *error)
{
    destination_t destination = {.arguments = arguments};
    const char *format = arguments_text(arguments, "format");
    sgdl_table_t table;
    if (format && !sgdl_format_parse(format, &destination.format))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--format",
                         "found '%.80s', allowed: tsv, csv, json", format);
    sgdl_table_init(&table);
    const sgdl_sink_t sink = sgdl_table_sink(&table);
    int status = sgdl_table_comment(&table, false, "sgdlimit", error, "%s", SGDL_VERSION);
    if (status == SGDL_OK)
        status = sgdl_table_comment(&table, false, "command", error, "estimate");
    if (status == SGDL_OK)
        status = sgdl_table_comment(&table, false, "folder", error, "%s", folder);
    if (status == SGDL_OK)
        status = sgdl_table_comment(&table, false, "next", error,
                                    "sgdlimit compare %s/problem.yaml --rows %s/rows.npy", folder,
                                    folder);
    if (status == SGDL_OK)
        status = arguments_record(arguments, &table, error);
    if (status == SGDL_OK)
        status = sgdl_estimate(arguments->operand[0], folder, options, &sink, error);
    if (status == SGDL_OK)
        status = destination_write(&destination, &table, error);
    sgdl_table_free(&table);
    return status;
}

static int run_estimate(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_estimate_options_t options;
    const char *folder = arguments_text(arguments, "output");
    if (arguments->operands == 0 || !*arguments->operand[0] ||
        strcmp(arguments->operand[0], "-") == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found no DATA; allowed: sgdlimit estimate FILE, a .csv, .tsv, .npy, "
                         ".libsvm or .svm");
    if (folder && !*folder)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--output",
                         "found '', allowed: the name of a folder");
    int status = read_options(arguments, &options, error);
    if (status != SGDL_OK)
        return status;
    char *own = folder ? strdup(folder) : name_of(arguments->operand[0]);
    if (!own)
        return sgdl_fail_memory(error);
    status = run_with(arguments, &options, own, error);
    free(own);
    return status;
}

static const option_t own_options[] = {
    {"output", 'o', "FOLDER", "the folder, which appears whole or not at all [DATA's name]"},
    {"force", 0, NULL, "replace a folder that an estimate wrote"},
    {"format", 0, "NAME", "of the table: tsv, csv or json [tsv]"},
    {"label", 0, "COLUMN", "the labels' column, by name or number from 1 [label, else the last]",
     RECORDED},
    {"labels", 0, "FILE", "labels beside the data: one a line, or a .npy [a column]",
     RECORDED_FILE},
    {"data-format", 0, "NAME", "csv, tsv, npy or libsvm [by DATA's ending]", RECORDED},
    {"only", 0, "LIST", "take the rows of these labels alone, such as 3,8 [all]", RECORDED},
    {"positive", 0, "LIST",
     "two labels: these count as one, the others as the other; each stays a class [no]", RECORDED},
    {"loss", 0, "NAME",
     "logistic, least-squares or softmax [logistic of two labels, of more least-squares, one-hot]",
     RECORDED},
    {"no-centre", 0, NULL, "keep the mean of all rows", RECORDED},
    {"no-scale", 0, NULL, "keep the scale; else rows are scaled to sum_i p_i tr(K_i)/d = 1",
     RECORDED},
    {"pca", 0, "D", "the first D principal components of all rows [the features]", RECORDED},
    {"diagonal", 0, NULL, "leave out what is off the covariances' diagonals", RECORDED},
    {"shrinkage", 0, "W",
     "of each covariance towards its mean eigenvalue: 0 to 1, or ledoit-wolf [0]", RECORDED},
    {"constant", 0, "WHAT",
     "features that never vary: drop, or keep as directions of zero variance [an error]", RECORDED},
    {"transform", 0, "FILE", "apply another estimate's transform.npy in place of an own one",
     RECORDED_FILE},
};

static const option_t *const estimate_options[] = {
    &own_options[0],  &own_options[1],  &own_options[2],
    &own_options[3],  &own_options[4],  &own_options[5],
    &own_options[6],  &own_options[7],  &own_options[8],
    &own_options[9],  &own_options[10], &own_options[11],
    &own_options[12], &own_options[13], &own_options[14],
    &own_options[15], &option_memory,   NULL};

const command_t command_estimate = {
    .name = "estimate",
    .help = "a problem from labelled data: class weights, means and covariances",
    .more = "The folder holds problem.yaml, mean_I.txt, covariance_I.npy, the transformed rows in "
            "rows.npy for --rows of simulate and compare, and transform.npy, the mean that was "
            "removed and, below it, the matrix of what is applied then. A row a class goes to "
            "standard output: trace is tr K/d, mean2 |mu|^2; kurtosis, largest_kurtosis (of "
            "direction kurtosis_at) and norm_spread, the variance of |a - mu|^2 over that of a "
            "Gaussian, say how far the rows are from one: 0, 0 and 1 of a Gaussian.",
    .operands = "DATA",
    .most_operands = 1,
    .options = estimate_options,
    .example = "  sgdlimit estimate digits.csv --only 3,8 --constant drop -o digits\n"
               "  sgdlimit compare digits/problem.yaml --rows digits/rows.npy\n",
    .run = run_estimate,
};
