#include "src/random/sobol.h"

#include "src/random/stream.h"

/* Primitive polynomials, their coefficients as bits, and the first direction numbers of the
 * dimensions behind the first (new-joe-kuo-6.21201). */
enum { DEGREE_MAX = 8 };

static const struct {
    unsigned polynomial;
    unsigned char first[DEGREE_MAX];
} joe_kuo[SOBOL_DIMENSIONS - 1] = {
    {3, {1}},
    {7, {1, 3}},
    {11, {1, 3, 1}},
    {13, {1, 1, 1}},
    {19, {1, 1, 3, 3}},
    {25, {1, 3, 5, 13}},
    {37, {1, 1, 5, 5, 17}},
    {41, {1, 1, 5, 5, 5}},
    {47, {1, 1, 7, 11, 19}},
    {55, {1, 1, 5, 1, 1}},
    {59, {1, 1, 1, 3, 11}},
    {61, {1, 3, 5, 5, 31}},
    {67, {1, 3, 3, 9, 7, 49}},
    {91, {1, 1, 1, 15, 21, 21}},
    {97, {1, 3, 1, 13, 27, 49}},
    {103, {1, 1, 1, 15, 7, 5}},
    {109, {1, 3, 1, 15, 13, 25}},
    {115, {1, 1, 5, 5, 19, 61}},
    {131, {1, 3, 7, 11, 23, 15, 103}},
    {137, {1, 3, 7, 13, 13, 15, 69}},
    {143, {1, 1, 3, 13, 7, 35, 63}},
    {145, {1, 3, 5, 9, 1, 25, 53}},
    {157, {1, 3, 1, 13, 9, 35, 107}},
    {167, {1, 3, 1, 5, 27, 61, 31}},
    {171, {1, 1, 5, 11, 19, 41, 61}},
    {185, {1, 3, 5, 3, 3, 13, 69}},
    {191, {1, 1, 7, 13, 1, 19, 1}},
    {193, {1, 3, 7, 5, 13, 19, 59}},
    {203, {1, 1, 3, 9, 25, 29, 41}},
    {211, {1, 3, 5, 13, 23, 1, 55}},
    {213, {1, 3, 7, 3, 13, 59, 17}},
    {229, {1, 3, 1, 3, 5, 53, 69}},
    {239, {1, 1, 5, 5, 23, 33, 13}},
    {241, {1, 1, 7, 7, 1, 61, 123}},
    {247, {1, 1, 7, 9, 13, 61, 49}},
    {253, {1, 3, 3, 5, 3, 55, 33}},
    {285, {1, 3, 1, 15, 31, 13, 49, 245}},
    {299, {1, 3, 5, 15, 31, 59, 63, 97}},
    {301, {1, 3, 1, 11, 11, 11, 77, 249}},
};

static void set_directions(size_t dimension, uint32_t direction[SOBOL_BITS])
{
    if (dimension == 0) {
        for (size_t k = 0; k < SOBOL_BITS; k++)
            direction[k] = 1U << (SOBOL_BITS - 1 - k);
        return;
    }
    const unsigned polynomial = joe_kuo[dimension - 1].polynomial;
    size_t degree = 0;
    while (polynomial >> (degree + 1) > 0)
        degree++;
    for (size_t k = 0; k < SOBOL_BITS; k++) {
        if (k < degree) {
            direction[k] = (uint32_t)joe_kuo[dimension - 1].first[k] << (SOBOL_BITS - 1 - k);
            continue;
        }
        direction[k] = direction[k - degree] ^ (direction[k - degree] >> degree);
        for (size_t j = 1; j < degree; j++)
            if (polynomial >> (degree - j) & 1)
                direction[k] ^= direction[k - j];
    }
}

static uint32_t parity(uint32_t x)
{
    for (unsigned half = 16; half > 0; half /= 2)
        x ^= x >> half;
    return x & 1U;
}

/* A random lower triangular matrix of bits, its diagonal 1: a digit is mixed with those before it.
 */
static void scramble(uint32_t direction[SOBOL_BITS], words_t *words)
{
    uint32_t mixed[SOBOL_BITS] = {0};
    for (size_t digit = 0; digit < SOBOL_BITS; digit++) {
        const uint32_t own = 1U << (SOBOL_BITS - 1 - digit);
        const uint32_t mask = own | ((uint32_t)(words_next(words) >> 32) & ~(own | (own - 1)));
        for (size_t k = 0; k < SOBOL_BITS; k++)
            mixed[k] |= own * parity(direction[k] & mask);
    }
    for (size_t k = 0; k < SOBOL_BITS; k++)
        direction[k] = mixed[k];
}

void sobol_init(sobol_t *self, uint64_t seed, uint64_t number)
{
    words_t words;
    words_init(&words, seed, number, STREAM_SCRAMBLES);
    for (size_t d = 0; d < SOBOL_DIMENSIONS; d++) {
        set_directions(d, self->direction[d]);
        scramble(self->direction[d], &words);
        self->shift[d] = (uint32_t)(words_next(&words) >> 32);
    }
}

uint32_t sobol_reverse(uint32_t x)
{
    x = x >> 16 | x << 16;
    x = (x & 0xff00ff00U) >> 8 | (x & 0x00ff00ffU) << 8;
    x = (x & 0xf0f0f0f0U) >> 4 | (x & 0x0f0f0f0fU) << 4;
    x = (x & 0xccccccccU) >> 2 | (x & 0x33333333U) << 2;
    return (x & 0xaaaaaaaaU) >> 1 | (x & 0x55555555U) << 1;
}
