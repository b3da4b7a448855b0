/* With D_i = U_i - U_{i-1}, the difference of the rules with 2i + 1 and 2i - 1 points, level n is
 * the sum of all products of D_i's with indices that sum to at most n. The weight of a node is that
 * of the powers up to n in a product of polynomials in z: a coordinate at an abscissa of U_j brings
 * w (z^j - z^{j+1}), one at 0 brings sum_i c_i z^i with the weights c_i of 0 in D_i. */
#include <math.h>
#include <string.h>

#include "src/loss/smolyak.h"

enum { TYPES = 6, POWERS = SMOLYAK_LEVELS + 1 };

static const struct {
    int rule;
    double x, weight;
} abscissa[TYPES] = {
    {1, 1.73205080756887729353, 1.0 / 6},
    {2, 1.35562617997426586583, 0.2220759220056126444000},
    {2, 2.85697001387280565416, 0.0112574113277206889334},
    {3, 1.15440539473996812724, 0.2401231786050127137402},
    {3, 2.36675941073454128862, 0.0307571239675864970396},
    {3, 3.75043971772574225630, 0.0005482688559722177916},
};

/* The weight of 0 in the rules and hence in their differences. */
static const double centre[POWERS] = {1, 2.0 / 3 - 1, 8.0 / 15 - 2.0 / 3, 16.0 / 35 - 8.0 / 15};

/* out *= factor, up to z^SMOLYAK_LEVELS. */
static void multiply(double *out, const double *factor)
{
    double product[POWERS] = {0};
    for (int i = 0; i < POWERS; i++)
        for (int j = 0; i + j < POWERS; j++)
            product[i + j] += out[i] * factor[j];
    memcpy(out, product, sizeof product);
}

static void weigh(smolyak_t *self)
{
    double total[POWERS] = {1}, power[POWERS] = {0};
    smolyak_node_t *node = &self->node;
    memcpy(power, centre, sizeof power);
    for (size_t rest = self->factors - node->count; rest > 0; rest /= 2) {
        if (rest % 2)
            multiply(total, power);
        multiply(power, power);
    }
    for (size_t k = 0; k < node->count; k++) {
        const int rule = abscissa[self->type[k]].rule;
        double factor[POWERS + 1] = {0};
        factor[rule] = abscissa[self->type[k]].weight;
        factor[rule + 1] = -factor[rule];
        multiply(total, factor);
    }
    node->weight = node->lower = 0;
    for (int i = 0; i <= self->level; i++) {
        node->lower = node->weight;
        node->weight += total[i];
    }
}

/* The sum of the indices of the node's coordinates. */
static int degree(const smolyak_t *self)
{
    int sum = 0;
    for (size_t k = 0; k < self->node.count; k++)
        sum += abscissa[self->type[k]].rule;
    return sum;
}

static void put(smolyak_t *self, size_t place, int type, double sign)
{
    self->type[place] = type;
    self->node.x[place] = sign * abscissa[type].x;
}

/* The next choice of abscissae and signs for these coordinates. */
static bool next_abscissae(smolyak_t *self)
{
    smolyak_node_t *node = &self->node;
    for (size_t place = node->count; place-- > 0;) {
        if (node->x[place] > 0) {
            put(self, place, self->type[place], -1);
            return true;
        }
        const int type = self->type[place];
        put(self, place, 0, 1);
        if (type + 1 == TYPES)
            continue;
        put(self, place, type + 1, 1);
        if (degree(self) <= self->level)
            return true;
        put(self, place, 0, 1);
    }
    return false;
}

/* The next choice of coordinates, of the same number or one more. */
static bool next_coordinates(smolyak_t *self)
{
    smolyak_node_t *node = &self->node;
    size_t place = node->count;
    while (place > 0 && node->factor[place - 1] == self->factors - node->count + place - 1)
        place--;
    if (place > 0)
        node->factor[place - 1]++;
    else if (node->count < (size_t)self->level && node->count < self->factors)
        node->factor[node->count++] = place = 0;
    else
        return false;
    for (size_t k = place; k < node->count; k++)
        node->factor[k] = k > 0 ? node->factor[k - 1] + 1 : 0;
    for (size_t k = 0; k < node->count; k++)
        put(self, k, 0, 1);
    return true;
}

void smolyak_init(smolyak_t *self, size_t factors, int level)
{
    *self = (smolyak_t){.factors = factors, .level = level};
}

bool smolyak_next(smolyak_t *self)
{
    if (self->begun && !next_abscissae(self) && !next_coordinates(self))
        return false;
    self->begun = true;
    weigh(self);
    return true;
}

size_t smolyak_count(size_t factors, int level)
{
    smolyak_t all;
    size_t count = 0;
    for (smolyak_init(&all, factors, level); smolyak_next(&all);)
        count++;
    return count;
}
