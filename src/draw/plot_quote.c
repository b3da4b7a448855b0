/* Texts for gnuplot: whatever stands in them, they arrive as they are and start nothing. */
#include <stdio.h>
#include <string.h>

#include "src/draw/plot.h"

/* The length of the character at `text` if it is a whole one of UTF-8 that a picture may hold,
 * else 0. */
static size_t character(const unsigned char *text)
{
    static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *text < 0x80 ? 1 : *text < 0xc0 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
    unsigned code = *text & (length == 1 ? 0x7fU : 0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    bool no_character = (code & 0xfffe) == 0xfffe || code > 0x10ffff;
    return length && code >= smallest[length] && !surrogate && !no_character ? length : 0;
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(" ,.:;=+-/()", c));
}

/* In double quotes a backslash and three octal digits are a byte: no quote, brace, backquote or
 * sign of a comment is left for any of gnuplot's readers to trip over. A digit behind such a byte
 * is spelt too, for gnuplot reads up to four. */
static bool write_byte(FILE *out, unsigned char byte, bool spelt)
{
    spelt = !is_plain(byte) || (spelt && byte >= '0' && byte <= '9');
    (void)fprintf(out, spelt ? "\\%03o" : "%c", byte);
    return spelt;
}

void plot_write_quoted(FILE *out, const char *text, size_t length)
{
    static const char unreadable[] = "\xef\xbf\xbd"; /* the sign for it */
    const unsigned char *c = (const unsigned char *)text;
    const unsigned char *end = c + length;
    bool spelt = false;
    (void)fputc('"', out);
    while (c < end) {
        size_t bytes = character(c);
        if (bytes == 1) {
            spelt = write_byte(out, *c < ' ' || *c == 0x7f ? ' ' : *c, spelt);
        } else if (bytes == 0) {
            (void)fputs(unreadable, out);
            spelt = false;
        } else {
            (void)fwrite(c, 1, bytes, out);
            spelt = false;
        }
        c += bytes ? bytes : 1;
    }
    (void)fputc('"', out);
}

void plot_write_text(FILE *out, const char *name, const char *text)
{
    (void)fprintf(out, "%s = ", name);
    plot_write_quoted(out, text, strlen(text));
    (void)fputc('\n', out);
}

void plot_write_path(FILE *out, const char *name, const char *path)
{
    bool spelt = false;
    (void)fprintf(out, "%s = \"", name);
    for (const char *c = path; *c; c++)
        spelt = write_byte(out, (unsigned char)*c, spelt);
    (void)fputs("\"\n", out);
}
