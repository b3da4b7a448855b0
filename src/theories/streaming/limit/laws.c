/*
 * Derivations: docs/transitions.md. Near u = 0 let lambda_bar = c u^a, means s_i u^b, and
 * mu = (2 b + 1)/a. The resolvent K(eps) = sum_n w_n N N^T/(lambda_bar_n + eps) then has the
 * non-analytic part (pi/(a sin(pi mu))) c^-mu eps^(mu-1) s s^T, and tails in time follow.
 */
#include "src/theories/streaming/limit/laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const sgdl_law_t laws_unknown = {.name = "unknown",
                                 .formula = "no law is known here",
                                 .exponent = NAN,
                                 .constant = NAN,
                                 .rate = NAN};

static double signal_power(const sgdl_tail_t *tail, size_t column)
{
    return 1 + separation_gap(tail, tail->power[column]) / tail->exponent;
}

/* ---- quadratic losses ------------------------------------------------------------------------ */

/* sum over outputs of (s . g)^2 with g_i = p_i (m_i - ybar_i) at the minimum of the risk. */
static int gradient_along(const laws_t *self, const double *s, double *square, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const size_t L = self->limit->outputs, P = self->limit->pairs;
    double *buffer = calloc(7 * L + 2 * P, sizeof *buffer), *sum = calloc(L, sizeof *sum);
    int status = buffer && sum ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++) {
        double *zero = buffer + 7 * L + P;
        sgdl_averages_t out = {.G = buffer,
                               .H = buffer + L,
                               .G_B = buffer + 2 * L,
                               .H_m = buffer + 3 * L,
                               .H_B = buffer + 4 * L,
                               .Q_m = buffer + 5 * L,
                               .Q_B = buffer + 6 * L,
                               .Q = buffer + 7 * L};
        population_average(&self->work->system.population, i, self->limit->m_min + i * L, zero, 0,
                           &out);
        for (size_t a = 0; a < L; a++)
            sum[a] += s[i] * problem->weight[i] * out.G[a];
    }
    *square = 0;
    for (size_t a = 0; a < L && status == SGDL_OK; a++)
        *square += sum[a] * sum[a];
    free(buffer);
    free(sum);
    return status;
}

/* Below the transition: columns with the smallest power bring (s.g)^2 c^-mu Gamma(theta)/(2a). */
static int signal_constant(const laws_t *self, double theta, double *constant, sgdl_error_t *error)
{
    const sgdl_tail_t *tail = self->tail;
    const double mu = theta + 1;
    int status = SGDL_OK;
    *constant = 0;
    for (size_t c = 0; c < tail->columns && status == SGDL_OK; c++) {
        double square;
        if (!laws_same_exponent(signal_power(tail, c), mu))
            continue;
        status = gradient_along(self, tail->mean + c * self->problem->classes, &square, error);
        *constant += 0.5 * square;
    }
    *constant *= pow(tail->coefficient, -mu) * tgamma(theta) / tail->exponent *
                 pow(2 * laws_pace(self), -theta) * laws_amplification(self);
    return status;
}

/* Targets proportional to one term of the means, y = y0 s, and nothing else free: y0^2 summed over
 * outputs, NAN otherwise. */
static double targets_along(const laws_t *self, const double *s)
{
    const sgdl_problem_t *problem = self->problem;
    const size_t C = problem->classes, L = self->limit->outputs;
    double square = 0;
    if (self->separation->rank != 1 || problem->intercept != 0)
        return NAN;
    for (size_t a = 0; a < L; a++) {
        double along = 0, s2 = 0, miss = 0, y2 = 0;
        for (size_t i = 0; i < C; i++) {
            along += s[i] * problem->targets.target[problem->label_index[i] * L + a];
            s2 += s[i] * s[i];
        }
        for (size_t i = 0; i < C; i++) {
            double y = problem->targets.target[problem->label_index[i] * L + a];
            miss += (y - along / s2 * s[i]) * (y - along / s2 * s[i]);
            y2 += y * y;
        }
        if (miss > 1e-24 * y2)
            return NAN;
        square += (along / s2) * (along / s2);
    }
    return square;
}

