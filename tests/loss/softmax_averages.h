/* Averages of softmax in full matrices, for its tests. */
#ifndef SGDLIMIT_TESTS_LOSS_SOFTMAX_AVERAGES_H
#define SGDLIMIT_TESTS_LOSS_SOFTMAX_AVERAGES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"
#include "src/random/stream.h"

enum { LAW_MOST = 13, LAW_PAIRS = LAW_MOST * (LAW_MOST + 1) / 2 };

/* N(m, B) in R^L, the label `own`, replaced with probability `noise`. */
typedef struct law {
    size_t L, own;
    double noise;
    double m[LAW_MOST], B[LAW_MOST][LAW_MOST];
} law_t;

/* What softmax says of it; G behind one another with H and Q. */
typedef struct found {
    double risk, estimate;
    double G[LAW_MOST], H[LAW_PAIRS], Q[LAW_PAIRS];
} found_t;

static inline void law_packed(const law_t *law, double *B)
{
    for (size_t a = 0; a < law->L; a++)
        for (size_t b = a; b < law->L; b++)
            B[packed_index(law->L, a, b)] = law->B[a][b];
}

static inline void unit_targets(size_t L, double noise, double *target, sgdl_targets_t *out)
{
    memset(target, 0, L * L * sizeof *target);
    for (size_t a = 0; a < L; a++)
        target[a * L + a] = 1;
    *out = (sgdl_targets_t){.outputs = L, .labels = L, .target = target, .noise = noise};
}

static inline double *new_room(size_t L)
{
    double *room = calloc(sgdl_loss_softmax.room(L) + 1, sizeof *room);
    assert_non_null(room);
    return room;
}

/* jacobian may be NULL. */
static inline found_t average_in(const law_t *law, double *room, bool frozen, double *jacobian)
{
    found_t self;
    sgdl_targets_t targets;
    double target[LAW_MOST * LAW_MOST], B[LAW_PAIRS];
    sgdl_averages_t out = {.G = self.G,
                           .H = self.H,
                           .Q = self.Q,
                           .room = room,
                           .frozen = frozen,
                           .jacobian = jacobian};
    unit_targets(law->L, law->noise, target, &targets);
    law_packed(law, B);
    sgdl_loss_softmax.average(&targets, law->own, packed_length(law->L), law->m, B, &out);
    self.risk = out.risk;
    self.estimate = out.estimate;
    return self;
}

static inline found_t average_of(const law_t *law)
{
    double *room = new_room(law->L);
    const found_t self = average_in(law, room, false, NULL);
    free(room);
    return self;
}

/* E q_a and E q_a q_b, a != b, of a clean label. */
static inline double mean_of(const law_t *law, const found_t *found, size_t a)
{
    return (a == law->own ? 1 : 0) + found->G[a];
}

static inline double product_of(const law_t *law, const found_t *found, size_t a, size_t b)
{
    if (a == b)
        return mean_of(law, found, a) - found->H[packed_index(law->L, a, a)];
    return -found->H[packed_pair(law->L, a, b)];
}

/* B = scale A A^T/L + shared 1 1^T */
static inline law_t random_law(size_t L, double scale, uint64_t number)
{
    normals_t normals;
    law_t law = {.L = L, .own = number % L};
    double A[LAW_MOST][LAW_MOST];
    normals_init(&normals, 5, number, STREAM_TRIALS);
    for (size_t a = 0; a < L; a++) {
        law.m[a] = sqrt(scale) * normals_next(&normals);
        for (size_t b = 0; b < L; b++)
            A[a][b] = normals_next(&normals);
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++) {
            law.B[a][b] = 0.2 * scale;
            for (size_t k = 0; k < L; k++)
                law.B[a][b] += scale * A[a][k] * A[b][k] / (double)L;
        }
    return law;
}

#endif
