/* What a table is, and so what it shows and along which axis unless told otherwise. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/draw/plot.h"

static bool has(const sgdl_table_t *table, const char *column)
{
    return sgdl_table_find(table, column) >= 0;
}

size_t plot_sweep_axes(const sgdl_table_t *table)
{
    const char *command = sgdl_table_value(table, "command");
    if (!command || strcmp(command, "sweep") != 0 || !sgdl_table_value(table, "vary_1"))
        return 0;
    return sgdl_table_value(table, "vary_2") ? 2 : 1;
}

/* By the columns where they say it, for a table may have lost its comments on the way. */
plot_kind_t plot_kind(const sgdl_table_t *table)
{
    if (has(table, "eigenvalue_bar") && has(table, "t") &&
        (has(table, "node") || has(table, "bin")))
        return PLOT_DIRECTIONS;
    if (has(table, "eigenvalue_bar") && has(table, "weight"))
        return PLOT_SPECTRUM;
    if (plot_sweep_axes(table) > 0 && table->columns > 1)
        return PLOT_SWEEP;
    if (has(table, "density") && has(table, "t") && has(table, "x"))
        return PLOT_DENSITY;
    if (has(table, "t_begin") && has(table, "t_end") && has(table, "learning_rate"))
        return PLOT_SCHEDULE;
    if (has(table, "mfpt") && has(table, "from") && has(table, "to"))
        return PLOT_ESCAPE;
    if (has(table, "kind") && has(table, "loss") && has(table, "x"))
        return PLOT_CRITICAL_POINTS;
    if (has(table, "batch") && has(table, "learning_rate") && has(table, "temperature"))
        return PLOT_STATIONARY;
    if (has(table, "t") && (has(table, "step") || has(table, "mean_x_ode")))
        return PLOT_DIFFUSION;
    if (has(table, "learning_rate") && has(table, "verdict") && has(table, "risk_limit"))
        return PLOT_LIMIT;
    if (has(table, "critical") && has(table, "verdict_lower") && has(table, "verdict_upper") &&
        has(table, "lower") && has(table, "upper"))
        return PLOT_CRITICAL;
    if (has(table, "dimension") && has(table, "risk_deviation"))
        return PLOT_DIMENSIONS;
    return has(table, "t") ? PLOT_CURVE : PLOT_OTHER;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool plot_counts(const char *name)
{
    static const char *const counts[] = {"batch", "dimension", "runs",  "seed", "node",
                                         "bin",   "point",     "curve", NULL};
    return is_one_of(name, counts);
}

bool plot_is_of_points(plot_kind_t kind)
{
    return kind == PLOT_SWEEP || kind == PLOT_LIMIT || kind == PLOT_DIMENSIONS ||
           kind == PLOT_STATIONARY || kind == PLOT_ESCAPE;
}

bool plot_is_probability(const char *name)
{
    return strncmp(name, "p_flat", strlen("p_flat")) == 0 ||
           (strncmp(name, "p_", 2) == 0 && name[2] >= '1' && name[2] <= '9') ||
           strcmp(name, "p") == 0;
}

bool plot_is_timeless(const char *name)
{
    static const char *const timeless[] = {"risk_limit",
                                           "risk_min",
                                           "error_limit",
                                           "error_min",
                                           "noise_excess",
                                           "theta",
                                           "verdict",
                                           "status",
                                           "mean_loss",
                                           "sharpness",
                                           "gap",
                                           "relaxation_steps",
                                           "basins",
                                           "second_moment",
                                           "tail_exponent",
                                           "tail_exponent_sde",
                                           "stable_below",
                                           "almost_surely_below",
                                           NULL};
    return is_one_of(name, timeless) ||
           (plot_is_probability(name) && strcmp(name, "p_flat_time") != 0);
}

/* ---- along the axis ---------------------------------------------------------------------------
 */

/* Numbers that are nearer to each other are the same, such as probabilities of the only basin. */
static const double rounding = 1e-12;

/* How many numbers the tables' column has, up to two different ones: 0 none, 1 always the same, 2
 * worth a look. */
static int interest(const plot_request_t *request, const char *column)
{
    double first = NAN;
    int different = 0;
    for (size_t i = 0; i < request->tables; i++) {
        const sgdl_table_t *table = &request->table[i];
        long j = sgdl_table_find(table, column);
        for (size_t r = 0; r < table->rows && j >= 0; r++) {
            double value = table->value[r * table->columns + (size_t)j];
            if (isfinite(value) && isnan(first)) {
                first = value;
                different = 1;
            } else if (fabs(value - first) > rounding * fabs(first) && isfinite(value)) {
                return 2;
            }
        }
    }
    return different;
}

/* Of learning rate and batch the one that moves. */
static const char *setting_axis(const plot_request_t *request)
{
    return interest(request, "batch") < 2 && interest(request, "learning_rate") == 2
               ? "learning_rate"
               : "batch";
}

int plot_choose_x(const plot_request_t *request, size_t number, long *x, sgdl_error_t *error)
{
    static const char *const usual[] = {[PLOT_CURVE] = "t",
                                        [PLOT_DIRECTIONS] = "eigenvalue_bar",
                                        [PLOT_LIMIT] = "learning_rate",
                                        [PLOT_CRITICAL] = "critical",
                                        [PLOT_DIMENSIONS] = "dimension",
                                        [PLOT_DIFFUSION] = "step",
                                        [PLOT_DENSITY] = "x",
                                        [PLOT_CRITICAL_POINTS] = "x",
                                        [PLOT_SCHEDULE] = "t_end",
                                        [PLOT_OTHER] = NULL};
    const sgdl_table_t *table = &request->table[number];
    plot_kind_t kind = plot_kind(table);
    *x = -1;
    if (request->x) {
        *x = sgdl_table_find(table, request->x);
        return *x < 0 ? plot_fail_missing(table, request->path[number], request->x, error)
                      : SGDL_OK;
    }
    if (kind == PLOT_SPECTRUM)
        return SGDL_OK;
    if (kind == PLOT_STATIONARY || kind == PLOT_ESCAPE) {
        *x = sgdl_table_find(table, setting_axis(request));
        return SGDL_OK;
    }
    if (kind != PLOT_SWEEP && usual[kind]) {
        *x = sgdl_table_find(table, usual[kind]);
        if (*x < 0)
            *x = sgdl_table_find(table, "t");
        return SGDL_OK;
    }
    bool counted = kind == PLOT_SWEEP || strcmp(table->column[0], "curve") == 0;
    *x = table->columns > 1 && counted;
    return SGDL_OK;
}

size_t plot_groups(const plot_request_t *request, size_t number, long x,
                   long group[PLOT_MOST_GROUPS])
{
    static const char *const names[PLOT_MOST_GROUPS] = {"learning_rate", "batch", "from", "to"};
    const sgdl_table_t *table = &request->table[number];
    const plot_kind_t kind = plot_kind(table);
    size_t count = 0;
    if (plot_sweep_axes(table) == 2 && table->columns > 2)
        group[count++] = x == 1 ? 2 : 1;
    for (size_t i = 0; (kind == PLOT_STATIONARY || kind == PLOT_ESCAPE) && i < PLOT_MOST_GROUPS;
         i++) {
        const long column = sgdl_table_find(table, names[i]);
        if (column >= 0 && column != x && (i > 1 || interest(request, names[i]) == 2))
            group[count++] = column;
    }
    return count;
}

/* ---- what is shown ----------------------------------------------------------------------------
 */

/* The first of the names that say most; false if none says anything. */
static bool take_best(const plot_request_t *request, const char *const *names, const char **best)
{
    int most = 0;
    for (; *names; names++) {
        char column[64];
        int found = plot_quantity(*names, 0, column, sizeof column) ? interest(request, column) : 0;
        if (found > most) {
            most = found;
            *best = *names;
        }
    }
    return most > 0;
}

/* Where it ends, and how fast that is; of heavy tails their exponent. */
static void choose_stationary(const plot_request_t *request, const char **names, size_t *count)
{
    static const char *const laws[] = {"p_flat", "tail_exponent+tail_exponent_sde", "mean_loss",
                                       NULL};
    static const char *const speeds[] = {"relaxation_steps", NULL};
    *count += take_best(request, laws, &names[*count]);
    if (plot_sweep_axes(&request->table[0]) < 2 || request->x)
        *count += take_best(request, speeds, &names[*count]);
}

/* The basin of the flattest minimum, else its own column or the first one; with one basin the
 * loss. Beside the exact chain what the diffusion says. */
static void choose_diffusion(const plot_request_t *request, const char **names, size_t *count)
{
    static const char *const basins[] = {"p_1+p_1_sde", "p_2+p_2_sde", "p_3+p_3_sde",
                                         "p_4+p_4_sde"};
    static const char *const alone[] = {"p_1", "p_2", "p_3", "p_4"};
    static const char *const found[][3] = {{"p_flat", "p_flat_ode", "p_flat_mean"},
                                           {"mean_loss", "mean_loss_ode", "mean_loss_mean"}};
    const size_t flat = plot_flattest(&request->table[0]);
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        for (size_t k = 0; k < 3 && *count == 0; k++)
            if (interest(request, found[i][k]) == 2)
                names[(*count)++] = found[i][0];
        if (i == 0 && *count == 0 && flat < sizeof alone / sizeof *alone) {
            char column[32];
            (void)snprintf(column, sizeof column, "%s_sde", alone[flat]);
            const bool sde = interest(request, column) == 2;
            (void)snprintf(column, sizeof column, "%s_ode", alone[flat]);
            if (sde || interest(request, column) == 2)
                names[(*count)++] = sde ? basins[flat] : alone[flat];
        }
    }
    if (*count == 0)
        names[(*count)++] = "p";
}

