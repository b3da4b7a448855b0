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

#endif
