#include "src/theories/fixed_data/limit/noise_floor.h"

#include <math.h>

#include "src/theories/fixed_data/limit/edge.h"
#include "src/theories/fixed_data/limit/shrinkage.h"

enum { MOST_POLES = 3, HALVINGS = 60 };

/* rate^2 (E s^2 - 1) g(x + ridge) = sum_k part_k/(x - place_k) */
typedef struct response {
    size_t poles;
    double place[MOST_POLES];
    double at_state[MOST_POLES], at_query[MOST_POLES];
} response_t;

bool noise_floor_serves(const setup_t *setup)
{
    const sgdl_problem_t *problem = setup->problem;
    if (!problem->loss->quadratic || problem->reshuffled || problem->persistence > 0 ||
        problem->nesterov == NESTEROV_INCREASING)
        return false;
    for (size_t n = 0; n < setup->N; n++)
        for (size_t i = 1; i < setup->C; i++) {
            const double *eigenvalue = setup->eigenvalue + n * setup->C;
            if (fabs(eigenvalue[i] - *eigenvalue) > 1e-12 * *eigenvalue)
                return false;
        }
    return true;
}

/* Small batches: one pole, and noise of the rate over the batch. */
static response_t of_small_batches(const setup_t *setup, double ridge, double rate)
{
    const sgdl_problem_t *problem = setup->problem;
    const double part = setup->ratio * rate * problem_amplification(problem) / (2 * problem->batch);
    return (response_t){.poles = 1, .place = {-ridge}, .at_state = {part}, .at_query = {part}};
}

/* Partial fractions of the variance of X_{t+1} = phi1 X_t + phi2 X_{t-1} + noise, phi1 = (1 + beta)
 * (1 - y), phi2 = -beta (1 - y) of Nesterov, y = rate (x + ridge), and of X + beta (X - X_before).
 */
static response_t of_nesterov(const setup_t *setup, double ridge, double rate)
{
    const double beta = setup->problem->momentum, top = 2 * (1 + beta), steep = 1 + 2 * beta;
    const double y[MOST_POLES] = {0, top / steep, -(1 - beta) / beta};
    const double noise = 1 / setup->problem->fraction - 1;
    response_t out = {.poles = MOST_POLES};
    for (size_t k = 0; k < MOST_POLES; k++) {
        /* the two other factors of y (top - steep y) (1 - beta + beta y), and this one's slope */
        const double factor[] = {y[k], top - steep * y[k], 1 - beta + beta * y[k]};
        const double slope[] = {1, -steep, beta};
        const double below = slope[k] * factor[(k + 1) % MOST_POLES] * factor[(k + 2) % MOST_POLES];
        const double state = 1 + beta - beta * y[k];
        const double query = (1 + 2 * beta + 2 * beta * beta) * state -
                             2 * beta * (1 + beta) * (1 + beta) * (1 - y[k]);
        out.place[k] = y[k] / rate - ridge;
        out.at_state[k] = noise * rate * state / below;
        out.at_query[k] = noise * rate * query / below;
    }
    return out;
}

static response_t of_heavy_ball(const setup_t *setup, double ridge, double rate)
{
    const double beta = setup->problem->momentum;
    const double part = rate * (1 / setup->problem->fraction - 1) / (2 * (1 - beta));
    response_t out = {.poles = 2, .place = {-ridge, 2 * (1 + beta) / rate - ridge}};
    for (size_t k = 0; k < out.poles; k++)
        out.at_state[k] = out.at_query[k] = k == 0 ? part : -part;
    return out;
}

static response_t response_of(const setup_t *setup, double ridge, double rate)
{
    if (isnan(setup->problem->fraction))
        return of_small_batches(setup, ridge, rate);
    if (setup->problem->nesterov == NESTEROV_CONSTANT && setup->problem->momentum > 0)
        return of_nesterov(setup, ridge, rate);
    return of_heavy_ball(setup, ridge, rate);
}

/* 1 + place sum_n w_n/H_n and the same with eigenvalues: int x/(x - place) of mu, and of its weight
 * by how eigenvectors see K. */
typedef struct moments {
    double plain, weighted;
} moments_t;

