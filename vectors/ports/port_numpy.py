#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""Port in NumPy, with gradients written by hand: the specification as arrays. One function per clause.

Shapes: x[B,X] mu, logvar[B,Z] eps, z[B,K,Z] a[B,K,X]; weights [out,in]."""
import math

import numpy as np

import port_loop
from port_random import permutation, philox, quantile, uniform

LOG_2PI = math.log(2 * math.pi)


# --- network -------------------------------------------------------------------------------------------------------
def affine(x, w, bias):
    return x @ w.T + bias


def affine_backward(x, w, dy):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ w, drows.T @ rows, drows.sum(axis=0)


def sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))


def softplus(a):
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def activation(name, a):
    return {"identity": lambda: a, "relu": lambda: np.maximum(a, 0), "tanh": lambda: np.tanh(a),
            "sigmoid": lambda: sigmoid(a), "softplus": lambda: softplus(a)}[name]()


def activation_backward(name, a, h, dh):
    return dh * {"identity": lambda: np.ones_like(a), "relu": lambda: (a > 0).astype(a.dtype),
                 "tanh": lambda: 1 - h * h, "sigmoid": lambda: h * (1 - h), "softplus": lambda: sigmoid(a)}[name]()


# --- posterior and prior -------------------------------------------------------------------------------------------
def reparam(mu, logvar, eps):
    return mu[:, None] + np.exp(logvar / 2)[:, None] * eps


def reparam_backward(logvar, eps, dz):
    return dz.sum(axis=1), (dz * eps).sum(axis=1) * (np.exp(logvar / 2) / 2)


def expm1_minus(v):
    """exp(v) - 1 - v; by its series where that would cancel."""
    s = np.zeros_like(v)
    for n in range(17, 1, -1):
        s = (1 + s) * v / n
    return np.where(np.abs(v) < 0.5, s * v, np.expm1(v) - v)


def kl(mu, logvar):
    return (mu * mu + expm1_minus(logvar)) / 2


def kl_backward(mu, logvar, dkl):
    return dkl * mu, dkl * (np.expm1(logvar) / 2)


def logq(logvar, eps):
    return (-(LOG_2PI + logvar[:, None] + eps * eps) / 2).sum(axis=-1)


def logq_backward(eps, dlogq):
    """Along the path z(mu, logvar, eps)."""
    return np.broadcast_to(-dlogq[:, :, None] / 2, eps.shape).sum(axis=1)


def logpz(z):
    return (-(LOG_2PI + z * z) / 2).sum(axis=-1)


def logpz_backward(z, dlogpz):
    return -dlogpz[..., None] * z


# --- likelihoods ---------------------------------------------------------------------------------------------------
def check_domain(likelihood, x, classes=1):
    if likelihood == "categorical":
        x = x.reshape(-1, classes)
        if not (((x == 0) | (x == 1)).all() and (x.sum(axis=-1) == 1).all()):
            raise port_loop.DomainError
        return
    inside = {"bernoulli": (x == 0) | (x == 1), "grey": (x >= 0) & (x <= 1)}.get(likelihood, np.isfinite(x))
    if not inside.all():
        raise port_loop.DomainError


def bernoulli(x, a):
    return (x[:, None] * a - softplus(a)).sum(axis=-1)


def bernoulli_backward(x, a, dlogpx):
    return dlogpx[..., None] * (x[:, None] - sigmoid(a))


def below_top(a):
    """Logits of positions a[..,C] with the largest taken out, and the sum of their exponentials."""
    below = a - a.max(axis=-1, keepdims=True)
    return below, np.exp(below).sum(axis=-1)


def categorical(x, a):
    """x[B,P,C] one-hot, a[B,K,P,C]."""
    below, total = below_top(a)
    return (np.where(x[:, None] == 1, below, 0).sum(axis=-1) - np.log(total)).sum(axis=-1)


def categorical_backward(x, a, dlogpx):
    below, total = below_top(a)
    return dlogpx[..., None, None] * (x[:, None] - np.exp(below) / total[..., None])


def positions(array, classes):
    """[..,X] as [..,P,C]."""
    return array.reshape(*array.shape[:-1], -1, int(classes))


def gaussian(x, mean, logvar):
    d = x[:, None] - mean
    return (-(LOG_2PI + logvar + d * d * np.exp(-logvar)) / 2).sum(axis=-1)


def gaussian_backward(x, mean, logvar, dlogpx):
    d, precision = x[:, None] - mean, np.exp(-logvar)
    return dlogpx[..., None] * (d * precision), dlogpx[..., None] * ((d * d * precision - 1) / 2)


def gaussian_fixed(x, mean, variance):
    d = x[:, None] - mean
    return (-(LOG_2PI + math.log(variance) + d * d / variance) / 2).sum(axis=-1)


def gaussian_fixed_backward(x, mean, variance, dlogpx):
    return dlogpx[..., None] * ((x[:, None] - mean) / variance)


# --- objectives ----------------------------------------------------------------------------------------------------
def objective(kind, beta, t):
    """The loss and its derivatives in the terms logpx, logpz, logq [B,K] and kl [B,Z]."""
    B, K = t["logpx"].shape
    each, zero = np.full_like(t["logpx"], 1 / (B * K)), np.zeros_like(t["logpx"])
    if kind == "elbo":
        loss = -t["logpx"].sum() / (B * K) + beta * (t["kl"].sum() / B)
        return loss, {"logpx": -each, "logpz": zero, "logq": zero, "kl": np.full_like(t["kl"], beta / B)}
    loss = -(t["logpx"] + beta * (t["logpz"] - t["logq"])).sum() / (B * K)
    return loss, {"logpx": -each, "logpz": -beta * each, "logq": beta * each, "kl": np.zeros_like(t["kl"])}


def parts(t):
    return {"recon": -t["logpx"].mean(), "kl_total": t["kl"].sum() / len(t["kl"])}


def iwae(t):
    """The bound, and the shares of the weights in it."""
    l = t["logpx"] + t["logpz"] - t["logq"]
    top = l.max(axis=1)
    w = np.exp(l - np.where(np.isfinite(top), top, 0)[:, None])
    return np.where(np.isfinite(top), top + np.log(w.sum(axis=1) / l.shape[1]), top), w / w.sum(axis=1)[:, None]


def weight_prior(precision, n_data, theta):
    scale = precision / n_data
    return 0.5 * scale * (theta * theta).sum(), scale * theta


# --- optimisers ----------------------------------------------------------------------------------------------------
def step(o, t, theta, g, s1, s2):
    """One step, the t-th from 1; o is the config of the case. Returns theta and the states."""
    kind, lr = o["optimiser"], o["lr"]
    if kind == "sgd":
        s1 = o["momentum"] * s1 + g
        return theta - lr * s1, s1, s2
    if kind == "adagrad":
        s1 = s1 + g * g
        return theta - lr * g / (np.sqrt(s1) + o["eps"]), s1, s2
    if kind == "adamw":
        theta = (1 - lr * o["weight_decay"]) * theta
    s1 = o["beta1"] * s1 + (1 - o["beta1"]) * g
    s2 = o["beta2"] * s2 + (1 - o["beta2"]) * (g * g)
    c1, c2 = 1 - o["beta1"] ** t, 1 - o["beta2"] ** t
    if kind == "adam-hat":
        return theta - lr * math.sqrt(c2) / c1 * s1 / (np.sqrt(s2) + o["eps"]), s1, s2
    return theta - lr * (s1 / c1) / (np.sqrt(s2 / c2) + o["eps"]), s1, s2


# --- whole models --------------------------------------------------------------------------------------------------
def layers(H, two_heads):
    """Names: encoder, its heads mu and logvar, decoder, its heads."""
    head = 2 * H + 2
    return ([f"fc{i}" for i in range(1, H + 1)], [f"fc{H + 1}1", f"fc{H + 1}2"],
            [f"fc{i}" for i in range(H + 2, 2 * H + 2)], [f"fc{head}1", f"fc{head}2"] if two_heads else [f"fc{head}"])


def stack(f, names, p, h):
    """Through hidden layers; what the way back needs is kept as (input, a, output) of each."""
    kept = []
    for n in names:
        a = affine(h, p[n + ".weight"], p[n + ".bias"])
        kept.append((h, a, activation(f, a)))
        h = kept[-1][2]
    return h, kept


def stack_backward(f, names, p, kept, dh, grad):
    for n, (x, a, h) in reversed(list(zip(names, kept))):
        dh, grad[n + ".weight"], grad[n + ".bias"] = affine_backward(x, p[n + ".weight"],
                                                                     activation_backward(f, a, h, dh))
    return dh


def heads(names, p, h):
    return [affine(h, p[n + ".weight"], p[n + ".bias"]) for n in names]


def heads_backward(names, p, h, dys, grad):
    dh = 0
    for n, dy in zip(names, dys):
        dx, grad[n + ".weight"], grad[n + ".bias"] = affine_backward(h, p[n + ".weight"], dy)
        dh = dh + dx
    return dh


def forward(config, p, x, eps):
    """All intermediates and terms by name; out is the list of the decoder's heads."""
    f, likelihood = config["activation"], config["likelihood"]
    enc, enc_heads, dec, dec_heads = layers(config["hidden_layers"], likelihood == "gaussian")
    v = {"x": x, "eps": eps}
    v["h_enc"], v["kept_enc"] = stack(f, enc, p, x)
    v["mu"], v["logvar"] = heads(enc_heads, p, v["h_enc"])
    v["z"] = reparam(v["mu"], v["logvar"], eps)
    v["h_dec"], v["kept_dec"] = stack(f, dec, p, v["z"])
    v["out"] = heads(dec_heads, p, v["h_dec"])
    if likelihood == "gaussian":
        v["logpx"] = gaussian(x, *v["out"])
    elif likelihood == "gaussian-fixed":
        v["logpx"] = gaussian_fixed(x, v["out"][0], config["variance"])
    elif likelihood == "categorical":
        v["logpx"] = categorical(positions(x, config["classes"]), positions(v["out"][0], config["classes"]))
    else:
        v["logpx"] = bernoulli(x, v["out"][0])
    v["logpz"], v["logq"], v["kl"] = logpz(v["z"]), logq(v["logvar"], eps), kl(v["mu"], v["logvar"])
    return v


