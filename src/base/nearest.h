/** The name that was meant where none matches. */
#ifndef SGDLIMIT_BASE_NEAREST_H
#define SGDLIMIT_BASE_NEAREST_H

#include <stddef.h>

/** The known name nearest to `word` by edit distance, where letters that are missing at a name's
 * end count little; the first of several, NULL if there are none or the word has more than 40
 * letters. names [count]. For messages such as: unknown key 'lamda' (did you mean 'lambda'?). */
const char *nearest_name(const char *word, const char *const *names, size_t count);

#endif
