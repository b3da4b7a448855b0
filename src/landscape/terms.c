#include "src/landscape/terms.h"

#include <math.h>
#include <stdlib.h>

terms_t *terms_new(const sgdl_setting_t *setting)
{
    terms_t *self = malloc(sizeof *self + setting->count / 3 * sizeof *self->term);
    if (!self)
        return NULL;
    *self = (terms_t){0};
    for (size_t k = 0; k + 2 < setting->count; k += 3) {
        const double *list = &setting->list[k];
        const term_t term = {(int)list[0], (int)list[1], list[2]};
        if (term.c == 0)
            continue;
        self->term[self->count++] = term;
        self->power[0] = term.i > self->power[0] ? term.i : self->power[0];
        self->power[1] = term.j > self->power[1] ? term.j : self->power[1];
    }
    return self;
}

const sgdl_key_t terms_keys[1] = {{.name = "terms",
                                   .kind = SGDL_KEY_TERMS,
                                   .required = true,
                                   .lower = -INFINITY,
                                   .upper = INFINITY,
                                   .lower_open = true,
                                   .upper_open = true,
                                   .help = "powers of x and y up to 20, and the coefficient"}};

/* Powers of both coordinates. */
typedef struct powers {
    double x[TERMS_POWER + 1], y[TERMS_POWER + 1];
} powers_t;

static void fill(const terms_t *self, const double x[2], powers_t *powers)
{
    powers->x[0] = powers->y[0] = 1;
    for (int k = 1; k <= self->power[0]; k++)
        powers->x[k] = powers->x[k - 1] * x[0];
    for (int k = 1; k <= self->power[1]; k++)
        powers->y[k] = powers->y[k - 1] * x[1];
}

double terms_value(const terms_t *self, const double x[2])
{
    powers_t p;
    double sum = 0;
    fill(self, x, &p);
    for (const term_t *t = self->term; t < self->term + self->count; t++)
        sum += t->c * p.x[t->i] * p.y[t->j];
    return sum;
}

void terms_gradient(const terms_t *self, const double x[2], double g[2])
{
    powers_t p;
    fill(self, x, &p);
    g[0] = g[1] = 0;
    for (const term_t *t = self->term; t < self->term + self->count; t++) {
        g[0] += t->i > 0 ? t->c * t->i * p.x[t->i - 1] * p.y[t->j] : 0;
        g[1] += t->j > 0 ? t->c * t->j * p.x[t->i] * p.y[t->j - 1] : 0;
    }
}

void terms_hessian(const terms_t *self, const double x[2], double H[4])
{
    powers_t p;
    fill(self, x, &p);
    H[0] = H[1] = H[3] = 0;
    for (const term_t *t = self->term; t < self->term + self->count; t++) {
        H[0] += t->i > 1 ? t->c * t->i * (t->i - 1) * p.x[t->i - 2] * p.y[t->j] : 0;
        H[1] += t->i > 0 && t->j > 0 ? t->c * t->i * t->j * p.x[t->i - 1] * p.y[t->j - 1] : 0;
        H[3] += t->j > 1 ? t->c * t->j * (t->j - 1) * p.x[t->i] * p.y[t->j - 2] : 0;
    }
    H[2] = H[1];
}

int terms_degree(const terms_t *self)
{
    int degree = 0;
    for (const term_t *t = self->term; t < self->term + self->count; t++)
        degree = t->i + t->j > degree ? t->i + t->j : degree;
    return degree;
}
