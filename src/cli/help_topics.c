/* Pages on what flags and tables hold: families and schedules as their tables have them, columns.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"
#include "src/cli/help.h"
#include "src/spec/family.h"
#include "src/base/text.h"
#include "src/tree/value.h"

enum { HEAD_SIZE = 80, ROW_SIZE = 400 };

/* ---- families ---------------------------------------------------------------------------------
 */

/* How a key's value is written in a flag. */
static const char *value_form(sgdl_key_kind_t kind)
{
    static const char *const forms[] = {
        [SGDL_KEY_REAL] = "X",
        [SGDL_KEY_INTERVAL] = "A:B",
        [SGDL_KEY_REAL_OR_INTERVAL] = "X, or A:B",
        [SGDL_KEY_REALS] = "X:X:...",
        [SGDL_KEY_CLASS] = "CLASS",
        [SGDL_KEY_PATH] = "FILE",
    };
    return forms[kind];
}

static void print_key(const sgdl_key_t *key)
{
    char head[HEAD_SIZE];
    char text[ROW_SIZE];
    char range[RANGE_TEXT_SIZE];
    char standard[TEXT_NUMBER_SIZE] = "";
    bool number = key->kind != SGDL_KEY_CLASS && key->kind != SGDL_KEY_PATH;
    bool several = key->kind == SGDL_KEY_REALS || key->kind == SGDL_KEY_INTERVAL;
    const range_t allowed = {key->lower, key->upper, key->lower_open, false};
    if (number && !key->required && !isnan(key->standard))
        text_shortest(key->standard, standard);
    (void)snprintf(head, sizeof head, "    %s=%s", key->name, value_form(key->kind));
    (void)snprintf(text, sizeof text, "%s%s%s%s%s%s%s", key->help, number ? "; " : "",
                   number ? range_text(allowed, range) : "", number && several ? " each" : "",
                   key->required ? " [needed]"
                   : *standard   ? " ["
                                 : "",
                   standard, *standard ? "]" : "");
    help_row(head, text);
}

static void print_families(const family_table_t *table)
{
    for (const sgdl_family_t *const *family = table->families; *family; family++) {
        char head[HEAD_SIZE];
        (void)snprintf(head, sizeof head, "  %s", (*family)->name);
        help_row(head, (*family)->help);
        for (size_t k = 0; k < (*family)->key_count; k++)
            print_key(&(*family)->keys[k]);
    }
    if (table->common) {
        char head[HEAD_SIZE];
        (void)snprintf(head, sizeof head, "  any of them: %s=%s", table->common,
                       table->common_is_list ? "A:B" : "X");
        help_row(head, table->common_help);
    }
}

static void print_spectra(void)
{
    help_paragraph("A family in a flag is name:key=value,key=value; a list or an interval in it "
                   "stands with colons. In a problem file the same is a map:");
    (void)puts("  --covariance zero-one:zero=0.3 --mean power-law:exponent=0.5,on=0:0.5\n"
               "  covariance: {family: zero-one, zero: 0.3}\n"
               "  mean: {family: power-law, exponent: 0.5, on: [0, 0.5]}\n");
    help_paragraph("Directions sit at u = rho/d in (0, 1], rho = 1..d. A file sets d: line rho is "
                   "direction rho.");
    (void)puts("covariances (eigenvalues over u):");
    print_families(&covariance_table);
    (void)puts("\nmeans (nu = sqrt(d) times the coordinate of mu, over u):");
    print_families(&mean_table);
    (void)puts("\nexample:\n  sgdlimit solve --covariance zero-one:zero=0.1:0.4 --mean "
               "constant:on=0:0.5");
}

