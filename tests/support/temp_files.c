/* SPDX-License-Identifier: GPL-3.0-or-later
 * Temporary files of tests. Any failure here is the test's failure: abort. */
#include "config.h"
#include "temp_files.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS = 8, LENGTH = 4096 };

static char directory[256];
static pid_t owner;

static void demand(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

/* Calls act (when there is one) on every entry but "." and ".."; returns their number. */
static size_t for_entries(void (*act)(const char *path))
{
    size_t n = 0;
    DIR *dir = opendir(directory);
    demand(dir != NULL, directory);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            n++;
            if (act != NULL)
                act(temp_path(entry->d_name));
        }
    closedir(dir);
    return n;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)type, (void)place;
    demand(remove(path) == 0, path);
    return 0;
}

/* With all that is in it. */
static void remove_entry(const char *path)
{
    demand(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, path);
}

static void remove_directory(void)
{
    if (getpid() != owner) /* a child that was forked by the test */
        return;
    for_entries(remove_entry);
    remove_entry(directory);
}

const char *temp_dir(void)
{
    if (directory[0] == '\0') {
        const char *root = getenv("TMPDIR");
        snprintf(directory, sizeof directory, "%.200s/aevb-test-XXXXXX",
                 root != NULL && *root != '\0' ? root : "/tmp");
        demand(mkdtemp(directory) != NULL, directory);
        owner = getpid();
        atexit(remove_directory);
    }
    return directory;
}

const char *temp_path(const char *name)
{
    static char paths[PATHS][LENGTH];
    static unsigned next;
    char *path = paths[next++ % PATHS];
    snprintf(path, LENGTH, "%s/%s", temp_dir(), name);
    return path;
}

void temp_write(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    demand(file != NULL && fwrite(bytes, 1, n, file) == n, path);
    demand(fclose(file) == 0, path);
}

unsigned char *temp_read(const char *path, size_t *n)
{
    struct stat st;
    FILE *file = fopen(path, "rb");
    demand(file != NULL && stat(path, &st) == 0, path);
    *n = (size_t)st.st_size;
    unsigned char *bytes = malloc(*n + 1);
    demand(bytes != NULL && fread(bytes, 1, *n, file) == *n, path);
    fclose(file);
    return bytes;
}

void temp_clear(void)
{
    temp_dir();
    for_entries(remove_entry);
}

size_t temp_count(void)
{
    temp_dir();
    return for_entries(NULL);
}
