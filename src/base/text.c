#include "src/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"

static size_t digits(const char *text)
{
    size_t count = 0;
    while (isdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* The syntax is checked by hand because strtod also takes hex, nan, inf and leading space. */
static bool is_decimal(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    size_t whole = digits(text);
    text += whole;
    size_t fraction = 0;
    if (*text == '.') {
        fraction = digits(++text);
        text += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        if (*text == '+' || *text == '-')
            text++;
        size_t exponent = digits(text);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

number_status_t text_number(const char *text, double *value)
{
    if (!is_decimal(text))
        return NUMBER_NOT;
    const int before = errno; /* of a stream that has failed, whose writer has yet to look */
    errno = 0;
    double number = c_number(text, NULL);
    const bool vanishes = errno == ERANGE && number == 0.0;
    errno = before;
    if (!isfinite(number) || vanishes)
        return NUMBER_LARGE;
    *value = number;
    return NUMBER_OK;
}

bool text_is_octal(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t count = digits(text);
    return count > 1 && text[0] == '0' && text[count] == '\0';
}

bool text_seed(const char *text, uint64_t *value)
{
    size_t count = digits(text);
    if (count == 0 || text[count] != '\0')
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = 10 * number + digit;
    }
    *value = number;
    return true;
}

/* "1e-09" to "1e-9", "1e+20" to "1e20" */
static void shorten_exponent(char *text)
{
    char *exponent = strchr(text, 'e');
    if (!exponent)
        return;
    char *to = exponent + 1, *from = exponent + 1;
    if (*from == '-')
        to++;
    from++;
    while (*from == '0' && from[1] != '\0')
        from++;
    memmove(to, from, strlen(from) + 1);
}

void text_shortest(double value, char buffer[TEXT_NUMBER_SIZE])
{
    /* Every decimal of at most 15 digits survives %.15g, which drops trailing zeros: no shorter
     * precision needs to be tried. */
    for (int precision = 15; precision <= 17; precision++) {
        (void)c_print(buffer, TEXT_NUMBER_SIZE, "%.*g", precision, value);
        if (c_number(buffer, NULL) == value)
            break;
    }
    shorten_exponent(buffer);
}

size_t text_code_point(const char *text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80) {
        *code = byte[0];
        return 1;
    }
    size_t length = byte[0] >= 0xF8   ? 0
                    : byte[0] >= 0xF0 ? 4
                    : byte[0] >= 0xE0 ? 3
                    : byte[0] >= 0xC0 ? 2
                                      : 0;
    if (length == 0)
        return 0;
    uint32_t value = byte[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3Fu);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[length] || value > 0x10FFFF || surrogate)
        return 0;
    *code = value;
    return length;
}

bool text_is_utf8(const char *text)
{
    while (*text) {
        uint32_t code;
        size_t length = text_code_point(text, &code);
        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

void text_printable(const char *text, char *buffer, size_t size)
{
    static const char ellipsis[] = "...";
    size_t used = 0;
    while (*text) {
        uint32_t code;
        size_t length = text_code_point(text, &code);
        bool printable = length > 0 && code >= 0x20 && !(code >= 0x7F && code < 0xA0);
        size_t step = printable ? length : 1;
        if (used + step + sizeof ellipsis > size) {
            memcpy(buffer + used, ellipsis, sizeof ellipsis);
            return;
        }
        if (printable)
            memcpy(buffer + used, text, length);
        else
            buffer[used] = '?';
        used += step;
        text += length > 0 ? length : 1;
    }
    buffer[used] = '\0';
}

void text_quote(FILE *out, const char *text)
{
    (void)fputc('"', out);
    while (*text) {
        uint32_t code;
        size_t length = text_code_point(text, &code);
        bool plain = (code >= 0x20 && code < 0x7F) || (code >= 0xA0 && code < 0x2000) ||
                     (code >= 0x3000 && code < 0xD800) || (code >= 0x10000 && code < 0x20000);
        if (code == '"' || code == '\\')
            (void)fprintf(out, "\\%c", (int)code);
        else if (plain)
            (void)fwrite(text, 1, length, out);
        else if (code <= 0xFF)
            (void)fprintf(out, "\\x%02" PRIX32, code);
        else if (code <= 0xFFFF)
            (void)fprintf(out, "\\u%04" PRIX32, code);
        else
            (void)fprintf(out, "\\U%08" PRIX32, code);
        text += length;
    }
    (void)fputc('"', out);
}

void text_put_number(FILE *out, double value)
{
    char text[TEXT_NUMBER_SIZE];
    text_shortest(value, text);
    (void)fputs(text, out);
}

void text_put_numbers(FILE *out, const double *values, size_t count)
{
    (void)fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i ? ", " : "", out);
        text_put_number(out, values[i]);
    }
    (void)fputc(']', out);
}
