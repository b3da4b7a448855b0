#include "src/random/normals.h"

#include <Random123/philox.h>
#include <math.h>

double normal_draw(uint64_t seed, uint64_t stream, uint64_t index)
{
    const philox4x64_ctr_t counter = {{index, 0, 0, 0}};
    const philox4x64_key_t key = {{seed, stream}};
    const philox4x64_ctr_t bits = philox4x64_R(10, counter, key);
    /* 53 bits each: radius from (0, 1], so that its logarithm is finite; angle from [0, 1). */
    const double radius = ((double)(bits.v[0] >> 11) + 1) * 0x1p-53;
    const double angle = (double)(bits.v[1] >> 11) * 0x1p-53;
    return sqrt(-2 * log(radius)) * cos(2 * M_PI * angle);
}
