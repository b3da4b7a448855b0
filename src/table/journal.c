#include "src/table/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/fail_writing.h"
#include "src/base/c_locale.h"
#include "src/base/text_stream.h"
#include "src/base/crc32.h"
#include "src/table/identity.h"

static const char checksum_column[] = "checksum";

enum {
    CELL_SIZE = 32,           /* a number and what separates it */
    REMARK_SIZE = 1024,       /* longer remarks are no remarks of ours */
    LONGEST_HEADER = 1 << 24, /* bytes; a line of ours is no longer either */
    MOST_COMMENTS = 1000,
    OPEN_ATTEMPTS = 100 /* while others remove the file that we open */
};

static int fail(const char *path, const char *what, int number, sgdl_error_t *error)
{
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, path, "%s", what ? what : strerror(number));
    if (error)
        error->raw = number;
    return status;
}

static int fail_write(const journal_t *self, sgdl_error_t *error)
{
    return fail_writing(error, errno, self->path);
}

/* ---- opening -----------------------------------------------------------------------------------
 */

/* Locks the open file. Without locks on a file system there are none; SGDL_OK, or why not. */
static int lock(const char *path, int descriptor, sgdl_error_t *error)
{
    struct stat found;
    if (fstat(descriptor, &found) != 0)
        return fail(path, NULL, errno, error);
    if (!S_ISREG(found.st_mode)) {
        return fail(path, "is no regular file, allowed: one for the rows of a sweep on its way",
                    EINVAL, error);
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return fail(path, "another sweep is writing to it, allowed: one at a time", EWOULDBLOCK,
                    error);
    }
    return SGDL_OK;
}

