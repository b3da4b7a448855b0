/** A folder of its own for the files of a test of tables. */
#ifndef SGDLIMIT_TESTS_TABLE_FOLDER_H
#define SGDLIMIT_TESTS_TABLE_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/sgdlimit-table-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* How many files there are; removes them if asked. */
static size_t files(bool remove_them)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            count++;
            if (remove_them && unlink(in_folder(entry->d_name)) != 0)
                assert_int_equal(rmdir(in_folder(entry->d_name)), 0);
        }
    }
    assert_int_equal(closedir(directory), 0);
    return count;
}

static int empty_folder(void **state)
{
    (void)state;
    (void)files(true);
    return 0;
}

static int remove_folder(void **state)
{
    (void)empty_folder(state);
    return rmdir(folder);
}

static void write_file(const char *path, const char *text, size_t length)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static inline char *read_file(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *stream = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(stream);
    size_t got = fread(text, 1, (1 << 20) - 1, stream);
    assert_true(got < (1 << 20) - 1);
    assert_int_equal(fclose(stream), 0);
    return text;
}

#endif
