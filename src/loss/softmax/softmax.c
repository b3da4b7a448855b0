/*
 * Softmax, f(r) = log sum_a e^{r_a} - r_c of an output a class: G = E q - e_c with q = softmax(r),
 * Hbar = E[diag q - q q^T], Q = E[(q - e_c)(q - e_c)^T].
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "src/loss/second_moments.h"
#include "src/loss/softmax/softmax_rules.h"

/* q = softmax(r) and log sum_a e^{r_a - top}; top is the largest of r. */
static double normalise(size_t L, const double *r, double *top, double *q)
{
    double sum = 0;
    *top = r[0];
    for (size_t a = 1; a < L; a++)
        *top = fmax(*top, r[a]);
    for (size_t a = 0; a < L; a++)
        sum += q[a] = exp(r[a] - *top);
    for (size_t a = 0; a < L; a++)
        q[a] /= sum;
    return log(sum);
}

/* q - y, the entry of the label as minus the sum of the others: 1 - q would cancel. */
static void gradient(size_t outputs, const double *r, const double *target, double *g)
{
    double top, rest = 0;
    size_t own = 0;
    (void)normalise(outputs, r, &top, g);
    for (size_t a = 0; a < outputs; a++)
        if (target[a] > 0)
            own = a;
        else
            rest += g[a];
    g[own] = -rest;
}

/* log(1 + sum_{a != c} e^{r_a - r_c}), of whichever is largest. */
static double value(size_t outputs, const double *r, const double *target)
{
    size_t own = 0;
    double rest = 0, top = -INFINITY;
    for (size_t a = 0; a < outputs; a++)
        if (target[a] > 0)
            own = a;
        else
            top = fmax(top, r[a]);
    if (outputs == 1)
        return 0;
    for (size_t a = 0; a < outputs; a++)
        if (a != own)
            rest += exp(r[a] - top);
    const double ahead = top - r[own] + log(rest); /* log of the others' sum over the own */
    return ahead > 0 ? ahead + log1p(exp(-ahead)) : log1p(exp(ahead));
}

/* ---- averages: a clean label ----------------------------------------------------------------- */

/* The room: which rule was chosen, what it takes, then G, H, Q of an average that only the risk is
 * wanted of, or the jacobian of a change. */
enum { CHOSEN = 1 };

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t rule_room(size_t L)
{
    if (L < 3)
        return 0;
    if (L <= SOFTMAX_CONDITIONED_OUTPUTS)
        return softmax_conditioned_room(L);
    return CHOSEN + larger(softmax_choice_room(L),
                           larger(softmax_exponential_room(L), softmax_generic_room(L)));
}

/* Or the directions of a large jacobian's columns. */
static size_t jacobian_room(size_t L)
{
    const size_t P = packed_length(L);
    return L <= SOFTMAX_CONDITIONED_OUTPUTS ? (L + 2 * P) * (L + P) : L + P;
}

static size_t room(size_t outputs)
{
    return rule_room(outputs) + outputs + 2 * packed_length(outputs) + jacobian_room(outputs);
}

/* Whether the exponential representation is taken: as before, or as B has it. */
static bool structured(size_t L, const double *B, const sgdl_averages_t *out)
{
    if (!out->frozen)
        out->room[0] = softmax_structured(L, B, out->room + CHOSEN);
    return out->room[0] > 0;
}

/* at is m, B, dm, dB. */
static void many_change(size_t L, size_t own, const double *const at[4], sgdl_averages_t *out)
{
    sgdl_averages_t rule = *out;
    rule.room = out->room + CHOSEN;
    if (structured(L, at[1], out))
        softmax_exponential_change(L, own, at[0], at[1], at[2], at[3], &rule);
    else
        softmax_generic_change(L, own, at[0], at[1], at[2], at[3], &rule);
}

/* Column by column: slow, but there are few who ask. */
static void large_jacobian(size_t L, size_t own, const double *m, const double *B,
                           const sgdl_averages_t *from)
{
    const size_t P = packed_length(L), rows = L + 2 * P, columns = L + P;
    double *const value = from->room + rule_room(L), *const direction = value + rows;
    const double *const at[4] = {m, B, direction, direction + L};
    sgdl_averages_t out = {
        .G = value, .H = value + L, .Q = value + L + P, .room = from->room, .frozen = true};
    memset(direction, 0, columns * sizeof *direction);
    for (size_t c = 0; c < columns; c++) {
        direction[c] = 1;
        many_change(L, own, at, &out);
        direction[c] = 0;
        for (size_t e = 0; e < rows; e++)
            from->jacobian[e * columns + c] = value[e];
    }
}

static void many_average(size_t L, size_t own, const double *m, const double *B,
                         sgdl_averages_t *out)
{
    sgdl_averages_t rule = *out;
    const bool large = out->jacobian && L > SOFTMAX_JACOBIAN_OUTPUTS;
    rule.room = out->room + CHOSEN;
    if (large)
        rule.jacobian = NULL;
    if (structured(L, B, out))
        softmax_exponential(L, own, m, B, &rule);
    else
        softmax_generic(L, own, m, B, &rule);
    out->risk = rule.risk;
    out->estimate = rule.estimate;
    if (large)
        large_jacobian(L, own, m, B, out);
}

static void clean_average(size_t L, size_t own, const double *m, const double *B,
                          sgdl_averages_t *out)
{
    if (L == 1) {
        out->risk = out->estimate = out->G[0] = out->H[0] = out->Q[0] = 0;
        for (size_t e = 0; out->jacobian && e < 6; e++)
            out->jacobian[e] = 0;
    } else if (L == 2) {
        softmax_two(own, m, B, out);
    } else if (L <= SOFTMAX_CONDITIONED_OUTPUTS) {
        softmax_conditioned(L, own, m, B, out);
    } else {
        many_average(L, own, m, B, out);
    }
}

