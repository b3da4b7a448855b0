/**
 * The Fokker-Planck operator in (x, V) of heavy ball on a landscape of one coordinate,
 *
 *     p_t = -V p_x + d_V((U' + friction V) p) + friction T(x) p_VV,
 *
 * in Hermite functions of V about one temperature T, with pi ~ e^{-U/T}:
 *
 *     p = sqrt(pi(x)) sum_n c_n(x, t) He_n(V/sqrt T)/sqrt(n!) e^{-V^2/2T}/sqrt(2 pi T)
 *     dc_n/dt = -n friction c_n - sqrt(n) G c_{n-1} + sqrt(n+1) G^T c_{n+1}
 *               + friction (T(x)/T - 1) sqrt(n(n-1)) c_{n-2}
 *
 * where G f = sqrt(T pi) d/dx(f/sqrt pi). Even n live in the cells, odd n on the faces between
 * them, and differences lead from one to the other: mass is exact, transport exactly skew, and
 * without the last term (constant noise) e^{-U/T} is exactly stationary. On collocated points
 * central differences bring a second slow mode that does not exist.
 *
 * A state is c [cells*modes], cell by cell: c[i*modes + n] is mode n of cell i where n is even and
 * of the face above cell i where it is odd; the topmost face is the wall, where odd modes are 0. It
 * is scaled such that root[i] c[i*modes] is the mass of cell i.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_H
#define SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_H

#include "src/theories/diffusion/grid.h"

enum { UNDERDAMPED_LEAST_MODES = 4 };

/** To be freed in any case. */
typedef struct underdamped {
    const setting_t *setting; /* borrowed */
    grid_t grid;              /* owned; even */
    size_t cells, modes;      /* modes is even */
    size_t length;            /* cells*modes */
    double friction;
    double temperature; /* of the Hermite functions */
    bool warm;          /* T(x) varies */
    double *root;       /* [cells] square roots of the cells' stationary masses at that temperature,
                           which sum to 1; owned, and with it all below */
    double *face;       /* [cells - 1] of pi at the faces, in the same unit */
    double *up, *down;  /* [cells - 1] of even modes: (G c)_f = down_f c_{f+1} - up_f c_f */
    double *rise, *fall; /* [cells - 1] of odd modes: (G c)_i = rise_i c_i - fall_{i-1} c_{i-1} */
    double *excess;      /* [2*cells] T(x)/T - 1 of cells, then of the faces above them */
    double *number;      /* [modes + 1] square roots of 0, 1, 2, ... */
} underdamped_t;

/** With that many cells and modes, an even number from UNDERDAMPED_LEAST_MODES on. Errors: those of
 * grid_init; SGDL_ERR_INPUT where the box reaches so high that densities are no numbers any more,
 * or the temperature varies by more than one set of Hermite functions can hold. */
int underdamped_init(underdamped_t *self, const setting_t *setting, size_t cells, size_t modes,
                     sgdl_error_t *error) SGDL_CHECKED;
void underdamped_free(underdamped_t *self);

/** dc/dt. c, dc [length]. */
void underdamped_apply(const underdamped_t *self, const double *c, double *dc);

/** The entries of the skew part, K, between odd mode q on face f and the even modes about it: of
 * (cell f, q - 1), (f, q + 1), (f + 1, q - 1), (f + 1, q + 1), rows of dc/dt of the even ones. */
static inline void underdamped_entries(const underdamped_t *self, size_t f, size_t q,
                                       double entry[4])
{
    entry[0] = -self->number[q] * self->up[f];
    entry[1] = -self->number[q + 1] * self->rise[f];
    entry[2] = self->number[q] * self->down[f];
    entry[3] = self->number[q + 1] * self->fall[f];
}

/** Total mass. */
double underdamped_mass(const underdamped_t *self, const double *c);

#endif
