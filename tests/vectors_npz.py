# SPDX-License-Identifier: GPL-3.0-or-later
# Every .npz of a folder against the JSON file beside it, array by array; large.json's arrays come from its safetensors
# files. Prints TAP. Usage: vectors_npz.py FOLDER
import glob, json, math, os, struct, sys
import numpy as np

SECTIONS = ("inputs", "expected", "tail", "cond", "floor64", "floor32")


def number(v):
    return float(v) if isinstance(v, str) else v


def from_json(v):
    """The array as the file has it: flat, or a bare number; integers stay integers."""
    v = [number(x) for x in v] if isinstance(v, list) else number(v)
    a = np.array(v)
    return a.astype("<i8" if a.dtype.kind in "iu" else "<f8")


def from_safetensors(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
    header.pop("__metadata__", None)
    found = {}
    for name, info in header.items():
        assert info["dtype"] == "F64"
        begin, end = info["data_offsets"]
        section, array = name.split(".", 1)
        found.setdefault(section, {})[array] = np.frombuffer(data[begin:end], "<f8")
    return found


def same(got, want, shape):
    return (got.shape == shape and got.dtype == want.dtype and got.size == want.size and
            np.array_equal(got.ravel(), want.ravel(), equal_nan=want.dtype.kind == "f"))


def check(path, npz):
    whole = json.load(open(path))
    keys, wrong = {"manifest"}, []
    for group in whole["testGroups"]:
        shapes = {name: tuple(group["dims"][d] for d in dims) for name, dims in group["arrays"].items()}
        for test in group["tests"]:
            beside = os.path.join(os.path.dirname(path), test.pop("tensors", ""))
            parts = from_safetensors(beside) if os.path.isfile(beside) else None
            for section in SECTIONS:
                here = test.pop(section, {}) if parts is None else parts.get(section, {})
                for name, value in here.items():
                    key = f"{test['tcId']}.{section}.{name}"
                    keys.add(key)
                    want = from_json(value) if parts is None else value
                    if key not in npz or not same(npz[key], want, shapes[name]):
                        wrong.append(key)
                if here:
                    test[section] = sorted(here)
    manifest = json.loads(npz["manifest"].item())
    for group in manifest["testGroups"]:
        for test in group["tests"]:
            for section in SECTIONS:
                if section in test:
                    test[section] = sorted(test[section])
    if manifest != whole:
        wrong.append("manifest")
    if set(npz.files) != keys or len(npz.files) != len(keys):
        wrong.append("keys")
    return wrong, len(keys) - 1


paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.json")))
print(f"1..{len(paths) + 1}")
total, failed = 0, 0
for i, path in enumerate(paths, 1):
    try:
        with np.load(path[:-4] + "npz", allow_pickle=False) as npz:
            wrong, n = check(path, npz)
    except (OSError, ValueError, KeyError) as problem:
        wrong, n = [repr(problem)], 0
    total += n
    good = not wrong and n > 0
    failed += not good
    print(f"{'ok' if good else 'not ok'} {i} - {os.path.basename(path)[:-4]}npz: {n} arrays {' '.join(wrong[:5])}")
complete = len(glob.glob(os.path.join(sys.argv[1], "*.npz"))) == len(paths) and total > 1500
print(f"{'ok' if complete else 'not ok'} {len(paths) + 1} - a file for each, {total} arrays in all")
sys.exit(failed > 0 or not complete)
