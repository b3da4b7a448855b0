/* How averages change with m and B: with T = sum dm_c d_c + sum dB_cd d_c d_d/2, by Bonnet and
 * Price, E T of the integrand. On P = prod F_0, P g_a and P g_a g_b derivatives act factor by
 * factor, dF_n/dM = n F_n - F_{n+1}. With p_a = F_0'/F_0, t_a = F_1'/F_0, tau_a = t_a - g_a p_a,
 * z_a = sum_{c != a} dB_ac p_c,
 *
 *     T P/P           = T_0 = sum_c [(dm_c + z_c/2) p_c + dB_cc F_0''/(2 F_0)]
 *     T (P g_a)/P     = g_a T_0 + s_a,  s_a = (dm_a + z_a) tau_a + dB_aa (F_1''/F_0 - g_a
 * F_0''/F_0)/2 T (P g_a g_b)/P = g_a g_b T_0 + g_a s_b + g_b s_a + dB_ab tau_a tau_b,
 *
 * a few plain averages in all. */
#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/loss/softmax/moments.h"
#include "src/loss/softmax/softmax_rules.h"

enum { BLOCK = EXPONENTIAL_BLOCK };

/* Rows of one block, [L*BLOCK] each. */
typedef struct change {
    exponential_t *rule;
    const double *dm, *dB;
    double *tau, *slope, *weighted; /* tau_a, then s_a + g_a T_0/2, times weight P */
    double *total;                  /* [BLOCK] T_0 */
    double *cross;                  /* [L*L] sums of tau_a tau_b */
} change_t;

size_t exponential_change_room(size_t L) { return 3 * L * BLOCK + BLOCK + L * L; }

CLONES static void add_row(size_t count, double factor, const double *restrict in,
                           double *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] += factor * in[i];
}

/* z_a into slope, from p_c = -g_c. */
static void couple(change_t *self, size_t count)
{
    const size_t L = self->rule->L;
    const double *g = self->rule->rows.ratio[1];
    memset(self->slope, 0, L * BLOCK * sizeof *self->slope);
    for (size_t a = 0; a < L; a++)
        for (size_t c = a + 1; c < L; c++) {
            const double entry = self->dB[packed_index(L, a, c)];
            if (entry == 0)
                continue;
            add_row(count, -entry, g + c * BLOCK, self->slope + a * BLOCK);
            add_row(count, -entry, g + a * BLOCK, self->slope + c * BLOCK);
        }
}

/* T_0, and s_a in place of z_a. */
CLONES static void act(change_t *self, size_t a, size_t count, double *restrict slope)
{
    const exponential_rows_t *rows = &self->rule->rows;
    const double *restrict g = rows->ratio[1] + a * BLOCK, *restrict h = rows->ratio[2] + a * BLOCK,
                           *restrict k = rows->ratio[3] + a * BLOCK;
    double *restrict tau = self->tau + a * BLOCK, *restrict total = self->total;
    const double dm = self->dm[a], dB = self->dB[packed_index(self->rule->L, a, a)];
    for (size_t i = 0; i < count; i++) {
        const double z = slope[i], bend = h[i] - g[i];
        total[i] += 0.5 * dB * bend - (dm + 0.5 * z) * g[i];
        tau[i] = g[i] - h[i] + g[i] * g[i];
        slope[i] = (dm + z) * tau[i] + 0.5 * dB * (g[i] - 3 * h[i] + k[i] - g[i] * bend);
    }
}

/* E q_a^2, for which F_2 stands. */
static double square(const change_t *self, size_t a, size_t count, const double *z)
{
    const exponential_rows_t *rows = &self->rule->rows;
    const double *g = rows->ratio[1] + a * BLOCK, *h = rows->ratio[2] + a * BLOCK,
                 *k = rows->ratio[3] + a * BLOCK, *l = rows->ratio[4] + a * BLOCK;
    const double dm = self->dm[a], dB = self->dB[packed_index(self->rule->L, a, a)];
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += rows->product[i] *
               (h[i] * self->total[i] + (dm + z[i]) * (2 * h[i] - k[i] + h[i] * g[i]) +
                0.5 * dB * (4 * h[i] - 5 * k[i] + l[i] - h[i] * (h[i] - g[i])));
    return sum;
}

/* slope becomes weight P (s_a + g_a T_0/2), weighted weight P tau_a; the change of E q_a over
 * weight. */
