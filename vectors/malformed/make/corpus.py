# SPDX-License-Identifier: GPL-3.0-or-later
# The list of cases, and the pieces of bytes that several formats are made of. Everything is the same on every run:
# no clock, no compressor whose output depends on its version.
import json, struct, zlib

cases = []
seen = set()


def add(form, name, data, says, why, use="open", **more):
    """One file. says: what the message holds, or None where the file is to be accepted."""
    file = f"{form}-{name}"
    assert file not in seen, file
    if len(data) > 20000:
        raise SystemExit(f"{file}: {len(data)} bytes")
    seen.add(file)
    entry = {"file": file, "format": form, "use": use, "verdict": "accepted" if says is None else "refused",
             "why": why}
    if says is not None:
        entry["says"] = says
    cases.append(({**entry, **more}, bytes(data)))


def u16(*values):
    return struct.pack(f"<{len(values)}H", *values)


def u32(*values):
    return struct.pack(f"<{len(values)}I", *values)


def f32(*values):
    return struct.pack(f"<{len(values)}f", *values)


def f64(*values):
    return struct.pack(f"<{len(values)}d", *values)


def stored(data):
    """A raw deflate stream of stored blocks, short enough for one."""
    assert len(data) < 65536
    return b"\1" + u16(len(data), len(data) ^ 0xFFFF) + data


def zlib_stream(data):
    return b"\x78\x01" + stored(data) + struct.pack(">I", zlib.adler32(data))


def gzip(data, crc=None, size=None):
    crc = zlib.crc32(data) if crc is None else crc
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + stored(data) +
            u32(crc, len(data) if size is None else size))


def npy(descr="<f8", shape="(2, 2)", data=f64(0, 0.25, 0.5, 1), order="False", version=b"\1\0", header=None):
    if header is None:
        header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)
    text = header.encode("latin-1")
    width = 2 if version == b"\1\0" else 4
    text += b" " * (-(8 + width + len(text) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(width, "little") + text + data


# --- zip, member by member, with every field to be had wrong ---

def member(name, data, **change):
    return {"name": name.encode() if isinstance(name, str) else name, "data": data, **change}


def zipped(*members, tail=b"", entries=None, directory_offset=None, directory=True, front=b""):
    body, central = front, b""
    for m in members:
        raw = m.get("raw", m["data"])
        crc = m.get("crc", zlib.crc32(m["data"]))
        size, stored_size = m.get("size", len(m["data"])), m.get("stored", len(raw))
        local_name, flags, method = m.get("local_name", m["name"]), m.get("flags", 0), m.get("method", 0)
        at = m.get("offset", len(body))
        body += (b"PK\3\4" + u16(20, flags, method, 0, 0x21) + u32(m.get("local_crc", crc)) +
                 u32(m.get("local_stored", stored_size), m.get("local_size", size)) +
                 u16(m.get("name_length", len(local_name)), 0) + local_name + raw)
        central += (b"PK\1\2" + u16(0x314, 20, flags, method, 0, 0x21) + u32(crc, stored_size, size) +
                    u16(len(m["name"]), 0, 0, 0, 0) + u32(m.get("mode", 0o100644) << 16, at) + m["name"])
    if not directory:
        return body
    n = len(members) if entries is None else entries
    at = len(body) if directory_offset is None else directory_offset
    return body + central + b"PK\5\6" + u16(0, 0, n, n) + u32(len(central), at) + u16(0) + tail


# --- tar ---

def tar_member(name, data=b"", kind=b"0", link=b"", size=None, checksum=None, magic=b"ustar\x0000", pad=True,
               sparse=False):
    digits = b"%011o\0" % (len(data) if size is None else size) if not isinstance(size, bytes) else size
    head = bytearray(512)
    for at, field in ((0, name), (100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"), (124, digits),
                      (136, b"00000000000\0"), (148, b" " * 8), (156, kind), (157, link), (257, magic)):
        head[at:at + len(field)] = field
    if sparse:  # one piece at 4096 of a file of 8192
        head[257:265] = b"ustar  \0"
        head[386:410] = b"%011o\0%011o\0" % (4096, len(data))
        head[483:495] = b"%011o\0" % 8192
    head[148:156] = b"%06o\0 " % sum(head) if checksum is None else checksum
    return bytes(head) + data + (b"\0" * (-len(data) % 512) if pad else b"")


def tar(*members, end=1024):
    return b"".join(members) + b"\0" * end


# --- pictures ---

def chunk(kind, data, crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png_head(width=2, height=2, depth=8, colour=0, interlace=0, compression=0, filtering=0, **how):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, compression, filtering, interlace),
                 **how)


MAGIC = b"\x89PNG\r\n\x1a\n"
GREY = b"\0\0\xff\0\x40\x80"  # two rows of two, filter 0


def png(head=None, rows=GREY, idat=None, before=b"", after=b"", end=chunk(b"IEND", b"")):
    data = zlib_stream(rows) if idat is None else idat
    return MAGIC + (png_head() if head is None else head) + before + chunk(b"IDAT", data) + after + end


def segment(marker, data, length=None):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2 if length is None else length) + data


QUANT = segment(0xDB, b"\0" + b"\1" * 64)
HUFF = segment(0xC4, b"\0\1" + b"\0" * 15 + b"\0") + segment(0xC4, b"\x10\1" + b"\0" * 15 + b"\0")


def jpeg_frame(n=1, rows=8, cols=8, precision=8, marker=0xC0, quant=0, **how):
    parts = b"".join(bytes([i + 1, 0x11, quant]) for i in range(n))
    return segment(marker, struct.pack(">BHHB", precision, rows, cols, n) + parts, **how)


def jpeg_scan(n=1, table=0):
    return segment(0xDA, bytes([n]) + b"".join(bytes([i + 1, table]) for i in range(n)) + b"\0\x3f\0")


def jpeg(n=1, quant=QUANT, huff=HUFF, frame=None, scan=None, bits=None, end=b"\xff\xd9", app=b""):
    """One block of 8 x 8, all grey: category 0 of DC and the end of the block are one bit 0 each."""
    bits = {1: b"\x3f", 3: b"\x03", 4: b"\x00"}[n] if bits is None else bits
    return (b"\xff\xd8" + app + quant + (jpeg_frame(n) if frame is None else frame) + huff +
            (jpeg_scan(n) if scan is None else scan) + bits + end)


def dumps(value):
    return json.dumps(value, separators=(",", ":"))
