/* Block-diagonal + low rank for losses whose outputs are coupled: rank C (L + P), P = L(L+1)/2.
 * A node's block maps, with the symmetric h_n and c_n of the right-hand side,
 *
 *     (I - h D)^-1 (r_A, r_S):   (I + h h_n) x_A = r_A
 *                                x_S + h (h_n x_S + x_S h_n) = r_S - h (c_n x_A^T + x_A c_n^T)
 *
 * and is inverted in h_n's eigenbasis (LAPACK). The columns of U are combinations of the responses
 * to unit changes of G_i, Hbar_i and Q_i.
 *
 * Derivatives of the averages, responses and the factors of T cost as much as many right-hand
 * sides: they are set up now and then (equation.h) and serve in between. Blocks alone are also the
 * preconditioner of GMRES. */
#include <string.h>

#include "src/theories/streaming/coupled.h"
#include "src/theories/streaming/newton.h"

enum { EIGEN_WORK = 64 };

/* What a setup keeps of one node. */
typedef struct frame {
    double *lambda, *mean; /* [C], [C*k] */
    double *A, *S;         /* of the state */
    double *c;             /* [L*k] */
    double *forth, *back;  /* [L*L] the eigenbasis in rows, and in columns */
    double *rate;          /* [L] eigenvalues of h_n */
} frame_t;

/* Of one thread. */
typedef struct scratch {
    coupled_node_t node;
    double *x_A, *x_S; /* [L*k], [L*L] what is solved for */
    double *turned;    /* [L*max(k, L)] */
    double *moved;     /* [rank] order parameters of one node */
    double *work;      /* [EIGEN_WORK*L] */
} scratch_t;

typedef struct layout {
    const sgdl_system_t *system;
    double *storage;
    size_t units, rank, frame, scratch; /* units of one class; doubles of a frame, of a scratch */
    double *frames;                     /* [N*frame] */
    double *scratches;                  /* [threads*scratch] */
    double *z;                          /* [rank] */
    double *change;                     /* [C*units] U z in terms of units */
    double *T;                          /* [rank*rank] column-major */
    double *response;                   /* [C*units*rank]: order parameters of (I - h D)^-1 unit */
    double *jacobian;                   /* [C*units*(L + P)] of the averages */
    double *h, *gamma;                  /* of the setup */
} layout_t;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static layout_t measure(const sgdl_system_t *system)
{
    const size_t C = system->C, L = system->L, P = system->pairs, k = system->k;
    return (layout_t){.system = system,
                      .units = L + 2 * P,
                      .rank = C * (L + P),
                      .frame = C + C * k + 2 * L * k + 3 * L * L + L,
                      .scratch = coupled_node_room(system) + L * k + L * L + L * larger(k, L) +
                                 larger(C * (L + P), 2 * P) + EIGEN_WORK * L};
}

static size_t blocks_room(const layout_t *self)
{
    return self->system->N * self->frame + self->system->threads * self->scratch + 2;
}

static size_t whole_room(const layout_t *self)
{
    const size_t C = self->system->C, columns = self->rank / C, units = self->units;
    return blocks_room(self) + self->rank * (1 + self->rank + C * units) +
           C * units * (1 + columns);
}

static layout_t lay_out(const newton_t *newton)
{
    layout_t self = measure(newton->system);
    const size_t C = self.system->C;
    self.storage = newton->storage;
    self.h = self.storage;
    self.gamma = self.h + 1;
    self.frames = self.gamma + 1;
    self.scratches = self.frames + self.system->N * self.frame;
    self.z = self.scratches + self.system->threads * self.scratch;
    self.change = self.z + self.rank;
    self.T = self.change + C * self.units;
    self.response = self.T + self.rank * self.rank;
    self.jacobian = self.response + C * self.units * self.rank;
    return self;
}

