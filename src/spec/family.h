/**
 * Members of families (covariances, means, schedules) read from maps such as
 * {family: power-law, exponent: 1.5}, and from texts such as power-law:exponent=1.5, and written,
 * by the families' own key tables. Which tables there are, the rooms that have them know.
 */
#ifndef SGDLIMIT_SPEC_FAMILY_H
#define SGDLIMIT_SPEC_FAMILY_H

#include <stdio.h>

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

/** The family of that name [length], or NULL. */
const sgdl_family_t *family_find(const family_table_t *table, const char *name, size_t length);

/** Where class numbers and file names in a member's keys are to be found. */
typedef struct family_scope {
    size_t classes;     /* C */
    size_t own;         /* the member's own class, from 1; 0: none */
    const char *folder; /* of the problem file, absolute; NULL: the working directory */
} family_scope_t;

/** A word that names a family: the member with its default keys. */
bool family_is_named(const node_t *node, const family_table_t *table);

/** Reads a member, a map or such a word. *spec is to be freed in any case. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int family_read(const node_t *node, const family_table_t *table, const family_scope_t *scope,
                sgdl_spec_t *spec, sgdl_error_t *error) SGDL_CHECKED;

/** The numbers that a key takes. */
range_t family_range(const sgdl_key_t *key);

/** Writes "{family: name, key: value", all but the closing brace, so that more may follow. */
void family_put(FILE *out, const family_table_t *table, const sgdl_spec_t *spec);

/** Texts on their way into a tree. */
typedef struct family_text {
    tree_t *tree;
    const char *source; /* of the nodes: a flag with its dashes, or a key; outlives the tree */
    sgdl_error_t *error;
} family_text_t;

/** The map of "name" or "name:key=value,key=value". Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int family_from_text(const family_text_t *self, const family_table_t *table, const char *text,
                     node_t **map) SGDL_CHECKED;

/** The map of "key=value,key=value". Errors: as family_from_text. */
int items_from_text(const family_text_t *self, const char *text, node_t **map) SGDL_CHECKED;

/** The same where values may stand in brackets: a member of `table` (NULL: of none),
 * key=[name:key=value,key=value], or another map, key=[key=value,key=value]. Errors: as
 * family_from_text. */
int map_from_text(const family_text_t *self, const family_table_t *table, const char *text,
                  node_t **map) SGDL_CHECKED;

/** The list of "a,b,c" or, with another separator, "a:b:c". Errors: as family_from_text. */
int list_from_text(const family_text_t *self, const char *text, size_t length, char separator,
                   node_t **list) SGDL_CHECKED;

/** The setting of that key of the member's family, or NULL. */
sgdl_setting_t *family_setting(sgdl_spec_t *spec, const char *key);

#endif
