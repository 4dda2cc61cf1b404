# SPDX-License-Identifier: GPL-3.0-or-later
# PNG, JPEG, PGM and PPM as single pictures, and archives of pictures: zip, tar, tgz.
from corpus import *


def png_cases():
    def pn(name, data, says, why):
        add("png", name + ".png", data, says, why, "picture")
    pn("minimal", png(), None, "2 x 2, grey")
    pn("colour", png(png_head(1, 1, 8, 2), b"\0\1\2\3"), None, "1 x 1, RGB")
    pn("bits", png(png_head(2, 2, 1, 0), b"\0\x80\0\x40"), None, "2 x 2, one bit")
    pn("palette", png(png_head(1, 1, 8, 3), b"\0\0", before=chunk(b"PLTE", b"\1\2\3")), None, "a palette")
    good = png()
    for n, what in ((8, "after the magic"), (20, "inside IHDR"), (33, "before IDAT"), (50, "inside IDAT")):
        pn(f"cut-{n}", good[:n], "ends early", f"cut {what}")
    pn("no-end", png(end=b""), "ends early", "no IEND")
    pn("magic", b"\x89PNG\n\x1a\n\0" + good[8:], "begins as no PNG", "a magic whose line ends were changed")
    pn("bad-crc-head", png(png_head(crc=0)), "CRC", "a checksum of IHDR that does not fit")
    pn("bad-crc-data", MAGIC + png_head() + chunk(b"IDAT", zlib_stream(GREY), crc=0) + chunk(b"IEND", b""), "CRC",
       "a checksum of IDAT that does not fit")
    pn("width-zero", png(png_head(0, 2)), "IHDR", "0 columns")
    pn("height-zero", png(png_head(2, 0)), "IHDR", "0 rows")
    pn("width-huge", png(png_head(2**31 - 1, 2**31 - 1)), "beyond the limit of 67108864 pixels", "2^62 pixels")
    pn("width-negative", png(png_head(2**31, 2)), "integer out of range", "2^31 columns, negative for some")
    pn("beyond-limit", png(png_head(20000, 20000)), "beyond the limit of 67108864 pixels",
       "400 million pixels in 70 bytes")
    pn("large-for-bytes", png(png_head(8000, 8000)), "(inflate_ratio)", "64 million pixels in 70 bytes")
    pn("depth", png(png_head(depth=3)), "IHDR", "a depth of 3")
    pn("colour-type", png(png_head(colour=5)), "IHDR", "a colour type of 5")
    pn("interlace", png(png_head(interlace=7)), "IHDR", "an interlace method of 7")
    pn("compression", png(png_head(compression=1)), "IHDR", "a compression method of 1")
    pn("no-palette", png(png_head(1, 1, 8, 3), b"\0\0"), "PLTE", "a palette picture without one")
    pn("palette-index", png(png_head(1, 1, 8, 3), b"\0\7", before=chunk(b"PLTE", b"\1\2\3")), "beyond the palette",
       "a sample beyond the palette")
    pn("filter", png(rows=b"\x09\0\xff\0\x40\x80"), "filter", "filter 9")
    pn("rows-missing", png(rows=GREY[:3]), "Not enough image data", "one row of two")
    pn("rows-more", png(rows=GREY + b"\0\0\0"), "Too much image data", "three rows of two")
    pn("zlib-check", png(idat=zlib_stream(GREY)[:-1] + b"\0"), "incorrect data check", "Adler-32 that does not fit")
    pn("zlib-method", png(idat=b"\x79\x01" + zlib_stream(GREY)[2:]), "incorrect header check", "no zlib stream")
    pn("two-heads", png(before=png_head()), "IHDR", "two headers")
    pn("chunk-length", MAGIC + b"\xff\xff\xff\xff" + png_head()[4:], "integer out of range", "a chunk of 4 GiB")
    pn("chunk-vast", MAGIC + png_head() + b"\x73\x50\x4c\x00sPLT", "ends early", "a chunk of 1.9 GB nobody needs")
    pn("critical", png(before=chunk(b"ABCD", b"")), "unhandled critical chunk", "a critical chunk that nobody knows")
    pn("trailing", good + b"hello", None, "what follows IEND is no part of the picture and not looked at")