/* R ~ 1/2 psi(2t), psi ~ y0^2 (gamma t)^-theta / (D Gamma(1 - theta)); at theta = 0 the resolvent
 * grows like a logarithm instead. */
static double vanishing_constant(const laws_t *self, size_t column)
{
    const sgdl_tail_t *tail = self->tail;
    const double a = tail->exponent, c = tail->coefficient, mu = signal_power(tail, column);
    const double y2 = targets_along(self, tail->mean + column * self->problem->classes);
    if (!laws_common_covariance(self))
        return NAN;
    if (mu == 1)
        return 0.5 * y2 * a * c * laws_amplification(self);
    const double D = M_PI / (a * sin(M_PI * mu)) * pow(c, -mu);
    return 0.5 * y2 * pow(2 * laws_pace(self), -(1 - mu)) / (D * tgamma(mu)) *
           laws_amplification(self);
}

/* Whether the targets are in the span of the null space and the first `columns` tail terms. */
static int targets_reached(const laws_t *self, size_t columns, bool *reached, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const size_t C = problem->classes, L = self->limit->outputs;
    sgdl_tail_t prefix = *self->tail;
    separation_t span;
    prefix.columns = columns;
    const separation_of_t of = {.problem = problem,
                                .nodes = self->nodes,
                                .tail = &prefix,
                                .interrupted = self->separation->interrupted};
    int status = separation_init(&span, &of, error);
    *reached = true;
    for (size_t a = 0; a < L && status == SGDL_OK; a++)
        for (size_t j = 0; j < C; j++) {
            double left = 0, size = 0;
            for (size_t i = 0; i < C; i++) {
                double y = problem->targets.target[problem->label_index[i] * L + a];
                left += span.projector[j * C + i] * y;
                size = fmax(size, fabs(y));
            }
            *reached &= fabs(left) <= 1e-10 * size;
        }
    separation_free(&span);
    return status;
}

static sgdl_law_t above_law(double theta)
{
    return (sgdl_law_t){.name = "power law above the transition",
                        .formula = "R - R_inf ~ constant t^-theta, theta = 1 - (2 beta + 1)/alpha",
                        .exponent = theta,
                        .constant = NAN,
                        .rate = NAN};
}

static sgdl_law_t logarithmic_law(void)
{
    return (sgdl_law_t){.name = "logarithmic, at the transition",
                        .formula = "R - R_inf ~ constant / log t, alpha = 2 beta + 1",
                        .constant = NAN,
                        .log_power = -1,
                        .rate = NAN};
}

/*
 * The null space alone serves the targets: what early steps left in slow directions fades. The
 * pushes in all, g = int G dt, meet the targets, G0 g = -y with G0 the null space's Gram matrix,
 * and serve themselves of the terms s of the means with the least of slow energy: s.g = 0 for the
 * slowest terms, as far as that can be. A term that cannot be spared fades like t^-(1 + mu).
 */
typedef struct pushes {
    size_t C, count;
    double *row;   /* [C*C] orthonormal: row . g = value */
    double *value; /* [C] */
} pushes_t;

/* Demands v . g = value; whether that was open. If not, *given is what v . g is. v is overwritten.
 */
static bool demand(pushes_t *self, double *v, double value, double *given)
{
    double norm = 0, left = 0;
    *given = 0;
    for (size_t i = 0; i < self->C; i++)
        norm = hypot(norm, v[i]);
    if (norm == 0)
        return false;
    for (size_t i = 0; i < self->C; i++)
        v[i] /= norm;
    for (int pass = 0; pass < 2; pass++)
        for (size_t r = 0; r < self->count; r++) {
            const double *row = self->row + r * self->C;
            double dot = 0;
            for (size_t i = 0; i < self->C; i++)
                dot += v[i] * row[i];
            for (size_t i = 0; i < self->C; i++)
                v[i] -= dot * row[i];
            *given += dot * self->value[r];
        }
    for (size_t i = 0; i < self->C; i++)
        left = hypot(left, v[i]);
    if (left < 1e-8 || self->count == self->C)
        return false;
    for (size_t i = 0; i < self->C; i++)
        self->row[self->count * self->C + i] = v[i] / left;
    self->value[self->count++] = (value / norm - *given) / left;
    return true;
}

