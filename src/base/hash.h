/** A number that equal rows of numbers share, so that few of many have to be compared in full. */
#ifndef SGDLIMIT_BASE_HASH_H
#define SGDLIMIT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const uint64_t hash_start = 0xcbf29ce484222325;

/** Takes one more number into the hash. */
static inline uint64_t hash_number(uint64_t hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (hash ^ bits ^ bits >> 32) * 0x100000001b3;
}

/** The hash of a row; four run beside one another, as each waits for its own multiplications. */
static inline uint64_t hash_numbers(const double *value, size_t count)
{
    uint64_t lane[4] = {hash_start, hash_start, hash_start, hash_start}, hash = hash_start;
    size_t n = 0;
    for (; n + 4 <= count; n += 4)
        for (size_t l = 0; l < 4; l++)
            lane[l] = hash_number(lane[l], value[n + l]);
    for (; n < count; n++)
        hash = hash_number(hash, value[n]);
    for (size_t l = 0; l < 4; l++)
        hash = (hash ^ lane[l] ^ lane[l] >> 32) * 0x100000001b3;
    return hash;
}

#endif
