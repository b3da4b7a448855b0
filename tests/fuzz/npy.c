/* An array in NumPy's format. */
#include "src/base/npy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    npy_t array;
    sgdl_error_t error = {0};
    const int status = npy_read(&array, file_with(data, size), &error);
    promise_reason(status, &error);
    if (status == SGDL_OK)
        PROMISE(array.shape[0] > 0 && array.shape[1] > 0 && array.shape[0] * array.shape[1] <= size,
                "%zu times %zu numbers of %zu bytes", array.shape[0], array.shape[1], size);
    npy_free(&array);
    return 0;
}
