# SPDX-License-Identifier: GPL-3.0-or-later
# safetensors, .npz as a model, PyTorch pickles, .keras as a zip.
import io, json, pickle, struct
from corpus import *

ARCH = {"format": 1, "x_dim": 4, "z_dim": 1, "hidden": [2], "activation": "relu", "likelihood": "grey",
        "image_rows": 0, "image_cols": 0}
SHAPES = {"fc1.weight": [2, 4], "fc1.bias": [2], "fc21.weight": [1, 2], "fc21.bias": [1], "fc22.weight": [1, 2],
          "fc22.bias": [1], "fc3.weight": [2, 1], "fc3.bias": [2], "fc4.weight": [4, 2], "fc4.bias": [4]}


def count(shape):
    n = 1
    for d in shape:
        n *= d
    return n


def st(header, data=b"", length=None):
    """header: a dict or the very text."""
    text = header if isinstance(header, bytes) else dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(dtype="F32", shape=(2,), offsets=(0, 8), data=f32(1, 2), name="a", **more):
    return st({name: {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}}, data)


def network(shapes=SHAPES, arch=ARCH, value=0.5, parts=None, **changed):
    header, data = {}, b""
    if arch is not None:
        header["__metadata__"] = {"aevb.arch": arch if isinstance(arch, str) else dumps(arch)}
    if parts is not None:
        header["__metadata__"]["aevb.parts"] = parts
    for name, shape in shapes.items():
        block = f32(*[value] * count(shape)) if name not in changed else changed[name]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(block)]}
        data += block
    return st(header, data)


def without(d, *keys):
    return {k: v for k, v in d.items() if k not in keys}


