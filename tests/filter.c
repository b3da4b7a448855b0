/* Linked to every module: single cases by name, CMOCKA_TEST_FILTER=name ./run-tests MODULE. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static void __attribute__((constructor)) take_filter(void)
{
    const char *filter = getenv("CMOCKA_TEST_FILTER");
    if (filter)
        cmocka_set_test_filter(filter);
}
