# SPDX-License-Identifier: GPL-3.0-or-later
# Models of others: Keras 2 and 3, PyTorch state dicts under the usual names, .npz. The same weights must give the
# same bound as in our own layout. Prints TAP.
import json, os, subprocess, sys
sys.path.insert(0, os.path.join(os.environ["AEVB_SRCDIR"], "tests", "support"))
import numpy as np
from model_files import *

try:
    import h5py
except ImportError:
    h5py = None
try:
    import torch
except ImportError:
    torch = None

workplace()


def bound(model, data, *options):
    return json.loads(good("eval", "--model", model, "--data", data, "--split", "train", "--engine", "ref", "--json",
                           "--samples", "0", *options))["elbo"]


def same_bound(what, model, want, data, *options):
    try:
        got = bound(model, data, *options)
        report(abs(got - want) <= 1e-12 * abs(want), what, f"{got} instead of {want}")
    except AssertionError as e:
        report(False, what, e)


# --- the article's network, 2914-512-100, on pictures of 62 x 47 ---
article = Net(2914, [512], 100, 1)
faces = np.random.default_rng(2).integers(0, 256, (6, 62, 47))
write_idx("faces", faces)
write_ours("ours.safetensors", article, 62, 47)
reference = bound("ours.safetensors", "faces")
report(-1e6 < reference < -100, "the article's network in our layout has a bound", reference)

if h5py is None:
    skip("Keras files", "no h5py")
