# SPDX-License-Identifier: GPL-3.0-or-later
# JSON: architectures, run.json, golden vectors.
import copy
from corpus import *
from models import ARCH


def change(base, **members):
    return {k: v for k, v in {**base, **members}.items() if v is not None}


def arch_cases():
    def ar(name, value, says, why):
        data = value if isinstance(value, bytes) else dumps(value).encode()
        add("arch", name + ".json", data, says, why, "arch")
    ar("minimal", ARCH, None, "an architecture")
    ar("not-json", b"hello", "architecture byte ", "no JSON")
    ar("no-bytes", b"", "architecture byte ", "an empty text")
    ar("array", b"[]", "is not an object", "an array")
    ar("twice", dumps(ARCH).encode().replace(b'"z_dim":1', b'"z_dim":1,"z_dim":1'), "duplicate object key",
       "z_dim twice")
    ar("unknown-key", change(ARCH, depth=1), "unknown key", "a key that does not exist")
    ar("no-z", change(ARCH, z_dim=None), "z_dim", "no z_dim")
    ar("format-2", change(ARCH, format=2), "format 2 is not 1", "a later format")
    ar("z-zero", change(ARCH, z_dim=0), "z_dim", "no latent dimensions")
    ar("z-negative", change(ARCH, z_dim=-1), "z_dim", "-1 latent dimensions")
    ar("x-real", change(ARCH, x_dim=4.0), "x_dim", "4.0 is no integer")
    ar("x-huge", change(ARCH, x_dim=2**60), "x_dim", "2^60 inputs")
    ar("hidden-many", change(ARCH, hidden=[1] * 1000), "hidden", "1000 layers")
    ar("hidden-zero", change(ARCH, hidden=[0]), "architecture", "a layer of no width")
    ar("hidden-text", change(ARCH, hidden="2"), "hidden", "widths that are a text")
    ar("activation", change(ARCH, activation="gelu"), 'activation "gelu" is unknown',
       "an activation that is not ours")
    ar("likelihood", change(ARCH, likelihood=3), "likelihood", "a likelihood that is a number")
    ar("picture", change(ARCH, image_rows=3, image_cols=3), "architecture", "3 x 3 pictures of 4 values")
    ar("picture-wraps", change(ARCH, image_rows=2**32, image_cols=2**32), "architecture", "2^32 x 2^32 pictures")
    ar("variance", change(ARCH, x_variance=1), "x_variance", "a variance that grey does not have")
    ar("deep", b'{"hidden":' + b"[" * 4000 + b"]" * 4000 + b"}", "architecture byte ", "4000 levels")
    ar("nul", dumps(ARCH).encode().replace(b"relu", b"relu\\u0000"), "architecture byte ", "a NUL in a name")
    ar("not-utf8", dumps(ARCH).encode().replace(b"relu", b"rel\xff"), "architecture byte ",
       "a name that is not UTF-8")
    ar("number-huge", dumps(ARCH).encode().replace(b'"z_dim":1', b'"z_dim":1e999'), "architecture byte ",
       "a number beyond "
       "float64")


RUN = {
    "format": "aevb-run-1", "model": ARCH,
    "settings": {"objective": "elbo", "beta": 1.0, "optimiser": "adam", "lr": 0.001, "momentum": 0.9, "beta1": 0.9,
                 "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01, "prior_precision": 0.0, "init": "glorot",
                 "init_stddev": 0.1, "samples": 1, "batch": 50, "epochs": 1, "seed": "1", "binarise": "none",
                 "data": "sprites", "limit": 100, "range": "unit", "crop_top": 0, "crop_bottom": 0, "crop_left": 0,
                 "crop_right": 0, "scale": 1.0, "grey": "luma", "window": 0, "stride": 0, "engine": "fast",
                 "precision": "f32", "level": -1, "threads": 0},
    "data": {"name": "sprites", "train_rows": 100, "test_rows": 10, "train_sha256": "0" * 64,
             "test_sha256": "0" * 64},
    "environment": {"library": "0.1.0", "compiler": "gcc", "level": 1, "threads": 2}}


