/* The teacher: a true signal and how it labels. The signal is one more mean behind the classes'. */
#include <math.h>
#include <string.h>

#include "spectra/families/signal.h"
#include "spectra/families/tables.h"
#include "src/base/text.h"
#include "src/problem/committee.h"
#include "src/problem/keys.h"
#include "src/problem/labels.h"
#include "src/problem/problem.h"

static const char example[] = "{signal: {family: gaussian}, labels: sign}";
static const char none[] = "none";

/* Their squares are still numbers. */
static const double MOST = 1e100;

bool teacher_is_stated(const node_t *root)
{
    const node_t *node = node_get(root, key_teacher.name);
    return node && !(node->kind == NODE_SCALAR && strcmp(node->text, none) == 0);
}

node_t *teacher_signal(const reading_t *self, size_t number)
{
    const node_t *teacher = reading_get(self, key_teacher.name);
    const node_t *several = teacher ? node_get(teacher, "signals") : NULL;
    if (!several)
        return number == 0 ? node_get(teacher, "signal") : NULL;
    node_t *child = several->first;
    while (child && child->index < number)
        child = child->next;
    return child;
}

/* At finite dimension too, though sums are finite there: one rule for all. */
static int check_exponent(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    const sgdl_mixture_t mixture = {.classes = problem->classes + 1,
                                    .weight = problem->weight,
                                    .covariance = problem->covariance,
                                    .mean = problem->mean,
                                    .signals = 1};
    const node_t *exponent = node_get(node, "exponent");
    char text[SIGNAL_TEXT];
    bool at_origin;
    double found;
    int status = signal_at_origin(&mixture, 0, &at_origin, &found, self->error);
    if (status != SGDL_OK || !at_origin)
        return status;
    const signal_bound_t bound = signal_bound(&mixture);
    if (found > bound.above)
        return SGDL_OK;
    return node_fail(self->error, exponent ? exponent : node, "found %.10g%s, allowed %s", found,
                     exponent ? "" : " as power of u", signal_allowed(&bound, text));
}

static int read_signal(reading_t *self, const node_t *node)
{
    sgdl_problem_t *problem = self->problem;
    const size_t C = problem->classes;
    const family_scope_t scope = {.classes = C, .folder = self->folder};
    problem->covariance[C] =
        sgdl_spec_default(family_find(&covariance_table, "isotropic", strlen("isotropic")));
    family_setting(&problem->covariance[C], "scale")->number[0] = 0;
    int status = mean_read(self, node, &signal_table, &scope, &problem->mean[C]);
    return status == SGDL_OK ? check_exponent(self, node) : status;
}

static int read_labels(reading_t *self, const node_t *map)
{
    sgdl_problem_t *problem = self->problem;
    teacher_t *teacher = &problem->teacher;
    const node_t *labels = node_get(map, "labels"), *noise = node_get(map, "noise");
    const node_t *steepness = node_get(map, "steepness");
    size_t index = problem->loss->quadratic ? TEACHER_LINEAR : TEACHER_LOGISTIC;
    int status = SGDL_OK;
    teacher->noise = 0;
    teacher->steepness = 1;
    if (labels)
        status = value_word(labels, (words_t){teacher_words, TEACHER_LABELS, NULL, 0}, &index,
                            self->error);
    if (status == SGDL_OK && noise)
        status = value_number(noise, (range_t){.upper = MOST}, &teacher->noise, self->error);
    if (status == SGDL_OK && steepness)
        status = value_number(steepness, (range_t){.upper = MOST, .lower_open = true},
                              &teacher->steepness, self->error);
    if (status != SGDL_OK)
        return status;
    teacher->labels = (teacher_labels_t)index;
    teacher->shift = teacher_shift(teacher, problem->loss);
    if (index == TEACHER_LINEAR && !problem->loss->quadratic)
        return node_fail(self->error, labels,
                         "found linear with loss: %s, allowed with "
                         "least-squares only",
                         problem->loss->name);
    if (index != TEACHER_LINEAR && teacher->noise > 0)
        return node_fail(self->error, noise,
                         "found %s with labels: %s, allowed 0 unless they are "
                         "linear",
                         noise->text, teacher_words[index]);
    if (index != TEACHER_LOGISTIC && index != TEACHER_LOGISTIC_SOFT && teacher->steepness != 1)
        return node_fail(self->error, steepness,
                         "found %s with labels: %s, allowed 1 unless they are logistic",
                         steepness->text, teacher_words[index]);
    return SGDL_OK;
}

