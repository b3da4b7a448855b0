#include "src/cli/destination.h"

#include <errno.h>
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
    self->arguments = arguments;
    (void)clock_gettime(CLOCK_MONOTONIC, &self->begin);
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

int destination_comment(const destination_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    struct timespec now;
    int status = arguments_record(self->arguments, table, error);
    if (status || !arguments_text(self->arguments, "timings") ||
        clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return status;
    }
    return sgdl_table_comment(table, false, "wall_time", error, "%.3f s",
                              (double)(now.tv_sec - self->begin.tv_sec) +
                                  1e-9 * (double)(now.tv_nsec - self->begin.tv_nsec));
}

int destination_finish(const destination_t *self, sgdl_table_t *table, int status,
                       sgdl_error_t *error)
{
    sgdl_error_t second = {0};
    if (status && table->rows == 0) {
        return status;
    }
    int written = destination_comment(self, table, &second);
    if (written == SGDL_OK) {
        written = destination_write(self, table, &second);
    }
    if (status == SGDL_OK && written) {
        *error = second;
        return written;
    }
    if (written && second.raw != EPIPE) {
        print_error(&second);
    }
    return status;
}
