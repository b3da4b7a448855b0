/**
 * Members of families (covariances, means, schedules) read from maps such as
 * {family: power-law, exponent: 1.5}, by the families' own key tables.
 */
#ifndef SGDLIMIT_SPEC_FAMILY_H
#define SGDLIMIT_SPEC_FAMILY_H

#include "sgdlimit/spec.h"
#include "src/tree/value.h"

enum { FAMILIES = 32 }; /* the most rows of a table */

/** A table of families and how its members are stated. */
typedef struct family_table {
    const sgdl_family_t *const *families; /* the last is NULL */
    const char *selector;                 /* the key that names the family */
    const char *common; /* a key that every member takes, or NULL; not read here */
    const char *common_help;
    bool common_is_list;
    const char *example;      /* for messages */
    const char *const *later; /* [later_count] names known but not built */
    size_t later_count;
} family_table_t;

extern const family_table_t covariance_table, mean_table, schedule_table;

/** The family of that name [length], or NULL. */
const sgdl_family_t *family_find(const family_table_t *table, const char *name, size_t length);

/** Where class numbers and file names in a member's keys are to be found. */
typedef struct family_scope {
    size_t classes;     /* C */
    size_t own;         /* the member's own class, from 1; 0: none */
    const char *folder; /* of the problem file, absolute; NULL: the working directory */
} family_scope_t;

/** Reads a member. *spec is to be freed in any case. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int family_read(const node_t *node, const family_table_t *table, const family_scope_t *scope,
                sgdl_spec_t *spec, sgdl_error_t *error) SGDL_CHECKED;

/** The numbers that a key takes. */
range_t family_range(const sgdl_key_t *key);

/** The setting of that key of the member's family, or NULL. */
sgdl_setting_t *family_setting(sgdl_spec_t *spec, const char *key);

#endif
