# SPDX-License-Identifier: GPL-3.0-or-later
# For tests of model files: writers of the layouts that Keras 2, Keras 3 and PyTorch users have, made by hand from
# their descriptions, so that neither Keras nor TensorFlow is needed; runs of the command; TAP.
import io, json, os, struct, subprocess, sys, zipfile
import numpy as np

done = 0
failed = 0


def report(ok, what, why=""):
    global done, failed
    done += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {done} - {what}", flush=True)
    if not ok and why:
        print("\n".join("#   " + line for line in str(why).splitlines()[:20]), flush=True)


def skip(what, why):
    global done
    done += 1
    print(f"ok {done} - {what} # SKIP {why}", flush=True)


def workplace():
    """A folder of the test's own, removed when it ends."""
    import atexit, shutil, tempfile
    folder = tempfile.mkdtemp(prefix="aevb-models.")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chdir(folder)


def finish():
    print(f"1..{done}" if done > 0 else "Bail out! nothing was checked")
    sys.exit(0 if failed == 0 and done > 0 else 1)


aevb_path = os.path.join(os.environ["AEVB_BUILDDIR"], "aevb")


def run(*args):
    """Exit status, stdout, stderr of `aevb ARGS`."""
    p = subprocess.run([aevb_path, *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, errors="replace", timeout=300)
    return p.returncode, p.stdout, p.stderr


def good(*args):
    status, out, err = run(*args)
    assert status == 0, f"aevb {' '.join(map(str, args))}: {status}: {err}"
    return out


def refused(what, pattern, *args, status=1):
    """One line on stderr that has the pattern, and that exit status."""
    got, out, err = run(*args)
    lines = err.strip().splitlines()
    report(got == status and len(lines) == 1 and pattern in lines[0] and out == "", what,
           f"aevb {args}: {got}\n{err}\nwanted: {pattern}")


# --- networks: layers are (weight [out][in], bias [out]) in float32-exact float64 ---

class Net:
    def __init__(self, x, hidden, z, seed, scale=0.05, like="grey", activation="relu"):
        r = np.random.default_rng(seed)
        def layer(i, o):
            return ((r.standard_normal((o, i)) * scale).astype(np.float32).astype(np.float64),
                    (r.standard_normal(o) * scale).astype(np.float32).astype(np.float64))
        dims = [x, *hidden]
        self.x, self.hidden, self.z, self.like, self.activation = x, list(hidden), z, like, activation
        self.encoder = [layer(a, b) for a, b in zip(dims, dims[1:])]
        self.mu, self.logvar = layer(dims[-1], z), layer(dims[-1], z)
        back = [z, *reversed(hidden)]
        self.decoder = [layer(a, b) for a, b in zip(back, back[1:])]
        self.out = layer(back[-1], x)

    def arch(self, rows=0, cols=0):
        return json.dumps({"format": 1, "x_dim": self.x, "z_dim": self.z, "hidden": self.hidden,
                           "activation": self.activation, "likelihood": self.like, "image_rows": rows,
                           "image_cols": cols})

    def ours(self):
        h = len(self.hidden)
        named = [*((f"fc{i + 1}", l) for i, l in enumerate(self.encoder)), (f"fc{h + 1}1", self.mu),
                 (f"fc{h + 1}2", self.logvar), *((f"fc{h + 2 + i}", l) for i, l in enumerate(self.decoder)),
                 (f"fc{2 * h + 2}", self.out)]
        return torch_names(named)


def torch_names(named):
    """PyTorch's names for (name, layer) pairs."""
    return {f"{name}.{part}": value for name, layer in named for part, value in zip(("weight", "bias"), layer)}


def write_safetensors(path, tensors, metadata=None, dtype="F64"):
    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
    header, blocks, at = {}, [], 0
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, value in tensors.items():
        value = np.asarray(value)
        if dtype == "BF16":
            raw = (value.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
        else:
            raw = np.ascontiguousarray(value.astype(kinds[dtype])).tobytes()
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
        blocks.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def write_ours(path, net, rows=0, cols=0):
    write_safetensors(path, net.ours(), {"format": "pt", "aevb.arch": net.arch(rows, cols)})


def same_weights(what, net, path, *options, decoder=False, encoder=False):
    """Converted to our layout, every tensor is bit for bit that of the network, or of one part of it."""
    try:
        out = good("convert", path, "converted.npz", *options)
        with np.load("converted.npz") as got:
            want = net.ours()
            if decoder or encoder:
                h = len(net.hidden)
                names = tuple(f"fc{i}." for i in range(h + 2, 2 * h + 3)) # of the decoder
                want = {k: v for k, v in want.items() if k.startswith(names) == decoder}
            keys = set(got) - {"aevb.arch", "aevb.parts"}
            ok = keys == set(want) and all(np.array_equal(got[k], want[k]) for k in keys)
            report(ok, what, out + str(sorted(keys)))
    except AssertionError as e:
        report(False, what, e)


# --- Keras 2: groups of layers with the attributes layer_names and weight_names; weights [in][out] ---

def put_weights(group, names_and_values):
    group.attrs["weight_names"] = [n.encode() for n, _ in names_and_values]
    for name, value in names_and_values:
        group.create_dataset(name, data=np.asarray(value, "<f4"))


def kernel_bias(name, layer):
    return [(f"{name}/kernel:0", layer[0].T), (f"{name}/bias:0", layer[1])]


def dense_config(name, units, activation, flat=False):
    return {"class_name": "Dense", "config": {"name": name, "trainable": True, "dtype": "float32", "units": units,
                                              "activation": activation, "use_bias": True}, "name": name,
            "inbound_nodes": []}


def layer_config(kind, name):
    return {"class_name": kind, "config": {"name": name}, "name": name, "inbound_nodes": []}


def parts_of(net, flat_decoder=False):
    """The layers of the article's encoder and decoder by Keras' names, and their activations."""
    n = len(net.hidden)
    names = ["dense"] + [f"dense_{i}" for i in range(1, 2 * n + 1)]
    encoder = [(names[i], l, net.activation) for i, l in enumerate(net.encoder)]
    encoder += [("z_mean", net.mu, "linear"), ("z_log_var", net.logvar, "linear")]
    decoder = [(names[n + i], l, net.activation) for i, l in enumerate(net.decoder)]
    decoder += [(names[2 * n], net.out, "sigmoid")]
    return encoder, decoder


def functional(name, layers, first, extra=()):
    inner = [layer_config("InputLayer", first), *(dense_config(n, len(l[1]), a) for n, l, a in layers),
             *(layer_config("Lambda", e) for e in extra)]
    return {"class_name": "Functional", "config": {"name": name, "layers": inner}, "name": name, "inbound_nodes": []}


def vae_config(net):
    encoder, decoder = parts_of(net)
    return {"class_name": "Functional", "config": {"name": "vae_mlp", "layers": [
        layer_config("InputLayer", "encoder_input"), functional("encoder", encoder, "encoder_input", ["z"]),
        functional("decoder", decoder, "z_sampling")]}}


def keras2_root(group, net):
    """vae.save_weights, or the group model_weights of vae.save: sub-models encoder and decoder."""
    encoder, decoder = parts_of(net)
    group.attrs["layer_names"] = [b"encoder_input", b"encoder", b"decoder"]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.9.0"
    group.create_group("encoder_input").attrs["weight_names"] = np.array([], dtype=np.float64)
    for name, layers in (("encoder", encoder), ("decoder", decoder)):
        put_weights(group.create_group(name), [kb for n, l, _ in layers for kb in kernel_bias(n, l)])
    group.create_group("top_level_model_weights").attrs["weight_names"] = np.array([], dtype=np.float64)


def write_keras2(path, net, h5py, whole=True):
    with h5py.File(path, "w") as f:
        if not whole:
            keras2_root(f, net)
            return
        f.attrs["keras_version"] = b"2.9.0"
        f.attrs["backend"] = b"tensorflow"
        f.attrs["model_config"] = json.dumps(vae_config(net)).encode()
        f.attrs["training_config"] = b'{"loss": "mse"}'
        keras2_root(f.create_group("model_weights"), net)
        optimizer = f.create_group("optimizer_weights")
        put_weights(optimizer, [("Adam/iter:0", 7.0), ("Adam/dense/kernel/m:0", np.zeros((3, 4)))])


def write_keras2_flat(path, layers, h5py, config=True):
    """One model whose layers are right at the root: layers are (name, layer, activation). config: True, False, or
    the configuration."""
    with h5py.File(path, "w") as f:
        if config:
            config = functional("model", layers, "input_1") if config is True else config
            f.attrs["model_config"] = json.dumps(config).encode()
        g = f.create_group("model_weights") if config else f
        g.attrs["layer_names"] = [b"input_1"] + [n.encode() for n, _, _ in layers]
        g.create_group("input_1").attrs["weight_names"] = np.array([], dtype=np.float64)
        for name, layer, _ in layers:
            put_weights(g.create_group(name), kernel_bias(name, layer))


# --- Keras 3: layers/CLASS_COUNT/vars/0 and 1, names in config.json only ---

def put_vars(f, path, layers):
    for i, (_, layer, _) in enumerate(layers):
        group = f.create_group(f"{path}/dense{'_%d' % i if i else ''}/vars")
        group.create_dataset("0", data=np.asarray(layer[0].T, "<f4"))
        group.create_dataset("1", data=np.asarray(layer[1], "<f4"))


def keras3_image(net, h5py):
    encoder, decoder = parts_of(net)
    image = io.BytesIO()
    with h5py.File(image, "w") as f:
        f.create_group("vars")
        f.create_group("layers/input_layer/vars")
        put_vars(f, "layers/functional/layers", encoder)
        f.create_group("layers/functional/layers/sampling/seed_generator/vars").create_dataset(
            "0", data=np.array([0, 1337], np.uint32))
        put_vars(f, "layers/functional_1/layers", decoder)
        adam = f.create_group("optimizer/vars")
        adam.create_dataset("0", data=np.int64(7))
        adam.create_dataset("1", data=np.float32(0.001))
    return image.getvalue()


def write_keras3(path, net, h5py, config=True):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("metadata.json", '{"keras_version": "3.0.0", "date_saved": "2024-01-01@00:00:00"}')
        z.writestr("config.json", json.dumps(vae_config(net)) if config else "{}")
        z.writestr("model.weights.h5", keras3_image(net, h5py))


# --- data ---

def write_idx(path, pictures):
    pictures = np.asarray(pictures, np.uint8)
    with open(path, "wb") as f:
        f.write(struct.pack(">I", 0x800 | pictures.ndim) + struct.pack(f">{pictures.ndim}I", *pictures.shape))
        f.write(pictures.tobytes())