static int moments_at(const setup_t *setup, double place, double trace, moments_t *out,
                      sgdl_error_t *error)
{
    shrinkage_t shrink;
    bool inside = false;
    double share = 0;
    *out = (moments_t){1, trace};
    for (size_t n = 0; n < setup->N; n++)
        share += setup->eigenvalue[n * setup->C] > 0 ? setup->weight[n] : 0;
    if (place == 0 && fabs(setup->ratio - share) <= 1e-9 * share)
        place = -1e-9 * trace; /* where no equation holds */
    int status = shrinkage_init(&shrink, setup, error);
    if (status == SGDL_OK && place > 0)
        status = shrinkage_beyond(&shrink, place, &inside, error);
    else if (status == SGDL_OK && setup->ratio < share)
        status = shrinkage_solve(&shrink, 1, -place, error);
    else if (status == SGDL_OK)
        status = shrinkage_solve(&shrink, -place, 1, error);
    if (inside)
        *out = (moments_t){INFINITY, INFINITY};
    for (size_t n = 0; n < setup->N && status == SGDL_OK && !inside; n++) {
        const double eigenvalue = setup->eigenvalue[n * setup->C];
        const double part = setup->weight[n] * (eigenvalue > 0 ? shrink.r / shrink.h[n] : 1);
        out->plain -= part;
        out->weighted -= part * eigenvalue;
    }
    shrinkage_free(&shrink);
    return status;
}

int noise_floor_find(noise_floor_t *self, const setup_t *setup, double ridge, double rate,
                     double largest, sgdl_error_t *error)
{
    const bool steps = !isnan(setup->problem->fraction);
    *self = (noise_floor_t){.mass = INFINITY};
    if (steps && rate >= edge_rate(setup->problem, largest))
        return SGDL_OK;
    const response_t response = response_of(setup, ridge, rate);
    double trace = 0;
    for (size_t n = 0; n < setup->N; n++)
        trace += setup->weight[n] * setup->eigenvalue[n * setup->C];
    noise_floor_t out = {0};
    int status = SGDL_OK;
    for (size_t k = 0; k < response.poles && status == SGDL_OK; k++) {
        moments_t at;
        const double place = response.place[k];
        status = moments_at(setup, place, trace, &at, error);
        const double square = trace + place * at.plain; /* int x^2/(x - place) */
        out.mass += response.at_query[k] * square / setup->ratio;
        out.training += response.at_state[k] * square / setup->ratio;
        out.variance += response.at_state[k] * at.weighted / setup->ratio;
        out.norm2 += response.at_state[k] * at.plain / setup->ratio;
    }
    if (status == SGDL_OK && isfinite(out.mass))
        *self = out;
    return status;
}

int noise_floor_stability(const setup_t *setup, double ridge, double largest, double *rate,
                          sgdl_error_t *error)
{
    noise_floor_t at;
    double low = 0, high = edge_rate(setup->problem, largest);
    int status = SGDL_OK;
    if (isnan(setup->problem->fraction)) { /* mass grows with the rate */
        status = noise_floor_find(&at, setup, ridge, 1, largest, error);
        *rate = 1 / at.mass;
        return status;
    }
    for (int k = 0; k < HALVINGS && high - low > 1e-14 * high && status == SGDL_OK; k++) {
        const double middle = 0.5 * (low + high);
        status = noise_floor_find(&at, setup, ridge, middle, largest, error);
        *(at.mass < 1 ? &low : &high) = middle;
    }
    *rate = low;
    return status;
}

void noise_floor_add(const noise_floor_t *self, minimiser_t *minimiser)
{
    const setup_t *setup = minimiser->setup;
    const layout_t *layout = &minimiser->layout;
    const size_t L = setup->L, pairs = setup->pairs;
    double *row = minimiser->row, trace = 0;
    for (size_t e = 0; e < pairs; e++) {
        double least = 0;
        for (size_t i = 0; i < setup->C; i++)
            least += setup->p[i] * minimiser->residual_moment[i * pairs + e];
        const double psi = least / (1 - self->mass);
        for (size_t i = 0; i < setup->C; i++)
            row[layout->moment + i * pairs + e] += self->variance * psi;
    }
    for (size_t l = 0; l < L; l++) {
        double least = 0;
        for (size_t i = 0; i < setup->C; i++)
            least += setup->p[i] * minimiser->residual_moment[i * pairs + packed_index(L, l, l)];
        row[layout->norm2 + l] += self->norm2 * least / (1 - self->mass);
        trace += least;
    }
    /* of all classes together: how it is shared among them is not known here */
    for (size_t i = 0; i < setup->C; i++) {
        row[layout->train_risk + i] += 0.5 * self->training * trace / (1 - self->mass);
        row[layout->train_error + i] = NAN;
    }
}
