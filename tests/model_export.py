# SPDX-License-Identifier: GPL-3.0-or-later
# aevb convert: our own files, .npz and ONNX. The ONNX files are taken apart by a reader of the wire format made here
# and their graphs evaluated with NumPy; onnx's own checker looks at them where it is installed. Prints TAP.
import os, struct, sys
sys.path[:0] = [os.path.join(os.environ["AEVB_SRCDIR"], *p) for p in (("tests", "support"), ("vectors", "ports"))]
sys.dont_write_bytecode = True
import numpy as np
from model_files import *
from port_random import quantile, uniform

try:
    import onnx
except ImportError:
    onnx = None

workplace()


# --- Protocol Buffers: a message as {field: [values]}, bytes for what has a length ---

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def message(data):
    fields, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            assert key & 7 == 2, f"wire type {key & 7}"
            n, at = varint(data, at)
            value, at = data[at:at + n], at + n
            assert len(value) == n
        fields.setdefault(key >> 3, []).append(value)
    return fields


def text(value):
    return value.decode("utf-8")


def tensor(data):
    m = message(data)
    dtype = {1: "<f4", 7: "<i8", 11: "<f8"}[m[2][0]]
    return text(m[8][0]), np.frombuffer(m[9][0], dtype).reshape(m[1])


def value_info(data):
    m = message(data)
    kind = message(message(m[2][0])[1][0])
    dims = [message(d) for d in message(kind[2][0])[1]]
    return text(m[1][0]), {1: "f4", 11: "f8"}[kind[1][0]], [d[1][0] if 1 in d else text(d[2][0]) for d in dims]


def reshape(v, shape):
    """A 0 stands for the size that is there."""
    return v.reshape([old if new == 0 else new for old, new in zip(v.shape + (1,), shape)])


