/** The classes whose columns are printed. */
#ifndef SGDLIMIT_CLI_CLASS_LIST_H
#define SGDLIMIT_CLI_CLASS_LIST_H

#include <stddef.h>

#include "sgdlimit/error.h"

/** The row of an option table that class_list_read goes with. */
#define CLASSES_OPTION                                                                             \
    {                                                                                              \
        "classes", 0, "LIST", "print the columns of these classes only, e.g. 1,5,9 [all]",         \
            RECORDED_SHARED                                                                        \
    }

/** "1,5,9" -> 0-based class numbers in increasing order, whatever the text's; *shown [*count] is
 * owned by the caller in any case and stays NULL without a text. Errors: SGDL_ERR_INPUT, _MEMORY.
 */
int class_list_read(const char *text, size_t classes, size_t **shown, size_t *count,
                    sgdl_error_t *error) SGDL_CHECKED;

#endif
