#include "src/cli/destination.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/whole_file.h"

enum { MOST_PARTS = 1000 }; /* of one file */

const option_t option_output = {"output", 'o', "FILE",
                                "write the table to FILE, whole or not at all [stdout]"};
const option_t option_format = {"format", 0, "NAME",
                                "tsv, csv or json [by FILE's ending, else tsv]"};
const option_t option_quiet = {"quiet", 'q', NULL, "no progress on standard error"};
const option_t option_timings = {"timings", 0, NULL,
                                 "a comment with the seconds that the work took"};

/* ---- the format -------------------------------------------------------------------------------
 */

/* "tsv" of "out/a.b.tsv"; NULL where the name has no ending. */
static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] ? dot + 1 : NULL;
}

/* A name without ending, and what is no regular file, says nothing of the format. */
static int format_of_path(const char *path, sgdl_format_t *format, sgdl_error_t *error)
{
    static const struct {
        const char *ending;
        sgdl_format_t format;
    } endings[] = {{"tsv", SGDL_FORMAT_TSV},
                   {"txt", SGDL_FORMAT_TSV},
                   {"csv", SGDL_FORMAT_CSV},
                   {"json", SGDL_FORMAT_JSON}};
    struct stat found;
    const char *ending = ending_of(path);
    *format = SGDL_FORMAT_TSV;
    if (!ending || (stat(path, &found) == 0 && !S_ISREG(found.st_mode)))
        return SGDL_OK;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(ending, endings[i].ending) == 0) {
            *format = endings[i].format;
            return SGDL_OK;
        }
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, "--output",
                     "found '%.200s', allowed: a name that ends in .tsv, .txt, .csv or .json or "
                     "has no ending; with --format any",
                     path);
}

/* ---- inputs -----------------------------------------------------------------------------------
 */

static int fail_input(const char *flag, const char *path, const char *what, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, flag,
                     "found '%.200s', which is %s; allowed: another file", path, what);
}

int destination_spare_inputs(const char *path, const char *flag, const arguments_t *arguments,
                             const sgdl_problem_t *problem, sgdl_error_t *error)
{
    const char *operand = arguments->operands ? arguments->operand[0] : NULL;
    if (operand && strcmp(operand, "-") == 0)
        operand = "/dev/stdin";
    if (operand && same_file(path, operand))
        return fail_input(flag, path, "the problem", error);
    for (size_t i = 0; i < problem->files; i++)
        if (same_file(path, problem->file[i].path))
            return fail_input(flag, path, "a file that the problem needs", error);
    return SGDL_OK;
}

/* ---- the destination --------------------------------------------------------------------------
 */

int destination_read(destination_t *self, const arguments_t *arguments,
                     const sgdl_problem_t *problem, sgdl_error_t *error)
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
    self->format = SGDL_FORMAT_TSV;
    if (format && !sgdl_format_parse(format, &self->format)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--format",
                         "found '%.80s', allowed: tsv, csv, json", format);
    }
    if (!self->path)
        return SGDL_OK;
    int status = format ? SGDL_OK : format_of_path(self->path, &self->format, error);
    if (status == SGDL_OK)
        status = destination_spare_inputs(self->path, "--output", arguments, problem, error);
    return status != SGDL_OK ? status : whole_file_probe(self->path, error);
}

int destination_write(const destination_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    int status = self->path ? sgdl_table_save(table, self->path, self->format, error)
                            : sgdl_table_write(table, stdout, self->format, error);
    if (status != SGDL_ERR_OUTPUT)
        return status;
    if (!self->path)
        (void)snprintf(error->place, sizeof error->place, "standard output");
    if (error->raw == EINTR) {
        (void)snprintf(error->message, sizeof error->message,
                       "interrupted while its reader took nothing; it is not whole");
    }
    return status;
}

int destination_comment(const destination_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    struct timespec now;
    int status = arguments_record(self->arguments, table, error);
    if (status != SGDL_OK || !arguments_text(self->arguments, "timings") ||
        clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return status;
    return sgdl_table_comment(table, false, "wall_time", error, "%.3f s",
                              (double)(now.tv_sec - self->begin.tv_sec) +
                                  1e-9 * (double)(now.tv_nsec - self->begin.tv_nsec));
}

/* ---- work that ended early --------------------------------------------------------------------
 */

/* A name that is free, like FILE.part: in the file's folder or, with `folder`, there. A name for
 * which file systems have no room is cut. */
static char *free_name(const char *path, const char *folder)
{
    static const char longest[] = "/.part.1000";
    const char *slash = strrchr(path, '/');
    const char *name = folder && slash ? slash + 1 : path;
    size_t room = strlen(path) + (folder ? strlen(folder) : 0) + sizeof longest;
    size_t kept = strlen(name);
    char *found = malloc(room);
    for (int i = 1; found && i <= MOST_PARTS; i++) {
        struct stat unused;
        int length = snprintf(found, room, "%s%s%.*s.part", folder ? folder : "", folder ? "/" : "",
                              (int)kept, name);
        if (i > 1)
            (void)snprintf(found + length, room - (size_t)length, ".%d", i);
        if (lstat(found, &unused) == 0)
            continue;
        if (errno == ENOENT)
            return found;
        if (errno != ENAMETOOLONG || kept < sizeof longest || kept < strlen(name))
            break;
        kept -= sizeof longest;
        i = 0; /* once more */
    }
    free(found);
    return NULL;
}

/* Beside the file, or where temporary files go if nothing may be made there. */
static int write_part(const destination_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    const char *temporary = getenv("TMPDIR");
    const char *const folders[] = {NULL, temporary && *temporary ? temporary : "/tmp"};
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, self->path, "no name for its rows is free");
    for (size_t i = 0; status != SGDL_OK && i < sizeof folders / sizeof *folders; i++) {
        char *part = free_name(self->path, folders[i]);
        status = part ? sgdl_table_save(table, part, self->format, error) : status;
        if (part && status == SGDL_OK) {
            (void)fprintf(stderr,
                          "sgdlimit: %s: exists and stays as it is; the rows so far are in %s\n",
                          self->path, part);
        }
        free(part);
    }
    return status;
}

static int write_early(const destination_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    struct stat found;
    if (!self->path || stat(self->path, &found) != 0)
        return destination_write(self, table, error);
    return S_ISREG(found.st_mode) && found.st_size > 0 ? write_part(self, table, error)
                                                       : destination_write(self, table, error);
}

int destination_finish(const destination_t *self, sgdl_table_t *table, int status,
                       sgdl_error_t *error)
{
    sgdl_error_t second = {0};
    bool whole = status == SGDL_OK || status == SGDL_ERR_DISAGREED ||
                 status == SGDL_ERR_INCONCLUSIVE; /* verdicts on work that is done */
    bool early =
        status == SGDL_ERR_DIVERGED || status == SGDL_ERR_INTERRUPTED || status == SGDL_ERR_SOLVER;
    if (!whole && (!early || table->rows == 0))
        return status; /* what is out of memory may be cut anywhere */
    int written = destination_comment(self, table, &second);
    if (written == SGDL_OK) {
        written =
            whole ? destination_write(self, table, &second) : write_early(self, table, &second);
    }
    if (status == SGDL_OK && written) {
        *error = second;
        return written;
    }
    if (written && second.raw != EPIPE)
        print_error(&second);
    return status;
}
