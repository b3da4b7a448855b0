#include "src/base/npy_header.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

/* ---- the literal ------------------------------------------------------------------------ */

typedef struct scan {
    const char *at;
    const char *path;
    sgdl_error_t *error;
} scan_t;

static int fail(const scan_t *self, const char *what)
{
    char found[48];
    text_printable(self->at, found, sizeof found);
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                     "the header of the .npy file is damaged: expected %s, found '%s'", what,
                     found);
}

static void skip_blanks(scan_t *self)
{
    while (*self->at == ' ' || *self->at == '\n' || *self->at == '\t' || *self->at == '\r')
        self->at++;
}

static bool take(scan_t *self, char wanted)
{
    skip_blanks(self);
    if (*self->at != wanted)
        return false;
    self->at++;
    return true;
}

/* 'text' or "text". */
static int take_text(scan_t *self, char *out, size_t room, const char *what)
{
    skip_blanks(self);
    const char quote = *self->at;
    const char *end = quote == '\'' || quote == '"' ? strchr(self->at + 1, quote) : NULL;
    if (!end || (size_t)(end - self->at) > room)
        return fail(self, what);
    const size_t length = (size_t)(end - self->at) - 1;
    memcpy(out, self->at + 1, length);
    out[length] = '\0';
    self->at = end + 1;
    return SGDL_OK;
}

static int take_truth(scan_t *self, bool *out)
{
    skip_blanks(self);
    *out = strncmp(self->at, "True", 4) == 0;
    if (!*out && strncmp(self->at, "False", 5) != 0)
        return fail(self, "True or False");
    self->at += *out ? 4 : 5;
    return SGDL_OK;
}

static int take_length(scan_t *self, size_t *out)
{
    uint64_t length = 0;
    skip_blanks(self);
    if (!isdigit((unsigned char)*self->at))
        return fail(self, "a length of the shape");
    for (; isdigit((unsigned char)*self->at); self->at++)
        length = length < UINT64_C(1) << 48 ? 10 * length + (uint64_t)(*self->at - '0') : length;
    if (*self->at == 'L') /* as Python 2 wrote it */
        self->at++;
    *out = (size_t)length;
    return SGDL_OK;
}

/* (), (n,), (n, m), and what has more axes. */
static int take_shape(scan_t *self, npy_header_t *out)
{
    int status = take(self, '(') ? SGDL_OK : fail(self, "a shape such as (3, 4)");
    size_t axes = 0;
    while (status == SGDL_OK && !take(self, ')')) {
        size_t length = 0;
        status = take_length(self, &length);
        if (axes < NPY_AXES && status == SGDL_OK)
            out->shape[axes] = length;
        axes++;
        skip_blanks(self);
        if (status == SGDL_OK && !take(self, ',') && *self->at != ')')
            status = fail(self, "',' or ')'");
    }
    if (status == SGDL_OK && (axes < 1 || axes > NPY_AXES))
        status = sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                           "found an array of %zu axes, allowed: 1 or 2", axes);
    out->axes = axes;
    return status;
}

static int take_type(scan_t *self, npy_header_t *out)
{
    static const char allowed[] = "<f8 >f8 =f8 <f4 >f4 =f4 <f2 >f2 =f2 |i1 <i2 >i2 =i2 <i4 >i4 =i4 "
                                  "<i8 >i8 =i8 |u1 <u2 >u2 =u2 <u4 >u4 =u4 <u8 >u8 =u8 |b1 ";
    char type[32], word[36];
    skip_blanks(self);
    if (*self->at == '[')
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                         "found a structured array, allowed: an array of numbers");
    int status = take_text(self, type, sizeof type, "a type such as '<f8'");
    if (status != SGDL_OK)
        return status;
    (void)snprintf(word, sizeof word, "%s ", type);
    if (strlen(type) != 3 || !strstr(allowed, word)) {
        char found[32];
        text_printable(type, found, sizeof found);
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path,
                         "found elements of type '%s', allowed: floating-point numbers of 2, 4 or "
                         "8 bytes, whole numbers and booleans",
                         found);
    }
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    out->kind = type[1];
    out->size = (size_t)(type[2] - '0');
    out->big = type[0] == '>' || (type[0] == '=' && low == 0);
    return SGDL_OK;
}

/* The value of a key, which is counted among those seen. */
static int take_value(scan_t *self, const char *key, npy_header_t *out, unsigned *seen)
{
    if (strcmp(key, "descr") == 0) {
        *seen |= 1;
        return take_type(self, out);
    }
    if (strcmp(key, "fortran_order") == 0) {
        *seen |= 2;
        return take_truth(self, &out->by_column);
    }
    if (strcmp(key, "shape") == 0) {
        *seen |= 4;
        return take_shape(self, out);
    }
    return fail(self, "a value of descr, fortran_order or shape");
}

int npy_header_read(npy_header_t *self, const char *text, const char *path, sgdl_error_t *error)
{
    scan_t scan = {.at = text, .path = path, .error = error};
    unsigned seen = 0;
    *self = (npy_header_t){.shape = {1, 1}};
    int status = take(&scan, '{') ? SGDL_OK : fail(&scan, "'{'");
    while (status == SGDL_OK && !take(&scan, '}')) {
        char key[32];
        status = take_text(&scan, key, sizeof key, "a key in quotes");
        if (status == SGDL_OK && !take(&scan, ':'))
            status = fail(&scan, "':'");
        if (status != SGDL_OK)
            break;
        status = take_value(&scan, key, self, &seen);
        skip_blanks(&scan);
        if (status == SGDL_OK && !take(&scan, ',') && *scan.at != '}')
            status = fail(&scan, "',' or '}'");
    }
    if (status == SGDL_OK && seen != 7)
        status = fail(&scan, "all of descr, fortran_order, shape");
    return status;
}

/* ---- elements --------------------------------------------------------------------------- */

static double half_precision(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double mantissa = (double)(bits & 1023), sign = bits >> 15 ? -1.0 : 1.0;
    if (exponent == 31)
        return mantissa > 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25));
}

double npy_element(const npy_header_t *self, const unsigned char *bytes)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < self->size; i++)
        bits = bits << 8 | bytes[self->big ? i : self->size - 1 - i];
    if (self->kind == 'f' && self->size == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (self->kind == 'f' && self->size == 4) {
        const uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    if (self->kind == 'f')
        return half_precision(bits);
    if (self->kind != 'i')
        return (double)bits;
    const uint64_t top = UINT64_C(1) << (8 * self->size - 1);
    return bits & top ? -(double)((top - 1 - (bits & (top - 1))) + 1) : (double)bits;
}
