/* Which columns of a table show a quantity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/base/nearest.h"
#include "src/draw/plot.h"

static long find_suffixed(const sgdl_table_t *table, const char *name, const char *suffix)
{
    char column[256];
    int length = snprintf(column, sizeof column, "%s%s", name, suffix);
    return length > 0 && (size_t)length < sizeof column ? sgdl_table_find(table, column) : -1;
}

static const char ensemble_suffix[] = "_mean"; /* of the runs of a simulation */

/* Splits NAME_i or NAME_i_a, for an ensemble with its suffix. Returns false for other columns. */
static bool split_column(const char *column, const char *name, size_t *class_number,
                         size_t *output_number, bool *ensemble)
{
    size_t length = strlen(name);
    const char *digits = column + length + 1;
    char *end;
    if (strncmp(column, name, length) != 0 || column[length] != '_' || *digits < '1' ||
        *digits > '9')
        return false;
    *class_number = strtoul(digits, &end, 10);
    *output_number = 0;
    if (*end == '_' && end[1] >= '1' && end[1] <= '9')
        *output_number = strtoul(end + 1, &end, 10);
    *ensemble = strcmp(end, ensemble_suffix) == 0;
    return *end == '\0' || *ensemble;
}

/* The column holds an ensemble's mean: a band around it, in the place of a line. */
static void find_band(const sgdl_table_t *table, plot_columns_t *columns)
{
    char name[256];
    columns->mean = columns->line;
    columns->line = -1;
    const char *column = table->column[columns->mean];
    size_t length = strlen(column) - (sizeof ensemble_suffix - 1);
    (void)snprintf(name, sizeof name, "%.*s", (int)(length < 256 ? length : 255), column);
    const bool banded = !plot_is_probability(name);
    columns->low = banded ? find_suffixed(table, name, "_q10") : -1;
    columns->high = banded ? find_suffixed(table, name, "_q90") : -1;
}

static bool is_signal(const sgdl_table_t *table, const char *name)
{
    return plot_kind(table) == PLOT_SPECTRUM && strcmp(name, "signal") == 0;
}

/* NAME_1, NAME_2, ...; in a spectrum the latent coordinates of a class, or of the signal, make one
 * series. */
static size_t find_by_class(const sgdl_table_t *table, const char *name, plot_columns_t *columns)
{
    const bool signal = is_signal(table, name);
    bool norm = signal || (plot_kind(table) == PLOT_SPECTRUM && strcmp(name, "mean") == 0);
    size_t count = 0;
    for (size_t j = 0; j < table->columns; j++) {
        size_t class_number;
        size_t output_number;
        bool ensemble;
        if (!split_column(table->column[j], name, &class_number, &output_number, &ensemble))
            continue;
        if (signal)
            class_number = 0;
        plot_columns_t *last = count ? &columns[count - 1] : NULL;
        if (norm && last && last->class_number == class_number) {
            last->span++;
            continue;
        }
        columns[count++] = (plot_columns_t){.line = (long)j,
                                            .span = 1,
                                            .absolute = norm,
                                            .low = -1,
                                            .high = -1,
                                            .mean = -1,
                                            .class_number = class_number,
                                            .output_number = norm ? 0 : output_number};
        if (ensemble)
            find_band(table, &columns[count - 1]);
    }
    return count;
}

int plot_fail_missing(const sgdl_table_t *table, const char *path, const char *name,
                      sgdl_error_t *error)
{
    char list[600] = "";
    for (size_t j = 0; j < table->columns; j++) {
        size_t used = strlen(list);
        if (used + strlen(table->column[j]) + 8 > sizeof list) {
            (void)snprintf(list + used, sizeof list - used, ", ...");
            break;
        }
        (void)snprintf(list + used, sizeof list - used, "%s%s", j ? ", " : "", table->column[j]);
    }
    const char *nearest = nearest_name(name, (const char *const *)table->column, table->columns);
    return sgdl_fail(error, SGDL_ERR_INPUT, path, "no column '%.80s'%s%.80s%s; there are: %s", name,
                     nearest ? " (did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?)" : "", list);
}

/* Appends the series of one name. */
static size_t find_one(const sgdl_table_t *table, const char *name, plot_columns_t *columns)
{
    plot_columns_t one = {
        .line = sgdl_table_find(table, name), .span = 1, .low = -1, .high = -1, .mean = -1};
    if (plot_kind(table) == PLOT_CRITICAL && strcmp(name, "verdict") == 0)
        one.line = sgdl_table_find(table, "verdict_lower"); /* see plot_fill_critical */
    if (one.line < 0) {
        one.line = find_suffixed(table, name, "_ode");
        one.mean = find_suffixed(table, name, "_mean");
        one.low = find_suffixed(table, name, "_q10");
        one.high = find_suffixed(table, name, "_q90");
    }
    if (plot_is_probability(name)) /* a run is in a basin or not: quantiles are 0 or 1 */
        one.low = one.high = -1;
    if (one.line >= 0 || one.mean >= 0) {
        one.absolute = is_signal(table, name);
        *columns = one;
        return 1;
    }
    return find_by_class(table, name, columns);
}

bool plot_quantity(const char *names, size_t number, char *name, size_t size)
{
    for (; number > 0; number--) {
        names += strcspn(names, "+");
        if (!*names)
            return false;
        names++;
    }
    (void)snprintf(name, size, "%.*s", (int)strcspn(names, "+"), names);
    return true;
}

int plot_columns_find(const sgdl_table_t *table, const char *path, const char *name,
                      plot_columns_t **columns, size_t *count, sgdl_error_t *error)
{
    char one[256];
    size_t parts = 1;
    for (const char *c = name; (c = strchr(c, '+')) != NULL; c++)
        parts++;
    *count = 0;
    *columns = calloc(parts * (table->columns + 1), sizeof **columns);
    if (!*columns)
        return sgdl_fail_memory(error);
    bool whole = sgdl_table_find(table, name) >= 0; /* a column may have a plus sign in its name */
    for (size_t part = 0; part < (whole ? 1 : parts); part++) {
        (void)plot_quantity(name, part, one, sizeof one);
        size_t found = find_one(table, whole ? name : one, *columns + *count);
        if (found == 0) {
            free(*columns);
            *columns = NULL;
            return plot_fail_missing(table, path, one, error);
        }
        for (size_t i = *count; i < *count + found; i++)
            (*columns)[i].quantity = part;
        *count += found;
    }
    return SGDL_OK;
}

/* Of that name [NULL: not known]. */
static bool is_exponential(const char *loss)
{
    const sgdl_loss_t *const *row = sgdl_losses;
    while (*row && (!loss || strcmp((*row)->name, loss) != 0))
        row++;
    return *row && (*row)->exponential;
}

double plot_floor(const sgdl_table_t *table, const char *name)
{
    /* Squares of what the integrator keeps to its absolute tolerance. A risk that is exponential in
     * the state, like the logistic, stays right however small. */
    static const char *const squares[] = {"risk", "gradient_norm2", "noise_power"};
    static const double standard = 1e-12;
    const char *loss = sgdl_table_value(table, "loss");
    const char *tolerance = sgdl_table_value(table, "tolerance");
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) {
        size_t length = strlen(squares[i]);
        if (strncmp(name, squares[i], length) == 0 &&
            (name[length] == '\0' || name[length] == '_') && !is_exponential(loss)) {
            const char *stated = tolerance ? strstr(tolerance, "absolute:") : NULL;
            return stated ? strtod(stated + strlen("absolute:"), NULL) : standard;
        }
    }
    return 0;
}
