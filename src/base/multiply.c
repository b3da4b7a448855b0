#include "src/base/multiply.h"

#include <string.h>

#include "src/base/clones.h"

enum {
    HEIGHT = 4,  /* rows of a tile, */
    WIDTH = 16,  /* and its columns: what the registers hold */
    DEPTH = 256, /* of the sums that a tile takes in one go: WIDTH*DEPTH fit into the first level */
    BLOCK = 64,  /* rows that share the second level with DEPTH columns */
    ALONE = 1 << 24 /* multiplications that one thread does sooner than several */
};

typedef double lanes_t __attribute__((vector_size(64), aligned(8), may_alias));
enum { LANES = 8, VECTORS = WIDTH / LANES };

size_t multiply_room(size_t columns) { return (columns + WIDTH - 1) / WIDTH * WIDTH * DEPTH; }

/* Strips of WIDTH columns one after another, filled up with zeros. */
static void pack(size_t depth, size_t columns, const double *b, double *packed)
{
#pragma omp parallel for schedule(static) if (depth * columns > ALONE / 64)
    for (size_t first = 0; first < columns; first += WIDTH) {
        const size_t count = columns - first < WIDTH ? columns - first : WIDTH;
        double *strip = packed + first * depth;
        for (size_t k = 0; k < depth; k++) {
            memcpy(strip + k * WIDTH, b + k * columns + first, count * sizeof *b);
            for (size_t j = count; j < WIDTH; j++)
                strip[k * WIDTH + j] = 0;
        }
    }
}

/* tile = a strip for HEIGHT rows of a, `leading` apart. */
__attribute__((always_inline)) static inline void tile_times(size_t depth, const double *a,
                                                             size_t leading, const double *strip,
                                                             double tile[HEIGHT * WIDTH])
{
    lanes_t sum[HEIGHT][VECTORS] = {{{0}}};
    for (size_t k = 0; k < depth; k++)
        for (size_t v = 0; v < VECTORS; v++) {
            const lanes_t b = *(const lanes_t *)(strip + k * WIDTH + v * LANES);
            for (size_t i = 0; i < HEIGHT; i++)
                sum[i][v] += a[i * leading + k] * b;
        }
    memcpy(tile, sum, sizeof sum);
}

/* The rows [count] of one block: out (+)= a b over this depth. */
CLONES static void block_times(const double *a, const double *packed, const size_t size[4],
                               double *out, int adds)
{
    const size_t count = size[0], depth = size[1], columns = size[2], leading = size[3];
    double tile[HEIGHT * WIDTH];
    for (size_t first = 0; first < columns; first += WIDTH) {
        const size_t wide = columns - first < WIDTH ? columns - first : WIDTH;
        for (size_t top = 0; top < count; top += HEIGHT) {
            /* The last rows are taken together with some before them. */
            const size_t high = count - top < HEIGHT ? count - top : HEIGHT;
            const double *rows = a + top * leading;
            double few[HEIGHT * DEPTH];
            if (high < HEIGHT) {
                memset(few, 0, sizeof few);
                for (size_t i = 0; i < high; i++)
                    memcpy(few + i * DEPTH, rows + i * leading, depth * sizeof *few);
                tile_times(depth, few, DEPTH, packed + first * depth, tile);
            } else {
                tile_times(depth, rows, leading, packed + first * depth, tile);
            }
            for (size_t i = 0; i < high; i++) {
                double *to = out + (top + i) * columns + first;
                for (size_t j = 0; j < wide; j++)
                    to[j] = (adds ? to[j] : 0) + tile[i * WIDTH + j];
            }
        }
    }
}

/* Many parameters: a product of matrices, as in BLAS. */
void multiply(size_t rows, size_t inner, size_t columns, const double *a, const double *b,
              double *out, double *room)
{
    for (size_t k = 0; k < inner; k += DEPTH) {
        const size_t depth = inner - k < DEPTH ? inner - k : DEPTH;
        pack(depth, columns, b + k * columns, room);
#pragma omp parallel for schedule(static) if (rows * depth * columns > ALONE)
        for (size_t top = 0; top < rows; top += BLOCK) {
            const size_t count = rows - top < BLOCK ? rows - top : BLOCK;
            const size_t size[4] = {count, depth, columns, inner};
            block_times(a + top * inner + k, room, size, out + top * columns, k > 0);
        }
    }
}

void transpose_rows(size_t rows, size_t columns, const double *a, double *turned)
{
    enum { SQUARE = 32 };
    for (size_t top = 0; top < rows; top += SQUARE)
        for (size_t left = 0; left < columns; left += SQUARE)
            for (size_t i = top; i < rows && i < top + SQUARE; i++)
                for (size_t j = left; j < columns && j < left + SQUARE; j++)
                    turned[j * rows + i] = a[i * columns + j];
}

void symmetrise(size_t n, double *a)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i] = 0.5 * (a[i * n + j] + a[j * n + i]);
}