/* Exact times, and what of Kramers' and the chain's there is. */
static void choose_escape(const plot_request_t *request, const char **names, size_t *count)
{
    static const char *const times[] = {"mfpt_steps+mfpt_discrete_steps+kramers_steps",
                                        "mfpt_steps+mfpt_discrete_steps",
                                        "mfpt_steps+kramers_steps", "mfpt_steps", NULL};
    for (const char *const *name = times; *name && *count == 0; name++) {
        char column[64];
        bool all = true;
        for (size_t i = 0; plot_quantity(*name, i, column, sizeof column); i++)
            all = all && interest(request, column) > 0;
        if (all)
            names[(*count)++] = *name;
    }
}

/* A transition shows in the limit and its exponent; else the risk at the end, beside the limit if
 * that moves too. */
static void choose_sweep(const plot_request_t *request, const char **names, size_t *count)
{
    bool limit = interest(request, "risk_limit") == 2;
    bool exponent = interest(request, "theta") == 2;
    if (has(&request->table[0], "p_flat_time")) {
        choose_stationary(request, names, count);
        return;
    }
    if (plot_sweep_axes(&request->table[0]) == 2 && !request->x) {
        static const char *const planes[] = {"risk", "risk_limit", "verdict", NULL};
        *count = take_best(request, planes, names);
    } else if (limit && exponent) {
        names[(*count)++] = "risk_limit";
        names[(*count)++] = "theta";
    } else {
        static const char *const risks[] = {"risk", "risk_limit", "theta", "verdict", NULL};
        static const char *const both[] = {"risk+risk_limit", "risk_limit", NULL};
        *count = take_best(request, limit ? both : risks, names);
    }
}

