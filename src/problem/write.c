#include "src/problem/problem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/problem/plan.h"
#include "src/problem/keys.h"
#include "src/base/text.h"

/* Values are printed to a memory stream; its errors stick and are seen when it is closed. */

static void put_number(FILE *out, double value)
{
    char text[TEXT_NUMBER_SIZE];
    text_shortest(value, text);
    (void)fputs(text, out);
}

static void put_numbers(FILE *out, const double *values, size_t count)
{
    (void)fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i ? ", " : "", out);
        put_number(out, values[i]);
    }
    (void)fputc(']', out);
}

static void put_setting(FILE *out, const sgdl_key_t *key, const sgdl_setting_t *setting)
{
    if (setting->count == 0)
        return;
    (void)fprintf(out, ", %s: ", key->name);
    if (key->kind == SGDL_KEY_PATH)
        text_quote(out, setting->path);
    else if (key->kind == SGDL_KEY_REALS)
        put_numbers(out, setting->list, setting->count);
    else if (setting->count == 2)
        put_numbers(out, setting->number, 2);
    else
        put_number(out, setting->number[0]);
}

/* "{selector: name, key: value" without the closing brace. */
static void open_spec(FILE *out, const char *selector, const sgdl_spec_t *spec)
{
    (void)fprintf(out, "{%s: %s", selector, spec->family->name);
    for (size_t i = 0; i < spec->family->key_count; i++)
        put_setting(out, &spec->family->keys[i], &spec->setting[i]);
}

static void put_mean(FILE *out, const sgdl_mean_t *mean)
{
    open_spec(out, "family", &mean->spec);
    if (mean->on[0] > 0.0 || mean->on[1] < 1.0) {
        (void)fputs(", on: ", out);
        put_numbers(out, mean->on, 2);
    }
    (void)fputc('}', out);
}

static void put_rate(FILE *out, const sgdl_schedule_t *schedule)
{
    /* The constant schedule is the plain number. */
    bool plain = strcmp(schedule->spec.family->name, "constant") == 0 && !(schedule->warmup > 0.0);
    if (plain) {
        put_number(out, sgdl_spec_number(&schedule->spec, "value"));
        return;
    }
    open_spec(out, "schedule", &schedule->spec);
    if (schedule->warmup > 0.0) {
        (void)fputs(", warmup: ", out);
        put_number(out, schedule->warmup);
    }
    (void)fputc('}', out);
}

/* ---- the values of the keys, in the order of problem_keys ------------------------------- */

static void put_dimension(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    if (isinf(self->dimension))
        (void)fputs("inf", out);
    else
        (void)fprintf(out, "%.0f", self->dimension);
}

static void put_loss(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;
    (void)fputs(self->loss->name, out);
}

static void put_encoding(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    (void)fputs(self->one_hot ? "one-hot" : "scalar", out);
}

static void put_classes(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    for (size_t i = 0; i < self->classes; i++) {
        (void)fputs(i ? ", {weight: " : "[{weight: ", out);
        put_number(out, self->weight[i]);
        (void)fputs(", label: ", out);
        put_number(out, self->label[i]);
        (void)fputs(", covariance: ", out);
        open_spec(out, "family", &self->covariance[i]);
        (void)fputs("}, mean: ", out);
        put_mean(out, &self->mean[i]);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

static void put_rates(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    for (size_t i = 0; i < self->rates; i++) {
        (void)fputs(i ? ", " : self->rates > 1 ? "[" : "", out);
        put_rate(out, &self->learning_rate[i]);
    }
    (void)fputs(self->rates > 1 ? "]" : "", out);
}

static void put_intercept(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    put_number(out, self->intercept);
}

static void put_batch(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;
    put_number(out, self->batch);
}

static void put_ridge(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;
    put_number(out, self->ridge);
}

static void put_noise(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    put_number(out, self->targets.noise);
}

static void put_start(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    (void)fputs(self->start_path ? "{file: " : "{norm2: ", out);
    if (self->start_path)
        text_quote(out, self->start_path);
    else
        put_number(out, self->start_norm2);
    (void)fputc('}', out);
}

static void put_time(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    put_number(out, plan_horizon(plan, self));
}

static void put_output(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)self;
    if (plan->spacing == SGDL_SPACING_TIMES) {
        (void)fputs("{times: ", out);
        put_numbers(out, plan->times, plan->points);
    } else if (plan->spacing == SGDL_SPACING_LOG) {
        (void)fprintf(out, "{points: %zu, spacing: log, first: ", plan->points);
        put_number(out, plan->first);
    } else {
        (void)fprintf(out, "{points: %zu, spacing: linear", plan->points);
    }
    (void)fputc('}', out);
}

static void put_clean_below(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    put_number(out, self->clean_below);
}

static void put_seed(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)plan;

    (void)fprintf(out, "%" PRIu64, self->seed);
}

static void put_tolerance(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    (void)self;
    (void)fputs("{relative: ", out);
    put_number(out, plan->rtol);
    (void)fputs(", absolute: ", out);
    put_number(out, plan->atol);
    (void)fputc('}', out);
}

typedef void put_f(FILE *out, const sgdl_problem_t *self, const sgdl_plan_t *plan);

static int write_line(const sgdl_problem_t *self, const sgdl_plan_t *plan, const char *key,
                      put_f *put, sgdl_problem_line_f *line, void *context, sgdl_error_t *error)
{
    char *text;
    text_stream_t stream;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    put(stream.out, self, plan);
    status = text_stream_close(&stream, &text, error);
    if (status == SGDL_OK)
        status = line(context, key, text);
    free(text);
    return status;
}

int sgdl_problem_write(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                       sgdl_problem_line_f *line, void *context, sgdl_error_t *error)
{
    static put_f *const puts_of_keys[PROBLEM_KEYS] = {
        put_dimension, put_loss,   put_encoding,    put_classes, put_rates,
        put_intercept, put_batch,  put_ridge,       put_noise,   put_start,
        put_time,      put_output, put_clean_below, put_seed,    put_tolerance};
    int status = SGDL_OK;
    for (size_t i = 0; i < PROBLEM_KEYS && status == SGDL_OK; i++)
        if (plan || (puts_of_keys[i] != put_output && puts_of_keys[i] != put_tolerance))
            status = write_line(self, plan, problem_keys[i], puts_of_keys[i], line, context, error);
    return status;
}
