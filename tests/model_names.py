# SPDX-License-Identifier: GPL-3.0-or-later
# Which layer is which by names and shapes alone: what is clear is read, and what is not must not be guessed. Prints
# TAP.
import os, sys
sys.path.insert(0, os.path.join(os.environ["AEVB_SRCDIR"], "tests", "support"))
import numpy as np
from model_files import *

workplace()
net = Net(12, [7], 3, 6)
deep = Net(12, [7, 5], 3, 7)
e, d = deep.encoder, deep.decoder
twice = Net(12, [7, 7], 3, 9)
write_safetensors("twice.safetensors", torch_names([("a", twice.out), ("b", twice.encoder[1]),
                                                    ("c", twice.decoder[1]),
                                                    ("d", twice.decoder[0]), ("e", twice.encoder[0]),
                                                    ("mu", twice.mu),
                                                    ("logvar", twice.logvar)]))
refused("more than one way to connect", "more than one way to connect its layers", "convert", "twice.safetensors",
        "x.npz")
wide = Net(12, [7, 7, 7], 3, 9)
for what, names, taken in (("number", ["h", "h2", "h10"], True), ("are words", ["one", "two", "three"], False)):
    layers = [*((f"encoder.{n}", l) for n, l in zip(names, wide.encoder)), ("mu", wide.mu), ("logvar", wide.logvar),
              *((f"decoder.{n}", l) for n, l in zip(names, wide.decoder)), ("decoder.zz", wide.out)]
    write_safetensors("wide.safetensors", torch_names(layers))
    if taken:
        same_weights(f"layers of one shape whose names {what}", wide, "wide.safetensors")
    else:
        refused(f"layers of one shape whose names {what}", "more than one way to connect its layers", "convert",
                "wide.safetensors", "x.npz")
for one in ("enc_h", "h"):
    layers = [("a", net.encoder[0]), (one, wide.encoder[1]), ("z_mean", net.mu), ("z_log_var", net.logvar),
              ("c", net.decoder[0]), ("dec_h", wide.decoder[1]), ("out", net.out)]
    write_safetensors("words.safetensors", torch_names(layers))
    report(f"fc2.weight   = {one}.weight\n" in good("inspect", "words.safetensors"),
           f"unless they say of which side they are: {one}, dec_h")
layers = [("ä1", net.encoder[0]), ("ä2", wide.encoder[1]), ("mu", net.mu), ("logvar", net.logvar),
          ("ö3", net.decoder[0]), ("ö4", wide.decoder[1]), ("ö5", net.out)]
write_safetensors("letters.safetensors", torch_names(layers))
refused("letters beyond ASCII are letters", "more than one way to connect its layers", "convert",
        "letters.safetensors", "x.npz")
write_safetensors("letters.safetensors", torch_names([(n.replace("ö", "ä"), l) for n, l in layers]))
good("convert", "letters.safetensors", "x.npz")
flat = Net(12, [], 3, 9)
for what, layers in (("an encoder alone", [("z_mean", flat.mu), ("z_log_var", flat.logvar)]),
                     ("a decoder alone", [("0", flat.out)])):
    write_safetensors("flat.safetensors", torch_names(layers))
    report(f"12-3 relu, grey, {what}\n" in good("inspect", "flat.safetensors"), f"{what} without hidden layers")
write_safetensors("flat.safetensors", torch_names([("0", flat.mu)]))
refused("one layer to fewer values", "no heads that are known as mu and logvar", "convert", "flat.safetensors", "x.npz")
for depth in (5, 8):
    tall = Net(12, [7] * depth, 3, 9)
    pair = tuple(np.concatenate(v) for v in zip(tall.mu, tall.logvar))
    for what, heads in (("named heads", [("mu", tall.mu), ("logvar", tall.logvar)]),
                        ("heads by order", [("l8", tall.mu), ("l9", tall.logvar)]), ("one head", [("l9", pair)])):
        layers = [*((f"l{i}", l) for i, l in enumerate(tall.encoder)), *heads,
                  *((f"l{10 + i}", l) for i, l in enumerate(tall.decoder)), ("l20", tall.out)]
        write_safetensors("tall.safetensors", torch_names(layers))
        same_weights(f"{depth} hidden layers of one width, {what}", tall, "tall.safetensors")
