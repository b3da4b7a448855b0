/* Block-diagonal + low rank for the equations of single.h: rank 2C, or 3C with a signal. With
 * M = h f e_x^T + M_0, a node's block maps
 *
 *     (I - h D)^-1 (r_A, r_S):   (I - h M) x_A = r_A
 *                                x_S - h (M x_S + x_S M^T) = r_S + h sym(f (x) (x_A c))
 *
 * where sym(f (x) s)_pq = f_p s_q + f_q s_p. The columns of U are combinations of four vectors a
 * class, each of the form (f (x) a, sym(f (x) s)):
 *
 *     of G     a = N_i             s = A N_i
 *     of Hbar  a = lambda_i A_x    s = lambda_i S_x
 *     of Q     a = 0               s = lambda_i f/2
 *     of J     a = lambda_i N_*    s = lambda_i A N_*
 *
 * Of what the block makes of them order parameters see x_A,x = phi_x a, phi = (I - h M)^-1 f, and
 * x_S,xx = tau . (s + h phi (a . c)), tau being what row xx of the second inverse makes of
 * sym(f (x) .). */
#include <string.h>

#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/single.h"

typedef struct scratch {
    double *T;        /* [rank*rank] column-major */
    double *z;        /* [rank] m of all classes, then B, then cross */
    double *response; /* [4*C*rank] of the four vectors of every class: order parameters */
    double *change;   /* [4*C] differentials of the rows of coefficients */
    double *gram;     /* [R*R] N_i . N_l at one node, the signal last */
    double *row_A;    /* [2*R] A_p . N_i */
    double *row_c;    /* [R] c . N_i */
    double *x_A;      /* [2*k] of one node */
} scratch_t;

/* One solve: x = (I - h J)^-1 b at the state y. */
typedef struct task {
    const sgdl_system_t *system;
    scratch_t scratch;
    double h;
    const double *y, *b;
    double *x;
    const single_rows_t *changes; /* of the terms, which U z makes; NULL: none */
} task_t;

static size_t rank_of(const sgdl_system_t *system)
{
    return (system->has_signal ? 3 : 2) * system->C;
}

static scratch_t lay_out(const newton_t *self)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C, R = system->nodes->classes, rank = rank_of(system);
    scratch_t s = {.T = self->storage};
    s.z = s.T + rank * rank;
    s.response = s.z + rank;
    s.change = s.response + SINGLE_ROWS * C * rank;
    s.gram = s.change + SINGLE_ROWS * C;
    s.row_A = s.gram + R * R;
    s.row_c = s.row_A + 2 * R;
    s.x_A = s.row_c + R;
    return s;
}

/* ---- one node's block ------------------------------------------------------------------------ */

typedef struct block {
    double inverse[2][2]; /* (I - h M)^-1 */
    double second[3][3];  /* that of x_S, on (xx, xv, vv) */
    double phi[2], tau[2];
} block_t;

typedef struct local {
    size_t n;
    single_terms_t terms;
    block_t block;
} local_t;

/* Both inverses by cofactors: M_xx, M_vv <= 0 and M_xv M_vx <= 0, so that nothing cancels. */
static block_t invert(const sgdl_system_t *system, double hbar, double h)
{
    const bool heavy = system->parts == 2;
    const double xx = -system->gamma * hbar, xv = -system->push;
    const double vx = system->push * hbar, vv = heavy ? -system->damping : 0;
    const double determinant = (1 - h * xx) * (1 - h * vv) - h * h * xv * vx;
    const double a = 1 - 2 * h * xx, b = 1 - h * (xx + vv), c = 1 - 2 * h * vv;
    const double ab = -2 * h * xv, ba = -h * vx, bc = -h * xv, cb = -2 * h * vx;
    const double whole = a * (b * c - bc * cb) - ab * ba * c;
    block_t out = {
        .inverse = {{(1 - h * vv) / determinant, h * xv / determinant},
                    {h * vx / determinant, (1 - h * xx) / determinant}},
        .second = {{(b * c - bc * cb) / whole, -ab * c / whole, ab * bc / whole},
                   {-ba * c / whole, a * c / whole, -a * bc / whole},
                   {ba * cb / whole, -a * cb / whole, (a * b - ab * ba) / whole}},
    };
    double f[2];
    single_push(system, f);
    for (size_t p = 0; p < 2; p++)
        out.phi[p] = out.inverse[p][0] * f[0] + out.inverse[p][1] * f[1];
    out.tau[0] = 2 * out.second[0][0] * f[0] + out.second[0][1] * f[1];
    out.tau[1] = out.second[0][1] * f[0] + 2 * out.second[0][2] * f[1];
    return out;
}

