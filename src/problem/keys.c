#include "src/problem/keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/problem/problem.h"

const model_t *const models[] = {&model_mixture, &model_fixed_data, &model_committee,
                                 &model_landscape, NULL};

const model_t *model_of(const node_t *root, const model_t *const *all)
{
    for (size_t i = 1; all[i]; i++)
        if (all[i]->meant && all[i]->meant(root))
            return all[i];
    return all[0];
}

static const problem_key_t *row_of(const model_t *self, const char *name)
{
    const problem_key_t *const *key = self->keys;
    while (*key && strcmp((*key)->name, name) != 0)
        key++;
    return *key;
}

bool model_takes(const model_t *self, const char *name) { return row_of(self, name) != NULL; }

bool key_is_in(const problem_key_t *self, const char *version)
{
    const char *since = self->since ? self->since : "";
    while (*since && isdigit((unsigned char)*version)) {
        char *after, *after_since;
        const long number = strtol(version, &after, 10), first = strtol(since, &after_since, 10);
        if (number != first)
            return number > first;
        version = after + (*after == '.');
        since = after_since + (*after_since == '.');
    }
    return true;
}

bool model_needs(const node_t *root, const char *version, const char *name)
{
    const problem_key_t *key = row_of(model_of(root, models), name);
    return key && key_is_in(key, version);
}

const char *model_told(const char *name, const char *beside)
{
    const model_t *model = NULL, *other = NULL;
    for (size_t i = 0; models[i]; i++) {
        model = strcmp(models[i]->name, name) == 0 ? models[i] : model;
        other = strcmp(models[i]->name, beside) == 0 ? models[i] : other;
    }
    if (!model)
        return name;
    return other && strcmp(model->word, other->word) == 0 ? model->told : model->word;
}

/* A slip in the model's name would make another one of it, to which other keys are wrong. */
static int check_name(const node_t *root, const model_t *const *all, sgdl_error_t *error)
{
    const char *names[PROBLEM_KEYS];
    words_t words = {.names = names};
    size_t index;
    const node_t *node = root->kind == NODE_MAP ? node_get(root, "model") : NULL;
    for (; *all && words.count < PROBLEM_KEYS; all++) {
        size_t i = 0; /* several models may go by one word */
        while (i < words.count && strcmp(names[i], (*all)->word) != 0)
            i++;
        names[i] = (*all)->word;
        words.count += i == words.count;
    }
    return node ? value_word(node, words, &index, error) : SGDL_OK;
}

/* A key that others take. Models are told by their words, and by more where two go by one. */
static int fail_taken(const model_t *self, const node_t *child, const model_t *const *all,
                      sgdl_error_t *error)
{
    const char *names[PROBLEM_KEYS], *own = self->word;
    char list[256] = "";
    size_t count = 0;
    for (size_t i = 0; all[i] && count < PROBLEM_KEYS; i++) {
        const bool same = strcmp(all[i]->word, self->word) == 0;
        const char *name = same ? all[i]->told : all[i]->word;
        size_t k = 0;
        if (!model_takes(all[i], child->key))
            continue;
        own = same ? self->told : own;
        while (k < count && strcmp(names[k], name) != 0)
            k++;
        if (k < count)
            continue;
        names[count++] = name;
        const size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name);
    }
    return node_fail(error, child, "is no key of the model %s; models that take it: %s", own, list);
}

/* Does a model of the same word take the key, and is it stated to be what it is without? Then a
 * problem goes from one to the other by the key that tells them apart. */
static bool is_idle(const model_t *self, const node_t *child, const model_t *const *all)
{
    for (size_t i = 0; all[i]; i++) {
        const problem_key_t *key = row_of(all[i], child->key);
        if (key && strcmp(all[i]->word, self->word) == 0)
            return key->idle || (key->usual && child->kind == NODE_SCALAR &&
                                 strcmp(key->usual, child->text) == 0);
    }
    return false;
}

int model_check(const model_t *self, const node_t *root, const model_t *const *all,
                sgdl_error_t *error)
{
    const char *names[2 * PROBLEM_KEYS];
    size_t count = 0;
    int status = check_name(root, all, error);
    if (status != SGDL_OK)
        return status;
    for (const problem_key_t *const *key = self->keys; *key; key++)
        names[count++] = (*key)->name;
    for (const node_t *child = root->kind == NODE_MAP ? root->first : NULL; child;
         child = child->next) {
        if (model_takes(self, child->key))
            continue;
        if (is_idle(self, child, all) && count < sizeof names / sizeof *names) {
            names[count++] = child->key;
            continue;
        }
        for (size_t i = 0; all[i]; i++)
            if (model_takes(all[i], child->key))
                return fail_taken(self, child, all, error);
    }
    return value_map(root, "dimension: inf", names, count, error);
}

