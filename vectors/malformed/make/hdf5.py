# SPDX-License-Identifier: GPL-3.0-or-later
# Keras' .h5 and .keras, written by h5py, some of them damaged afterwards.
import io, json
import h5py
import numpy as np
from corpus import *

LAYERS = [("dense", 4, 2), ("z_mean", 2, 1), ("z_log_var", 2, 1), ("dense_1", 1, 2), ("dense_2", 2, 4)]


def dense(f, name, n_in, n_out, value=0.5, bias=None):
    g = f.create_group(name)
    g.attrs["weight_names"] = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
    inner = g.create_group(name)
    inner.create_dataset("kernel:0", data=np.full((n_in, n_out), value, "<f4"))
    inner.create_dataset("bias:0", data=np.full(n_out if bias is None else bias, value, "<f4"))


def image(change=None, layers=LAYERS, libver="earliest"):
    """One model with its layers at the root, changed by a function."""
    out = io.BytesIO()
    with h5py.File(out, "w", libver=libver) as f:
        f.attrs["layer_names"] = [n.encode() for n, _, _ in layers]
        for name, n_in, n_out in layers:
            dense(f, name, n_in, n_out)
        if change is not None:
            change(f)
    return out.getvalue()


def single(make, libver="earliest"):
    out = io.BytesIO()
    with h5py.File(out, "w", libver=libver) as f:
        make(f)
    return out.getvalue()


def array(**how):
    return single(lambda f: f.create_dataset("a", **how))


def loop(f):
    g = f.create_group("g")
    g["again"] = g


def shared(f):
    f["b"] = f.create_dataset("a", data=np.zeros(2, "<f4"))


def virtual(f):
    layout = h5py.VirtualLayout((2,), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "a", (2,))
    f.create_virtual_dataset("a", layout)


def attribute(where, key, value):
    def change(f):
        f[where].attrs[key] = value
    return change


def replaced(name, data):
    def change(f):
        del f[name]
        f[name] = data
    return change


def patched(data, old, new):
    assert data.count(old) == 1, (old, data.count(old))
    return data.replace(old, new)


