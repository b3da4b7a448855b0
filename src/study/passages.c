#include "src/study/passages.h"

#include <math.h>
#include <stdio.h>

#include "src/base/student.h"
#include "src/problem/problem.h"
#include "src/theories/theory.h"

/* The part of the runs that must have come, and the most of a time that may be allowed. */
static const double least_reached = 0.5, most_allowed = 0.5;

/* Times that are judged, each with NAME_se and NAME_discrete. */
enum { TIMES = 2 };
static const char *const times[TIMES] = {"mfpt", "mfpt_saddle"};

/* ---- a curve in memory, and the caller's sink -------------------------------------------------
 */

typedef struct tee {
    sgdl_sink_t memory;
    const sgdl_sink_t *other; /* may be NULL */
} tee_t;

static int tee_quantities(void *context, const sgdl_quantity_t *quantity, size_t count,
                          sgdl_error_t *error)
{
    const tee_t *self = context;
    int status = self->memory.quantities(self->memory.context, quantity, count, error);
    return status == SGDL_OK && self->other && self->other->quantities
               ? self->other->quantities(self->other->context, quantity, count, error)
               : status;
}

static int tee_row(void *context, const double *value, sgdl_error_t *error)
{
    const tee_t *self = context;
    int status = self->memory.row(self->memory.context, value, error);
    return status == SGDL_OK && self->other && self->other->row
               ? self->other->row(self->other->context, value, error)
               : status;
}

static int tee_note(void *context, const char *key, const char *text, sgdl_error_t *error)
{
    const tee_t *self = context;
    return self->other && self->other->note
               ? self->other->note(self->other->context, key, text, error)
               : SGDL_OK;
}

/* ---- judgement ------------------------------------------------------------------------------- */

typedef struct judge {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_curve_t *rows;
    leeway_t leeway;
    double z;
    size_t judged, disagreeing, powerless;
    double worst; /* the largest deviation in units of what is allowed */
    size_t worst_row, worst_time;
} judge_t;

static double value_of(const judge_t *self, size_t row, const char *name, const char *ending)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s%s", name, ending);
    const double *column = sgdl_curve_column(self->rows, key);
    return column ? column[row] : NAN;
}

static double allowed_of(const judge_t *self, size_t row, size_t time)
{
    return self->z * value_of(self, row, times[time], "_se") +
           self->plan->allowance * value_of(self, row, times[time], "_discrete") /
               self->leeway.scale;
}

static void judge_time(judge_t *self, size_t row, size_t time)
{
    const double exact = value_of(self, row, times[time], "_discrete");
    const double off = fabs(value_of(self, row, times[time], "") - exact);
    const double allowed = allowed_of(self, row, time);
    const double came = value_of(self, row, "reached", "") / value_of(self, row, "runs", "");
    self->judged++;
    if (!(came >= least_reached) || !(allowed <= most_allowed * exact)) {
        self->powerless++;
        return;
    }
    self->disagreeing += !(off <= allowed);
    if (!(off / allowed < self->worst)) {
        self->worst = off / allowed;
        self->worst_row = row;
        self->worst_time = time;
    }
}

/* Rows come curve by curve, as many of each. */
static int judge_rows(judge_t *self, sgdl_error_t *error)
{
    const size_t rows = sgdl_curve_rows(self->rows), curves = problem_curves(self->problem);
    int status = SGDL_OK;
    self->z = rows > 0 && self->plan->runs > 1
                  ? student_quantile(self->plan->significance / (double)(rows * TIMES) / 2,
                                     (double)self->plan->runs - 1)
                  : NAN;
    for (size_t row = 0; row < rows && status == SGDL_OK; row++) {
        status = theory_of(self->problem)
                     ->leeway(self->problem, self->plan, row * curves / rows,
                              self->problem->dimension, &self->leeway, error);
        for (size_t time = 0; time < TIMES && status == SGDL_OK; time++)
            judge_time(self, row, time);
    }
    return status;
}

/* ---- words ----------------------------------------------------------------------------------- */

static int note_worst(const judge_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const size_t row = self->worst_row;
    const char *name = times[self->worst_time];
    if (self->powerless == self->judged)
        return SGDL_OK;
    return emit_note(
        sink, "largest_deviation", error,
        "|mean - exact| = %.4g of %.6g (%s from %g to %g, learning rate %g, batch %g); "
        "standard error %.4g, %.4g of what is allowed",
        fabs(value_of(self, row, name, "") - value_of(self, row, name, "_discrete")),
        value_of(self, row, name, "_discrete"), name, value_of(self, row, "from", ""),
        value_of(self, row, "to", ""), value_of(self, row, "learning_rate", ""),
        value_of(self, row, "batch", ""), value_of(self, row, name, "_se"), self->worst);
}

static int note_criterion(const judge_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const bool exact = isinf(self->leeway.scale);
    if (exact)
        return emit_note(sink, "criterion", error,
                         "|mean - exact| <= z se in each of %zu times; z = %.4g (Student's t, %zu "
                         "runs, %g in all)",
                         self->judged, self->z, self->plan->runs, self->plan->significance);
    return emit_note(sink, "criterion", error,
                     "|mean - exact| <= z se + %s in each of %zu times; z = %.4g (Student's t, %zu "
                     "runs, %g in all), c: %g times the time",
                     self->leeway.bound, self->judged, self->z, self->plan->runs,
                     self->plan->significance, self->plan->allowance);
}

static int note_verdict(const judge_t *self, sgdl_comparison_t verdict, const sgdl_sink_t *sink,
                        sgdl_error_t *error)
{
    if (verdict == SGDL_INCONCLUSIVE)
        return emit_note(sink, "verdict", error,
                         "inconclusive: to %zu of %zu fewer than half of the runs came, or the "
                         "allowed deviation is more than half of the time; a later end or more "
                         "runs would tell",
                         self->powerless, self->judged);
    if (verdict == SGDL_DISAGREE)
        return emit_note(sink, "verdict", error, "disagree in %zu of %zu times", self->disagreeing,
                         self->judged);
    return emit_note(sink, "verdict", error, "agree");
}

static int conclude(judge_t *self, const sgdl_sink_t *sink, sgdl_comparison_t *verdict,
                    sgdl_error_t *error)
{
    int status = judge_rows(self, error);
    if (status != SGDL_OK)
        return status;
    *verdict = self->disagreeing > 0                      ? SGDL_DISAGREE
               : self->powerless > 0 || self->judged == 0 ? SGDL_INCONCLUSIVE
                                                          : SGDL_AGREE;
    status = note_worst(self, sink, error);
    if (status == SGDL_OK)
        status = note_criterion(self, sink, error);
    return status == SGDL_OK ? note_verdict(self, *verdict, sink, error) : status;
}

int compare_passages(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    sgdl_curve_t *rows = sgdl_curve_new();
    if (!rows)
        return sgdl_fail_memory(error);
    tee_t tee = {sgdl_curve_sink(rows), sink};
    const sgdl_sink_t both = {
        .context = &tee, .quantities = tee_quantities, .row = tee_row, .note = tee_note};
    judge_t judge = {.problem = problem, .plan = plan, .rows = rows};
    sgdl_plan_t beside = *plan;
    beside.discrete = true;
    int status = theory_of(problem)->passages(problem, &beside, &both, error);
    if (status == SGDL_OK)
        status = conclude(&judge, sink, verdict, error);
    sgdl_curve_free(rows);
    return status;
}