def safetensors():
    def sf(name, data, says, why, use="open", reader=None):
        more = {"reader": reader} if reader else {}
        add("safetensors", name + ".safetensors", data, says, why, use, **more)
    sf("minimal", one(), None, "one F32 tensor of two values")
    sf("empty-header", st(b"{}"), None, "no tensors at all is well formed")
    sf("padded", st(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}      ', f32(1)), None,
       "spaces after the header, as the format allows")
    sf("scalar", one(shape=(), offsets=(0, 4), data=f32(3)), None, "shape [] is one value")
    sf("no-elements", one(shape=(0, 3), offsets=(0, 0), data=b""), None, "a dimension of 0 has no bytes")
    for dtype, raw in (("F64", f64(1)), ("F16", b"\0\x3c"), ("BF16", b"\x80\x3f")):
        sf(dtype.lower(), one(dtype, (1,), (0, len(raw)), raw), None, f"one {dtype} value, 1")
    sf("integers", one("I64", (1,), (0, 8), b"\1" * 8), None, "a tensor that holds no real numbers is listed")
    sf("network", network(), None, "a whole network with its architecture", "network")
    sf("encoder", network({"encoder.0.weight": [4, 9], "encoder.0.bias": [4], "encoder.mu.weight": [2, 4],
                           "encoder.mu.bias": [2], "encoder.logvar.weight": [2, 4], "encoder.logvar.bias": [2]}, None),
       None, "an encoder without a decoder", "network")
    sf("metadata", st({"__metadata__": {"k": "v"}}), None, "metadata of strings")
    sf("no-bytes", b"", "0 bytes, too short", "an empty file")
    sf("seven-bytes", b"\2\0\0\0\0\0\0", "7 bytes, too short", "cut inside the header length")
    sf("eight-bytes", b"\2\0\0\0\0\0\0\0", "beyond the end of the file", "the header is not there")
    sf("length-zero", st(b"", length=0) + b"{}", "too short for", "a header of 0 bytes")
    sf("length-beyond", st(b"{}", length=3), "beyond the end of the file", "a header one byte longer than the file")
    sf("length-huge", st(b"{}", length=2**64 - 1), "is above the 100000000", "a header length of 2^64 - 1")
    sf("length-wraps", st(b"{}", length=2**64 - 8), "is above the 100000000", "8 + length wraps around to 0")
    sf("length-big-endian", struct.pack(">Q", 2) + b"{}", "is above the 100000000", "the length in the wrong order")
    sf("length-too-small", one()[:8].replace(one()[:1], b"\x20", 1) + one()[8:], "not the closing '}'",
       "the length cuts the header short")
    sf("data-cut", one()[:-1], "beyond the 7 bytes of data", "the last byte of data is missing")
    sf("data-missing", one(data=b""), "beyond the 0 bytes of data", "no data at all")
    sf("data-trailing", one(data=f32(1, 2, 3)), "bytes after the last tensor", "data that no tensor has")
    sf("not-json", st(b"{a: 1}"), "header byte", "a header that is not JSON")
    sf("single-quotes", st(b"{'a':1}"), "header byte", "Python's quotes are not JSON")
    sf("array", st(b"[]"), "is 0x5b, not '{'", "a header that is an array")
    sf("leading-space", st(b" {}"), "is 0x20, not '{'", "the header must begin with {", reader="opens")
    sf("byte-order-mark", st(b"\xef\xbb\xbf{}"), "is 0xef, not '{'", "a byte order mark before the header")
    sf("trailing-nul", st(b"{}\0"), "is 0x00, not the closing", "padding with NUL instead of spaces")
    sf("trailing-comma", st(b'{"__metadata__":{},}'), "header byte", "a comma too many")
    sf("comment", st(b'{/**/}'), "header byte", "a comment")
    sf("two-values", st(b"{}{}"), "header byte", "two objects")
    sf("deep", st(b'{"a":' * 3000 + b"1" + b"}" * 3000), "header byte", "JSON 3000 levels deep")
    sf("deep-arrays", st(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"), "header byte", "arrays 5000 levels deep")
    sf("name-not-utf8", st(b'{"\xff":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), "header byte",
       "a name that is not UTF-8")
    sf("name-overlong", st(b'{"\xc0\xaf":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), "header byte",
       "an overlong form of / in a name")
    sf("name-surrogate", st(b'{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), "header byte",
       "half a surrogate pair in a name", reader="opens")
    sf("name-nul", st(b'{"a\\u0000b":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), "header byte",
       "a NUL in a name", reader="opens")
    sf("raw-control", st(b'{"a\nb":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), "header byte",
       "a newline in a name, not escaped")
    entry = b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    sf("name-twice", st(b"{" + entry + b"," + entry + b"}", f32(1)), "duplicate object key", "one name twice")
    sf("key-twice", st(b'{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', f32(1)),
       "duplicate object key", "dtype twice")
    sf("metadata-twice", st(b'{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}'), "duplicate object key",
       "metadata twice")
    sf("metadata-key-twice", st(b'{"__metadata__":{"a":"1","a":"2"}}'), "duplicate object key", "one key twice")
    sf("metadata-array", st(b'{"__metadata__":[]}'), "is not an object", "metadata that is an array")
    sf("metadata-number", st(b'{"__metadata__":{"a":1}}'), "is not a string", "metadata that is a number")
    sf("metadata-nested", st(b'{"__metadata__":{"a":{}}}'), "is not a string", "metadata that is an object")
    sf("entry-number", st(b'{"a":1}'), "is not an object", "a tensor that is a number")
    sf("unknown-key", one(strides=[1]), "unknown key", "a member of a tensor that the format does not have",
       reader="opens")
    for key in ("dtype", "shape", "data_offsets"):
        full = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        sf("no-" + key.replace("_", "-"), st({"a": without(full, key)}, f32(1, 2)), f'no "{key}"', f"no {key}")
    sf("dtype-unknown", one("F12"), "unknown dtype", "a dtype that does not exist")
    sf("dtype-lower", one("f32"), "unknown dtype", "dtypes are upper case")
    sf("dtype-number", one(32), 'no "dtype" that is a string', "a dtype that is a number")
    sf("shape-negative", one(shape=(-2,)), "is not an integer from 0", "a negative dimension")
    sf("shape-real", one(shape=(2.0,)), "is not an integer from 0", "a dimension 2.0")
    sf("shape-text", one(shape=("2",)), "is not an integer from 0", "a dimension that is text")
    sf("shape-beyond-2-53", one(shape=(2**53 + 1,)), "is not an integer from 0", "a dimension of 2^53 + 1")
    sf("shape-beyond-2-63", one(shape=(2**63,)), "header byte", "a dimension of 2^63")
    sf("shape-product", one(shape=(2**32, 2**32)), "the product of the shape overflows", "a product of 2^64")
    sf("shape-product-then-zero", one(shape=(2**32, 2**32, 2**32, 0), offsets=(0, 0), data=b""), "overflows",
       "a product that overflows before the 0")
    sf("shape-bytes", one(shape=(2**31, 2**31)), "the bytes of shape", "2^62 values of four bytes overflow")
    sf("shape-more", one(shape=(3,)), "needs 12 bytes, data_offsets give 8", "more values than bytes")
    sf("shape-fewer", one(shape=(1,)), "needs 4 bytes, data_offsets give 8", "fewer values than bytes")
    sf("shape-many", one(shape=(1,) * 200 + (2,)), "dimensions, more than", "201 dimensions", reader="opens")
    sf("offsets-reversed", one(offsets=(8, 0)), "and end before", "offsets that end before they begin")
    sf("offsets-negative", one(offsets=(-8, 0)), "of two integers", "a negative offset")
    sf("offsets-three", one(offsets=(0, 8, 16)), "of two integers", "three offsets")
    sf("offsets-one", one(offsets=(8,)), "of two integers", "one offset")
    sf("offsets-huge", one(offsets=(0, 2**52)), "beyond the 8 bytes", "an end of 2^52")
    def two(a, b, data):
        return st({n: {"dtype": "F32", "shape": [(e - s) // 4], "data_offsets": [s, e]}
                   for n, (s, e) in (("a", a), ("b", b))}, data)
    sf("overlap", two((0, 8), (4, 12), f32(1, 2, 3)), "overlaps", "two tensors share four bytes")
    sf("same-bytes", two((0, 8), (0, 8), f32(1, 2)), "overlaps", "two tensors of the same bytes")
    sf("hole", two((0, 4), (8, 12), f32(1, 2, 3)), "leaves a hole", "four bytes of no tensor between two")
    sf("hole-first", one(shape=(1,), offsets=(4, 8)), "leaves a hole", "four bytes of no tensor in front")
    sf("out-of-order", two((4, 8), (0, 4), f32(1, 2)), None, "the header may name tensors in any order")
    for what, value in (("nan", float("nan")), ("inf", float("inf"))):
        sf(what, one(data=f32(1, value)), "element 1 is " + ("NaN" if what == "nan" else "infinite"),
           f"a weight that is {what}", reader="opens")
    sf("nan-f16", one("F16", (1,), (0, 2), b"\1\x7c"), "element 0 is NaN", "a signalling NaN of F16", reader="opens")
    sf("inf-bf16", one("BF16", (1,), (0, 2), b"\x80\xff"), "element 0 is infinite", "-inf as BF16", reader="opens")
    net = {"use": "network", "reader": "opens"}
    sf("network-tensor-missing", network(without(SHAPES, "fc4.bias")), "is missing", "no bias of the output", **net)
    sf("network-tensor-extra", network({**SHAPES, "fc9.bias": [1]}), "is not part of the architecture",
       "a tensor too many in a file that says its architecture", **net)
    sf("network-shape", network({**SHAPES, "fc3.weight": [1, 2]}), "the architecture has", "a transposed weight",
       **net)
    sf("network-rank", network({**SHAPES, "fc3.bias": [2, 1]}), "dimensions, the architecture has", "a bias of two "
       "dimensions", **net)
    sf("network-nan", network(value=float("nan")), "element 0 is NaN", "all weights NaN", **net)
    sf("network-arch-text", network(arch="hello"), "architecture", "an architecture that is no JSON", **net)
    sf("network-arch-huge", network(arch=dumps({**ARCH, "x_dim": 2**40})), "architecture", "a width of 2^40", **net)
    sf("parts-unknown", network(parts="both"), 'neither "encoder" nor "decoder"',
       "a part of a network that does not exist", **net)
    sf("network-arch-other", network(arch=dumps({**ARCH, "hidden": [3]})), "the architecture has", "another width "
       "than the tensors have", **net)


def npz_model():
    def nz(name, data, says, why, use="open"):
        add("npz", name + ".npz", data, says, why, use)
    a = npy("<f4", "(2,)", f32(1, 2))
    nz("minimal", zipped(member("a.npy", a)), None, "one array, stored")
    nz("fortran", zipped(member("a.npy", npy(order="True"))), None, "Fortran order is read")
    nz("network", zipped(*(member(f"{n}.npy", npy("<f4", "(" + "".join(f"{d}," for d in s) + ")",
                                                  f32(*[0.5] * count(s)))) for n, s in SHAPES.items())),
       None, "a network of PyTorch's names", "network")
    nz("network-missing", zipped(*(member(f"{n}.npy", npy("<f4", "(" + "".join(f"{d}," for d in s) + ")",
                                                          f32(*[0.5] * count(s)))) for n, s in SHAPES.items()
                                   if n != "fc21.weight")), "--map says what is what", "a head without its weight",
       "network")
    nz("objects", zipped(member("a.npy", npy("|O", "(1,)", pickle.dumps(None, 2)))), None,
       "an object array is listed; its pickle is never loaded")
    nz("objects-only-network", zipped(member("fc1.weight.npy", npy("|O", "(1,)", pickle.dumps(None, 2)))),
       "no tensors of a network",
       "a network of objects", "network")
    nz("nan", zipped(member("a.npy", npy("<f8", "(1,)", f64(float("nan"))))), "element 0 is NaN", "a NaN")
    nz("bad-crc", zipped(member("a.npy", a, crc=1)), "bad CRC", "a checksum that does not fit")
    nz("cut-directory", zipped(member("a.npy", a), directory=False), "no end of a zip's directory", "no directory")
    nz("cut-middle", zipped(member("a.npy", a))[:100], "no end of a zip's directory", "cut inside an array")
    nz("twice", zipped(member("a.npy", a), member("a.npy", a)), "twice", "one array twice")
    nz("no-array", zipped(member("a.npy", b"hello")), "too short for NPY", "five bytes that are no array")
    nz("code", zipped(member("a.npy", a), member("run.py", b"import os")), "part of neither", "a Python program")
    nz("up", zipped(member("../a.npy", a)), 'goes up with "..', "a name that goes up")
    nz("up-inside", zipped(member("b/../../a.npy", a)), 'goes up with "..', "a name that goes up in its middle")
    nz("absolute", zipped(member("/a.npy", a)), "an absolute name", "a name from the root")
    nz("link", zipped(member("a.npy", b"/etc/passwd", mode=0o120777)), "is a symbolic link", "a symbolic link")
    nz("device", zipped(member("a.npy", b"", mode=0o020666)), "neither a file nor a directory", "a device")
    nz("encrypted", zipped(member("a.npy", a, flags=1)), "encrypted", "the flag for encryption")
    nz("method", zipped(member("a.npy", a, method=99)), "compression method", "a method that does not exist")
    nz("size-local", zipped(member("a.npy", a, local_size=5, local_stored=5)), "Inconsistent uncompressed size",
       "the local header and the directory name different sizes")
    nz("size-both", zipped(member("a.npy", a, size=2**31, stored=2**31)), "Truncated ZIP file",
       "a size of 2 GiB in a file of 300 bytes")
    nz("name-empty", zipped(member("", a)), "a member without a name", "a member without a name")
    nz("name-nul", zipped(member(b"a\0b.npy", a)), 'member "a": part of neither', "a NUL in a name")
    nz("name-length", zipped(member("a.npy", a, name_length=65535)), "another name than in the directory",
       "a name that is longer than the file")
    nz("offset", zipped(member("a.npy", a, offset=1 << 30)), "a member beyond the members",
       "a member beyond the file")
    nz("entries", zipped(member("a.npy", a), entries=2), "fewer members than it says", "fewer members than said")
    nz("empty", zipped(), "a zip without members", "a zip of nothing")
    nz("bomb", zipped(member("a.npy", b"", raw=BOMB, method=8, size=1 << 24, crc=0)), "data is wrong size",
       "zeros without an end, a thousand for a byte")
    for what, array, says, why in (
            ("header-call", npy(header="{'descr': f('<f8'), 'fortran_order': False, 'shape': (0,), }"), "byte",
             "a function call in a header"),
            ("shape-beyond", npy(shape="(9, 9)"), "the file ends after", "a shape beyond its bytes"),
            ("shape-product", npy(shape="(4294967296, 4294967296)"), "overflows", "a shape whose product is 2^64"),
            ("trailing", npy() + b"x", "after the array", "a byte after the array")):
        nz(what, zipped(member("a.npy", array)), says, why)


# 17 KB of deflate: blocks of fixed codes, "zero, then 258 more of it" again and again: bit patterns, hand-packed.
def bomb(n_matches):
    bits = [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]            # last block, fixed codes; literal 0 is 00110000
    bits += ([1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0]) * n_matches  # length 258 is 11000101; distance 1 is 00000
    bits += [0] * 7                                       # end of block
    out = bytearray((len(bits) + 7) // 8)
    for i, bit in enumerate(bits):
        out[i // 8] |= bit << i % 8
    return bytes(out)


BOMB = bomb(11000)


def pickles():
    def pk(name, data, says, why):
        add("pickle", name + ".pt", data, says, why)
    # What it would do is print a word; nothing that reads this corpus may do it.
    evil = b"\x80\x02cbuiltins\nprint\nX\x04\x00\x00\x00evil\x85R."
    pk("zip", zipped(member("archive/data.pkl", evil), member("archive/version", b"3\n")), "a PyTorch pickle",
       "the zip that torch.save writes, with a pickle that would run code")
    pk("zip-root", zipped(member("data.pkl", evil)), "a PyTorch pickle", "the pickle at the root of the zip")
    pk("zip-arrays", zipped(member("a.npy", npy()), member("data.pkl", evil)), "a PyTorch pickle",
       "a pickle beside an array")
    pk("script", zipped(member("script/data/0", f32(0.5)), member("script/code/__torch__.py", b"import os"),
                        member("script/data.pkl", evil)), "a PyTorch pickle",
       "the zip that torch.jit.save writes: the pickle is not its first member")
    pk("legacy", pickle.dumps(0x1950A86A20F9469CFC6C, 2) + b"\x80\x02M\xe9\x03." + b"\x80\x02}q\0." + evil,
       "a PyTorch pickle", "the stream of torch.save before 1.6")
    pk("bare", evil, "a PyTorch pickle", "a bare pickle, protocol 2")
    pk("protocol-4", b"\x80\x04" + evil[2:], "a PyTorch pickle", "a bare pickle, protocol 4")
    pk("cut", evil[:4], "a PyTorch pickle", "four bytes of a pickle")