/* Is there a row of that name among the captions of an earlier model? */
static bool is_told_before(const model_t *const *model, const char *name)
{
    for (const model_t *const *before = models; before < model; before++)
        for (const problem_key_t *const *key = (*before)->captions; *key; key++)
            if (strcmp((*key)->name, name) == 0)
                return true;
    return false;
}

/* Key number `index` of all models, each once; NULL: there are fewer. */
static const problem_key_t *key_at(size_t index)
{
    const problem_key_t *seen[PROBLEM_KEYS];
    size_t count = 0;
    for (const model_t *const *model = models; *model; model++)
        for (const problem_key_t *const *key = (*model)->keys; *key; key++) {
            size_t i = 0;
            while (i < count && seen[i] != *key)
                i++;
            if (i < count)
                continue;
            if (count == index)
                return *key;
            seen[count++] = *key;
        }
    return NULL;
}

size_t key_names(const char **names, size_t room)
{
    size_t count = 0;
    const problem_key_t *key;
    for (size_t k = 0; count < room && (key = key_at(k)) != NULL; k++) {
        size_t i = 0; /* two models may have rows of the same name */
        while (i < count && strcmp(names[i], key->name) != 0)
            i++;
        names[i] = key->name;
        count += i == count;
    }
    return count;
}

const problem_key_t *key_named(const char *name, size_t length)
{
    const problem_key_t *key;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++)
        if (strlen(key->name) == length && strncmp(key->name, name, length) == 0)
            return key;
    return NULL;
}

/* Those of all models: a table holds the keys of its own, and no others are told. */
const problem_key_t *key_in_captions(size_t index)
{
    for (const model_t *const *model = models; *model; model++)
        for (const problem_key_t *const *key = (*model)->captions; *key; key++)
            if (!is_told_before(model, (*key)->name) && index-- == 0)
                return *key;
    return NULL;
}

bool key_is_usual(const char *name, const char *value)
{
    const problem_key_t *key;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++)
        if (key->usual && strcmp(key->name, name) == 0 && strcmp(key->usual, value) == 0)
            return true;
    return false;
}

const char *key_axis_label(const char *path)
{
    const problem_key_t *key;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++)
        for (const key_axis_t *axis = key->axes; axis && axis->path; axis++)
            if (strcmp(axis->path, path) == 0)
                return axis->label;
    return NULL;
}

const key_flag_t *key_part(const char *path)
{
    const problem_key_t *key;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++)
        for (const key_flag_t *part = key->parts; part && part->path; part++)
            if (strcmp(part->path, path) == 0)
                return part;
    return NULL;
}

const key_flag_t *key_flag(size_t index)
{
    const problem_key_t *key;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++)
        for (const key_flag_t *flag = key->flags; flag && flag->flag.flag; flag++)
            if (index-- == 0)
                return flag;
    return NULL;
}

static bool has_flag(const problem_key_t *key, const key_flag_t *flag)
{
    for (const key_flag_t *own = key->flags; own && own->flag.flag; own++)
        if (own == flag)
            return true;
    return false;
}

const model_t *key_flag_model(const key_flag_t *flag)
{
    const model_t *only = NULL;
    for (const model_t *const *model = models; *model; model++)
        for (const problem_key_t *const *key = (*model)->keys; *key; key++) {
            if (!has_flag(*key, flag))
                continue;
            if (only)
                return NULL;
            only = *model;
        }
    return only;
}

static const key_flag_t *named(const key_flag_t *flags, const char *name)
{
    for (const key_flag_t *flag = flags; flag && flag->flag.flag; flag++)
        if (strcmp(flag->flag.flag, name) == 0)
            return flag;
    return NULL;
}

const key_flag_t *key_flag_named(const char *name)
{
    const problem_key_t *key;
    const key_flag_t *found = NULL;
    for (size_t i = 0; !found && (key = key_at(i)) != NULL; i++) {
        found = named(key->flags, name);
        if (!found)
            found = named(key->options, name);
    }
    return found;
}

const sgdl_problem_flag_t *sgdl_problem_flag(size_t index)
{
    const key_flag_t *flag = key_flag(index);
    return flag ? &flag->flag : NULL;
}

/* ---- keys that are one number ----------------------------------------------------------- */

static double *field_of(sgdl_problem_t *problem, const problem_key_t *key)
{
    return (double *)(void *)((char *)problem + key->field);
}

int number_read(reading_t *self, const problem_key_t *key)
{
    const node_t *node = reading_get(self, key->name);
    double *value = field_of(self->problem, key);
    if (!node)
        return SGDL_OK;
    return key->whole ? value_integer(node, key->range.lower, key->range.upper, value, self->error)
                      : value_number(node, key->range, value, self->error);
}

void number_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                const sgdl_plan_t *plan)
{
    (void)plan;
    text_put_number(out, *(const double *)(const void *)((const char *)problem + key->field));
}
