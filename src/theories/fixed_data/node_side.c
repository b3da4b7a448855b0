#include "src/theories/fixed_data/node_side.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/packed.h"
#include "src/base/panels.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Products of a step from which threads are worth waking. */
static const double WORTH = 4e6;

struct node_side_inner {
    size_t threads, panel; /* numbers of a triangle */
    /* Of node n, n-major. Triangles by rows (panels.h): row s of Cbar is Cbar_n(s, 0..s), row s - 1
     * of Rq is Rq_n(s, 0..s-1). */
    double *Cbar;          /* [N*L*L*panel] of outputs l of the row, l' of the column */
    double *Rq;            /* [N*panel] */
    double *R, *R_before;  /* [N*T] of X_t and X_{t-1}; zero behind their ends */
    double *aq;            /* [N*(T+1)*L*P] */
    double *a, *a_before;  /* [N*L*P] */
    double *cov;           /* [N*(T+1)*L*L] Cov_n(q, q^s) of the last look */
    double *noise;         /* [N*L*L*T] Cbar_n Rq_n(q, .) of the last one */
    double *dots, *memory; /* [N*T], [N*(T+1)] scratch */
    double *bias, *bias_before, *bias_query; /* [L] */
    double *own;                             /* behind these arrays */
    bool sees_state;                         /* the last look was at X_t */
};

/* ---- room ------------------------------------------------------------------------------------ */

enum { ARRAYS = 17 };

/* Numbers of look, answer and inner in the order of `arrays`. */
static void list_sizes(const setup_t *setup, size_t steps, double sizes[ARRAYS])
{
    const double C = (double)setup->C, L = (double)setup->L, K = (double)setup->K,
                 N = (double)setup->N, P = (double)setup->P, T = (double)steps;
    const double panel = T * (T + 1) / 2, kept = N * L * P;
    const double all[ARRAYS] = {C * L,
                                C * (T + 1) * L * L,
                                C * L * K,
                                C * T, /* look */
                                C * (T + 1) * L * L,
                                C * (T + 1),
                                C * L * K,
                                C * L, /* answer */
                                N * L * L * panel,
                                N * panel,
                                2 * N * T,
                                kept * (T + 1),
                                2 * kept,
                                N * (T + 1) * L * L,
                                N * L * L * T,
                                N * (2 * T + 1),
                                3 * L};
    memcpy(sizes, all, sizeof all);
}

double node_side_memory(const setup_t *setup, size_t steps)
{
    double sizes[ARRAYS], total = 0;
    list_sizes(setup, steps, sizes);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a];
    return total * (double)sizeof(double);
}

static int allocate(node_side_t *self, sgdl_error_t *error)
{
    struct node_side_inner *inner = self->inner;
    const double bytes = node_side_memory(self->setup, self->T);
    const size_t N = self->setup->N, T = self->T, L = self->setup->L;
    double **const arrays[ARRAYS] = {&self->look.m,
                                     &self->look.B,
                                     &self->look.cross,
                                     &self->look.rho,
                                     &self->answer.Cg,
                                     &self->answer.Rg,
                                     &self->answer.signal,
                                     &self->answer.mean,
                                     &inner->Cbar,
                                     &inner->Rq,
                                     &inner->R,
                                     &inner->aq,
                                     &inner->a,
                                     &inner->cov,
                                     &inner->noise,
                                     &inner->dots,
                                     &inner->bias};
    double sizes[ARRAYS];
    if (bytes < (double)(SIZE_MAX / 4)) /* pages are the system's until they are written to */
        inner->own = calloc((size_t)bytes, 1);
    if (!inner->own)
        return sgdl_fail_memory(error);
    list_sizes(self->setup, T, sizes);
    double *next = inner->own;
    for (size_t a = 0; a < ARRAYS; a++) {
        *arrays[a] = next;
        next += (size_t)sizes[a];
    }
    inner->panel = panel_row(T);
    inner->R_before = inner->R + N * T;
    inner->a_before = inner->a + N * L * self->setup->P;
    inner->memory = inner->dots + N * T;
    inner->bias_before = inner->bias + L;
    inner->bias_query = inner->bias_before + L;
    return SGDL_OK;
}

