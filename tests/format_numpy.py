# SPDX-License-Identifier: GPL-3.0-or-later
# Our files read by NumPy, PyTorch and a safetensors parser of its own; files written here read by ours. Prints TAP.
import json, os, struct, subprocess, sys, tempfile, zipfile
import numpy as np

try:
    import torch
except ImportError:
    torch = None

tool = os.environ["AEVB_BUILDDIR"] + "/tests/format_tool"
TESTS = 10
done = 0


def report(ok, what):
    global done
    done += 1
    print(f"{'ok' if ok else 'not ok'} {done} - {what}", flush=True)


def skip(what, why):
    global done
    done += 1
    print(f"ok {done} - {what} # SKIP {why}", flush=True)


def run(*args):
    return subprocess.run([tool, *map(str, args)], check=True, stdout=subprocess.PIPE, text=True).stdout


def values(n):
    return (np.arange(n) * 37 % 1009 - 504.0) / 512.0


def read_safetensors(path):
    """The format as its documentation has it, in the strictest reading."""
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    assert n % 8 == 0 and raw[8:9] == b"{"
    header = json.loads(raw[8:8 + n].decode("utf-8"))
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(v, str) for v in metadata.values())
    data, tensors, at = raw[8 + n:], {}, 0
    for name, info in header.items():
        assert set(info) == {"dtype", "shape", "data_offsets"}
        begin, end = info["data_offsets"]
        assert begin == at and end >= begin
        dtype = {"F32": "<f4", "F64": "<f8"}[info["dtype"]]
        tensors[name] = np.frombuffer(data[begin:end], dtype).reshape(info["shape"])
        at = end
    assert at == len(data)
    return metadata, tensors


def write_safetensors(path, tensors, metadata=None):
    header, blocks, at = {}, [], 0
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(raw)]}
        blocks.append(raw)
        at += len(raw)
    text = json.dumps(header).encode("utf-8")
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


# The example's layers as (name, out, in), in our order of parameters.
LAYERS = [("fc1", 400, 784), ("fc21", 20, 400), ("fc22", 20, 400), ("fc3", 400, 20), ("fc4", 784, 400)]
ARCH = {"format": 1, "x_dim": 784, "z_dim": 20, "hidden": [400], "activation": "relu", "likelihood": "grey",
        "image_rows": 28, "image_cols": 28}


def example(flat):
    tensors, at = {}, 0
    for name, out, into in LAYERS:
        for suffix, shape in ((".weight", (out, into)), (".bias", (out,))):
            n = int(np.prod(shape))
            tensors[name + suffix] = flat[at:at + n].reshape(shape)
            at += n
    assert at == len(flat)
    return tensors


