/* Classes that can be exchanged: which they are, and that the averages of one are those of all. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/system.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ISO "covariance: {family: isotropic}"
#define GAUSSIAN "mean: {family: gaussian}"

enum { MOST = 8, PAIRS = MOST * (MOST + 1) / 2 };

/* f = (r - y)^T M (r - y)/2 with M = 1 + 0.3 off the diagonal: coupled, and alike in all outputs.
 */
static double M(size_t a, size_t b) { return a == b ? 1 : 0.3; }

/* Row a of M x. */
static double times(size_t L, const double *x, size_t a)
{
    double sum = 0;
    for (size_t b = 0; b < L; b++)
        sum += M(a, b) * x[b];
    return sum;
}

static double times_B(size_t L, const double *B, size_t a, size_t b)
{
    double sum = 0;
    for (size_t e = 0; e < L; e++)
        for (size_t f = 0; f < L; f++)
            sum += M(a, e) * B[packed_pair(L, e, f)] * M(f, b);
    return sum;
}

static void average(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out)
{
    const size_t L = targets->outputs, P = pairs, columns = L + P;
    const double *y = targets->target + label * L;
    double d[MOST], unwanted[(MOST + 2 * PAIRS) * (MOST + PAIRS)];
    double *const jacobian = out->jacobian ? out->jacobian : unwanted;
    for (size_t a = 0; a < L; a++)
        d[a] = m[a] - y[a];
    out->risk = out->estimate = 0;
    memset(jacobian, 0, (L + 2 * P) * columns * sizeof *jacobian);
    for (size_t a = 0, p = 0; a < L; a++) {
        out->G[a] = times(L, d, a);
        out->risk += d[a] * out->G[a] / 2;
        for (size_t b = 0; b < L; b++)
            jacobian[a * columns + b] = M(a, b);
        for (size_t b = a; b < L; b++, p++) {
            double *row = jacobian + (L + P + p) * columns;
            out->H[p] = M(a, b);
            out->Q[p] = times_B(L, B, a, b) + times(L, d, a) * times(L, d, b);
            out->risk += (a == b ? 0.5 : 1) * M(a, b) * B[p];
            for (size_t e = 0; e < L; e++)
                row[e] = M(a, e) * times(L, d, b) + times(L, d, a) * M(e, b);
            for (size_t e = 0, q = 0; e < L; e++)
                for (size_t f = e; f < L; f++, q++)
                    row[L + q] = M(a, e) * M(f, b) + (e == f ? 0 : M(a, f) * M(e, b));
        }
    }
}

static const sgdl_loss_t coupled = {.name = "coupled and symmetric",
                                    .help = "for tests",
                                    .one_hot = true,
                                    .only_one_hot = true,
                                    .hessian_max = 10,
                                    .average = average};

typedef struct fixture {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
} fixture_t;