static size_t count_threads(const setup_t *setup)
{
    size_t threads = setup->plan->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#else
    threads = 1;
#endif
    return threads < setup->N ? threads : setup->N;
}

int node_side_init(node_side_t *self, const setup_t *setup, size_t steps, sgdl_error_t *error)
{
    *self = (node_side_t){.setup = setup, .T = steps};
    self->inner = calloc(1, sizeof *self->inner);
    if (!self->inner)
        return sgdl_fail_memory(error);
    int status = allocate(self, error);
    if (status != SGDL_OK)
        return status;
    const size_t kept = setup->N * setup->L * setup->P * sizeof(double);
    self->inner->threads = count_threads(setup);
    if (kept > 0) {
        memcpy(self->inner->a, setup->start, kept);
        memcpy(self->inner->a_before, setup->start, kept);
    }
    return SGDL_OK;
}

void node_side_free(node_side_t *self)
{
    if (self->inner)
        free(self->inner->own);
    free(self->inner);
    *self = (node_side_t){0};
}

static int threads_now(const node_side_t *self)
{
    const double t = (double)self->t, L = (double)self->setup->L, N = (double)self->setup->N;
    return L * L * N * t * t > WORTH ? (int)self->inner->threads : 1;
}

/* ---- a look ---------------------------------------------------------------------------------- */

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t a = 0; a < count; a++)
        sum += x[a] * y[a];
    return sum;
}

CLONES static void add(double factor, const double *restrict x, size_t count, double *restrict out)
{
    for (size_t j = 0; j < count; j++)
        out[j] += factor * x[j];
}

/* noise = Cbar_n row, row [t]. */
static void see_noise(const node_side_t *self, size_t n, const double *row)
{
    const struct node_side_inner *inner = self->inner;
    const size_t L = self->setup->L, T = self->T;
    const panel_blocks_t Cbar = {inner->Cbar + n * L * L * inner->panel, L, inner->panel};
    panel_blocks_times(&Cbar, self->t, row, T, inner->dots + n * T, inner->noise + n * L * L * T);
}

/* The rows of q = X_t + ahead (X_t - X_{t-1}) in node n, and its covariances with those before. */
static void look_at(const node_side_t *self, size_t n, double ahead)
{
    const struct node_side_inner *inner = self->inner;
    const size_t L = self->setup->L, P = self->setup->P, T = self->T, t = self->t;
    const double *R = inner->R + n * T, *before = inner->R_before + n * T;
    double *Rq = inner->Rq + n * inner->panel, *row = t > 0 ? Rq + panel_row(t - 1) : Rq;
    for (size_t j = 0; j < t; j++)
        row[j] = R[j] + ahead * (R[j] - before[j]);
    double *aq = inner->aq + n * (T + 1) * L * P, *latent = aq + t * L * P;
    const double *a = inner->a + n * L * P, *a_before = inner->a_before + n * L * P;
    for (size_t j = 0; j < L * P; j++)
        latent[j] = a[j] + ahead * (a[j] - a_before[j]);
    double *cov = inner->cov + n * (T + 1) * L * L, *dots = inner->dots + n * T;
    see_noise(self, n, row);
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++) {
            panel_dots(Rq, t, inner->noise + (n * L * L + l * L + k) * T, dots);
            for (size_t s = 0; s <= t; s++)
                cov[(s * L + l) * L + k] =
                    (s > 0 ? dots[s - 1] : 0) + dot(latent + l * P, aq + (s * L + k) * P, P);
        }
}

/* Sums over nodes, always in their order. */
static void sum_nodes(node_side_t *self, size_t i)
{
    const setup_t *setup = self->setup;
    const struct node_side_inner *inner = self->inner;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P, T = self->T, t = self->t;
    double *m = self->look.m + i * L, *B = self->look.B + i * (T + 1) * L * L,
           *rho = self->look.rho + i * T, *cross = self->look.cross + i * L * K;
    memcpy(m, inner->bias_query, L * sizeof *m);
    memset(B, 0, (t + 1) * L * L * sizeof *B);
    memset(rho, 0, t * sizeof *rho);
    for (size_t j = 0; j < L * K; j++)
        cross[j] = 0;
    for (size_t n = 0; n < setup->N; n++) {
        const double w = setup->weight[n], spread = w * setup->eigenvalue[n * C + i];
        const double *row = inner->Rq + n * inner->panel + (t > 0 ? panel_row(t - 1) : 0);
        add(spread, inner->cov + n * (T + 1) * L * L, (t + 1) * L * L, B);
        add(spread / setup->ratio, row, t, rho);
        for (size_t l = 0; l < L; l++) {
            const double *latent = inner->aq + ((n * (T + 1) + t) * L + l) * P;
            m[l] += w * dot(setup->mean + (n * C + i) * P, latent, P);
            for (size_t k = 0; k < K; k++)
                cross[l * K + k] += spread * dot(setup->signal + (n * K + k) * P, latent, P);
        }
    }
}