N = sum(o * i + o for _, o, i in LAYERS)
print(f"1..{TESTS}")
with tempfile.TemporaryDirectory() as folder:
    def path(name):
        return os.path.join(folder, name)

    for dtype, numpy_dtype in (("save64", np.float64), ("save32", np.float32)):
        run(dtype, path("m"))
        metadata, tensors = read_safetensors(path("m"))
        want = example(values(N))
        ok = (metadata["format"] == "pt" and json.loads(metadata["aevb.arch"]) == ARCH and
              list(tensors) == list(want) and
              all(tensors[k].dtype == numpy_dtype and np.array_equal(tensors[k], want[k]) for k in want))
        report(ok, f"{dtype}: an independent reader finds names, shapes, values and metadata")

    ok = True
    for shape in ((), (5,), (3, 4), (0, 7), (2, 3, 4, 5)):
        run("npy", path("a.npy"), *shape)
        a = np.load(path("a.npy"))
        n = int(np.prod(shape))
        ok = ok and a.shape == shape and a.dtype == np.dtype("<f8") and a.flags.c_contiguous
        ok = ok and np.array_equal(a.ravel(), values(n))
    report(ok, "NumPy loads our arrays")

    run("npz", path("a.npz"))
    shapes = {"scalar": (), "case-1.inputs.mu": (2, 3), "large": (20, 30, 40), "single": (10001,), "empty": (0, 5)}
    with np.load(path("a.npz"), allow_pickle=False) as z:
        ok = set(z.files) == {*shapes, "whole", "text", "nothing"}
        for key, shape in shapes.items():
            kind = "<f4" if key == "single" else "<f8"
            ok = ok and z[key].shape == shape and z[key].dtype == np.dtype(kind)
            ok = ok and np.array_equal(z[key].ravel(), values(int(np.prod(shape))).astype(kind))
        ok = ok and z["whole"].dtype == np.dtype("<i8") and z["whole"].tolist() == [0, -1, 2**53, -2**53]
        ok = ok and json.loads(z["text"].item()) == {"a": 1} and z["nothing"].item() == b""
    report(ok and zipfile.ZipFile(path("a.npz")).testzip() is None, "NumPy loads our .npz, every type and shape")
    first = open(path("a.npz"), "rb").read()
    os.environ["TZ"] = "Asia/Tokyo"
    run("npz", path("b.npz"))
    report(open(path("b.npz"), "rb").read() == first, "written again, elsewhere and later, the .npz is the same")

    bits = np.arange(65536, dtype=np.uint32)
    halves = bits.astype("<u2")[np.isfinite(bits.astype(np.uint16).view(np.float16))]
    brains = bits.astype("<u2")[np.isfinite((bits << 16).view(np.float32))]
    write_safetensors(path("h"), {"f16": ("F16", halves.shape, halves.tobytes()),
                                  "bf16": ("BF16", (len(brains), 1), brains.tobytes())}, {"by": "hand"})
    for name, want in (("f16", halves.view("<f2").astype(np.float64)),
                       ("bf16", (brains.astype(np.uint32) << 16).view(np.float32).astype(np.float64).reshape(-1, 1))):
        run("tensor", path("h"), name, path("h.npy"))
        got = np.load(path("h.npy"))
        report(len(want) > 60000 and got.shape == want.shape and got.tobytes() == want.tobytes(),
               f"all {len(want)} finite {name} values are converted as NumPy does")

    rng = np.random.default_rng(1)
    flat = rng.standard_normal(N).astype("<f4")
    state = {k: ("F32", v.shape, v.tobytes()) for k, v in sorted(example(flat).items())}
    write_safetensors(path("p"), state, {"format": "pt"})
    arch = json.loads(run("load", path("p"), path("p.npy")))
    got = np.load(path("p.npy"))
    report(arch == ARCH and np.array_equal(got, flat.astype(np.float64)),
           "a float32 state dict of the PyTorch VAE example, without an architecture, is loaded")

    if torch is None:
        skip("PyTorch loads our model with load_state_dict", "no PyTorch")
        skip("a state dict written through PyTorch is loaded", "no PyTorch")
    else:
        class Example(torch.nn.Module):
            def __init__(self):
                super().__init__()
                for name, out, into in LAYERS:
                    setattr(self, name, torch.nn.Linear(into, out))

        run("save32", path("m"))
        net = Example()
        net.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in read_safetensors(path("m"))[1].items()})
        want = example(values(N))
        report(all(np.array_equal(v.numpy(), want[k]) for k, v in net.state_dict().items()),
               "PyTorch loads our model with load_state_dict")

        torch.manual_seed(1)
        net = Example()
        state = {k: ("F32", tuple(v.shape), v.numpy().astype("<f4").tobytes()) for k, v in net.state_dict().items()}
        write_safetensors(path("q"), state)
        run("load", path("q"), path("q.npy"))
        flat = np.concatenate([v.numpy().ravel() for v in net.state_dict().values()])
        report(np.array_equal(np.load(path("q.npy")), flat.astype(np.float64)),
               "a state dict written through PyTorch is loaded")
sys.exit(0 if done == TESTS else 1)
