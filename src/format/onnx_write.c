/* SPDX-License-Identifier: GPL-3.0-or-later
 * One network of a model as an ONNX graph of Gemm nodes and activations. The numbers of fields, types and operators
 * are those of onnx.proto; noise is never inside, it belongs between the two graphs. */
#include "config.h"
#include "aevb/format.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/atomic_file.h"
#include "format/le_bytes.h"
#include "format/proto_out.h"
#include "model/network.h"

enum { IR_VERSION = 7, OPSET = 13 };
#define LARGEST ((size_t)0x7fffffff) /* of any protobuf message */

/* Fields of the messages. */
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_GRAPH = 7, MODEL_OPSET = 8,
       MODEL_METADATA = 14 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_I = 3, ATTRIBUTE_TYPE = 20, ATTRIBUTE_INT = 2 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9, TYPE_FLOAT = 1, TYPE_INT64 = 7,
       TYPE_DOUBLE = 11 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2, SHAPE_DIM = 1,
       DIM_VALUE = 1, DIM_PARAM = 2 };
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2, ENTRY_KEY = 1, ENTRY_VALUE = 2 };

typedef struct builder {
    const aevb_model *model;
    aevb_dtype dtype;
    aevb_proto graph;
} builder;

/* An input or output [N][width]. */
static void add_value(builder *b, unsigned field, const char *name, size_t width)
{
    aevb_proto rows = {0}, cols = {0}, shape = {0}, tensor = {0}, type = {0}, value = {0};
    aevb_proto_text(&rows, DIM_PARAM, "N");
    aevb_proto_integer(&cols, DIM_VALUE, width);
    aevb_proto_part(&shape, SHAPE_DIM, &rows);
    aevb_proto_part(&shape, SHAPE_DIM, &cols);
    aevb_proto_integer(&tensor, TENSOR_ELEMENT, b->dtype == AEVB_DTYPE_F32 ? TYPE_FLOAT : TYPE_DOUBLE);
    aevb_proto_part(&tensor, TENSOR_SHAPE, &shape);
    aevb_proto_part(&type, TYPE_TENSOR, &tensor);
    aevb_proto_text(&value, VALUE_NAME, name);
    aevb_proto_part(&value, VALUE_TYPE, &type);
    aevb_proto_part(&b->graph, field, &value);
}

static void add_tensor(builder *b, const aevb_tensor *t)
{
    const double *from = b->model->params + t->offset;
    const int single = b->dtype == AEVB_DTYPE_F32;
    aevb_proto tensor = {0};
    for (size_t i = 0; i < t->ndim; i++)
        aevb_proto_integer(&tensor, TENSOR_DIMS, t->shape[i]);
    aevb_proto_integer(&tensor, TENSOR_TYPE, single ? TYPE_FLOAT : TYPE_DOUBLE);
    aevb_proto_text(&tensor, TENSOR_NAME, t->name);
    unsigned char *to = aevb_proto_space(&tensor, TENSOR_RAW, t->count * (single ? 4 : 8));
    for (size_t i = 0; i < t->count && to != NULL; i++)
        if (single)
            aevb_put_f32(to + 4 * i, (float)from[i]);
        else
            aevb_put_f64(to + 8 * i, from[i]);
    aevb_proto_part(&b->graph, GRAPH_INITIALIZER, &tensor);
}

static void add_attribute(aevb_proto *node, const char *name, uint64_t value)
{
    aevb_proto attribute = {0};
    aevb_proto_text(&attribute, ATTRIBUTE_NAME, name);
    aevb_proto_integer(&attribute, ATTRIBUTE_I, value);
    aevb_proto_integer(&attribute, ATTRIBUTE_TYPE, ATTRIBUTE_INT);
    aevb_proto_part(node, NODE_ATTRIBUTE, &attribute);
}

static void finish_node(builder *b, aevb_proto *node, const char *output, const char *op)
{
    aevb_proto_text(node, NODE_OUTPUT, output);
    aevb_proto_text(node, NODE_NAME, output);
    aevb_proto_text(node, NODE_OP, op);
    aevb_proto_part(&b->graph, GRAPH_NODE, node);
}

static void add_unary(builder *b, const char *op, const char *input, const char *output)
{
    aevb_proto node = {0};
    aevb_proto_text(&node, NODE_INPUT, input);
    finish_node(b, &node, output, op);
}