static void choose_by_name(const plot_request_t *request, plot_kind_t kind, const char **names,
                           size_t *count)
{
    static const char *const limits[][3] = {{"risk_limit+risk_min", "risk_limit", "risk_min"},
                                            {"error_limit+error_min", "error_limit", "error_min"},
                                            {"verdict", NULL, NULL}};
    static const char *const deviations[] = {"risk_deviation+risk_se", "error_deviation+error_se",
                                             "learning_rate_deviation+learning_rate_se",
                                             "overlap_signal_deviation+overlap_signal_se"};
    if (kind == PLOT_LIMIT) {
        for (size_t i = 0; i < 3 && (i < 2 || *count == 0); i++) {
            const char *best[] = {limits[i][0], limits[i][1], limits[i][2], NULL};
            *count += take_best(request, best, &names[*count]);
        }
    } else if (kind == PLOT_DIMENSIONS) {
        for (size_t i = 0; i < sizeof deviations / sizeof *deviations; i++) {
            const char *one[] = {deviations[i], NULL};
            *count += take_best(request, one, &names[*count]);
        }
    } else if (kind == PLOT_DIFFUSION) {
        choose_diffusion(request, names, count);
    } else if (kind == PLOT_STATIONARY) {
        choose_stationary(request, names, count);
    } else if (kind == PLOT_ESCAPE) {
        choose_escape(request, names, count);
    } else if (kind == PLOT_DENSITY) {
        names[(*count)++] = "density";
    } else if (kind == PLOT_CRITICAL_POINTS) {
        names[(*count)++] = "loss";
    } else if (kind == PLOT_SCHEDULE) {
        names[(*count)++] =
            interest(request, "line_search") > 0 ? "learning_rate+line_search" : "learning_rate";
    } else if (kind == PLOT_CRITICAL) {
        names[(*count)++] = "verdict";
    } else if (kind == PLOT_SPECTRUM) {
        names[(*count)++] = "eigenvalue";
        if (has(request->table, "mean_1") || has(request->table, "mean_1_1"))
            names[(*count)++] = "mean";
        if (has(request->table, "signal") || has(request->table, "signal_1"))
            names[(*count)++] = "signal";
    } else if (kind == PLOT_DIRECTIONS) {
        static const char *const overlaps[] = {"overlap_1_1", "overlap_1_1_mean", NULL};
        const char *best = NULL;
        names[(*count)++] = take_best(request, overlaps, &best) ? "overlap_1_1" : "overlap_1";
    }
}