static local_t place_of(const task_t *task, size_t n)
{
    const single_rows_t rows = single_rows(task->system);
    local_t out = {.n = n, .terms = single_gather(task->system, n, &rows, 0)};
    out.block = invert(task->system, out.terms.h, task->h);
    return out;
}

/* x_A [2*k] of r_A in `b`, where r_A has f (x) force added if there is one. */
static void solve_first(const sgdl_system_t *system, size_t n, const block_t *block,
                        const double *b, const double *force, double *x_A)
{
    const size_t k = system->k;
    for (size_t j = 0; j < k; j++) {
        const double x = b[single_A(system, 0, j, n)];
        const double v = system->parts == 2 ? b[single_A(system, 1, j, n)] : 0;
        for (size_t p = 0; p < 2; p++)
            x_A[p * k + j] = block->inverse[p][0] * x + block->inverse[p][1] * v +
                             (force ? block->phi[p] * force[j] : 0);
    }
}

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t e = 0; e < count; e++)
        sum += x[e] * y[e];
    return sum;
}

/* r_S of b and sym(f (x) s) of it: (xx, xv, vv). */
static void load_second(const sgdl_system_t *system, size_t n, const double *b, const double s[2],
                        double r[3])
{
    double f[2];
    single_push(system, f);
    r[0] = b[single_S(system, 0, 0, n)] + 2 * f[0] * s[0];
    r[1] = r[2] = 0;
    if (system->parts == 1)
        return;
    r[1] = b[single_S(system, 0, 1, n)] + f[0] * s[1] + f[1] * s[0];
    r[2] = b[single_S(system, 1, 1, n)] + 2 * f[1] * s[1];
}

/* ---- the small system ------------------------------------------------------------------------ */

static void set_dots(const task_t *task, const local_t *at)
{
    const sgdl_system_t *system = task->system;
    const scratch_t *s = &task->scratch;
    const double *y = task->y, *c = at->terms.c;
    const size_t n = at->n;
    const size_t R = system->nodes->classes, k = system->k, N = system->N;
    const double *mean = system->nodes->mean + n;
    memset(s->gram, 0, (R * R + 3 * R) * sizeof *s->gram);
    for (size_t i = 0; i < R; i++)
        for (size_t j = 0; j < k; j++) {
            const double each = mean[(i * k + j) * N];
            for (size_t p = 0; p < system->parts; p++)
                s->row_A[p * R + i] += each * y[single_A(system, p, j, n)];
            s->row_c[i] += each * c[j];
            for (size_t l = 0; l < R; l++)
                s->gram[i * R + l] += each * mean[(l * k + j) * N];
        }
}

/* Adds the order parameters of b. */
static void reduce_given(const task_t *task, const local_t *at)
{
    const sgdl_system_t *system = task->system;
    const scratch_t *s = &task->scratch;
    const size_t n = at->n;
    const size_t C = system->C, k = system->k, N = system->N;
    const double w = system->nodes->weight[n], *lambda = system->nodes->eigenvalue + n;
    const double *mean = system->nodes->mean + n;
    double cx[2], r[3];
    solve_first(system, n, &at->block, task->b, NULL, s->x_A);
    for (size_t p = 0; p < 2; p++)
        cx[p] = task->h * dot(at->terms.c, s->x_A + p * k, k);
    load_second(system, n, task->b, cx, r);
    const double xx = dot(at->block.second[0], r, 3);
    for (size_t l = 0; l < C; l++) {
        for (size_t j = 0; j < k; j++)
            s->z[l] += w * mean[(l * k + j) * N] * s->x_A[j];
        s->z[C + l] += w * lambda[l * N] * xx;
        for (size_t j = 0; j < k && system->has_signal; j++)
            s->z[2 * C + l] += w * lambda[l * N] * mean[(C * k + j) * N] * s->x_A[j];
    }
}

/* Adds the order parameters of (f (x) a, sym(f (x) s)) to `out` [rank], a given by its products
 * with the means, weight w included. Many parameters: the vector by what is seen of it. */