/* The input in another shape, dims[0] = 0: N rows as before. */
static void add_reshape(builder *b, const char *input, const char *output, size_t ndim, const size_t *dims)
{
    char name[32];
    aevb_proto node = {0}, shape = {0};
    snprintf(name, sizeof name, "%s.shape", output);
    aevb_proto_integer(&shape, TENSOR_DIMS, ndim);
    aevb_proto_integer(&shape, TENSOR_TYPE, TYPE_INT64);
    aevb_proto_text(&shape, TENSOR_NAME, name);
    unsigned char *to = aevb_proto_space(&shape, TENSOR_RAW, ndim * 8);
    for (size_t i = 0; i < ndim && to != NULL; i++)
        aevb_put_u64(to + 8 * i, dims[i]);
    aevb_proto_part(&b->graph, GRAPH_INITIALIZER, &shape);
    aevb_proto_text(&node, NODE_INPUT, input);
    aevb_proto_text(&node, NODE_INPUT, name);
    finish_node(b, &node, output, "Reshape");
}

/* [CAT.2] A softmax over the C classes of each position: the last axis, which is Softmax's own choice. */
static void add_softmax(builder *b, size_t X, size_t C)
{
    add_reshape(b, "logits", "positions", 3, (const size_t[]){0, X / C, C});
    add_unary(b, "Softmax", "positions", "positions.probability");
    add_reshape(b, "positions.probability", "probability", 2, (const size_t[]){0, X});
}

/* output = input W' + b for the layer whose weight is t and whose bias follows. */
static void add_affine(builder *b, const aevb_tensor *t, const char *input, const char *output)
{
    aevb_proto node = {0};
    add_tensor(b, t);
    add_tensor(b, t + 1);
    aevb_proto_text(&node, NODE_INPUT, input);
    aevb_proto_text(&node, NODE_INPUT, t->name);
    aevb_proto_text(&node, NODE_INPUT, (t + 1)->name);
    add_attribute(&node, "transB", 1);
    finish_node(b, &node, output, "Gemm");
}

/* The hidden layers that begin with tensor t; name gets the name of what comes out. */
static const aevb_tensor *add_hidden(builder *b, const aevb_tensor *t, const char *input, char name[32])
{
    static const char *const ops[] = {[AEVB_IDENTITY] = NULL, [AEVB_RELU] = "Relu", [AEVB_TANH] = "Tanh",
                                      [AEVB_SIGMOID] = "Sigmoid", [AEVB_SOFTPLUS] = "Softplus"};
    const char *op = ops[b->model->arch.activation];
    snprintf(name, 32, "%s", input);
    for (size_t i = 0; i < b->model->arch.n_hidden; i++, t += 2) {
        char sum[32];
        snprintf(sum, sizeof sum, "hidden%zu%s", i + 1, op == NULL ? "" : ".sum");
        add_affine(b, t, name, sum);
        snprintf(name, 32, "hidden%zu", i + 1);
        if (op != NULL)
            add_unary(b, op, sum, name);
    }
    return t;
}

static void add_encoder(builder *b)
{
    char h[32];
    const aevb_arch *arch = &b->model->arch;
    const aevb_tensor *t = add_hidden(b, b->model->layout.tensors, "x", h);
    add_affine(b, t, h, "mu");
    add_affine(b, t + 2, h, "logvar");
    aevb_proto_text(&b->graph, GRAPH_NAME, "encoder");
    add_value(b, GRAPH_INPUT, "x", arch->x_dim);
    add_value(b, GRAPH_OUTPUT, "mu", arch->z_dim);
    add_value(b, GRAPH_OUTPUT, "logvar", arch->z_dim);
}

static void add_decoder(builder *b)
{
    char h[32];
    const aevb_arch *arch = &b->model->arch;
    const aevb_tensor *t = add_hidden(b, b->model->layout.tensors + 2 * (arch->n_hidden + 2), "z", h);
    const int gaussian = arch->likelihood == AEVB_GAUSSIAN;
    const int logits = !gaussian && arch->likelihood != AEVB_GAUSSIAN_FIXED;
    add_affine(b, t, h, logits ? "logits" : "mean");
    if (gaussian)
        add_affine(b, t + 2, h, "logvar");
    if (arch->likelihood == AEVB_CATEGORICAL)
        add_softmax(b, arch->x_dim, arch->x_classes);
    else if (logits)
        add_unary(b, "Sigmoid", "logits", "probability");
    aevb_proto_text(&b->graph, GRAPH_NAME, "decoder");
    add_value(b, GRAPH_INPUT, "z", arch->z_dim);
    add_value(b, GRAPH_OUTPUT, logits ? "logits" : "mean", arch->x_dim);
    if (logits || gaussian)
        add_value(b, GRAPH_OUTPUT, logits ? "probability" : "logvar", arch->x_dim);
}