/* Is that file still the one of that name? Who had it before may have removed it. */
static bool is_current(const char *path, int descriptor)
{
    struct stat open_one, named;
    return fstat(descriptor, &open_one) == 0 && lstat(path, &named) == 0 &&
           open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

static int open_locked(journal_t *self, sgdl_error_t *error)
{
    const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    for (int attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
        int descriptor = open(self->path, flags);
        self->made = descriptor < 0 && errno == ENOENT;
        if (self->made)
            descriptor = open(self->path, flags | O_CREAT | O_EXCL, 0666);
        if (descriptor < 0 && self->made && errno == EEXIST)
            continue; /* someone was quicker */
        if (descriptor < 0) {
            return fail(self->path,
                        errno == ELOOP ? "is a symbolic link, which is not followed" : NULL, errno,
                        error);
        }
        int status = lock(self->path, descriptor, error);
        if (status == SGDL_OK && is_current(self->path, descriptor)) {
            self->stream = fdopen(descriptor, "a+");
            return self->stream ? SGDL_OK : fail(self->path, NULL, errno, error);
        }
        (void)close(descriptor);
        if (status != SGDL_OK)
            return status;
    }
    return fail(self->path, "is removed again and again by others", EBUSY, error);
}

int journal_open(journal_t *self, const char *path, const char *key, sgdl_table_t *identity,
                 sgdl_error_t *error)
{
    *self = (journal_t){.path = strdup(path), .key = key, .identity = *identity};
    sgdl_table_init(identity);
    self->text = malloc(CELL_SIZE * (self->identity.columns + 1));
    if (!self->path || !self->text)
        return sgdl_fail_memory(error);
    self->sum = identity_sum(&self->identity);
    return open_locked(self, error);
}

bool journal_is_empty(const journal_t *self)
{
    struct stat found;
    return fstat(fileno(self->stream), &found) == 0 && found.st_size == 0;
}

/* ---- writing -----------------------------------------------------------------------------------
 */

static void write_header(FILE *stream, const sgdl_table_t *header)
{
    for (size_t c = 0; c < header->comments; c++)
        (void)fprintf(stream, "# %s: %s\n", header->comment[c].key, header->comment[c].value);
    for (size_t c = 0; c < header->columns; c++)
        (void)fprintf(stream, "%s\t", header->column[c]);
    (void)fprintf(stream, "%s\n", checksum_column);
}

int journal_start(journal_t *self, const sgdl_table_t *header, sgdl_error_t *error)
{
    errno = 0;
    if (ftruncate(fileno(self->stream), 0) != 0)
        return fail_write(self, error);
    write_header(self->stream, header);
    self->begun = true;
    self->torn = false;
    return fflush(self->stream) != 0 || ferror(self->stream) ? fail_write(self, error) : SGDL_OK;
}

static uint32_t row_sum(const journal_t *self, const char *remark, const char *row, size_t length)
{
    return crc32_add(crc32_add_text(self->sum, remark), row, length);
}

int journal_append(journal_t *self, const double *row, const char *remark, sgdl_error_t *error)
{
    const size_t room = CELL_SIZE * (self->identity.columns + 1);
    size_t length = 0;
    errno = 0;
    for (size_t c = 0; c < self->identity.columns; c++) {
        /* printf would give some nan a sign */
        int written = isnan(row[c])
                          ? snprintf(self->text + length, room - length, "nan\t")
                          : c_print(self->text + length, room - length, "%.17g\t", row[c]);
        length += written > 0 ? (size_t)written : 0;
    }
    self->rows++;
    if (self->torn) {
        (void)fputc('\n', self->stream);
        self->torn = false;
    }
    if (remark)
        (void)fprintf(self->stream, "# %s_%.0f: %s\n", self->key, row[0], remark);
    (void)fprintf(self->stream, "%s%" PRIu32 "\n", self->text,
                  row_sum(self, remark ? remark : "", self->text, length));
    return fflush(self->stream) != 0 || ferror(self->stream) ? fail_write(self, error) : SGDL_OK;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

/* A file line by line. */
typedef struct reader {
    FILE *stream;
    char *line; /* without its end */
    size_t room, length;
    bool whole;  /* the line has an end */
    bool cut;    /* it is longer than any line of ours */
    int status;  /* SGDL_ERR_MEMORY */
    double *row; /* [columns] room for its numbers */
} reader_t;

/* False at the end of the file. */
static bool next_line(reader_t *self)
{
    int c = EOF;
    self->length = 0;
    self->whole = self->cut = false;
    while (!self->whole && (c = fgetc(self->stream)) != EOF) {
        if (self->length + 1 >= self->room && self->room < LONGEST_HEADER) {
            size_t room = self->room ? 2 * self->room : 4096;
            char *grown = realloc(self->line, room);
            if (!grown) {
                self->status = SGDL_ERR_MEMORY;
                return false;
            }
            self->line = grown;
            self->room = room;
        }
        self->whole = c == '\n';
        self->cut |= self->length + 1 >= self->room || c == '\0';
        if (!self->whole && !self->cut)
            self->line[self->length++] = (char)c;
    }
    if (self->line)
        self->line[self->length] = '\0';
    return self->whole || self->length > 0 || self->cut;
}

static int add_names(sgdl_table_t *table, char *line, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (char *rest = line, *name; status == SGDL_OK && (name = strsep(&rest, "\t"));)
        status = sgdl_table_column(table, error, "%s", name);
    return status;
}

/* Comments and columns; *whole if they are all there. */
static int read_header(reader_t *reader, sgdl_table_t *table, bool *whole, sgdl_error_t *error)
{
    size_t size = 0;
    *whole = false;
    while (!*whole && size < LONGEST_HEADER && table->comments < MOST_COMMENTS &&
           next_line(reader) && reader->whole) {
        size += reader->length + 1;
        char *key = reader->line + 2, *end = strstr(reader->line, ": ");
        bool comment = strncmp(reader->line, "# ", 2) == 0;
        int status = SGDL_OK;
        if (comment && end > key) {
            *end = '\0';
            status = sgdl_table_comment(table, false, key, error, "%s", end + 2);
        } else if (!comment) {
            status = add_names(table, reader->line, error);
            *whole = true;
        }
        if (status != SGDL_OK)
            return status;
    }
    return reader->status != SGDL_OK ? sgdl_fail_memory(error) : SGDL_OK;
}

/* Is the file what `header` begins with? Then the program ended while it was written. */
static int check_cut_short(journal_t *self, const sgdl_table_t *header, sgdl_error_t *error)
{
    char *text;
    size_t same = 0;
    text_stream_t stream;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    write_header(stream.out, header);
    status = text_stream_close(&stream, &text, error);
    if (status != SGDL_OK)
        return status;
    rewind(self->stream);
    int c;
    while ((c = fgetc(self->stream)) != EOF && same < stream.size && c == (unsigned char)text[same])
        same++;
    free(text);
    return c == EOF ? SGDL_OK
                    : sgdl_fail(error, SGDL_ERR_INPUT, self->path,
                                "holds no rows of this sweep; remove it");
}

static int fail_foreign(const journal_t *self, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, self->path,
                     "is no file of a sweep on its way; remove it, or name another --output");
}

static int check_header(const journal_t *self, sgdl_table_t *found, sgdl_error_t *error)
{
    if (found->columns > 0 && strcmp(found->column[found->columns - 1], checksum_column) == 0) {
        free(found->column[--found->columns]);
        return identity_check(&self->identity, found, self->path, error);
    }
    return fail_foreign(self, error);
}

/* Does the file, as far as it goes, begin like a table of a sweep on its way, whichever sweep? */
static bool begins_like_ours(const sgdl_table_t *found, bool whole, const char *first)
{
    static const char lead[] = "# sgdlimit: ";
    const char *command = sgdl_table_value(found, "command");
    bool ours = !command || strcmp(command, "sweep") == 0;
    if (strncmp(first, lead, strlen(first) < sizeof lead - 1 ? strlen(first) : sizeof lead - 1) !=
        0)
        return false;
    return whole ? command && ours && found->columns > 0 &&
                       strcmp(found->column[found->columns - 1], checksum_column) == 0
                 : ours;
}

int journal_check_ours(journal_t *self, sgdl_error_t *error)
{
    reader_t reader = {.stream = self->stream};
    sgdl_table_t found;
    char first[32] = "";
    bool whole = false;
    sgdl_table_init(&found);
    rewind(self->stream);
    (void)!fgets(first, sizeof first, self->stream);
    rewind(self->stream);
    int status = read_header(&reader, &found, &whole, error);
    /* a header that was cut short has nothing behind it but the line that was */
    bool ends = whole || fgetc(self->stream) == EOF;
    if (status == SGDL_OK && !(ends && begins_like_ours(&found, whole, first)))
        status = fail_foreign(self, error);
    (void)fseeko(self->stream, 0, SEEK_END);
    sgdl_table_free(&found);
    free(reader.line);
    return status;
}

/* The row in a line, whose last cell is its checksum. False: it is damaged. */
static bool parse_row(const journal_t *self, char *line, const char *remark, double *row)
{
    char *last = strrchr(line, '\t'), *end;
    if (!last || strspn(last + 1, "0123456789") != strlen(last + 1) || !last[1])
        return false;
    errno = 0;
    unsigned long long stated = strtoull(last + 1, NULL, 10);
    if (errno || stated != row_sum(self, remark, line, (size_t)(last + 1 - line)))
        return false;
    *last = '\0';
    for (size_t c = 0; c < self->identity.columns; c++) {
        row[c] = c_number(line, &end);
        if (end == line || *end != (c + 1 < self->identity.columns ? '\t' : '\0'))
            return false;
        line = end + 1;
    }
    return true;
}

/* The remark in a comment line if it is of the row in `line`, else "". */
static const char *remark_for(const journal_t *self, const char *comment, const char *line)
{
    char lead[CELL_SIZE + 64];
    int digits = (int)strspn(line, "0123456789");
    int length =
        snprintf(lead, sizeof lead, "# %.40s_%.*s: ", self->key, digits < 20 ? digits : 20, line);
    return digits > 0 && strncmp(comment, lead, (size_t)length) == 0 ? comment + length : "";
}

static int read_rows(journal_t *self, reader_t *reader, journal_row_f *take_row, void *context,
                     size_t *damaged, sgdl_error_t *error)
{
    char comment[REMARK_SIZE] = "";
    double *row = reader->row;
    while (next_line(reader)) {
        self->torn = !reader->whole;
        if (reader->whole && !reader->cut && reader->line[0] == '#') {
            (void)snprintf(comment, sizeof comment, "%s",
                           reader->length < sizeof comment ? reader->line : "");
            continue;
        }
        const char *remark = reader->cut ? "" : remark_for(self, comment, reader->line);
        int status = reader->whole && !reader->cut && parse_row(self, reader->line, remark, row)
                         ? take_row(context, row, remark, error)
                         : SGDL_ERR_INPUT;
        self->rows += status == SGDL_OK;
        *damaged += status == SGDL_ERR_INPUT && reader->whole && reader->length > 0;
        if (status != SGDL_OK && status != SGDL_ERR_INPUT)
            return status;
        comment[0] = '\0';
    }
    return reader->status != SGDL_OK ? sgdl_fail_memory(error) : SGDL_OK;
}

int journal_read(journal_t *self, const sgdl_table_t *header, journal_row_f *take_row,
                 void *context, size_t *damaged, sgdl_error_t *error)
{
    reader_t reader = {.stream = self->stream};
    sgdl_table_t found;
    double *row = malloc(self->identity.columns * sizeof *row);
    reader.row = row;
    sgdl_table_init(&found);
    *damaged = 0;
    rewind(self->stream);
    int status = row ? read_header(&reader, &found, &self->begun, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK && !self->begun) {
        status = check_cut_short(self, header, error);
    } else if (status == SGDL_OK) {
        status = check_header(self, &found, error);
        status = status != SGDL_OK ? status
                                   : read_rows(self, &reader, take_row, context, damaged, error);
    }
    (void)fseeko(self->stream, 0, SEEK_END);
    sgdl_table_free(&found);
    free(reader.line);
    free(row);
    return status;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

void journal_close(journal_t *self, bool remove_it)
{
    if (self->stream) {
        /* while it is locked: the next one of that name is another's */
        bool remove_now = remove_it || (self->made && self->rows == 0);
        if (remove_now && is_current(self->path, fileno(self->stream)))
            (void)unlink(self->path);
        (void)fclose(self->stream);
    }
    sgdl_table_free(&self->identity);
    free(self->path);
    free(self->text);
    *self = (journal_t){0};
}
