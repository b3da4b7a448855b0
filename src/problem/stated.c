#include "src/problem/stated.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/fail_reading.h"
#include "src/base/file_name.h"
#include "src/problem/files.h"
#include "src/problem/flags.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"
#include "src/tree/yaml.h"

/* The folder of a file, absolute, malloc'd; NULL: out of memory. */
static char *folder_of(const char *path)
{
    char *name = absolute_name(NULL, path);
    if (name)
        *strrchr(name, '/') = '\0';
    return name;
}

int stated_read(stated_t *self, const char *path, sgdl_error_t *error)
{
    const char *names[PROBLEM_KEYS];
    const source_keys_t keys = {names, key_names(names, PROBLEM_KEYS), model_needs};
    *self = (stated_t){0};
    if (!path)
        return SGDL_OK;
    self->folder = folder_of(path);
    if (!self->folder)
        return sgdl_fail_memory(error);
    if (strcmp(path, "-") == 0)
        return source_read(&self->tree, stdin, "standard input", &keys, &self->header, error);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return fail_reading(error, errno, path, "cannot be opened");
    int status = source_read(&self->tree, stream, path, &keys, &self->header, error);
    (void)fclose(stream);
    return status;
}

/* A word where a map is due, as a forgotten space behind a colon leaves it. */
static int fail_scalar(const node_t *root, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    return node_fail_plainly(
        error, root,
        "found %s without a ':' and a space behind a key, allowed a map such as dimension: inf",
        node_found(root, found));
}

/* The problem of what is stated, with flags over it. */
static int state(stated_t *self, sgdl_problem_t *problem, const sgdl_flag_value_t *flags,
                 size_t flag_count, sgdl_error_t *error)
{
    header_t *header = &self->header;
    int status = SGDL_OK;
    if (!header->root)
        status = tree_node(&self->tree, NODE_MAP, (place_t){"", 0}, &header->root, error);
    if (status == SGDL_OK && header->root->kind == NODE_SCALAR)
        return fail_scalar(header->root, error);
    if (status == SGDL_OK && header->root->kind == NODE_MAP)
        status = flags_apply(&self->tree, header->root, flags, flag_count, error);
    if (status == SGDL_OK)
        status = problem_state(problem, &self->tree, header->root, self->folder, error);
    if (status == SGDL_OK) /* before what they hold is found wanting */
        status = files_check(header, &problem->data, error);
    if (status == SGDL_OK)
        status = problem_ready(problem, error);
    return status == SGDL_OK ? files_check_named(header, problem, error) : status;
}

int stated_problem(stated_t *self, sgdl_problem_t *problem, const sgdl_flag_value_t *flags,
                   size_t flag_count, sgdl_error_t *error)
{
    if (!problem)
        return sgdl_fail_memory(error);
    int status = state(self, problem, flags, flag_count, error);
    if (status != SGDL_OK)
        problem_void(problem);
    return status;
}

void stated_free(stated_t *self)
{
    free(self->folder);
    tree_free(&self->tree);
    *self = (stated_t){0};
}

int sgdl_problem_read(sgdl_problem_t *self, const char *path, const sgdl_flag_value_t *flags,
                      size_t flag_count, sgdl_error_t *error)
{
    stated_t stated;
    int status = stated_read(&stated, path, error);
    if (status == SGDL_OK)
        status = stated_problem(&stated, self, flags, flag_count, error);
    else
        problem_void(self);
    stated_free(&stated);
    return status;
}

int sgdl_problem_parse(sgdl_problem_t *self, const char *text, const char *name,
                       const sgdl_flag_value_t *flags, size_t flag_count, sgdl_error_t *error)
{
    stated_t stated = {0};
    int status = tree_read_yaml(&stated.tree, text, strlen(text), (place_t){name, 1},
                                &stated.header.root, error);
    if (status == SGDL_OK)
        status = stated_problem(&stated, self, flags, flag_count, error);
    else
        problem_void(self);
    stated_free(&stated);
    return status;
}
