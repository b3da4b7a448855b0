#include "src/tree/data.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct data_shared {
    data_item_t item;
    atomic_size_t owners;
};

static void release(struct data_shared *shared)
{
    if (atomic_fetch_sub(&shared->owners, 1) != 1)
        return;
    numbers_free(&shared->item.numbers);
    free(shared->item.path);
    free(shared);
}

/* Takes over what `item` holds, in any case. */
static int add(data_t *self, data_item_t item, const data_item_t **added, sgdl_error_t *error)
{
    struct data_shared *shared = malloc(sizeof *shared);
    struct data_shared **grown = realloc(self->item, (self->count + 1) * sizeof *grown);
    if (grown)
        self->item = grown;
    if (!shared || !grown) {
        free(shared);
        numbers_free(&item.numbers);
        free(item.path);
        return sgdl_fail_memory(error);
    }
    shared->item = item;
    atomic_init(&shared->owners, 1);
    self->item[self->count++] = shared;
    *added = &shared->item;
    return SGDL_OK;
}

const data_item_t *data_find(const data_t *self, const char *path)
{
    for (size_t i = 0; i < self->count; i++) {
        const data_item_t *item = &self->item[i]->item;
        if (item->path && strcmp(item->path, path) == 0)
            return item;
    }
    return NULL;
}

int data_read(data_t *self, const char *path, const data_item_t **item, sgdl_error_t *error)
{
    *item = data_find(self, path);
    if (*item)
        return SGDL_OK;
    data_item_t read = {.path = strdup(path)};
    if (!read.path)
        return sgdl_fail_memory(error);
    int status = numbers_load(&read.numbers, path, error);
    if (status == SGDL_OK)
        return add(self, read, item, error);
    free(read.path);
    return status;
}

int data_add(data_t *self, const double *values, size_t count, const data_item_t **item,
             sgdl_error_t *error)
{
    data_item_t stated = {
        .numbers = {.value = calloc(count > 0 ? count : 1, sizeof *values), .count = count}};
    if (!stated.numbers.value)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        stated.numbers.value[i] = values[i];
    return add(self, stated, item, error);
}

int data_copy(const data_t *self, data_t *copy, sgdl_error_t *error)
{
    *copy = (data_t){0};
    if (self->count == 0)
        return SGDL_OK;
    copy->item = calloc(self->count, sizeof *copy->item);
    if (!copy->item)
        return sgdl_fail_memory(error);
    for (; copy->count < self->count; copy->count++) {
        copy->item[copy->count] = self->item[copy->count];
        (void)atomic_fetch_add(&self->item[copy->count]->owners, 1);
    }
    return SGDL_OK;
}

void data_keep(data_t *self, bool (*is_needed)(const void *context, const data_item_t *item),
               const void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++)
        if (is_needed(context, &self->item[i]->item))
            self->item[kept++] = self->item[i];
        else
            release(self->item[i]);
    self->count = kept;
}

void data_free(data_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        release(self->item[i]);
    free(self->item);
    *self = (data_t){0};
}
