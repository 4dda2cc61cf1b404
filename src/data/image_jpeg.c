/* SPDX-License-Identifier: GPL-3.0-or-later
 * JPEG pictures through libjpeg: grey or colour, baseline or progressive. [DATA.5] */
#include "config.h"
#include "data/image.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>

#include "alloc.h"
#include "error.h"

enum { MOST_SCANS = 100 }; /* of a progressive picture; each costs a pass over all of it, usual ones have ten */

/* Everything that must survive the jump is in here. */
typedef struct jpeg_job {
    struct jpeg_error_mgr handler; /* first: libjpeg's pointer to it is a pointer to the job */
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf jump;
    const aevb_image_bytes *in;
    aevb_image image;
    aevb_status status;
    aevb_error *err;
    bool out_of_memory;
    char problem[JMSG_LENGTH_MAX];
} jpeg_job;

static void leave(j_common_ptr jpeg)
{
    jpeg_job *job = (jpeg_job *)jpeg->err;
    job->out_of_memory = jpeg->err->msg_code == JERR_OUT_OF_MEMORY;
    jpeg->err->format_message(jpeg, job->problem);
    longjmp(job->jump, 1);
}

/* What libjpeg would only warn of (it goes on with grey pixels) is an error; traces are not wanted. */
static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0)
        leave(jpeg);
}

static void count_scans(j_common_ptr jpeg)
{
    jpeg_job *job = (jpeg_job *)jpeg->err;
    if (job->jpeg.input_scan_number <= MOST_SCANS)
        return;
    job->status = aevb_fail(job->err, AEVB_EUNSUPPORTED, "%s: more than %d scans", job->in->name, MOST_SCANS);
    longjmp(job->jump, 1);
}

/* Of the header. Sets what is wanted of libjpeg and makes the picture. */
static aevb_status prepare(jpeg_job *job)
{
    struct jpeg_decompress_struct *jpeg = &job->jpeg;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        break;
    case JCS_YCbCr:
    case JCS_RGB:
        jpeg->out_color_space = JCS_RGB;
        break;
    default:
        return aevb_fail(job->err, AEVB_EUNSUPPORTED, "%s: a JPEG with %d colour components that are neither grey "
                         "nor RGB (CMYK?)", job->in->name, jpeg->num_components);
    }
    size_t channels = jpeg->out_color_space == JCS_RGB ? 3 : 1;
    return aevb_image_make(job->in, jpeg->image_height, jpeg->image_width, channels, &job->image, job->err);
}

/* Called between create and destroy; leaves by the jump when something is wrong. */
static void decode(jpeg_job *job)
{
    struct jpeg_decompress_struct *jpeg = &job->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->progress = &job->progress;
    jpeg_mem_src(jpeg, job->in->bytes, (unsigned long)job->in->n);
    jpeg_read_header(jpeg, TRUE);
    if ((job->status = prepare(job)) != AEVB_OK)
        longjmp(job->jump, 1);
    jpeg_start_decompress(jpeg);
    size_t stride = job->image.cols * job->image.channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = job->image.samples + jpeg->output_scanline * stride;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_decompress(jpeg);
}

aevb_status aevb_image_decode_jpeg(const aevb_image_bytes *in, aevb_image *out, aevb_error *err)
{
    jpeg_job *job = aevb_alloc(1, sizeof *job);
    if (job == NULL)
        return aevb_fail_memory(err);
    job->in = in;
    job->err = err;
    job->jpeg.err = jpeg_std_error(&job->handler);
    job->handler.error_exit = leave;
    job->handler.emit_message = on_message;
    job->progress.progress_monitor = count_scans;
    aevb_status status = AEVB_OK;
    if (setjmp(job->jump) == 0)
        decode(job);
    else if (job->status != AEVB_OK)
        status = job->status;
    else if (job->out_of_memory)
        status = aevb_fail_memory(err);
    else
        status = aevb_fail(err, AEVB_EFORMAT, "%s: damaged JPEG: %s", in->name, job->problem);
    jpeg_destroy_decompress(&job->jpeg);
    if (status == AEVB_OK)
        *out = job->image;
    else
        aevb_free(job->image.samples);
    aevb_free(job);
    return status;
}