/* All up to the bytes of the graph, which come last so that they are not copied again. */
static void add_model(aevb_proto *model, const char *json, size_t graph)
{
    aevb_proto opset = {0}, entry = {0};
    aevb_proto_integer(model, MODEL_IR, IR_VERSION);
    aevb_proto_text(model, MODEL_PRODUCER, "libaevb");
    aevb_proto_text(model, MODEL_PRODUCER_VERSION, aevb_version());
    aevb_proto_text(&opset, OPSET_DOMAIN, "");
    aevb_proto_integer(&opset, OPSET_VERSION, OPSET);
    aevb_proto_part(model, MODEL_OPSET, &opset);
    aevb_proto_text(&entry, ENTRY_KEY, "aevb.arch");
    aevb_proto_text(&entry, ENTRY_VALUE, json);
    aevb_proto_part(model, MODEL_METADATA, &entry);
    aevb_proto_head(model, MODEL_GRAPH, graph);
}

static aevb_status write_file(const char *path, const builder *b, const char *json, aevb_error *err)
{
    aevb_proto head = {0};
    aevb_atomic *file = NULL;
    aevb_status status = AEVB_OK;
    add_model(&head, json, b->graph.n);
    if (!b->graph.failed && b->graph.n > LARGEST - 4096)
        status = aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than the 2 GiB that an ONNX file holds", path);
    else if (b->graph.failed || head.failed)
        status = aevb_fail_memory(err);
    if (status == AEVB_OK)
        status = aevb_atomic_open(path, &file, err);
    if (status == AEVB_OK)
        status = aevb_atomic_write(file, head.bytes, head.n, err);
    if (status == AEVB_OK)
        status = aevb_atomic_write(file, b->graph.bytes, b->graph.n, err);
    if (status == AEVB_OK)
        status = aevb_atomic_commit(file, err);
    else if (file != NULL)
        aevb_atomic_discard(file);
    aevb_free(head.bytes);
    return status;
}

static aevb_status check(const char *path, const aevb_model *model, aevb_part part, aevb_dtype dtype, aevb_error *err)
{
    if (!(model->parts & 1u << part))
        return aevb_fail(err, AEVB_EINVAL, "%s: the model has no %s", path,
                         part == AEVB_ENCODER ? "encoder" : "decoder");
    for (size_t i = 0; i < model->layout.n_params; i++)
        if (!isfinite(model->params[i]) || (dtype == AEVB_DTYPE_F32 && fabs(model->params[i]) > (double)FLT_MAX))
            return aevb_fail(err, AEVB_EDOMAIN, "%s: parameter %zu is %g, which F%d does not hold", path, i,
                             model->params[i], dtype == AEVB_DTYPE_F32 ? 32 : 64);
    return AEVB_OK;
}

aevb_status aevb_model_write_onnx(const char *path, const aevb_model *model, aevb_part part, aevb_dtype dtype,
                                  aevb_error *err)
{
    if (path == NULL || model == NULL || (part != AEVB_ENCODER && part != AEVB_DECODER) ||
        (dtype != AEVB_DTYPE_F32 && dtype != AEVB_DTYPE_F64))
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_write_onnx: NULL argument, no part, or neither F32 nor F64");
    builder b = {.model = model, .dtype = dtype};
    char *json = NULL;
    aevb_status status = check(path, model, part, dtype, err);
    if (status == AEVB_OK)
        status = aevb_arch_to_json(&model->arch, &json, err);
    if (status != AEVB_OK)
        return status;
    if (part == AEVB_ENCODER)
        add_encoder(&b);
    else
        add_decoder(&b);
    status = write_file(path, &b, json, err);
    aevb_free(b.graph.bytes);
    free(json);
    return status;
}
