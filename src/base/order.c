#include "src/base/order.h"

#include <stdbool.h>
#include <stdlib.h>

#include "src/base/elementary.h"
#include "src/base/memory.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

typedef struct item {
    uint64_t bits; /* in the order of the numbers */
    size_t place;
} item_t;

/* Negative numbers have their bits in falling order. */
static uint64_t bits_of(double key)
{
    const uint64_t bits = elementary_bits(key + 0.0), sign = (uint64_t)1 << 63; /* -0 is 0 */
    return bits & sign ? ~bits : bits | sign;
}

static size_t digit_of(uint64_t bits, unsigned shift) { return bits >> shift & (DIGITS - 1); }

/* Orders by one digit, equal ones as they are; false where all have the same, and nothing moved. */
static bool sort_digit(const item_t *in, const uint32_t *stratum, unsigned shift, size_t count,
                       item_t *out)
{
    size_t start[DIGITS] = {0}, total = 0;
    for (size_t n = 0; n < count; n++)
        start[digit_of(stratum ? stratum[in[n].place] : in[n].bits, shift)]++;
    if (start[digit_of(stratum ? stratum[in[0].place] : in[0].bits, shift)] == count)
        return false;
    for (size_t d = 0; d < DIGITS; d++) {
        const size_t size = start[d];
        start[d] = total;
        total += size;
    }
    for (size_t n = 0; n < count; n++)
        out[start[digit_of(stratum ? stratum[in[n].place] : in[n].bits, shift)]++] = in[n];
    return true;
}

int order_numbers(const double *key, const uint32_t *stratum, size_t count, size_t *place,
                  sgdl_error_t *error)
{
    _Static_assert(sizeof(item_t) == 2 * sizeof(double), "counted in numbers");
    double *room = memory_numbers(count, 4);
    if (!room)
        return sgdl_fail_memory(error);
    item_t *item = (item_t *)(void *)room, *other = item + count;
    for (size_t n = 0; n < count; n++)
        item[n] = (item_t){bits_of(key[n]), n};
    for (int pass = 0; pass < (stratum ? 2 : 1) && count > 0; pass++)
        for (unsigned shift = 0; shift < (pass == 0 ? 64 : 32); shift += DIGIT_BITS)
            if (sort_digit(item, pass == 0 ? NULL : stratum, shift, count, other)) {
                item_t *sorted = other;
                other = item;
                item = sorted;
            }
    for (size_t n = 0; n < count; n++)
        place[n] = item[n].place;
    free(room);
    return SGDL_OK;
}
