/** CRC-32 of IEEE 802.3, as in zlib, gzip and PNG: finds whatever an accident does to a line. */
#ifndef SGDLIMIT_BASE_CRC32_H
#define SGDLIMIT_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** The checksum of what has the checksum `sum` (0: of nothing) and bytes [size] behind it. */
uint32_t crc32_add(uint32_t sum, const void *bytes, size_t size);

/** The same for a text and its end, so that two texts differ from one. */
uint32_t crc32_add_text(uint32_t sum, const char *text);

#endif