def softmax(v):
    """Over the last axis, as from opset 13 on."""
    e = np.exp(v - v.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Graph:
    def __init__(self, path):
        model = message(open(path, "rb").read())
        assert model[1] == [7]
        opset = message(model[8][0])
        assert len(model[8]) == 1 and opset[2] == [13] and opset[1] == [b""]
        self.metadata = {text(message(e)[1][0]): text(message(e)[2][0]) for e in model[14]}
        graph = message(model[7][0])
        self.name = text(graph[2][0])
        self.inputs, self.outputs = [[value_info(v) for v in graph[f]] for f in (11, 12)]
        self.weights = dict(tensor(t) for t in graph[5])
        self.nodes = [message(n) for n in graph[1]]

    def run(self, **given):
        values = {**self.weights, **given}
        for node in self.nodes:
            a = [values[text(i)] for i in node[1]]
            op, out = text(node[4][0]), text(node[2][0])
            assert out not in values and len(node[2]) == 1
            if op == "Gemm":
                (attribute,) = map(message, node[5])
                assert attribute == {1: [b"transB"], 3: [1], 20: [2]}
                values[out] = a[0] @ a[1].T + a[2]
            else:
                assert 5 not in node
                values[out] = {"Relu": lambda v: np.maximum(v, 0), "Tanh": np.tanh,
                               "Sigmoid": lambda v: 1 / (1 + np.exp(-v)),
                               "Softplus": lambda v: np.logaddexp(0, v), "Reshape": reshape,
                               "Softmax": softmax}[op](*a)
        return {name: values[name] for name, _, _ in self.outputs}


def prior(seed, n, z):
    """The z of `aevb sample`: stream of the prior, its number from the header."""
    import re
    source = open(os.path.join(os.environ["AEVB_SRCDIR"], "include", "aevb", "rng.h")).read()
    number = int(re.search(r"AEVB_STREAM_PRIOR = (\d+)", source).group(1))
    words = [seed & 0xFFFFFFFF, seed >> 32]
    return np.array([quantile(uniform(words, [0, number << 24], i)) for i in range(n * z)]).reshape(n, z)


def attempt(what, check):
    try:
        ok, why = check()
    except (AssertionError, KeyError, ValueError, OSError, struct.error) as e:
        ok, why = False, repr(e)
    report(ok, what, why)


def far(got, want, single):
    """Largest difference over what rounding can make: n = 64 operations of half an ulp, on values of order 1."""
    return float(np.max(np.abs(got - want) / (1 + np.abs(want)))) / (64 * 2.0 ** (-24 if single else -53))


pictures = np.random.default_rng(4).integers(0, 256, (8, 3, 4))
rows = pictures.reshape(8, 12) / 255
os.mkdir("rows") # named as MNIST is: the rows of a single file would be dealt out to a training and a test part
for name in ("train", "t10k"):
    write_idx(f"rows/{name}-images-idx3-ubyte", pictures)
    write_idx(f"rows/{name}-labels-idx1-ubyte", np.zeros(8))
letters = np.random.default_rng(5).integers(0, 3, 80)
with open("rows.txt", "wb") as f: # nine tenths of a text are to train on: 18 windows of 4
    f.write((97 + letters).astype(np.uint8).tobytes())
for activation in ("identity", "relu", "tanh", "sigmoid", "softplus"):
    for like in ("bernoulli", "grey", "gaussian", "gaussian-fixed", "categorical"):
        net = Net(12, [7, 5], 3, 11, scale=0.4, like=like, activation=activation)
        tensors, arch = net.ours(), json.loads(net.arch())
        if like == "gaussian":
            out = {k: tensors.pop(f"fc6.{k}") for k in ("weight", "bias")}
            tensors.update({f"fc61.{k}": v for k, v in out.items()})
            tensors.update({f"fc62.{k}": v / 2 for k, v in out.items()})
        if like == "gaussian-fixed":
            arch["x_variance"] = 0.25
        if like == "categorical":
            arch.update(x_classes=3, alphabet="616263")
        write_safetensors("m.safetensors", tensors, {"aevb.arch": json.dumps(arch)})
        dtype = "f64" if like != "grey" else "f32"
        good("convert", "m.safetensors", "m.onnx", "--dtype", dtype)
        good("encode", "--model", "m.safetensors", "--out", "e", "--engine", "ref",
             *(["--data", "rows.txt", "--split", "train"] if like == "categorical" else ["--data", "rows"]),
             *(["--binarise", "threshold"] if like == "bernoulli" else []))
        x = {"bernoulli": (rows >= 0.5).astype(float), "categorical": np.eye(3)[letters[:72]].reshape(18, 12)}.get(
            like, rows)
        names = {"gaussian": ["mean", "logvar"], "gaussian-fixed": ["mean"]}.get(like, ["logits", "probability"])

        def encoder():
            g = Graph("m-encoder.onnx")
            kind = dtype.replace("f64", "f8").replace("f32", "f4")
            assert g.inputs == [("x", kind, ["N", 12])], g.inputs
            assert g.outputs == [(n, kind, ["N", 3]) for n in ("mu", "logvar")], g.outputs
            assert json.loads(g.metadata["aevb.arch"]) == arch
            got = g.run(x=x.astype(kind))
            worst = max(far(got[k], np.load(f"e-{k}.npy"), dtype == "f32") for k in ("mu", "logvar"))
            return worst < 1, f"{worst} of the bound"

        def decoder():
            g = Graph("m-decoder.onnx")
            kind = g.inputs[0][1]
            assert g.inputs == [("z", kind, ["N", 3])], g.inputs
            assert g.outputs == [(n, kind, ["N", 12]) for n in names], g.outputs
            good("sample", "--model", "m.safetensors", "--npy", "s.npy", "--n", "9", "--seed", "5", "--engine", "ref")
            got = g.run(z=prior(5, 9, 3).astype(kind))
            worst = far(got["probability" if "probability" in names else "mean"], np.load("s.npy"), dtype == "f32")
            return worst < 1, f"{worst} of the bound"

        attempt(f"ONNX encoder, {activation}, {like}, {dtype}", encoder)
        attempt(f"ONNX decoder, {activation}, {like}, {dtype}", decoder)
if onnx is None:
    skip("onnx.checker", "no onnx package")
else:
    for part in ("encoder", "decoder"):
        def checked():
            onnx.checker.check_model(onnx.load(f"m-{part}.onnx"), full_check=True)
            return True, ""
        attempt(f"onnx.checker takes the {part}", checked)

net = Net(12, [7], 3, 12)
write_ours("m.safetensors", net)
good("convert", "m.safetensors", "only.onnx", "--part", "decoder")
report(os.path.exists("only.onnx") and not os.path.exists("only-decoder.onnx") and
       Graph("only.onnx").name == "decoder",
       "--part writes one file under its own name")
report(Graph("only.onnx").weights["fc3.weight"].dtype == "<f4", "ONNX is float32 unless told otherwise")
good("convert", "m.safetensors", "a.npz")
good("convert", "a.npz", "b.safetensors")
good("convert", "b.safetensors", "c.npz")
good("convert", "c.npz", "d.safetensors")
report(open("a.npz", "rb").read() == open("c.npz", "rb").read() and
       open("b.safetensors", "rb").read() == open("d.safetensors", "rb").read(),
       "conversions there and back are the same bytes")
with np.load("a.npz") as a:
    report(all(np.array_equal(a[k], v) for k, v in net.ours().items()) and
           a["aevb.arch"].tobytes() == net.arch().replace(" ", "").encode(),
           "NumPy reads the .npz, with the architecture")
rough = Net(12, [7], 3, 13)
rough.mu = (rough.mu[0] / 3, rough.mu[1])
write_ours("rough.safetensors", rough)
good("convert", "rough.safetensors", "rough.npz", "--dtype", "f32")
report(np.array_equal(np.load("rough.npz")["fc21.weight"], rough.mu[0].astype(np.float32)),
       "--dtype f32 rounds to nearest")
report(run("convert", "m.safetensors", "m.txt")[0] == 2, "an ending that is no format is a usage error")
report(run("convert", "m.safetensors")[0] == 2, "one file only is a usage error")
report(run("convert", "m.safetensors", "x.npz", "--part", "encoder")[0] == 2, "--part of a .npz is a usage error")

# --- places that cannot be written ---
for ending in ("safetensors", "npz", "onnx"):
    part = ["--part", "encoder"] if ending == "onnx" else []
    refused(f"a folder that is not there (.{ending})", f"nowhere/x.{ending}: cannot open its directory: No such file",
            "convert", "m.safetensors", f"nowhere/x.{ending}", *part)
    os.makedirs(f"folder.{ending}", exist_ok=True)
    refused(f"a folder under that name (.{ending})", "is not a regular file and will not be replaced", "convert",
            "m.safetensors", f"folder.{ending}", *part)
    link = f"full.{ending}"
    os.symlink("/dev/full", link)
    refused(f"a device under that name (.{ending})", "is not a regular file", "convert", "m.safetensors", link, *part)

def content(path):
    with open(path, "rb") as f:
        return f.read()


def put(path, text):
    with open(path, "wb") as f:
        f.write(text)


# --- several files of one command: all or none ---
os.mkdir("two-decoder.onnx")
put("two-encoder.onnx", b"old")
refused("the second of two ONNX files cannot be written", "two-decoder.onnx: is not a regular file", "convert",
        "m.safetensors", "two.onnx")
report(content("two-encoder.onnx") == b"old", "then the first is not replaced either")
os.mkdir("code-labels.npy")
for name in ("mu", "logvar"):
    put(f"code-{name}.npy", b"old")
refused("the last file of encode cannot be written", "code-labels.npy: is not a regular file", "encode", "--model",
        "m.safetensors", "--data", "rows", "--out", "code")
report(content("code-mu.npy") == content("code-logvar.npy") == b"old", "then none is replaced")
os.mkdir("both.npy")
put("both.png", b"old")
write_ours("drawn.safetensors", net, 3, 4)
for command in (["sample"], ["reconstruct", "--data", "rows"]):
    refused(f"the second file of {command[0]} cannot be written", "both.npy: is not a regular file", *command,
            "--model", "drawn.safetensors", "--out", "both.png", "--npy", "both.npy")
    report(content("both.png") == b"old", "then the first is not replaced")
report(not [n for n in os.listdir(".") if n.endswith(".tmp")], "nothing is left behind")
os.symlink("target.npz", "link.npz")
good("convert", "m.safetensors", "link.npz")
report(os.path.islink("link.npz") and content("target.npz") == content("a.npz"), "a link stays, its target is made")

large = Net(12, [7], 3, 15)
large.out[0][0, 0] = 1e300
write_ours("large.safetensors", large)
for ending in ("safetensors", "npz", "onnx"):
    refused(f"a value that float32 does not hold (.{ending})", "+300, which ", "convert", "large.safetensors",
            f"large.{ending}", "--dtype", "f32")
if os.access("/proc/self/cwd", os.W_OK) and os.geteuid() == 0 and os.path.isdir("/dev/shm"):
    import subprocess
    # A file system of 64 KiB, in a name space of its own, and the same one read-only.
    big = Net(784, [64], 8, 14)
    write_ours("big.safetensors", big)
    os.makedirs("tiny", exist_ok=True)
    mounted = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k none tiny"],
                             stderr=subprocess.DEVNULL)
    for ending in ("safetensors", "npz", "onnx") if mounted.returncode == 0 else ():
        part = "--part encoder" if ending == "onnx" else ""
        for option, why in (("size=64k", "No space left on device"), ("ro", "Read-only file system")):
            script = (f"mount -t tmpfs -o {option} none tiny && "
                      f"{aevb_path} convert big.safetensors tiny/x.{ending} {part};"
                      "code=$?; ls -A tiny; exit $code")
            p = subprocess.run(["unshare", "-m", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
            report(p.returncode == 1 and why in p.stderr and len(p.stderr.splitlines()) == 1 and p.stdout == "",
                   f"{why} (.{ending}): one line, nothing is left behind", p.stderr + p.stdout)
    if mounted.returncode != 0:
        skip("a full and a read-only file system", "cannot mount")
else:
    skip("a full and a read-only file system", "not root")
finish()
