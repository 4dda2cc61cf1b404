/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of every kind for tests in which something fails. */
#include "config.h"
#include "stranger_files.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aevb/data.h"
#include "aevb/format.h"
#include "alloc.h"
#include "conform/json_schema.h"
#include "conform/vector_file.h"
#include "conform/vector_set.h"
#include "data/image.h"
#include "format/hdf5_child.h"
#include "idx_files.h"
#include "image_files.h"
#include "temp_files.h"
#include "toy_run.h"
#include "train/checkpoint.h"
#include "train/run.h"
#include "train/run_json.h"
#include "tree_files.h"

enum { MOST = 100, MOST_CALLS = 5000 };

static stranger files[MOST];
static size_t n_files;

static aevb_status read_model(const char *path, aevb_error *err)
{
    aevb_model *model = NULL;
    aevb_model_file *file = NULL;
    aevb_status status = aevb_model_file_open(path, NULL, &file, err);
    for (size_t i = 0; status == AEVB_OK && i < aevb_model_file_count(file); i++) {
        const aevb_stored_tensor *t = aevb_model_file_tensor(file, i);
        double *values = malloc((size_t)(t->count + 1) * sizeof *values);
        if (t->dtype != AEVB_DTYPE_OTHER)
            status = aevb_model_file_read(file, t, values, err);
        free(values);
    }
    aevb_model_file_close(file);
    if (status == AEVB_OK)
        status = aevb_model_load(path, NULL, NULL, &model, err);
    char *json = NULL;
    if (status == AEVB_OK)
        status = aevb_arch_to_json(&model->arch, &json, err);
    free(json);
    aevb_model_free(model);
    return status;
}

static aevb_status read_rows(const char *path, aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    aevb_data data;
    options.range = AEVB_RANGE_ANY;
    aevb_status status = aevb_data_open(path, &options, &data, err);
    if (status == AEVB_OK)
        aevb_data_close(&data);
    return status;
}

/* With a crop and to half its size. */
static aevb_status read_picture(const char *path, aevb_error *err)
{
    aevb_picture_steps steps = aevb_picture_steps_none();
    aevb_limits limits = aevb_limits_default();
    aevb_image image = {.samples = NULL};
    uint8_t bytes[4096];
    size_t rows, cols;
    FILE *stream = fopen(path, "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, stream) - 1; /* the first byte of a seed is not the picture's */
    fclose(stream);
    aevb_status status = aevb_image_decode(&(aevb_image_bytes){path, bytes + 1, n, n, &limits}, &image, err);
    steps.crop_bottom = image.rows;
    steps.crop_right = image.cols;
    steps.scale = 0.5;
    if (status == AEVB_OK)
        status = aevb_image_steps_size(path, &image, &steps, &rows, &cols, err);
    uint8_t *row = status == AEVB_OK ? malloc(rows * cols) : NULL;
    if (status == AEVB_OK)
        status = aevb_image_steps(&image, &steps, row, err);
    free(row);
    aevb_free(image.samples);
    return status;
}

static aevb_status read_vectors(const char *path, aevb_error *err)
{
    aevb_vector_file *file = NULL;
    aevb_status status = aevb_vector_open(path, &file, err);
    aevb_vector_close(file);
    return status;
}

static aevb_status read_set(const char *path, aevb_error *err)
{
    aevb_vector_set *set = NULL;
    aevb_status status = aevb_vector_set_open(path, NULL, &set, err);
    aevb_vector_set_close(set);
    return status;
}

/* A request of the conformance protocol. */
static aevb_status read_question(const char *path, aevb_error *err)
{
    json_t *request = NULL;
    aevb_vector_file *file = NULL;
    aevb_status status = aevb_vector_load(path, &request, err);
    if (status == AEVB_OK)
        status = aevb_vector_question(request, &file, err);
    aevb_vector_close(file);
    json_decref(request);
    return status;
}

static aevb_status read_schema(const char *path, aevb_error *err)
{
    json_t *schema = NULL;
    aevb_status status = aevb_vector_load(path, &schema, err);
    if (status == AEVB_OK)
        status = aevb_json_schema_check(path, schema, schema, err); /* of which it is none */
    json_decref(schema);
    return status;
}

static aevb_status read_run(const char *path, aevb_error *err)
{
    static aevb_run_record record;
    char written[600];
    aevb_status status = aevb_run_json_read(path, &record, err);
    snprintf(written, sizeof written, "%s.again", temp_path("run.json"));
    return status == AEVB_OK ? aevb_run_json_write(written, &record, err) : status;
}

/* path is a run of the toy configuration; resumed with nothing left to do. */
static aevb_status read_checkpoint(const char *path, aevb_error *err)
{
    const aevb_train_config config = toy_config();
    const aevb_data data = toy_data();
    return aevb_train_resume(&config, &data, path, NULL, err);
}

static void add(const char *name, const char *path, aevb_status (*read)(const char *path, aevb_error *err))
{
    cr_assert_lt(n_files, MOST);
    stranger *file = &files[n_files++];
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->path, sizeof file->path, "%s", path);
    file->read = read;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void add_seeds(const char *target, aevb_status (*read)(const char *path, aevb_error *err))
{
    char folder[400], name[64], path[500];
    struct dirent **entries;
    snprintf(folder, sizeof folder, "%s/fuzz/corpus/%s", getenv("AEVB_SRCDIR"), target);
    const int n = scandir(folder, &entries, visible, alphasort);
    cr_assert_gt(n, 0, "%s has no seeds", folder);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%.380s/%.100s", folder, entries[i]->d_name);
        snprintf(name, sizeof name, "%.20s/%.40s", target, entries[i]->d_name);
        free(entries[i]);
        add(name, path, read);
    }
    free(entries);
}

