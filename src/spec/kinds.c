#include "src/spec/kind.h"

#include <math.h>
#include <stdlib.h>

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

/* ---- terms of polynomials in two variables -------------------------------------------------- */

static const double most_power = 20;

static int read_term(const node_t *node, const sgdl_key_t *key, double term[3], sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    if (node->kind != NODE_LIST || node->children != 3)
        return node_fail(error, node, "found %s, allowed a term [i, j, c]: c x^i y^j",
                         node_found(node, found));
    int status = value_integer(node->first, 0, most_power, &term[0], error);
    if (status == SGDL_OK)
        status = value_integer(node->first->next, 0, most_power, &term[1], error);
    return status == SGDL_OK ? value_number(node->last, family_range(key), &term[2], error)
                             : status;
}

static int read_terms(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                      sgdl_setting_t *setting, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    int status = SGDL_OK;
    (void)scope;
    if (node->kind != NODE_LIST || node->children == 0)
        return node_fail(error, node,
                         "found %s, allowed a list of terms such as [[2, 0, 1], [0, 2, 1]]",
                         node_found(node, found));
    setting->list = calloc(3 * node->children, sizeof *setting->list);
    if (!setting->list)
        return sgdl_fail_memory(error);
    for (const node_t *each = node->first; each && status == SGDL_OK; each = each->next) {
        status = read_term(each, key, &setting->list[setting->count], error);
        setting->count += 3;
    }
    return status;
}

static void put_terms(FILE *out, const sgdl_setting_t *setting)
{
    for (size_t k = 0; k < setting->count; k += 3) {
        (void)fputs(k > 0 ? ", " : "[", out);
        text_put_numbers(out, &setting->list[k], 3);
    }
    (void)fputc(']', out);
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
    [SGDL_KEY_TERMS] = {.form = "I:J:C;I:J:C;...",
                        .listed = LISTS_LISTED,
                        .read = read_terms,
                        .put = put_terms},
    [SGDL_KEY_PATH] = {.form = "FILE", .read = read_path, .put = put_path},
};
