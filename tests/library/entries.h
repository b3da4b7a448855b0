/** The public functions that can fail, each called so that it works, and what they work on. */
#ifndef SGDLIMIT_TESTS_LIBRARY_ENTRIES_H
#define SGDLIMIT_TESTS_LIBRARY_ENTRIES_H

#include "tests/curves.h"

enum { PATH_SIZE = 256 };

/** What the entries work on; made while nothing fails. */
typedef struct scene {
    const char *text; /* of `curves` */
    char folder[PATH_SIZE];
    char problem_path[PATH_SIZE + 32], numbers_path[PATH_SIZE + 32], out_path[PATH_SIZE + 32],
        data_path[PATH_SIZE + 32];
    char table_path[3][PATH_SIZE + 32]; /* one of each format */
    sgdl_problem_t *curves, *runs, *steps, *classes, *wells;
    sgdl_table_t table;
    sgdl_plan_t plan;
} scene_t;

extern scene_t scene;

typedef struct entry {
    const char *name;
    int (*run)(sgdl_error_t *error);
    bool saves; /* to out_path */
} entry_t;

/** The last has no name. */
extern const entry_t entries[];

/** What a computation hands out into a curve in memory. */
typedef int compute_f(const sgdl_sink_t *sink, sgdl_error_t *error);
int into_curve(compute_f *compute, sgdl_error_t *error);

/** Of entries_landscape.c. */
int landscape_laws(sgdl_error_t *error);
int landscape_densities(sgdl_error_t *error);
int landscape_steps(sgdl_error_t *error);
int landscape_judged_steps(sgdl_error_t *error);
int landscape_passages(sgdl_error_t *error);

/** Setup and teardown of a group of tests, of scene.c. */
int set_scene(void **state);
int clear_scene(void **state);

#endif