void node_side_look(node_side_t *self, double ahead)
{
    struct node_side_inner *inner = self->inner;
    const size_t N = self->setup->N;
    const int threads = threads_now(self);
    for (size_t l = 0; l < self->setup->L; l++)
        inner->bias_query[l] = inner->bias[l] + ahead * (inner->bias[l] - inner->bias_before[l]);
    if (threads > 1) {
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(threads)
#endif
        for (size_t n = 0; n < N; n++)
            look_at(self, n, ahead);
    } else {
        for (size_t n = 0; n < N; n++)
            look_at(self, n, ahead);
    }
    for (size_t i = 0; i < self->setup->C; i++)
        sum_nodes(self, i);
    inner->sees_state = ahead == 0;
}

/* ---- a step ---------------------------------------------------------------------------------- */

/* The new row of Cbar_n, and Rbar_n(t, .) in `memory`. */
static void take_answer(const node_side_t *self, size_t n)
{
    const setup_t *setup = self->setup;
    const struct node_side_inner *inner = self->inner;
    const size_t C = setup->C, L = setup->L, T = self->T, t = self->t;
    double *memory = inner->memory + n * (T + 1);
    memset(memory, 0, (t + 1) * sizeof *memory);
    for (size_t i = 0; i < C; i++) {
        const double share = setup->p[i] * setup->eigenvalue[n * C + i];
        const double *Cg = self->answer.Cg + i * (T + 1) * L * L;
        add(share, self->answer.Rg + i * (T + 1), t + 1, memory);
        for (size_t k = 0; k < L * L; k++) {
            double *row = inner->Cbar + (n * L * L + k) * inner->panel + panel_row(t);
            for (size_t s = 0; s <= t; s++)
                row[s] = (i > 0 ? row[s] : 0) + share / setup->ratio * Cg[s * L * L + k];
        }
    }
}

static void move_noise(const node_side_t *self, size_t n, const timeline_step_t *step)
{
    const struct node_side_inner *inner = self->inner;
    const size_t T = self->T, t = self->t;
    const double *Rq = inner->Rq + n * inner->panel, *row = Rq + (t > 0 ? panel_row(t - 1) : 0);
    const double *R = inner->R + n * T, *memory = inner->memory + n * (T + 1);
    const double ridge = self->setup->problem->ridge;
    double *next = inner->R_before + n * T, *gradient = inner->dots + n * T;
    for (size_t j = 0; j < t; j++)
        gradient[j] = ridge * row[j];
    panel_combine(Rq, t, memory + 1, gradient);
    gradient[t] = 1;
    for (size_t j = 0; j <= t; j++)
        next[j] = R[j] + step->momentum * (R[j] - next[j]) - step->rate * gradient[j];
}

static double latent_gradient(const node_side_t *self, size_t n, size_t l, size_t b)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P, T = self->T, t = self->t;
    const double *aq = self->inner->aq + n * (T + 1) * L * P + l * P + b;
    const double *memory = self->inner->memory + n * (T + 1);
    double sum = setup->problem->ridge * aq[t * L * P];
    for (size_t s = 0; s <= t; s++)
        sum += memory[s] * aq[s * L * P];
    for (size_t i = 0; i < C; i++) {
        double part = self->answer.mean[i * L + l] * setup->mean[(n * C + i) * P + b];
        for (size_t k = 0; k < K; k++)
            part += setup->eigenvalue[n * C + i] * self->answer.signal[(i * L + l) * K + k] *
                    setup->signal[(n * K + k) * P + b];
        sum += setup->p[i] * part;
    }
    return sum;
}