def backward(config, p, v, d):
    """Gradients from the adjoints d of the terms: of every tensor, and of the intermediates into v."""
    f, likelihood, x, eps, grad = config["activation"], config["likelihood"], v["x"], v["eps"], {}
    enc, enc_heads, dec, dec_heads = layers(config["hidden_layers"], likelihood == "gaussian")
    if likelihood == "gaussian":
        v["dout"] = list(gaussian_backward(x, *v["out"], d["logpx"]))
    elif likelihood == "gaussian-fixed":
        v["dout"] = [gaussian_fixed_backward(x, v["out"][0], config["variance"], d["logpx"])]
    elif likelihood == "categorical":
        C, a = config["classes"], v["out"][0]
        v["dout"] = [categorical_backward(positions(x, C), positions(a, C), d["logpx"]).reshape(a.shape)]
    else:
        v["dout"] = [bernoulli_backward(x, v["out"][0], d["logpx"])]
    dh = heads_backward(dec_heads, p, v["h_dec"], v["dout"], grad)
    v["dz"] = stack_backward(f, dec, p, v["kept_dec"], dh, grad) + logpz_backward(v["z"], d["logpz"])
    dmu, dlogvar = reparam_backward(v["logvar"], eps, v["dz"])
    dmu_kl, dlogvar_kl = kl_backward(v["mu"], v["logvar"], d["kl"])
    v["dmu"], v["dlogvar"] = dmu + dmu_kl, dlogvar + dlogvar_kl + logq_backward(eps, d["logq"])
    dh = heads_backward(enc_heads, p, v["h_enc"], [v["dmu"], v["dlogvar"]], grad)
    stack_backward(f, enc, p, v["kept_enc"], dh, grad)
    return grad


