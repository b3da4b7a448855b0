#include "sgdlimit/spec.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const sgdl_setting_t *sgdl_spec_setting(const sgdl_spec_t *self, const char *name)
{
    const sgdl_key_t *keys = self->family->keys;
    const size_t count = self->family->key_count;
    size_t key = 0;
    while (key < count && keys[key].name != name) /* often the very text of the family's file */
        key++;
    if (key == count)
        for (key = 0; key < count && strcmp(keys[key].name, name) != 0;)
            key++;
    assert(key < count);
    return &self->setting[key];
}

double sgdl_spec_number(const sgdl_spec_t *self, const char *name)
{
    return sgdl_spec_setting(self, name)->number[0];
}

sgdl_spec_t sgdl_spec_default(const sgdl_family_t *family)
{
    sgdl_spec_t spec = {.family = family};
    for (size_t key = 0; key < family->key_count; key++) {
        const sgdl_key_t *row = &family->keys[key];
        const bool number = row->kind == SGDL_KEY_REAL || row->kind == SGDL_KEY_REAL_OR_INTERVAL;
        if (number && !row->required && !isnan(row->standard)) {
            spec.setting[key].number[0] = row->standard;
            spec.setting[key].count = 1;
        }
    }
    return spec;
}

const char *sgdl_spec_check(const sgdl_spec_t *self)
{
    return self->family->check ? self->family->check(self) : NULL;
}

static bool numbers_equal(const sgdl_setting_t *a, const sgdl_setting_t *b)
{
    bool equal = b->data && a->data_count == b->data_count;
    for (size_t k = 0; equal && a->data != b->data && k < a->data_count; k++)
        equal = a->data[k] == b->data[k];
    return equal;
}

static bool settings_equal(const sgdl_setting_t *a, const sgdl_setting_t *b)
{
    if (a->count != b->count || (a->path == NULL) != (b->path == NULL) ||
        (a->list == NULL) != (b->list == NULL))
        return false;
    if (a->data && !a->path)
        return numbers_equal(a, b);
    for (size_t k = 0; k < a->count; k++)
        if (a->list ? a->list[k] != b->list[k] : k < 2 && a->number[k] != b->number[k])
            return false;
    return !a->path || strcmp(a->path, b->path) == 0;
}

bool sgdl_spec_equal(const sgdl_spec_t *a, const sgdl_spec_t *b)
{
    bool equal = a->family == b->family;
    for (size_t key = 0; equal && key < a->family->key_count; key++)
        equal = settings_equal(&a->setting[key], &b->setting[key]);
    return equal;
}

void sgdl_spec_free(sgdl_spec_t *self)
{
    for (size_t key = 0; key < SGDL_SPEC_KEYS; key++) {
        free(self->setting[key].list);
        free(self->setting[key].path);
    }
    *self = (sgdl_spec_t){0};
}
