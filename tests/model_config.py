# SPDX-License-Identifier: GPL-3.0-or-later
# Configurations of Keras models: layers without weights - activations, what draws z, what changes nothing, what no
# network of ours has - as Keras 2 and Keras 3 link them. Prints TAP.
import io, json, os, sys, zipfile
sys.path.insert(0, os.path.join(os.environ["AEVB_SRCDIR"], "tests", "support"))
import numpy as np
from model_files import *

try:
    import h5py
except ImportError:
    skip("configurations of Keras", "no h5py")
    finish()

workplace()
net = Net(12, [7], 3, 1, scale=0.5, activation="tanh")
version = 3 # of Keras, whose links are written


def links(calls):
    """inbound_nodes; a call is a list of what is taken: a name, or (name, output, call)."""
    calls = [[(t, 0, 0) if isinstance(t, str) else t for t in call] for call in calls]
    if version == 2:
        return [[[name, call, output, {}] for name, output, call in taken] for taken in calls]
    return [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "dtype": "float32",
                                                                    "keras_history": [name, call, output]}}
                      for name, output, call in taken], "kwargs": {}} for taken in calls]


def layer(kind, name, *calls, **config):
    return {"class_name": kind, "config": {"name": name, **config}, "name": name, "inbound_nodes": links(calls)}


def dense(name, takes, activation="linear"):
    return layer("Dense", name, [takes], activation=activation)


def model(layers, outputs, name="vae", kind="Functional", calls=()):
    return {"class_name": kind, "name": name, "inbound_nodes": links(calls), "config": {
        "name": name, "layers": layers, "output_layers": [[o, 0, 0] for o in outputs]}}


def vae(hidden=(), behind="dense", back=(), behind_back="dense_1", out="sigmoid", front=(), first="x", last=(),
        draw=None, activation="linear", outputs=("dense_2",)):
    """x, dense, z_mean and z_log_var, z, dense_1, dense_2, and layers between."""
    return model([layer("InputLayer", "x"), *front, dense("dense", first, activation), *hidden,
                  dense("z_mean", behind), dense("z_log_var", behind),
                  *(draw or [layer("Sampling", "z", ["z_mean", "z_log_var"])]),
                  dense("dense_1", "z", activation), *back, dense("dense_2", behind_back, out), *last], outputs)


def put(config, heads=(("z_mean", net.mu), ("z_log_var", net.logvar))):
    layers = [("dense", net.encoder[0]), *heads, ("dense_1", net.decoder[0]), ("dense_2", net.out)]
    write_keras2_flat("m.h5", [(n, l, None) for n, l in layers], h5py, config=config)


def is_read(what, config, activation="tanh", path="m.h5", **kw):
    """As the network with that activation, nothing about it assumed; and with the same weights."""
    if path == "m.h5":
        put(config, **kw)
    status, out, err = run("convert", path, "c.npz")
    ok = status == 0 and f"12-7-3 {activation}, grey\n" in out and "assumed: --activation" not in out
    if ok:
        with np.load("c.npz") as got:
            ok = all(np.array_equal(got[k], v) for k, v in net.ours().items())
    report(ok, f"{what}, Keras {version}", out + err)


def is_refused(what, config, why):
    put(config)
    refused(f"{what}, Keras {version}", f"m.h5: configuration: layer {why}", "convert", "m.h5", "x.npz")


def activations(kind="Activation", **config):
    config = config or {"activation": "tanh"}
    return {"hidden": [layer(kind, "a", ["dense"], **config)], "behind": "a",
            "back": [layer(kind, "b", ["dense_1"], **config)], "behind_back": "b"}


