/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `aevb train` shows while it works. */
#include "config.h"
#include "cli/cli_json.h"
#include "cli/cli_progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { bar_width = 24 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

aevb_cli_progress aevb_cli_progress_start(uint64_t epochs, bool json)
{
    return (aevb_cli_progress){.json = json, .bar = isatty(STDERR_FILENO) != 0, .epochs = epochs};
}

static double rate(const aevb_epoch *e)
{
    return e->seconds > 0 ? (double)e->seen / e->seconds : 0;
}

void aevb_cli_progress_batch(void *user, const aevb_epoch *so_far)
{
    aevb_cli_progress *p = user;
    double t = now();
    if (!p->bar || t - p->drawn < 0.1)
        return;
    p->drawn = t;
    char bar[bar_width + 1];
    size_t filled = so_far->seen * bar_width / so_far->total;
    for (size_t i = 0; i < bar_width; i++)
        bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
    bar[bar_width] = '\0';
    double epochs_left = (double)(p->epochs - so_far->epoch);
    double left = (double)(so_far->total - so_far->seen) + epochs_left * (double)so_far->total;
    double per_second = rate(so_far);
    unsigned long long eta = per_second > 0 ? (unsigned long long)(left / per_second) : 0;
    fprintf(stderr, "\repoch %llu/%llu [%s] %3zu%%  loss %.3f  %.0f rows/s  ETA %llu:%02llu:%02llu\033[K",
            (unsigned long long)so_far->epoch, (unsigned long long)p->epochs, bar, so_far->seen * 100 / so_far->total,
            so_far->train_loss, per_second, eta / 3600, eta / 60 % 60, eta % 60);
}

void aevb_cli_progress_clear(const aevb_cli_progress *progress)
{
    if (progress->bar)
        fputs("\r\033[K", stderr);
}

static void print_json(const aevb_epoch *e)
{
    json_t *line = aevb_cli_json_object();
    aevb_cli_json_set(line, "epoch", aevb_cli_json_whole(e->epoch));
    aevb_cli_json_set(line, "train_loss", aevb_cli_json_real(e->train_loss));
    aevb_cli_json_set(line, "train_recon", aevb_cli_json_real(e->train_recon));
    aevb_cli_json_set(line, "train_kl", aevb_cli_json_real(e->train_kl));
    aevb_cli_json_set(line, "test_loss", aevb_cli_json_real(e->test_loss));
    aevb_cli_json_set(line, "test_recon", aevb_cli_json_real(e->test_recon));
    aevb_cli_json_set(line, "test_kl", aevb_cli_json_real(e->test_kl));
    aevb_cli_json_set(line, "seconds", aevb_cli_json_real(e->seconds));
    aevb_cli_json_set(line, "rows_per_second", aevb_cli_json_real(rate(e)));
    aevb_cli_json_print(line, 1);
}

void aevb_cli_progress_epoch(void *user, const aevb_epoch *done)
{
    aevb_cli_progress *p = user;
    aevb_cli_progress_clear(p);
    if (p->json) {
        print_json(done);
    } else {
        if (!p->headed)
            printf("%6s | %-28s | %-38s |\n%6s | %9s %9s %8s | %9s %9s %8s %9s | %8s %8s\n",
                   "", "train, nats per datum", "test, nats per datum", "epoch", "loss", "recon", "KL",
                   "loss", "recon", "KL", "bound", "seconds", "rows/s");
        p->headed = true;
        printf("%6llu | %9.3f %9.3f %8.3f | %9.3f %9.3f %8.3f %9.3f | %8.1f %8.0f\n", (unsigned long long)done->epoch,
               done->train_loss, done->train_recon, done->train_kl, done->test_loss, done->test_recon, done->test_kl,
               -(done->test_recon + done->test_kl), done->seconds, rate(done));
    }
    fflush(stdout);
}
