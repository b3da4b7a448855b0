/**
 * Kramers' escape rate over one barrier, without friction of momentum:
 *
 *     k = (2 pi)^-1 sqrt(U''_i |U''_s|) sqrt(D_i/D_s) e^{-(phi_s - phi_i)},   phi' = U'/D,
 *
 * of a constant D divided by 1 + D (c_i + c_s), the next order, with
 * c_i = 5 U'''^2/(24 U''^3) - U''''/(8 U''^2) and c_s = 5 U'''^2/(24 |U''|^3) + U''''/(8 U''^2).
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_KRAMERS_H
#define SGDLIMIT_THEORIES_DIFFUSION_KRAMERS_H

#include "src/theories/diffusion/setting.h"

/** Is the next order known? The noise is constant and U'''' exists. */
bool kramers_has_next_order(const setting_t *setting);

/** 1/k from basin `from` over the barrier to its neighbour `to`: the mean time to that minimum,
 * twice that to the barrier's top. INFINITY beyond what a double holds, NAN where U'' vanishes
 * or the next order takes more away than there is. */
double kramers_time(const setting_t *setting, size_t from, size_t to);
/** The same without the next order. */
double kramers_leading_time(const setting_t *setting, size_t from, size_t to);

#endif