for version in (2, 3):
    is_read("activations of the dense layers", vae(activation="tanh"))
    is_read("activations of their own", vae(**activations()))
    is_read("also at the output", vae(**activations(), out="linear", outputs=["c"],
                                      last=[layer("Activation", "c", ["dense_2"], activation="sigmoid")]))
    is_read("ReLU", vae(**activations("ReLU", max_value=None, negative_slope=0.0, threshold=0.0)), "relu")
    is_read("an activation that is none", vae(**activations(activation="linear"), activation="tanh"))
    is_read("one layer for two activations", vae(
        hidden=[layer("Activation", "a", ["dense"], ["dense_1"], activation="tanh")], behind="a",
        behind_back=("a", 0, 1)))
    each = vae(**{**activations(), "hidden": [layer("Activation", n, ["dense"], activation="tanh")
                                              for n in ("a", "a2")]})
    each["config"]["layers"][5]["inbound_nodes"] = links([["a2"]])
    is_read("an activation for each head", each)
    is_read("layers that change nothing", vae(
        front=[layer("Flatten", "f", ["x"])], first="f", outputs=["r"], last=[layer("Reshape", "r", ["dense_2"])],
        hidden=[layer("Dropout", "d", ["dense"]), layer("Activation", "a", ["d"], activation="tanh"),
                layer("GaussianNoise", "g", ["a"])], behind="g", back=activations()["back"], behind_back="b"))
    is_read("what is beside the way of the data", vae(**activations(), last=[
        layer("TFOpLambda", "tf.math.exp", ["z_log_var"]), layer("TFOpLambda", "tf.math.square", ["dense_2", "x"]),
        layer("AddLoss", "add_loss", ["tf.math.square"])]))
    noise = [layer("InputLayer", "eps"), layer("Lambda", "half", ["z_log_var"]), layer("Exp", "sd", ["half"]),
             layer("Multiply", "s", ["sd", "eps"]), layer("Add", "z", ["z_mean", "s"])]
    is_read("z by operations", vae(**activations(), draw=noise))
    is_refused("ReLU6", vae(**activations("ReLU", max_value=6.0)), '"a" (ReLU) is none that a network of ours has')
    is_refused("LeakyReLU", vae(**activations("LeakyReLU", negative_slope=0.3)), '"a" (LeakyReLU) is none that')
    is_refused("a layer of no weights", vae(**activations("LayerNormalization", center=False, scale=False),
                                            activation="relu"), '"a" (LayerNormalization) is none that')
    is_refused("Rescaling in front", vae(front=[layer("Rescaling", "r", ["x"], scale=2.0)], first="r",
                                         activation="relu"), '"r" (Rescaling) is none that a network of ours has')
    is_refused("a Lambda in front", vae(front=[layer("Lambda", "l", ["x"])], first="l"), '"l" (Lambda) is none that')
    is_refused("an operation on the way", vae(**activations("TFOpLambda", function="nn.tanh")),
               '"a" (TFOpLambda) is none that')
    is_refused("another activation of the output", vae(outputs=["c"], last=[
        layer("Activation", "c", ["dense_2"], activation="sigmoid")]),
               '"c" (Activation) follows a dense layer that has an activation itself')
    is_refused("what follows the output", vae(outputs=["r"], last=[layer("Rescaling", "r", ["dense_2"])]),
               '"r" (Rescaling) is none')
    is_refused("two activations", vae(hidden=[layer("Activation", "a", ["dense"], activation="tanh"), layer(
        "Activation", "b", ["a"], activation="tanh")], behind="b"), '"b" (Activation) follows no dense layer')
    is_refused("an activation on one way", vae(hidden=activations()["hidden"], last=[
        layer("Concatenate", "c", ["a", "dense_1"])], outputs=["dense_2", "a"]),
               '"a" (Activation) is not on every way from the dense layer before it')
    is_refused("an activation of z", vae(draw=[layer("Sampling", "s", ["z_mean", "z_log_var"]),
                                               layer("Activation", "z", ["s"], activation="tanh")]),
               '"z" (Activation) follows no dense layer')
    is_refused("an activation of the data", vae(front=[layer("ReLU", "r", ["x"])], first="r"),
               '"r" (ReLU) follows no dense layer')
    is_refused("an activation of a head", vae(draw=[
        layer("Activation", "sd", ["z_log_var"], activation="softplus"), layer("Sampling", "z", ["z_mean", "sd"])]),
               '"z" (Sampling) is none')
    is_refused("a sum around a layer", vae(hidden=[layer("Add", "a", ["x", "dense"])], behind="a"), '"a" (Add) is none')
    is_refused("a layer after z", vae(draw=[layer("Sampling", "s", ["z_mean", "z_log_var"]),
                                            layer("UnitNormalization", "z", ["s"])]), '"z" (UnitNormalization) is none')
    is_refused("a layer that is called twice", vae(hidden=[layer("Dropout", "d", ["dense", "x"])], behind="d"),
               '"d" (Dropout) does not say which one layer it follows')
    is_refused("a circle", vae(hidden=[layer("Dropout", "d", ["e"]), layer("Dropout", "e", ["d"])], behind="d"),
               '"d" (Dropout) takes what it gives')
    is_refused("33 layers into one", vae(draw=[layer("Sampling", "z", ["z_mean"] * 33)]), '"z_mean" (Dense) is one of')

    is_refused("two activations of one layer", vae(
        hidden=[layer("Activation", "a", ["dense"], activation="tanh"), layer("ReLU", "r", ["dense"])],
        draw=[dense("other", "r"), layer("Sampling", "z", ["z_mean", "z_log_var"])], behind="a"),
               '"r" (ReLU) is not on every way from the dense layer before it')
    is_refused("an activation on the second way", vae(hidden=[dense("other", "dense"), *activations()["hidden"]],
                                                      behind="a"), '"a" (Activation) is not on every way')
    is_refused("an activated head", vae(draw=[dense("sd", "dense", "softplus"),
                                              layer("Sampling", "z", ["z_mean", "sd"])]), '"z" (Sampling) is none')
    is_refused("z of one head and an input", vae(draw=[layer("InputLayer", "eps"),
                                                       layer("Add", "z", ["z_mean", "eps"])]), '"z" (Add) is none that')
    is_refused("an activated head before the other", vae(draw=[
        dense("sd", "dense", "softplus"), layer("Sampling", "z", ["sd", "z_mean"])]), '"z" (Sampling) is none')
    is_refused("an activation on the first way", vae(hidden=activations()["hidden"], behind="a", draw=[
        dense("other", "dense"), layer("Sampling", "z", ["z_mean", "z_log_var"])]),
               '"a" (Activation) is not on every way from the dense layer before it')
    is_read("what changes nothing, between a head and z", vae(activation="tanh", draw=[
        layer("Dropout", "d", ["z_mean"]), layer("Sampling", "z", ["d", "z_log_var"])]))
    is_refused("z of inputs", vae(draw=[layer("InputLayer", "eps"), layer("Add", "z", ["x", "eps"])]),
               '"z" (Add) is none that')
    is_refused("a layer without a class", vae(front=[{"config": {"name": "f"}, "inbound_nodes": links([["x"]])}],
                                              first="f"), '"f" () is none that')
    is_refused("a class that begins as a name does", vae(front=[layer("Z", "f", ["x"])], first="f"), '"f" (Z) is none')
    is_refused("a long class", vae(front=[layer("K" * 200, "f", ["x"])], first="f"), f'"f" ({"K" * 60}) is none that')
    is_refused("a link to no layer", vae(hidden=[layer("Dropout", "d", ["nowhere"])], behind="d"),
               '"d" (Dropout) does not say which one layer it follows')
    for link in (["dense"], ["dense", 0], ["dense", "0", 0], ["dense", 0, None], [0, 0, 0]):
        odd = layer("Dropout", "d")
        odd["inbound_nodes"] = [[link]]
        is_refused(f"a link that is {link}", vae(hidden=[odd], behind="d"),
                   '"d" (Dropout) does not say which one layer it follows')
    silent = vae(**activations())
    for one in silent["config"]["layers"]:
        if one["class_name"] == "Dense" and one["name"] in ("dense", "z_mean", "z_log_var", "dense_1"):
            del one["config"]["activation"]
    is_read("dense layers that say no activation, and activations behind them", silent)
    joint = tuple(np.concatenate(v) for v in zip(net.mu, net.logvar))
    for what, draw in (("split", [layer("Split", "s", ["head"]), layer("Sampling", "z", [("s", 0, 0), ("s", 1, 0)])]),
                       ("taken whole", [layer("Lambda", "sampling", ["head"])]),
                       ("taken by a class of its own", [layer("Reparametrise", "z", ["head"])])):
        config = vae(activation="tanh", draw=draw)
        for one in config["config"]["layers"]:
            if one["name"] == "dense_1":
                one["inbound_nodes"] = links([[draw[-1]["name"]]])
        config["config"]["layers"][2:4] = [dense("head", "dense")]
        is_read(f"one head for both, {what}", config, heads=[("head", joint)])

    def nested(kind, inside=(), outside=(), takes="encoder"):
        """Encoder and decoder as models of a model."""
        if kind == "Sequential":
            decoder = {"class_name": "Sequential", "name": "decoder", "inbound_nodes": links([["z"]]), "config": {
                "name": "decoder", "layers": [dense("dense_1", "x"), layer("Activation", "b", activation="tanh"),
                                              dense("dense_2", "x", "sigmoid"), *inside]}}
        else:
            decoder = model([layer("InputLayer", "i"), dense("dense_1", "i"), activations()["back"][0],
                             dense("dense_2", "b", "sigmoid"), *inside], ["dense_2"], "decoder", calls=[["z"]])
        encoder = model([layer("InputLayer", "i"), dense("dense", "i"), *activations()["hidden"], dense("z_mean", "a"),
                         dense("z_log_var", "a")], ["z_mean", "z_log_var"], "encoder", calls=[["x"]])
        return model([layer("InputLayer", "x"), encoder, *outside,
                      layer("Lambda", "z", [(takes, 0, 0), (takes, 1, 0)]), decoder], ["decoder"])

    is_read("nested models", nested("Functional"))
    is_read("a Sequential inside", nested("Sequential"))
    is_refused("a layer at its end", nested("Sequential", [layer("Rescaling", "r")]), '"r" (Rescaling) is none')
    is_refused("an activation of a nested model", nested("Functional", takes="act", outside=[
        layer("Activation", "act", ["encoder"], activation="tanh")]), '"z" (Lambda) is none')
    old = nested("Sequential")
    old["config"]["layers"][-1]["config"] = old["config"]["layers"][-1]["config"]["layers"]
    is_read("a Sequential of old", old)
    parts = nested("Functional")["config"]["layers"]
    image = io.BytesIO()
    with h5py.File(image, "w") as f:
        put_vars(f, "encoder/layers", [(n, l, None) for n, l in (("dense", net.encoder[0]), ("z_mean", net.mu),
                                                                  ("z_log_var", net.logvar))])
        put_vars(f, "decoder/layers", [(n, l, None) for n, l in (("dense_1", net.decoder[0]), ("dense_2", net.out))])
    with zipfile.ZipFile("own.keras", "w") as z:
        z.writestr("config.json", json.dumps({
            "class_name": "VAE", "registered_name": "Custom>VAE", "build_config": {"input_shape": [None, 12]},
            "config": {"latent_dim": 3, "encoder": parts[1], "decoder": parts[3]}}))
        z.writestr("model.weights.h5", image.getvalue())
    is_read("a class of the user's own", None, path="own.keras")
    parts[3]["config"]["layers"].insert(1, layer("Rescaling", "r", ["i"]))
    parts[3]["config"]["layers"][2]["inbound_nodes"] = links([["r"]])
    is_refused("a layer in a part of it", {"class_name": "VAE", "config": {"decoder": parts[3]}}, '"r" (Rescaling)')

