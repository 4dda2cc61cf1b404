#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the seeds of the fuzz targets: make_seeds.py FOLDER RUN_JSON (fuzz/corpus, and the run.json of any run of
# `aevb train`). Needs NumPy, h5py and Pillow. The seeds are kept in the tree; this says where they come from.
import gzip, io, json, os, pathlib, struct, sys, tarfile, zipfile

folder = pathlib.Path(sys.argv[1]).resolve()
source = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(source / "tests/support"))
os.environ.setdefault("AEVB_BUILDDIR", ".")
import h5py
import numpy as np
from PIL import Image
import model_files as mf

small = mf.Net(6, [3], 2, 1)
deep = mf.Net(9, [4, 3], 2, 2, like="gaussian", activation="tanh")


def put(target, name, data):
    (folder / target).mkdir(parents=True, exist_ok=True)
    (folder / target / name).write_bytes(data)
    return data


def made(write, *args, **options):
    write("made", *args, **options)
    data = pathlib.Path("made").read_bytes()
    os.remove("made")
    return data


def npy(value, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asarray(value), version, allow_pickle=False)
    return out.getvalue()


def npz(arrays, compress):
    out = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(out, **arrays)
    return out.getvalue()


def zipped(members, kind=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as z:
        for name, data in members.items():
            z.writestr(zipfile.ZipInfo(name), data, kind)
    return out.getvalue()


def tarred(members, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def picture(kind, mode="L", size=(6, 5), **options):
    values = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(values).convert(mode).save(out, kind, **options)
    return out.getvalue()


def models():
    ours = put("safetensors", "ours", made(mf.write_ours, small))
    put("safetensors", "empty", struct.pack("<Q", 2) + b"{}")
    named = dict(list(deep.ours().items()))
    for dtype in ("F16", "BF16", "F32", "F64"):
        put("safetensors", "torch_" + dtype.lower(), made(mf.write_safetensors, named, None, dtype))
    put("safetensors", "encoder", made(mf.write_safetensors, {k: v for k, v in small.ours().items() if k < "fc3"}))
    put("keras_h5", "whole", made(mf.write_keras2, small, h5py))
    put("keras_h5", "weights", made(mf.write_keras2, small, h5py, False))
    encoder, decoder = mf.parts_of(small)
    put("keras_h5", "decoder", made(mf.write_keras2_flat, decoder, h5py))
    def packed(path):
        with h5py.File(path, "w") as f:
            f.create_dataset("layers/dense/vars/0", data=np.arange(12.0).reshape(3, 4), chunks=(2, 2),
                             compression="gzip", shuffle=True, fletcher32=True)
            f.create_dataset("layers/dense/vars/1", data=np.arange(4, dtype=">f4"))
    put("keras_h5", "packed", made(packed))

    def named(path): # a class of the user's own, with the names of the layers beside the weights
        with h5py.File(path, "w") as f:
            for part, layers in (("encoder", encoder), ("decoder", decoder)):
                mf.put_vars(f, f"{part}/layers", layers)
                for i, (name, _, _) in enumerate(layers):
                    f[f"{part}/layers/dense{'_%d' % i if i else ''}/vars"].attrs["name"] = name
    put("keras_h5", "named", made(named))
    keras3 = put("keras_zip", "whole", made(mf.write_keras3, small, h5py))
    members = {n: zipfile.ZipFile(io.BytesIO(keras3)).read(n) for n in ("config.json", "model.weights.h5")}
    put("keras_zip", "deflated", zipped(members, zipfile.ZIP_DEFLATED))
    put("npz", "torch", npz({k: v.astype("f4") for k, v in small.ours().items()}, False))
    put("npz", "ours", npz({**small.ours(), "aevb.arch": np.array(small.arch().encode())}, True))
    return ours, keras3


def arrays():
    u1 = np.random.default_rng(4).integers(0, 256, (12, 4, 3), np.uint8)
    idx = struct.pack(">I3I", 0x803, *u1.shape) + u1.tobytes()
    put("idx", "plain", idx)
    put("idx", "gzip", gzip.compress(idx, mtime=0))
    put("idx", "gzip_members", gzip.compress(idx[:50], mtime=0) + gzip.compress(idx[50:], mtime=0))
    put("idx", "rows", struct.pack(">I2I", 0x802, 3, 4) + u1.tobytes()[:12])
    put("npy", "u1", npy(u1))
    for name in ("<f2", ">f4", "<f8", ">f8"):
        put("npy", name.replace("<", "le_").replace(">", "be_"), npy((u1[:5] / 255).astype(name)))
    put("npy", "fortran", npy(np.asfortranarray(u1[:4, :, 0] / 255)))
    put("npy", "version2", npy(u1[:2], (2, 0)))
    put("npy", "version3", npy(u1[:2], (3, 0)))
    put("npz", "data", npz({"x_train": u1[:8], "y_train": np.arange(8, dtype=np.uint8), "x_test": u1[8:],
                            "y_test": np.arange(4, dtype=np.uint8)}, True))
    put("npz", "one", npz({"arr_0": u1 / 255}, False))


def pictures():
    files = {}
    for name, data in {"grey.png": picture("PNG"), "colour.png": picture("PNG", "RGB"),
                       "palette.png": picture("PNG", "P"), "one_bit.png": picture("PNG", "1"),
                       "alpha.png": picture("PNG", "LA"), "grey.jpg": picture("JPEG"),
                       "colour.jpg": picture("JPEG", "RGB", quality=60), "grey.pgm": picture("PPM"),
                       "colour.ppm": picture("PPM", "RGB"), "plain.pgm": b"P2\n# c\n3 2 15\n0 1 2\n3 4 15\n",
                       "progressive.jpg": picture("JPEG", "L", progressive=True)}.items():
        files[name] = data
        put("images", name, b"\0" + data)
    put("images", "half.png", b"\3" + files["colour.png"])
    tree = {f"{label}/{i}.pgm": files["grey.pgm"][:-1] + bytes([i]) for label in "ab" for i in range(2)}
    put("archive", "tree.zip", zipped(tree))
    put("archive", "deflated.zip", zipped(tree, zipfile.ZIP_DEFLATED))
    put("archive", "tree.tar", tarred(tree, "w"))
    put("archive", "tree.tgz", tarred(tree, "w:gz"))
    put("archive", "parts.zip", zipped({f"{p}/a/{i}.png": files["grey.png"] for p in ("train", "test")
                                        for i in range(2)}))


def texts(run_json):
    rhyme = b"round and round the ragged rock\nthe ragged rascal ran\n" * 4
    put("text", "default", b"\0\0" + rhyme)
    put("text", "overlap", b"\x0a\3" + rhyme)
    put("text", "gzip", b"\5\5" + gzip.compress(rhyme, mtime=0))
    put("text", "all_bytes", b"\x10\1" + bytes(range(256)) * 2)
    put("run_json", "run", run_json)
    asked = [{"hello": {"protocol": 1, "precision": "f64"}}]
    for path in sorted((source / "vectors").glob("*.json")):
        tests = json.loads(path.read_text())
        cases = [(g, t) for g in tests["testGroups"] for t in g["tests"] if "tensors" not in t]
        cases.sort(key=lambda c: len(json.dumps(c[1])))
        if not cases:
            continue
        group, test = cases[0]
        size = len(json.dumps(test))
        if size < 4000:
            tests["testGroups"] = [{**group, "tests": [test]}]
            tests["numberOfTests"] = 1
            tests["notes"] = {k: v for k, v in tests["notes"].items() if k in test["flags"]}
            put("vector_json", path.stem, json.dumps(tests).encode())
            case = {"id": test["tcId"], "type": group["type"], "clauses": group["specRef"], "dims": group["dims"],
                    "config": group["config"], "arrays": group["arrays"], "inputs": test["inputs"]}
            put("conform_port", path.stem, (json.dumps(asked[0]) + "\n" + json.dumps({"case": case}) + "\n").encode())
    put("conform_port", "stop", b'{"hello":{"protocol":1,"precision":"f64"}}\n{"stop":{}}\n')
    for name, text in {
            "hello": '{"hello": {"protocol": 1, "port": "p", "precisions": ["f64", "f32"], "types": ["kl", "elbo"]}}',
            "outputs": '{"id": "kl-0001", "outputs": {"kl": [0.125, 0.5, "inf", 3], "sum": 1e3, "more": [1, 2]}}',
            "null": '{"id": "kl-0001", "outputs": {"kl": null, "sum": "nan", "more": null}}',
            "domain": '{"id": "kl-0001", "error": "domain"}', "error": '{"id": "kl-0001", "error": "no"}',
            "unsupported": '{"id": "kl-0001", "unsupported": "adam"}'}.items():
        put("conform_answer", name, text.encode())


def engines():
    r = np.random.default_rng(5)
    for i in range(16):
        hidden = i % 4
        head = [int(r.integers(256)), int(r.integers(256)), hidden, *(int(h) for h in r.integers(0, 256, hidden)),
                i % 5, i // 4, int(r.integers(256)), int(r.integers(256)), int(r.integers(256))]
        put("differential", f"shape_{i}", bytes(head) + r.integers(0, 256, 1200, np.uint8).tobytes())


def failures():
    order = ["safetensors", "archive", "npy", "npz", "idx", "images", "archive", "run_json", "vector_json", "text"]
    for loader, target in enumerate(order):
        seeds = sorted((folder / target).iterdir(), key=lambda p: (p.stat().st_size, p.name))
        for at in (1, 5, 17):
            put("alloc_failure", f"{target}_{loader}_{at}",
                bytes([loader]) + struct.pack("<H", at) + seeds[len(seeds) // 2].read_bytes())
    for at in (3, 40, 90):
        put("alloc_failure", f"keras_{at}",
            b"\0" + struct.pack("<H", at) + (folder / "keras_zip/deflated").read_bytes())


ours, keras3 = models()
for name in ("ours", "torch_f32", "encoder"):
    put("round_trip", name, (folder / "safetensors" / name).read_bytes())
put("round_trip", "npz", (folder / "npz/ours").read_bytes())
put("round_trip", "keras", (folder / "keras_zip/deflated").read_bytes())
arrays()
pictures()
texts(pathlib.Path(sys.argv[2]).read_bytes())
engines()
failures()