def case_model(c):
    check_domain(c.config["likelihood"], c["x"], int(c.config.get("classes", 1)))
    v = forward(c.config, c.inputs, c["x"], c["eps"])
    v["loss"], d = objective(c.config["objective"], c.config["beta"], v)
    v.update(parts(v), bound=iwae(v)[0])
    grad = backward(c.config, c.inputs, v, d)
    v.update(zip(("a" if "a" in c.wanted else "mean", "x_logvar"), v["out"]))
    v.update(zip(("da" if "da" in c.wanted else "dmean", "dx_logvar"), v["dout"]))
    v.update({"d." + n: g for n, g in grad.items()})
    return v


def case_trajectory(c):
    o, B, K = c.config, c.dims["B"], c.dims["K"]
    p = {n: c[n] for n in c.inputs if n.startswith("fc")}
    s1, s2 = ({n: np.zeros_like(w) for n, w in p.items()} for _ in range(2))
    series = {"loss": [], "recon": [], "kl_total": []}
    for t in range(c.dims["T"]):
        x = c["data"][c["index"][t].astype(int)]
        v = forward(o, p, x, c["eps"][t])
        loss, d = objective(o["objective"], o["beta"], v)
        grad = backward(o, p, v, d)
        for n in p:
            extra, dextra = weight_prior(o["precision"], c.dims["N"], p[n])
            loss, grad[n] = loss + extra, grad[n] + dextra
        for n, value in dict(parts(v), loss=loss).items():
            series[n].append(value)
        for n in p:
            p[n], s1[n], s2[n] = step(o, t + 1, p[n], grad[n], s1[n], s2[n])
    out = {n: np.array(values) for n, values in series.items()}
    for prefix, block in (("T.", p), ("s1.", s1), ("s2.", s2)):
        out.update({prefix + n: w for n, w in block.items()})
    return out


def case_optimiser(c):
    theta, s1, s2 = c["theta"], c["state1"], c.inputs.get("state2", 0)
    for t, g in enumerate(c["grad"], int(c["t"]) + 1):
        theta, s1, s2 = step(c.config, t, theta, g, s1, s2)
    return {"theta_T": theta, "state1_T": s1, "state2_T": s2}


