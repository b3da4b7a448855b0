#include "src/theories/fixed_data/layout.h"

layout_t layout_of(const setup_t *setup)
{
    const size_t C = setup->C, L = setup->L, K = setup->K;
    layout_t out = {.mean = 0};
    out.moment = out.mean + C * L;
    out.cross = out.moment + C * setup->pairs;
    out.norm2 = out.cross + C * L * K;
    out.overlap = out.norm2 + L;
    out.bias = out.overlap + L * K;
    out.train_risk = out.bias + L;
    out.train_error = out.train_risk + C;
    out.width = out.train_error + C;
    return out;
}
