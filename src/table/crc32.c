#include "src/table/crc32.h"

#include <string.h>

static const uint32_t polynomial = 0xEDB88320;

uint32_t crc32_add(uint32_t sum, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    sum = ~sum;
    for (size_t i = 0; i < size; i++) {
        sum ^= byte[i];
        for (int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (polynomial & (0 - (sum & 1)));
    }
    return ~sum;
}

uint32_t crc32_add_text(uint32_t sum, const char *text)
{
    return crc32_add(sum, text, strlen(text) + 1);
}
