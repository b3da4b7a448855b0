#include "src/spec/kind.h"

#include <math.h>

#include "src/base/text.h"
#include "src/tree/data.h"
#include "src/tree/value.h"

/* ---- numbers and intervals ---------------------------------------------------------------- */

static int read_real(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                     sgdl_setting_t *setting, sgdl_error_t *error)
{
    (void)scope;
    int status = value_number(node, family_range(key), setting->number, error);
    if (status == SGDL_OK)
        setting->count = 1;
    return status;
}

static int read_interval(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                         sgdl_setting_t *setting, sgdl_error_t *error)
{
    (void)scope;
    int status = value_interval(node, family_range(key), setting->number, error);
    if (status == SGDL_OK)
        setting->count = 2;
    return status;
}

static int read_real_or_interval(const node_t *node, const sgdl_key_t *key,
                                 const family_scope_t *scope, sgdl_setting_t *setting,
                                 sgdl_error_t *error)
{
    return (node->kind == NODE_LIST ? read_interval : read_real)(node, key, scope, setting, error);
}

static void put_one_or_two(FILE *out, const sgdl_setting_t *setting)
{
    if (setting->count == 2)
        text_put_numbers(out, setting->number, 2);
    else
        text_put_number(out, setting->number[0]);
}

/* ---- lists -------------------------------------------------------------------------------- */

static int read_reals(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                      sgdl_setting_t *setting, sgdl_error_t *error)
{
    (void)scope;
    return value_numbers(node, family_range(key), &setting->list, &setting->count, error);
}

static void put_reals(FILE *out, const sgdl_setting_t *setting)
{
    text_put_numbers(out, setting->list, setting->count);
}

/* ---- classes ------------------------------------------------------------------------------ */

static int read_class(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                      sgdl_setting_t *setting, sgdl_error_t *error)
{
    (void)key;
    double *value = setting->number;
    int status = value_integer(node, 1, (double)scope->classes, value, error);
    if (status == SGDL_OK && (size_t)*value == scope->own)
        return node_fail(error, node, "found %zu, the class itself, allowed another class",
                         scope->own);
    if (status == SGDL_OK)
        setting->count = 1;
    return status;
}

/* ---- files -------------------------------------------------------------------------------- */

/* The name alone: whoever knows what the numbers are for reads them. */
static int read_path(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                     sgdl_setting_t *setting, sgdl_error_t *error)
{
    (void)key;
    value_data_t value;
    int status = value_data(node, scope->folder, &value, error);
    if (status != SGDL_OK)
        return status;
    setting->path = value.path;
    setting->list = value.list;
    setting->data = value.data;
    setting->data_count = value.count;
    setting->count = 1;
    return SGDL_OK;
}

static void put_path(FILE *out, const sgdl_setting_t *setting)
{
    if (setting->path)
        text_quote(out, setting->path);
    else
        text_put_numbers(out, setting->data, setting->data_count);
}

const key_kind_t key_kinds[] = {
    [SGDL_KEY_REAL] = {.form = "X", .ranged = true, .read = read_real, .put = put_one_or_two},
    [SGDL_KEY_INTERVAL] = {.form = "A:B",
                           .listed = ALWAYS_LISTED,
                           .ranged = true,
                           .several = true,
                           .read = read_interval,
                           .put = put_one_or_two},
    [SGDL_KEY_REAL_OR_INTERVAL] = {.form = "X, or A:B",
                                   .listed = LISTED_WITH_COLON,
                                   .ranged = true,
                                   .read = read_real_or_interval,
                                   .put = put_one_or_two},
    [SGDL_KEY_REALS] = {.form = "X:X:...",
                        .listed = ALWAYS_LISTED,
                        .ranged = true,
                        .several = true,
                        .read = read_reals,
                        .put = put_reals},
    [SGDL_KEY_CLASS] = {.form = "CLASS", .read = read_class, .put = put_one_or_two},
    [SGDL_KEY_PATH] = {.form = "FILE", .read = read_path, .put = put_path},
};
