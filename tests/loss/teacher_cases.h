/*
 * What the tests of teachers share: a task (labels, loss, threshold), its averages at a law, and
 * the laws and tasks that are gone through.
 */
#ifndef SGDLIMIT_TESTS_LOSS_TEACHER_CASES_H
#define SGDLIMIT_TESTS_LOSS_TEACHER_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/loss/teacher.h"

typedef struct values {
    double G, H, Q, G_B, H_m, H_B, Q_m, Q_B, J, J_m, J_B, J_c, H_c, Q_c, risk;
} values_t;

typedef struct task {
    teacher_t teacher;
    const sgdl_loss_t *loss;
    double threshold;
} task_t;

static inline task_t task(teacher_labels_t labels, const sgdl_loss_t *loss, double steepness,
                          double threshold)
{
    task_t self = {{.labels = labels, .steepness = steepness}, loss, threshold};
    self.teacher.noise = labels == TEACHER_LINEAR ? 0.7 : 0;
    self.teacher.shift = teacher_shift(&self.teacher, loss);
    return self;
}

static inline values_t averages(const task_t *self, teacher_order_t order)
{
    values_t v;
    sgdl_averages_t out = {.G = &v.G,
                           .H = &v.H,
                           .Q = &v.Q,
                           .G_B = &v.G_B,
                           .H_m = &v.H_m,
                           .H_B = &v.H_B,
                           .Q_m = &v.Q_m,
                           .Q_B = &v.Q_B};
    teacher_average(&self->teacher, self->loss, self->threshold, &order, &out);
    v.J = out.J, v.J_m = out.J_m, v.J_B = out.J_B, v.J_c = out.J_c;
    v.H_c = out.H_c, v.Q_c = out.Q_c, v.risk = out.risk;
    return v;
}

static inline const char *case_name(const task_t *self)
{
    static char text[100];
    (void)snprintf(text, sizeof text, "%s, %s, threshold %g", self->loss->name,
                   teacher_words[self->teacher.labels], self->threshold);
    return text;
}

static inline void near(const task_t *self, const teacher_order_t *law, const char *name,
                        const double value[2], double tolerance)
{
    if (!(fabs(value[0] - value[1]) <= tolerance))
        fail_msg("%s: %s at m %g B %g cross %g m* %g B* %g is %.17g, not %.17g (off by %.2g)",
                 case_name(self), name, law->m, law->B, law->cross, law->signal_m, law->signal_B,
                 value[0], value[1], fabs(value[0] - value[1]));
}

#define NEAR(name, found, expected, tolerance)                                                     \
    near(self, law, name, (const double[2]){found, expected}, tolerance)
#define NEAR_OF(name, found, expected, tolerance)                                                  \
    near(&self, law, name, (const double[2]){found, expected}, tolerance)

static const teacher_order_t laws[] = {
    {0, 1, 0.3, 0, 1},          {0.4, 0.7, -0.4, 0.3, 1.3},   {-1.3, 2.5, 1.1, 0.8, 0.9},
    {0.02, 1e-3, 0.01, -2, 2},  {1e-6, 1e-11, 1e-6, 0.5, 4},  {3, 16, -15, -1, 25},
    {-8, 400, 350, 12, 900},    {0.1, 0.3, -0.05, 0.2, 0.01}, {6, 3, 0.5, 5, 1.5},
    {-0.2, 50, 0.2, 0.1, 0.02},
};

static const double thresholds[] = {INFINITY, 0.3, 0.85, 2};
static const sgdl_loss_t *const losses[] = {&sgdl_loss_least_squares, &sgdl_loss_logistic};
enum { THRESHOLDS = sizeof thresholds / sizeof *thresholds };

/* All cases that are not closed, one after the other; 0 when there is none left. */
static inline int next_case(int *place, task_t *out)
{
    const int i = (*place)++;
    if (i >= 2 * THRESHOLDS * (TEACHER_LABELS - 1))
        return 0;
    *out = task((teacher_labels_t)(1 + i % 3), losses[i / 3 % 2], 0.8, thresholds[i / 6]);
    return 1;
}

static inline void pack(const values_t *v, double out[15])
{
    const double copy[15] = {v->G,   v->H, v->Q,   v->risk, v->G_B, v->H_m, v->H_B, v->Q_m,
                             v->Q_B, v->J, v->J_m, v->J_B,  v->J_c, v->H_c, v->Q_c};
    memcpy(out, copy, sizeof copy);
}

#endif
