/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every loader as a function of bytes in memory: it reads all that there is to read and frees it again. */
#ifndef AEVB_FUZZ_LOADERS_H
#define AEVB_FUZZ_LOADERS_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

typedef aevb_status fuzz_loader(const uint8_t *data, size_t n, aevb_error *err);

fuzz_loader fuzz_load_keras;   /* in a child; unless libhdf5 crashes there, again in this process */
fuzz_loader fuzz_load_model;   /* safetensors, Keras h5, .keras, npz: told apart by content */
fuzz_loader fuzz_load_data;    /* any data source: idx, npy, npz, archives of pictures */
fuzz_loader fuzz_load_npy;
fuzz_loader fuzz_load_npz;
fuzz_loader fuzz_load_idx;
fuzz_loader fuzz_load_image;
fuzz_loader fuzz_load_archive;
fuzz_loader fuzz_load_text;
fuzz_loader fuzz_load_run_json;
fuzz_loader fuzz_load_vectors;

/* Calls a loader and checks that it leaves no memory behind and says what is wrong. */
void fuzz_load(fuzz_loader *loader, const uint8_t *data, size_t n);

#endif
