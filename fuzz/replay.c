/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs a fuzz target over files, without a fuzzer: those of the directories given, else its seeds and past crashes in
 * the source tree. TAP; a target that crashes ends the program in the middle of its plan. */
#include "config.h"
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const double MOST_SECONDS = 10.0; /* of one input, also in a sanitized build on a busy machine */
static unsigned n_run, n_bad;

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Exactly the bytes, so that memory checkers see one beyond them. */
static unsigned char *read_all(const char *path, size_t *n)
{
    FILE *stream = fopen(path, "rb");
    unsigned char *bytes = NULL;
    if (stream != NULL && fseek(stream, 0, SEEK_END) == 0) {
        const long size = ftell(stream);
        bytes = size >= 0 ? malloc((size_t)size) : NULL;
        *n = size >= 0 ? (size_t)size : 0;
        rewind(stream);
        if (size > 0 && bytes != NULL && fread(bytes, 1, *n, stream) != *n) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (stream != NULL)
        fclose(stream);
    return bytes;
}

static void run_file(const char *path)
{
    size_t n = 0;
    unsigned char *bytes = read_all(path, &n);
    n_run++;
    if (bytes == NULL && n > 0) {
        printf("not ok %u - %s: cannot be read\n", n_run, path);
        n_bad++;
        return;
    }
    printf("# %s\n", path);
    fflush(stdout);
    const double start = seconds();
    LLVMFuzzerTestOneInput(bytes, n);
    const double took = seconds() - start;
    free(bytes);
    n_bad += took > MOST_SECONDS;
    printf("%s %u - %s, %.3f s\n", took > MOST_SECONDS ? "not ok" : "ok", n_run, strrchr(path, '/') + 1, took);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_directory(const char *directory)
{
    struct dirent **entries;
    const int n = scandir(directory, &entries, visible, alphasort);
    for (int i = 0; i < n; i++) {
        char path[4096];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
            run_file(path);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    static const char *const own[] = {"corpus", "crashes"};
    const char *root = getenv("AEVB_SRCDIR");
    for (int i = 1; i < argc; i++)
        run_directory(argv[i]);
    for (int i = 0; argc == 1 && i < 2; i++) {
        char directory[4096];
        snprintf(directory, sizeof directory, "%s/fuzz/%s/%s", root == NULL ? "." : root, own[i], fuzz_target);
        run_directory(directory);
    }
    if (n_run == 0)
        printf("Bail out! %s has no inputs\n", fuzz_target);
    else
        printf("1..%u\n", n_run);
    return n_run == 0 || n_bad > 0;
}