CLONES static double weigh(const change_t *self, size_t a, size_t count, double weight)
{
    const exponential_rows_t *rows = &self->rule->rows;
    const double *restrict product = rows->product, *restrict g = rows->ratio[1] + a * BLOCK,
                           *restrict total = self->total, *restrict tau = self->tau + a * BLOCK;
    double *restrict slope = self->slope + a * BLOCK, *restrict weighted =
                                                          self->weighted + a * BLOCK;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += product[i] * (slope[i] + g[i] * total[i]);
    for (size_t i = 0; i < count; i++) {
        slope[i] = weight * product[i] * (slope[i] + 0.5 * g[i] * total[i]);
        weighted[i] = weight * product[i] * tau[i];
    }
    return sum;
}

static void add_block(change_t *self, size_t count)
{
    exponential_t *rule = self->rule;
    const size_t L = rule->L;
    const double weight = rule->factors.weight;
    memset(self->total, 0, count * sizeof *self->total);
    couple(self, count);
    memcpy(self->weighted, self->slope, L * BLOCK * sizeof *self->slope); /* z */
    for (size_t a = 0; a < L; a++)
        act(self, a, count, self->slope + a * BLOCK);
    for (size_t a = 0; a < L; a++) {
        rule->square[a] += weight * square(self, a, count, self->weighted + a * BLOCK);
        rule->one[a] += weight * weigh(self, a, count, weight);
    }
    exponential_products(L, count, self->slope, rule->rows.ratio[1], rule->two);
    exponential_products(L, count, rule->rows.ratio[1], self->slope, rule->two);
    exponential_products(L, count, self->weighted, self->tau, self->cross);
}

/* The sums change by what they do at the node. */
static void add_node(change_t *self, size_t own)
{
    exponential_t *rule = self->rule;
    size_t count;
    exponential_rows_begin(&rule->rows, own, rule->factors.M);
    while ((count = exponential_rows_next(&rule->rows)) > 0)
        add_block(self, count);
}

static void begin(change_t *self, exponential_t *rule, const double *dm, const double *dB)
{
    const size_t L = rule->L;
    *self = (change_t){.rule = rule, .dm = dm, .dB = dB, .tau = rule->room};
    self->slope = self->tau + L * BLOCK;
    self->weighted = self->slope + L * BLOCK;
    self->total = self->weighted + L * BLOCK;
    self->cross = self->total + BLOCK;
    memset(self->cross, 0, L * L * sizeof *self->cross);
}

static void end(const change_t *self)
{
    const size_t L = self->rule->L;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a + 1; b < L; b++)
            self->rule->two[a * L + b] += self->dB[packed_index(L, a, b)] * self->cross[a * L + b];
}

void exponential_add_rest(exponential_t *rule, size_t own, const double *m)
{
    const size_t L = rule->L;
    change_t self;
    double *none = rule->room + exponential_change_room(L);
    memset(none, 0, L * sizeof *none);
    begin(&self, rule, none, rule->split.rest);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a + 1; b < L; b++)
            rule->risk -= rule->two[a * L + b] * self.dB[packed_index(L, a, b)];
    memcpy(rule->factors.M, m, L * sizeof *m);
    rule->factors.weight = 1;
    add_node(&self, own);
    end(&self);
}

void exponential_change(const exponential_choice_t *choice, size_t L, size_t own,
                        const double *const at[4], sgdl_averages_t *out)
{
    exponential_t rule;
    if (exponential_begin(&rule, choice, L, at[1], EXPONENTIAL_ORDERS, out->room) != 0) {
        softmax_moments_fail(L, out);
        return;
    }
    change_t self;
    begin(&self, &rule, at[2], at[3]);
    exponential_clear(&rule);
    for (factors_begin(&rule.factors, at[0]); factors_next(&rule.factors);)
        add_node(&self, own);
    end(&self);
    exponential_assemble(&rule, own, out);
}

/* Many parameters: a direction beside the place. */
void softmax_exponential_change(size_t L, size_t own, const double *m, const double *B,
                                const double *dm, const double *dB, sgdl_averages_t *out)
{
    const exponential_choice_t choice = exponential_standard(L);
    const double *const at[4] = {m, B, dm, dB};
    exponential_change(&choice, L, own, at, out);
}
