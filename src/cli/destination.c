#include "src/cli/destination.h"

#include <string.h>

#include "src/table/whole_file.h"

static sgdl_format_t format_of_path(const char *path)
{
    sgdl_format_t format;
    const char *dot = path ? strrchr(path, '.') : NULL;
    return dot && sgdl_format_parse(dot + 1, &format) ? format : SGDL_FORMAT_TSV;
}

int destination_read(destination_t *self, const arguments_t *arguments, sgdl_error_t *error)
{
    const char *path = arguments_text(arguments, "output");
    const char *format = arguments_text(arguments, "format");
    if (path && !*path) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--output",
                         "found '', allowed: the name of a file, or - for standard output");
    }
    self->path = path && strcmp(path, "-") == 0 ? NULL : path;
    self->format = format_of_path(self->path);
    if (format && !sgdl_format_parse(format, &self->format)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--format",
                         "found '%.80s', allowed: tsv, csv, json", format);
    }
    return self->path ? sgdl_whole_file_probe(self->path, error) : SGDL_OK;
}

int destination_write(const destination_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    if (self->path) {
        return sgdl_table_save(table, self->path, self->format, error);
    }
    int status = sgdl_table_write(table, stdout, self->format, error);
    if (status == SGDL_ERR_OUTPUT) {
        (void)snprintf(error->place, sizeof error->place, "standard output");
    }
    return status;
}
