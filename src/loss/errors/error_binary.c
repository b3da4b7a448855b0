#include <math.h>

#include "sgdlimit/loss.h"
#include "src/loss/averages/normal.h"

double sgdl_error_binary(double m, double B, int sign)
{
    const double margin = sign > 0 ? m : -m;
    if (B > 0)
        return normal_upper(margin / sqrt(B));
    if (isnan(B) || isnan(m))
        return NAN;
    return margin > 0 ? 0 : margin < 0 ? 1 : 0.5;
}
