/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads every file of a malformed corpus as its manifest says, each in a process of its own with a time and a memory
 * limit, and compares the verdict. Prints TAP.
 *
 *     malformed_tool FOLDER */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aevb/data.h"
#include "aevb/format.h"
#include "alloc.h"
#include "conform/vector_file.h"
#include "data/image.h"
#include "train/train_config.h"
#include "train/run_json.h"

enum { SECONDS = 10, LEAST_FILES = 150, LARGEST = 20000, LEAST_ACCEPTED = 15 };
enum { MEMORY_KIB = 512 << 10 };

/* The whole of a small file. */
static size_t slurp(const char *path, char *bytes, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(bytes, 1, room, f);
    if (f != NULL)
        fclose(f);
    return n;
}

static aevb_status read_tensors(const char *path, aevb_error *err)
{
    aevb_model_file *file;
    aevb_status status = aevb_model_file_open(path, NULL, &file, err);
    if (status != AEVB_OK)
        return status;
    for (size_t i = 0; i < aevb_model_file_count(file) && status == AEVB_OK; i++) {
        const aevb_stored_tensor *t = aevb_model_file_tensor(file, i);
        if (t->dtype == AEVB_DTYPE_OTHER)
            continue;
        double *values = calloc((size_t)t->count + 1, sizeof *values);
        status = values == NULL ? AEVB_ENOMEM : aevb_model_file_read(file, t, values, err);
        free(values);
    }
    aevb_model_file_close(file);
    return status;
}

static aevb_status read_network(const char *path, aevb_error *err)
{
    aevb_model *model;
    aevb_status status = aevb_model_load(path, NULL, NULL, &model, err);
    if (status == AEVB_OK)
        aevb_model_free(model);
    return status;
}

static aevb_status read_rows(const char *path, aevb_error *err)
{
    aevb_data data;
    aevb_status status = aevb_data_open(path, NULL, &data, err);
    if (status == AEVB_OK)
        aevb_data_close(&data);
    return status;
}

static aevb_status read_picture(const char *path, aevb_error *err)
{
    static char bytes[LARGEST];
    aevb_limits limits = aevb_limits_default();
    aevb_image image;
    size_t n = slurp(path, bytes, sizeof bytes);
    const aevb_image_bytes in = {path, (const uint8_t *)bytes, n, n, &limits};
    aevb_status status = aevb_image_decode(&in, &image, err);
    if (status == AEVB_OK)
        aevb_free(image.samples);
    return status;
}

static aevb_status read_arch(const char *path, aevb_error *err)
{
    static char text[LARGEST + 1];
    aevb_arch arch;
    slurp(path, text, LARGEST);
    return aevb_arch_from_json(text, &arch, err);
}

static aevb_status read_run(const char *path, aevb_error *err)
{
    aevb_run_record record;
    return aevb_run_json_read(path, &record, err);
}

static aevb_status read_vectors(const char *path, aevb_error *err)
{
    aevb_vector_file *file;
    aevb_status status = aevb_vector_open(path, &file, err);
    if (status == AEVB_OK)
        aevb_vector_close(file);
    return status;
}

static const struct reader {
    const char *use;
    aevb_status (*read)(const char *path, aevb_error *err);
} readers[] = {{"open", read_tensors}, {"network", read_network}, {"rows", read_rows}, {"picture", read_picture},
               {"arch", read_arch},    {"run", read_run},         {"vectors", read_vectors}};

/* One line of printable text: the message of a refusal ends up in terminals and logs. */
static int one_line(const char *message)
{
    for (const char *c = message; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return 0;
    return *message != '\0';
}

/* In the child; what is printed is the reason of a failure. The child that reads HDF5 may fail where the manifest
 * says so of libhdf5 (fails), and nowhere else: that would hide mistakes of ours. */
static int judge(const struct reader *reader, const char *path, const char *verdict, const char *says, int fails)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = reader->read(path, &err);
    int wants = strcmp(verdict, "accepted") == 0;
    const char *what = err.message; /* without the name of the file, which may hold the same words */
    if (!fails && strncmp(what, path, strlen(path)) == 0)
        what += strlen(path);
    if ((status == AEVB_OK) == wants && (fails || strstr(err.message, "libhdf5 failed on it") == NULL) &&
        (wants || (status == err.status && one_line(err.message) && strstr(what, says) != NULL)))
        return 0;
    printf("#   %s, wanted: %s%s%s\n#   %s\n", status == AEVB_OK ? "accepted" : "refused", verdict,
           wants ? "" : ", saying ", wants ? "" : says, status == AEVB_OK ? "" : err.message);
    return 1;
}