/* theta of one output's fading terms of the means. */
static double fading_exponent(const laws_t *self, pushes_t *pushes, size_t output, double *v)
{
    const sgdl_problem_t *problem = self->problem;
    const sgdl_tail_t *tail = self->tail;
    const size_t C = problem->classes, L = self->limit->outputs;
    double theta = INFINITY, given, size = 0;
    pushes->count = 0;
    for (size_t i = 0; i < C; i++) {
        for (size_t j = 0; j < C; j++)
            v[j] = self->separation->null_gram[i * C + j] + problem->intercept * problem->intercept;
        (void)demand(pushes, v, problem->targets.target[problem->label_index[i] * L + output],
                     &given);
    }
    for (size_t r = 0; r < pushes->count; r++)
        size = hypot(size, pushes->value[r]);
    for (size_t c = 0; c < tail->columns && size > 0; c++) {
        const double mu = signal_power(tail, c);
        memcpy(v, tail->mean + c * C, C * sizeof *v);
        if (mu > 1 || (!demand(pushes, v, 0, &given) && fabs(given) > 1e-10 * size))
            theta = fmin(theta, 1 + mu);
        else /* spared, but for the fast directions' sake */
            theta = fmin(theta, 3 - mu);
    }
    return theta;
}

static int fading_law(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    const size_t C = self->problem->classes;
    const bool started = self->problem->start_norm2 > 0;
    double theta = (started ? 1 : 2) + 1 / self->tail->exponent;
    double *storage = calloc(C, (C + 2) * sizeof *storage);
    if (!storage)
        return sgdl_fail_memory(error);
    pushes_t pushes = {.C = C, .row = storage, .value = storage + C * C};
    for (size_t a = 0; a < self->limit->outputs; a++)
        theta = fmin(theta, fading_exponent(self, &pushes, a, pushes.value + C));
    free(storage);
    *law = (sgdl_law_t){.name = "power law of fading directions",
                        .formula = "R ~ t^-theta, theta the smallest of 1 + (2 beta + 1)/alpha of "
                                   "the terms that the targets cannot spare, 3 - (2 beta + "
                                   "1)/alpha of the others, 2 + 1/alpha and, with a random start, "
                                   "1 + 1/alpha",
                        .exponent = theta,
                        .constant = NAN,
                        .rate = NAN};
    return SGDL_OK;
}

/* R -> 0: the last of the tail's terms, in order of their power, that the targets need. */
static int quadratic_to_zero(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    for (size_t columns = 0; columns <= self->tail->columns; columns++) {
        bool reached;
        int status = targets_reached(self, columns, &reached, error);
        if (status != SGDL_OK)
            return status;
        if (!reached)
            continue;
        if (columns == 0)
            return fading_law(self, law, error);
        double theta = 1 - signal_power(self->tail, columns - 1);
        *law = theta == 0 ? logarithmic_law() : above_law(theta);
        law->constant = vanishing_constant(self, columns - 1);
        return SGDL_OK;
    }
    return SGDL_OK;
}

/* ---- the logistic loss, or any with exponential tails -----------------------------------------
 */

/* s sign_i, the same for all classes, if covariances are common: the problem is that of one class
 * with margin s u^beta. NAN otherwise. */
static double symmetric_margin(const laws_t *self, size_t column)
{
    const sgdl_problem_t *problem = self->problem;
    const double *s = self->tail->mean + column * problem->classes;
    double margin = NAN;
    if (!laws_common_covariance(self) || problem->intercept != 0)
        return NAN;
    for (size_t i = 0; i < problem->classes; i++) {
        int sign = problem->loss->decision(problem->targets.target[problem->label_index[i]]);
        if (i > 0 && s[i] * sign != margin)
            return NAN;
        margin = s[i] * sign;
    }
    return fabs(margin);
}

