/**
 * What a key's value may be: one row a kind, in the order of sgdl_key_kind_t. Readers, writers,
 * flags and help texts know rows alone.
 */
#ifndef SGDLIMIT_SPEC_KIND_H
#define SGDLIMIT_SPEC_KIND_H

#include <stdio.h>

#include "src/spec/family.h"

/** When a value in a flag is a list with colons, a:b:c. */
typedef enum listed {
    NEVER_LISTED,
    ALWAYS_LISTED,
    LISTED_WITH_COLON,
    LISTS_LISTED /* a list of such lists, a:b:c;d:e:f */
} listed_t;

typedef struct key_kind {
    const char *form; /* how the value is written in a flag */
    listed_t listed;
    bool ranged;  /* numbers in the key's range */
    bool several; /* of which there are more than one */
    int (*read)(const node_t *node, const sgdl_key_t *key, const family_scope_t *scope,
                sgdl_setting_t *setting, sgdl_error_t *error);
    void (*put)(FILE *out, const sgdl_setting_t *setting); /* as YAML */
} key_kind_t;

extern const key_kind_t key_kinds[];

#endif
