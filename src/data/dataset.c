/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sets: ownership of the rows, the check of their scale, the split, the hash. */
#include "config.h"
#include "dataset.h"

#include <math.h>
#include <nettle/sha2.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "aevb/rng.h"
#include "alloc.h"
#include "data/label_names.h"
#include "error.h"
#include "format/le_bytes.h"

/* The rows and labels of a source that was split, freed with the last part that uses them. */
struct aevb_storage {
    atomic_size_t users;
    uint8_t *u8;
    double *f64;
    uint32_t *labels;
};

aevb_dataset *aevb_dataset_of_bytes(uint8_t *rows, size_t n, size_t x_dim)
{
    aevb_dataset *dataset = aevb_alloc(1, sizeof *dataset);
    if (dataset != NULL) {
        dataset->n = n;
        dataset->x_dim = x_dim;
        dataset->u8 = rows;
    }
    return dataset;
}

void aevb_dataset_free(aevb_dataset *dataset)
{
    if (dataset == NULL)
        return;
    struct aevb_storage *storage = dataset->storage;
    if (storage == NULL) {
        aevb_free(dataset->u8);
        aevb_free(dataset->f64);
        aevb_free(dataset->labels);
    } else if (atomic_fetch_sub(&storage->users, 1) == 1) {
        aevb_free(storage->u8);
        aevb_free(storage->f64);
        aevb_free(storage->labels);
        aevb_free(storage);
    }
    aevb_free(dataset);
}

void aevb_data_close(aevb_data *data)
{
    aevb_dataset_free(data->train);
    aevb_dataset_free(data->test);
    aevb_label_names_free(data);
    *data = (aevb_data){0};
}

static size_t row_bytes(const aevb_dataset *d)
{
    return d->x_dim * (d->u8 != NULL ? 1 : sizeof(double));
}

static aevb_status check_bytes(const aevb_dataset *d, const char *name, aevb_error *err)
{
    uint8_t largest = 0;
    for (size_t i = 0; i < d->n * d->x_dim && largest <= 1; i++)
        largest = d->u8[i] > largest ? d->u8[i] : largest;
    if (largest > 1)
        return AEVB_OK;
    return aevb_fail(err, AEVB_EDOMAIN, "%s: wrong scale: the largest byte is %d, so the maximum of x would be "
                     "%d/255. Bytes 0..255 are expected and are divided by 255 here; divided before that, they would "
                     "be scaled twice. Data of 0 and 1 are to be stored as 0 and 255", name, largest, largest);
}

static aevb_status check_numbers(const aevb_dataset *d, const char *name, aevb_error *err)
{
    double largest = 0;
    for (size_t i = 0; i < d->n * d->x_dim; i++) {
        double x = d->f64[i];
        if (!(x >= 0 && x <= 1))
            return aevb_fail(err, AEVB_EDOMAIN, "%s: wrong scale: element %zu of row %zu is %.17g, outside 0..1. "
                             "Numbers are used as they are: divide pictures of 0..255 by 255, once", name,
                             i % d->x_dim, i / d->x_dim, x);
        largest = x > largest ? x : largest;
    }
    if (largest > 1.0 / 255.0)
        return AEVB_OK;
    return aevb_fail(err, AEVB_EDOMAIN, "%s: wrong scale: the maximum of x is %g, at most 1/255. Were the data "
                     "divided by 255 twice?", name, largest);
}

aevb_status aevb_dataset_check_scale(const aevb_dataset *dataset, const char *name, aevb_error *err)
{
    return dataset->u8 != NULL ? check_bytes(dataset, name, err) : check_numbers(dataset, name, err);
}

aevb_status aevb_dataset_check_finite(const aevb_dataset *d, const char *name, aevb_error *err)
{
    for (size_t i = 0; i < d->n * d->x_dim; i++)
        if (!isfinite(d->f64[i]))
            return aevb_fail(err, AEVB_EDOMAIN, "%s: element %zu of row %zu is %g", name, i % d->x_dim, i / d->x_dim,
                             d->f64[i]);
    return AEVB_OK;
}

