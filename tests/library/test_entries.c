/* Every public function that can fail, while an allocation or a step of its output fails: it fails
 * with a message, or gets over it; nothing leaks, no file is written by halves. */
#define _GNU_SOURCE
#include "tests/library/entries.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/failing.h"

/* Every so many allocations that there are as many runs; all of them if $SGDLIMIT_IN_FULL is set.
 */
enum { RUNS_PER_ENTRY = 25 };

/* Are messages there, and is the status one of its kind? */
static void assert_clear(const entry_t *entry, int status, int expected, const sgdl_error_t *error,
                         long number)
{
    if (status == expected)
        return;
    if (status >= 0 || status == SGDL_ERR_INPUT || !*error->message || error->code != status)
        fail_msg("%s, failure %ld: status %d, code %d: %s", entry->name, number, status,
                 error->code, error->message);
}

static void fail_allocation(const entry_t *entry, long number, bool all_after, int expected,
                            long blocks)
{
    sgdl_error_t error = {0};
    failing_memory_arm(number, all_after);
    int status = entry->run(&error);
    long left = failing_memory_blocks();
    failing_memory_arm(0, false);
    assert_clear(entry, status, expected, &error, number);
    if (left != blocks && dlsym(RTLD_DEFAULT, "CVodeCreate"))
        fail_msg("%s, allocation %ld%s: %ld blocks are lost", entry->name, number,
                 all_after ? " and all after it" : "", left - blocks);
}

static void entries_outlive_failing_memory(void **state)
{
    (void)state;
    failing_memory_arm(0, false);
    for (size_t e = 0; entries[e].name; e++) {
        sgdl_error_t error = {0};
        int expected = entries[e].run(&error); /* and what is allocated once is there */
        if (expected != SGDL_OK && expected != SGDL_ERR_INCONCLUSIVE)
            fail_msg("%s: %s: %s", entries[e].name, error.place, error.message);
        long blocks = failing_memory_blocks();
        failing_memory_arm(0, false);
        assert_int_equal(entries[e].run(&error), expected);
        long count = failing_memory_count();
        assert_int_equal(failing_memory_blocks(), blocks);
        const long stride = getenv("SGDLIMIT_IN_FULL") ? 1 : count / RUNS_PER_ENTRY + 1;
        for (long number = 1 + count % stride; number <= count; number += stride) {
            fail_allocation(&entries[e], number, false, expected, blocks);
            fail_allocation(&entries[e], number, true, expected, blocks);
        }
    }
}

/* Nothing is beside the files of the scene but a whole `out`, if the entry came to an end. */
static size_t count_files(void)
{
    size_t count = 0;
    DIR *folder = opendir(scene.folder);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    assert_int_equal(closedir(folder), 0);
    return count;
}

static void fail_step(const entry_t *entry, long number, bool all_after, int code)
{
    sgdl_error_t error = {0};
    (void)unlink(scene.out_path);
    const size_t before = count_files();
    failing_output_arm(number, all_after, code);
    int status = entry->run(&error);
    failing_output_arm(0, false, 0);
    assert_clear(entry, status, SGDL_OK, &error, number);
    const char *kept = strstr(error.message, "what it should hold is in ");
    if (kept)
        (void)unlink(strrchr(kept, ' ') + 1);
    const bool saved = access(scene.out_path, F_OK) == 0;
    if (saved != (status == SGDL_OK && entry->saves) || count_files() != before + saved)
        fail_msg("%s, step %ld: status %d, file %d, %zu files, before %zu", entry->name, number,
                 status, saved, count_files(), before);
    if (status != SGDL_OK && !strstr(error.message, strerror(code)))
        fail_msg("%s, step %ld: %s", entry->name, number, error.message);
}

static void entries_outlive_failing_writes(void **state)
{
    static const int codes[] = {ENOSPC, EIO};
    (void)state;
    size_t writers = 0;
    for (size_t e = 0; entries[e].name; e++) {
        sgdl_error_t error = {0};
        failing_output_arm(0, false, 0);
        (void)entries[e].run(&error);
        const long count = failing_output_count();
        writers += count > 0;
        for (long number = 1; number <= count; number++)
            for (size_t i = 0; i < 2; i++) {
                fail_step(&entries[e], number, false, codes[i]);
                fail_step(&entries[e], number, true, codes[i]);
            }
    }
    assert_int_equal(writers, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_outlive_failing_memory),
        cmocka_unit_test(entries_outlive_failing_writes),
    };
    return cmocka_run_group_tests(tests, set_scene, clear_scene);
}