else:
    write_keras2("vae.h5", article, h5py)
    same_bound("Keras 2, a whole model with sub-models, has the same bound", "vae.h5", reference, "faces")
    write_keras2("weights.h5", article, h5py, whole=False)
    same_bound("Keras 2, save_weights", "weights.h5", reference, "faces")
    write_keras3("vae.keras", article, h5py)
    same_bound("Keras 3, .keras", "vae.keras", reference, "faces")
    open("model.weights.h5", "wb").write(keras3_image(article, h5py))
    same_bound("Keras 3, bare .weights.h5, heads by order", "model.weights.h5", reference, "faces")
    with zipfile.ZipFile("old.keras", "w") as z: # of Keras 2.12
        image = io.BytesIO()
        with h5py.File(image, "w") as f:
            for part, layers in zip(("functional", "functional_1"), parts_of(article)):
                put_vars(f, f"_layer_checkpoint_dependencies/{part}/_layer_checkpoint_dependencies", layers)
        z.writestr("config.json", json.dumps(vae_config(article)))
        z.writestr("model.weights.h5", image.getvalue())
    same_bound("Keras 2.12, .keras", "old.keras", reference, "faces")
    report("assumed: mu" not in good("inspect", "old.keras"), "whose heads are known by the configuration")
    shown = good("inspect", "vae.keras")
    report("fc21.weight  = layers/functional/layers/dense_1/vars/0^T\n" in shown and "assumed: --act" not in shown,
           "the map of a .keras is shown, its activation is known", shown)
    shown = good("inspect", "model.weights.h5")
    report("assumed: mu before logvar" in shown and "assumed: --activation relu" in shown,
           "what a bare weights file leaves open is said", shown)

    small = Net(12, [7, 5], 3, 3, scale=0.5, activation="tanh")

    def named_image(swapped):
        """A model of the user's own class as newer versions of Keras 3 save it, with the names of its layers."""
        encoder, decoder = parts_of(small)
        if swapped:
            encoder[2], encoder[3] = encoder[3], encoder[2]
        image = io.BytesIO()
        with h5py.File(image, "w") as f:
            for part, layers in (("encoder", encoder), ("decoder", decoder)):
                put_vars(f, f"{part}/layers", layers)
                for i, (name, _, _) in enumerate(layers):
                    f[f"{part}/layers/dense{'_%d' % i if i else ''}/vars"].attrs["name"] = name
            f.create_group("loss_tracker/vars").create_dataset("0", data=np.float32(1))
            f["loss_tracker/vars"].attrs["name"] = "loss"
        return image.getvalue()

    for swapped in (False, True):
        open("named.weights.h5", "wb").write(named_image(swapped))
        same_weights(f"heads by the names beside the weights{', in the other order' if swapped else ''}", small,
                     "named.weights.h5")
        report("assumed: mu before" not in good("inspect", "named.weights.h5"), "whose order is not assumed")
    for name in ("", "x" * 2000):
        with h5py.File("odd.weights.h5", "w") as f:
            for part, layers in (("encoder", parts_of(small)[0]), ("decoder", parts_of(small)[1])):
                put_vars(f, f"{part}/layers", layers)
                f[f"{part}/layers/dense_2/vars"].attrs["name"] = name
                f.create_group(f"{part}/vars").attrs["name"] = name
        same_weights(f"a name of {len(name)} bytes says nothing", small, "odd.weights.h5")
    config = {"class_name": "VAE", "config": {"layers": [functional("encoder", parts_of(small)[0], "i"),
                                                         functional("decoder", parts_of(small)[1], "z")]}}
    with zipfile.ZipFile("named.keras", "w") as z:
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", named_image(True))
    same_weights("the same in a .keras", small, "named.keras")
    report("12-7-5-3 tanh" in good("inspect", "named.keras"), "activations by these names")
    write_keras2("small.h5", small, h5py)
    same_weights("two hidden layers, tanh from the configuration", small, "small.h5")
    report("12-7-5-3 tanh" in good("inspect", "small.h5"), "the activation of the file is taken")
    encoder, decoder = parts_of(small)
    write_keras2_flat("flat.h5", encoder + decoder, h5py)
    same_weights("one flat model", small, "flat.h5")
    renamed = [("h1", *encoder[0][1:]), ("h0", *encoder[1][1:]), *encoder[2:], ("b", *decoder[0][1:]),
               ("a", *decoder[1][1:]), ("out", *decoder[2][1:])]
    write_keras2_flat("names.h5", renamed, h5py, config=False)
    same_weights("layers in the order of layer_names, not of their names", small, "names.h5")
    write_keras2_flat("decoder.h5", decoder, h5py)
    same_weights("a decoder alone", small, "decoder.h5", decoder=True)
    good("sample", "--model", "decoder.h5", "--npy", "s.npy", "--n", "3", "--engine", "ref")
    write_ours("small.safetensors", small)
    good("sample", "--model", "small.safetensors", "--npy", "t.npy", "--n", "3", "--engine", "ref")
    report(np.array_equal(np.load("s.npy"), np.load("t.npy")), "it draws what the whole model draws")
    write_idx("rows", np.random.default_rng(4).integers(0, 256, (8, 12)))
    for command in (["eval", "--data", "rows"], ["encode", "--data", "rows", "--out", "e"],
                    ["reconstruct", "--data", "rows", "--npy", "r.npy"], ["gradcheck"]):
        refused(f"{command[0]} of a decoder alone", "decoder.h5: a decoder alone", command[0], "--model",
                "decoder.h5",
                *command[1:])
    good("convert", "decoder.h5", "d.safetensors")
    same_weights("a decoder alone, through our own file", small, "d.safetensors", decoder=True)
    same_weights("and again from .npz", small, "converted.npz", decoder=True)
    write_keras2_flat("encoder.h5", encoder, h5py)
    same_weights("an encoder alone", small, "encoder.h5", encoder=True)
    report("12-7-5-3 tanh, grey, an encoder alone" in good("inspect", "encoder.h5"), "which inspect says")
    for path in ("encoder.h5", "small.safetensors"):
        good("encode", "--model", path, "--data", "rows", "--split", "train", "--out", path, "--engine", "ref")
    report(all(np.array_equal(np.load(f"encoder.h5-{n}.npy"), np.load(f"small.safetensors-{n}.npy"))
               for n in ("mu", "logvar")), "it encodes as the whole model does")
    for command in (["eval", "--data", "rows"], ["sample", "--npy", "s.npy"],
                    ["reconstruct", "--data", "rows", "--npy", "r.npy"], ["gradcheck"]):
        refused(f"{command[0]} of an encoder alone", "encoder.h5: an encoder alone; this needs the decoder too",
                command[0], "--model", "encoder.h5", *command[1:])
    good("convert", "encoder.h5", "e.safetensors")
    same_weights("an encoder alone, through our own file", small, "e.safetensors", encoder=True)
    same_weights("and again from .npz", small, "converted.npz", encoder=True)
    good("convert", "encoder.h5", "alone.onnx")
    report(os.path.exists("alone-encoder.onnx") and not os.path.exists("alone-decoder.onnx"),
           "its ONNX is the encoder")
    refused("but no decoder", "the model has no decoder", "convert", "encoder.h5", "d.onnx", "--part", "decoder")
    for name, kw in (("f16", {"dtype": "<f2"}), ("f64", {"dtype": "<f8"}), ("big", {"dtype": ">f4"}),
                     ("gzip", {"compression": "gzip", "shuffle": True, "fletcher32": True, "dtype": "<f4"})):
        rounded = Net(12, [7], 3, 5)
        for part in (rounded.encoder, rounded.decoder):
            part[:] = [tuple(v.astype(np.float16).astype(float) for v in l) for l in part]
        rounded.mu, rounded.logvar, rounded.out = (tuple(v.astype(np.float16).astype(float) for v in l) for l in
                                                   (rounded.mu, rounded.logvar, rounded.out))
        e, d = parts_of(rounded)
        with h5py.File("kind.h5", "w") as f:
            f.attrs["layer_names"] = [n.encode() for n, _, _ in e + d]
            for n, l, _ in e + d:
                g = f.create_group(n)
                g.attrs["weight_names"] = [k.encode() for k, _ in kernel_bias(n, l)]
                for k, v in kernel_bias(n, l):
                    g.create_dataset(k, data=v, **kw)
        same_weights(f"HDF5 arrays: {name}", rounded, "kind.h5")

    pairs = ",".join(f"{ours}=model_weights/{n}/{n}" for ours, n in (
        ("fc1", "dense"), ("fc2", "dense_1"), ("fc31", "z_mean"), ("fc32", "z_log_var"), ("fc4", "dense_2"),
        ("fc5", "dense_3"), ("fc6", "dense_4")))
    same_weights("a map over a Keras file", small, "flat.h5", "--map", pairs)
    report("12-7-5-3 tanh" in good("inspect", "flat.h5", "--map", pairs), "which keeps the activation of the file")
    # As h5py before version 3 wrote strings: of a fixed length, padded with zeros.
    write_keras2_flat("fixed.h5", encoder + decoder, h5py)
    with h5py.File("fixed.h5", "r+") as f:
        def fix(name, group):
            for key, value in list(group.attrs.items()):
                if np.size(value) > 0:
                    raw = np.array([v if isinstance(v, bytes) else v.encode() for v in np.atleast_1d(value)],
                                   dtype="S")
                    group.attrs.create(key, raw if np.ndim(value) else raw[0])
        fix("", f)
        f.visititems(lambda name, item: fix(name, item) if isinstance(item, h5py.Group) else None)
    same_weights("strings of a fixed length", small, "fixed.h5")
    report("12-7-5-3 tanh" in good("inspect", "fixed.h5"), "and the configuration is one of them")

    def activated(path, hidden, first=None, head="linear", out="sigmoid"):
        layers = [[n, l, hidden] for n, l, _ in encoder + decoder]
        layers[0][2] = first or hidden
        layers[2][2] = layers[3][2] = head
        layers[-1][2] = out
        write_keras2_flat(path, layers, h5py)

    activated("a.h5", "linear", out="linear")
    report("12-7-5-3 identity" in good("inspect", "a.h5"), "linear is the identity")
    activated("a.h5", {"module": "builtins", "class_name": "function", "config": "softplus"})
    report("12-7-5-3 softplus" in good("inspect", "a.h5"), "an activation as an object of Keras 3")
    activated("a.h5", {"class_name": "ReLU", "config": {"name": "re_lu", "max_value": None}})
    shown = good("inspect", "a.h5")
    report("12-7-5-3 relu" in shown and "assumed: --activation" not in shown, "a layer as an activation", shown)
    for what, keywords, why in (
            ("two activations", {"first": "relu"}, 'activation "tanh" where others have relu'),
            ("an unknown activation", {"hidden": "gelu"},
             'activation "gelu"; relu, tanh, sigmoid, softplus and linear'),
            ("a layer of another kind as an activation", {"hidden": {
                "module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.2}}},
             'activation "LeakyReLU"; relu, tanh, sigmoid'),
            ("a code as an activation", {"hidden": {"class_name": "__lambda__", "config": {"value": "code"}}},
             'activation "__lambda__"; relu, tanh'),
            ("a capped ReLU as an activation", {"hidden": {"class_name": "ReLU", "config": {"max_value": 6.0}}},
             'activation "ReLU"; relu, tanh'),
            ("an activated head", {"head": "relu"}, 'a head with activation "relu"'),
            ("an output beyond 0..1", {"out": "tanh"},
             'an output with activation "tanh"; sigmoid and linear are read')):
        activated("a.h5", **{"hidden": "tanh", **keywords})
        refused(what, why, "convert", "a.h5", "x.npz")

    refused("a configuration beyond the limit", "bytes, the limit (json_bytes) is 100", "inspect", "vae.h5",
            "--max-json", "100")
    with h5py.File("kinds.h5", "w") as f:
        f["flag/kernel"] = np.array([[True, False]])
        f["text/kernel"] = np.array([b"abc"], dtype="S3")
        f["raw/kernel"] = np.array([b"abc"], dtype="V3")
        f["whole/kernel"] = np.array([[1, 2]], dtype="<i4")
    refused("what holds no real numbers",
            "kinds.h5: tensors of no affine layer (--map says what is what): flag/kernel, "
            "raw/kernel, text/kernel, whole/kernel", "convert", "kinds.h5", "x.npz")
    refused("and by a map", "flag is no affine layer", "convert", "kinds.h5", "x.npz", "--map", "fc1=flag,fc2=whole")

# --- PyTorch state dicts ---
net = Net(12, [7], 3, 6)
if torch is None:
    skip("a PyTorch state dict with the same bound", "no PyTorch")
else:
    state = {k: torch.tensor(v, dtype=torch.float32) for k, v in article.ours().items()}
    write_safetensors("state.safetensors", {k: v.numpy() for k, v in state.items()}, dtype="F32")
    same_bound("a PyTorch state dict as safetensors has the same bound", "state.safetensors", reference, "faces")
    torch.save(state, "state.pt")
    status, out, err = run("inspect", "state.pt")
    command = err[err.index("python3 "):].strip() if "python3 " in err else "false"
    report(status == 1 and len(err.splitlines()) == 1, "a zip of PyTorch is refused in one line", err)
    subprocess.run(["sh", "-c", command.replace("python3", sys.executable, 1)], check=False)
    same_bound("the command in that line makes a .npz with the same bound", "model.npz", reference, "faces")
    checkpoint = {k: torch.nn.Parameter(v) for k, v in state.items()}
    for key in ("state_dict", "model_state_dict", "model"):
        torch.save({key: checkpoint, "epoch": 3, "optimizer": {"state": {}, "param_groups": []}}, "it's a run.pt")
        os.remove("model.npz")
        command = run("inspect", "it's a run.pt")[2].partition("python3 ")[2]
        subprocess.run(["sh", "-c", f"'{sys.executable}' {command}"], check=False)
        same_bound(f"and out of a checkpoint, under {key}", "model.npz", reference, "faces")
    torch.jit.script(torch.nn.Linear(3, 2)).save("script.pt")
    refused("TorchScript, whose pickle is not its first member, is one", "script.pt: a PyTorch pickle", "inspect",
            "script.pt")
    deep_path = os.path.join(*["f" * 100] * 3)
    os.makedirs(deep_path)
    torch.save(state, f"{deep_path}/state.pt")
    refused("a name too long for the line is left to the reader", '})" FILE', "inspect", f"{deep_path}/state.pt")
    torch.save(state, "old.pt", _use_new_zipfile_serialization=False)
    refused("a pickle of old PyTorch is refused", "a PyTorch pickle", "inspect", "old.pt")

deep = Net(12, [7, 5], 3, 7)
e, d = deep.encoder, deep.decoder
chain = {"encoder": [("0", e[0]), ("2", e[1])], "decoder": [("0", d[0]), ("2", d[1]), ("4", deep.out)]}
joint = (np.concatenate([deep.mu[0], deep.logvar[0]]), np.concatenate([deep.mu[1], deep.logvar[1]]))


def sided(enc, dec):
    return [(f"{enc}.{n}", l) for n, l in chain["encoder"]], [(f"{dec}.{n}", l) for n, l in chain["decoder"]]


state_dicts = {
    "ours in DataParallel": [("module." + k[:-7], (v, deep.ours()[k[:-6] + "bias"])) for k, v in deep.ours().items()
                             if k.endswith("weight")],
    "encoder.N, fc_mu, fc_logvar, decoder.N": [*sided("encoder", "decoder")[0], ("fc_mu", deep.mu),
                                               ("fc_logvar", deep.logvar), *sided("encoder", "decoder")[1]],
    "enc.N, fc_mu, fc_var, dec.N": [*sided("enc", "dec")[0], ("fc_mu", deep.mu), ("fc_var", deep.logvar),
                                    *sided("enc", "dec")[1]],
    "encoder.N, mean_layer, logvar_layer, decoder.N": [*sided("encoder", "decoder")[0], ("mean_layer", deep.mu),
                                                       ("logvar_layer", deep.logvar),
                                                       *sided("encoder", "decoder")[1]],
    "Encoder.FC_input, FC_mean, FC_var, Decoder.FC_hidden, FC_output":
        [("Encoder.FC_input", e[0]), ("Encoder.FC_input2", e[1]), ("Encoder.FC_mean", deep.mu),
         ("Encoder.FC_var", deep.logvar), ("Decoder.FC_hidden", d[0]), ("Decoder.FC_hidden2", d[1]),
         ("Decoder.FC_output", deep.out)],
    "encoder.hidden2mu, encoder.hidden2logVar": [*sided("encoder", "decoder")[0], ("encoder.hidden2mu", deep.mu),
                                                 ("encoder.hidden2logVar", deep.logvar),
                                                 *sided("encoder", "decoder")[1]],
    "linear1, linear2, linear_mu, linear_logvar, linear3, ...":
        [("linear1", e[0]), ("linear2", e[1]), ("linear_mu", deep.mu), ("linear_logvar", deep.logvar),
         ("linear3", d[0]), ("linear4", d[1]), ("linear5", deep.out)],
    "z_mean, z_log_var, layers in no order, told by their shapes":
        [("alpha", d[1]), ("beta", e[1]), ("gamma", deep.out), ("delta", d[0]), ("eps", e[0]), ("z_mean", deep.mu),
         ("z_log_var", deep.logvar)],
    "one head for mu and logvar": [*sided("encoder", "decoder")[0], ("encoder.4", joint),
                                   *sided("encoder", "decoder")[1]],
    "encoder.layers.N.0, encoder.embedding, encoder.log_var, decoder.layers.N.0":
        [("encoder.layers.0.0", e[0]), ("encoder.layers.1.0", e[1]), ("encoder.embedding", deep.mu),
         ("encoder.log_var", deep.logvar), ("decoder.layers.0.0", d[0]), ("decoder.layers.1.0", d[1]),
         ("decoder.layers.2.0", deep.out)],
    "a first decoder layer of its own": [*sided("encoder", "decoder")[0], ("mu", deep.mu), ("log_var", deep.logvar),
                                         ("fc3", d[0]), ("decoder.0", d[1]), ("decoder.2", deep.out)],
}
for name, layers in state_dicts.items():
    for order in (1, -1): # as safetensors sorts them, and the other way round
        tensors = dict(sorted(torch_names(layers).items())[::order])
        write_safetensors("state.safetensors", tensors, dtype="F32")
        same_weights(f"state dict: {name}{' (reversed)' if order < 0 else ''}", deep, "state.safetensors")
for dtype in ("F16", "BF16", "F64"):
    rough = Net(12, [7], 3, 8)
    keep = (lambda v: v.astype(np.float16)) if dtype == "F16" else \
        (lambda v: (v.astype("<f4").view("<u4") & 0xffff0000).view("<f4")) if dtype == "BF16" else (lambda v: v)
    rough.encoder, rough.decoder = ([tuple(keep(v).astype(float) for v in l) for l in p] for p in
                                    (rough.encoder, rough.decoder))
    rough.mu, rough.logvar, rough.out = (tuple(keep(v).astype(float) for v in l) for l in
                                         (rough.mu, rough.logvar, rough.out))
    write_safetensors("rough.safetensors", rough.ours(), dtype=dtype)
    same_weights(f"safetensors of {dtype}", rough, "rough.safetensors")

# --- .npz and maps ---
np.savez("plain.npz", **{k.replace(".", "/"): v for k, v in deep.ours().items()})
same_weights(".npz by numpy.savez", deep, "plain.npz")
np.savez_compressed("odd.npz", W=e[0][0].T, b=e[0][1], V=e[1][0], c=e[1][1], H=joint[0], h=joint[1],
                    D=np.asfortranarray(d[0][0]), d=d[0][1].astype(">f8"), E=d[1][0], e=d[1][1], O=deep.out[0],
                    o=deep.out[1],
                    steps=np.int64(3))
pairs = ("fc1.weight=W^T, fc1.bias=b, fc2.weight=V, fc2.bias=c, fc31.weight=H, fc31.bias=h, fc32.weight=H, "
         "fc32.bias=h, fc4.weight=D, fc4.bias=d, fc5.weight=E, fc5.bias=e, fc6.weight=O, fc6.bias=o")
refused("names that mean nothing need a map", "tensors of no affine layer (--map says", "convert", "odd.npz", "x.npz")
same_weights("a map on the command line: transposed, one head, Fortran order, big-endian", deep, "odd.npz", "--map",
             pairs)
open("map.txt", "w").write("# ours = theirs\n" + pairs.replace(", ", "\n").replace("=", " = ") + "\n\n")
same_weights("a map in a file", deep, "odd.npz", "--map", "map.txt")
write_safetensors("s.safetensors", torch_names([("q", e[0]), ("r", e[1]), ("m", deep.mu), ("v", deep.logvar),
                                                ("s", d[0]),
                                                ("t", d[1]), ("u", deep.out)]))
same_weights("a map of layers", deep, "s.safetensors", "--map", "fc1=q,fc2=r,fc31=m,fc32=v,fc4=s,fc5=t,fc6=u")
sub = [("vae.fc1", e[0]), ("vae.fc2", e[1]), ("vae.fc31", deep.mu), ("vae.fc32", deep.logvar), ("vae.fc4", d[0]),
       ("vae.fc5", d[1]), ("vae.fc6", deep.out)]
write_safetensors("sub.safetensors", torch_names(sub))
same_weights("our names within another module", deep, "sub.safetensors")
same_weights("a map of a decoder", deep, "s.safetensors", "--map", "fc4=s,fc5=t,fc6=u", decoder=True)
same_weights("a map of an encoder", deep, "s.safetensors", "--map", "fc1=q,fc2=r,fc31=m,fc32=v", encoder=True)
write_safetensors("sides.safetensors", torch_names([*sided("encoder", "decoder")[0], ("encoder.4", joint)]))
same_weights("the encoder alone of a state dict, one head for both", deep, "sides.safetensors", encoder=True)
halved = [(n, tuple(v / 2 for v in l) if n == "v" else l) for n, l in
          (("q", e[0]), ("r", e[1]), ("m", deep.mu), ("v", deep.logvar), ("s", d[0]), ("t", d[1]), ("u", deep.out))]
write_safetensors("half.safetensors", torch_names(halved))
same_weights("a head of log standard deviations, taken twice", deep, "half.safetensors", "--map",
             "fc1=q,fc2=r,fc31=m,fc32=v*2,fc4=s,fc5=t,fc6=u")
transposed = {k: v.T if k == "v.weight" else v for k, v in torch_names(halved).items()}
write_safetensors("half.safetensors", transposed)
pairs = "fc1=q,fc2=r,fc31=m,fc32.weight=v.weight^T*2,fc32.bias=v.bias * 2,fc4=s,fc5=t,fc6=u"
refused("twice with a blank", 'no tensor "v.bias * 2" in the file', "convert", "half.safetensors", "x.npz", "--map",
        pairs)
pairs = pairs.replace(" * ", "*")
same_weights("and transposed", deep, "half.safetensors", "--map", pairs)
shown = good("inspect", "half.safetensors", "--map", pairs)
report("fc32.weight  = v.weight^T*2\n  fc32.bias    = v.bias*2\n" in shown, "which is shown", shown)
shown = json.loads(good("inspect", "half.safetensors", "--json", "--map", pairs))["map"]
report([shown[k]["doubled"] for k in ("fc31.weight", "fc32.weight", "fc32.bias")] == [False, True, True],
       "in JSON too", shown)
write_safetensors("large.safetensors", {**transposed, "v.bias": np.full(3, 1e308)})
refused("twice a large value", 'large.safetensors: tensor "v.bias": twice an element is infinite', "convert",
        "large.safetensors", "x.npz", "--map", pairs)
for what, text, why in (("no such layer", "fc1=nope", "no layer \"nope\""), ("no pair", "fc1=q,fc2",
                                                                             "is not OURS=THEIRS"),
                        ("a layer twice", "fc1=q,fc1=r", "\"fc1\" twice"), ("a part of a network", "fc1=q",
                        "are not those of a network"), ("shapes that do not connect",
                        "fc1=q,fc2=r,fc31=m,fc32=v,fc4=t,fc5=s,fc6=u", "leads from")):
    refused(f"a map with {what}", why, "convert", "s.safetensors", "x.npz", "--map", text)
os.mkfifo("pipe")
for path in ("pipe", "."):
    refused(f"a map that is no file: {path}", f"--map {path}: is not a regular file", "inspect", "s.safetensors",
            "--map", path)
refused("a map in an absent file", "neither OURS=THEIRS pairs nor a file", "inspect", "s.safetensors", "--map",
        "absent")

# --- what the file does not say ---
write_safetensors("g.safetensors", net.ours())
shown = good("inspect", "g.safetensors", "--likelihood", "gaussian-fixed", "--x-variance", "0.5", "--activation",
             "tanh",
             "--picture", "3x4")
report("model 12-7-3 tanh, gaussian-fixed (variance 0.5), pictures of 3 x 4" in shown and "assumed" not in shown,
       "options say what the file does not", shown)
finish()
