/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checks on the arrays and attributes of an HDF5 file: storage, filters, types, sizes. */
#include "config.h"
#include "format/hdf5_check.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/inflate_limit.h"

#define CHUNK_FREE (UINT64_C(1) << 20)
#define LONGEST_TEXT (UINT64_C(256) << 20) /* of one attribute */
enum { MOST_STRINGS = 100000 };

aevb_hdf5_quiet aevb_hdf5_begin(void)
{
    aevb_hdf5_quiet before = {.printer = NULL};
    H5Eget_auto2(H5E_DEFAULT, &before.printer, &before.printer_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (H5PLget_loading_state(&before.plugins) < 0)
        before.plugins = H5PL_ALL_PLUGIN;
    H5PLset_loading_state(0);
    return before;
}

void aevb_hdf5_end(aevb_hdf5_quiet before)
{
    H5PLset_loading_state(before.plugins);
    H5Eset_auto2(H5E_DEFAULT, before.printer, before.printer_data);
}

static aevb_status check_filters(hid_t list, aevb_error *err)
{
    int n = H5Pget_nfilters(list);
    if (n < 0)
        return aevb_fail(err, AEVB_EFORMAT, "damaged filters");
    for (int i = 0; i < n; i++) {
        unsigned flags = 0, config = 0;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &values, NULL, 0, NULL, &config);
        if (filter < 0)
            return aevb_fail(err, AEVB_EFORMAT, "damaged filters");
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return aevb_fail(err, AEVB_EUNSUPPORTED, "filter %d; deflate, shuffle and Fletcher-32 are read",
                             (int)filter);
    }
    return AEVB_OK;
}

static aevb_status check_chunk(hid_t list, const aevb_stored_tensor *tensor, uint64_t width, uint64_t bytes,
                               aevb_error *err)
{
    hsize_t dims[AEVB_MAX_NDIM];
    int ndim = H5Pget_chunk(list, AEVB_MAX_NDIM, dims);
    if (ndim < 0 || (size_t)ndim != tensor->ndim)
        return aevb_fail(err, AEVB_EFORMAT, "damaged chunks");
    uint64_t chunk = width;
    for (int i = 0; i < ndim; i++) {
        if (dims[i] == 0 || chunk > UINT64_MAX / dims[i])
            return aevb_fail(err, AEVB_EFORMAT, "damaged chunks");
        chunk *= dims[i];
    }
    if (chunk > bytes && chunk > CHUNK_FREE)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "chunks of %" PRIu64 " bytes for an array of %" PRIu64, chunk,
                         bytes);
    return AEVB_OK;
}

/* stored: what the array takes in the file. */
static aevb_status check_storage(hid_t list, const aevb_limits *limits, const aevb_stored_tensor *tensor,
                                 uint64_t width, uint64_t bytes, uint64_t stored, aevb_error *err)
{
    if (H5Pget_external_count(list) != 0)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "its values are in another file, refused");
    aevb_status status = check_filters(list, err);
    if (status != AEVB_OK)
        return status;
    switch (H5Pget_layout(list)) {
    case H5D_COMPACT:
    case H5D_CONTIGUOUS:
        if (stored != bytes)
            return aevb_fail(err, AEVB_EFORMAT, "%" PRIu64 " bytes stored, its shape needs %" PRIu64, stored, bytes);
        return AEVB_OK;
    case H5D_CHUNKED:
        status = check_chunk(list, tensor, width, bytes, err);
        return status == AEVB_OK ? aevb_inflate_check("its chunks", limits, stored, bytes, err) : status;
    default:
        return aevb_fail(err, AEVB_EUNSUPPORTED, "a virtual array, refused");
    }
}

