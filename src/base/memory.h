/** What a piece of work takes is told before it is taken. */
#ifndef SGDLIMIT_BASE_MEMORY_H
#define SGDLIMIT_BASE_MEMORY_H

#include <stddef.h>

#include "sgdlimit/error.h"

enum { MEMORY_TEXT = 32 };

/** "1.6 GB" or the like. */
const char *memory_text(double bytes, char text[MEMORY_TEXT]);

/** Room for a * b numbers, uninitialised, at least one, from the beginning of a cache line; NULL
 * without memory. Long arrays lie on huge pages where the system has them: page by page, touching
 * one first would cost as much as some ten passes over it. */
double *memory_numbers(size_t a, size_t b);

/** SGDL_ERR_INPUT with the place --memory if `bytes` are more than `allowed`, which is no bound
 * where it is 0. The message begins with what the format says takes them. */
int memory_ask(double allowed, double bytes, sgdl_error_t *error, const char *format, ...)
    SGDL_FORMAT(4, 5) SGDL_CHECKED;

#endif