static void add_trees(void)
{
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    const uint32_t dim[] = {12, 3, 3};
    char name[100];
    size_t n;
    mkdir(temp_path("mnist"), 0777);
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "mnist/%s", names[i]);
        idx_write(name, i % 2 == 0 ? 3 : 1, dim, NULL, 0);
    }
    add("a directory of MNIST files", temp_path("mnist"), read_rows);
    static uint8_t noise[100000];
    picture_fill(noise, sizeof noise, 7);
    for (size_t i = 1; i < sizeof noise; i++)
        noise[i] = (uint8_t)(noise[i] ^ (noise[i - 1] * 167u + 13u) ^ (i * i >> 7)); /* does not shrink much */
    idx_write("noise.gz", 2, (const uint32_t[]){1000, 100}, noise, 1);
    add("a gzip of more than one buffer", temp_path("noise.gz"), read_rows);
    png_write(temp_path("one.png"), 6, 4, 1);
    unsigned char *png = temp_read(temp_path("one.png"), &n);
    tree_file pictures[22];
    char picture_names[22][20];
    for (size_t i = 0; i < 22; i++) {
        snprintf(picture_names[i], sizeof picture_names[i], "%s/%zu.png", i % 2 ? "odd" : "even", i);
        pictures[i] = (tree_file){picture_names[i], png, n};
    }
    add("a directory of pictures", tree_write(TREE_DIRECTORY, "pictures", pictures, 22), read_rows);
    add("pictures in a zip", tree_write(TREE_ZIP, "pictures.zip", pictures, 22), read_rows);
    free(png);
    static unsigned char zeros[128 + (3 << 20)] = "\x93NUMPY\1\0\x76\0{'descr': '|u1', 'fortran_order': False, "
                                                  "'shape': (3072, 1024), }";
    for (size_t i = 10; i < 127; i++)
        zeros[i] = zeros[i] == 0 ? ' ' : zeros[i];
    zeros[127] = '\n';
    add("an array that inflates", tree_write(TREE_ZIP, "zeros.npz", &(tree_file){"a.npy", zeros, sizeof zeros}, 1),
        read_rows);
}

