#include "src/base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 40, SLIP = 8 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Case does not count: 'Time' is as good as 'time'. */
static bool same(char a, char b) { return tolower((unsigned char)a) == tolower((unsigned char)b); }

/* How far a word is from a name: SLIP for every letter that is wrong, missing, too many or swapped
 * with its neighbour, one for every letter at the name's end that was not typed. So a word that
 * only stops early ('dim') is nearer to its completion than to a short name of other letters
 * ('time'). Slips are counted by optimal string alignment against each of the name's beginnings,
 * with three rolling rows. */
static size_t distance(const char *word, size_t length, const char *name)
{
    size_t name_length = strlen(name);
    size_t compared = smaller(name_length, NAME_MAX_LENGTH);
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= compared; j++)
        above[j] = j;
    for (size_t i = 1; i <= length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= compared; j++) {
            size_t change = above[j - 1] + (same(word[i - 1], name[j - 1]) ? 0 : 1);
            row[j] = smaller(change, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(word[i - 1], name[j - 2]) && same(word[i - 2], name[j - 1]))
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    size_t least = SIZE_MAX;
    for (size_t j = 0; j <= compared; j++)
        least = smaller(least, SLIP * above[j] + name_length - j);
    return least;
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word);
    if (length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t found = distance(word, length, names[i]);
        if (found < least) {
            least = found;
            nearest = names[i];
        }
    }
    return nearest;
}