config = vae(front=[layer("Rescaling", "r", ["x"])], first="r", activation="tanh")
put(config)
pairs = "fc1=dense,fc21=z_mean,fc22=z_log_var,fc3=dense_1,fc4=dense_2"
pairs = ",".join(f"{a}=model_weights/{b}/{b}" for a, b in (p.split("=") for p in pairs.split(",")))
shown = good("inspect", "m.h5", "--map", pairs)
report("12-7-3 relu" in shown and "assumed: --activation relu" in shown, "a map leaves out the layer, and believes "
       "nothing of the configuration", shown)
report("no network of ours: m.h5: configuration: layer \"r\" (Rescaling)" in good("inspect", "m.h5"),
       "inspect says why, and lists the tensors")
for what, extra, why in (("many bytes", [layer("InputLayer", "x" * (1 << 20))], " bytes, more than any of a network"),
                         ("many layers", [layer("Dropout", f"d{i}") for i in range(260)], "one of more than 256")):
    put(vae(activation="tanh", last=extra))
    refused(f"a configuration of {what}", why, "convert", "m.h5", "x.npz")
deep = vae(activation="tanh")
for i in range(20):
    deep = model([deep], [], f"m{i}")
put(deep)
refused("a configuration of many levels", "configuration: more than 16 levels", "convert", "m.h5", "x.npz")
for kind, what in (("Activation", {"activation": "tanh"}), ("Rescaling", {})):
    config = vae(activation="relu")
    config["config"]["layers"].append(layer(kind, "odd", **what))
    is_refused(f"{kind} without links", config, f'"odd" ({kind}) does not say which one layer it follows')