aevb_status aevb_data_check_parts(const char *name, const aevb_data *data, aevb_error *err)
{
    const aevb_dataset *a = data->train, *b = data->test;
    if (a->x_dim == b->x_dim && a->image_rows == b->image_rows)
        return AEVB_OK;
    return aevb_fail(err, AEVB_ESHAPE, "%s: training pictures of %zu x %zu (%zu numbers), but test pictures of "
                     "%zu x %zu (%zu numbers)", name, a->image_rows, a->image_cols, a->x_dim, b->image_rows,
                     b->image_cols, b->x_dim);
}

/* Row `to` <- row `from` of rows of `size` bytes. */
static void copy_row(uint8_t *rows, size_t size, size_t to, size_t from)
{
    memcpy(rows + to * size, rows + from * size, size);
}

/* [DATA.4] Row i <- row p[i], cycle by cycle, with one row of spare memory. p becomes the identity. */
static void permute_rows(aevb_dataset *d, uint32_t *p, uint8_t *spare)
{
    size_t size = row_bytes(d);
    uint8_t *rows = d->u8 != NULL ? d->u8 : (uint8_t *)d->f64;
    for (uint32_t start = 0; start < d->n; start++) {
        uint32_t label = d->labels != NULL ? d->labels[start] : 0, to = start;
        if (p[start] == start)
            continue;
        memcpy(spare, rows + start * size, size);
        for (uint32_t from; (from = p[to]) != start; to = from) {
            copy_row(rows, size, to, from);
            if (d->labels != NULL)
                d->labels[to] = d->labels[from];
            p[to] = to;
        }
        memcpy(rows + to * size, spare, size);
        if (d->labels != NULL)
            d->labels[to] = label;
        p[to] = to;
    }
}

aevb_status aevb_dataset_part(aevb_dataset *whole, size_t n_test, aevb_dataset **test, aevb_error *err)
{
    if (n_test == 0) {
        *test = NULL;
        return AEVB_OK;
    }
    struct aevb_storage *storage = aevb_alloc(1, sizeof *storage);
    aevb_dataset *part = aevb_alloc(1, sizeof *part);
    if (storage == NULL || part == NULL) {
        aevb_free(storage);
        aevb_free(part);
        return aevb_fail_memory(err);
    }
    atomic_init(&storage->users, 2);
    storage->u8 = whole->u8;
    storage->f64 = whole->f64;
    storage->labels = whole->labels;
    whole->storage = storage;
    whole->n -= n_test;
    *part = *whole;
    part->n = n_test;
    if (whole->u8 != NULL)
        part->u8 += whole->n * whole->x_dim;
    else
        part->f64 += whole->n * whole->x_dim;
    if (whole->labels != NULL)
        part->labels += whole->n;
    *test = part;
    return AEVB_OK;
}

aevb_status aevb_dataset_split(aevb_dataset *whole, size_t n_test, uint64_t seed, aevb_dataset **test,
                               aevb_error *err)
{
    uint32_t *p = aevb_alloc(whole->n, sizeof *p);
    uint8_t *spare = aevb_alloc(row_bytes(whole), 1);
    aevb_status status = AEVB_OK;
    if (p == NULL || spare == NULL) {
        status = aevb_fail_memory(err);
    } else {
        aevb_permutation(seed, aevb_stream(AEVB_STREAM_SPLIT, 0), whole->n, p);
        permute_rows(whole, p, spare);
        status = aevb_dataset_part(whole, n_test, test, err);
    }
    aevb_free(p);
    aevb_free(spare);
    return status;
}

/* The bytes of n doubles as a little-endian machine stores them. */
static void hash_numbers(struct sha256_ctx *sha, const double *x, size_t n)
{
    unsigned char bytes[512 * 8];
    for (size_t done = 0; done < n;) {
        size_t m = n - done < 512 ? n - done : 512;
        for (size_t i = 0; i < m; i++)
            aevb_put_f64(bytes + 8 * i, x[done + i]);
        sha256_update(sha, 8 * m, bytes);
        done += m;
    }
}

/* The bytes that the rows take, text or not. */
static size_t stored_bytes(const aevb_dataset *d)
{
    return d->classes > 0 ? (d->n - 1) * d->step + d->x_dim / d->classes : d->n * d->x_dim;
}

void aevb_dataset_sha256(const aevb_dataset *dataset, char hex[65])
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    if (dataset->u8 != NULL)
        sha256_update(&sha, stored_bytes(dataset), dataset->u8);
    else
        hash_numbers(&sha, dataset->f64, dataset->n * dataset->x_dim);
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
