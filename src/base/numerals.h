/** Numbers as tables hold them: 17 significant digits, which say which double it was. */
#ifndef SGDLIMIT_BASE_NUMERALS_H
#define SGDLIMIT_BASE_NUMERALS_H

#include <stddef.h>

#include "src/base/text.h"

/** What printf("%.17g") writes in the locale "C", which takes five times as long; the length of it,
 * without the null byte. `value` is finite. */
size_t numeral_write(double value, char text[TEXT_NUMBER_SIZE]);

#endif
