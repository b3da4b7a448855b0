/**
 * Numbers and words as text: strict reading, shortest writing, quoting for messages.
 */
#ifndef SGDLIMIT_BASE_TEXT_H
#define SGDLIMIT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum number_status {
    NUMBER_OK,
    NUMBER_NOT,  /* not a decimal number from beginning to end */
    NUMBER_LARGE /* a number, but no finite double or too small for one */
} number_status_t;

/** Reads [sign] digits [. digits] [e [sign] digits], whole; *value is set on NUMBER_OK only. */
number_status_t text_number(const char *text, double *value);

/** Digits with a 0 in front, such as 010: 8 to some readers of YAML, 10 to others. */
bool text_is_octal(const char *text);

/** Reads an integer 0 .. 2^64 - 1, digits only. */
bool text_seed(const char *text, uint64_t *value);

enum { TEXT_NUMBER_SIZE = 32 };

/** Writes the shortest decimal that reads back as `value`. */
void text_shortest(double value, char buffer[TEXT_NUMBER_SIZE]);

/** The same to a stream; and a list of them, [a, b, c]. */
void text_put_number(FILE *out, double value);
void text_put_numbers(FILE *out, const double *values, size_t count);

/** The next code point of UTF-8 `text` and its length in bytes, or 0 where it is malformed. */
size_t text_code_point(const char *text, uint32_t *code);

bool text_is_utf8(const char *text);

/** Prints UTF-8 `text` in YAML's double quotes; whatever is not plainly printable is escaped. */
void text_quote(FILE *out, const char *text);

/** Copies `text` for a message: cut to fit, control and malformed bytes replaced by '?'. */
void text_printable(const char *text, char *buffer, size_t size);

#endif