static frame_t frame_of(const layout_t *self, size_t n)
{
    const size_t C = self->system->C, L = self->system->L, k = self->system->k;
    frame_t out = {.lambda = self->frames + n * self->frame};
    out.mean = out.lambda + C;
    out.A = out.mean + C * k;
    out.S = out.A + L * k;
    out.c = out.S + L * L;
    out.forth = out.c + L * k;
    out.back = out.forth + L * L;
    out.rate = out.back + L * L;
    return out;
}

static scratch_t scratch_of(const layout_t *self, size_t thread)
{
    const sgdl_system_t *system = self->system;
    const size_t L = system->L, k = system->k;
    double *room = self->scratches + thread * self->scratch;
    scratch_t out = {.node = coupled_node_in(system, room)};
    out.x_A = room + coupled_node_room(system);
    out.x_S = out.x_A + L * k;
    out.turned = out.x_S + L * L;
    out.moved = out.turned + L * larger(k, L);
    out.work = out.moved + larger(self->rank, 2 * system->pairs);
    return out;
}

/* ---- one node's block ------------------------------------------------------------------------ */

/* h_n, c_n and the eigenbasis. */
static int set_frame(const layout_t *self, size_t n, const double *y, scratch_t *s)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C, L = system->L, k = system->k;
    const coupled_rows_t rows = coupled_rows(system);
    const lapack_int order = (lapack_int)L;
    frame_t f = frame_of(self, n);
    coupled_load_node(system, n, &s->node);
    coupled_set_terms(system, &rows, &s->node);
    memcpy(f.lambda, s->node.lambda, C * sizeof *f.lambda);
    memcpy(f.mean, s->node.mean, C * k * sizeof *f.mean);
    memcpy(f.c, s->node.c, L * k * sizeof *f.c);
    memcpy(f.forth, s->node.h, L * L * sizeof *f.forth);
    coupled_load(system, n, y, f.A, f.S);
    if (LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'U', order, f.forth, order, f.rate, s->work,
                           EIGEN_WORK * order) != 0)
        return 1;
    for (size_t a = 0; a < L; a++)
        for (size_t e = 0; e < L; e++)
            f.back[a * L + e] = f.forth[e * L + a];
    return 0;
}

/* out = a in, a [L*L]. */
static void turn(size_t L, size_t columns, const double *a, const double *in, double *out)
{
    memset(out, 0, L * columns * sizeof *out);
    coupled_multiply(L, L, columns, a, in, out);
}

/* Solves the block for x_A and x_S in place. */
static void solve_block(const layout_t *self, const frame_t *f, scratch_t *s)
{
    const size_t L = self->system->L, k = self->system->k;
    const double h = *self->h;
    double *x_A = s->x_A, *x_S = s->x_S;
    turn(L, k, f->forth, x_A, s->turned);
    for (size_t a = 0; a < L; a++)
        for (size_t j = 0; j < k; j++)
            s->turned[a * k + j] /= 1 + h * f->rate[a];
    turn(L, k, f->back, s->turned, x_A);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            const double sum =
                system_dot(f->c + a * k, x_A + b * k, k) + system_dot(f->c + b * k, x_A + a * k, k);
            x_S[a * L + b] -= h * sum;
            if (b > a)
                x_S[b * L + a] -= h * sum;
        }
    turn(L, L, f->forth, x_S, s->turned);
    turn(L, L, s->turned, f->back, x_S);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            x_S[a * L + b] /= 1 + h * (f->rate[a] + f->rate[b]);
    turn(L, L, f->back, x_S, s->turned);
    turn(L, L, s->turned, f->forth, x_S);
}

/* Order parameters of x_A and x_S at node n, into s->moved: i*(L + P) + (m_i, then packed B_i). */
static void set_moments(const layout_t *self, size_t n, const frame_t *f, scratch_t *s)
{
    const sgdl_system_t *system = self->system;
    const size_t L = system->L, k = system->k;
    const double w = system->nodes->weight[n];
    double *out = s->moved;
    for (size_t i = 0; i < system->C; i++) {
        for (size_t a = 0; a < L; a++)
            *out++ = w * system_dot(s->x_A + a * k, f->mean + i * k, k);
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                *out++ = w * f->lambda[i] * s->x_S[a * L + b];
    }
}