static int read_single(reading_t *self, const node_t *node)
{
    static const char *const names[] = {"signal", "labels", "noise", "steepness"};
    sgdl_problem_t *problem = self->problem;
    int status = value_map(node, example, names, sizeof names / sizeof *names, self->error);
    if (status != SGDL_OK)
        return status;
    if (problem->one_hot)
        return node_fail(self->error, node,
                         "found a teacher with one-hot labels, allowed with "
                         "one output alone");
    const node_t *signal = node_get(node, names[0]);
    if (!signal)
        return node_fail(self->error, node, "the key 'signal' is missing, allowed: %s", example);
    status = read_signal(self, signal);
    problem->signals = status == SGDL_OK ? 1 : 0;
    return status == SGDL_OK ? read_labels(self, node) : status;
}

static int teacher_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    if (!teacher_is_stated(self->root))
        return SGDL_OK;
    const node_t *several = node_get(node, "signals");
    const bool committee = problem->loss == &sgdl_loss_committee;
    if (several && !committee)
        return node_fail(self->error, several, "found signals with loss: %s, allowed with %s only",
                         problem->loss->name, sgdl_loss_committee.name);
    int status = committee ? committee_read_teacher(self, node) : read_single(self, node);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++)
        if (reading_class(self, i, "label"))
            return node_fail(self->error, reading_class(self, i, "label"),
                             "found a label beside a teacher, who gives them; allowed: one of the "
                             "two");
    problem->has_teacher = status == SGDL_OK;
    return status;
}

static void teacher_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                        const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (!problem->has_teacher) {
        (void)fputs(none, out);
        return;
    }
    if (problem->loss == &sgdl_loss_committee) {
        committee_put_teacher(out, problem);
        return;
    }
    (void)fputs("{signal: ", out);
    mean_put(out, &problem->mean[problem->classes]);
    const teacher_t *teacher = &problem->teacher;
    (void)fprintf(out, ", labels: %s", teacher_words[teacher->labels]);
    if (teacher->labels != TEACHER_SIGN) {
        const bool linear = teacher->labels == TEACHER_LINEAR;
        (void)fputs(linear ? ", noise: " : ", steepness: ", out);
        text_put_number(out, linear ? teacher->noise : teacher->steepness);
    }
    (void)fputc('}', out);
}

static const key_flag_t flags[] = {
    {{"teacher", NULL, 0, "MAP",
      "labels from a true signal, signal=[FAMILY],labels=WORD,noise=OMEGA,steepness=KAPPA; see "
      "'sgdlimit help teachers' [none]"},
     "teacher",
     FORM_MAP,
     &signal_table},
    {.path = NULL}};
static const key_flag_t parts[] = {
    {{.flag = "signal"}, "teacher.signal", FORM_MEMBER, &signal_table}, {.path = NULL}};
static const key_axis_t axes[] = {{"teacher.noise", "label noise ω"},
                                  {"teacher.steepness", "steepness κ"},
                                  {"teacher.signal.exponent", "signal exponent"},
                                  {.path = NULL}};

const problem_key_t key_teacher = {.name = "teacher",
                                   .since = "0.2.0",
                                   .flags = flags,
                                   .parts = parts,
                                   .read = teacher_read,
                                   .put = teacher_put,
                                   .axes = axes,
                                   .caption = "teacher",
                                   .usual = none};