def case_objective(c):
    loss, d = objective(c.config["objective"], c.config["beta"], c.inputs)
    return dict(parts(c.inputs), loss=loss, **{"d" + n: a for n, a in d.items()})


def likelihood_case(name, value):
    """A case about a likelihood: its data are checked first."""
    def answer(c):
        check_domain(name, c["x"], c["x"].shape[-1])
        return value(c)
    return answer


def ints(array):
    return [int(v) for v in array]


def whole(c, name):
    low, high = ints(c[name])
    return low | high << 32


def named(*names):
    """Gives the results of a function their names."""
    return lambda *results: dict(zip(names, results))


TYPES = {
    "affine": lambda c: {"y": affine(c["x"], c["w"], c["bias"])},
    "affine-backward": lambda c: named("dx", "dw", "dbias")(*affine_backward(c["x"], c["w"], c["dy"])),
    "activation": lambda c: {"h": activation(c.config["activation"], c["a"])},
    "activation-backward": lambda c: {"da": activation_backward(
        c.config["activation"], c["a"], activation(c.config["activation"], c["a"]), c["dh"])},
    "reparam": lambda c: {"z": reparam(c["mu"], c["logvar"], c["eps"])},
    "reparam-backward": lambda c: named("dmu", "dlogvar")(*reparam_backward(c["logvar"], c["eps"], c["dz"])),
    "kl": lambda c: {"kl": kl(c["mu"], c["logvar"])},
    "kl-backward": lambda c: named("dmu", "dlogvar")(*kl_backward(c["mu"], c["logvar"], c["dkl"])),
    "logq": lambda c: {"logq": logq(c["logvar"], c["eps"])},
    "logq-backward": lambda c: {"dlogvar": logq_backward(c["eps"], c["dlogq"])},
    "logpz": lambda c: {"logpz": logpz(c["z"])},
    "logpz-backward": lambda c: {"dz": logpz_backward(c["z"], c["dlogpz"])},
    "bernoulli": likelihood_case("bernoulli", lambda c: {"logpx": bernoulli(c["x"], c["a"])}),
    "bernoulli-backward": likelihood_case(
        "bernoulli", lambda c: {"da": bernoulli_backward(c["x"], c["a"], c["dlogpx"])}),
    "grey": likelihood_case("grey", lambda c: {"logpx": bernoulli(c["x"], c["a"])}),
    "grey-backward": likelihood_case("grey", lambda c: {"da": bernoulli_backward(c["x"], c["a"], c["dlogpx"])}),
    "gaussian": likelihood_case("gaussian", lambda c: {"logpx": gaussian(c["x"], c["mean"], c["logvar"])}),
    "gaussian-backward": likelihood_case("gaussian", lambda c: named("dmean", "dlogvar")(
        *gaussian_backward(c["x"], c["mean"], c["logvar"], c["dlogpx"]))),
    "categorical": likelihood_case("categorical", lambda c: {"logpx": categorical(c["x"], c["a"])}),
    "categorical-backward": likelihood_case(
        "categorical", lambda c: {"da": categorical_backward(c["x"], c["a"], c["dlogpx"])}),
    "gaussian-fixed": likelihood_case(
        "gaussian", lambda c: {"logpx": gaussian_fixed(c["x"], c["mean"], c.config["variance"])}),
    "gaussian-fixed-backward": likelihood_case("gaussian", lambda c: {
        "dmean": gaussian_fixed_backward(c["x"], c["mean"], c.config["variance"], c["dlogpx"])}),
    "elbo": case_objective,
    "iwae": lambda c: named("bound", "weights")(*iwae(c.inputs)),
    "weight-prior": lambda c: named("loss", "dtheta")(
        *weight_prior(c.config["precision"], c.config["n_data"], c["theta"])),
    "optimiser": case_optimiser,
    "model": case_model,
    "trajectory": case_trajectory,
    "philox": lambda c: {"words": np.array(philox(ints(c["counter"]), ints(c["key"])))},
    "uniform": lambda c: {"u": uniform(ints(c["seed"]), ints(c["stream"]), whole(c, "index"))},
    "normal": lambda c: {"x": quantile(uniform(ints(c["seed"]), ints(c["stream"]), whole(c, "index")))},
    "normal-quantile": lambda c: {"x": np.array([quantile(float(u)) for u in c["u"]])},
    "permutation": lambda c: {"p": np.array(permutation(ints(c["seed"]), ints(c["stream"]), c.dims["n"]))},
}


def make_array(values, shape, precision):
    return np.array(values, np.float32 if precision == "f32" else np.float64).reshape(shape)


def main(name="numpy " + np.__version__):
    np.seterr(all="ignore")
    port_loop.serve(name, ["f64", "f32"], TYPES, make_array)


if __name__ == "__main__":
    main()