static void add(size_t count, double factor, const double *restrict x, double *restrict out)
{
    for (size_t e = 0; e < count; e++)
        out[e] += factor * x[e];
}

/* ---- setup ----------------------------------------------------------------------------------- */

/* The right-hand side's change when G_ia, times gamma p_i, changes by one. */
static void load_gradient(const layout_t *self, const frame_t *f, size_t i, size_t a, scratch_t *s)
{
    const size_t L = self->system->L, k = self->system->k;
    memset(s->x_A, 0, L * k * sizeof *s->x_A);
    memset(s->x_S, 0, L * L * sizeof *s->x_S);
    add(k, -1, f->mean + i * k, s->x_A + a * k);
    for (size_t b = 0; b < L; b++) {
        const double change = system_dot(f->mean + i * k, f->A + b * k, k);
        s->x_S[a * L + b] -= change;
        s->x_S[b * L + a] -= change;
    }
}

/* The same of one pair of Hbar, or (noise) of Q, of a class with eigenvalue one. */
static void load_pair(const layout_t *self, const frame_t *f, size_t p, bool noise, scratch_t *s)
{
    const size_t L = self->system->L, k = self->system->k;
    size_t a = 0;
    memset(s->x_A, 0, L * k * sizeof *s->x_A);
    memset(s->x_S, 0, L * L * sizeof *s->x_S);
    while (p >= L - a) /* row a of the packed triangle has L - a entries */
        p -= L - a++;
    const size_t b = a + p;
    if (noise)
        s->x_S[a * L + b] = s->x_S[b * L + a] = 1;
    for (int swap = 0; swap < (a == b ? 1 : 2) && !noise; swap++) {
        const size_t row = swap ? b : a, from = swap ? a : b;
        add(k, -1, f->A + from * k, s->x_A + row * k);
        for (size_t e = 0; e < L; e++) {
            s->x_S[row * L + e] -= f->S[from * L + e];
            s->x_S[e * L + row] -= f->S[from * L + e];
        }
    }
}

/* W^T (I - h D)^-1 of output a of G_i. */
static void respond_gradient(const layout_t *self, size_t i, size_t a, scratch_t *s)
{
    double *response = self->response + (i * self->units + a) * self->rank;
    memset(response, 0, self->rank * sizeof *response);
    for (size_t n = 0; n < self->system->N; n++) {
        const frame_t f = frame_of(self, n);
        load_gradient(self, &f, i, a, s);
        solve_block(self, &f, s);
        set_moments(self, n, &f, s);
        add(self->rank, 1, s->moved, response);
    }
    /* The bias is a node with lambda = 0: it answers to G alone and adds to every m. */
    const double c = self->system->problem->intercept;
    for (size_t l = 0; l < self->system->C && self->system->intercept; l++)
        response[l * (self->rank / self->system->C) + a] -= c * c;
}

/* The same of unit u of Hbar and Q, of all classes. */
static void respond_pair(const layout_t *self, size_t u, scratch_t *s)
{
    const size_t C = self->system->C, L = self->system->L, P = self->system->pairs;
    for (size_t i = 0; i < C; i++)
        memset(self->response + (i * self->units + L + u) * self->rank, 0,
               self->rank * sizeof *self->response);
    for (size_t n = 0; n < self->system->N; n++) {
        const frame_t f = frame_of(self, n);
        load_pair(self, &f, u % P, u >= P, s);
        solve_block(self, &f, s);
        set_moments(self, n, &f, s);
        for (size_t i = 0; i < C; i++)
            add(self->rank, f.lambda[i], s->moved,
                self->response + (i * self->units + L + u) * self->rank);
    }
}

