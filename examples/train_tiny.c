/* SPDX-License-Identifier: GPL-3.0-or-later
 * The smallest real use of libaevb: trains a small VAE on the built-in sprites and prints its bound.
 *
 *     cc train_tiny.c $(pkg-config --cflags --libs aevb) -o train_tiny && ./train_tiny RUN */
#include <aevb/aevb.h>
#include <stdio.h>

static void print_epoch(void *user, const aevb_epoch *e)
{
    (void)user;
    printf("epoch %u: test -ELBO %.2f nats per datum (reconstruction %.2f + KL %.2f)\n", (unsigned)e->epoch,
           e->test_recon + e->test_kl, e->test_recon, e->test_kl);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: train_tiny RUN\n");
        return 2;
    }
    aevb_train_config config = aevb_train_default();
    snprintf(config.data, sizeof config.data, "sprites");
    config.limit = 2000;
    config.epochs = 2;
    config.batch = 100;

    aevb_error err = {AEVB_OK, ""};
    aevb_data data;
    aevb_data_options how = aevb_train_data_options(&config);
    aevb_status status = aevb_data_open(config.data, &how, &data, &err);
    if (status == AEVB_OK) {
        config.arch.x_dim = data.train->x_dim;
        config.arch.image_rows = data.train->image_rows;
        config.arch.image_cols = data.train->image_cols;
        config.arch.n_hidden = 1;
        config.arch.hidden[0] = 32;
        config.arch.z_dim = 6;
        aevb_train_hooks hooks = {NULL, print_epoch, NULL, NULL};
        status = aevb_train(&config, &data, argv[1], &hooks, &err);
        aevb_data_close(&data);
    }
    if (status != AEVB_OK) {
        fprintf(stderr, "train_tiny: %s\n", err.message);
        return 1;
    }
    return 0;
}
