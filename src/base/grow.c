#include "src/base/grow.h"

#include <stdint.h>
#include <stdlib.h>

void *grow(void *items, size_t count, size_t *room, size_t first, size_t size)
{
    if (count < *room)
        return items;
    const size_t wanted = *room > 0 ? 2 * *room : first;
    if (*room > SIZE_MAX / 4 || wanted > SIZE_MAX / 2 / size)
        return NULL;
    void *grown = realloc(items, wanted * size);
    if (grown)
        *room = wanted;
    return grown;
}