config = vae(activation="tanh") # as no Keras writes it: nothing is linked
for one in config["config"]["layers"]:
    one["inbound_nodes"] = []
is_read("a layer that draws z by its name, no links", config)

# Layers of the user's own class by their count, as Keras 3 calls them; what draws z has no weights.
def counted(draw):
    image = io.BytesIO()
    with h5py.File(image, "w") as f:
        put_vars(f, "layers/coder", [(None, l, None) for l in (net.encoder[0], net.mu, net.logvar)])
        put_vars(f, "layers/coder_1", [(None, l, None) for l in (net.decoder[0], net.out)])
    with zipfile.ZipFile("counted.keras", "w") as z:
        z.writestr("config.json", json.dumps(model([layer("InputLayer", "x"), layer("Coder", "first", ["x"]), draw,
                                                    layer("Coder", "second", ["z"])], ["second"])))
        z.writestr("model.weights.h5", image.getvalue())


counted(layer("Draw", "z", [("first", 0, 0), ("first", 1, 0)]))
same = "fc1.weight   = layers/coder/dense/vars/0^T\n", "fc4.weight   = layers/coder_1/dense_1/vars/0^T\n"
shown = good("inspect", "counted.keras")
report(all(line in shown for line in same), "layers with weights by their class and count", shown)
counted(layer("Code", "z", ["first"]))
refused("a layer whose class begins so", 'layer "z" (Code) is none', "convert", "counted.keras", "x.npz")

