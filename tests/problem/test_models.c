/* Several models: which one a statement means, and what of it the others take. */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/keys.h"
#include "src/tree/yaml.h"

static bool has_ratio(const node_t *root)
{
    return root->kind == NODE_MAP && node_get(root, "ratio") != NULL;
}

static bool has_height(const node_t *root)
{
    return root->kind == NODE_MAP && node_get(root, "height") != NULL;
}

static const problem_key_t ratio = {.name = "ratio"}, height = {.name = "height"};
static const problem_key_t *const sample_keys[] = {&ratio, &key_loss, &key_time, NULL};
static const problem_key_t *const hill_keys[] = {&height, &key_time, NULL};
static const model_t sample = {.name = "sample",
                               .word = "mixture",
                               .told = "mixture in a sample",
                               .meant = has_ratio,
                               .keys = sample_keys};
static const model_t hill = {
    .name = "hill", .word = "hill", .told = "hill", .meant = has_height, .keys = hill_keys};
static const model_t *const all[] = {&model_mixture, &sample, &hill, NULL};

/* What becomes of a statement in the model that it means. */
static int check(const char *text, const model_t **model, sgdl_error_t *error)
{
    tree_t tree = {0};
    node_t *root;
    *error = (sgdl_error_t){0};
    assert_int_equal(tree_read_yaml(&tree, text, strlen(text), (place_t){"test", 1}, &root, error),
                     SGDL_OK);
    *model = model_of(root, all);
    int status = model_check(*model, root, all, error);
    tree_free(&tree);
    return status;
}

static void a_statement_means_the_model_that_says_so(void **state)
{
    const model_t *model;
    sgdl_error_t error;
    (void)state;
    assert_int_equal(check("{loss: logistic, batch: 2}", &model, &error), SGDL_OK);
    assert_ptr_equal(model, &model_mixture);
    assert_int_equal(check("{loss: logistic, ratio: 2}", &model, &error), SGDL_OK);
    assert_ptr_equal(model, &sample);
    assert_int_equal(check("{time: 3, height: 2}", &model, &error), SGDL_OK);
    assert_ptr_equal(model, &hill);
    assert_int_equal(check("a word", &model, &error), SGDL_ERR_INPUT);
    assert_ptr_equal(model, &model_mixture);
}

static void a_key_of_other_models_is_refused_by_naming_them(void **state)
{
    const model_t *model;
    sgdl_error_t error;
    (void)state;
    assert_int_equal(check("{height: 2, loss: logistic}", &model, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.message,
                        "key 'loss': is no key of the model hill; models that take it: mixture");
    assert_int_equal(check("{height: 2,\nratio: 1}", &model, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "test:1");
    assert_string_equal(error.message,
                        "key 'height': is no key of the model mixture; models that take it: hill");
    assert_int_equal(check("{batch: 2, ratio: 1}", &model, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.message, "key 'batch': is no key of the model mixture in a sample; "
                                       "models that take it: mixture with data: stream");
    assert_int_equal(check("{height: 2, hieght: 1}", &model, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.message,
                        "unknown key 'hieght' (did you mean 'height'?); allowed: height, time");
}

/* Keys are named once, whoever takes them; names lead back to rows of that name, of which each
 * model may have its own. */
static void every_model_of_the_program_is_whole(void **state)
{
    (void)state;
    size_t sum = 0;
    for (size_t m = 0; models[m]; m++) {
        const problem_key_t *const *key = models[m]->keys;
        size_t keys = 0, read = 0;
        assert_true(m == 0 || models[m]->meant != NULL);
        for (; *key; key++, keys++)
            assert_string_equal(key_named((*key)->name, strlen((*key)->name))->name, (*key)->name);
        while (models[m]->reading[read])
            read++;
        assert_int_equal(keys, read);
        sum += keys;
        for (size_t other = 0; other < m; other++)
            assert_string_not_equal(models[other]->name, models[m]->name);
    }
    assert_true(sum <= PROBLEM_KEYS);
}

/* A key that came later is not missing from tables that were there before. */
static void tables_hold_the_keys_of_their_version(void **state)
{
    static const problem_key_t old = {.name = "old"}, late = {.name = "late", .since = "0.10.1"};
    static const char *const before[] = {"0.1.0", "0.9.9", "0.10.0"}, *const after[] = {
                                                                          "0.10.1", "0.10.12",
                                                                          "0.11.0", "1.0",
                                                                          "unknown"};
    (void)state;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        assert_true(key_is_in(&old, before[i]) && !key_is_in(&late, before[i]));
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        assert_true(key_is_in(&old, after[i]) && key_is_in(&late, after[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_means_the_model_that_says_so),
        cmocka_unit_test(a_key_of_other_models_is_refused_by_naming_them),
        cmocka_unit_test(tables_hold_the_keys_of_their_version),
        cmocka_unit_test(every_model_of_the_program_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