/*
 * In the clock dz = gamma |G| dt, m ~ D z^theta and B/m -> 2 - 2^theta, so that
 * |G| ~ exp(-kappa z^theta) with kappa = 2^(theta-1) D, and gamma t R ~ z^(1-theta)/(kappa theta).
 */
static sgdl_law_t tail_separates_law(const laws_t *self)
{
    const sgdl_tail_t *tail = self->tail;
    const double a = tail->exponent, c = tail->coefficient, mu = signal_power(tail, 0);
    const double theta = 1 - mu, s = symmetric_margin(self, 0);
    if (theta == 0) {
        const double k = s * s / (a * c);
        return (sgdl_law_t){.name = "power law at the transition",
                            .formula = "R ~ t^-(k/(k + 2)) up to logarithms, "
                                       "k = lim nu^2/(alpha lambda) at u -> 0",
                            .exponent = k / (k + 2),
                            .constant = NAN,
                            .rate = NAN};
    }
    const double D = s * s * pow(c, -mu) * tgamma(mu) / (a * theta);
    const double kappa = D * pow(2, theta - 1), power = (1 - theta) / theta;
    return (sgdl_law_t){.name = "inverse time with logarithms",
                        .formula = "R ~ constant (log t)^((1 - theta)/theta) / t, "
                                   "theta = 1 - (2 beta + 1)/alpha",
                        .exponent = 1,
                        .constant = pow(kappa, -1 / theta) / (theta * laws_pace(self)),
                        .log_power = power,
                        .rate = NAN};
}

/* Classes that dropped out early went further than a power of the logarithm for the others' sake:
 * with K stages before the last, R ~ (log t)^K / t where all happens in null spaces. */
static sgdl_law_t staged_law(const laws_t *self)
{
    const bool powers = self->tail->exists;
    if (self->stages->at_transition)
        return laws_unknown;
    return (sgdl_law_t){.name = "inverse time with logarithms, stage by stage",
                        .formula = "R ~ (log t)^(stages - 1) / t in null spaces; 1/t up to "
                                   "logarithms where eigenvalues fall to zero",
                        .exponent = 1,
                        .constant = NAN,
                        .log_power = powers ? NAN : (double)self->stages->count - 1,
                        .rate = NAN};
}

/* Whether one power of the means alone is free at u -> 0. */
static bool one_free_power(const sgdl_tail_t *tail)
{
    size_t free = 0;
    for (size_t c = 0; c < tail->columns; c++)
        free += separation_diverges(tail, tail->power[c]) &&
                (c == 0 || tail->power[c] != tail->power[c - 1]);
    return free == 1;
}

static sgdl_law_t exponential_loss_law(const laws_t *self)
{
    const double margin2 = self->limit->clean_margin2;
    if (verdict_seen_noise(self->work) > 0)
        return laws_of_seen_noise(self);
    if (margin2 != 0) /* NAN too */
        return (sgdl_law_t){.name = "inverse time",
                            .formula = "R ~ 1/(gamma kappa^2 t), kappa^2 = clean_margin2",
                            .exponent = 1,
                            .constant = 1 / (laws_pace(self) * margin2),
                            .rate = NAN};
    if (self->stages->count > 1)
        return staged_law(self);
    if (self->stages->count == 1 && self->tail->exists && one_free_power(self->tail))
        return tail_separates_law(self);
    if (self->stages->count == 1 && self->tail->exists && !self->stages->at_transition)
        return (sgdl_law_t){.name = "inverse time with logarithms",
                            .formula = "R ~ 1/t up to logarithms",
                            .exponent = 1,
                            .constant = NAN,
                            .log_power = NAN,
                            .rate = NAN};
    return laws_unknown;
}

/* ---- all losses ------------------------------------------------------------------------------ */

static sgdl_law_t signal_law(double theta)
{
    return (sgdl_law_t){.name = "power law, limited by the signal",
                        .formula = "R - R_inf ~ constant t^-theta, theta = (2 beta + 1)/alpha - 1",
                        .exponent = theta,
                        .constant = NAN,
                        .rate = NAN};
}

/* Towards R_inf > 0 with a tail: the slowest of the signal's terms and of the noise; where they tie
 * all of them count. */
