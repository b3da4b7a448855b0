#include "src/cli/resources.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <sys/resource.h>
#include <unistd.h>

#include "src/base/text.h"

/* Half of what is built in or the shell's limit leaves; where neither is told, no bound. */
double memory_of_machine(void)
{
    struct rlimit limit;
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    double bytes = pages > 0 && size > 0 ? (double)pages * (double)size : INFINITY;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        bytes = fmin(bytes, (double)limit.rlim_cur);
    return isfinite(bytes) ? 0.5 * bytes : 0;
}

/* A number of bytes, or of thousands, millions and so on of them: 4G is 4e9. */
static bool read_size(const char *text, double *bytes)
{
    static const char units[] = "kMGT";
    char number[TEXT_NUMBER_SIZE];
    size_t length = strlen(text);
    double factor = 1;
    for (size_t u = 0; length > 0 && u < sizeof units - 1; u++) {
        if (toupper((unsigned char)text[length - 1]) == toupper((unsigned char)units[u]))
            for (size_t k = 0; k <= u; k++)
                factor *= 1000;
    }
    length -= factor > 1 ? 1 : 0;
    if (length >= sizeof number)
        return false;
    memcpy(number, text, length);
    number[length] = '\0';
    if (text_number(number, bytes) != NUMBER_OK)
        return false;
    *bytes *= factor;
    return *bytes >= 1 && *bytes <= 1e18;
}

int memory_read(const char *text, double *bytes, sgdl_error_t *error)
{
    return read_size(text, bytes)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "--memory",
                           "found '%.80s', allowed: bytes, such as 4G, 500M or 1e9", text);
}
