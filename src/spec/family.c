#include "src/spec/family.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/spec/kind.h"
#include "src/tree/value.h"

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

bool family_is_named(const node_t *node, const family_table_t *table)
{
    return node->kind == NODE_SCALAR && family_find(table, node->text, strlen(node->text));
}

static int choose_family(const node_t *node, const family_table_t *table,
                         const sgdl_family_t **family, sgdl_error_t *error)
{
    const char *names[FAMILIES];
    words_t words = {names, 0, table->later, table->later_count};
    for (; table->families[words.count] && words.count < FAMILIES; words.count++)
        names[words.count] = table->families[words.count]->name;
    double number;
    const bool bare = node->kind == NODE_SCALAR && text_number(node->text, &number) != NUMBER_OK;
    if (node->kind != NODE_MAP && !bare)
        return value_map(node, table->example, NULL, 0, error);
    const node_t *name = bare ? node : node_get(node, table->selector);
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
    if (node->kind == NODE_MAP)
        status = value_map(node, table->example, names, count, error);
    if (status != SGDL_OK)
        return status;
    *spec = sgdl_spec_default(family);
    for (size_t i = 0; i < family->key_count && status == SGDL_OK; i++) {
        const sgdl_key_t *key = &family->keys[i];
        const node_t *value = node_get(node, key->name);
        if (value)
            status = key_kinds[key->kind].read(value, key, scope, &spec->setting[i], error);
        else if (key->required)
            return node_fail(error, node, "the key '%s' is missing, %s has no default for it",
                             key->name, family->name);
    }
    const char *wrong = status != SGDL_OK ? NULL : sgdl_spec_check(spec);
    return wrong ? node_fail(error, node, "%s", wrong) : status;
}

void family_put(FILE *out, const family_table_t *table, const sgdl_spec_t *spec)
{
    (void)fprintf(out, "{%s: %s", table->selector, spec->family->name);
    for (size_t i = 0; i < spec->family->key_count; i++) {
        const sgdl_key_t *key = &spec->family->keys[i];
        if (spec->setting[i].count == 0)
            continue;
        (void)fprintf(out, ", %s: ", key->name);
        key_kinds[key->kind].put(out, &spec->setting[i]);
    }
}
