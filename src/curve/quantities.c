#include "src/curve/quantities.h"

#include <stdio.h>
#include <string.h>

static const quantity_kind_t of_solve[] = {
    {"curve", "1", NULL,
     "the learning rate of the curve, or its number where the state drives one; only where there "
     "are several"},
    {"t", "steps/d", "t = steps / d", "time, steps/d"},
    {"risk", "1", "risk R(t)", NULL},
    {"risk_i", "1", "risk R(t)", "expected loss, of all and of class i; without the ridge term"},
    {"error", "1", "misclassification error", NULL},
    {"error_i", "1", "misclassification error",
     "probability of a wrong decision, a tie counts one half"},
    {"learning_rate", "1", "learning rate γ(t)", "gamma at t"},
    {"norm2", "1", "squared norm |X|²", "|X|^2"},
    {"slope", "1", "slope d log R / d log t", "d log risk / d log t"},
    {"mean_i", "1", "preactivation mean m(t)", NULL},
    {"var_i", "1", "preactivation variance B(t)",
     "mean and variance of the preactivation X^T a of class i (the bias included)"},
    {"cos_i", "1", "overlap with the class mean", "cosine between X and mu_i; nan for a zero mean"},
    {"clean_share_i", "1", "clean share of m(t)",
     "part of mean_i that lies in clean directions (see --clean-below)"},
    {"clean_norm2", "1", "squared norm |X|², clean part",
     "part of norm2 that lies in clean directions"},
    {"gradient_norm2", "1", "squared norm of the risk's gradient",
     "squared norm of the expected gradient, clipping left aside"},
    {"noise_power", "1", "SGD noise power",
     "sum_i p_i (tr K_i/d) tr E_i[g g^T], the strength of the gradient's noise"},
    {"bias", "1", "bias β(t)", "of the intercept; only with one"},
    {"overlap_signal", "1", "overlap with the signal X·X*", NULL},
    {"cos_signal", "1", "cosine with the signal",
     "inner product and cosine of X and the teacher's signal X*; only with a teacher"},
    {"excess", "1", "excess risk R(t) − R_ref", "risk - reference; only with --reference"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_directions[] = {
    {"node", "1", NULL, NULL},
    {"weight", "1", NULL, "number of a group of equal directions, and its share of all"},
    {"eigenvalue_bar", "1", "mean eigenvalue Σ p λ", NULL},
    {"clean", "1", NULL, "sum_i p_i lambda_i; 1 if that is at most --clean-below"},
    {"A", "1", NULL, NULL},
    {"S", "1", NULL,
     "first and second moment of the weights in the node (A_j: coordinate j of a node of several)"},
    {"overlap_i", "1", "overlap density A·ν", "the node's part of mean_i, over its weight"},
    {"overlap_signal", "1", "overlap density A·ν*", "the node's part of X . X*, over its weight"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_simulate[] = {
    {"NAME_mean", "1", "mean over the runs", NULL},
    {"NAME_sd", "1", "standard deviation over the runs",
     "mean and standard deviation over the runs of risk, error, learning_rate, norm2, mean_i, "
     "var_i, with a teacher overlap_signal and cos_signal"},
    {"NAME_q10", "1", "10% quantile of the runs", NULL},
    {"NAME_q90", "1", "90% quantile of the runs", "their 10% and 90% quantiles"},
    {"risk_rows", "1", "risk on the rows held out", NULL},
    {"error_rows", "1", "error on the rows held out",
     "with --rows: the mean loss and the share of wrong decisions on the rows that a run has not "
     "seen, beside risk and error of the mixture"},
    {"bin", "1", NULL,
     "simulate --directions: the group of eigenvalues (weight, overlap_i, S as above)"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_compare[] = {
    {"NAME_ode", "1", "in the limit",
     "the limit beside NAME_mean, NAME_sd, NAME_q10, NAME_q90, of risk, error, a learning_rate "
     "that the state drives, with a teacher overlap_signal"},
    {"NAME_sde", "1", "of the diffusion",
     "of a landscape, without --discrete: what its diffusion says beside the exact chain"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_dimensions[] = {
    {"dimension", "1", "dimension d", ""},
    {"risk_deviation", "1", "|mean of the runs − theory|", ""},
    {"risk_se", "1", "standard error of the mean", ""},
    {"risk_sd", "1", "spread of the runs", ""},
    {"error_deviation", "1", "|mean of the runs − theory|", ""},
    {"error_se", "1", "standard error of the mean", ""},
    {"error_sd", "1", "spread of the runs", ""},
    {"learning_rate_deviation", "1", "|mean of the runs − theory|", ""},
    {"learning_rate_se", "1", "standard error of the mean", ""},
    {"learning_rate_sd", "1", "spread of the runs", ""},
    {"overlap_signal_deviation", "1", "|mean of the runs − theory|", ""},
    {"overlap_signal_se", "1", "standard error of the mean", ""},
    {"overlap_signal_sd", "1", "spread of the runs", ""},
    {"NAME_deviation", "1", "root mean square of mean - ode", NULL},
    {"NAME_se", "1", "root mean square of the standard error", NULL},
    {"NAME_sd", "1", "root mean square of the standard deviation",
     "root mean squares over the times of mean - ode, of its standard error, of one run's standard "
     "deviation"},
    {"NAME_largest", "1", "largest |mean - ode|", "the largest |mean - ode|"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_spectrum[] = {
    {"u", "1", "u = cumulative weight of directions", ""},
    {"eigenvalue_bar", "1", "mean eigenvalue Σ p λ(u)", ""},
    {"eigenvalue_i", "1", "eigenvalue λ(u)", NULL},
    {"mean_i", "1", "mean coordinate |ν(u)|",
     "of class i at the node; mean_i_j its latent coordinate j"},
    {"signal", "1", "signal coordinate |ν*(u)|",
     "of a teacher's signal at the node; signal_j its latent coordinate j"},
    {"signal_i", "1", "signal coordinate |ν*(u)|", ""},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_limit[] = {
    {"learning_rate", "1", "learning rate γ", ""},
    {"verdict", "1", "verdict: 0 zero, 1 positive, 2 diverges",
     "of the risk: 0 falls to zero, 1 stays positive, 2 diverges"},
    {"risk_limit", "1", "risk at t → ∞", NULL},
    {"error_limit", "1", "misclassification error at t → ∞",
     "at the stationary point, with the noise of SGD"},
    {"risk_min", "1", "least risk", NULL},
    {"error_min", "1", "misclassification error at the least risk", "at the minimum of the risk"},
    {"risk", "1", "risk at t → ∞", NULL},
    {"error", "1", "misclassification error at t → ∞", NULL},
    {"train_risk", "1", "training risk at t → ∞", NULL},
    {"train_error", "1", "training error at t → ∞", NULL},
    {"gap", "1", "generalisation gap at t → ∞", NULL},
    {"risk_se", "1", NULL, NULL},
    {"train_risk_se", "1", NULL,
     "of fixed data, where the run ends: of fresh samples, of the data, the difference of the "
     "risks, and standard errors (0 of what equations say)"},
    {"noise_excess", "1", "SGD noise's part of the risk R(∞) − R_min", "risk_limit - risk_min"},
    {"theta", "1", "exponent θ of the approach", NULL},
    {"constant", "1", NULL, NULL},
    {"log_power", "1", NULL, NULL},
    {"rate", "d/steps", NULL,
     "the law of approach: constant t^-theta (log t)^log_power, or exp(-rate t)"},
    {"stability", "1", NULL, "the largest stable learning rate"},
    {"clean_margin2", "1", NULL, "squared margin that clean directions give"},
    {"mean_i", "1", NULL, NULL},
    {"var_i", "1", NULL, NULL},
    {"mean_min_i", "1", NULL, NULL},
    {"var_min_i", "1", NULL, "at the stationary point and at the minimum"},
    {"norm2", "1", NULL, NULL},
    {"overlap_signal", "1", NULL, NULL},
    {"cos_signal", "1", NULL,
     "with a teacher: |X|^2, the overlap with its signal and the cosine, at the stationary point"},
    {"verify_t", "steps/d", NULL, NULL},
    {"verify_risk", "1", NULL, NULL},
    {"verify_extrapolated", "1", NULL, NULL},
    {"verify_error", "1", NULL, NULL},
    {"verify_agrees", "1", NULL,
     "limit --verify: a late time, the risk there, where it goes and how exactly; 1 if that "
     "agrees"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_optimise[] = {
    {"t_begin", "steps/d", NULL, NULL},
    {"t_end", "steps/d", "t = steps / d", "the piece, on which the learning rate is constant"},
    {"learning_rate", "1", "optimal learning rate γ(t)", "the optimal one"},
    {"gradient", "1", "gradient of the risk at T", "dR(T) by the learning rate of the piece"},
    {"line_search", "1", "greedy line search",
     "learning rate of the greedy line search in the middle of the piece"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_critical[] = {
    {"verdict", "1", "the risk's verdict", ""}, /* over the key, in a picture */
    {"critical", "1", NULL, NULL},
    {"uncertainty", "1", NULL, NULL},
    {"lower", "1", NULL, NULL},
    {"upper", "1", NULL, "where the verdict changes, and the last bracket"},
    {"verdict_lower", "1", NULL, NULL},
    {"verdict_upper", "1", NULL, "the verdicts at its ends"},
    {NULL, NULL, NULL, NULL}};

/* A sweep's reference is each point's limit. */
static const quantity_kind_t of_sweep[] = {
    {"point", "1", NULL, "its number; then the values of the varied keys"},
    {"learning_rate", "1", "learning rate γ", ""},
    {"risk", "1", NULL, NULL},
    {"error", "1", NULL, NULL},
    {"slope", "1", NULL, NULL},
    {"norm2", "1", NULL, NULL},
    {"clean_share_i", "1", NULL, "at the problem's time"},
    {"verdict", "1", NULL, NULL},
    {"risk_limit", "1", NULL, NULL},
    {"risk_min", "1", NULL, NULL},
    {"theta", "1", NULL, "as in limit"},
    {"error_limit", "1", "misclassification error at t → ∞", NULL},
    {"train_risk_limit", "1", "training risk at t → ∞", NULL},
    {"gap_limit", "1", "generalisation gap at t → ∞", NULL},
    {"norm2_limit", "1", "squared norm |X|² at t → ∞", NULL},
    {"stability", "1", "largest stable learning rate", "of fixed data: where the run ends"},
    {"excess", "1", "excess risk R(t) − R(∞)", NULL},
    {"theta_measured", "1", "measured exponent θ", "risk - risk_limit, and -d log|excess|/d log t"},
    {"p_flat_time", "1", "probability of the flattest basin at that time",
     "of a landscape: p_flat at the problem's time; p_i to p_flat are stationary"},
    {"basins", "1", "number of basins", "of the point; those that the base has not have no p_i"},
    {"status", "1", NULL, "0; above: the point failed, the comment failed_POINT says why"},
    {"steps", "1", NULL, NULL},
    {"rhs_evaluations", "1", NULL, NULL},
    {"newton_iterations", "1", NULL, NULL},
    {"failures", "1", NULL, "what the integrator did"},
    {"wall_time", "s", NULL, "seconds; only with --timings"},
    {NULL, NULL, NULL, NULL}};

/* Of a fixed data set; what it has in common with streams is above. */
static const quantity_kind_t of_fixed_data[] = {
    {"t", "steps/d", "t",
     "time: steps of full batches and fractions, else steps/d; of "
     "gradient-flow its own"},
    {"epoch", "1", "epochs", "passes over the data; nan of gradient-flow"},
    {"flow", "1", "flow time ∫ γ dt", "the learning rate, summed over the steps"},
    {"risk", "1", "risk R(t)", ""},
    {"train_risk", "1", "training risk", NULL},
    {"train_risk_i", "1", "training risk",
     "mean loss over the samples, of all and of class i; without the ridge term"},
    {"train_error", "1", "training error", "share of wrong decisions on the samples"},
    {"gap", "1", "generalisation gap", "risk - train_risk"},
    {"risk_se", "1", "standard error of the risk", NULL},
    {"train_risk_se", "1", "standard error of the training risk",
     "of the sampled recursion: standard errors; 0 where it is exact"},
    {NULL, NULL, NULL, NULL}};

/* Of a landscape: solve, limit, sweep and what is simulated. */
static const quantity_kind_t of_diffusion[] = {
    {"t", "learning rate x steps", "t = learning rate × steps",
     "learning rate x steps (momentum: h x steps)"},
    {"step", "1", "SGD steps", "SGD steps"},
    {"p_i", "1", "probability", "probability of basin i, left to right", "basin"},
    {"mean_loss", "1", "mean loss E U", "expected loss"},
    {"sharpness", "1", "sharpness E U″",
     "expected curvature, of two coordinates trace of the Hessian"},
    {"mean_x", "1", "mean of x", NULL},
    {"mean_y", "1", "mean of y", NULL},
    {"var_x", "1", "variance of x", NULL},
    {"var_y", "1", "variance of y", "mean and variance of the coordinates"},
    {"temperature", "1", "temperature T",
     "temperature learning_rate Sigma/(2 batch), momentum: "
     "over 1 - momentum"},
    {"gap", "1/t", "relaxation rate", "spectral gap: the slowest rate of relaxation per t"},
    {"second_moment", "1", "second moment E e² of SGD", "E e^2 of SGD, inf where it has none"},
    {"tail_exponent", "1", "tail exponent κ of SGD",
     "P(|e| > x) ~ x^-tail_exponent of SGD (Kesten); 0: no stationary law"},
    {"tail_exponent_sde", "1", "tail exponent of the diffusion", "the same of the diffusion"},
    {"stable_below", "1", "largest learning rate with a second moment", NULL},
    {"almost_surely_below", "1", "largest learning rate with a stationary law",
     "learning rates below which SGD has a second moment, and a stationary law"},
    {"discrete_gap", "1/t", "relaxation rate of the chain of steps", NULL},
    {"discrete_p_i", "1", "probability of the basin, chain of steps",
     "with --discrete: the same of the exact chain of SGD's steps"},
    {"relaxation_steps", "1", "relaxation time in steps", "1/gap in SGD steps"},
    {"density", "1", "probability density", "solve --density, a block a time: of x, or of x and y"},
    {"mass_error", "1", "probability in all − 1", "what is lost or won of the probability"},
    {"p_flat", "1", "probability of the flattest basin",
     "probability of the basin with the least curvature"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_escape[] = {
    {"learning_rate", "1", "learning rate", NULL},
    {"batch", "1", "batch", NULL},
    {"from", "1", "from basin", NULL},
    {"to", "1", "to basin", "basins, left to right, from the minimum of one to that of the next"},
    {"target", "1", "place to reach", "with --target: the place to reach instead"},
    {"mfpt", "t", "mean first-passage time", "mean first-passage time of the diffusion, in t"},
    {"mfpt_steps", "steps", "mean first-passage time, steps", "the same in SGD steps"},
    {"kramers", "t", "Kramers' time",
     "the same by Kramers' rate, with its next order in the "
     "temperature where that is known; with momentum with Melnikov and Meshkov's factor"},
    {"kramers_steps", "steps", "Kramers' time, steps", "the same in SGD steps"},
    {"kramers_leading", "t", "Kramers' time, leading order", "by Kramers' formula alone, in t"},
    {"rate", "1/t", "escape rate", "1/mfpt"},
    {"mfpt_saddle", "t", "mean time to the barrier's top",
     "mean first-passage time to the top of the barrier between them"},
    {"mfpt_discrete", "t", "mean first-passage time, chain of steps", NULL},
    {"mfpt_discrete_steps", "steps", "of the exact chain of steps", NULL},
    {"mfpt_saddle_discrete", "t", "mean time to the barrier's top, chain of steps",
     "with --discrete: the same of the exact chain of SGD's steps, in t"},
    {"runs", "1", NULL, NULL},
    {"reached", "1", NULL, NULL},
    {"first", "1", NULL, NULL},
    {"unfinished", "1", NULL,
     "--passage: runs, those that came to the minimum, who had not been in another before, who had "
     "not come by the end"},
    {"mfpt_se", "t", "standard error of the mean time", NULL},
    {"mfpt_saddle_se", "t", "standard error of the mean time to the barrier's top",
     "--passage: standard errors"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_landscape[] = {
    {"x", "1", "x", NULL},
    {"y", "1", "y", "where it is"},
    {"loss", "1", "loss U", "its loss"},
    {"curvature", "1", "curvature U″", NULL},
    {"curvature_i", "1", "eigenvalue of the Hessian",
     "U'', of two coordinates the Hessian's eigenvalues"},
    {"sigma", "1", "noise Σ", NULL},
    {"sigma_x", "1", "noise Σ of x", NULL},
    {"sigma_y", "1", "noise Σ of y", "covariance of one sample's gradient"},
    {"kind", "1", NULL, "0 minimum, 1 maximum (barrier), 2 saddle, 3 flat"},
    {"barrier_left", "1", NULL, NULL},
    {"barrier_right", "1", NULL, "height of the barrier to the next minimum"},
    {NULL, NULL, NULL, NULL}};

static const quantity_kind_t of_estimate[] = {
    {"class", "1", "class", NULL},
    {"label", "1", NULL,
     "its number, and its label in the problem; comments have that of the data"},
    {"rows", "1", "rows of the class", NULL},
    {"weight", "1", "weight p of the class", "rows of the class, and their share of all"},
    {"trace", "1", "tr K/d", "mean eigenvalue of the class's covariance"},
    {"rank", "1", "rank of K", "eigenvalues of it that are not zero"},
    {"mean2", "1", "|μ|²", "squared norm of the class's mean"},
    {"shrinkage", "1", "shrinkage", "weight of tr(K)/d I in the covariance"},
    {"kurtosis", "1", "excess kurtosis", NULL},
    {"largest_kurtosis", "1", "largest excess kurtosis", NULL},
    {"kurtosis_at", "1", "direction of the largest kurtosis",
     "excess kurtosis of single directions, 0 of a Gaussian: average, largest, and where that is"},
    {"norm_spread", "1", "spread of |a − μ|² beside a Gaussian's",
     "variance of |a - mu|^2 over 2 tr K^2, what it is of a Gaussian"},
    {NULL, NULL, NULL, NULL}};

const quantity_list_t quantity_lists[QUANTITY_GROUPS] = {
    [QUANTITIES_OF_SOLVE] = {"solve:", of_solve},
    [QUANTITIES_OF_FIXED_DATA] = {"of a fixed data set, solve (the others as of a stream):",
                                  of_fixed_data},
    [QUANTITIES_OF_DIRECTIONS] = {"solve --directions, a block a time:", of_directions},
    [QUANTITIES_OF_SIMULATE] = {"simulate:", of_simulate},
    [QUANTITIES_OF_COMPARE] = {"compare:", of_compare},
    [QUANTITIES_OF_DIMENSIONS] = {"compare --dimensions, a row a dimension:", of_dimensions},
    [QUANTITIES_OF_SPECTRUM] = {"spectrum:", of_spectrum},
    [QUANTITIES_OF_LIMIT] = {"limit, a row a learning rate:", of_limit},
    [QUANTITIES_OF_OPTIMISE] = {"optimise, a row a piece of the schedule:", of_optimise},
    [QUANTITIES_OF_CRITICAL] = {"critical, one row:", of_critical},
    [QUANTITIES_OF_SWEEP] = {"sweep, a row a point:", of_sweep},
    [QUANTITIES_OF_DIFFUSION] = {"of a landscape:", of_diffusion},
    [QUANTITIES_OF_ESCAPE] = {"escape:", of_escape},
    [QUANTITIES_OF_LANDSCAPE] = {"landscape, a row a critical point:", of_landscape},
    [QUANTITIES_OF_ESTIMATE] = {"estimate, a row a class:", of_estimate},
};

/* Stands for another quantity. */
static const char any[] = "NAME";

static bool is_of_another(const quantity_kind_t *kind)
{
    return strncmp(kind->name, any, sizeof any - 1) == 0;
}

/* What follows the stem: "" of the whole name, "_2", "_1_2"; NULL of other names. */
static const char *behind_stem(const char *pattern, const char *name)
{
    size_t length = strlen(pattern);
    if (strncmp(pattern, any, sizeof any - 1) == 0) {
        const char *ending = pattern + sizeof any - 1;
        const size_t named = strlen(name), ends = strlen(ending);
        return named > ends && strcmp(name + named - ends, ending) == 0 ? "" : NULL;
    }
    if (length > 2 && strcmp(pattern + length - 2, "_i") == 0)
        length -= 2;
    if (strncmp(name, pattern, length) != 0)
        return NULL;
    const char *rest = name + length;
    return !*rest || (*rest == '_' && rest[strspn(rest, "_0123456789")] == '\0') ? rest : NULL;
}

static const quantity_kind_t *find_in(quantity_group_t group, const char *name, bool captioned)
{
    for (const quantity_kind_t *kind = quantity_lists[group].kind; kind->name; kind++)
        if ((!captioned || (kind->caption && !is_of_another(kind))) &&
            behind_stem(kind->name, name))
            return kind;
    return NULL;
}

/* A spectrum's coordinates and a search's verdict are words of their own. */
static bool is_shared(quantity_group_t group)
{
    return group != QUANTITIES_OF_SPECTRUM && group != QUANTITIES_OF_CRITICAL;
}

static const quantity_kind_t *find(quantity_group_t group, const char *name, bool captioned)
{
    const quantity_kind_t *kind = find_in(group, name, captioned);
    for (int g = 0; g < QUANTITY_GROUPS && !kind && group != QUANTITIES_OF_SPECTRUM; g++)
        if (is_shared((quantity_group_t)g))
            kind = find_in((quantity_group_t)g, name, captioned);
    return kind;
}

const quantity_kind_t *quantity_find(quantity_group_t group, const char *name)
{
    return find(group, name, false);
}

bool quantity_caption(quantity_group_t group, const char *name, char *text, size_t size)
{
    const quantity_kind_t *kind = find(group, name, true);
    if (!kind) {
        (void)snprintf(text, size, "%s", name);
        return false;
    }
    const char *rest = behind_stem(kind->name, name);
    (void)snprintf(text, size, *rest ? "%s, %s %s" : "%s", kind->caption,
                   kind->counted ? kind->counted : "class", rest + (*rest != 0));
    return true;
}

void quantity_description(quantity_group_t group, const char *name, char *text, size_t size)
{
    enum { MOST = 128 };
    char other[MOST];
    const quantity_kind_t *kind = find(group, name, false);
    (void)quantity_caption(group, name, text, size);
    if (!kind || !kind->caption || !is_of_another(kind))
        return;
    const size_t length = strlen(name) - (strlen(kind->name) - (sizeof any - 1));
    (void)snprintf(other, sizeof other, "%.*s", (int)(length < MOST ? length : MOST - 1), name);
    (void)quantity_caption(group, other, text, size);
    const size_t used = strlen(text);
    (void)snprintf(text + used, size - used, ", %s", kind->caption);
}
