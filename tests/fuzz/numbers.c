/* A file of numbers. */
#include <math.h>

#include "src/base/numbers.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = file_with(data, size);
    for (size_t columns = 1; columns <= 2; columns++) {
        numbers_t numbers;
        sgdl_error_t error = {0};
        const int status =
            numbers_read(&numbers, path, columns == 1 ? 0 : -INFINITY, columns, &error);
        promise_reason(status, &error);
        if (status == SGDL_OK) {
            PROMISE(numbers.count > 0 && numbers.count <= size, "%zu numbers of %zu bytes",
                    numbers.count, size);
            for (size_t i = 0; i < numbers.count; i++)
                PROMISE(isfinite(numbers.value[i]) && (columns > 1 || numbers.value[i] >= 0),
                        "the number %g", numbers.value[i]);
        }
        numbers_free(&numbers);
    }
    return 0;
}
