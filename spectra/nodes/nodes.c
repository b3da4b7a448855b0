#include "spectra/nodes/nodes.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/memory.h"
#include "src/base/c_locale.h"

int mixture_threads(const sgdl_mixture_t *mixture, double work)
{
    const double enough = 2e7;
    size_t threads = mixture->threads;
    if (threads == 0 && work < enough)
        threads = 1;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#endif
    return threads < 1 ? 1 : threads < 1024 ? (int)threads : 1024;
}

/* a * b * c zeros. */
static double *allocate_product(size_t a, size_t b, size_t c)
{
    if (b != 0 && a > SIZE_MAX / b)
        return NULL;
    const size_t ab = a * b;
    double *block = memory_numbers(ab, c);
    if (block)
        memset(block, 0, ab * c * sizeof *block);
    return block;
}

int nodes_allocate(sgdl_nodes_t *self, size_t classes, size_t count, size_t latent, size_t outputs,
                   sgdl_error_t *error)
{
    self->classes = classes;
    self->count = count;
    self->latent = latent;
    self->outputs = outputs;
    if (!self->weight)
        self->weight = memory_numbers(count, 1);
    if (!self->eigenvalue)
        self->eigenvalue = allocate_product(classes, count, 1);
    if (!self->mean)
        self->mean = allocate_product(classes, latent, count);
    self->eigenvalue_bar = memory_numbers(count, 1);
    self->clean = calloc(count ? count : 1, sizeof *self->clean);
    self->trace = allocate_product(classes, 1, 1);
    self->gram = allocate_product(classes, classes, 1);
    self->mahalanobis2 = allocate_product(classes, classes, 1);
    bool whole = self->weight && self->eigenvalue && self->mean && self->eigenvalue_bar &&
                 self->clean && self->trace && self->gram && self->mahalanobis2;
    if (outputs > 0) {
        const size_t pairs = outputs % 2 == 0 ? outputs / 2 : (outputs + 1) / 2;
        const size_t other = outputs % 2 == 0 ? outputs + 1 : outputs;
        self->start_mean = allocate_product(outputs, latent, count);
        self->start_second = allocate_product(pairs, other, count);
        whole = whole && self->start_mean && self->start_second;
    }
    return whole ? SGDL_OK : sgdl_fail_memory(error);
}

void sgdl_nodes_free(sgdl_nodes_t *self)
{
    free(self->weight);
    free(self->eigenvalue);
    free(self->mean);
    free(self->eigenvalue_bar);
    free(self->clean);
    free(self->trace);
    free(self->gram);
    free(self->mahalanobis2);
    free(self->start_mean);
    free(self->start_second);
    free(self->matrix);
    *self = (sgdl_nodes_t){0};
}

const char *sgdl_nodes_compression(const sgdl_nodes_t *self, char *text, size_t room)
{
    if (self->compressed)
        (void)c_print(text, room, "%.0f directions in %zu nodes, estimated error %.1e",
                      self->dimension, self->count, self->compression_error);
    else
        (void)snprintf(text, room, "%s%s", self->exact_because ? "none, because " : "",
                       self->exact_because ? self->exact_because : "");
    return text;
}