# Odd names on the way to a tensor say nothing; the order of the files' own names is left.
def odd_names(what, config, group="functional", names=("dense", "dense_1", "dense_2")):
    image = io.BytesIO()
    with h5py.File(image, "w") as f:
        path = f"layers/{group}/layers"
        put_vars(f, path, [(None, l, None) for l in (net.encoder[0], net.mu, net.logvar)])
        put_vars(f, "layers/other/layers", [(None, l, None) for l in (net.decoder[0], net.out)])
        for old, new in zip(("dense", "dense_1", "dense_2"), names):
            if new != old:
                f.move(f"{path}/{old}", f"{path}/{new}")
    with zipfile.ZipFile("odd.keras", "w") as z:
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", image.getvalue())
    shown = good("convert", "odd.keras", "c.npz")
    with np.load("c.npz") as got:
        report("assumed: mu before logvar" in shown and
               all(np.array_equal(got[k], v) for k, v in net.ours().items()), what, shown)


def parted(name):
    return {"class_name": "Functional", "config": {"name": "vae", "layers": [functional(name, [
        ("dense", net.encoder[0], "tanh"), ("a", net.mu, "linear"), ("b", net.logvar, "linear")], "i")]}}


odd_names("names of the configuration", parted("encoder"))
odd_names("a name of 2000 bytes", parted("n" * 2000))
odd_names("no name", parted(""))
odd_names("a count of no number", parted("encoder"), names=("dense_a", "dense_b", "dense_c"))
odd_names("a count that is missing", parted("encoder"), names=("a_", "b_", "c_"))
odd_names("a class that none has", parted("encoder"), group="functiona_")
odd_names("more levels than are looked at", parted("encoder"), group="/".join("abcdefghijklmnop"))

