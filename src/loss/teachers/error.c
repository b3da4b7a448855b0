/*
 * P(the sign of r is not that of the label): an average over z of what is left of r on the wrong
 * side, all of one sign.
 */
#include <math.h>

#include "src/loss/averages/sigmoid.h"
#include "src/loss/teachers/law.h"

struct task {
    const teacher_law_t *law;
    bool sign;
};

static double upper(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

static void add_point(const void *context, double x, double weight, double *sum)
{
    const struct task *self = (const struct task *)context;
    const teacher_law_t *law = self->law;
    const double step = law->z_sigma * x, z = law->z_m + step, r = law->r_m + law->r_on_z * step;
    double above = r > 0 ? 1 : r < 0 ? 0 : 0.5, below = 1 - above;
    double one = z > 0 ? 1 : z < 0 ? 0 : 0.5, zero = 1 - one;
    if (law->r_given_z > 0) {
        above = upper(-r / law->r_given_z);
        below = upper(r / law->r_given_z);
    }
    if (!self->sign) {
        const sigmoid_t f = sigmoid(z);
        one = f.s;
        zero = f.c;
    }
    *sum += weight * (one * below + zero * above);
}

/* Where the step of r lies, and the mass of rare errors: towards z = 0 and E[r | z] = 0. */
static void set_pieces(const teacher_law_t *law, bool sign, pieces_t *pieces)
{
    const double slope = law->r_on_z * law->z_sigma;
    const double bend = -law->z_m / law->z_sigma, cross = fabs(slope) > 0 ? -law->r_m / slope : 0;
    const double odd = fabs(law->r_m) / hypot(slope, law->r_given_z);
    const double far =
        fmax(sign ? fabs(bend) : fmin(law->z_sigma, fabs(bend)), fmin(odd, fabs(cross)));
    pieces_init(pieces, bend < 0 || cross < 0 ? far : 0, bend > 0 || cross > 0 ? far : 0);
    pieces_add(pieces, bend, sign ? 0 : M_PI / law->z_sigma, sign);
    if (fabs(slope) > 0)
        pieces_add(pieces, cross, law->r_given_z / fabs(slope), true);
}

/* X = 0, as far as its deviation from the signal can tell: all decisions are ties. */
static bool is_nothing(const teacher_law_t *law)
{
    return fabs(law->r_m) <= 1e-13 * fabs(law->q_m) && law->r_sigma <= 1e-7 * sqrt(law->q_B);
}

double teacher_error(const teacher_t *teacher, const teacher_order_t *order)
{
    teacher_law_t law;
    double sum = 0;
    if (teacher->labels == TEACHER_LINEAR)
        return NAN;
    teacher_law_init(&law, teacher, order);
    if (is_nothing(&law))
        return 0.5;
    const struct task task = {&law, teacher->labels == TEACHER_SIGN};
    if (law.z_sigma > 0) {
        pieces_t pieces;
        set_pieces(&law, task.sign, &pieces);
        pieces_sum(&pieces, add_point, &task, &sum);
    } else {
        add_point(&task, 0, 1, &sum);
    }
    return sum;
}