square = Net(12, [3, 3], 3, 9)
layers = [("encoder.0", square.encoder[0]), ("encoder.1", square.encoder[1]), ("encoder.embedding", square.mu),
          ("log_var", square.logvar), ("decoder.0", square.decoder[0]), ("decoder.1", square.decoder[1]),
          ("decoder.2", square.out)]
write_safetensors("square.safetensors", torch_names(layers))
refused("a log-variance, and two layers that fit beside it", "no heads that are known as mu and logvar", "convert",
        "square.safetensors", "x.npz")
layers = [("enc", net.encoder[0]), ("mu", net.mu), ("logvar", net.logvar), ("dec.0", net.decoder[0]),
          ("dec.1", net.out), ("dec.log_var", net.out)]
write_safetensors("gaussian.safetensors", torch_names(layers))
shown = good("inspect", "gaussian.safetensors")
report("gaussian\n" in shown and "fc41.weight  = dec.1.weight" in shown, "the mean beside a log-variance of the data",
       shown)
chain = [("fc1", (np.zeros((7, 12)), np.zeros(7))), ("fc2", (np.zeros((3, 7)), np.zeros(3)))]
write_safetensors("chain.safetensors", torch_names(chain))
refused("a classifier", "no heads that are known as mu and logvar", "convert", "chain.safetensors", "x.npz")
write_safetensors("chain.safetensors", torch_names([(f"decoder.{n}", l) for n, l in chain]))
report("3-7-12 relu, grey, a decoder alone" in good("inspect", "chain.safetensors"), "unless it is called a decoder")
write_safetensors("sigma.safetensors", torch_names([("enc.0", net.encoder[0]), ("mu", net.mu), ("sigma", net.logvar),
                                                    ("dec.0", net.decoder[0]), ("dec.2", net.out)]))
refused("a standard deviation is no log-variance", "a standard deviation", "convert", "sigma.safetensors", "x.npz")
write_safetensors("conv.safetensors", {"enc.0.weight": np.zeros((4, 1, 3, 3)), "enc.0.bias": np.zeros(4)})
refused("a convolution", "tensors of no affine layer (--map says what is what): enc.0.weight", "convert",
        "conv.safetensors", "x.npz")
write_safetensors("ae.safetensors", torch_names([("0", (np.zeros((3, 8)), np.zeros(3))),
                                                 ("2", (np.zeros((8, 3)), np.zeros(8)))]))
refused("a plain auto-encoder", "neither a VAE nor a decoder", "convert", "ae.safetensors", "x.npz")
asymmetric = [("encoder.0", e[0]), ("encoder.2", e[1]), ("mu", deep.mu), ("logvar", deep.logvar),
              ("decoder.0", (np.zeros((9, 3)), np.zeros(9))), ("decoder.2", (np.zeros((12, 9)), np.zeros(12)))]
write_safetensors("asymmetric.safetensors", torch_names(asymmetric))
refused("another number of layers in the decoder", "ours mirror each other", "convert", "asymmetric.safetensors",
        "x.npz")
# --- arrays that cannot be read ---
for what, kind in (("whole numbers", "<i4"), ("objects", object), ("raw bytes", "V8")):
    for name in ("fc1.weight", "fc1.bias"):
        arrays = {k: v.astype(kind) if k == name and kind != "V8" else v.view(kind) if k == name else v
                  for k, v in net.ours().items()}
        np.savez("kinds.npz", **arrays)
        refused(f"{name} of {what}", f"tensors of no affine layer (--map says what is what): {name}", "convert",
                "kinds.npz", "x.npz")
np.savez("beside.npz", **net.ours(), epoch=np.int64(3), config=np.array("text"), history=np.array([{}], object))
report("3 tensors that are no part of the network are left out" in good("convert", "beside.npz", "x.npz"),
       "what else is beside the weights does not matter")
finish()