/* With an alphabet. */
static void add_model_of_text(void)
{
    const aevb_arch arch = {.x_dim = 6, .z_dim = 1, .likelihood = AEVB_CATEGORICAL, .x_classes = 3, .n_alphabet = 3,
                            .alphabet = "abc"};
    aevb_model *model = NULL;
    cr_assert_eq(aevb_model_create(&arch, &model, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_write(temp_path("text"), model, AEVB_DTYPE_F64, NULL), AEVB_OK);
    aevb_model_free(model);
    add("a model of text", temp_path("text"), read_model);
}

static void copy_to(const char *folder, const char *source, const char *name)
{
    char from[500], to[100];
    size_t n;
    snprintf(from, sizeof from, "%s/vectors/%s", getenv("AEVB_SRCDIR"), source);
    snprintf(to, sizeof to, "%s/%s", folder, name);
    unsigned char *bytes = temp_read(from, &n);
    temp_write(temp_path(to), bytes, n);
    free(bytes);
}

static void add_vectors(void)
{
    static const char question[] = "{\"id\": \"kl-0010\", \"type\": \"kl\", \"clauses\": \"KL.1\", "
        "\"dims\": {\"B\": 1, \"Z\": 2}, \"config\": {}, \"inputs\": {\"mu\": [0.0, 1], \"logvar\": [0.0, 2]}, "
        "\"arrays\": {\"mu\": [\"B\", \"Z\"], \"logvar\": [\"B\", \"Z\"], \"kl\": [\"B\", \"Z\"]}}";
    temp_write(temp_path("question.json"), question, strlen(question));
    add("a question", temp_path("question.json"), read_question);
    mkdir(temp_path("vectors"), 0777);
    copy_to("vectors", "../fuzz/corpus/vector_json/kl", "kl.json");
    add("a vector file", temp_path("vectors/kl.json"), read_vectors);
    add("a folder of vectors", temp_path("vectors"), read_set);
    copy_to(".", "schemas/kl.schema.json", "schema.json");
    add("a schema", temp_path("schema.json"), read_schema);
}

const stranger *stranger_list(size_t *n)
{
    char path[400];
    if (n_files == 0) {
        aevb_hdf5_in_process(1); /* what fails in a child is not seen here */
        const aevb_train_config config = toy_config();
        add_seeds("safetensors", read_model);
        add_seeds("npz", read_model);
        add_seeds("npz", read_rows);
        add_seeds("npy", read_rows);
        add_seeds("idx", read_rows);
        add_seeds("archive", read_rows);
        add_seeds("run_json", read_run);
        add_seeds("images", read_picture);
        add_seeds("keras_h5", read_model);
        snprintf(path, sizeof path, "%s/fuzz/corpus/keras_zip/whole", getenv("AEVB_SRCDIR"));
        add("keras_zip/whole", path, read_model);
        temp_write(temp_path("a.txt"), "the quick brown fox jumps over the lazy dog; and so on, and so on, and so on "
                   "until there are characters enough for a window or two of the usual size. Not yet? Now!", 163);
        add("a text", temp_path("a.txt"), read_rows);
        add_trees();
        add_model_of_text();
        add_vectors();
        add("a run", toy_train(&config, "run"), read_checkpoint);
    }
    *n = n_files;
    return files;
}

static int one_line(const char *message)
{
    for (const char *c = message; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return 0;
    return *message != '\0';
}

static aevb_status read_with(const stranger *file, const stranger_fault *fault, size_t n, int *reached,
                             aevb_error *err)
{
    *err = (aevb_error){.message = ""};
    if (n > 0)
        fault->arm(n);
    const aevb_status status = file->read(file->path, err);
    *reached = n > 0 && fault->disarm();
    cr_assert_eq(aevb_alloc_live(), 0, "%s: %zu blocks are left, call %zu", file->name, aevb_alloc_live(), n);
    cr_assert(status == AEVB_OK || (status == err->status && one_line(err->message)), "%s, call %zu: %d, \"%s\"",
              file->name, n, (int)status, err->message);
    return status;
}

size_t stranger_sweep(const stranger_fault *fault,
                      int (*judge)(const stranger *file, aevb_status status, const aevb_error *err))
{
    size_t n_list, judged = 0;
    const stranger *list = stranger_list(&n_list);
    for (size_t i = 0; i < n_list; i++) {
        aevb_error err;
        int reached = 1;
        const aevb_status usual = read_with(&list[i], fault, 0, &reached, &err);
        reached = 1;
        for (size_t n = 1; reached; n++) {
            cr_assert_lt(n, MOST_CALLS, "%s", list[i].name);
            const aevb_status status = read_with(&list[i], fault, n, &reached, &err);
            if (reached)
                cr_expect(judge(&list[i], status, &err), "%s, call %zu: status %d, %s", list[i].name, n, (int)status,
                          err.message);
            else
                cr_expect_eq(status, usual, "%s: %d without a fault, %d with it: %s", list[i].name, (int)usual,
                             (int)status, err.message);
            judged += (size_t)reached;
        }
    }
    return judged;
}