static void print_schedules(void)
{
    help_paragraph("A learning rate is a number; numbers 0.1,0.5, a curve each; or a schedule "
                   "name:key=value,key=value, whose lists stand with colons. In a problem file:");
    (void)puts("  --learning-rate piecewise:times=10:100,values=1:0.5:0.1,warmup=2\n"
               "  learning_rate: {schedule: piecewise, times: [10, 100], values: [1, 0.5, 0.1], "
               "warmup: 2}\n"
               "  learning_rate: [0.5, {schedule: cosine, value: 1}]\n\nschedules:");
    print_families(&schedule_table);
    (void)puts("\nexample:\n  sgdlimit solve --learning-rate "
               "polynomial:value=1,tau=10,power=0.5,warmup=5 --time 1e4");
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* A row without a text is a heading. */
static const struct {
    const char *names, *text;
} columns[] = {
    {"solve:", NULL},
    {"curve", "the learning rate of the curve; only where there are several"},
    {"t", "time, steps/d"},
    {"risk, risk_i", "expected loss, of all and of class i; without the ridge term"},
    {"error, error_i", "probability of a wrong decision, a tie counts one half"},
    {"learning_rate", "gamma at t"},
    {"norm2", "|X|^2"},
    {"slope", "d log risk / d log t"},
    {"mean_i, var_i",
     "mean and variance of the preactivation X^T a of class i (the bias included)"},
    {"cos_i", "cosine between X and mu_i; nan for a zero mean"},
    {"clean_share_i", "part of mean_i that lies in clean directions (see --clean-below)"},
    {"clean_norm2", "part of norm2 that lies in clean directions"},
    {"gradient_norm2", "squared norm of the expected gradient"},
    {"noise_power", "sum_i p_i (tr K_i/d) tr E_i[g g^T], the strength of the gradient's noise"},
    {"bias", "of the intercept; only with one"},
    {"excess", "risk - reference; only with --reference"},
    {"solve --directions, a block a time:", NULL},
    {"node, weight", "number of a group of equal directions, and its share of all"},
    {"eigenvalue_bar, clean", "sum_i p_i lambda_i; 1 if that is at most --clean-below"},
    {"A, S",
     "first and second moment of the weights in the node (A_j: coordinate j of a node of several)"},
    {"overlap_i", "the node's part of mean_i, over its weight"},
    {"simulate:", NULL},
    {"NAME_mean, NAME_sd", "mean and standard deviation over the runs of risk, error, "
                           "learning_rate, norm2, mean_i, var_i"},
    {"NAME_q10, NAME_q90", "their 10% and 90% quantiles"},
    {"bin", "simulate --directions: the group of eigenvalues (weight, overlap_i, S as above)"},
    {"compare:", NULL},
    {"NAME_ode", "the limit's risk and error beside NAME_mean, NAME_sd, NAME_q10, NAME_q90"},
    {"compare --dimensions, a row a dimension:", NULL},
    {"NAME_deviation, NAME_se, NAME_sd", "root mean squares over the times of mean - ode, of its "
                                         "standard error, of one run's standard deviation"},
    {"NAME_largest", "the largest |mean - ode|"},
    {"spectrum:", NULL},
    {"eigenvalue_i, mean_i", "of class i at the node; mean_i_j its latent coordinate j"},
    {"limit, a row a learning rate:", NULL},
    {"verdict", "of the risk: 0 falls to zero, 1 stays positive, 2 diverges"},
    {"risk_limit, error_limit", "at the stationary point, with the noise of SGD"},
    {"risk_min, error_min", "at the minimum of the risk"},
    {"noise_excess", "risk_limit - risk_min"},
    {"theta, constant, log_power, rate",
     "the law of approach: constant t^-theta (log t)^log_power, or exp(-rate t)"},
    {"stability", "the largest stable learning rate"},
    {"clean_margin2", "squared margin that clean directions give"},
    {"mean_i, var_i, mean_min_i, var_min_i", "at the stationary point and at the minimum"},
    {"verify_t, verify_risk, verify_extrapolated, verify_error, verify_agrees",
     "limit --verify: a late time, the risk there, where it goes and how exactly; 1 if that "
     "agrees"},
    {"critical, one row:", NULL},
    {"critical, uncertainty, lower, upper", "where the verdict changes, and the last bracket"},
    {"verdict_lower, verdict_upper", "the verdicts at its ends"},
    {"sweep, a row a point:", NULL},
    {"point", "its number; then the values of the varied keys"},
    {"risk, error, slope, norm2, clean_share_i", "at the problem's time"},
    {"verdict, risk_limit, risk_min, theta", "as in limit"},
    {"excess, theta_measured", "risk - risk_limit, and -d log|excess|/d log t"},
    {"status", "0; above: the point failed, the comment failed_POINT says why"},
    {"steps, rhs_evaluations, newton_iterations, failures", "what the integrator did"},
    {"wall_time", "seconds; only with --timings"},
};

static void print_columns(void)
{
    help_paragraph(
        "_i is the class's number, from 1; with several outputs _i_a is class i, output "
        "a. What is undefined is nan (json: null). Lines that start with # come first: the "
        "problem, with which the table can be computed again, and what was found out.");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!columns[i].text) {
            (void)printf("%s%s\n", i ? "\n" : "", columns[i].names);
        } else {
            char head[HEAD_SIZE];
            (void)snprintf(head, sizeof head, "  %s", columns[i].names);
            help_row(head, columns[i].text);
        }
    }
}

const help_topic_t help_topics[] = {
    {"families", "covariances and means, their keys and how they are written", print_spectra},
    {"schedules", "learning rates, their keys and how they are written", print_schedules},
    {"columns", "what the columns of the tables are", print_columns},
    {NULL, NULL, NULL}};