static void fixture_init(fixture_t *self, const char *text, bool is_coupled)
{
    sgdl_error_t error = {0};
    self->problem = parse_problem(text);
    if (is_coupled)
        self->problem->loss = &coupled;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    const sgdl_quadrature_t quadrature = {.accuracy = 1e-4, .reach = 10, .refine = 1};
    const rate_source_t source = rate_source_of(self->problem->learning_rate, 1);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

static void fixture_free(fixture_t *self)
{
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

static void check_leaders(const char *text, const size_t *leader)
{
    fixture_t fixture;
    fixture_init(&fixture, text, false);
    for (size_t i = 0; i < fixture.system.C; i++)
        if (fixture.system.exchange.leader[i] != leader[i])
            fail_msg("%s\nclass %zu: leader %zu, expected %zu", text, i + 1,
                     fixture.system.exchange.leader[i] + 1, leader[i] + 1);
    fixture_free(&fixture);
}

#define ONE_HOT "{loss: least-squares, encoding: one-hot, "
#define FOUR(a, b, c, d)                                                                           \
    "classes: [{label: 1, " a "}, {label: 2, " b "}, {label: 3, " c "}, {label: 4, " d "}]}"

static void groups_are_of_equal_classes(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t leader[4];
    } cases[] = {
        {ONE_HOT FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN, GAUSSIAN), {0, 0, 0, 0}},
        {ONE_HOT "label_noise: 0.1, intercept: 1, start: {norm2: 2}, " FOUR(GAUSSIAN, GAUSSIAN,
                                                                            GAUSSIAN, GAUSSIAN),
         {0, 0, 0, 0}},
        /* a draw at finite d; profiles and classes without a mean are the same at any */
        {ONE_HOT "dimension: 20, " FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN, GAUSSIAN), {0, 1, 2, 3}},
        {ONE_HOT "dimension: 20, " FOUR("mean: {family: zero}", "mean: {family: constant}",
                                        "mean: {family: zero}", "mean: {family: constant}"),
         {0, 1, 0, 1}},
        {ONE_HOT FOUR(GAUSSIAN, "mean: {family: gaussian, scale: 2}", GAUSSIAN,
                      "mean: {family: gaussian, 'on': [0, 0.5]}"),
         {0, 1, 0, 3}},
        {ONE_HOT FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN ", covariance: {family: isotropic, scale: 2}",
                      GAUSSIAN),
         {0, 0, 2, 0}},
        {ONE_HOT FOUR("weight: 0.4, " GAUSSIAN, "weight: 0.2, " GAUSSIAN, "weight: 0.2, " GAUSSIAN,
                      "weight: 0.2, " GAUSSIAN),
         {0, 1, 1, 1}},
        /* means that others are stated by, labels that others have */
        {ONE_HOT FOUR(GAUSSIAN, GAUSSIAN, "mean: {family: opposite, of: 1}", GAUSSIAN),
         {0, 1, 2, 1}},
        {ONE_HOT "classes: [{label: 1, " GAUSSIAN "}, {label: 2, " GAUSSIAN
                 "}, {label: 3, " GAUSSIAN "}, {label: 1, " GAUSSIAN "}]}",
         {0, 1, 1, 3}},
        /* one output: nothing to exchange it with */
        {"{loss: least-squares, " FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN, GAUSSIAN), {0, 1, 2, 3}},
    };
    for (size_t c = 0; c < COUNT(cases); c++)
        check_leaders(cases[c].text, cases[c].leader);
}

static void assert_same(size_t count, const double *found, const double *expected, const char *what)
{
    for (size_t e = 0; e < count; e++)
        assert_close(found[e], expected[e], 1e-13, 1e-12, what);
}

/* All of average i against what the loss itself says. */
static void compare(const sgdl_system_t *system, size_t i, const sgdl_averages_t *found)
{
    const sgdl_averages_t *plain = &system->average[i];
    const size_t L = system->L, P = system->pairs;
    assert_close(found->risk, plain->risk, 1e-13, 1e-12, "risk");
    assert_same(L, found->G, plain->G, "G");
    assert_same(system->coupled ? P : L, found->H, plain->H, "H");
    assert_same(P, found->Q, plain->Q, "Q");
    if (!system->coupled)
        assert_same(L, found->Q_m, plain->Q_m, "Q_m");
}

/* Those of every class by itself, and of leaders, at the state averaged last. */
static void compare_jacobians(sgdl_system_t *system, const size_t *leader)
{
    const size_t size = system_jacobian_size(system);
    double *plain = calloc((system->C + 1) * size, sizeof *plain),
           *found = plain + system->C * size;
    system_differentiate(system, plain);
    memcpy(system->exchange.leader, leader, system->C * sizeof *leader);
    for (size_t i = 0; i < system->C; i++) {
        exchange_jacobian(&system->exchange, system->L, i, plain + leader[i] * size, found);
        assert_same(size, found, plain + i * size, "jacobian");
    }
    free(plain);
}

/* Steps of Euler from the start, every class averaged by itself; then copies of the leaders'
 * averages stand beside those. */
