#include "src/theories/diffusion/walker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/plan.h"

/* Beyond, nothing comes back. */
static const double lost = 1e30;

enum { MOST_DRAWS = 10000, WORD_BITS = 64 };

/* ---- what runs share ------------------------------------------------------------------------- */

static void set_walls(walk_t *self)
{
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++) {
        const double *stated = self->problem->box[i];
        for (int side = 0; side < 2; side++) {
            self->wall[i][side] = isnan(stated[0]) ? self->landscape->range[i][side] : stated[side];
            self->walls |= i < self->landscape->coordinates && isfinite(self->wall[i][side]);
        }
    }
}

/* A potential that brings its noise draws samples instead. */
static int set_law(walk_t *self, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const sgdl_spec_t *potential = &self->problem->potential;
    if (plan->kernel != SGDL_KERNEL_AUTO)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "--kernel",
            "found one beside a landscape, whose steps are of one kind; allowed there: "
            "auto");
    const bool binary = plan->noise_law == SGDL_NOISE_BINARY;
    self->law = binary ? GRADIENT_BINARY : GRADIENT_GAUSSIAN;
    const features_t *features = landscape_features(&self->problem->landscape);
    if (!features)
        return SGDL_OK;
    if (binary)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--noise-law",
                         "found binary beside %s, whose samples are drawn; allowed: gaussian",
                         potential->family->name);
    self->law = GRADIENT_FEATURES;
    self->feature_mean = features->h;
    self->feature_variance = features->v;
    self->label_variance = features->s2;
    return SGDL_OK;
}

static int init_curve(walk_t *self, const sgdl_plan_t *plan, size_t curve, sgdl_error_t *error)
{
    walk_curve_t *own = &self->curve[curve];
    int status = setting_init(&own->setting, self->problem, plan, curve, error);
    if (status == SGDL_OK && own->setting.momentum > 0 && !setting_is_constant(&own->setting))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                           "found one that changes beside momentum, allowed there: a number");
    return status == SGDL_OK ? start_law_init(&own->start, &own->setting, plan, error) : status;
}

int walk_init(walk_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
              sgdl_error_t *error)
{
    *self = (walk_t){.problem = problem,
                     .landscape = &problem->landscape,
                     .constant_noise = landscape_noise_is_constant(&problem->landscape),
                     .curves = problem_curves(problem)};
    set_walls(self);
    self->curve = calloc(self->curves, sizeof *self->curve);
    int status = self->curve ? set_law(self, plan, error) : sgdl_fail_memory(error);
    for (size_t curve = 0; curve < self->curves && status == SGDL_OK; curve++)
        status = init_curve(self, plan, curve, error);
    return status;
}

void walk_free(walk_t *self)
{
    for (size_t curve = 0; curve < self->curves && self->curve; curve++)
        start_law_free(&self->curve[curve].start);
    free(self->curve);
    *self = (walk_t){0};
}

const char *walk_name(const walk_t *self)
{
    static const char *const names[] = {[GRADIENT_GAUSSIAN] = "gaussian",
                                        [GRADIENT_BINARY] = "binary",
                                        [GRADIENT_FEATURES] = "samples"};
    return names[self->law];
}

/* ---- time ------------------------------------------------------------------------------------ */

static int fail_steps(double t, double steps, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "time %g takes %g steps, allowed: a simulation of fewer than 2^53", t, steps);
}

/* The rate changes from step to step: those are counted. */
static int count_steps(const setting_t *setting, const sgdl_plan_t *plan, uint64_t *steps,
                       double *t, sgdl_error_t *error)
{
    double now = 0, about;
    uint64_t step = 0;
    const double last = plan->times[plan->points - 1];
    int status = setting_steps(setting, last, &about, error);
    if (status == SGDL_OK && !(about < 0x1p53))
        status = fail_steps(last, about, error);
    for (size_t p = 0; p < plan->points && status == SGDL_OK; p++) {
        for (double eta = rate_source_at(&setting->rate, now, NULL);
             now + 0.5 * eta <= plan->times[p]; eta = rate_source_at(&setting->rate, now, NULL)) {
            now += eta;
            step++;
        }
        steps[p] = step;
        t[p] = now;
    }
    return status;
}