/* gamma p_i dG, gamma p_i dHbar, gamma^2/b p_i dQ: the scale of unit `unit`. */
static double unit_scale(const layout_t *self, size_t i, size_t unit)
{
    const sgdl_system_t *system = self->system;
    const double rate = *self->gamma * system->problem->weight[i];
    return unit < system->L + system->pairs ? rate : rate * *self->gamma / system->problem->batch;
}

/* Column c of class i of T = I - h response (d units / d z). */
static void assemble_column(const layout_t *self, size_t i, size_t c)
{
    const size_t columns = self->rank / self->system->C, at = i * columns + c;
    const double *jacobian = self->jacobian + i * self->units * columns + c;
    double *out = self->T + at * self->rank;
    memset(out, 0, self->rank * sizeof *out);
    for (size_t u = 0; u < self->units; u++)
        add(self->rank, -*self->h * unit_scale(self, i, u) * jacobian[u * columns],
            self->response + (i * self->units + u) * self->rank, out);
    out[at] += 1;
}

static bool is_stopped(const layout_t *self) { return system_interrupted(self->system); }

static int set_frames(const layout_t *self, const double *y)
{
    scratch_t s = scratch_of(self, 0);
    for (size_t n = 0; n < self->system->N; n++)
        if (is_stopped(self) || set_frame(self, n, y, &s))
            return 1;
    return 0;
}

/* One unit, or one column of T, a task: whatever the threads, the same sums. */
static void respond(const void *context, size_t u, size_t thread)
{
    const layout_t *self = context;
    const size_t C = self->system->C, L = self->system->L;
    scratch_t s = scratch_of(self, thread);
    if (is_stopped(self))
        return;
    if (u < C * L)
        respond_gradient(self, u / L, u % L, &s);
    else
        respond_pair(self, u - C * L, &s);
}

static void assemble(const void *context, size_t column, size_t thread)
{
    (void)thread;
    const layout_t *self = context;
    const size_t columns = self->rank / self->system->C;
    assemble_column(self, column / columns, column % columns);
}

static int setup(newton_t *newton, const double *y, double h, bool renew)
{
    const layout_t self = lay_out(newton);
    *self.h = h;
    *self.gamma = self.system->gamma;
    if (renew)
        system_differentiate(self.system, self.jacobian);
    if (set_frames(&self, y))
        return 1;
    system_share(self.system, self.system->C * self.system->L + 2 * self.system->pairs, respond,
                 &self);
    system_share(self.system, self.rank, assemble, &self);
    return is_stopped(&self) || newton_factor(newton, self.T, self.rank, newton->pivot);
}

/* ---- solve ----------------------------------------------------------------------------------- */

/* z = W^T (I - h D)^-1 b. */
static int reduce(const layout_t *self, const double *b)
{
    const sgdl_system_t *system = self->system;
    scratch_t s = scratch_of(self, 0);
    memset(self->z, 0, self->rank * sizeof *self->z);
    for (size_t n = 0; n < system->N; n++) {
        if (is_stopped(self))
            return 1;
        const frame_t f = frame_of(self, n);
        coupled_load(system, n, b, s.x_A, s.x_S);
        solve_block(self, &f, &s);
        set_moments(self, n, &f, &s);
        add(self->rank, 1, s.moved, self->z);
    }
    for (size_t i = 0; i < system->C && system->intercept; i++)
        add(system->L, 1, b + system->bias, self->z + i * (self->rank / system->C));
    return 0;
}

/* Per unit, what (dm_i, dB_i) = z make of it. */
static void set_change(const layout_t *self)
{
    const size_t columns = self->rank / self->system->C;
    for (size_t i = 0; i < self->system->C; i++)
        for (size_t u = 0; u < self->units; u++)
            self->change[i * self->units + u] =
                unit_scale(self, i, u) *
                system_dot(self->jacobian + (i * self->units + u) * columns, self->z + i * columns,
                           columns);
}