static void check_averages(const char *text, bool is_coupled)
{
    enum { STEPS = 5, ARRAYS = 6 };
    fixture_t fixture;
    fixture_init(&fixture, text, is_coupled);
    sgdl_system_t *system = &fixture.system;
    const size_t C = system->C, L = system->L, P = system->pairs;
    size_t leader[MOST];
    double *y = calloc(2 * system->length, sizeof *y), *dy = y + system->length;
    double *room = calloc(ARRAYS * L + 2 * P, sizeof *room);
    assert_true(system->exchange.groups < C);
    memcpy(leader, system->exchange.leader, C * sizeof *leader);
    for (size_t i = 0; i < C; i++)
        system->exchange.leader[i] = i;
    system_start(system, y);
    for (size_t step = 0; step <= STEPS; step++) {
        assert_int_equal(system_rhs(system, 0, y, dy), 0);
        for (size_t e = 0; e < system->length && step < STEPS; e++)
            y[e] += 0.2 * dy[e];
    }
    if (system->coupled)
        compare_jacobians(system, leader);
    memcpy(system->exchange.leader, leader, C * sizeof *leader);
    sgdl_averages_t out = {.G = room,
                           .G_B = room + L,
                           .H_m = room + 2 * L,
                           .H_B = room + 3 * L,
                           .Q_m = room + 4 * L,
                           .Q_B = room + 5 * L,
                           .H = room + 6 * L,
                           .Q = room + 6 * L + P};
    const exchange_shape_t shape = {L, P, !system->coupled};
    for (size_t i = 0; i < C; i++) {
        exchange_average(&system->exchange, &shape, i, &system->average[leader[i]], &out);
        compare(system, i, &out);
    }
    free(y);
    free(room);
    fixture_free(&fixture);
}

static void averages_of_a_group_are_one(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        ONE_HOT FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN, GAUSSIAN),
        ONE_HOT "label_noise: 0.2, intercept: 0.7, ridge: 0.1, start: {norm2: 0.5}, " FOUR(
            "weight: 0.4, " GAUSSIAN, "weight: 0.2, " GAUSSIAN, "weight: 0.2, " GAUSSIAN,
            "weight: 0.2, " GAUSSIAN),
        ONE_HOT FOUR("mean: {family: zero}", GAUSSIAN, GAUSSIAN, "mean: {family: zero}"),
        ONE_HOT FOUR("covariance: {family: power-law, exponent: 1}, " GAUSSIAN, GAUSSIAN, GAUSSIAN,
                     "covariance: {family: power-law, exponent: 1}, " GAUSSIAN)};
    for (size_t v = 0; v < COUNT(problems); v++)
        for (int is_coupled = 0; is_coupled < 2; is_coupled++)
            check_averages(problems[v], is_coupled);
}

/* The system's own averages: once a group where outputs are coupled. */
static void a_system_averages_leaders_alone(void **unused)
{
    (void)unused;
    fixture_t fixture;
    fixture_init(&fixture, ONE_HOT FOUR(GAUSSIAN, GAUSSIAN, GAUSSIAN, GAUSSIAN), true);
    sgdl_system_t *system = &fixture.system;
    double *y = calloc(2 * system->length, sizeof *y), *dy = y + system->length;
    system_start(system, y);
    for (size_t step = 0; step < 4; step++) {
        assert_int_equal(system_rhs(system, 0, y, dy), 0);
        for (size_t e = 0; e < system->length; e++)
            y[e] += 0.2 * dy[e];
    }
    assert_int_equal(system_average(system, y), 0);
    double G[MOST];
    for (size_t i = 0; i < system->C; i++) {
        exchange_first(&system->exchange, system->L, i, system->average[0].G, G);
        assert_memory_equal(G, system->average[i].G, system->L * sizeof *G);
        assert_true(system->average[i].G[i] < 0);
    }
    free(y);
    fixture_free(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_of_equal_classes),
        cmocka_unit_test(averages_of_a_group_are_one),
        cmocka_unit_test(a_system_averages_leaders_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
