/**
 * Generators of standard normals that others have published, as their Debian packages offer them.
 *
 * published.c has those in C, published.cc those in C++: the latter are there if a C++ compiler is,
 * and of them those whose headers are. Packages of Python are asked by rivals.h.
 */
#ifndef SGDLIMIT_BENCH_LIMIT_PUBLISHED_H
#define SGDLIMIT_BENCH_LIMIT_PUBLISHED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Normals that a call makes, into a buffer that stays in the first-level cache. */
enum { PUBLISHED_BLOCK = 1024 };

typedef struct published {
    const char *name, *package;
    void (*fill)(void); /* makes PUBLISHED_BLOCK normals; NULL: not installed */
} published_t;

/** Ends with a row without a name. */
extern const published_t published_c[], published_cpp[];

/** Where the normals go, float or double. Not static: nobody may take them for unread. */
extern float published_floats[PUBLISHED_BLOCK];
extern double published_doubles[PUBLISHED_BLOCK];

/** CPU nanoseconds a normal of a few millions of them; NAN: not installed. */
double published_time(const published_t *row);

#ifdef __cplusplus
}
#endif

#endif
