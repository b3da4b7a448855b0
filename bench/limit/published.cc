// With sine and cosine apart, and unknown to the compiler as a pair (bench/meson.build), glibc's
// vector functions are called, 16 floats at once where the processor has registers for them.
#define R123_NO_SINCOS 1
#include <math.h>

#include "bench/limit/published.h"

#include <random>

#if __has_include(<Random123/boxmuller.hpp>)
#define HAS_RANDOM123 1
#include <Random123/ars.h>
#include <Random123/boxmuller.hpp>
#include <Random123/philox.h>
#include <Random123/threefry.h>
#endif

#if __has_include(<boost/random/normal_distribution.hpp>)
#define HAS_BOOST 1
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/taus88.hpp>
#endif

#if __has_include(<pcg_random.hpp>)
#define HAS_PCG 1
#include <pcg_random.hpp>
#endif

namespace
{

#ifdef HAS_RANDOM123
// Its words and its map of words onto normals, each in a loop that the compiler vectorises. Rounds
// are the fewest that pass BigCrush (Salmon et al. 2011). `four` is Generator's normals a counter.
enum { QUARTER = PUBLISHED_BLOCK / 4, HALF = PUBLISHED_BLOCK / 2 };

template <class Counter, class Word, class Generator>
void random123_words(Word *words, Generator generator)
{
    static Word counter;
    for (int i = 0; i < QUARTER; i++) {
        Counter c = {{static_cast<Word>(counter + static_cast<Word>(i)), 0, 0, 0}};
        Counter w = generator(c);
        words[i] = w.v[0];
        words[QUARTER + i] = w.v[1];
        words[2 * QUARTER + i] = w.v[2];
        words[3 * QUARTER + i] = w.v[3];
    }
    counter += QUARTER;
}

template <class Word, class Real> void random123_map(const Word *words, Real *out)
{
#pragma omp simd
    for (int i = 0; i < HALF; i++) {
        auto pair = r123::boxmuller(words[i], words[HALF + i]);
        out[i] = pair.x;
        out[HALF + i] = pair.y;
    }
}

alignas(64) uint32_t words32[PUBLISHED_BLOCK];
alignas(64) uint64_t words64[PUBLISHED_BLOCK];

void random123_threefry_float()
{
    random123_words<threefry4x32_ctr_t>(words32, [](threefry4x32_ctr_t c) {
        threefry4x32_key_t key = {{1, 2, 3, 4}};
        return threefry4x32_R(12, c, key);
    });
    random123_map(words32, published_floats);
}

void random123_philox_float()
{
    random123_words<philox4x32_ctr_t>(words32, [](philox4x32_ctr_t c) {
        philox4x32_key_t key = {{1, 2}};
        return philox4x32_R(7, c, key);
    });
    random123_map(words32, published_floats);
}

#if R123_USE_AES_NI
// Rounds of AES, by the processor's instructions.
void random123_ars_float()
{
    static uint64_t counter;
    const ars1xm128i_key_t key = {{{_mm_set_epi64x(1, 2)}}};
    for (uint64_t i = 0; i < QUARTER; i++) {
        ars1xm128i_ctr_t c = {{{_mm_set_epi64x(0, static_cast<long long>(counter + i))}}};
        ars1xm128i_ctr_t w = ars1xm128i_R(5, c, key);
        _mm_storeu_si128(reinterpret_cast<__m128i *>(words32 + 4 * i), w.v[0].m);
    }
    counter += QUARTER;
    random123_map(words32, published_floats);
}
#define RANDOM123_ARS random123_ars_float
#endif

void random123_threefry_double()
{
    random123_words<threefry4x64_ctr_t>(words64, [](threefry4x64_ctr_t c) {
        threefry4x64_key_t key = {{1, 2, 3, 4}};
        return threefry4x64_R(12, c, key);
    });
    random123_map(words64, published_doubles);
}
#define RANDOM123(name) name
#else
#define RANDOM123(name) nullptr
#endif

template <class Law, class Generator, class Real> void draw(Real *out)
{
    static Generator generator;
    static Law law;
    for (int i = 0; i < PUBLISHED_BLOCK; i++)
        out[i] = law(generator);
}

void libstdcpp_double()
{
    draw<std::normal_distribution<double>, std::mt19937_64>(published_doubles);
}

#ifdef HAS_BOOST
void boost_mt_double()
{
    draw<boost::random::normal_distribution<double>, boost::random::mt19937_64>(published_doubles);
}

void boost_taus_float()
{
    draw<boost::random::normal_distribution<float>, boost::random::taus88>(published_floats);
}
#define BOOST(name) name
#else
#define BOOST(name) nullptr
#endif

#if defined HAS_BOOST && defined HAS_PCG
void boost_pcg_double()
{
    draw<boost::random::normal_distribution<double>, pcg64_fast>(published_doubles);
}

void boost_pcg_float()
{
    draw<boost::random::normal_distribution<float>, pcg32_fast>(published_floats);
}
#define BOOST_PCG(name) name
#else
#define BOOST_PCG(name) nullptr
#endif

#ifndef RANDOM123_ARS
#define RANDOM123_ARS nullptr
#endif

} // namespace

const published_t published_cpp[] = {
    {"Random123, ars4x32-5, Box-Muller, float", "librandom123-dev", RANDOM123_ARS},
    {"Random123, threefry4x32-12, Box-Muller, float", "librandom123-dev",
     RANDOM123(random123_threefry_float)},
    {"Random123, philox4x32-7, Box-Muller, float", "librandom123-dev",
     RANDOM123(random123_philox_float)},
    {"Random123, threefry4x64-12, Box-Muller, double", "librandom123-dev",
     RANDOM123(random123_threefry_double)},
    {"Boost, ziggurat, mt19937_64, double", "libboost-random-dev", BOOST(boost_mt_double)},
    {"Boost, ziggurat, taus88, float", "libboost-random-dev", BOOST(boost_taus_float)},
    {"Boost, ziggurat, pcg64_fast, double", "libpcg-cpp-dev", BOOST_PCG(boost_pcg_double)},
    {"Boost, ziggurat, pcg32_fast, float", "libpcg-cpp-dev", BOOST_PCG(boost_pcg_float)},
    {"libstdc++, polar, mt19937_64, double", "libstdc++", libstdcpp_double},
    {nullptr, nullptr, nullptr},
};
