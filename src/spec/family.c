#include "src/spec/family.h"

#include <assert.h>
#include <string.h>

#include "sgdlimit/schedule.h"
#include "sgdlimit/spectra.h"
#include "src/tree/value.h"

static const char *const later_schedules[] = {"adagrad-norm", "line-search", "polyak"};

const family_table_t covariance_table = {
    .families = sgdl_covariance_families,
    .selector = "family",
    .example = "{family: isotropic}",
};

const family_table_t mean_table = {
    .families = sgdl_mean_families,
    .selector = "family",
    .common = "on",
    .common_help = "zero outside a < u <= b [everywhere]",
    .common_is_list = true,
    .example = "{family: constant}",
};

const family_table_t schedule_table = {
    .families = sgdl_schedule_families,
    .selector = "schedule",
    .common = "warmup",
    .common_help = "a straight line from 0 to the schedule's first value over that time, the "
                   "schedule after it [0]",
    .example = "{schedule: constant, value: 0.5}",
    .later = later_schedules,
    .later_count = sizeof later_schedules / sizeof *later_schedules,
};

const sgdl_family_t *family_find(const family_table_t *table, const char *name, size_t length)
{
    for (size_t i = 0; table->families[i]; i++)
        if (strlen(table->families[i]->name) == length &&
            strncmp(table->families[i]->name, name, length) == 0)
            return table->families[i];
    return NULL;
}

sgdl_setting_t *family_setting(sgdl_spec_t *spec, const char *key)
{
    for (size_t i = 0; i < spec->family->key_count; i++)
        if (strcmp(spec->family->keys[i].name, key) == 0)
            return &spec->setting[i];
    return NULL;
}

static int choose_family(const node_t *node, const family_table_t *table,
                         const sgdl_family_t **family, sgdl_error_t *error)
{
    const char *names[FAMILIES];
    words_t words = {names, 0, table->later, table->later_count};
    for (; table->families[words.count] && words.count < FAMILIES; words.count++)
        names[words.count] = table->families[words.count]->name;
    if (node->kind != NODE_MAP)
        return value_map(node, table->example, NULL, 0, error);
    const node_t *name = node_get(node, table->selector);
    if (!name)
        return node_fail(error, node, "the key '%s' is missing, allowed a map such as %s",
                         table->selector, table->example);
    size_t index;
    int status = value_word(name, words, &index, error);
    if (status == SGDL_OK)
        *family = table->families[index];
    return status;
}

range_t family_range(const sgdl_key_t *key)
{
    return (range_t){key->lower, key->upper, key->lower_open, key->upper_open};
}

static int read_class(const node_t *node, const family_scope_t *scope, double *value,
                      sgdl_error_t *error)
{
    int status = value_integer(node, 1, (double)scope->classes, value, error);
    if (status == SGDL_OK && (size_t)*value == scope->own)
        return node_fail(error, node, "found %zu, the class itself, allowed another class",
                         scope->own);
    return status;
}

static int read_setting(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                        sgdl_setting_t *setting, sgdl_error_t *error)
{
    const range_t range = family_range(key);
    int status = SGDL_OK;
    size_t count = 1;
    switch (key->kind) {
    case SGDL_KEY_REAL:
        status = value_number(node, range, setting->number, error);
        break;
    case SGDL_KEY_REAL_OR_INTERVAL:
        if (node->kind != NODE_LIST) {
            status = value_number(node, range, setting->number, error);
            break;
        }
        /* fall through */
    case SGDL_KEY_INTERVAL:
        count = 2;
        status = value_interval(node, range, setting->number, error);
        break;
    case SGDL_KEY_REALS:
        status = value_numbers(node, range, &setting->list, &count, error);
        break;
    case SGDL_KEY_CLASS:
        status = read_class(node, scope, setting->number, error);
        break;
    case SGDL_KEY_PATH:
        status = value_path(node, scope->folder, &setting->path, error);
        break;
    }
    if (status == SGDL_OK)
        setting->count = count;
    return status;
}

int family_read(const node_t *node, const family_table_t *table, const family_scope_t *scope,
                sgdl_spec_t *spec, sgdl_error_t *error)
{
    const sgdl_family_t *family = NULL;
    int status = choose_family(node, table, &family, error);
    if (status != SGDL_OK)
        return status;
    assert(family);
    const char *names[SGDL_SPEC_KEYS + 2];
    size_t count = 0;
    names[count++] = table->selector;
    for (size_t i = 0; i < family->key_count; i++)
        names[count++] = family->keys[i].name;
    if (table->common)
        names[count++] = table->common;
    status = value_map(node, table->example, names, count, error);
    if (status != SGDL_OK)
        return status;
    *spec = sgdl_spec_default(family);
    for (size_t i = 0; i < family->key_count && status == SGDL_OK; i++) {
        const sgdl_key_t *key = &family->keys[i];
        const node_t *value = node_get(node, key->name);
        if (value)
            status = read_setting(value, key, scope, &spec->setting[i], error);
        else if (key->required)
            return node_fail(error, node, "the key '%s' is missing, %s has no default for it",
                             key->name, family->name);
    }
    const char *wrong = status != SGDL_OK ? NULL : sgdl_spec_check(spec);
    return wrong ? node_fail(error, node, "%s", wrong) : status;
}