def jpeg_cases():
    def jp(name, data, says, why):
        add("jpeg", name + ".jpg", data, says, why, "picture")
    good = jpeg()
    jp("minimal", good, None, "one block of 8 x 8, grey")
    jp("colour", jpeg(3, app=segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")), None, "one block of each of YCbCr")
    jp("cmyk", jpeg(4), "CMYK?", "four components")
    jp("cmyk-adobe", jpeg(4, app=segment(0xEE, b"Adobe\0\x64\0\0\0\0\2")), "CMYK?", "YCCK as Adobe writes it")
    for n, what in ((3, "after the magic"), (30, "inside the table"), (75, "inside the frame"),
                    (130, "inside the scan")):
        jp(f"cut-{n}", good[:n], "damaged JPEG", f"cut {what}")
    jp("no-end", jpeg(end=b""), "damaged JPEG", "no end of image")
    jp("no-data", jpeg(bits=b""), "damaged JPEG", "a scan without a block")
    jp("no-tables", jpeg(huff=b""), "damaged JPEG", "no Huffman tables")
    jp("no-quant", jpeg(quant=b""), "damaged JPEG", "no quantization table")
    jp("rows-zero", jpeg(frame=jpeg_frame(rows=0)), "damaged JPEG", "0 rows")
    jp("cols-zero", jpeg(frame=jpeg_frame(cols=0)), "damaged JPEG", "0 columns")
    jp("huge", jpeg(frame=jpeg_frame(rows=65500, cols=65500)), "beyond the limit", "4 G pixels in 140 bytes")
    jp("large-for-bytes", jpeg(frame=jpeg_frame(rows=8000, cols=8000)), "(inflate_ratio)",
       "64 million pixels in 140 bytes")
    jp("precision", jpeg(frame=jpeg_frame(precision=12)), "damaged JPEG", "12 bits")
    jp("arithmetic", jpeg(frame=jpeg_frame(marker=0xC3)), "damaged JPEG", "a lossless frame")
    jp("segment-length", jpeg(frame=jpeg_frame(length=1)), "damaged JPEG", "a segment of length 1")
    jp("segment-long", jpeg(frame=jpeg_frame(length=60000)), "damaged JPEG", "a segment beyond the file")
    jp("components-none", jpeg(frame=segment(0xC0, b"\x08\0\x08\0\x08\0")), "damaged JPEG", "no components")
    jp("components-two", jpeg(3, frame=jpeg_frame(2), scan=jpeg_scan(2)), "2 colour components", "two components")
    jp("sampling", jpeg(frame=segment(0xC0, b"\x08\0\x08\0\x08\1\1\xff\0")), "damaged JPEG", "sampling factors of 15")
    jp("huffman-too-many", jpeg(huff=segment(0xC4, b"\0" + b"\xff" * 16)), "damaged JPEG", "too many codes")
    jp("two-frames", jpeg(frame=jpeg_frame() * 2), "damaged JPEG", "two frames")
    jp("trailing", good + b"hello", None, "what follows the end of the image, as cameras write it, is not looked at")


def pnm_cases():
    def pm(name, data, says, why):
        add("pnm", name, data, says, why, "picture")
    pm("minimal.pgm", b"P5\n2 2\n255\n\0\x40\x80\xff", None, "2 x 2, grey")
    pm("ascii.pgm", b"P2\n2 2\n255\n0 64 128 255\n", None, "2 x 2 as text")
    pm("colour.ppm", b"P6\n1 1\n255\n\1\2\3", None, "1 x 1, RGB")
    pm("comment.pgm", b"P5 # hello\n2 2 # world\n255\n\0\x40\x80\xff", None, "comments")
    pm("wide.pgm", b"P5\n1 1\n65535\n\x80\0", None, "samples of two bytes")
    pm("no-bytes.pgm", b"", "is empty", "an empty file")
    pm("magic.pgm", b"P5", "ends before", "two bytes")
    pm("kind-4.pbm", b"P4\n8 1\n\0", "only P2, P5 and P6", "a bitmap")
    pm("kind-7.pam", b"P7\nWIDTH 1\n", "a PNM of kind P7", "PAM")
    pm("no-height.pgm", b"P5\n2", "ends before", "no height")
    pm("no-maxval.pgm", b"P5\n2 2\n", "ends before", "no largest value")
    pm("width-zero.pgm", b"P5\n0 2\n255\n", "2 x 0", "0 columns")
    pm("height-zero.pgm", b"P5\n2 0\n255\n", "0 x 2", "0 rows")
    pm("maxval-zero.pgm", b"P5\n2 2\n0\n\0\0\0\0", "a largest value of 0", "a largest value of 0")
    pm("maxval-huge.pgm", b"P5\n2 2\n65536\n\0\0\0\0\0\0\0\0", "is more than 65535", "a largest value of 65536")
    pm("negative.pgm", b"P5\n-2 2\n255\n\0\0\0\0", "no number where", "a width of -2")
    pm("number-huge.pgm", b"P5\n99999999999999999999999 2\n255\n", "is more than", "a width beyond 64 bits")
    pm("product.pgm", b"P5\n4294967295 4294967295\n255\n", "the width is more than", "2^64 pixels")
    pm("large-for-bytes.pgm", b"P5\n8000 8000\n255\n\0", "declares 64000000 samples", "64 million samples in a byte")
    pm("cut.pgm", b"P5\n2 2\n255\n\0\x40\x80", "the file ends", "the last sample is missing")
    pm("trailing.pgm", b"P5\n2 2\n255\n\0\x40\x80\xff\0", "bytes follow the last sample", "one byte too many")
    pm("sample-beyond.pgm", b"P5\n2 2\n100\n\0\x40\x80\xff", "a sample of", "a sample above the largest value")
    pm("ascii-cut.pgm", b"P2\n2 2\n255\n0 64 128", "ends before a sample", "three samples of four")
    pm("ascii-text.pgm", b"P2\n2 2\n255\n0 64 x 128", "no number where", "a letter among the samples")
    pm("ascii-trailing.pgm", b"P2\n2 2\n255\n0 64 128 255 1", "more follows the last sample", "five samples of four")
    pm("no-space.pgm", b"P5\n2 2\n255\0\x40\x80\xff", "no white space", "no white space after the largest value")
    pm("other.gif", b"GIF89a\1\0\1\0\0\0\0;", "as no PNG, JPEG or PGM", "a GIF")


PICTURE = b"P5\n2 2\n255\n\0\x40\x80\xff"


def archive_cases():
    def zp(name, data, says, why):
        add("zip", name + ".zip", data, says, why, "rows")
    three = [member(f"{i}.pgm", PICTURE) for i in range(3)]
    zp("minimal", zipped(*three), None, "three pictures")
    zp("labels", zipped(member("a/1.pgm", PICTURE), member("b/1.pgm", PICTURE)), None, "two labels")
    zp("no-picture", zipped(member("a.txt", b"hello")), "no picture in it", "a text")
    zp("empty", zipped(), "a zip without members", "nothing")
    zp("dots", zipped(member("a/./0.pgm", PICTURE), member(".//b/1.pgm", PICTURE)), None, "parts of names that say "
       "nothing")
    zp("two", zipped(three[0]) + zipped(*three[1:]), "not where the end of the zip says", "two zips, one after the "
       "other")
    zp("up", zipped(*three, member("../x.pgm", PICTURE)), 'goes up with "..', "a name that goes up")
    zp("absolute", zipped(member("/x.pgm", PICTURE), *three), "an absolute name", "a name from the root")
    zp("link", zipped(*three, member("x.pgm", b"/etc/passwd", mode=0o120777)), "is a symbolic link",
       "a symbolic link")
    zp("fifo", zipped(*three, member("x.pgm", b"", mode=0o010644)), "neither a file nor", "a FIFO")
    zp("twice", zipped(three[0], three[0]), "is there twice", "one name twice")
    zp("bad-crc", zipped(member("0.pgm", PICTURE, crc=7)), "bad CRC", "a checksum that does not fit")
    zp("encrypted", zipped(member("0.pgm", PICTURE, flags=1)), "encrypted", "encrypted")
    zp("lzma", zipped(member("0.pgm", PICTURE, method=14, raw=b"\x09\x04\x05\0\x5d" + b"\xff" * 4 + bytes(9))),
       "only stored and deflated", "LZMA with a dictionary of 4 GiB")
    zp("sizes-differ", zipped(member("0.pgm", PICTURE, local_size=3, local_stored=3), three[1]),
       "Inconsistent uncompressed size", "other sizes in the local header than in the directory")
    zp("names-differ", zipped(member("0.pgm", PICTURE, local_name=b"1.pgm"), three[2]),
       "another name than in the directory",
       "another name in the local header than in the directory")
    zp("depths", zipped(member("0.pgm", PICTURE), member("a/0.pgm", PICTURE)), "different depths", "with and without "
       "a label")
    zp("deep", zipped(member("a/b/c/0.pgm", PICTURE), member("a/d/e/0.pgm", PICTURE)), "too deep",
       "three directories deep")
    zp("other-kind", zipped(*three, member("x.gif", b"GIF89a")), "a kind of picture that is not read", "a GIF")
    zp("no-picture-inside", zipped(member("0.png", b"hello, world")), "0.png", "a text that is called .png")
    zp("sizes-of-pictures", zipped(three[0], member("1.pgm", b"P5\n1 1\n255\n\0")), "rows and",
       "pictures of two sizes")
    whole = zipped(*three)
    zp("cut", whole[:-10], "no end of a zip's directory", "cut inside the end of the directory")
    zp("cut-member", whole[:60], "no end of a zip's directory", "cut inside a member")

    def tr(name, data, says, why):
        add("tar", name + ".tar", data, says, why, "rows")
    pics = [tar_member(b"%d.pgm" % i, PICTURE) for i in range(3)]
    tr("minimal", tar(*pics), None, "three pictures")
    tr("directory",
       tar(tar_member(b"a/", kind=b"5"), tar_member(b"a/0.pgm", PICTURE), tar_member(b"b/0.pgm", PICTURE)),
       None, "a directory entry and two labels")
    whole = tar(*pics)
    tr("cut-header", whole[:1300], "Truncated tar", "cut inside a header")
    tr("cut-data", whole[:520], '"0.pgm": Truncated tar', "cut inside a picture")
    tr("no-end", tar(*pics, end=0), "does not end as a tar", "no blocks of zeros at the end")
    tr("half-end", tar(*pics, end=512), "does not end as a tar", "one block of zeros")
    tr("checksum", tar(tar_member(b"0.pgm", PICTURE, checksum=b"000001\0 ")), "Unrecognized archive format",
       "a checksum that does not fit")
    tr("version-7", tar(*(tar_member(b"%d.pgm" % i, PICTURE, magic=b"") for i in range(3))), None, "the format of "
       "before there was a magic")
    tr("dots", tar(tar_member(b"./", kind=b"5"), tar_member(b"./a/./0.pgm", PICTURE), tar_member(b"b//1.pgm", PICTURE)),
       None, "parts of names that say nothing")
    tr("more-zeros", tar(*pics, end=10240), None, "zeros after the end, as tar pads to whole records")
    tr("empty", tar(end=10240), "no picture in it", "nothing but the end")
    tr("two", tar(pics[0]) + tar(*pics[1:]), "the archive has ended, but more follows", "two archives, one after the "
       "other")
    tr("after-end", whole + b"\x55" * 512 + bytes(1024), "the archive has ended, but more follows", "nonsense after "
       "the end, then zeros")
    tr("link", tar(*pics, tar_member(b"x.pgm", kind=b"2", link=b"/etc/passwd")), "is a symbolic link",
       "a symbolic link")
    tr("hard-link", tar(*pics, tar_member(b"x.pgm", kind=b"1", link=b"0.pgm")), "is a hard link", "a hard link")
    tr("link-then-through", tar(tar_member(b"d", kind=b"2", link=b"/tmp"), tar_member(b"d/x.pgm", PICTURE)),
       "is a symbolic link", "a link to a directory and a file behind it")
    tr("device", tar(*pics, tar_member(b"x.pgm", kind=b"3")), "neither a file nor", "a character device")
    tr("fifo", tar(*pics, tar_member(b"x.pgm", kind=b"6")), "neither a file nor", "a FIFO")
    tr("up", tar(tar_member(b"../x.pgm", PICTURE)), 'goes up with "..', "a name that goes up")
    tr("absolute", tar(tar_member(b"/x.pgm", PICTURE)), "an absolute name", "a name from the root")
    tr("twice", tar(pics[0], pics[0]), "is there twice", "one name twice")
    tr("size-beyond", tar(tar_member(b"0.pgm", PICTURE, size=8**10)), '"0.pgm": Truncated tar', "a member of 1 GiB")
    tr("size-text", tar(tar_member(b"0.pgm", PICTURE, size=b"hello\0\0\0\0\0\0\0")), "Unrecognized archive format",
       "a size that is no number")
    tr("size-negative", tar(tar_member(b"0.pgm", PICTURE, size=b"\xff" * 12)), "negative size",
       "a negative size in base 256")
    tr("size-wraps", tar(tar_member(b"0.pgm", PICTURE, size=b"\x80\0\0\0\x7f" + b"\xff" * 7)), "size overflow",
       "a size of 2^63 - 1")
    tr("sparse", tar(tar_member(b"0.pgm", PICTURE, kind=b"S", sparse=True)), "is a sparse file",
       "a sparse file of GNU's")
    tr("sparse-in-pax", tar(tar_member(b"p", b"35 GNU.sparse.realsize=10000000000\n", kind=b"x"), *pics),
       "a sparse file?", "a size of 10 GB in a pax header, and 15 bytes of it")
    tr("name-empty", tar(tar_member(b"", PICTURE)), "a member without a name", "a member without a name")
    tr("no-picture", tar(tar_member(b"a.txt", b"hello")), "no picture in it", "a text")
    tr("pax-size", tar(tar_member(b"p", b"31 size=99999999999999999999999\n", kind=b"x"), pics[0]), "malformed pax",
       "a size beyond 64 bits in a pax header")
    tr("garbage", tar(pics[0], b"\x55" * 512, pics[1]), "Damaged tar", "a block of nonsense between two members")

    def tz(name, data, says, why):
        add("tgz", name + ".tgz", data, says, why, "rows")
    packed = gzip(whole)
    tz("minimal", packed, None, "three pictures")
    tz("bad-crc", gzip(whole, crc=3), "do not have the CRC-32", "a checksum that does not fit")
    tz("cut", packed[:-2], "ends inside its gzip stream", "cut inside the checksum")
    tz("cut-data", packed[:1400], "ends inside its gzip stream", "cut inside the data")
    tz("trailing", packed + b"x", "the gzip stream has ended", "a byte after the stream")
    tz("two", packed + gzip(tar(tar_member(b"3.pgm", PICTURE))), "the archive has ended, but more follows",
       "two files, one after the other")
    tz("empty", gzip(tar()), "no picture in it", "nothing but the end")
    tz("cut-tar", gzip(whole[:1300]), "Truncated tar", "a tar that was cut and then compressed")
    tz("link", gzip(tar(*pics, tar_member(b"x.pgm", kind=b"2", link=b"../../x"))), "is a symbolic link",
       "a symbolic link")
