#include "src/base/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/crc32.h"
#include "src/base/fail_reading.h"
#include "src/base/npy_header.h"
#include "src/base/numbers.h"
#include "src/base/whole_file.h"

static const char magic[] = "\x93NUMPY";
enum { MAGIC = 6, HEADER_MAX = 1 << 16, AT_ONCE = 4096 };

bool npy_is_named(const char *path)
{
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

/* ---- reading ---------------------------------------------------------------------------- */

typedef struct reader {
    FILE *stream;
    const char *path;
    npy_t *out;
    sgdl_error_t *error;
    npy_header_t header;
    unsigned char buffer[AT_ONCE * 8];
} reader_t;

/* All that is read counts for the checksum. */
static size_t take(reader_t *self, void *bytes, size_t size)
{
    const size_t held = fread(bytes, 1, size, self->stream);
    self->out->crc32 = crc32_add(self->out->crc32, bytes, held);
    return held;
}

static int fail_short(const reader_t *self, const char *where)
{
    if (ferror(self->stream))
        return fail_reading(self->error, errno, self->path, "cannot read the file");
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path, "the file ends within %s", where);
}

static int read_header(reader_t *self)
{
    unsigned char front[MAGIC + 2], size[4];
    if (take(self, front, sizeof front) < sizeof front || memcmp(front, magic, MAGIC) != 0) {
        if (ferror(self->stream))
            return fail_short(self, "");
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                         "a file called .npy that does not begin as one");
    }
    const unsigned version = front[MAGIC];
    if (version < 1 || version > 3)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                         "found version %u.%u of the format .npy, allowed: 1 to 3", version,
                         (unsigned)front[MAGIC + 1]);
    const size_t bytes = version == 1 ? 2 : 4;
    if (take(self, size, bytes) < bytes)
        return fail_short(self, "the header");
    size_t length = 0;
    for (size_t i = bytes; i > 0; i--)
        length = length << 8 | size[i - 1];
    if (length > HEADER_MAX)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                         "found a header of %zu bytes, allowed: up to %d", length, HEADER_MAX);
    char *text = calloc(length + 1, 1);
    if (!text)
        return sgdl_fail_memory(self->error);
    int status = take(self, text, length) < length
                     ? fail_short(self, "the header")
                     : npy_header_read(&self->header, text, self->path, self->error);
    free(text);
    return status;
}

static int check_size(const reader_t *self, size_t *count)
{
    const size_t *shape = self->header.shape;
    const double numbers = (double)shape[0] * (double)shape[1];
    *count = 0;
    if (numbers == 0)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path, "the file holds no numbers");
    if (numbers > NUMBERS_MAX)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path, "more than %.0f numbers",
                         NUMBERS_MAX);
    *count = shape[0] * shape[1];
    return SGDL_OK;
}

/* Room grows with what is there: a header may promise anything. */
static int read_elements(reader_t *self, size_t count)
{
    const size_t size = self->header.size;
    size_t room = 0;
    for (size_t done = 0; done < count;) {
        size_t some = count - done < AT_ONCE ? count - done : AT_ONCE;
        if (done + some > room) {
            room = 2 * (done + some) < count ? 2 * (done + some) : count;
            double *grown = realloc(self->out->value, room * sizeof *grown);
            if (!grown)
                return sgdl_fail_memory(self->error);
            self->out->value = grown;
        }
        errno = 0;
        const size_t held = take(self, self->buffer, some * size);
        if (held < some * size) {
            if (ferror(self->stream))
                return fail_short(self, "");
            return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                             "the file ends after %zu of the %zu numbers that its header tells of",
                             done + held / size, count);
        }
        for (size_t i = 0; i < some; i++)
            self->out->value[done + i] = npy_element(&self->header, self->buffer + i * size);
        done += some;
    }
    return SGDL_OK;
}

static int to_rows(reader_t *self)
{
    const size_t rows = self->header.shape[0], columns = self->header.shape[1];
    if (!self->header.by_column || columns == 1 || rows == 1)
        return SGDL_OK;
    double *turned = malloc(rows * columns * sizeof *turned);
    if (!turned)
        return sgdl_fail_memory(self->error);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            turned[i * columns + j] = self->out->value[j * rows + i];
    free(self->out->value);
    self->out->value = turned;
    return SGDL_OK;
}

static int read_stream(reader_t *self)
{
    size_t count = 0;
    errno = 0;
    int status = read_header(self);
    if (status == SGDL_OK)
        status = check_size(self, &count);
    if (status == SGDL_OK)
        status = read_elements(self, count);
    size_t rest = 0, held;
    while (status != SGDL_ERR_MEMORY && (held = take(self, self->buffer, sizeof self->buffer)) > 0)
        rest += held; /* the checksum is that of the whole file */
    if (status == SGDL_OK && rest > 0)
        status = sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                           "the file goes on for %zu bytes behind the %zu numbers that its header "
                           "tells of",
                           rest, count);
    if (ferror(self->stream))
        self->out->unread = errno ? errno : EIO;
    if (status == SGDL_OK && ferror(self->stream))
        status = fail_short(self, "");
    return status == SGDL_OK ? to_rows(self) : status;
}

int npy_read(npy_t *self, const char *path, sgdl_error_t *error)
{
    *self = (npy_t){0};
    struct stat found;
    reader_t *reader = calloc(1, sizeof *reader);
    if (!reader)
        return sgdl_fail_memory(error);
    *reader = (reader_t){.path = path, .out = self, .error = error};
    int status;
    errno = 0;
    reader->stream = fopen(path, "rb");
    if (!reader->stream) {
        self->unread = errno ? errno : EIO;
        status = fail_reading(error, errno, path, "cannot open the file");
    } else {
        self->regular = fstat(fileno(reader->stream), &found) == 0 && S_ISREG(found.st_mode);
        status = read_stream(reader);
        (void)fclose(reader->stream);
    }
    if (status == SGDL_OK) {
        self->axes = reader->header.axes;
        memcpy(self->shape, reader->header.shape, sizeof self->shape);
        self->integers = reader->header.kind != 'f';
    } else {
        free(self->value);
        self->value = NULL;
    }
    free(reader);
    return status;
}

void npy_free(npy_t *self)
{
    free(self->value);
    *self = (npy_t){0};
}

/* ---- writing ---------------------------------------------------------------------------- */

static void put_numbers(FILE *out, const double *value, size_t count)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (unsigned char)(bits >> (8 * k) & 255);
        (void)fwrite(bytes, 1, sizeof bytes, out);
    }
}

int npy_write(const char *path, const double *value, size_t axes, const size_t *shape,
              sgdl_error_t *error)
{
    whole_file_t file;
    char text[128];
    int length;
    if (axes == 1)
        length = snprintf(text, sizeof text,
                          "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu,), }", shape[0]);
    else
        length = snprintf(text, sizeof text,
                          "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }",
                          shape[0], shape[1]);
    int status = whole_file_open(&file, path, error);
    if (status != SGDL_OK)
        return status;
    /* Numbers begin at a multiple of 64 bytes, behind blanks and a new line. */
    const int front = MAGIC + 4, padded = (front + length + 1 + 63) / 64 * 64 - front;
    (void)fwrite(magic, 1, MAGIC, file.stream);
    (void)fprintf(file.stream, "%c%c%c%c%s%*s\n", 1, 0, padded & 255, padded >> 8, text,
                  padded - length - 1, "");
    put_numbers(file.stream, value, axes == 1 ? shape[0] : shape[0] * shape[1]);
    return whole_file_commit(&file, error);
}
