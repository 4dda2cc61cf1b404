/* SPDX-License-Identifier: GPL-3.0-or-later
 * What fuzz targets share. */
#include "config.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const aevb_limits fuzz_limits = {.content_bytes = 16 << 20, .inflate_ratio = 200, .json_bytes = 1 << 20,
                                 .tensors = 1000, .entries = 1000, .pixels = 1 << 20};

/* The sanitizers ask for these. libhdf5 asks for absurd sizes on damaged files, and takes NULL for an answer; what it
 * loses inside itself is not ours to free. docs/fuzzing.md */
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

static char directory[64], file[80];

void fuzz_require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz target %s: %s\n", fuzz_target, what);
    abort();
}

void fuzz_check_error(aevb_status status, const aevb_error *err)
{
    if (status == AEVB_OK)
        return;
    fuzz_require(err->status == status, "the error has another status than the call");
    fuzz_require(err->message[0] != '\0', "a failure without a message");
    fuzz_require(memchr(err->message, '\0', sizeof err->message) != NULL, "a message without an end");
    fuzz_require(strchr(err->message, '\n') == NULL, "a message of two lines");
}

static void remove_directory(void)
{
    unlink(file);
    rmdir(directory);
}

const char *fuzz_path(void)
{
    if (directory[0] == '\0') {
        snprintf(directory, sizeof directory, "%s/aevb-fuzz.XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        fuzz_require(mkdtemp(directory) != NULL, "no temporary directory");
        snprintf(file, sizeof file, "%s/file", directory);
        atexit(remove_directory);
    }
    return file;
}
