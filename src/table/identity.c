#include "src/table/identity.h"

#include <math.h>
#include <string.h>

#include "src/base/crc32.h"

/* The first comment or column of `own` that `other` does not share, or NULL. */
static const char *difference(const sgdl_table_t *own, const sgdl_table_t *other)
{
    for (size_t c = 0; c < own->comments; c++) {
        const sgdl_comment_t *comment = &own->comment[c];
        const char *value = sgdl_table_value(other, comment->key);
        if (!value || strcmp(value, comment->value) != 0)
            return comment->key;
    }
    for (size_t c = 0; c < own->columns; c++)
        if (sgdl_table_find(other, own->column[c]) != (long)c)
            return own->column[c];
    return own->columns != other->columns ? "columns" : NULL;
}

int identity_check(const sgdl_table_t *own, const sgdl_table_t *other, const char *name,
                   sgdl_error_t *error)
{
    const char *key = difference(own, other);
    if (!key)
        return SGDL_OK;
    const char *here = sgdl_table_value(own, key), *there = sgdl_table_value(other, key);
    return sgdl_fail(error, SGDL_ERR_INPUT, name,
                     "is of another sweep: '%.60s' is %.200s there and %.200s here", key,
                     there ? there : "missing", here ? here : "different");
}

uint32_t identity_sum(const sgdl_table_t *own)
{
    uint32_t sum = 0;
    for (size_t c = 0; c < own->comments; c++) {
        sum = crc32_add_text(sum, own->comment[c].key);
        sum = crc32_add_text(sum, own->comment[c].value);
    }
    for (size_t c = 0; c < own->columns; c++)
        sum = crc32_add_text(sum, own->column[c]);
    return sum;
}

uint32_t identity_add_row(uint32_t sum, const double *row, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        double value = isnan(row[c]) ? (double)NAN : row[c]; /* nan is written without its sign */
        unsigned char byte[sizeof value];
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        for (size_t b = 0; b < sizeof byte; b++)
            byte[b] = (unsigned char)(bits >> 8 * b); /* the same on any machine */
        sum = crc32_add(sum, byte, sizeof byte);
    }
    return sum;
}
