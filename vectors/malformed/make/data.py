# SPDX-License-Identifier: GPL-3.0-or-later
# Rows of data: NPY, IDX, IDX in gzip, NPZ with images and labels.
import struct
from corpus import *


def idx(shape=(2, 2, 2), data=bytes(range(248, 256)), magic=None, kind=8):
    magic = bytes([0, 0, kind, len(shape)]) if magic is None else magic
    return magic + struct.pack(f">{len(shape)}I", *shape) + data


def npy_rows():
    def np(name, data, says, why):
        add("npy", name + ".npy", data, says, why, "rows")
    rows = f64(*[0, 0.25, 0.5, 1] * 5)
    np("minimal", npy(shape="(10, 2)", data=rows), None, "ten rows of two")
    np("fortran", npy(shape="(10, 2)", data=rows, order="True"), None, "Fortran order")
    np("big-endian", npy(">f8", "(10, 2)", struct.pack(">20d", *[0, 0.25, 0.5, 1] * 5)), None, "big-endian numbers")
    np("version-2", npy(shape="(10, 2)", data=rows, version=b"\2\0"), None, "version 2.0, a length of four bytes")
    np("bytes", npy("|u1", "(10, 2)", bytes(range(236, 256))), None, "bytes")
    good = npy(shape="(10, 2)", data=rows)
    np("cut-magic", good[:5], "begins with 93 4e 55 4d", "cut inside the magic")
    np("cut-length", good[:9], "too short for NPY", "cut inside the header length")
    np("cut-header", good[:40], "beyond the end of the file", "cut inside the header")
    np("cut-data", good[:-1], "the file ends after", "the last byte is missing")
    np("trailing", good + b"\0", "bytes after the array", "one byte too many")
    np("version-9", npy(version=b"\x09\0"), "NPY version 9.0", "a version that does not exist")
    np("length-huge", good[:6] + b"\2\0\xff\xff\xff\xff" + good[10:], "beyond the end", "a header of 4 GiB")
    np("wrong-order", npy(">f8", "(10, 2)", rows), "wrong scale", "little-endian numbers that are called big-endian")
    for what, header, says, why in (
            ("call", "{'descr': eval('1'), 'fortran_order': False, 'shape': (2, 2), }", "byte", "a function call"),
            ("no-dict", "['descr']", "byte", "a list"),
            ("no-shape", "{'descr': '<f8', 'fortran_order': False, }", "not all of descr", "no shape"),
            ("key-twice", "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", "byte",
             "descr twice"),
            ("key-unknown", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), 'x': 1, }", "byte",
             "a key that the format does not have"),
            ("bool", "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 2), }", "byte", "0 instead of False"),
            ("negative", "{'descr': '<f8', 'fortran_order': False, 'shape': (-2, 2), }", "byte", "a negative size"),
            ("scalar-shape", "{'descr': '<f8', 'fortran_order': False, 'shape': 4, }", "byte", "a shape that is no "
             "tuple"),
            ("nul", "{'descr': '<f8\0', 'fortran_order': False, 'shape': (2, 2), }", "character 0x00",
             "a NUL in a type"),
            ("structured", "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4,), }", "structured",
             "a structured array"),
            ("deep", "{'descr': " + "(" * 5000 + ")" * 5000 + ", 'fortran_order': False, 'shape': (2, 2), }", "byte",
             "5000 brackets")):
        np(what, npy(header=header), says, why)
    np("objects", npy("|O", "(2, 2)", b"\x80\x02N."), "never loaded", "an array of objects is a pickle")
    np("complex", npy("<c16", "(1, 2)"), 'dtype "', "complex numbers")
    np("text", npy("<U4", "(1, 2)", b"a\0\0\0" * 8), 'dtype "', "text")
    np("width", npy("<f3", "(2, 2)"), 'dtype "', "floats of three bytes")
    np("product", npy(shape="(4294967296, 4294967296)"), "overflows", "a shape whose product is 2^64")
    np("bytes-overflow", npy(shape="(2147483648, 1073741824)"), "2305843009213693952 elements of 8 bytes",
       "2^61 values of 8 bytes")
    np("number-huge", npy(shape="(99999999999999999999999, 1)"), "byte", "a size beyond 64 bits")
    np("dimensions", npy(shape="(" + "1," * 40 + ")"), "dimensions", "40 dimensions")
    np("no-rows", npy(shape="(0, 2)", data=b""), "without elements", "no rows")
    np("no-columns", npy(shape="(2, 0)", data=b""), "without elements", "rows of nothing")
    np("rank-one", npy(shape="(4,)"), "rows of data have two", "one dimension is no rows")
    np("rank-zero", npy(shape="()", data=f64(1)), "rows of data have two", "a scalar")
    np("nan", npy(data=f64(0, 1, float("nan"), 1)), "row 1", "a NaN among the data")
    np("inf", npy(data=f64(0, 1, 1, float("-inf"))), "row 1", "an infinity among the data")
    np("scale", npy(data=f64(0, 1, 255, 1)), "wrong scale", "numbers of 0..255")


