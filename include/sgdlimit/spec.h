/**
 * Families and their members: the one shape that covariances, means and learning-rate schedules
 * share. A *family* is a row of a table: a name, a help line and its keys. A *spec* is one member
 * as the user stated it: the family's name and a value for each key. Readers, writers, flags and
 * help texts work from the key tables alone, so that a new family needs no edit elsewhere.
 */
#ifndef SGDLIMIT_SPEC_H
#define SGDLIMIT_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a key's value may be. */
typedef enum sgdl_key_kind {
    SGDL_KEY_REAL,             /* one number in the key's range */
    SGDL_KEY_INTERVAL,         /* [a, b] with a < b, both in the key's range */
    SGDL_KEY_REAL_OR_INTERVAL, /* z, or [a, b]; both in the key's range */
    SGDL_KEY_REALS,            /* a list of one or more numbers in the key's range */
    SGDL_KEY_CLASS,            /* a class number, 1 .. C (stored as such) */
    SGDL_KEY_PATH,             /* a file of numbers */
    SGDL_KEY_TERMS /* [[i, j, c], ...]: whole powers from 0, and a number in the range */
} sgdl_key_kind_t;

typedef struct sgdl_key {
    const char *name;
    sgdl_key_kind_t kind;
    bool required;    /* no default */
    double standard;  /* the default of an optional number; NAN: absent unless given */
    double lower;     /* smallest allowed number */
    double upper;     /* largest allowed number */
    bool lower_open;  /* `lower` itself is not allowed */
    bool upper_open;  /* `upper` itself is not allowed */
    const char *help; /* a few words, shown in help texts */
} sgdl_key_t;

struct sgdl_spec;

/** A row of a table of families. */
typedef struct sgdl_family {
    const char *name;
    const char *help;
    const sgdl_key_t *keys; /* [key_count] */
    size_t key_count;
    /* What is wrong with a member beyond its keys' ranges: a static text that says what is allowed,
     * or NULL. May itself be NULL: nothing. */
    const char *(*check)(const struct sgdl_spec *spec);
} sgdl_family_t;

enum { SGDL_SPEC_KEYS = 6 }; /* the most keys a family has */

/** One key's value. Which fields hold depends on the key's kind. */
typedef struct sgdl_setting {
    double number[2]; /* REAL, CLASS: [0]; INTERVAL: both; REAL_OR_INTERVAL: z, or a and b; PATH of
                         a covariance: [0] is d of a d x d matrix, 0 of a list */
    size_t count;     /* how many numbers were given (0: the key is absent) */
    double *list; /* REALS, TERMS (i, j, c after one another): [count], PATH where numbers stand in
                     its place: [data_count]; owned */
    char *path;   /* PATH: the file's absolute name, owned; NULL: numbers in its place */
    const double *data; /* PATH: [data_count] those numbers; borrowed from list or from whoever has
                           read the file, which is not read again */
    size_t data_count;
} sgdl_setting_t;

/** A member of a family. An all-zero spec is valid to free. */
typedef struct sgdl_spec {
    const sgdl_family_t *family;            /* borrowed, static */
    sgdl_setting_t setting[SGDL_SPEC_KEYS]; /* in the order of family->keys */
} sgdl_spec_t;

/** The setting of the key called `name`. The key must exist in the spec's family. */
const sgdl_setting_t *sgdl_spec_setting(const sgdl_spec_t *self, const char *name);

/** The first number of the key called `name`. The key must exist in the spec's family. */
double sgdl_spec_number(const sgdl_spec_t *self, const char *name);

/** A spec of `family` with all defaults filled in (required keys stay absent). */
sgdl_spec_t sgdl_spec_default(const sgdl_family_t *family);

/** What is wrong with a member, all of whose keys are in their ranges, or NULL. */
const char *sgdl_spec_check(const sgdl_spec_t *self);

/** Whether two specs are the same member of the same family. */
bool sgdl_spec_equal(const sgdl_spec_t *a, const sgdl_spec_t *b);

/** Frees what the spec owns and zeroes it. */
void sgdl_spec_free(sgdl_spec_t *self);

#ifdef __cplusplus
}
#endif
#endif
