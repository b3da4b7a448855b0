#include "src/random/noise.h"

#include <Random123/threefry.h>

#include "src/base/clones.h"
#include "src/random/box_muller_single.h"

enum { LANES = NOISE_UNIT / 4 };

void noise_init(noise_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose)
{
    *self = (noise_t){.key = {(uint32_t)seed, (uint32_t)(seed >> 32), (uint32_t)purpose, 0},
                      .number = {(uint32_t)number, (uint32_t)(number >> 32)}};
}

/* One unit: the words first, or there are more numbers about than registers. */
static ELEMENTARY_INLINE void fill_unit(bool fused, const noise_t *self, uint64_t unit,
                                        float *restrict value)
{
    const threefry4x32_key_t key = {{self->key[0], self->key[1], self->key[2], self->key[3]}};
    const uint32_t low = (uint32_t)(unit * LANES), high = (uint32_t)(unit * LANES >> 32);
    uint32_t word[NOISE_UNIT];
#pragma omp simd
    for (uint32_t l = 0; l < LANES; l++) {
        const threefry4x32_ctr_t counter = {{low + l, high, self->number[0], self->number[1]}};
        const threefry4x32_ctr_t words = threefry4x32_R(NOISE_ROUNDS, counter, key);
        word[l] = words.v[0];
        word[LANES + l] = words.v[1];
        word[2 * LANES + l] = words.v[2];
        word[3 * LANES + l] = words.v[3];
    }
    for (size_t half = 0; half < NOISE_UNIT; half += NOISE_UNIT / 2) {
#pragma omp simd
        for (size_t l = half; l < half + LANES; l++)
            single_pair(fused, word[l], word[LANES + l], &value[l], &value[LANES + l]);
    }
}

CLONES static void fill_fused(const noise_t *self, uint64_t unit, size_t units, float *value)
{
    const noise_t own = *self;
    for (size_t u = 0; u < units; u++)
        fill_unit(true, &own, unit + u, value + u * NOISE_UNIT);
}

static void fill_unfused(const noise_t *self, uint64_t unit, size_t units, float *value)
{
    const noise_t own = *self;
    for (size_t u = 0; u < units; u++)
        fill_unit(false, &own, unit + u, value + u * NOISE_UNIT);
}

/* Fused multiply-adds are instructions here: of any processor that this is compiled for, or of the
 * clone that runs. */
static bool is_fused(void)
{
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMAF)
    return true;
#elif defined(CLONED)
    return __builtin_cpu_supports("x86-64-v3");
#else
    return false;
#endif
}

void noise_fill(const noise_t *self, uint64_t unit, size_t units, float *value)
{
    if (is_fused())
        fill_fused(self, unit, units, value);
    else
        fill_unfused(self, unit, units, value);
}