def npz_rows():
    def nz(name, data, says, why):
        add("npz-data", name + ".npz", data, says, why, "rows")
    x = member("images.npy", npy("|u1", "(10, 2)", bytes(range(236, 256))))
    nz("minimal", zipped(x, member("labels.npy", npy("|u1", "(10,)", bytes(10)))), None, "images and labels")
    nz("labels-int64", zipped(x, member("labels.npy", npy("<i8", "(10,)", (7).to_bytes(8, "little") * 10))), None,
       "labels of 8 bytes, as NumPy makes them")
    nz("labels-fewer", zipped(x, member("labels.npy", npy("|u1", "(9,)", bytes(9)))), "labels in", "nine labels for "
       "ten rows")
    nz("labels-negative", zipped(x, member("labels.npy", npy("<f8", "(10,)", f64(*[-1] * 10)))), "no label",
       "labels of -1")
    nz("no-data", zipped(member("a.npy", npy()), member("b.npy", npy())), "which of its arrays",
       "two arrays, neither "
       "of which is called the data")
    nz("name-long", zipped(member("k" * 180 + ".npy", npy("|u1", "(10, 2)", bytes(range(236, 256))))), None,
       "one array, whose name has 180 characters")
    nz("name-none", zipped(member(".npy", npy("|u1", "(10, 2)", bytes(range(236, 256))))), None, "one array without a "
       "name, as numpy.savez makes it of an empty key")
    nz("names-odd", zipped(member("k" * 180 + ".npy", npy()), member(".npy", npy())), "which of its arrays",
       "two arrays with such names")
    nz("objects", zipped(member("images.npy", npy("|O", "(1, 1)", b"\x80\x02N."))), "never loaded", "pickled images")


def idx_rows():
    def ix(name, data, says, why):
        add("idx", name + ".idx", data, says, why, "rows")
    ix("minimal", idx(), None, "two pictures of 2 x 2")
    good = idx()
    ix("no-bytes", b"", "0: ends inside", "an empty file")
    for n in (3, 4, 9, 15):
        ix(f"cut-{n}", good[:n], "ends inside", f"cut after {n} bytes")
    ix("cut-data", good[:-1], "the file ends, but", "the last byte is missing")
    ix("trailing", good + b"\0", "bytes follow the data", "one byte too many")
    ix("magic", b"\1" + good[1:], "not an IDX file", "a first byte that is not 0")
    ix("little-endian", b"\3\x08\0\0" + good[4:], "not an IDX file", "the magic in the wrong order")
    ix("little-endian-sizes", good[:4] + struct.pack("<III", 2, 2, 2) + good[16:], "does not fit in 64 bits",
       "sizes in the wrong order")
    for kind, what in ((0x09, "signed bytes"), (0x0D, "floats")):
        ix(f"type-{kind:02x}", idx(kind=kind), "only 0x08", what)
    ix("type-none", idx(kind=0x07), "is no IDX element type", "an element type that does not exist")
    ix("no-dimensions", idx(shape=(), data=b""), "no dimensions", "a rank of 0")
    ix("rank-255", b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"\1", "255 dimensions", "255 dimensions")
    ix("rank-one", idx((8,)), "one dimension, as labels have", "labels given as data")
    ix("no-rows", idx((0, 2, 2), b""), "dimension 0 is 0", "no pictures")
    ix("zero-inside", idx((2, 0, 2), b""), "dimension 1 is 0", "pictures of 0 rows")
    ix("product", idx((2**31, 2**31, 2**31), b""), "does not fit in 64 bits", "a product of 2^93")
    ix("product-wraps", idx((2**16, 2**16, 2**16, 2**16), b""), "does not fit in 64 bits", "a product of 2^64, which "
       "wraps to 0")
    ix("huge", idx((2**31, 28, 28)), "1683627180032 bytes, more than the limit", "1.5 TiB declared")
    ix("scale", idx(data=b"\1\0" * 4), "wrong scale", "bytes of 0 and 1")

    def gz(name, data, says, why):
        add("idx-gz", name + ".gz", data, says, why, "rows")
    whole = gzip(good)
    gz("minimal", whole, None, "the same in gzip, one stored block")
    gz("two-members", gzip(good[:10]) + gzip(good[10:]), None, "gzip files one after the other are one content")
    gz("cut-header", whole[:6], "ends inside its gzip stream", "cut inside the header of gzip")
    gz("cut-data", whole[:30], "ends inside its gzip stream", "cut inside the data")
    gz("cut-trailer", whole[:-1], "ends inside its gzip stream", "cut inside the checksum")
    gz("bad-crc", gzip(good, crc=1), "do not have the CRC-32", "a checksum that does not fit")
    gz("bad-size", gzip(good, size=1), "do not have the length", "a length that does not fit")
    gz("trailing", whole + b"garbage", "the gzip stream has ended", "bytes after the stream")
    gz("method", whole[:2] + b"\7" + whole[3:], "unknown compression method", "method 7")
    gz("flags", whole[:3] + b"\xe0" + whole[4:], "unknown header flags", "reserved flags")
    gz("block-type", whole[:10] + b"\7" + whole[11:], "invalid block type", "block type 3")
    gz("stored-length", whole[:11] + b"\0\0" + whole[13:], "invalid stored block",
       "a length and its complement differ")
    gz("not-idx", gzip(b"hello, world"), "not an IDX file", "gzip of something else")
    gz("npy", gzip(npy(descr="|u1", data=bytes(4))), "an NPY file in gzip", "NPY in gzip")
    gz("zip", gzip(zipped(member("x.npy", npy(descr="|u1", data=bytes(4))))), "a zip in gzip", "a zip in gzip")
    gz("more-than-declared", gzip(good + b"\0"), "bytes follow", "one byte more inside than the header declares")
    gz("less-than-declared", gzip(good[:-1]), "declares 24 bytes", "one byte less inside")
    gz("bomb-declared", gzip(idx((2**20, 100, 100), b"")), "can inflate to", "10 GB declared in a file of 50 bytes")
