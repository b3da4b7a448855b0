#include "src/base/crc32.h"

#include <string.h>

/* What half a byte does: four steps of the polynomial 0xEDB88320, lowest bit first. */
static const uint32_t step[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

enum {
    WORD = 8,   /* bytes that are looked up at once, */
    LONG = 4096 /* where there are so many that their tables are worth making */
};

static uint32_t add_byte(uint32_t sum, unsigned char byte)
{
    sum ^= byte;
    sum = (sum >> 4) ^ step[sum % 16];
    return (sum >> 4) ^ step[sum % 16];
}

/* Whole words, "slicing by 8": table[k] is what a byte does with k zero bytes behind it. */
static uint32_t add_words(uint32_t sum, const unsigned char *byte, size_t words)
{
    uint32_t table[WORD][256];
    for (size_t b = 0; b < 256; b++)
        table[0][b] = add_byte(0, (unsigned char)b);
    for (size_t k = 1; k < WORD; k++)
        for (size_t b = 0; b < 256; b++)
            table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] % 256];
    for (size_t w = 0; w < words; w++, byte += WORD)
        sum = table[7][byte[0] ^ sum % 256] ^ table[6][byte[1] ^ (sum >> 8) % 256] ^
              table[5][byte[2] ^ (sum >> 16) % 256] ^ table[4][byte[3] ^ sum >> 24] ^
              table[3][byte[4]] ^ table[2][byte[5]] ^ table[1][byte[6]] ^ table[0][byte[7]];
    return sum;
}

uint32_t crc32_add(uint32_t sum, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    const size_t whole = size < LONG ? 0 : size / WORD * WORD;
    sum = ~sum;
    if (whole > 0)
        sum = add_words(sum, byte, whole / WORD);
    for (size_t i = whole; i < size; i++)
        sum = add_byte(sum, byte[i]);
    return ~sum;
}

uint32_t crc32_add_text(uint32_t sum, const char *text)
{
    return crc32_add(sum, text, strlen(text) + 1);
}
