/* Rows to estimate from, in a folder of their own. */
#ifndef SGDLIMIT_TESTS_DATA_ESTIMATES_H
#define SGDLIMIT_TESTS_DATA_ESTIMATES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sgdlimit/sgdlimit.h"
#include "src/base/npy.h"
#include "src/data/fit.h"
#include "src/random/stream.h"
#include "tests/sink.h"

enum { N = 60, P = 5, CLASSES = 3, SIZE = 256 };

static char place[] = "/tmp/sgdlimit-estimate-XXXXXX";
static double rows[N][P];
static size_t class_of[N];

static const char *in_place(const char *name)
{
    static char path[4][SIZE];
    static size_t next;
    char *own = path[next++ % 4];
    (void)snprintf(own, SIZE, "%s/%s", place, name);
    return own;
}

/* Correlated rows of three labels, written as data.csv. */
static int make_data(void **state)
{
    normals_t normals;
    (void)state;
    if (!mkdtemp(place))
        return -1;
    normals_init(&normals, 3, 0, STREAM_TRIALS);
    FILE *out = fopen(in_place("data.csv"), "w");
    (void)fputs("a,b,c,d,e,label\n", out);
    for (size_t r = 0; r < N; r++) {
        class_of[r] = r % 2 == 0 ? 0 : 1 + r % 3 / 2;
        double shared = normals_next(&normals);
        for (size_t j = 0; j < P; j++) {
            rows[r][j] = 2 + (double)(class_of[r] * j) + (double)(j + 1) * normals_next(&normals) +
                         shared * (double)(class_of[r] + 1);
            (void)fprintf(out, "%.17g,", rows[r][j]);
        }
        (void)fprintf(out, "%s\n", (const char *[]){"cat", "dog", "eel"}[class_of[r]]);
    }
    return fclose(out);
}

static int remove_all(void **state)
{
    char command[SIZE];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -r %s", place);
    return system(command);
}

static void estimate_into(const char *folder, const sgdl_estimate_options_t *options,
                          sgdl_table_t *table)
{
    sgdl_error_t error = {0};
    sgdl_table_init(table);
    if (sgdl_estimate(in_place("data.csv"), in_place(folder), options, INTO(table), &error) !=
        SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
}

static npy_t array_of(const char *folder, const char *name)
{
    char path[SIZE];
    npy_t array;
    sgdl_error_t error = {0};
    (void)snprintf(path, sizeof path, "%s/%s", in_place(folder), name);
    if (npy_read(&array, path, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return array;
}

static void assert_near(double found, double expected, double scale)
{
    if (!(fabs(found - expected) <= 1e-12 * scale))
        fail_msg("%.17g, expected %.17g", found, expected);
}

#endif