def run_cases():
    def rn(name, value, says, why):
        data = value if isinstance(value, bytes) else dumps(value).encode()
        add("run", name + ".json", data, says, why, "run")

    def set_in(part, **members):
        return {**RUN, part: change(RUN[part], **members)}
    rn("minimal", RUN, None, "the settings of a run")
    rn("not-json", b"epochs = 3", "expected near 'epochs'", "no JSON")
    rn("cut", dumps(RUN).encode()[:300], "premature end of input", "cut in the middle")
    rn("trailing", dumps(RUN).encode() + b"x", "end of file expected near 'x'", "a byte after the object")
    rn("twice", dumps(RUN).encode().replace(b'"lr":0.001', b'"lr":0.001,"lr":1.0'), "duplicate object key",
       "lr twice")
    rn("format", {**RUN, "format": "aevb-run-2"}, "is not", "a later format")
    rn("part-missing", change(RUN, data=None), '"data" is missing', "no data")
    rn("part-unknown", {**RUN, "extra": 1}, "unknown key", "a part that does not exist")
    rn("key-missing", set_in("settings", lr=None), '"lr" is missing', "no lr")
    rn("key-unknown", set_in("settings", speed=1), 'unknown key "speed"', "a setting that does not exist")
    rn("part-array", {**RUN, "settings": []}, "not an object", "settings that are an array")
    rn("batch-negative", set_in("settings", batch=-1), '"batch" is not', "a batch of -1")
    rn("batch-zero", set_in("settings", batch=0), "batch", "a batch of 0")
    rn("seed-number", set_in("settings", seed=1), '"seed" is not', "a seed that is a number")
    rn("seed-beyond", set_in("settings", seed="18446744073709551616"), '"seed" is not', "a seed of 2^64")
    rn("optimiser", set_in("settings", optimiser="lion"), '"optimiser" is not', "an optimiser that is not ours")
    rn("lr-negative", set_in("settings", lr=-0.1), "learning rate is -0.1", "a negative rate")
    rn("lr-text", set_in("settings", lr="fast"), '"lr" is not', "a rate that is text")
    rn("level", set_in("settings", level=2**40), '"level" is not', "a level of 2^40")
    rn("data-long", set_in("settings", data="x" * 9000), '"data" is not', "a path of 9000 characters")
    rn("nan", dumps(RUN).encode().replace(b'"lr":0.001', b'"lr":NaN'), "invalid token near 'NaN'", "NaN is no JSON")
    rn("model", {**RUN, "model": change(ARCH, z_dim=0)}, "z_dim", "a model without latent dimensions")
    rn("deep", b'{"model":' * 1900 + b"1" + b"}" * 1900, "\"format\" is missing", "1900 levels")


VECTORS = {"algorithm": "a function", "schema": "schemas/x.schema.json", "numberOfTests": 1, "header": ["h"],
           "notes": {"Formula": {"bugType": "WRONG_FORMULA", "description": "d", "effect": "e", "links": ["l"]}},
           "testGroups": [{"type": "kl", "specRef": "KL.1", "source": {"name": "n", "version": "1"}, "dims": {"B": 2},
                           "config": {}, "arrays": {"mu": ["B"], "kl": ["B"]},
                           "tests": [{"tcId": "x-0001", "comment": "c", "flags": ["Formula"],
                                      "inputs": {"mu": [0, 1]}, "expected": {"kl": [0.5, 1.5]},
                                      "tail": {"kl": [0, 0]}, "cond": {"kl": [1, 1]}, "result": "valid"}]}]}


def vector_cases():
    def vc(name, value, says, why):
        data = value if isinstance(value, bytes) else dumps(value).encode()
        add("vectors", name + ".json", data, says, why, "vectors")

    def group(**members):
        new = copy.deepcopy(VECTORS)
        new["testGroups"][0] = change(new["testGroups"][0], **members)
        return new

    def test(**members):
        new = copy.deepcopy(VECTORS)
        new["testGroups"][0]["tests"][0] = change(new["testGroups"][0]["tests"][0], **members)
        return new
    vc("minimal", VECTORS, None, "one group of one test")
    vc("nan", test(expected={"kl": ["nan", "-inf"]}), None, '"nan" and "-inf" are numbers of vectors')
    vc("not-json", b"{", "expected near end of file", "no JSON")
    vc("array", b"[]", "is no object", "an array")
    vc("count", {**VECTORS, "numberOfTests": 2}, "numberOfTests", "a wrong count")
    vc("count-huge", {**VECTORS, "numberOfTests": 2**62}, "numberOfTests", "a count of 2^62")
    vc("no-groups", {**VECTORS, "testGroups": [], "numberOfTests": 0}, "numberOfTests", "no tests at all")
    vc("groups-object", {**VECTORS, "testGroups": {}}, "testGroups", "groups that are an object")
    vc("unknown-member", {**VECTORS, "more": 1}, "unknown member", "a member that does not exist")
    vc("twice", dumps(VECTORS).encode().replace(b'"result"', b'"result":"valid","result"'), "duplicate object key",
       "a result twice")
    vc("no-arrays", group(arrays=None), "arrays", "a group without arrays")
    vc("undeclared", test(inputs={"nu": [0, 1]}), "undeclared array", "an input that is not declared")
    vc("short", test(inputs={"mu": [0]}), "wrong length", "one value of two")
    vc("long", test(expected={"kl": [1, 2, 3]}), "wrong length", "three values of two")
    vc("text", test(inputs={"mu": [0, "one"]}), "not a number", "a word for a number")
    vc("dims-unknown", group(arrays={"mu": ["Q"], "kl": ["B"]}), "impossible shape", "a dimension that is not there")
    vc("dims-huge", group(dims={"B": 2**62}), "impossible shape of array mu", "2^62 values")
    vc("dims-product", group(dims={"B": 2**32}, arrays={"mu": ["B", "B"], "kl": ["B"]}), "impossible shape",
       "2^64 values")
    vc("dims-negative", group(dims={"B": -2}), "impossible shape", "-2 values")
    vc("no-tail", test(tail=None), "tail", "no tail")
    vc("no-expected", test(expected={}, tail={}, cond={}), "expects nothing", "nothing is expected")
    vc("result", test(result="maybe"), "unknown result", "a result that does not exist")
    vc("error-with-values", test(result="domain-error"), "expects values in spite", "an error with values")
    vc("deep", b"[" * 4000 + b"]" * 4000, "more than 2048 levels", "4000 levels")
