#include "src/base/fail_reading.h"
#include "src/problem/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/text_stream.h"
#include "src/base/crc32.h"
#include "src/base/text.h"
#include "src/tree/value.h"

/* ---- checksums -------------------------------------------------------------------------- */

static bool is_regular(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

static int fail(const char *path, sgdl_error_t *error)
{
    return fail_reading(error, errno, path, "cannot read the file");
}

static int read_checksum(const char *path, uint32_t *checksum, sgdl_error_t *error)
{
    char buffer[1 << 14];
    size_t size;
    *checksum = 0;
    errno = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return fail(path, error);
    while ((size = fread(buffer, 1, sizeof buffer, stream)) > 0)
        *checksum = crc32_add(*checksum, buffer, size);
    int status = ferror(stream) ? fail(path, error) : SGDL_OK;
    (void)fclose(stream);
    return status;
}

/* ---- a problem's own -------------------------------------------------------------------- */

static bool is_known(const sgdl_problem_t *self, const char *path)
{
    for (size_t i = 0; i < self->files; i++)
        if (strcmp(self->file[i].path, path) == 0)
            return true;
    return false;
}

static int add(sgdl_problem_t *self, problem_file_t file, sgdl_error_t *error)
{
    problem_file_t *grown = realloc(self->file, (self->files + 1) * sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->file = grown;
    self->file[self->files++] = file;
    return SGDL_OK;
}

int files_add(sgdl_problem_t *self, const char *path, sgdl_error_t *error)
{
    if (is_known(self, path) || !is_regular(path))
        return SGDL_OK;
    problem_file_t file = {.path = path};
    int status = read_checksum(path, &file.crc32, error);
    return status == SGDL_OK ? add(self, file, error) : status;
}

/* A file of numbers, which has been read. */
static int add_numbers(sgdl_problem_t *self, const char *path, sgdl_error_t *error)
{
    const data_item_t *item = path ? data_find(&self->data, path) : NULL;
    if (!item || !item->numbers.regular || is_known(self, path))
        return SGDL_OK;
    return add(self, (problem_file_t){.path = item->path, .crc32 = item->numbers.crc32}, error);
}

static int add_spec(sgdl_problem_t *self, const sgdl_spec_t *spec, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < spec->family->key_count && status == SGDL_OK; i++)
        if (spec->family->keys[i].kind == SGDL_KEY_PATH)
            status = add_numbers(self, spec->setting[i].path, error);
    return status;
}

int files_read(sgdl_problem_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < self->classes + self->signals && status == SGDL_OK; i++) {
        status = add_spec(self, &self->covariance[i], error);
        if (status == SGDL_OK)
            status = add_spec(self, &self->mean[i].spec, error);
    }
    if (status == SGDL_OK && self->potential.family)
        status = add_spec(self, &self->potential, error);
    for (size_t i = 0; i < self->noises && status == SGDL_OK; i++)
        status = add_spec(self, &self->noise[i], error);
    return status != SGDL_OK ? status : add_numbers(self, self->start_path, error);
}

/* ---- and a table's ---------------------------------------------------------------------- */

/* Does the file, not a flag, state this path, somewhere under `node`? */
static bool is_stated(const node_t *node, const char *path)
{
    if (node->kind == NODE_SCALAR)
        return !node_is_flag(node) && strcmp(node->text, path) == 0;
    for (const node_t *child = node->first; child; child = child->next)
        if (is_stated(child, path))
            return true;
    return false;
}

/* Which of a header's files are to be looked at. */
typedef struct check {
    const node_t *root; /* those that are stated below it; NULL: wherever */
    const char *wanted; /* this one; NULL: any */
    data_t *data;       /* where files of numbers are kept, once read; NULL: they are others */
} check_t;

/* The checksum of a file of numbers, which is kept. */
static int read_numbers(data_t *data, const char *path, uint32_t *checksum, sgdl_error_t *error)
{
    const data_item_t *item;
    int status = data_read(data, path, &item, error);
    if (status == SGDL_OK && item->numbers.unread != 0)
        return fail_reading(error, item->numbers.unread, path, "cannot read the file");
    if (status == SGDL_OK)
        *checksum = item->numbers.crc32;
    return status;
}

