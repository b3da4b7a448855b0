/* Pages on what flags and tables hold: families and schedules as their tables have them, columns.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"
#include "src/cli/help.h"
#include "src/curve/quantities.h"
#include "src/landscape/noise.h"
#include "src/landscape/potential.h"
#include "spectra/families/tables.h"
#include "src/schedule/stated.h"
#include "src/spec/kind.h"
#include "src/base/text.h"
#include "src/tree/value.h"

enum { HEAD_SIZE = 80, ROW_SIZE = 400 };

/* ---- families ---------------------------------------------------------------------------------
 */

static void print_key(const sgdl_key_t *key)
{
    char head[HEAD_SIZE];
    char text[ROW_SIZE];
    char range[RANGE_TEXT_SIZE];
    char standard[TEXT_NUMBER_SIZE] = "";
    const key_kind_t *kind = &key_kinds[key->kind];
    const bool number = kind->ranged;
    if (number && !key->required && !isnan(key->standard))
        text_shortest(key->standard, standard);
    (void)snprintf(head, sizeof head, "    %s=%s", key->name, kind->form);
    (void)snprintf(text, sizeof text, "%s%s%s%s%s%s%s", key->help, number ? "; " : "",
                   number ? range_text(family_range(key), range) : "",
                   number && kind->several ? " each" : "",
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

static void print_teachers(void)
{
    help_paragraph(
        "A teacher is a true signal X* in R^d from which labels come, r* = X*^T a: then "
        "classes have none. A problem that states no classes has one, of mean zero "
        "unless --mean says otherwise. In a flag a family with keys stands in brackets, one "
        "without is a word: signal=gaussian. One-line YAML is taken, too:");
    (void)puts("  --teacher 'signal=[power-law:exponent=0.2],labels=linear,noise=0.5'\n"
               "  teacher: {signal: {family: power-law, exponent: 0.2}, labels: linear, noise: "
               "0.5}\n\nlabels (1 or 0; of least squares 1 or -1, the soft one 2 s - 1):");
    help_row("  linear", "r* + noise times a normal number (least squares alone) [least squares]");
    help_row("  sign", "1 if r* > 0");
    help_row("  logistic", "1 with probability s(steepness r*), s(z) = 1/(1 + e^-z) [logistic]");
    help_row("  logistic-soft", "s(steepness r*) itself");
    help_row("  noise=X", "of linear labels; a number >= 0 [0]");
    help_row("  steepness=X", "of logistic ones; a number > 0 [1]");
    (void)puts("\nsignals (sqrt(d) times the coordinate of X*, over u; their norm may be infinite "
               "at\nd = inf as long as r* has a variance):");
    print_families(&signal_table);
    (void)puts("\nexample:\n  sgdlimit solve --loss least-squares --covariance "
               "power-law:exponent=2 --teacher 'signal=[power-law:exponent=-0.8]' --spacing log");
}

static void print_data(void)
{
    help_paragraph(
        "A mixture is a stream of fresh samples, or, with data: {ratio: ALPHA}, a fixed data set: "
        "n = ALPHA d samples, drawn once and used again and again. The objective is their mean "
        "loss and (ridge/2)|X|^2. All commands then speak of it, and tables hold train_risk, gap "
        "and, beside t, epochs and the flow time in which different methods meet:");
    (void)puts("  --data ratio=2 --batch fraction=0.1 --sampling reshuffled\n"
               "  data: {ratio: 2}\n  method: sgd\n  batch: {fraction: 0.1}\n"
               "  sampling: reshuffled\n\nmethods and batches, and what a step and t are:");
    help_row("  sgd, batch B", "small batches: X <- X - (learning_rate/d) (mean gradient of B "
                               "samples + ridge X), as in a stream; t = steps/d; epoch B t/ALPHA; "
                               "flow time learning_rate t");
    help_row("  sgd, batch full", "gradient descent: X <- X - learning_rate (mean gradient + ridge "
                                  "X); t = steps; epoch t; flow time learning_rate t");
    help_row("  sgd, batch fraction=F",
             "the same of F n samples, 0 < F <= 1; t = steps; epoch F t; flow time as above");
    help_row("  sme, batch B", "the Gaussian diffusion that approximates small batches (stochastic "
                               "modified equation); t as theirs");
    help_row("  gradient-flow", "dX/dt = - gradient; takes no learning rate, batch or momentum; "
                                "flow time t");
    (void)puts("\nsampling, of fractions:");
    help_row("  independent", "every step draws its samples anew [independent]");
    help_row("  reshuffled", "every epoch is a new partition of the data; 1/F whole");
    help_row("  persistent=TAU",
             "a sample leaves with probability learning_rate/TAU a step; TAU >= "
             "learning_rate max(1, F/(1 - F))");
    (void)puts("\nmomentum:");
    help_row("  BETA", "heavy ball; of small batches it makes of the learning rate "
                       "learning_rate/(1 - BETA) [0]");
    help_row("  nesterov=BETA", "Nesterov's; nesterov=increasing is k/(k+3) at step k");
    (void)puts("");
    help_paragraph("Learning rates are given ones; clipping, gradient noise and rates that the "
                   "state drives belong to streams. --accuracy bounds the numerical error, which "
                   "risk_se and train_risk_se tell.");
    (void)puts("example:\n  sgdlimit solve --data ratio=2 --loss least-squares --batch full "
               "--momentum nesterov=0.6 --time 60");
}

static void print_schedules(void)
{
    help_paragraph("A learning rate is a number; numbers 0.1,0.5, a curve each; or a schedule "
                   "name:key=value,key=value, whose lists stand with colons. Several with keys "
                   "are one-line YAML, in a flag as in a problem file:");
    (void)puts("  --learning-rate piecewise:times=10:100,values=1:0.5:0.1,warmup=2\n"
               "  learning_rate: {schedule: piecewise, times: [10, 100], values: [1, 0.5, 0.1], "
               "warmup: 2}\n"
               "  learning_rate: [0.5, {schedule: cosine, value: 1}]\n\nschedules:");
    print_families(&schedule_table);
    (void)puts("\nexample:\n  sgdlimit solve --learning-rate "
               "polynomial:value=1,tau=10,power=0.5,warmup=5 --time 1e4");
}

static void print_landscapes(void)
{
    help_paragraph("A landscape is a loss in one or two coordinates and the covariance of the "
                   "gradient that one sample gives there. A problem that states a potential is "
                   "of that model:");
    (void)puts("  --potential double-well:scale=0.5,tilt=0.02 --noise constant:value=320\n"
               "  potential: {family: double-well, scale: 0.5, tilt: 0.02}\n"
               "  noise: {family: constant, value: 320}\n\npotentials:");
    print_families(&potential_table);
    (void)puts("\nnoises (in two coordinates one for both, or a list of two):");
    print_families(&noise_table);
    (void)puts(
        "\nexample:\n  sgdlimit limit --potential double-well:linear=1.2,quadratic=0.5 --noise "
        "constant:value=20");
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Kinds that share a text stand in one row. */
static void print_kinds(const quantity_kind_t *kind)
{
    char head[HEAD_SIZE] = "  ";
    size_t used = 2;
    for (; kind->name; kind++) {
        if (kind->help && !*kind->help)
            continue;
        used += (size_t)snprintf(head + used, sizeof head - used, "%s%s", used > 2 ? ", " : "",
                                 kind->name);
        if (!kind->help)
            continue;
        help_row(head, kind->help);
        used = 2;
    }
}

static void print_columns(void)
{
    help_paragraph(
        "_i is the class's number, from 1; with several outputs _i_a is class i, output "
        "a. What is undefined is nan (json: null). Lines that start with # come first: the "
        "problem, with which the table can be computed again, and what was found out.");
    for (size_t g = 0; g < QUANTITY_GROUPS; g++) {
        (void)printf("%s%s\n", g > 0 ? "\n" : "", quantity_lists[g].heading);
        print_kinds(quantity_lists[g].kind);
    }
}

const help_topic_t help_topics[] = {
    {"families", "covariances and means, their keys and how they are written", print_spectra},
    {"teachers", "signals and the labels that they give, and how they are written", print_teachers},
    {"data", "fixed data sets: methods, batches, sampling, and their time", print_data},
    {"landscapes", "potentials and noises of a landscape, their keys and how they are written",
     print_landscapes},
    {"schedules", "learning rates, their keys and how they are written", print_schedules},
    {"columns", "what the columns of the tables are", print_columns},
    {NULL, NULL, NULL}};