static int power_law(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    const sgdl_tail_t *tail = self->tail;
    const bool noisy = self->limit->learning_rate > 0 || self->problem->start_norm2 > 0;
    const double cap = noisy ? laws_noise_exponent(self) : INFINITY;
    const bool known = self->work->system.quadratic && laws_common_covariance(self);
    double theta = cap, signal = 0;
    bool above = false, below = false;
    for (size_t c = 0; c < tail->columns; c++)
        theta = fmin(theta, fabs(signal_power(tail, c) - 1));
    for (size_t c = 0; c < tail->columns; c++) {
        const double gap = signal_power(tail, c) - 1;
        below |= laws_same_exponent(gap, theta);
        above |= laws_same_exponent(-gap, theta);
    }
    const bool capped = laws_same_exponent(theta, cap);
    *law = theta == 0 ? logarithmic_law() : above ? above_law(theta) : signal_law(theta);
    if (capped && !above) {
        law->name = below ? "power law, limited by signal and noise alike"
                          : "power law, limited by the noise";
        law->formula = cap < 1 + 1 / tail->exponent
                           ? "R - R_inf ~ constant t^-theta, theta = 1/alpha"
                           : "R - R_inf ~ constant t^-theta, theta = 1 + 1/alpha";
    }
    if (!known || theta == 0 || above || !isfinite(theta))
        return SGDL_OK;
    int status = below ? signal_constant(self, theta, &signal, error) : SGDL_OK;
    law->constant = signal + (capped ? laws_noise_constant(self) : 0);
    return status;
}

/* Least squares that would come to zero but for the gradient's own noise: both have their power. */
static int lifted_law(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    const double cap = laws_noise_exponent(self);
    int status = quadratic_to_zero(self, law, error);
    if (status != SGDL_OK || law->exponent < cap)
        return status;
    law->constant = laws_same_exponent(law->exponent, cap) ? NAN : laws_noise_constant(self);
    if (!self->work->system.quadratic || !laws_common_covariance(self))
        law->constant = NAN;
    law->exponent = cap;
    law->log_power = 0;
    law->name = "power law, limited by the noise";
    law->formula = "R - R_inf ~ constant t^-theta, theta = 1/alpha";
    return SGDL_OK;
}

int laws_exponential(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    *law = (sgdl_law_t){.name = "exponential",
                        .formula = "means and variances ~ exp(-rate t), the slowest relaxation "
                                   "that the run loads; R - R_inf so fast or faster",
                        .exponent = INFINITY,
                        .constant = NAN,
                        .rate = NAN};
    return laws_relaxation_rate(self, &law->rate, error);
}

int laws_find(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    const sgdl_limit_t *limit = self->limit;
    const bool zero = limit->verdict == SGDL_VERDICT_ZERO;
    const bool tail = self->tail->exists && !(self->problem->ridge > 0);
    *law = laws_unknown;
    if (self->work->at_rest) {
        law->name = "rest";
        law->formula = "R = 0 at all times";
        law->exponent = INFINITY;
    } else if (limit->verdict == SGDL_VERDICT_DIVERGES) {
        law->name = "divergence";
        law->formula = "R grows exponentially: gamma is not below the stability limit";
    } else if (laws_outlived(self)) {
        law->formula = "not known of a momentum that outlives its friction or its learning rate";
    } else if (limit->learning_rate == 0 && limit->decay > 1) {
        law->name = "freezing";
        law->formula = "int gamma dt is finite: the run stops where its learning rate leaves it";
    } else if (self->problem->has_teacher) {
        return laws_of_teacher(self, law, error);
    } else if (zero && !self->problem->loss->quadratic) {
        *law = exponential_loss_law(self);
    } else if (zero && tail) {
        return laws_fading_noise(self) ? SGDL_OK : quadratic_to_zero(self, law, error);
    } else if (limit->stationary && tail && self->work->lifted) {
        return lifted_law(self, law, error);
    } else if (limit->stationary) {
        return tail ? power_law(self, law, error) : laws_exponential(self, law, error);
    }
    return SGDL_OK;
}
