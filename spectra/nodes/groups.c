#include "spectra/nodes/groups.h"

#include <stdlib.h>

#include "src/base/order.h"

/* Compares the eigenvalues of directions a and b, class by class. */
static int compare_tuples(const sgdl_directions_t *self, size_t a, size_t b)
{
    for (size_t i = 0; i < self->classes; i++) {
        const double x = self->eigenvalue[i * self->dimension + a];
        const double y = self->eigenvalue[i * self->dimension + b];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* A run as qsort sees it. */
typedef struct run {
    const sgdl_directions_t *directions;
    size_t first; /* its first direction */
    size_t number;
} run_t;

static int compare_runs(const void *a, const void *b)
{
    const run_t *x = a, *y = b;
    const int order = compare_tuples(x->directions, x->first, y->first);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

/* Runs of consecutive equal directions: first [d+1] receives where they begin, and d. */
static size_t find_runs(const sgdl_directions_t *directions, size_t *first)
{
    size_t runs = 1;
    first[0] = 0;
    for (size_t rho = 1; rho < directions->dimension; rho++)
        if (compare_tuples(directions, rho - 1, rho) != 0)
            first[runs++] = rho;
    first[runs] = directions->dimension;
    return runs;
}

/* Some class's eigenvalues strictly rise or strictly fall: no two runs are equal. */
static bool runs_are_distinct(const sgdl_directions_t *directions, const size_t *first, size_t runs)
{
    for (size_t i = 0; i < directions->classes; i++) {
        const double *eigenvalue = directions->eigenvalue + i * directions->dimension;
        bool rising = true, falling = true;
        for (size_t r = 1; r < runs && (rising || falling); r++) {
            rising = rising && eigenvalue[first[r]] > eigenvalue[first[r - 1]];
            falling = falling && eigenvalue[first[r]] < eigenvalue[first[r - 1]];
        }
        if (rising || falling)
            return true;
    }
    return false;
}

/* The class whose eigenvalues change most often from run to run: few are equal in it. */
static const double *telling_class(const sgdl_directions_t *directions, const size_t *first,
                                   size_t runs)
{
    const double *telling = directions->eigenvalue;
    size_t most = 0;
    for (size_t i = 0; i < directions->classes; i++) {
        const double *eigenvalue = directions->eigenvalue + i * directions->dimension;
        size_t changes = 0;
        for (size_t r = 1; r < runs; r++)
            changes += eigenvalue[first[r]] != eigenvalue[first[r - 1]];
        if (changes > most) {
            most = changes;
            telling = eigenvalue;
        }
    }
    return telling;
}

/* Among runs that are equal in one class. */
static void lead(const sgdl_directions_t *directions, run_t *run, size_t runs, size_t *leader)
{
    qsort(run, runs, sizeof *run, compare_runs);
    for (size_t k = 0; k < runs; k++) {
        const bool same = k > 0 && compare_tuples(directions, run[k - 1].first, run[k].first) == 0;
        leader[run[k].number] = same ? leader[run[k - 1].number] : run[k].number;
    }
}

/* leader[r] = the lowest run equal to run r. */
static int find_leaders(const sgdl_directions_t *directions, const size_t *first, size_t runs,
                        size_t *leader)
{
    run_t *run = calloc(runs, sizeof *run);
    double *key = malloc(runs * sizeof *key);
    size_t *order = malloc(runs * sizeof *order);
    int status = run && key && order ? SGDL_OK : SGDL_ERR_MEMORY;
    const double *eigenvalue = telling_class(directions, first, runs);
    for (size_t r = 0; r < runs && status == SGDL_OK; r++)
        key[r] = eigenvalue[first[r]];
    if (status == SGDL_OK)
        status = order_numbers(key, NULL, runs, order, NULL);
    for (size_t begin = 0, end; begin < runs && status == SGDL_OK; begin = end) {
        for (end = begin; end < runs && key[order[end]] == key[order[begin]]; end++)
            run[end - begin] = (run_t){directions, first[order[end]], order[end]};
        lead(directions, run, end - begin, leader);
    }
    free(run);
    free(key);
    free(order);
    return status;
}

/* Numbers the groups by their leaders and lays their members out one group after another. On
 * entry leader[r] is a run, afterwards a group number. */
static void lay_out(groups_t *self, const size_t *first, size_t runs, size_t *leader)
{
    for (size_t r = 0; r < runs; r++) {
        const bool leads = leader[r] == r;
        leader[r] = leads ? self->count : leader[leader[r]];
        if (leads)
            self->start[self->count++] = 0;
        self->start[leader[r]] += first[r + 1] - first[r];
    }
    size_t total = 0;
    for (size_t g = 0; g < self->count; g++) {
        const size_t size = self->start[g];
        self->start[g] = total;
        total += size;
    }
    for (size_t r = 0; r < runs; r++)
        for (size_t rho = first[r]; rho < first[r + 1]; rho++)
            self->order[self->start[leader[r]]++] = rho;
    /* Each start has moved to its group's end. */
    for (size_t g = self->count; g > 0; g--)
        self->start[g] = self->start[g - 1];
    self->start[0] = 0;
}

/* Does a class's eigenvalue strictly rise, or strictly fall, from each direction to the next? */
static bool is_strict(const sgdl_directions_t *directions)
{
    for (size_t i = 0; i < directions->classes; i++) {
        const double *eigenvalue = directions->eigenvalue + i * directions->dimension;
        size_t rises = 0, falls = 0, steps = 0;
        while (steps + 1 < directions->dimension && (rises == steps || falls == steps)) {
            const size_t left = directions->dimension - 1 - steps;
            const size_t stretch = left < 1024 ? left : 1024;
            for (size_t rho = steps; rho < steps + stretch; rho++) {
                rises += eigenvalue[rho + 1] > eigenvalue[rho];
                falls += eigenvalue[rho + 1] < eigenvalue[rho];
            }
            steps += stretch;
        }
        if (rises == steps || falls == steps)
            return true;
    }
    return false;
}

static int find_groups(groups_t *self, const sgdl_directions_t *directions, sgdl_error_t *error)
{
    const size_t d = directions->dimension;
    int status = SGDL_OK;
    size_t *first = malloc((d + 1) * sizeof *first), *leader = malloc(d * sizeof *leader);
    self->start = malloc((d + 1) * sizeof *self->start);
    self->order = malloc(d * sizeof *self->order);
    if (!first || !leader || !self->start || !self->order) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    const size_t runs = find_runs(directions, first);
    for (size_t r = 0; r < runs; r++)
        leader[r] = r;
    if (!runs_are_distinct(directions, first, runs) &&
        find_leaders(directions, first, runs, leader)) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    lay_out(self, first, runs, leader);
    if (self->count == d) {
        groups_free(self);
        *self = groups_single(directions);
    }
out:
    free(first);
    free(leader);
    if (status != SGDL_OK)
        groups_free(self);
    return status;
}

groups_t groups_single(const sgdl_directions_t *directions)
{
    return (groups_t){.count = directions->dimension};
}

int groups_init(groups_t *self, const sgdl_directions_t *directions, sgdl_error_t *error)
{
    *self = groups_single(directions);
    if (is_strict(directions))
        return SGDL_OK;
    self->count = 0;
    return find_groups(self, directions, error);
}

void groups_free(groups_t *self)
{
    free(self->start);
    free(self->order);
    *self = (groups_t){0};
}
