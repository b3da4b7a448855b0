/* Between 2^-73 (1e-22) and 2^52 a double times a power of ten is a whole number of 192 bits over a
 * power of two: its 17 digits, and which way to round them, come out exactly. All others go to
 * printf. */
#include "src/base/numerals.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/c_locale.h"

enum { DIGITS = 17, MANTISSA = 52, LEAST = -73 /* below it 10^k has more than 128 bits */ };

/* A number d_0.d_1 ... d_16 * 10^exponent. */
typedef struct decimal {
    char digit[DIGITS];
    int exponent;
} decimal_t;

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide_t;

static const uint64_t power[] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
    10000000000000000000U,
};

/* m 10^k / 2^shift to the nearest whole number, halves to the even one; m < 2^53, 0 <= k <= 38,
 * 0 < shift < 128, and what is left of it fits. */
static uint64_t scale_up(uint64_t m, int k, int shift)
{
    const wide_t ten = (wide_t)power[k / 2] * power[k - k / 2];
    const wide_t low = (wide_t)m * (uint64_t)ten, high = (wide_t)m * (uint64_t)(ten >> 64);
    const wide_t top = high + (low >> 64); /* the product without its last 64 bits */
    const uint64_t last = (uint64_t)low;
    uint64_t whole;
    wide_t rest; /* of 2^shift */
    if (shift >= 64) {
        whole = (uint64_t)(top >> (shift - 64));
        rest = ((top & (((wide_t)1 << (shift - 64)) - 1)) << 64) | last;
    } else {
        whole = (uint64_t)((top << (64 - shift)) | (last >> shift));
        rest = last & (((wide_t)1 << shift) - 1);
    }
    const wide_t half = (wide_t)1 << (shift - 1);
    return whole + (rest > half || (rest == half && (whole & 1) != 0));
}

static bool find_digits(double size, decimal_t *out)
{
    uint64_t bits;
    memcpy(&bits, &size, sizeof bits);
    const int e = (int)(bits >> MANTISSA) - 1023; /* 2^e <= size < 2^(e + 1) */
    const uint64_t m = (bits & (((uint64_t)1 << MANTISSA) - 1)) | ((uint64_t)1 << MANTISSA);
    if (e < LEAST || e >= MANTISSA)
        return false;
    int exponent = (int)floor(e * 0.30102999566398120); /* that of 2^e: at most one too small */
    uint64_t whole = scale_up(m, DIGITS - 1 - exponent, MANTISSA - e);
    if (whole >= power[DIGITS]) {
        exponent++;
        whole = scale_up(m, DIGITS - 1 - exponent, MANTISSA - e);
    }
    for (int d = DIGITS; d-- > 0; whole /= 10)
        out->digit[d] = (char)('0' + whole % 10);
    out->exponent = exponent;
    return true;
}
#else
static bool find_digits(double size, decimal_t *out)
{
    (void)size, (void)out;
    return false;
}
#endif

/* As %g does: no zeros behind the last digit, an exponent only below 1e-4; there are none beyond
 * the digits. */
static size_t lay_out_digits(const decimal_t *decimal, char *text)
{
    const int exponent = decimal->exponent;
    int count = DIGITS;
    size_t length = 0;
    while (count > 1 && decimal->digit[count - 1] == '0')
        count--;
    if (exponent < -4) {
        text[length++] = decimal->digit[0];
        if (count > 1)
            text[length++] = '.';
        for (int d = 1; d < count; d++)
            text[length++] = decimal->digit[d];
        text[length++] = 'e';
        text[length++] = '-';
        text[length++] = (char)('0' - exponent / 10);
        text[length++] = (char)('0' - exponent % 10);
        return length;
    }
    for (int d = exponent < 0 ? exponent : 0; d < count || d <= exponent; d++) {
        text[length++] = d < 0 || d >= count ? '0' : decimal->digit[d];
        if (d == exponent && d + 1 < count)
            text[length++] = '.';
    }
    return length;
}

size_t numeral_write(double value, char text[TEXT_NUMBER_SIZE])
{
    decimal_t decimal;
    if (!find_digits(fabs(value), &decimal)) {
        const int written = c_print(text, TEXT_NUMBER_SIZE, "%.17g", value);
        return written > 0 ? (size_t)written : 0;
    }
    text[0] = '-';
    const size_t sign = value < 0;
    const size_t length = sign + lay_out_digits(&decimal, text + sign);
    text[length] = '\0';
    return length;
}