def h5_cases():
    def hd(name, data, says, why, use="open", h5="opens", **more):
        differs = {} if says is None or h5 == "refuses" else {"h5py": h5}
        add("keras-h5", name + ".h5", data, says, why, use, **differs, **more)
    two = np.array([1, 2], "<f4")
    plain = array(data=two)
    hd("minimal", plain, None, "one array")
    hd("network", image(), None, "the layers of an auto-encoder", "network")
    hd("old-layout", single(lambda f: f.create_dataset("a", data=two), libver="earliest"), None,
       "superblock version 0")
    hd("big-endian", array(data=two.astype(">f8")), None, "big-endian numbers")
    hd("compressed", array(data=np.zeros(8, "<f4"), compression="gzip"), None, "deflate")
    hd("checked", array(data=np.zeros(8, "<f4"), chunks=(8,), shuffle=True, fletcher32=True), None,
       "shuffle, Fletcher-32")
    for n, says in ((8, "too short for HDF5"), (20, "not a whole HDF5"), (48, "not a whole HDF5"),
                    (len(plain) // 2, "a heap of 88 bytes"), (len(plain) - 1, "not a whole HDF5")):
        hd(f"cut-{n}", plain[:n], says, f"cut after {n} bytes", h5="refuses")
    hd("magic", b"\x88" + plain[1:], "header length 7279", "a damaged magic", h5="refuses")
    hd("superblock-version", plain[:8] + b"\x09" + plain[9:], "superblock version 9", "superblock version 9",
       h5="refuses")
    hd("offset-width", plain[:13] + b"\2" + plain[14:], "addresses of 2", "addresses of two bytes", h5="refuses")
    hd("root-beyond", single(lambda f: None, "earliest")[:64] + b"\xff" * 8 + single(lambda f: None, "earliest")[72:],
       "not a whole HDF5 file", "a root group at an undefined address", h5="refuses")
    hd("soft-link", single(lambda f: f.__setitem__("a", h5py.SoftLink("/a"))), "is a soft, external",
       "a soft link to itself")
    hd("external-link", single(lambda f: f.__setitem__("a", h5py.ExternalLink("/etc/passwd", "/"))),
       "is a soft, external", "a link to another file")
    hd("loop", single(loop), "reached twice", "a group that holds itself")
    hd("shared", single(shared), "reached twice", "one array of two names")
    hd("virtual", single(virtual), "a virtual array", "values in another file by a virtual array")
    hd("external", single(lambda f: f.create_dataset("a", shape=(2,), dtype="<f4", external=[("/etc/passwd", 0, 8)])),
       "in another file", "values in another file")
    hd("strings", array(data=np.array(["a", "b"], dtype=object), dtype=h5py.string_dtype()),
       "variable-length strings",
       "strings where numbers are expected")
    hd("vlen", array(shape=(1,), dtype=h5py.vlen_dtype(np.float32)), "a compound, variable-length",
       "arrays of arrays")
    hd("compound", array(data=np.zeros(2, [("a", "<f4"), ("b", "<f4")])), "a compound, variable-length", "a compound")
    hd("reference", array(shape=(2,), dtype=h5py.ref_dtype), "a compound, variable-length", "references")
    hd("array-type", array(shape=(2,), dtype=np.dtype(("<f4", (3,)))), "a compound, variable-length", "an array type")
    hd("null", array(data=h5py.Empty("<f4")), "without a shape", "an array without a shape")
    hd("huge", array(shape=(1 << 40,), dtype="<f8", chunks=(64,)), "its chunks: more than",
       "8 TiB of chunks that are not "
       "there")
    hd("product", array(shape=(1 << 31, 1 << 31, 1), dtype="<f4", chunks=(1, 1, 1)), "overflows", "2^64 bytes")
    hd("chunk", array(shape=(1,), maxshape=(None,), dtype="<f4", chunks=(1 << 24,), compression="gzip"),
       "chunks of 67108864 bytes", "a chunk of 64 MiB for one value")
    hd("unwritten", array(shape=(2,), dtype="<f4"), "0 bytes stored", "no values where there should be two")
    hd("dimensions", array(data=np.zeros((1,) * 12, "<f4")), "12 dimensions", "12 dimensions")
    hd("lzf", array(data=np.zeros(64, "<f4"), compression="lzf"), "filter 32000", "the filter LZF")
    hd("scale-offset", array(data=np.zeros(64, "<i4"), scaleoffset=0), "filter 6", "the filter scale-offset")
    hd("filter-second", array(data=np.zeros(8, "<f4"), chunks=(8,), compression="lzf", shuffle=True),
       "filter 32000", "shuffle, then LZF")
    hd("fletcher", patched(array(data=np.full(8, 3.25, "<f4"), chunks=(8,), fletcher32=True), f32(*[3.25] * 8),
                           f32(*[3.5] * 8)), "values are damaged", "values that changed under their Fletcher-32",
       h5="refuses")
    hd("nan", array(data=np.array([1, np.nan], "<f4")), "element 1 is NaN", "a NaN")
    hd("inf", array(data=np.array([np.inf, 1], "<f8")), "element 0 is infinite", "an infinity")
    hd("weights-missing", image(lambda f: f["dense"].__delitem__("dense/bias:0")),
       "named by weight_names but not there",
       "a bias that is named and not there")
    hd("weights-twice", image(attribute("dense", "weight_names", [b"dense/kernel:0"] * 2)), "but not there, or twice",
       "a weight named twice")
    hd("layer-empty", image(attribute("/", "layer_names", [b"dense", b""])), "without a usable name",
       "a layer without name")
    hd("layer-names-number", image(attribute("/", "layer_names", np.zeros(3))), None,
       "layer names that are numbers name nothing; the arrays are there")
    hd("config-text", image(attribute("/", "model_config", b"{'a'}")), "configuration byte",
       "a configuration in Python")
    hd("config-twice", image(attribute("/", "model_config", b'{"a":1,"a":2}')), "duplicate object key", "a key twice")
    hd("config-deep", image(attribute("/", "model_config", b"[" * 2500 + b"]" * 2500), LAYERS[:1]),
       "configuration byte",
       "2500 levels")
    hd("network-head-missing", image(layers=[l for l in LAYERS if l[0] != "z_mean"]), "--map says what is what",
       "no z_mean", "network")
    hd("network-shapes", image(layers=[("dense", 4, 2), ("z_mean", 3, 1), *LAYERS[2:]]), "--map says what is what",
       "a head of another width than the layer before it", "network")
    hd("network-bias", image(replaced("dense/dense/bias:0", np.zeros(3, "<f4"))), "dense",
       "a bias longer than its layer",
       "network")
    hd("network-integers", image(replaced("dense/dense/bias:0", np.zeros(2, "<i4"))), "--map says what is what",
       "integers as a bias", "network")
    hd("network-nan", image(replaced("dense/dense/bias:0", np.full(2, np.nan, "<f4"))), "element 0 is NaN",
       "NaN as a bias",
       "network")
    hd("network-nothing", single(lambda f: f.create_group("dense")), "no tensors", "a model without weights",
       "network")


    # One number each: libhdf5 1.10.8 asks malloc for 3 GiB, and the other two it does not survive.
    place = (0x3D8).to_bytes(8, "little")
    name = u32(7) + place
    hd("string-length", patched(image(), name + u32(2), u32(0xC0000007) + place + u32(2)),
       "keras-h5-string-length.h5: ", "a layer name of 3 GiB in a file of 19 KB", libhdf5="takes memory")
    hd("string-index", patched(image(), name + u32(2), name + u32(0xFF000002)), "keras-h5-string-index.h5: ",
       "a layer name that is object 4278190082 of a heap of 17", libhdf5="crashes")
    hd("chunk-flat", patched(array(shape=(1,), maxshape=(None,), dtype="<f4", chunks=(4,), compression="gzip"),
                             b"\3\2\2" + b"\xff" * 8, b"\3\2\0" + b"\xff" * 8), "keras-h5-chunk-flat.h5: ",
       "chunks of no dimensions", h5="crashes", libhdf5="crashes")


def keras_cases():
    def kr(name, data, says, why, use="open"):
        add("keras", name + ".keras", data, says, why, use)
    net = single(lambda f: [f.create_dataset(f"layers/{n}/vars/{i}", data=v) for n, a, b in LAYERS
                            for i, v in ((0, np.full((a, b), 0.5, "<f4")), (1, np.full(b, 0.5, "<f4")))])
    weights = member("model.weights.h5", net)
    kr("minimal", zipped(weights), None, "the weights alone")
    kr("config", zipped(member("config.json", b"{}"), weights), None, "a configuration that says nothing")
    kr("no-weights", zipped(member("metadata.json", b"{}")), "neither arrays nor model.weights.h5", "no weights")
    kr("weights-twice", zipped(*[member("model.weights.h5", array(data=np.zeros(2)))] * 2), "twice",
       "two files of weights")
    kr("config-twice", zipped(member("config.json", b"{}"), member("config.json", b"{}"), weights), "twice",
       "two configurations")
    kr("weights-text", zipped(member("model.weights.h5", b"hello")), "too short for HDF5", "weights that are a text")
    kr("weights-cut", zipped(member("model.weights.h5", net[:300])), "not a whole HDF5", "weights cut short")
    kr("config-text", zipped(member("config.json", b"hello"), weights), "configuration byte",
       "a configuration of text")
    kr("config-deep", zipped(member("config.json", b"[" * 2500 + b"]" * 2500),
                             member("model.weights.h5", array(data=np.zeros(2)))), "configuration byte",
       "2500 levels")
    kr("arrays-too", zipped(weights, member("a.npy", npy())), "both arrays and", "arrays beside the weights")
    kr("code", zipped(weights, member("layer.py", b"import os")), "part of neither", "a program beside the weights")
    kr("up", zipped(weights, member("../config.json", b"{}")), 'goes up with "..', "a name that goes up")
    kr("bad-crc", zipped(member("model.weights.h5", net, crc=5)), "bad CRC", "a checksum that does not fit")
    kr("soft-link-inside",
       zipped(member("model.weights.h5", single(lambda f: f.__setitem__("a", h5py.SoftLink("/b"))))),
       "is a soft, external", "weights with a link")
