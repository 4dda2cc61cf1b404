# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile and broken model files of every format but safetensors, which has programs of its own: each is refused with
# one line that names it. Prints TAP.
import io, os, pickle, sys, warnings, zipfile
sys.path.insert(0, os.path.join(os.environ["AEVB_SRCDIR"], "tests", "support"))
import numpy as np
from model_files import *

try:
    import h5py
except ImportError:
    h5py = None

warnings.filterwarnings("ignore", "Duplicate name")
workplace()
net = Net(12, [7], 3, 1)
arrays = {k: v for k, v in net.ours().items()}


def put(name, data):
    with open(name, "wb") as f:
        f.write(data)
    return name


def npy(value, **options):
    out = io.BytesIO()
    np.save(out, value, **options)
    return out.getvalue()


def make_zip(name, members, **options):
    with zipfile.ZipFile(name, "w", **options) as z:
        for member, data in members:
            z.writestr(member, data)
    return name


# --- zip, npz ---
members = [(k + ".npy", npy(v)) for k, v in arrays.items()]
make_zip("good.npz", members)
report(run("inspect", "--values", "good.npz")[0] == 0, "the .npz that the broken ones are made of is fine")
whole = open("good.npz", "rb").read()
for what, data in (("cut in the middle", whole[:len(whole) // 2]), ("without its last byte", whole[:-1]),
                   ("without its directory", whole[:whole.index(b"PK\1\2")]), ("of four bytes", whole[:4])):
    refused(f"a .npz {what}", "cut.npz: ", "inspect", put("cut.npz", data))
bad = bytearray(whole)
bad[whole.index(npy(arrays["fc1.weight"])) + 200] ^= 1
refused("a .npz with a flipped bit in an array", "crc.npz: member \"fc1.weight.npy\": ZIP bad CRC", "inspect",
        put("crc.npz", bytes(bad)))
refused("the same array twice", "member \"fc1.weight.npy\" twice", "inspect",
        make_zip("twice.npz", members + members[:1]))
np.savez("object.npz", a=np.array([print, None], dtype=object), **arrays)
report("  other a []\n" in good("inspect", "object.npz"), "an object array is listed, without a look inside")
report("1 tensors that are no part of the network are left out" in good("convert", "object.npz", "x.npz") and
       "a" not in np.load("x.npz"), "and left out")
refused("a member that is no array", "part of neither a .npz nor a .keras", "inspect",
        make_zip("strange.npz", members + [("run.py", b"import os")]))
refused("a member that goes up", "its name goes up with \"..\"", "inspect",
        make_zip("up.npz", members + [("../x.npy", b"")]))
refused("a member with an absolute name", "an absolute name", "inspect",
        make_zip("abs.npz", members + [("/x.npy", b"")]))
link = zipfile.ZipInfo("l.npy")
link.create_system, link.external_attr = 3, 0o120777 << 16
refused("a symbolic link", "member \"l.npy\": is a symbolic link", "inspect",
        make_zip("link.npz", members + [(link, b"/etc")]))
refused("a pickle", "a PyTorch pickle", "inspect", make_zip("model.pt", [("model/data.pkl", pickle.dumps({}))]))
refused("an empty zip", "empty.npz: ", "inspect", make_zip("empty.npz", []))
refused("a zip of nothing known", "neither arrays nor model.weights.h5", "inspect",
        make_zip("n.keras", [("metadata.json", b"{}")]))
refused("a single array", "a single array, not a model", "inspect", put("one.npy", npy(np.zeros(3))))
for what, data, why in (("a header that calls a function", npy(np.zeros(3)).replace(b"(3,)", b"f(3)"),
                         "'(' expected"),
                        ("a shape beyond its bytes", npy(np.zeros(3)).replace(b"(3,)", b"(9,)"),
                         "the file ends after"),
                        ("bytes after the array", npy(np.zeros(3)) + b"x", "after the array"),
                        ("no array at all", b"hello, world", "not the magic of NPY")):
    refused(f"a .npz with {what}", why, "inspect", make_zip("bad.npz", [("a.npy", data)]))
zeros = npy(np.zeros(5 << 20))
make_zip("bomb.npz", [("a.npy", zeros)], compression=zipfile.ZIP_DEFLATED, compresslevel=9)
refused("a decompression bomb", "the limit (inflate_ratio)", "inspect", "bomb.npz")
report(run("inspect", "bomb.npz", "--max-ratio", "2000")[0] == 0, "--max-ratio lets it through")
refused("--max-content", "the limit (content_bytes)", "inspect", "bomb.npz", "--max-ratio", "2000", "--max-content",
        "1000000")
refused("--max-tensors", "the limit (tensors)", "inspect", "good.npz", "--max-tensors", "3")
write_safetensors("good.safetensors", arrays)
bytes_of = sum(8 * v.size for v in arrays.values())
refused("--max-content of safetensors whose values are read", f"good.safetensors: more than {bytes_of - 1} bytes of "
        "content, the limit (content_bytes)", "convert", "good.safetensors", "x.npz", "--max-content", bytes_of - 1)
report(run("convert", "good.safetensors", "x.npz", "--max-content", bytes_of)[0] == 0 and
       run("inspect", "good.safetensors", "--max-content", 1)[0] == 0, "as much as there is, and a look at the header")
refused("--max-entries", "the limit (entries)", "inspect", "good.npz", "--max-entries", "3")
write_ours("ours.safetensors", net)
refused("--max-json", "the limit (json_bytes)", "inspect", "ours.safetensors", "--max-json", "100")
refused("--max-tensors of safetensors", "the limit (tensors)", "eval", "--data", "sprites", "--model",
        "ours.safetensors",
        "--max-tensors", "3")
nan = dict(arrays)
nan["fc1.bias"] = nan["fc1.bias"].copy()
nan["fc1.bias"][4] = np.nan
np.savez("nan.npz", **nan)
refused("a NaN", "nan.npz: tensor \"fc1.bias\": element 4 is NaN", "convert", "nan.npz", "x.npz")

# --- HDF5 and .keras ---
if h5py is None:
    skip("hostile HDF5", "no h5py")
    finish()
encoder, decoder = parts_of(net)


def h5(name, change=None, **file):
    """Keras 2 weights, changed."""
    with h5py.File(name, "w", **file) as f:
        f.attrs["layer_names"] = [n.encode() for n, _, _ in encoder + decoder]
        for n, l, _ in encoder + decoder:
            put_weights(f.create_group(n), kernel_bias(n, l))
        if change is not None:
            change(f)
    return name


report(run("inspect", "--values", h5("good.h5"))[0] == 0, "the .h5 that the broken ones are made of is fine")
whole = open("good.h5", "rb").read()
for what, data in (("cut in the middle", whole[:len(whole) // 2]), ("of its signature", whole[:8]),
                   ("with a superblock of a later version", whole[:8] + b"\x09" + whole[9:]),
                   ("with lengths of 255 bytes", whole[:14] + b"\xff" + whole[15:])):
    refused(f"an .h5 {what}", "cut.h5: ", "inspect", put("cut.h5", data))


def replaced(value=None, **how):
    def change(f):
        del f["dense/dense/bias:0"]
        f["dense/dense"].create_dataset("bias:0", **(how if value is None else {"data": value, **how}))
    return change


def put_link(link):
    def change(f):
        f["more"] = link
    return change


def loop(f):
    f["dense/back"] = f["/dense"]


def shared(f):
    f["again"] = f["dense/dense/bias:0"]


def deep(f):
    f.create_group("/".join("g" * 40))


def virtual(f):
    layout = h5py.VirtualLayout(shape=(7,), dtype="<f4")
    layout[:] = h5py.VirtualSource("good.h5", "dense/dense/bias:0", shape=(7,))
    f.create_virtual_dataset("virtual", layout)


def external(f):
    f.create_dataset("outside", shape=(7,), dtype="<f4", external=[("/etc/passwd", 0, 28)])


def huge(f):
    f.create_dataset("huge", shape=(1 << 40,), dtype="<f8", chunks=(1 << 20,))


def bomb(f):
    f.create_dataset("bomb", data=np.zeros(8 << 20), compression="gzip", compression_opts=9)


def lzf(f):
    f.create_dataset("lzf", data=np.zeros(100), compression="lzf")


def scale(f):
    f.create_dataset("scale", data=np.zeros(100, "i4"), scaleoffset=0)


def chunk(f):
    f.create_dataset("chunk", shape=(1,), maxshape=(None,), dtype="<f4", chunks=(1 << 24,), compression="gzip")


def many(f):
    for i in range(60):
        f.create_group(f"g{i}")


def strings(f):
    f.create_dataset("strings", data=np.array(["a", "b"], dtype=object), dtype=h5py.string_dtype())


def named(what, attribute, value):
    def change(f):
        f[what].attrs[attribute] = value
    return change


hostile = [
    ("a soft link", put_link(h5py.SoftLink("/dense")), "is a soft, external or user-defined link"),
    ("an external link", put_link(h5py.ExternalLink("good.h5", "/dense")),
     "is a soft, external or user-defined link"),
    ("a group that contains itself", loop, "reached twice"),
    ("an array under two names", shared, "reached twice"),
    ("groups 40 deep", deep, "groups more than 32 deep"),
    ("a virtual array", virtual, "a virtual array, refused"),
    ("values in another file", external, "its values are in another file"),
    ("a chunked array of 8 TiB without a chunk", huge, "\"huge\": "),
    ("a compressed bomb", bomb, "(inflate_ratio)"),
    ("the filter LZF", lzf, "filter 32000; deflate, shuffle and Fletcher-32 are read"),
    ("the filter scale-offset", scale, "filter 6; deflate"),
    ("a chunk larger than its array", chunk, "chunks of 67108864 bytes for an array of 4"),
    ("strings of variable length", strings, "variable-length strings, refused"),
    ("a compound type", replaced(np.zeros(7, [("a", "<f4"), ("b", "<f4")])), "a compound, variable-length"),
    ("references", replaced(shape=(7,), dtype=h5py.ref_dtype), "a compound, variable-length"),
    ("no values where there should be some", replaced(shape=(7,), dtype="<f4"), "0 bytes stored, its shape needs 28"),
    ("nine dimensions", replaced(np.zeros((1,) * 9, "<f4")), "9 dimensions, more than 8"),
    ("a name that is not there", named("dense", "weight_names", [b"nope"]), "named by weight_names but not there"),
    ("a weight named twice", named("dense", "weight_names", [b"dense/kernel:0"] * 2), "but not there, or twice"),
    ("a layer that is not there", named("/", "layer_names", [b"dense", b""]), "a layer without a usable name"),
    ("a configuration that is no JSON", named("/", "model_config", b"{'a'}"), "configuration byte"),
    ("a configuration with a key twice", named("/", "model_config", b'{"a":1,"a":2}'), "duplicate object key"),
]
for what, change, why in hostile:
    refused(f"HDF5: {what}", "bad.h5: ", "inspect", h5("bad.h5", change))
    status, out, err = run("inspect", "bad.h5")
    report(why in err, f"HDF5: {what}: the reason", err)
h5("nan.h5", replaced(np.full(7, np.inf)))
refused("HDF5: an infinity", "element 0 is infinite", "convert", "nan.h5", "x.npz")
h5("integer.h5", replaced(np.zeros(7, "<i4")))
refused("HDF5: integers as a bias", "tensors of no affine layer", "convert", "integer.h5", "x.npz")
refused("HDF5: --max-tensors", "the limit (tensors)", "inspect", h5("many.h5", many), "--max-tensors", "50")
refused("HDF5: --max-content", "content_bytes", "inspect", "many.h5", "--max-content", "1000")
many_strings = h5("strings.h5", lambda f: f.attrs.__setitem__("layer_names", [b"x" * 100000] + [b"dense"] * 3000))
refused("HDF5: strings that may cost more than the file", "strings that may have", "inspect", many_strings)
image = keras3_image(net, h5py)
config = json.dumps(vae_config(net))
refused(".keras: two weight files", "twice", "inspect",
        make_zip("two.keras", [("model.weights.h5", image), ("model.weights.h5", image)]))
refused(".keras: weights that are no HDF5", "bad.keras: ", "inspect",
        make_zip("bad.keras", [("model.weights.h5", b"hello")]))
refused(".keras: arrays beside the weights", "both arrays and model.weights.h5", "inspect",
        make_zip("both.keras", [("model.weights.h5", image), *members[:1]]))
refused(".keras: an activation that we do not have", "activation \"gelu\"", "convert",
        make_zip("gelu.keras", [("config.json", config.replace("relu", "gelu")), ("model.weights.h5", image)]),
        "x.npz")
refused(".keras: a head with an activation", "a head with activation \"relu\"", "convert",
        make_zip("head.keras", [("config.json", config.replace("linear", "relu")), ("model.weights.h5", image)]),
        "x.npz")
refused(".keras: --max-json", "(json_bytes)", "inspect",
        make_zip("json.keras", [("config.json", config), ("model.weights.h5", image)]), "--max-json", "100")
for depth in (100, 50000):
    refused(f".keras: JSON {depth} levels deep", "deep.keras: ", "inspect", make_zip("deep.keras", [
        ("config.json", '{"config":' * depth + "1" + "}" * (depth - 1)), ("model.weights.h5", image)]))

# --- places ---
os.mkfifo("pipe.h5")
for what, data in (("a text", b"weights of a network"), ("an ONNX model", b"\x08\x07\x12\x07libaevb\x1a\x050.1.0"),
                   ("a .gz", b"\x1f\x8b\x08\0" + bytes(20)), ("a GGUF", b"GGUF\3\0\0\0\1\0\0\0\0\0\0\0")):
    refused(f"{what} is none of the formats", "other.bin: neither safetensors nor .npz, Keras .h5 or .keras", "inspect",
            put("other.bin", data))
for name, why in (("pipe.h5", "is a FIFO"), (".", "is a directory"), ("/dev/null", "is a device"),
                  ("absent.keras", "cannot open")):
    refused(f"{name}: {why}", why, "inspect", name)
finish()
