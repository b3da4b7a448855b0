/* The rows of `escape`: one for each learning rate, batch, and way out of a basin. */
#include "src/theories/diffusion/escape.h"

#include <math.h>

#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/warnings.h"

enum { COLUMNS = 16 };

struct escape_out {
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
};

typedef struct column {
    const char *name;
    double value;
} column_t;

/* The columns with what a row says; those of the chain are the last. Returns their number. */
static size_t columns(const sgdl_plan_t *plan, const setting_t *setting, const escape_row_t *row,
                      column_t *column)
{
    const bool target = !isnan(plan->target);
    size_t count = 0;
    column[count++] = (column_t){"learning_rate", setting->eta};
    column[count++] = (column_t){"batch", setting->batch};
    column[count++] = (column_t){"from", (double)(row->from + 1)};
    column[count++] =
        target ? (column_t){"target", plan->target} : (column_t){"to", (double)(row->to + 1)};
    column[count++] = (column_t){"mfpt", row->mfpt};
    column[count++] = (column_t){"mfpt_steps", row->mfpt / setting->stride};
    if (!target)
        column[count++] = (column_t){"kramers", row->kramers};
    column[count++] = (column_t){"rate", 1 / row->mfpt};
    if (!target) {
        column[count++] = (column_t){"mfpt_saddle", row->saddle};
        column[count++] = (column_t){"kramers_steps", row->kramers / setting->stride};
        column[count++] = (column_t){"kramers_leading", row->kramers_leading};
    }
    if (plan->discrete) {
        column[count++] = (column_t){"mfpt_discrete", row->discrete};
        column[count++] = (column_t){"mfpt_discrete_steps", row->discrete / setting->stride};
    }
    if (plan->discrete && !target)
        column[count++] = (column_t){"mfpt_saddle_discrete", row->saddle_discrete};
    return count;
}

static int begin(const escape_out_t *self, sgdl_error_t *error)
{
    const setting_t none = {0};
    const escape_row_t empty = {0};
    column_t column[COLUMNS];
    emit_list_t list = {.group = QUANTITIES_OF_ESCAPE};
    const size_t count = columns(self->plan, &none, &empty, column);
    int status = SGDL_OK;
    for (size_t c = 0; c < count && status == SGDL_OK; c++)
        status = emit_add(&list, error, "%s", column[c].name);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    emit_free(&list);
    return status;
}

int escape_add(const escape_out_t *self, const setting_t *setting, const escape_row_t *row,
               sgdl_error_t *error)
{
    column_t column[COLUMNS];
    double value[COLUMNS];
    const size_t count = columns(self->plan, setting, row, column);
    for (size_t c = 0; c < count; c++)
        value[c] = column[c].value;
    return emit_row(self->sink, value, error);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static escape_f *finder_of(const setting_t *setting)
{
    if (setting->landscape->coordinates > 1)
        return escape_plane;
    return setting->friction > 0 ? escape_momentum : escape_line;
}

/* What is asked for of that kind of problem at all. */
static int check(const sgdl_plan_t *plan, const setting_t *setting, sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const bool line = landscape->coordinates == 1 && !(setting->friction > 0);
    if (!isnan(plan->target) && !line)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--target",
                         "found with %s; allowed: one coordinate, momentum 0",
                         landscape->coordinates > 1 ? "two coordinates" : "momentum");
    if (isnan(plan->target) && landscape->minima < 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                         "has one minimum, at x = %.10g: there is no other to go to; allowed: one "
                         "with several%s",
                         landscape_minimum(landscape, 0)->x[0],
                         line ? ", or a place to reach, --target X" : "");
    return plan->discrete ? chain_offered(setting, "--discrete", error) : SGDL_OK;
}

static int add_curve(const escape_out_t *self, const sgdl_problem_t *problem, size_t curve,
                     sgdl_error_t *error)
{
    setting_t setting;
    const sgdl_plan_t *plan = self->plan;
    sgdl_watch_report(&plan->watch, (double)curve / (double)problem_curves(problem), NAN);
    if (sgdl_watch_stopped(&plan->watch))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    int status = setting_init(&setting, problem, plan, curve, error);
    if (status == SGDL_OK)
        status = setting_settle(&setting, error);
    if (status == SGDL_OK)
        status = check(plan, &setting, error);
    if (status != SGDL_OK)
        return status;
    escape_f *find = finder_of(&setting);
    status = setting_note(&setting, self->sink, error);
    if (status == SGDL_OK)
        status = warnings_note(&setting, self->sink, error);
    return status == SGDL_OK ? find(&setting, plan, self->sink, self, error) : status;
}

int diffusion_escape(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    const escape_out_t self = {.plan = &plan, .sink = sink};
    status = begin(&self, error);
    for (size_t curve = 0; curve < problem_curves(problem) && status == SGDL_OK; curve++)
        status = add_curve(&self, problem, curve, error);
    return status;
}