int walk_steps(const walk_t *self, const sgdl_plan_t *plan, uint64_t *steps, double *t,
               sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t curve = 0; curve < self->curves && status == SGDL_OK; curve++) {
        const setting_t *setting = &self->curve[curve].setting;
        uint64_t *own = steps + curve * plan->points;
        double *times = t + curve * plan->points;
        if (!setting_is_constant(setting)) {
            status = count_steps(setting, plan, own, times, error);
            continue;
        }
        for (size_t p = 0; p < plan->points && status == SGDL_OK; p++) {
            const double count = rint(plan->times[p] / setting->stride);
            if (!(count < 0x1p53))
                status = fail_steps(plan->times[p], count, error);
            own[p] = status == SGDL_OK ? (uint64_t)count : 0;
            times[p] = count * setting->stride;
        }
    }
    return status;
}

/* ---- one run --------------------------------------------------------------------------------- */

static bool is_inside(const walk_t *walk, const double *x)
{
    for (size_t i = 0; i < walk->landscape->coordinates; i++)
        if (!(x[i] >= walk->wall[i][0] && x[i] <= walk->wall[i][1]))
            return false;
    return true;
}

static int draw_start(particle_t *self, const walk_curve_t *curve, normals_t *normals,
                      words_t *words, sgdl_error_t *error)
{
    for (int draw = 0; draw < MOST_DRAWS; draw++) {
        start_law_draw(&curve->start, self->setting, normals, words, self->x);
        if (is_inside(self->walk, self->x))
            return SGDL_OK;
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, "start",
                     "not one of %d draws lies in the box; allowed: a start that does",
                     (int)MOST_DRAWS);
}

/* Mirrored at the walls of one coordinate, as often as it takes; a velocity turns with it. */
static void mirror(const double *wall, double *x, double *v)
{
    const int side = *x > wall[1];
    const double width = wall[1] - wall[0], beyond = fabs(*x - wall[side]);
    const double way = isfinite(width) ? fmod(beyond, 2 * width) : beyond;
    const bool turns = !(way > width); /* an odd number of mirrors */
    const double inward = turns ? way : 2 * width - way;
    *x = wall[side] + (side == 0 ? inward : -inward);
    *v = turns ? -*v : *v;
}

static void reflect(particle_t *self)
{
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++)
        if (self->x[i] < self->walk->wall[i][0] || self->x[i] > self->walk->wall[i][1])
            mirror(self->walk->wall[i], &self->x[i], &self->v[i]);
}

static void give_velocity(particle_t *self, normals_t *normals)
{
    const setting_t *setting = self->setting;
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++) {
        const double T = setting->heat * landscape_sigma(self->walk->landscape, i, self->x);
        self->v[i] = setting->stride * sqrt(T) * normals_next(normals);
    }
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++)
        self->x[i] += 0.5 * self->v[i];
    reflect(self);
}

static int start(particle_t *self, const walk_curve_t *curve, uint64_t run, const double *x,
                 sgdl_error_t *error)
{
    const uint64_t seed = self->walk->problem->seed;
    normals_t normals;
    words_t words;
    int status = SGDL_OK;
    normals_init(&normals, seed, run, STREAM_START);
    words_init(&words, seed, run, STREAM_START);
    if (x)
        memcpy(self->x, x, self->walk->landscape->coordinates * sizeof *x);
    else
        status = draw_start(self, curve, &normals, &words, error);
    if (status == SGDL_OK && self->setting->momentum > 0)
        give_velocity(self, &normals);
    return status;
}

int particle_new(particle_t **out, const walk_t *walk, size_t curve, uint64_t run, const double *x,
                 sgdl_error_t *error)
{
    particle_t *self = *out = aligned_alloc(_Alignof(particle_t), sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->walk = walk;
    self->setting = &walk->curve[curve].setting;
    self->left = 0;
    self->t = 0;
    self->eta = self->setting->eta;
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++)
        self->x[i] = self->v[i] = 0;
    normals_init(&self->normals, walk->problem->seed, run, STREAM_FEATURES);
    words_init(&self->words, walk->problem->seed, run, STREAM_FEATURES);
    return start(self, &walk->curve[curve], run, x, error);
}

/* Signs of a batch, each a bit. */
static double draw_signs(particle_t *self, double batch)
{
    double ones = 0;
    for (double rest = batch; rest > 0;) {
        if (self->left == 0) {
            self->bits = words_next(&self->words);
            self->left = WORD_BITS;
        }
        const unsigned take = rest < self->left ? (unsigned)rest : self->left;
        const uint64_t mask = take < WORD_BITS ? ((uint64_t)1 << take) - 1 : ~(uint64_t)0;
        ones += __builtin_popcountll(self->bits & mask);
        self->bits = take < WORD_BITS ? self->bits >> take : 0;
        self->left -= take;
        rest -= take;
    }
    return (2 * ones - batch) / sqrt(batch);
}