/* out->G, H, Q change by the jacobian times (dm, dB); at is m, B, dm, dB. */
static void few_change(size_t L, size_t own, const double *const at[4], sgdl_averages_t *out)
{
    const size_t P = packed_length(L), columns = L + P;
    double *const values = out->room + rule_room(L);
    sgdl_averages_t here = {.G = values,
                            .H = values + L,
                            .Q = values + L + P,
                            .jacobian = values + L + 2 * P,
                            .room = out->room,
                            .frozen = out->frozen};
    clean_average(L, own, at[0], at[1], &here);
    const double *row = here.jacobian;
    for (size_t e = 0; e < L + 2 * P; e++, row += columns) {
        double sum = 0;
        for (size_t c = 0; c < columns; c++)
            sum += row[c] * (c < L ? at[2][c] : at[3][c - L]);
        *(e < L ? &out->G[e] : e < L + P ? &out->H[e - L] : &out->Q[e - L - P]) = sum;
    }
}

static void clean_change(size_t L, size_t own, const double *const at[4], sgdl_averages_t *out)
{
    if (L <= SOFTMAX_CONDITIONED_OUTPUTS)
        few_change(L, own, at, out);
    else
        many_change(L, own, at, out);
}

/* ---- averages: labels that may be wrong ------------------------------------------------------ */

static size_t output_of(const sgdl_targets_t *targets, size_t label)
{
    size_t a = 0;
    while (a + 1 < targets->outputs && !(targets->target[label * targets->outputs + a] > 0))
        a++;
    return a;
}

/* Q of the noisy label's gradient q - e_l = (q - e_own) + (e_own - e_l) is
 * Q + G d^T + d G^T + E (e_own - e_l)(e_own - e_l)^T, d = E (e_own - e_l), and so are its changes
 * (`constant` 0). G is that of the own label, `stride` from entry to entry. */
static void mix_squares(const sgdl_targets_t *targets, size_t label, size_t stride, double constant,
                        const double *G, double *Q)
{
    const size_t L = targets->outputs, own = output_of(targets, label);
    for (size_t l = 0; l < targets->labels; l++) {
        const size_t b = output_of(targets, l);
        const double p = sgdl_targets_probability(targets, label, l);
        if (b == own)
            continue;
        for (size_t a = 0; a < L; a++) {
            Q[packed_pair(L, a, own) * stride] += p * G[a * stride] * (a == own ? 2 : 1);
            Q[packed_pair(L, a, b) * stride] -= p * G[a * stride] * (a == b ? 2 : 1);
        }
        Q[packed_index(L, own, own) * stride] += constant * p;
        Q[packed_index(L, b, b) * stride] += constant * p;
        Q[packed_pair(L, b, own) * stride] -= constant * p;
    }
}

/* What noisy labels add to the risk: E (r_own - r_l). */
static double mix_risk(const sgdl_targets_t *targets, size_t label, const double *m)
{
    const size_t own = output_of(targets, label);
    double sum = 0;
    for (size_t l = 0; l < targets->labels; l++)
        sum += sgdl_targets_probability(targets, label, l) * (m[own] - m[output_of(targets, l)]);
    return sum;
}

static void average(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out)
{
    const size_t L = targets->outputs, P = packed_length(L), own = output_of(targets, label);
    assert(pairs == P && label < targets->labels && (out->room || L < 3));
    (void)pairs;
    clean_average(L, own, m, B, out);
    if (!(targets->noise > 0))
        return;
    out->risk += mix_risk(targets, label, m);
    mix_squares(targets, label, 1, 1, out->G, out->Q);
    for (size_t c = 0; out->jacobian && c < L + P; c++)
        mix_squares(targets, label, L + P, 0, out->jacobian + c,
                    out->jacobian + (L + P) * (L + P) + c);
    for (size_t l = 0; l < targets->labels; l++) {
        const double p = sgdl_targets_probability(targets, label, l);
        out->G[own] += p;
        out->G[output_of(targets, l)] -= p;
    }
}

/* Many parameters: a direction beside the place. */
static void change(const sgdl_targets_t *targets, size_t label, const double *m, const double *B,
                   const double *dm, const double *dB, sgdl_averages_t *out)
{
    const double *const at[4] = {m, B, dm, dB};
    clean_change(targets->outputs, output_of(targets, label), at, out);
    if (targets->noise > 0)
        mix_squares(targets, label, 1, 0, out->G, out->Q);
}

static double risk(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                   const double *B, double *room)
{
    const size_t L = targets->outputs;
    double few[2 + 3 + 3]; /* two outputs need no room */
    double *const values = L < 3 ? few : room + rule_room(L);
    sgdl_averages_t out = {.G = values, .H = values + L, .Q = values + L + pairs, .room = room};
    assert(pairs == packed_length(L) && (room || L < 3));
    clean_average(L, output_of(targets, label), m, B, &out);
    return out.risk + (targets->noise > 0 ? mix_risk(targets, label, m) : 0);
}

const sgdl_loss_t sgdl_loss_softmax = {.name = "softmax",
                                       .help = "log sum_a e^(r_a) - r_y; one output a label",
                                       .one_hot = true,
                                       .only_one_hot = true,
                                       .hessian_max = 0.5,
                                       .average = average,
                                       .risk = risk,
                                       .room = room,
                                       .change = change,
                                       .gradient = gradient,
                                       .value = value};
