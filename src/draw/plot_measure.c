/* How wide words are: letters of DejaVu Sans, of which others that a reader's machine may put in
 * its place are no wider. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/draw/plot.h"
#include "src/base/text_stream.h"

/* Thousandths of the letter's size, from the space to the tilde. */
static const short widths[] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};

static bool continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* Letters beyond: Latin and Greek ones are like those here, signs and ideographs up to a square. */
static double letter_width(const char *c)
{
    unsigned char first = (unsigned char)*c;
    if (first >= ' ' && first < 0x7f)
        return widths[first - ' '];
    return first < 0x80 || continues(*c) ? 0 : first < 0xe0 ? 680 : 1000;
}

double plot_text_width(const char *text, size_t length, double letter)
{
    double width = 0;
    for (size_t i = 0; i < length; i++)
        width += letter_width(text + i);
    return 1e-3 * letter * width;
}

/* The longest beginning of at most `width`, in bytes of whole characters. */
static size_t fitting(const char *text, double width, double letter)
{
    size_t length = 0;
    double used = 0;
    while (text[length]) {
        used += 1e-3 * letter * letter_width(text + length);
        if (used > width)
            break;
        length++;
        while (continues(text[length]))
            length++;
    }
    return length;
}

static const char ellipsis[] = "…";

char *plot_text_shorten(const char *text, double width, double letter)
{
    size_t length = strlen(text);
    char *copy = malloc(length + sizeof ellipsis);
    if (!copy)
        return NULL;
    (void)memcpy(copy, text, length + 1);
    if (plot_text_width(text, length, letter) <= width)
        return copy;
    double half = 0.5 * (width - letter);
    size_t head = fitting(text, half, letter);
    size_t tail = length;
    while (tail > head && plot_text_width(text + tail - 1, length - tail + 1, letter) <= half)
        tail--;
    while (tail < length && continues(text[tail]))
        tail++;
    (void)memcpy(copy + head, ellipsis, sizeof ellipsis - 1);
    (void)memcpy(copy + head + sizeof ellipsis - 1, text + tail, length - tail + 1);
    return copy;
}

/* Where a line of at most `fits` bytes ends; what is too long a word is broken. */
static size_t line_end(const char *text, size_t fits, const char *behind)
{
    size_t any = 0;
    size_t good = 0;
    if (!text[fits])
        return fits;
    for (size_t i = 1; i <= fits; i++) {
        if (text[i] == ' ') {
            any = i;
            good = !behind || strchr(behind, text[i - 1]) ? i : good;
        }
    }
    return good ? good : any ? any : fits ? fits : 1;
}

char *plot_text_wrap(const char *text, double width, double letter, const char *behind, size_t most)
{
    char *lines;
    text_stream_t stream;
    if (text_stream_open(&stream, NULL))
        return NULL;
    FILE *out = stream.out;
    for (size_t line = 1; *text; line++) {
        bool last = line == most;
        size_t fits = fitting(text, width, letter);
        if (last && text[fits])
            fits = fitting(text, width - 1.5 * letter, letter);
        size_t length = line_end(text, fits, behind);
        (void)fprintf(out, "%s%.*s", line > 1 ? "\n" : "", (int)length, text);
        text += length;
        text += strspn(text, " ");
        if (last && *text) {
            (void)fprintf(out, " %s", ellipsis);
            break;
        }
    }
    return text_stream_close(&stream, &lines, NULL) ? NULL : lines;
}