static double draw(particle_t *self)
{
    return self->walk->law == GRADIENT_GAUSSIAN ? normals_next(&self->normals)
                                                : draw_signs(self, self->setting->batch);
}

/* A x - b of a batch of samples. */
static double draw_features(particle_t *self)
{
    const walk_t *walk = self->walk;
    const double h = walk->feature_mean, B = self->setting->batch;
    double A = h;
    if (walk->feature_variance > 0)
        A = walk->feature_variance / (h * B) *
            stream_gamma(&self->normals, &self->words, B * h * h / walk->feature_variance);
    const double b = sqrt(walk->label_variance * A / B) * normals_next(&self->normals);
    return A * self->x[0] - b;
}

static void take_gradient(particle_t *self, double *g)
{
    const landscape_t *landscape = self->walk->landscape;
    const double B = self->setting->batch;
    if (self->walk->law == GRADIENT_FEATURES) {
        *g = draw_features(self);
        return;
    }
    landscape_gradient(landscape, self->x, g);
    for (size_t i = 0; i < landscape->coordinates; i++)
        g[i] += sqrt(landscape_sigma(landscape, i, self->x) / B) * draw(self);
}

void particle_step(particle_t *self)
{
    const setting_t *setting = self->setting;
    double g[LANDSCAPE_COORDINATES];
    take_gradient(self, g);
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++) {
        self->v[i] = setting->momentum * self->v[i] - self->eta * g[i];
        self->x[i] += self->v[i];
    }
    if (self->walk->walls)
        reflect(self);
    if (setting->rate.kind != RATE_CONSTANT) {
        self->t += self->eta;
        self->eta = rate_source_at(&setting->rate, self->t, NULL);
    }
}

/* One coordinate, the same noise everywhere, no walls: what most runs are. */
static uint64_t advance_plainly(particle_t *self, uint64_t steps, double low, double high)
{
    const landscape_t *landscape = self->walk->landscape;
    const double mu = self->setting->momentum, eta = self->eta;
    const double deviation = sqrt(landscape_sigma_slope(landscape, 0, 0) / self->setting->batch);
    double x = self->x[0], v = self->v[0];
    uint64_t made = 0;
    while (made < steps) {
        const double g = landscape_slope(landscape, x, 1) + deviation * draw(self);
        v = mu * v - eta * g;
        x += v;
        made++;
        if (!(x > low && x < high))
            break;
    }
    self->x[0] = x;
    self->v[0] = v;
    return made;
}

uint64_t particle_advance(particle_t *self, uint64_t steps, double low, double high)
{
    const walk_t *walk = self->walk;
    uint64_t made = 0;
    if (walk->landscape->coordinates == 1 && walk->constant_noise && !walk->walls &&
        self->setting->rate.kind == RATE_CONSTANT)
        return advance_plainly(self, steps, low, high);
    while (made < steps) {
        particle_step(self);
        made++;
        if (!(self->x[0] > low && self->x[0] < high))
            break;
    }
    return made;
}

bool particle_is_lost(const particle_t *self)
{
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++)
        if (!(fabs(self->x[i]) < lost))
            return true;
    return false;
}

/* ---- for ensembles --------------------------------------------------------------------------- */

static int begin(const void *model, size_t curve, uint64_t run, void **state, sgdl_error_t *error)
{
    particle_t *self = NULL;
    int status = particle_new(&self, model, curve, run, NULL, error);
    *state = self;
    return status;
}

static bool advance(void *state, uint64_t steps)
{
    (void)particle_advance(state, steps, -INFINITY, INFINITY);
    return true;
}

static bool measure(void *state, uint64_t step, double *row)
{
    const particle_t *self = state;
    (void)step;
    for (size_t i = 0; i < self->walk->landscape->coordinates; i++)
        row[i] = self->x[i] - (self->setting->momentum > 0 ? 0.5 * self->v[i] : 0);
    return !particle_is_lost(self);
}

walker_t walk_walker(const walk_t *self)
{
    return (walker_t){.name = walk_name(self),
                      .model = self,
                      .quantities = self->landscape->coordinates,
                      .cost = WALK_COST,
                      .begin = begin,
                      .advance = advance,
                      .measure = measure,
                      .end = free};
}