/* Is the file of one entry of the header what it was? */
static int check(const node_t *node, const check_t *self, sgdl_error_t *error)
{
    static const char *const keys[] = {"path", "crc32"};
    static const char example[] = "{path: /x/y.txt, crc32: 0x1c291ca3}";
    int status = value_map(node, example, keys, sizeof keys / sizeof *keys, error);
    if (status != SGDL_OK)
        return status;
    const node_t *path = node_get(node, "path"), *crc32 = node_get(node, "crc32");
    if (!path || !crc32 || path->kind != NODE_SCALAR || crc32->kind != NODE_SCALAR)
        return node_fail_plainly(error, node, "found a file without path or crc32, allowed %s",
                                 example);
    uint32_t checksum;
    char now[16];
    if ((self->wanted && strcmp(self->wanted, path->text) != 0) ||
        (self->root && !is_stated(self->root, path->text)) || !is_regular(path->text))
        return SGDL_OK; /* whoever reads it says what is wrong */
    status = self->data ? read_numbers(self->data, path->text, &checksum, error)
                        : read_checksum(path->text, &checksum, error);
    if (status != SGDL_OK)
        return status;
    (void)snprintf(now, sizeof now, "0x%08" PRIx32, checksum);
    if (strcmp(now, crc32->text) == 0)
        return SGDL_OK;
    return node_fail_plainly(error, node,
                             "'%s' is not the file that the table was made from: found crc32 %s, "
                             "expected %.16s; a flag that states the file takes it as it is",
                             path->text, now, crc32->text);
}

static int check_all(const header_t *header, check_t self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (const node_t *node = header->files ? header->files->first : NULL;
         node && status == SGDL_OK; node = node->next)
        status = check(node, &self, error);
    return status;
}

int files_check(const header_t *header, data_t *data, sgdl_error_t *error)
{
    return check_all(header, (check_t){.root = header->root, .data = data}, error);
}

static bool is_named(const header_t *header, const char *path)
{
    for (const node_t *node = header->files->first; node; node = node->next) {
        const node_t *named = node_get(node, "path");
        if (named && strcmp(named->text, path) == 0)
            return true;
    }
    return false;
}

int files_check_named(const header_t *header, const sgdl_problem_t *problem, sgdl_error_t *error)
{
    bool old = !header->version || strcmp(header->version, "0.1.0") == 0;
    if (!header->files || (old && !header->files->first))
        return SGDL_OK;
    for (size_t i = 0; i < problem->files; i++) {
        const char *path = problem->file[i].path;
        if (!is_named(header, path) && is_stated(header->root, path))
            return node_fail_plainly(error, header->root,
                                     "the table's header has no line '" FILE_PREFIX
                                     "1: {path: ..., crc32: ...}' or the like for '%s', which its "
                                     "problem states; a flag that states the file takes it as it "
                                     "is",
                                     path);
    }
    return SGDL_OK;
}

int files_check_one(const header_t *header, const char *path, sgdl_error_t *error)
{
    return check_all(header, (check_t){.wanted = path}, error);
}

int files_write(const sgdl_problem_t *self, sgdl_problem_line_f *line, void *context,
                sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < self->files && status == SGDL_OK; i++) {
        char key[32], *text;
        text_stream_t stream;
        status = text_stream_open(&stream, error);
        if (status != SGDL_OK)
            return status;
        FILE *out = stream.out;
        (void)snprintf(key, sizeof key, FILE_PREFIX "%zu", i + 1);
        (void)fputs("{path: ", out);
        text_quote(out, self->file[i].path);
        (void)fprintf(out, ", crc32: 0x%08" PRIx32 "}", self->file[i].crc32);
        status = text_stream_close(&stream, &text, error);
        if (status == SGDL_OK)
            status = line(context, key, text);
        free(text);
    }
    return status;
}
