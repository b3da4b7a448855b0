#include "src/theories/streaming/limit/stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/limit/separation.h"

/* Numbers of a normalised Gram matrix below this are rounding. */
static const double negligible = 1e-10;
/* A class is helped by a shift if it moves by more than this part of what moves most. */
static const double helped = 1e-9;

typedef struct search {
    stages_t *stages;
    const double *sign;
    const bool *remaining; /* [C] when the stage began: F is theirs */
    separation_t free;     /* F */
    double *gram;          /* [C*C] of the classes still asked for */
    double *target, *x;    /* [C] */
    double *along;         /* [rank] */
    size_t *member;        /* [C] the classes still asked for, `members` of them */
    size_t members;
} search_t;

static int search_init(search_t *self, sgdl_error_t *error)
{
    const size_t C = self->stages->classes;
    self->gram = calloc(C, (C + 3) * sizeof(double));
    self->member = calloc(C, sizeof *self->member);
    if (!self->gram || !self->member)
        return sgdl_fail_memory(error);
    self->target = self->gram + C * C;
    self->x = self->target + C;
    self->along = self->x + C;
    return SGDL_OK;
}

static void search_free(search_t *self)
{
    free(self->gram);
    free(self->member);
    separation_free(&self->free);
}

/* Entry r of the label-signed row of class i in F's basis. */
static double entry(const search_t *self, size_t i, size_t r)
{
    return self->sign[i] * self->free.basis[r * self->stages->classes + i];
}

static void list_members(search_t *self)
{
    const size_t C = self->stages->classes;
    self->members = 0;
    for (size_t i = 0; i < C; i++)
        if (self->stages->stage[i] == 0)
            self->member[self->members++] = i;
    for (size_t a = 0; a < self->members; a++)
        for (size_t b = 0; b < self->members; b++) {
            double sum = 0;
            for (size_t r = 0; r < self->free.rank; r++)
                sum += entry(self, self->member[a], r) * entry(self, self->member[b], r);
            self->gram[a * self->members + b] = sum;
        }
}

/*
 * Stiemke: no shift in F helps some members and harms none exactly if weights a >= 1 balance them,
 * sum_i a_i sign_i f_i = 0 in F. The shortest such sum, with a = 1 + x a nonnegative least-squares
 * problem, is itself a shift that harms none, and helps some unless it is zero. Those leave.
 */
static int drop_helped(search_t *self, bool *any, sgdl_error_t *error)
{
    const size_t n = self->members;
    double scale = 0, largest = 0, left = 0, most = 0;
    for (size_t a = 0; a < n; a++) {
        self->target[a] = 0;
        for (size_t b = 0; b < n; b++)
            self->target[a] -= self->gram[a * n + b];
    }
    int status =
        separation_nonnegative(n, self->gram, self->target, self->x, self->free.interrupted, error);
    if (status != SGDL_OK)
        return status;
    for (size_t r = 0; r < self->free.rank; r++) {
        self->along[r] = 0;
        for (size_t a = 0; a < n; a++)
            self->along[r] += (1 + self->x[a]) * entry(self, self->member[a], r);
        left += self->along[r] * self->along[r];
    }
    for (size_t a = 0; a < n; a++) {
        scale = fmax(scale, self->gram[a * n + a]);
        largest = fmax(largest, 1 + self->x[a]);
        self->target[a] = 0; /* how far the shift moves each */
        for (size_t r = 0; r < self->free.rank; r++)
            self->target[a] += self->along[r] * entry(self, self->member[a], r);
        most = fmax(most, self->target[a]);
    }
    *any = left > negligible * scale * largest * largest && most > 0;
    for (size_t a = 0; a < n && *any; a++)
        if (self->target[a] > helped * most) {
            self->stages->stage[self->member[a]] = self->stages->count + 1;
            self->stages->remaining--;
        }
    return SGDL_OK;
}

/* The end at u -> 0 of the mixture of the remaining classes. */
static int tail_among(sgdl_tail_t *tail, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                      const bool *remaining, sgdl_error_t *error)
{
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    double *weight = calloc(mixture.classes, sizeof *weight); /* of a signal's 0, too */
    *tail = (sgdl_tail_t){0};
    if (!weight)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < problem->classes; i++)
        weight[i] = remaining[i] ? problem->weight[i] : 0;
    mixture.weight = weight;
    int status = sgdl_tail_init(tail, &mixture, error);
    free(weight);
    return status;
}

/* One stage: all classes that F can help. */
static int run_stage(stages_t *self, const stages_of_t *of, const bool *remaining, bool *dropped,
                     sgdl_error_t *error)
{
    const double ridge = of->problem->ridge;
    search_t search = {.stages = self, .sign = of->sign, .remaining = remaining};
    sgdl_tail_t tail = {0};
    const separation_of_t among = {.problem = of->problem,
                                   .nodes = of->nodes,
                                   .tail = &tail,
                                   .ridge = ridge,
                                   .remaining = remaining,
                                   .interrupted = of->plan->watch.stop};
    bool any = true;
    int status = SGDL_OK;
    *dropped = false;
    if (of->reach == STAGES_ALL)
        status = tail_among(&tail, of->problem, of->plan, remaining, error);
    if (status == SGDL_OK)
        status = separation_init(&search.free, &among, error);
    if (status == SGDL_OK)
        status = search_init(&search, error);
    while (status == SGDL_OK && any && self->remaining > 0 && search.free.rank > 0) {
        list_members(&search);
        status = drop_helped(&search, &any, error);
        *dropped |= status == SGDL_OK && any;
    }
    for (size_t c = 0; c < tail.columns && *dropped && !(ridge > 0); c++)
        self->at_transition |= tail.exists && separation_gap(&tail, tail.power[c]) == 0;
    search_free(&search);
    sgdl_tail_free(&tail);
    return status;
}

int stages_init(stages_t *self, const stages_of_t *of, sgdl_error_t *error)
{
    const size_t C = of->problem->classes;
    *self = (stages_t){.classes = C};
    self->stage = calloc(C, sizeof *self->stage);
    bool *remaining = calloc(C, sizeof *remaining), dropped = true;
    int status = self->stage && remaining ? SGDL_OK : sgdl_fail_memory(error);
    self->remaining = C;
    while (status == SGDL_OK && dropped && self->remaining > 0) {
        for (size_t i = 0; i < C; i++)
            remaining[i] = self->stage[i] == 0;
        status = run_stage(self, of, remaining, &dropped, error);
        self->count += status == SGDL_OK && dropped;
    }
    free(remaining);
    return status;
}

void stages_free(stages_t *self)
{
    free(self->stage);
    *self = (stages_t){0};
}
