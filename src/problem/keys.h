/**
 * A key of a problem is one row: its reader, its writer, its flags with their help, its words in
 * pictures. A model lists the rows that it takes; all else (error lists, flag help, headers of
 * tables, captions) works from them.
 */
#ifndef SGDLIMIT_PROBLEM_KEYS_H
#define SGDLIMIT_PROBLEM_KEYS_H

#include <stdio.h>

#include "sgdlimit/problem.h"
#include "src/problem/reading.h"
#include "src/spec/family.h"

enum { PROBLEM_KEYS = 128 }; /* the most keys of all models together */

/** What a flag's text becomes in the tree. */
typedef enum form {
    FORM_SCALAR, /* the value of a key */
    FORM_GROUP,  /* a key of a map that is stated by flags alone or not at all */
    FORM_TIMES,  /* the same with a list of numbers */
    FORM_ITEMS,  /* key=value,... for a whole map */
    FORM_MAP,    /* the same, or a word or a number, with maps and members of the table in brackets,
                    or YAML in braces */
    FORM_RATE,   /* a number, a list of numbers or a member of the table */
    FORM_LIST,   /* a word, a number or a list of numbers, key=value,..., or YAML in brackets or
                    braces */
    FORM_MEMBER, /* a member of the table, or of YAML: a map of one, a list of several */
    FORM_CLASS,  /* a key of the classes, one flag a class */
    FORM_FAMILY  /* the same with a member of the table: name:key=value,... */
} form_t;

typedef struct key_flag {
    sgdl_problem_flag_t flag;
    const char *path; /* of what it states, with dots; in classes the key of a class */
    form_t form;
    const family_table_t *table; /* FORM_MAP, FORM_RATE, FORM_MEMBER, FORM_FAMILY */
} key_flag_t;

/** What an axis of a picture is called along which a key varies. */
typedef struct key_axis {
    const char *path, *label; /* as in sgdl_problem_set */
} key_axis_t;

typedef struct problem_key {
    const char *name;
    bool plan;         /* says how to compute, not what */
    bool idle;         /* whatever it says changes nothing in a model of the same word without it */
    const char *since; /* the first version whose tables hold it; NULL: the first of all */
    const key_flag_t *flags; /* the last one's name is NULL; NULL: none */
    const key_flag_t *parts; /* the same of what is inside its value and no flag states alone */
    const key_flag_t
        *options; /* the same of what options of some commands state; no flags of all */
    int (*read)(reading_t *self, const struct problem_key *key) SGDL_CHECKED;
    /* Its value as one-line YAML. A key of the plan looks at the plan alone, another at the problem
     * alone. */
    void (*put)(FILE *out, const struct problem_key *key, const sgdl_problem_t *problem,
                const sgdl_plan_t *plan);
    const key_axis_t *axes; /* the last one's path is NULL; NULL: none */
    const char *caption;    /* its name in a picture's caption; NULL: not told there */
    const char *usual;      /* the value that is not worth telling there, or NULL */
    /* for keys that are one number (see number_read) */
    size_t field; /* its offset in sgdl_problem_t */
    range_t range;
    bool whole;
} problem_key_t;

/** Readers and writers of a key that is one number, in a field of type double, whose default is the
 * model's. */
int number_read(reading_t *self, const problem_key_t *key) SGDL_CHECKED;
void number_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                const sgdl_plan_t *plan);

/** A kind of problem: which keys state it, and what they are where they are not stated. */
typedef struct model {
    const char *name;
    const char *word; /* what the key `model` says of it */
    const char *told; /* the same in messages, apart from others that go by this word */
    bool (*meant)(
        const node_t *root);          /* is a statement one of its problems? NULL: if no other is */
    const problem_key_t *const *keys; /* as they are written; the last is NULL */
    const problem_key_t *const *reading; /* the same as they are read: each may look at those before
                                            it */
    const problem_key_t *const *captions; /* as pictures tell them; the last is NULL */
    const sgdl_problem_t *standard;       /* the numbers of keys that are not stated */
    double rate;                          /* the learning rate that is not stated */
    size_t runs;                          /* of an ensemble where none are asked for */
    double memory;                        /* bytes that work on it may take; 0: no bound */
    bool batches;                         /* a list of batches makes curves, too */
    bool estimates; /* answers have an error of their own: the plan's accuracy, paths and grid */
    const char *time_unit; /* of t; NULL: it hangs on how steps are made (problem_counts_steps) */
} model_t;

extern const model_t model_mixture, model_fixed_data, model_committee, model_landscape;

/** All models; the last is NULL. The first is that of a problem that no other is meant by. */
extern const model_t *const models[];

/** The one of `all` (the last is NULL) that a statement means. */
const model_t *model_of(const node_t *root, const model_t *const *all);

/** Do tables of that version hold the key? */
bool key_is_in(const problem_key_t *self, const char *version);

/** Is it a key of the model that a statement means? In a table of that version, all those that were
 * there then make the whole statement. */
bool model_needs(const node_t *root, const char *version, const char *name);

/** Is that one of its keys? */
bool model_takes(const model_t *self, const char *name);

/** What a message calls the model of that name: its word, or more where the one beside it (a name,
 * too) goes by the same. */
const char *model_told(const char *name, const char *beside);

/** SGDL_ERR_INPUT if the statement has a key that the model does not take; one that others of `all`
 * take is refused by naming those. A key of a model of the same word may state what holds without
 * it. */
int model_check(const model_t *self, const node_t *root, const model_t *const *all,
                sgdl_error_t *error) SGDL_CHECKED;

extern const problem_key_t key_dimension, key_loss, key_encoding, key_classes, key_learning_rate,
    key_intercept, key_batch, key_ridge, key_label_noise, key_start, key_time, key_output,
    key_clean_below, key_seed, key_tolerance, key_teacher, key_clip, key_gradient_noise;
extern const problem_key_t key_data, key_method, key_sampling;
extern const problem_key_t key_model, key_potential, key_noise, key_momentum, key_landscape_start,
    key_box, key_cells, key_hermite;

/** The names of all keys of all models, each once. Returns their number, at most `room`. */
size_t key_names(const char **names, size_t room);

/** The row of that name [length], or NULL. */
const problem_key_t *key_named(const char *name, size_t length);

/** Key number `index` as pictures tell them, or NULL: there are fewer. */
const problem_key_t *key_in_captions(size_t index);

/** Is that value of the key not worth telling? Of a name that several models have, to any of them.
 */
bool key_is_usual(const char *name, const char *value);

/** What an axis is called along which the key at this path varies, or NULL. */
const char *key_axis_label(const char *path);

/** What states what is at this path inside a key's value (problem_key_t.parts), or NULL. */
const key_flag_t *key_part(const char *path);

/** Flag number `index` of all, or NULL: there are fewer. */
const key_flag_t *key_flag(size_t index);

/** The one model that takes the key of a flag, or NULL: several do. */
const model_t *key_flag_model(const key_flag_t *flag);

/** The flag or option of that name, or NULL. */
const key_flag_t *key_flag_named(const char *name);

#endif