/* A 16-bit float as IEEE 754 has it, in the byte order of type. */
static int is_half(hid_t type)
{
    size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
    return H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 && sign == 15 &&
           exponent == 10 && exponent_bits == 5 && mantissa == 0 && mantissa_bits == 10 &&
           H5Tget_ebias(type) == 15 && H5Tget_precision(type) == 16 && H5Tget_offset(type) == 0 &&
           H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

static aevb_status find_type(hid_t type, aevb_stored_tensor *tensor, aevb_error *err)
{
    tensor->dtype = AEVB_DTYPE_OTHER;
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        tensor->dtype_name = "integer";
        return AEVB_OK;
    case H5T_ENUM: /* NumPy's bool */
        tensor->dtype_name = "enum";
        return AEVB_OK;
    case H5T_STRING:
        if (H5Tis_variable_str(type) != 0)
            return aevb_fail(err, AEVB_EUNSUPPORTED, "variable-length strings, refused");
        tensor->dtype_name = "string";
        return AEVB_OK;
    case H5T_OPAQUE:
        tensor->dtype_name = "opaque";
        return AEVB_OK;
    case H5T_FLOAT:
        break;
    default:
        return aevb_fail(err, AEVB_EUNSUPPORTED, "a compound, variable-length, reference or array type, refused");
    }
    if (H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0) {
        tensor->dtype = AEVB_DTYPE_F32;
        tensor->dtype_name = "F32";
    } else if (H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0) {
        tensor->dtype = AEVB_DTYPE_F64;
        tensor->dtype_name = "F64";
    } else if (H5Tget_size(type) == 2 && is_half(type)) {
        tensor->dtype = AEVB_DTYPE_F16;
        tensor->dtype_name = "F16";
    } else {
        tensor->dtype_name = "float";
    }
    return AEVB_OK;
}

static aevb_status find_shape(hid_t space, aevb_stored_tensor *tensor, aevb_error *err)
{
    hsize_t dims[AEVB_MAX_NDIM];
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "an array without a shape");
    int ndim = H5Sget_simple_extent_ndims(space);
    if (ndim < 0)
        return aevb_fail(err, AEVB_EFORMAT, "a damaged shape");
    if (ndim > AEVB_MAX_NDIM)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%d dimensions, more than %d", ndim, AEVB_MAX_NDIM);
    if (H5Sget_simple_extent_dims(space, dims, NULL) != ndim)
        return aevb_fail(err, AEVB_EFORMAT, "a damaged shape");
    tensor->ndim = (size_t)ndim;
    tensor->count = 1;
    for (int i = 0; i < ndim; i++) {
        tensor->shape[i] = dims[i];
        if (dims[i] != 0 && tensor->count > UINT64_MAX / 64 / dims[i])
            return aevb_fail(err, AEVB_EFORMAT, "the product of the shape overflows");
        tensor->count *= dims[i];
    }
    return AEVB_OK;
}

aevb_status aevb_hdf5_check_array(hid_t set, const aevb_limits *limits, uint64_t stored, aevb_stored_tensor *tensor,
                                  uint64_t *bytes, aevb_error *err)
{
    hid_t type = H5Dget_type(set), space = H5Dget_space(set), list = H5Dget_create_plist(set);
    aevb_stored_tensor found = {.name = NULL};
    aevb_status status = AEVB_OK;
    if (type < 0 || space < 0 || list < 0)
        status = aevb_fail(err, AEVB_EFORMAT, "a damaged array");
    if (status == AEVB_OK)
        status = find_type(type, &found, err);
    if (status == AEVB_OK)
        status = find_shape(space, &found, err);
    uint64_t width = status == AEVB_OK ? H5Tget_size(type) : 0;
    if (status == AEVB_OK && (width == 0 || found.count > UINT64_MAX / width))
        status = aevb_fail(err, AEVB_EFORMAT, "its size overflows");
    uint64_t there = status == AEVB_OK ? H5Dget_storage_size(set) : 0;
    if (status == AEVB_OK && there > stored)
        status = aevb_fail(err, AEVB_EFORMAT, "%" PRIu64 " bytes stored in a file of %" PRIu64, there, stored);
    if (status == AEVB_OK)
        status = check_storage(list, limits, &found, width, found.count * width, there, err);
    if (status == AEVB_OK) {
        *tensor = found;
        *bytes = found.count * width;
    }
    if (list >= 0)
        H5Pclose(list);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return status;
}