/* Any other table: its last column with a number that is not along the axis. */
static void choose_last(const plot_request_t *request, const char **names, size_t *count)
{
    const sgdl_table_t *table = &request->table[0];
    const char *along = request->x ? request->x : table->column[0];
    for (size_t j = table->columns; j > 0 && *count == 0; j--)
        if (strcmp(table->column[j - 1], along) != 0 && interest(request, table->column[j - 1]))
            names[(*count)++] = table->column[j - 1];
    if (*count == 0)
        names[(*count)++] = table->column[table->columns - 1];
}

int plot_choose_quantities(const plot_request_t *request, const char **names, size_t *count,
                           sgdl_error_t *error)
{
    static const char *const excesses[] = {"excess", "excess_ode", "excess_mean", NULL};
    static const char *const risks[] = {"risk", "risk_ode", "risk_mean", NULL};
    plot_kind_t kind = plot_kind(&request->table[0]);
    *count = 0;
    if (kind == PLOT_SWEEP) {
        choose_sweep(request, names, count);
    } else if (kind == PLOT_CURVE || kind == PLOT_OTHER) {
        const char *best = NULL;
        if (take_best(request, excesses, &best) && interest(request, best) == 2)
            names[(*count)++] = "excess"; /* there only if a reference was asked for */
        else if (take_best(request, risks, &best))
            names[(*count)++] = "risk";
        else
            choose_last(request, names, count);
    } else {
        choose_by_name(request, kind, names, count);
    }
    return *count ? SGDL_OK
                  : sgdl_fail(error, SGDL_ERR_INPUT, request->path[0],
                              "there is no number to draw; --y names columns");
}