static void add_response(const sgdl_system_t *system, size_t n, const double *a_N, double first,
                         double second, double *out)
{
    const size_t C = system->C, N = system->N;
    const double *lambda = system->nodes->eigenvalue + n;
    for (size_t l = 0; l < C; l++) {
        out[l] += first * a_N[l];
        out[C + l] += second * lambda[l * N];
        if (system->has_signal)
            out[2 * C + l] += first * lambda[l * N] * a_N[C];
    }
}

/* Adds those of the four vectors of every class. */
static void reduce_vectors(const task_t *task, const local_t *at)
{
    const sgdl_system_t *system = task->system;
    const scratch_t *s = &task->scratch;
    const double *y = task->y;
    const size_t n = at->n;
    const size_t C = system->C, R = system->nodes->classes, rank = rank_of(system);
    const double w = system->nodes->weight[n], *lambda = system->nodes->eigenvalue + n;
    const double *tau = at->block.tau, first = w * at->block.phi[0];
    const double along_c = task->h * (tau[0] * at->block.phi[0] + tau[1] * at->block.phi[1]);
    const double Ac = single_dot(system, y, 0, n, at->terms.c);
    const double S_x = tau[0] * y[single_S(system, 0, 0, n)] +
                       (system->parts == 2 ? tau[1] * y[single_S(system, 0, 1, n)] : 0);
    double f[2];
    single_push(system, f);
    const double of_Q = (tau[0] * f[0] + tau[1] * f[1]) / 2;
    for (size_t i = 0; i < C; i++) {
        const double each = lambda[i * system->N];
        double *out = s->response + i * rank;
        const double of_G = tau[0] * s->row_A[i] + tau[1] * s->row_A[R + i] + along_c * s->row_c[i];
        add_response(system, n, s->gram + i * R, first, w * of_G, out);
        out += C * rank;
        add_response(system, n, s->row_A, each * first, each * w * (S_x + along_c * Ac), out);
        out += C * rank;
        for (size_t l = 0; l < C; l++)
            out[C + l] += each * w * of_Q * lambda[l * system->N];
        if (!system->has_signal)
            continue;
        out += C * rank;
        const double of_J = tau[0] * s->row_A[C] + tau[1] * s->row_A[R + C] + along_c * s->row_c[C];
        add_response(system, n, s->gram + C * R, each * first, each * w * of_J, out);
    }
}

/* The bias is a node with lambda = 0 that answers to G alone and adds to every m. */
static void reduce_bias(const task_t *task)
{
    const sgdl_system_t *system = task->system;
    const scratch_t *s = &task->scratch;
    const double *b = task->b;
    const size_t C = system->C, rank = rank_of(system);
    const double c = system->problem->intercept;
    if (!system->intercept)
        return;
    const block_t block = invert(system, 0, task->h);
    const double x = block.inverse[0][0] * b[system->bias] +
                     (system->parts == 2 ? block.inverse[0][1] * b[system->bias + 1] : 0);
    for (size_t l = 0; l < C; l++) {
        s->z[l] += x;
        for (size_t i = 0; i < C; i++)
            s->response[i * rank + l] += c * c * block.phi[0];
    }
}

/* T = I - h response (d rows / d z). */
static void assemble(const sgdl_system_t *system, double h, const scratch_t *s)
{
    const size_t C = system->C, rank = rank_of(system), rows = system->has_signal ? 4 : 3;
    for (size_t i = 0; i < C; i++)
        for (size_t e = 0; e * C < rank; e++) {
            const double unit[3] = {e == 0, e == 1, e == 2};
            double *column = s->T + (e * C + i) * rank, change[SINGLE_ROWS];
            single_differentiate(system, i, unit, change);
            memset(column, 0, rank * sizeof *column);
            for (size_t u = 0; u < rows; u++) {
                const double *response = s->response + (u * C + i) * rank;
                for (size_t row = 0; row < rank; row++)
                    column[row] -= h * change[u] * response[row];
            }
            column[e * C + i] += 1;
        }
}

/* ---- the solve ------------------------------------------------------------------------------- */

static bool is_stopped(const sgdl_system_t *system, size_t n)
{
    return n % SYSTEM_CHUNK == 0 && system_interrupted(system);
}

