#include "src/theories/streaming/walkers/readout.h"

#include <stdio.h>

readout_t readout_choose(const experiment_t *experiment, const size_t *shown, size_t shown_count)
{
    readout_t self = {.experiment = experiment, .shown = shown, .shown_count = shown_count};
    size_t per_class = 2 * experiment->L;
    if (!shown && experiment->C <= READOUT_CLASS_QUANTITIES / per_class)
        self.shown_count = experiment->C;
    else if (!shown)
        self.shown_count = 0;
    self.signal = READOUT_FIRST_CLASS + self.shown_count * per_class;
    self.rows = self.signal + (experiment->problem->has_teacher ? READOUT_SIGNAL_QUANTITIES : 0);
    self.has_rows = experiment->plan->rows != NULL;
    self.count = self.rows + (self.has_rows ? READOUT_ROWS_QUANTITIES : 0);
    return self;
}

static size_t shown_class(const readout_t *self, size_t e)
{
    return self->shown ? self->shown[e] : e;
}

void readout_name(const readout_t *self, size_t q, char name[READOUT_NAME_SIZE])
{
    static const char *const front[] = {"risk", "error", "learning_rate", "norm2"};
    static const char *const behind[] = {"overlap_signal", "cos_signal"};
    size_t L = self->experiment->L;
    if (q < READOUT_FIRST_CLASS) {
        (void)snprintf(name, READOUT_NAME_SIZE, "%s", front[q]);
        return;
    }
    if (q >= self->rows) {
        (void)snprintf(name, READOUT_NAME_SIZE, "%s", q == self->rows ? "risk_rows" : "error_rows");
        return;
    }
    if (q >= self->signal) {
        (void)snprintf(name, READOUT_NAME_SIZE, "%s", behind[q - self->signal]);
        return;
    }
    q -= READOUT_FIRST_CLASS;
    const char *kind = q % 2 == 0 ? "mean" : "var";
    size_t i = shown_class(self, q / (2 * L)), a = q / 2 % L;
    if (L == 1)
        (void)snprintf(name, READOUT_NAME_SIZE, "%s_%zu", kind, i + 1);
    else
        (void)snprintf(name, READOUT_NAME_SIZE, "%s_%zu_%zu", kind, i + 1, a + 1);
}

void readout_row(const readout_t *self, const moments_t *moments, rate_t *rate, uint64_t step,
                 double *row)
{
    const experiment_t *experiment = self->experiment;
    const population_t *population = &experiment->population;
    const sgdl_measured_t measured = rate_measured(rate, moments);
    row[READOUT_RISK] = measured.risk;
    row[READOUT_ERROR] = population_error(population, moments->m, moments->B, moments->cross);
    row[READOUT_RATE] = rate_at(rate, step, &measured);
    row[READOUT_NORM2] = moments->norm2;
    double *next = row + READOUT_FIRST_CLASS;
    for (size_t e = 0; e < self->shown_count; e++) {
        size_t i = shown_class(self, e);
        for (size_t a = 0; a < experiment->L; a++) {
            *next++ = population_mean(population, i, moments->m[i * experiment->L + a]);
            *next++ =
                population_spread(population, i, population_variance(population, moments->B, i, a),
                                  moments->cross ? moments->cross[i] : 0);
        }
    }
    if (moments->cross) {
        *next++ = moments->overlap;
        *next++ = overlap_cosine(moments->overlap, moments->norm2, experiment->signal_norm2);
    }
}