# --- more names and arrays than a network has ---
put(vae(activation="tanh"))
with h5py.File("m.h5", "r+") as f:
    f["model_weights"].attrs["layer_names"] = [b"dense"] * 60
refused("more names of layers than tensors are allowed", "m.h5: more than 50 layers, the limit (tensors)", "inspect",
        "m.h5", "--max-tensors", "50")
put(vae(activation="tanh"))
with h5py.File("m.h5", "r+") as f:
    for i in range(1000):
        f[f"optimizer_weights/{i}"] = np.float32(i)
shown = good("inspect", "m.h5")
report("12-7-3 relu" in shown and "assumed: --activation relu" in shown and "1000 tensors that are no part" in shown,
       "beside very many arrays of an optimizer the configuration is not looked at", shown)

# A layer of the user's own class, whose inside is not there: its activation is assumed, and said to be.
write_keras2("opaque.h5", net, h5py)
with h5py.File("opaque.h5", "r+") as f:
    f.attrs["model_config"] = json.dumps(model([
        layer("InputLayer", "x"), layer("Encoder", "encoder", ["x"]), layer("Decoder", "decoder", [("encoder", 2, 0)])],
        ["decoder"])).encode()
report("assumed: --activation relu" in good("inspect", "opaque.h5"), "layers with weights of their own, unseen inside")

# --- options against the file ---
put(vae(activation="tanh"))
refused("another activation than the file's", "m.h5: its activation is tanh, not relu (--activation)", "convert",
        "m.h5", "x.npz", "--activation", "relu")
report("12-7-3 tanh" in good("convert", "m.h5", "x.npz", "--activation", "tanh"), "the same is fine")
for likelihood in ("gaussian-fixed", "gaussian"):
    refused(f"a sigmoid and {likelihood}", f'layer "dense_2/dense_2": activation "sigmoid" of the output, which the '
            f"likelihood {likelihood} does not have", "convert", "m.h5", "x.npz", "--likelihood", likelihood)
good("convert", "m.h5", "x.npz", "--likelihood", "bernoulli")
put(vae(activation="tanh", out="linear"))
good("convert", "m.h5", "x.npz", "--likelihood", "gaussian-fixed")
write_ours("ours.safetensors", net)
refused("another activation than ours", "its activation is tanh, not relu", "inspect", "ours.safetensors",
        "--activation", "relu")
refused("another likelihood than ours", "its likelihood is grey, not bernoulli (--likelihood)", "convert",
        "ours.safetensors", "x.npz", "--likelihood", "bernoulli")

refused("a variance where there is none", "the likelihood is grey, --x-variance belongs to gaussian-fixed", "convert",
        "ours.safetensors", "x.npz", "--x-variance", "2")
good("convert", "m.h5", "fixed.npz", "--likelihood", "gaussian-fixed", "--x-variance", "0.25")
refused("another variance than ours", "its variance is 0.25, not 1 (--x-variance)", "eval", "--model", "fixed.npz",
        "--data", "sprites", "--x-variance", "1")
report("(variance 0.25)" in good("inspect", "fixed.npz", "--x-variance", "0.25"), "the same is fine")

# --- without biases ---
with h5py.File("plain.h5", "w") as f:
    f.attrs["layer_names"] = [b"dense", b"z_mean", b"z_log_var", b"dense_1", b"dense_2"]
    for n, l in (("dense", net.encoder[0]), ("z_mean", net.mu), ("z_log_var", net.logvar), ("dense_1", net.decoder[0]),
                 ("dense_2", net.out)):
        put_weights(f.create_group(n), kernel_bias(n, l)[:1 if n == "dense" else 2])
shown = good("convert", "plain.h5", "x.npz")
with np.load("x.npz") as got:
    report("fc1.bias     = 0 (assumed: the file has no bias here)\n" in shown and shown.count("= 0 (") == 1 and
           not got["fc1.bias"].any() and np.array_equal(got["fc1.weight"], net.encoder[0][0]),
           "a layer without a bias: zeros, which are shown as assumed", shown)
finish()