/* x = (I - h D)^-1 (b + h U z) of node n, the change of whose terms U z makes; NULL: b alone. */
static void expand_node(const task_t *task, size_t n)
{
    const sgdl_system_t *system = task->system;
    const scratch_t *s = &task->scratch;
    const size_t k = system->k;
    const local_t at = place_of(task, n);
    double *force = s->x_A + 2 * k, moved[2] = {0}, r[3];
    memset(force, 0, k * sizeof *force);
    if (task->changes) {
        const single_terms_t change = single_gather(system, n, task->changes, 1);
        single_add_change(system, n, &change, task->y, force, moved);
    }
    for (size_t j = 0; j < k; j++)
        force[j] *= task->h;
    solve_first(system, n, &at.block, task->b, force, s->x_A);
    for (size_t p = 0; p < 2; p++)
        moved[p] = task->h * (moved[p] + dot(at.terms.c, s->x_A + p * k, k));
    load_second(system, n, task->b, moved, r);
    for (size_t p = 0; p < system->parts; p++) {
        for (size_t j = 0; j < k; j++)
            task->x[single_A(system, p, j, n)] = s->x_A[p * k + j];
        for (size_t q = p; q < system->parts; q++)
            task->x[single_S(system, p, q, n)] = dot(at.block.second[p + q], r, 3);
    }
}

static void expand_bias(const task_t *task)
{
    const sgdl_system_t *system = task->system;
    const double c = system->problem->intercept, *b = task->b + system->bias;
    double *x = task->x + system->bias, force = 0;
    if (!system->intercept)
        return;
    const block_t block = invert(system, 0, task->h);
    for (size_t i = 0; i < system->C && task->changes; i++)
        force += task->changes->G[i];
    for (size_t p = 0; p < system->parts; p++) {
        x[p] = task->h * c * c * block.phi[p] * force;
        for (size_t q = 0; q < system->parts; q++)
            x[p] += block.inverse[p][q] * b[q];
    }
}

static int expand(const task_t *task)
{
    for (size_t n = 0; n < task->system->N; n++) {
        if (is_stopped(task->system, n))
            return 1;
        expand_node(task, n);
    }
    expand_bias(task);
    return 0;
}

/* Of the order parameters z the changes of the rows of coefficients. */
static single_rows_t change_of(const sgdl_system_t *system, const scratch_t *s)
{
    const size_t C = system->C;
    for (size_t i = 0; i < C; i++) {
        const double z[3] = {s->z[i], s->z[C + i], system->has_signal ? s->z[2 * C + i] : 0};
        double change[SINGLE_ROWS];
        single_differentiate(system, i, z, change);
        for (size_t u = 0; u < SINGLE_ROWS; u++)
            s->change[u * C + i] = change[u];
    }
    return (single_rows_t){
        .G = s->change, .H = s->change + C, .Q = s->change + 2 * C, .J = s->change + 3 * C};
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    const size_t rank = rank_of(system);
    task_t task = {.system = system, .scratch = lay_out(self), .h = h, .y = y, .b = b, .x = x};
    const scratch_t *s = &task.scratch;
    memset(s->z, 0, rank * (1 + SINGLE_ROWS * system->C) * sizeof *s->z);
    for (size_t n = 0; n < system->N; n++) {
        if (is_stopped(system, n))
            return 1;
        const local_t at = place_of(&task, n);
        set_dots(&task, &at);
        reduce_given(&task, &at);
        reduce_vectors(&task, &at);
    }
    reduce_bias(&task);
    assemble(system, h, s);
    if (newton_factor(self, s->T, rank, self->pivot))
        return 1;
    linear_backsolve(rank, s->T, self->pivot, s->z);
    const single_rows_t changes = change_of(system, s);
    task.changes = &changes;
    return expand(&task);
}

/* The preconditioner of GMRES. */
static int solve_blocks(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const task_t task = {
        .system = self->system, .scratch = lay_out(self), .h = h, .y = y, .b = b, .x = x};
    return expand(&task);
}

int newton_init_single(newton_t *self, bool blocks_only, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C, R = system->nodes->classes, rank = rank_of(system);
    self->solve = blocks_only ? solve_blocks : solve;
    return newton_allocate(
        self, rank * (rank + 1 + SINGLE_ROWS * C) + SINGLE_ROWS * C + R * R + 3 * R + 3 * system->k,
        rank, error);
}