static int check(const char *folder, const json_t *entry)
{
    const char *file = json_string_value(json_object_get(entry, "file"));
    const char *use = json_string_value(json_object_get(entry, "use"));
    const char *verdict = json_string_value(json_object_get(entry, "verdict"));
    const char *says = json_string_value(json_object_get(entry, "says"));
    const struct reader *reader = NULL;
    char path[4096];
    for (size_t i = 0; use != NULL && i < sizeof readers / sizeof readers[0]; i++)
        if (strcmp(readers[i].use, use) == 0)
            reader = &readers[i];
    int refused = verdict != NULL && strcmp(verdict, "refused") == 0;
    int fails = json_object_get(entry, "libhdf5") != NULL; /* what is said then is libhdf5's affair */
    if (file == NULL || reader == NULL || verdict == NULL || (refused && (says == NULL || *says == '\0')) ||
        (!refused && strcmp(verdict, "accepted") != 0)) {
        puts("#   an entry of the manifest that is not understood");
        return 0;
    }
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (access(path, R_OK) != 0) {
        puts("#   the file is not there");
        return 0;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS);
        int code = judge(reader, path, verdict, says, fails);
        if (aevb_alloc_live() != 0)
            printf("#   %zu blocks of memory are left\n", aevb_alloc_live());
        exit(aevb_alloc_live() != 0 ? 1 : code); /* not _exit: what watches the process writes its results there */
    }
    int result = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &result, 0, &used) != child)
        return 0;
    if (!WIFEXITED(result))
        printf("#   ended by signal %d\n", WTERMSIG(result));
    if (used.ru_maxrss > MEMORY_KIB)
        printf("#   took %ld KiB of memory\n", used.ru_maxrss);
    return WIFEXITED(result) && WEXITSTATUS(result) == 0 && used.ru_maxrss <= MEMORY_KIB;
}

/* Files of the folder, without the manifest, the texts and the generator. */
static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    for (const struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.' && strcmp(e->d_name, "manifest.json") != 0 && strcmp(e->d_name, "make") != 0 &&
             strcmp(e->d_name, "make.py") != 0 && strcmp(e->d_name, "README.md") != 0;
    if (dir != NULL)
        closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    char path[4096];
    json_error_t bad;
    if (argc != 2)
        return 99;
    snprintf(path, sizeof path, "%s/manifest.json", argv[1]);
    json_t *manifest = json_load_file(path, JSON_REJECT_DUPLICATES, &bad);
    const json_t *files = json_object_get(manifest, "files");
    size_t n = json_array_size(files), failed = 0, accepted = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(files, i);
        const char *file = json_string_value(json_object_get(entry, "file"));
        const char *verdict = json_string_value(json_object_get(entry, "verdict"));
        int ok = check(argv[1], entry);
        accepted += verdict != NULL && strcmp(verdict, "accepted") == 0;
        failed += !ok;
        printf("%s %zu - %s %s\n", ok ? "ok" : "not ok", i + 1, file == NULL ? "?" : file,
               verdict == NULL ? "?" : verdict);
    }
    int whole = n >= LEAST_FILES && accepted >= LEAST_ACCEPTED && count_files(argv[1]) == n &&
                json_integer_value(json_object_get(manifest, "numberOfFiles")) == (json_int_t)n;
    printf("%s %zu - %zu files, %zu of them to be accepted: at least %d, and as many as the folder has\n1..%zu\n",
           whole ? "ok" : "not ok", n + 1, n, accepted, LEAST_FILES, n + 1);
    json_decref(manifest);
    return failed == 0 && whole ? 0 : 1;
}
