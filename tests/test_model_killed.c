/* SPDX-License-Identifier: GPL-3.0-or-later
 * Saving a model and being killed meanwhile. */
#include "config.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aevb/format.h"
#include "aevb/rng.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(model_killed, .fini = no_leaks);

static aevb_model *make(const aevb_arch *arch, uint64_t seed)
{
    aevb_model *model = NULL;
    aevb_error err = {0};
    cr_assert_eq(aevb_model_create(arch, &model, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_NORMAL, 1.0, seed), AEVB_OK);
    return model;
}

Test(model_killed, kill_9_at_any_time_leaves_the_old_model_or_the_new_one)
{
    enum { ROUNDS = 40 };
    const char *path = temp_path("m");
    const aevb_arch arch = {.x_dim = 300, .z_dim = 10, .n_hidden = 1, .hidden = {200}};
    aevb_model *models[2] = {make(&arch, 1), make(&arch, 2)};
    aevb_error err = {0};
    cr_assert_eq(aevb_model_save(path, &arch, models[0]->params, AEVB_DTYPE_F64, &err), AEVB_OK, "%s", err.message);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    cr_assert_eq(aevb_model_save(path, &arch, models[1]->params, AEVB_DTYPE_F64, &err), AEVB_OK, "%s", err.message);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double saving = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    if (saving > 0.1)
        cr_skip("a saving takes %g s here: too slow for this test", saving);
    size_t seen[2] = {0, 0};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        cr_assert(child >= 0);
        if (child == 0)
            for (size_t i = 1;; i++)
                if (aevb_model_save(path, &arch, models[i % 2]->params, AEVB_DTYPE_F64, NULL) != AEVB_OK)
                    _exit(1);
        /* Uniform over four savings, so that the signal falls anywhere in one. */
        double wait = 4e9 * saving * aevb_uniform(9, aevb_stream(AEVB_STREAM_TEST, 0), round);
        nanosleep(&(struct timespec){0, (long)wait}, NULL);
        int result;
        cr_assert_eq(kill(child, SIGKILL), 0);
        cr_assert_eq(waitpid(child, &result, 0), child);
        cr_assert(WIFSIGNALED(result), "a saving failed");
        aevb_model *back = NULL;
        cr_assert_eq(aevb_model_load(path, NULL, NULL, &back, &err), AEVB_OK, "%s", err.message);
        size_t bytes = back->layout.n_params * sizeof(double);
        int second = memcmp(back->params, models[1]->params, bytes) == 0;
        cr_assert(second || memcmp(back->params, models[0]->params, bytes) == 0);
        seen[second]++;
        aevb_model_free(back);
    }
    /* The child does nothing but save, so every signal falls into a saving; both models must have been there. */
    cr_expect(seen[0] > 0 && seen[1] > 0, "%zu %zu", seen[0], seen[1]);
    aevb_model_free(models[0]);
    aevb_model_free(models[1]);
}
