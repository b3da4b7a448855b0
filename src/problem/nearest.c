#include "sgdlimit/problem.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 40 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Case does not count: 'Time' is as good as 'time'. */
static bool same(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* Damerau-Levenshtein distance (optimal string alignment) with three rolling rows. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = smaller(change, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_length];
}

const char *sgdl_nearest_name(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word);
    if (length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    /* About one slip in three letters: more is another word. */
    size_t least = (length + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strlen(names[i]);
        if (name_length > NAME_MAX_LENGTH)
            continue;
        size_t found = distance(word, length, names[i], name_length);
        /* As many changes as letters would match any short name. */
        if (found < least && found < name_length) {
            least = found;
            nearest = names[i];
        }
    }
    return nearest;
}
