#include "src/theories/fixed_data/limit/proximal.h"

#include <math.h>

#include "src/loss/averages/sigmoid.h"

enum { STEPS = 200 };

double proximal_logistic(double omega, double y, double V, double guess)
{
    double low = omega - V * (1 - y), high = omega + V * y;
    double r = guess < low ? low : guess > high ? high : guess;
    for (int step = 0; step < STEPS; step++) {
        const sigmoid_t at = sigmoid(r);
        const double f = (r - omega) + V * ((1 - y) * at.s - y * at.c);
        *(f > 0 ? &high : &low) = r;
        double next = r - f / (1 + V * at.h);
        if (!(next >= low && next <= high))
            next = low + 0.5 * (high - low);
        const double moved = fabs(next - r);
        r = next;
        if (moved <= 4e-16 * (1 + fabs(r)))
            break;
    }
    return r;
}
