/** Arrays that grow as they are filled. */
#ifndef SGDLIMIT_BASE_GROW_H
#define SGDLIMIT_BASE_GROW_H

#include <stddef.h>

/**
 * Where `items`, of `size` bytes each, have room for one more behind `count`: themselves, or a
 * longer copy in their place, twice as long as before and `first` at first. *room is how many they
 * have room for. NULL: no memory; items then stay as they are.
 */
void *grow(void *items, size_t count, size_t *room, size_t first, size_t size);

#endif