static void move(const node_side_t *self, size_t n, const timeline_step_t *step)
{
    const size_t L = self->setup->L, P = self->setup->P;
    const double *a = self->inner->a + n * L * P;
    double *next = self->inner->a_before + n * L * P;
    take_answer(self, n);
    move_noise(self, n, step);
    for (size_t j = 0; j < L * P; j++)
        next[j] = a[j] + step->momentum * (a[j] - next[j]) -
                  step->rate * latent_gradient(self, n, j / P, j % P);
}

static void move_bias(node_side_t *self, const timeline_step_t *step)
{
    struct node_side_inner *inner = self->inner;
    const setup_t *setup = self->setup;
    const double c = setup->problem->intercept;
    for (size_t l = 0; l < setup->L; l++) {
        double gradient = 0;
        for (size_t i = 0; i < setup->C; i++)
            gradient += setup->p[i] * self->answer.mean[i * setup->L + l];
        inner->bias_before[l] = inner->bias[l] +
                                step->momentum * (inner->bias[l] - inner->bias_before[l]) -
                                step->rate * c * c * gradient;
    }
}

static void swap(double **x, double **y)
{
    double *kept = *x;
    *x = *y;
    *y = kept;
}

void node_side_advance(node_side_t *self, const timeline_step_t *step)
{
    struct node_side_inner *inner = self->inner;
    const size_t N = self->setup->N;
    const int threads = threads_now(self);
    if (threads > 1) {
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(threads)
#endif
        for (size_t n = 0; n < N; n++)
            move(self, n, step);
    } else {
        for (size_t n = 0; n < N; n++)
            move(self, n, step);
    }
    move_bias(self, step);
    swap(&inner->R, &inner->R_before);
    swap(&inner->a, &inner->a_before);
    swap(&inner->bias, &inner->bias_before);
    inner->sees_state = false;
    self->t++;
}

/* ---- the state ------------------------------------------------------------------------------- */

/* Cov_n(X_t, X_t)_{lk}, its noise part being known as that of the last look or of see_noise. */
static double covariance(const node_side_t *self, size_t n, size_t l, size_t k)
{
    const struct node_side_inner *inner = self->inner;
    const size_t L = self->setup->L, P = self->setup->P, T = self->T;
    const double *a = inner->a + n * L * P;
    return dot(a + l * P, a + k * P, P) +
           panel_dot(inner->noise + (n * L * L + l * L + k) * T, inner->R + n * T, self->t);
}

static void see_means(const node_side_t *self, const layout_t *at, double *row)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P;
    for (size_t l = 0; l < L; l++) {
        row[at->bias + l] = self->inner->bias[l];
        for (size_t i = 0; i < C; i++)
            row[at->mean + i * L + l] = self->inner->bias[l];
    }
    for (size_t n = 0; n < setup->N; n++)
        for (size_t l = 0; l < L; l++) {
            const double *a = self->inner->a + (n * L + l) * P, w = setup->weight[n];
            for (size_t i = 0; i < C; i++)
                row[at->mean + i * L + l] += w * dot(setup->mean + (n * C + i) * P, a, P);
            for (size_t k = 0; k < K; k++) {
                const double overlap = w * dot(setup->signal + (n * K + k) * P, a, P);
                row[at->overlap + l * K + k] += overlap;
                for (size_t i = 0; i < C; i++)
                    row[at->cross + (i * L + l) * K + k] += setup->eigenvalue[n * C + i] * overlap;
            }
        }
}

void node_side_state(const node_side_t *self, double *row)
{
    const setup_t *setup = self->setup;
    const layout_t at = layout_of(setup);
    const size_t C = setup->C, L = setup->L;
    memset(row, 0, at.train_risk * sizeof *row);
    see_means(self, &at, row);
    for (size_t n = 0; n < setup->N; n++) {
        if (!self->inner->sees_state)
            see_noise(self, n, self->inner->R + n * self->T);
        for (size_t l = 0; l < L; l++)
            for (size_t k = l; k < L; k++) {
                const double moment = setup->weight[n] * covariance(self, n, l, k);
                row[at.norm2 + l] += k == l ? moment : 0;
                for (size_t i = 0; i < C; i++)
                    row[at.moment + i * setup->pairs + packed_index(L, l, k)] +=
                        setup->eigenvalue[n * C + i] * moment;
            }
    }
}
