/* Which name was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void names_of_few_slips_are_near(void **state)
{
    static const char *const names[] = {"lambda", "time", "label-noise", "d", "dimension"};
    static const char *const long_name[] = {"a-name-of-more-letters-than-a-word-may-have-here"};
    (void)state;
    assert_string_equal(nearest_name("lamda", names, COUNT(names)), "lambda");
    assert_string_equal(nearest_name("tiem", names, COUNT(names)), "time");
    assert_string_equal(nearest_name("TIME", names, COUNT(names)), "time");
    assert_string_equal(nearest_name("label_noise", names, COUNT(names)), "label-noise");
    assert_string_equal(nearest_name("label-moise", names, COUNT(names)), "label-noise");
    /* a beginning is nearer to its completion than to a short word, one slip here is not */
    assert_string_equal(nearest_name("lab", names, COUNT(names)), "label-noise");
    assert_string_equal(nearest_name("dim", names, COUNT(names)), "dimension");
    assert_string_equal(nearest_name("tim", names, COUNT(names)), "time");
    assert_string_equal(nearest_name("ltime", names, COUNT(names)), "time");
    /* whatever the word, some name is nearest */
    assert_string_equal(nearest_name("x", names, COUNT(names)), "d");
    assert_string_equal(nearest_name("", names, COUNT(names)), "d");
    assert_string_equal(nearest_name("qwertyuiop", names, 1), "lambda");
    assert_string_equal(nearest_name("x", long_name, 1), long_name[0]);
    assert_string_equal(nearest_name("a-nome", long_name, 1), long_name[0]);
    assert_null(nearest_name("time", names, 0));
    char word[4001];
    for (size_t i = 0; i < 1000; i++)
        memcpy(word + 4 * i, "time", 5);
    assert_null(nearest_name(word, names, COUNT(names)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_of_few_slips_are_near)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