/* h, c and q of the node in s: h times the change of its terms. */
static void load_change(const layout_t *self, const frame_t *f, scratch_t *s)
{
    const size_t L = self->system->L, P = self->system->pairs, k = self->system->k;
    coupled_node_t *node = &s->node;
    double *pairs = s->moved; /* of Hbar, then of Q */
    memset(node->c, 0, L * k * sizeof *node->c);
    memset(pairs, 0, 2 * P * sizeof *pairs);
    for (size_t i = 0; i < self->system->C; i++) {
        const double *change = self->change + i * self->units;
        coupled_multiply(L, 1, k, change, f->mean + i * k, node->c);
        add(2 * P, f->lambda[i], change + L, pairs);
    }
    memcpy(node->q, pairs + P, P * sizeof *node->q);
    for (size_t a = 0, p = 0; a < L; a++)
        for (size_t b = a; b < L; b++, p++)
            node->h[a * L + b] = node->h[b * L + a] = pairs[p];
    memcpy(node->A, f->A, L * k * sizeof *node->A);
    memcpy(node->S, f->S, L * L * sizeof *node->S);
}

/* x = (I - h D)^-1 (b + h U z). */
static int expand(const layout_t *self, const double *b, bool change, double *x)
{
    const sgdl_system_t *system = self->system;
    const size_t L = system->L, k = system->k;
    const double h = *self->h, intercept = system->problem->intercept;
    scratch_t s = scratch_of(self, 0);
    for (size_t n = 0; n < system->N; n++) {
        if (is_stopped(self))
            return 1;
        const frame_t f = frame_of(self, n);
        coupled_load(system, n, b, s.x_A, s.x_S);
        if (change) {
            load_change(self, &f, &s);
            coupled_apply(system, &s.node);
            for (size_t e = 0; e < L * k; e++)
                s.x_A[e] -= h * (s.node.c[e] + s.node.hA[e]);
            for (size_t a = 0; a < L; a++)
                for (size_t e = 0; e < L; e++)
                    s.x_S[a * L + e] += h * (s.node.q[packed_pair(L, a, e)] -
                                             (s.node.M[a * L + e] + s.node.M[e * L + a]));
        }
        solve_block(self, &f, &s);
        coupled_store(system, n, s.x_A, s.x_S, x);
    }
    for (size_t a = 0; a < L && system->intercept; a++) {
        x[system->bias + a] = b[system->bias + a];
        for (size_t i = 0; i < system->C && change; i++)
            x[system->bias + a] -= h * intercept * intercept * self->change[i * self->units + a];
    }
    return 0;
}

static int solve(newton_t *newton, const double *y, double h, const double *b, double *x)
{
    const layout_t self = lay_out(newton);
    (void)y, (void)h; /* those of the setup */
    if (reduce(&self, b))
        return 1;
    linear_backsolve(self.rank, self.T, newton->pivot, self.z);
    set_change(&self);
    return expand(&self, b, true, x);
}

int newton_init_coupled(newton_t *self, sgdl_error_t *error)
{
    const layout_t sizes = measure(self->system);
    self->setup = setup;
    self->solve = solve;
    return newton_allocate(self, whole_room(&sizes), sizes.rank, error);
}

/* ---- the preconditioner ---------------------------------------------------------------------- */

static int setup_blocks(newton_t *newton, const double *y, double h, bool renew)
{
    const layout_t self = lay_out(newton);
    (void)renew;
    *self.h = h;
    return set_frames(&self, y);
}

static int solve_blocks(newton_t *newton, const double *y, double h, const double *b, double *x)
{
    const layout_t self = lay_out(newton);
    (void)y, (void)h; /* those of the setup */
    return expand(&self, b, false, x);
}

int newton_init_blocks(newton_t *self, sgdl_error_t *error)
{
    const layout_t sizes = measure(self->system);
    self->setup = setup_blocks;
    self->solve = solve_blocks;
    return newton_allocate(self, blocks_room(&sizes), 0, error);
}
