/* SPDX-License-Identifier: GPL-3.0-or-later
 * NAME.csv and NAME.json, which replace earlier ones only when both are complete. */
#include "config.h"
#include "aevb/bench.h"
#include "aevb/format.h"

#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/atomic_file.h"

struct aevb_bench_files {
    aevb_atomic *csv, *json;
};

static aevb_status open_one(const char *name, const char *ending, aevb_atomic **out, aevb_error *err)
{
    const size_t size = strlen(name) + strlen(ending) + 1;
    char *path = aevb_alloc(size, 1);
    if (path == NULL)
        return aevb_fail_memory(err);
    snprintf(path, size, "%s%s", name, ending);
    const aevb_status status = aevb_atomic_open(path, out, err);
    aevb_free(path);
    return status;
}

aevb_status aevb_bench_files_open(const char *name, aevb_bench_files **out, aevb_error *err)
{
    aevb_bench_files *files = aevb_alloc(1, sizeof *files);
    if (files == NULL)
        return aevb_fail_memory(err);
    aevb_status status = open_one(name, ".csv", &files->csv, err);
    if (status == AEVB_OK)
        status = open_one(name, ".json", &files->json, err);
    if (status == AEVB_OK)
        *out = files;
    else
        aevb_bench_files_discard(files);
    return status;
}

FILE *aevb_bench_files_csv(aevb_bench_files *files)
{
    return aevb_atomic_file(files->csv);
}

FILE *aevb_bench_files_json(aevb_bench_files *files)
{
    return aevb_atomic_file(files->json);
}

aevb_status aevb_bench_files_commit(aevb_bench_files *files, aevb_error *err)
{
    aevb_files_hold();
    aevb_status status = aevb_atomic_commit(files->csv, err);
    files->csv = NULL;
    if (status == AEVB_OK) {
        status = aevb_atomic_commit(files->json, err);
        files->json = NULL;
    }
    aevb_bench_files_discard(files);
    return aevb_files_release(status, err);
}

void aevb_bench_files_discard(aevb_bench_files *files)
{
    if (files == NULL)
        return;
    aevb_atomic_discard(files->csv);
    aevb_atomic_discard(files->json);
    aevb_free(files);
}