static aevb_status copy_fixed(hid_t attribute, hid_t type, uint64_t count, char **text, aevb_error *err)
{
    uint64_t width = H5Tget_size(type);
    if (width == 0 || width > LONGEST_TEXT || count > LONGEST_TEXT / (width + 1))
        return aevb_fail(err, AEVB_EUNSUPPORTED, "more than %" PRIu64 " bytes", LONGEST_TEXT);
    if (H5Aget_storage_size(attribute) != count * width)
        return aevb_fail(err, AEVB_EFORMAT, "damaged");
    char *raw = aevb_alloc((size_t)(count * width), 1), *ended = aevb_alloc((size_t)(count * (width + 1)), 1);
    aevb_status status = raw == NULL || ended == NULL ? aevb_fail_memory(err) : AEVB_OK;
    if (status == AEVB_OK && H5Aread(attribute, type, raw) < 0)
        status = aevb_fail(err, AEVB_EFORMAT, "damaged");
    char *to = ended;
    for (uint64_t i = 0; i < count && status == AEVB_OK; i++) {
        size_t length = strnlen(raw + i * width, (size_t)width);
        memcpy(to, raw + i * width, length);
        to += length + 1;
    }
    aevb_free(raw);
    if (status == AEVB_OK)
        *text = ended;
    else
        aevb_free(ended);
    return status;
}

/* One block out of count strings; NULL is an empty one. */
static aevb_status join(char *const *strings, uint64_t count, char **text, aevb_error *err)
{
    size_t length = 0;
    for (uint64_t i = 0; i < count; i++)
        length += strings[i] == NULL ? 1 : strlen(strings[i]) + 1;
    char *joined = aevb_alloc(length, 1), *to = joined;
    if (joined == NULL)
        return aevb_fail_memory(err);
    for (uint64_t i = 0; i < count; i++)
        to = strings[i] == NULL ? to + 1 : stpcpy(to, strings[i]) + 1;
    *text = joined;
    return AEVB_OK;
}

static aevb_status copy_variable(hid_t attribute, hid_t type, hid_t space, uint64_t count, uint64_t largest,
                                 char **text, aevb_error *err)
{
    if (count > MOST_STRINGS || (largest > 0 && count > LONGEST_TEXT / largest))
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%" PRIu64 " strings that may have %" PRIu64 " bytes each", count,
                         largest);
    hid_t memory = H5Tcopy(type);
    char **strings = aevb_alloc((size_t)count, sizeof *strings);
    aevb_status status = strings == NULL || memory < 0 ? aevb_fail_memory(err) : AEVB_OK;
    if (status == AEVB_OK && H5Aread(attribute, memory, strings) < 0)
        status = aevb_fail(err, AEVB_EFORMAT, "damaged");
    else if (status == AEVB_OK) {
        status = join(strings, count, text, err);
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, strings);
    }
    aevb_free(strings);
    if (memory >= 0)
        H5Tclose(memory);
    return status;
}

aevb_status aevb_hdf5_read_strings(hid_t file, const char *group, const char *attribute, uint64_t largest,
                                   char **text, size_t *n, aevb_error *err)
{
    if (H5Aexists_by_name(file, group, attribute, H5P_DEFAULT) <= 0)
        return AEVB_OK;
    hid_t a = H5Aopen_by_name(file, group, attribute, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = a < 0 ? -1 : H5Aget_type(a), space = a < 0 ? -1 : H5Aget_space(a);
    aevb_stored_tensor shape = {.ndim = 0};
    aevb_status status = type < 0 || space < 0 ? aevb_fail(err, AEVB_EFORMAT, "damaged") : AEVB_OK;
    if (status == AEVB_OK && H5Sget_simple_extent_type(space) != H5S_NULL && H5Tget_class(type) == H5T_STRING) {
        status = find_shape(space, &shape, err); /* another class counts as absent: NumPy's empty list is a float */
        if (status == AEVB_OK)
            status = H5Tis_variable_str(type) != 0 ? copy_variable(a, type, space, shape.count, largest, text, err)
                                                   : copy_fixed(a, type, shape.count, text, err);
        if (status == AEVB_OK)
            *n = (size_t)shape.count;
    }
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (a >= 0)
        H5Aclose(a);
    return status;
}
