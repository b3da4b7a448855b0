/* Shared by the tests of landscapes in two coordinates: a setting, the rates between its cells, and
 * the same in one coordinate where the loss is a sum of two. */
#ifndef SGDLIMIT_TESTS_THEORIES_DIFFUSION_PLANE_OF_H
#define SGDLIMIT_TESTS_THEORIES_DIFFUSION_PLANE_OF_H

#include "src/theories/diffusion/plane.h"
#include "tests/theories/diffusion/rates_of.h"

/* W(x) = (x^2 - 1)^2 (1 + 1.2 x + 0.5 x^2)/2 as terms, and as a polynomial. */
#define W_TERMS "[0,0,0.5],[1,0,0.6],[2,0,-0.75],[3,0,-1.2],[5,0,0.6],[6,0,0.25]"
#define W_TERMS_SWAPPED "[0,0,0.5],[0,1,0.6],[0,2,-0.75],[0,3,-1.2],[0,5,0.6],[0,6,0.25]"
#define W_LINE "potential: {family: polynomial, coefficients: [0.5,0.6,-0.75,-1.2,0,0.6,0.25]}\n"
/* V(y) = 0.6 y^2 + 0.1 y^4 */
#define V_TERMS "[0,2,0.6],[0,4,0.1]"
#define V_LINE "potential: {family: polynomial, coefficients: [0,0,0.6,0,0.1]}\n"
#define UNIT_NOISE "noise: {family: constant, value: 1}\n"

#define SEPARABLE                                                                                  \
    "potential: {family: terms, terms: [" W_TERMS "," V_TERMS "]}\n" UNIT_NOISE                    \
    "box: [[-2.7, 2.05], [-2.2, 2]]\n"
#define ALONG_X W_LINE UNIT_NOISE "box: [-2.7, 2.05]\n"
#define ALONG_Y V_LINE UNIT_NOISE "box: [-2.2, 2]\n"

/* The valley between the wells of W opens towards them: U = W + (1.5 + 1.2 x + 0.4 x^2) y^2/2. */
#define VALLEY "potential: {family: terms, terms: [" W_TERMS ",[0,2,0.75],[1,2,0.6],[2,2,0.2]]}\n"

/* A chain that is not reversible. */
#define CURRENT                                                                                    \
    VALLEY "noise: [{family: polynomial, coefficients: [1,0.5,0.2]}, {family: constant, value: "   \
           "1}]\n"

typedef struct plane_of {
    sgdl_problem_t *problem;
    setting_t setting;
    plane_t plane;
} plane_of_t;

/* At a temperature over Sigma. */
static inline void make_plane(plane_of_t *self, const char *text, double heat, size_t x, size_t y)
{
    const size_t cells[] = {x, y};
    sgdl_error_t error = {0};
    *self = (plane_of_t){.problem = parse_problem(text)};
    assert_int_equal(setting_init(&self->setting, self->problem, NULL, 0, &error), SGDL_OK);
    self->setting.heat = heat;
    if (plane_init_cells(&self->plane, &self->setting, cells, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
}

static inline void free_plane(plane_of_t *self)
{
    plane_free(&self->plane);
    sgdl_problem_free(self->problem);
}

/* The cell at places i of x and j of y. */
static inline size_t cell_of(const plane_t *plane, size_t i, size_t j)
{
    return i * plane->stride[0] + j * plane->stride[1];
}

static inline double *numbers(size_t count)
{
    double *block = calloc(count, sizeof *block);
    assert_non_null(block);
    return block;
}

#endif
