#!/usr/bin/env python3
# SPDX-License-Identifier: CC0-1.0
"""Port in PyTorch. Only values are written down here: every gradient is autograd's and every optimiser torch.optim's,
so that it judges the specification's gradients and steps independently."""
import math

import torch
import torch.nn.functional as F

import port_loop

LOG_2PI = math.log(2 * math.pi)
OPTIMISERS = {
    "sgd": lambda o, p: torch.optim.SGD(p, o["lr"], momentum=o["momentum"]),
    "adagrad": lambda o, p: torch.optim.Adagrad(p, o["lr"], eps=o["eps"]),
    "adam": lambda o, p: torch.optim.Adam(p, o["lr"], (o["beta1"], o["beta2"]), o["eps"]),
    "adamw": lambda o, p: torch.optim.AdamW(p, o["lr"], (o["beta1"], o["beta2"]), o["eps"], o["weight_decay"]),
}
STATES = {"sgd": ["momentum_buffer"], "adagrad": ["sum"], "adam": ["exp_avg", "exp_avg_sq"],
          "adamw": ["exp_avg", "exp_avg_sq"]}


# --- values --------------------------------------------------------------------------------------------------------
def softplus(a):
    return F.softplus(a, threshold=50)  # the default threshold, 20, gives an error of 2e-9


ACTIVATIONS = {"identity": lambda a: a, "relu": torch.relu, "tanh": torch.tanh,
               "sigmoid": lambda a: F.logsigmoid(a).exp(),  # torch.sigmoid is 0 where the value is subnormal
               "softplus": softplus}


def reparam(mu, logvar, eps):
    return mu[:, None] + torch.exp(logvar / 2)[:, None] * eps


def expm1_minus(v):
    """exp(v) - 1 - v; by its series where that would cancel. Each branch sees only numbers that suit it."""
    small = v.abs() < 0.5
    near, far = torch.where(small, v, torch.zeros_like(v)), torch.where(small, torch.ones_like(v), v)
    s = torch.zeros_like(v)
    for n in range(17, 1, -1):
        s = (1 + s) * near / n
    return torch.where(small, s * near, torch.expm1(far) - far)


def kl(mu, logvar):
    return (mu * mu + expm1_minus(logvar)) / 2


def logq(logvar, eps):
    return (-(LOG_2PI + logvar[:, None] + eps * eps) / 2).sum(-1)


def logpz(z):
    return (-(LOG_2PI + z * z) / 2).sum(-1)


def bernoulli(x, a):
    return (x[:, None] * a - softplus(a)).sum(-1)


def gaussian(x, mean, logvar):
    return (-(LOG_2PI + logvar + (x[:, None] - mean) ** 2 * torch.exp(-logvar)) / 2).sum(-1)


def gaussian_fixed(x, mean, variance):
    return (-(LOG_2PI + math.log(variance) + (x[:, None] - mean) ** 2 / variance) / 2).sum(-1)


def positions(array, classes):
    """[..,X] as [..,P,C]."""
    return array.reshape(*array.shape[:-1], -1, int(classes))


def categorical(x, a):
    """x[B,P,C] one-hot, a[B,K,P,C]."""
    return (x[:, None] * torch.log_softmax(a, -1)).sum((-1, -2))


def loss_of(kind, beta, t):
    if kind == "elbo":
        return -(t["logpx"].mean(1) - beta * t["kl"].sum(1)).mean()
    return -(t["logpx"] + beta * (t["logpz"] - t["logq"])).mean()


def parts(t):
    return {"recon": -t["logpx"].mean(), "kl_total": t["kl"].sum(1).mean()}


def iwae(t):
    """With the largest weight taken out by hand: the gradient of torch.logsumexp loses the digits of l itself."""
    l = t["logpx"] + t["logpz"] - t["logq"]
    top = l.detach().max(1).values
    top = torch.where(torch.isinf(top), torch.zeros_like(top), top)
    return top + torch.log(torch.exp(l - top[:, None]).mean(1))


def check_domain(likelihood, x, classes=1):
    if likelihood == "categorical":
        x = positions(x, classes)
        if not (((x == 0) | (x == 1)).all() and (x.sum(-1) == 1).all()):
            raise port_loop.DomainError
        return
    inside = {"bernoulli": (x == 0) | (x == 1), "grey": (x >= 0) & (x <= 1)}.get(likelihood, torch.isfinite(x))
    if not inside.all():
        raise port_loop.DomainError


# --- whole models --------------------------------------------------------------------------------------------------
def linear(p, name, h):
    return F.linear(h, p[name + ".weight"], p[name + ".bias"])


def forward(config, p, x, eps):
    """Everything by the names of the vector file."""
    f, likelihood, H = ACTIVATIONS[config["activation"]], config["likelihood"], config["hidden_layers"]
    v, h = {}, x
    for i in range(1, H + 1):
        h = f(linear(p, f"fc{i}", h))
    v["mu"], v["logvar"] = linear(p, f"fc{H + 1}1", h), linear(p, f"fc{H + 1}2", h)
    v["z"] = h = reparam(v["mu"], v["logvar"], eps)
    for i in range(H + 2, 2 * H + 2):
        h = f(linear(p, f"fc{i}", h))
    if likelihood == "gaussian":
        v["mean"], v["x_logvar"] = linear(p, f"fc{2 * H + 2}1", h), linear(p, f"fc{2 * H + 2}2", h)
        v["logpx"] = gaussian(x, v["mean"], v["x_logvar"])
    elif likelihood == "gaussian-fixed":
        v["mean"] = linear(p, f"fc{2 * H + 2}", h)
        v["logpx"] = gaussian_fixed(x, v["mean"], config["variance"])
    elif likelihood == "categorical":
        v["a"] = linear(p, f"fc{2 * H + 2}", h)
        v["logpx"] = categorical(positions(x, config["classes"]), positions(v["a"], config["classes"]))
    else:
        v["a"] = linear(p, f"fc{2 * H + 2}", h)
        v["logpx"] = bernoulli(x, v["a"])
    v["logpz"], v["logq"], v["kl"] = logpz(v["z"]), logq(v["logvar"], eps), kl(v["mu"], v["logvar"])
    v["loss"] = loss_of(config["objective"], config["beta"], v)
    v["bound"] = iwae(v)
    return dict(v, **parts(v))


def tensors(c):
    return {n: c[n].requires_grad_() for n in c.inputs if n.startswith("fc")}


def case_model(c):
    check_domain(c.config["likelihood"], c["x"], c.config.get("classes", 1))
    p = tensors(c)
    v = forward(c.config, p, c["x"], c["eps"])
    inner = [n for n in ("mu", "logvar", "z", "a", "mean", "x_logvar") if n in v]
    grads = torch.autograd.grad(v["loss"], [v[n] for n in inner] + list(p.values()), allow_unused=True)
    names = ["d" + n for n in inner] + ["d." + n for n in p]
    return dict(v, **dict(zip(names, grads)))


def optimiser(config, params):
    if config["optimiser"] not in OPTIMISERS:
        raise port_loop.Unsupported("torch.optim has no " + config["optimiser"])
    return OPTIMISERS[config["optimiser"]](config, params)


def case_optimiser(c):
    theta, names = c["theta"].requires_grad_(), STATES.get(c.config["optimiser"])
    o = optimiser(c.config, [theta])
    o.state[theta].update({n: c[f"state{i}"] for i, n in enumerate(names, 1)}, step=c["t"].clone())
    for g in c["grad"]:
        theta.grad = g
        o.step()
    if c.config.get("momentum") == 0:  # torch keeps no velocity then
        return {"theta_T": theta, "state1_T": None}
    return dict({f"state{i}_T": o.state[theta][n] for i, n in enumerate(names, 1)}, theta_T=theta)


def case_trajectory(c):
    p, series = tensors(c), {"loss": [], "recon": [], "kl_total": []}
    o = optimiser(c.config, list(p.values()))
    for t in range(c.dims["T"]):
        v = forward(c.config, p, c["data"][c["index"][t].long()], c["eps"][t])
        v["loss"] = v["loss"] + c.config["precision"] / (2 * c.dims["N"]) * sum((w * w).sum() for w in p.values())
        o.zero_grad()
        v["loss"].backward()
        o.step()
        for n in series:
            series[n].append(v[n])
    out = {n: torch.stack(values) for n, values in series.items()}
    for n, w in p.items():
        out["T." + n] = w
        out.update({f"s{i}.{n}": o.state[w][s] for i, s in enumerate(STATES[c.config["optimiser"]], 1)})
    return out


# --- cases ---------------------------------------------------------------------------------------------------------
def backward_case(value, adjoint, **names):
    """Gradients of sum(adjoint * value(inputs)) in the inputs; names: output = input."""
    def answer(c):
        of = [c[n].requires_grad_() for n in names.values()]
        grads = torch.autograd.grad(value(c), of, c[adjoint] if adjoint else None)
        return dict(zip(names, grads))
    return answer


def likelihood_case(name, answer):
    def checked(c):
        check_domain(name, c["x"], c["x"].shape[-1])
        return answer(c)
    return checked


def affine(c):
    return F.linear(c["x"], c["w"], c["bias"])


def case_affine_backward(c):
    c.inputs["bias"] = torch.zeros_like(c["w"][:, 0])
    return backward_case(affine, "dy", dx="x", dw="w", dbias="bias")(c)


def case_reparam_backward(c):
    return backward_case(lambda c: reparam(c["mu"], c["logvar"], c["eps"]), "dz", dmu="mu", dlogvar="logvar")(c)


def case_objective(c):
    def loss(c):
        return loss_of(c.config["objective"], c.config["beta"], c.inputs)
    of = [c[n].requires_grad_() for n in ("logpx", "logpz", "logq", "kl")]
    value = loss(c)
    grads = torch.autograd.grad(value, of, allow_unused=True)
    grads = [torch.zeros_like(a) if g is None else g for a, g in zip(of, grads)]
    return dict(parts(c.inputs), loss=value, **dict(zip(("dlogpx", "dlogpz", "dlogq", "dkl"), grads)))


def case_iwae(c):
    return dict(backward_case(lambda c: iwae(c.inputs).sum(), None, weights="logpx")(c), bound=iwae(c.inputs))


def case_weight_prior(c):
    def value(c):
        return c.config["precision"] / (2 * c.config["n_data"]) * (c["theta"] * c["theta"]).sum()
    return dict(backward_case(value, None, dtheta="theta")(c), loss=value(c))


def act(c):
    return ACTIVATIONS[c.config["activation"]](c["a"])


def bern(c):
    return bernoulli(c["x"], c["a"])


def gauss(c):
    return gaussian(c["x"], c["mean"], c["logvar"])


def cat(c):
    return categorical(c["x"], c["a"])


def fixed(c):
    return gaussian_fixed(c["x"], c["mean"], c.config["variance"])


TYPES = {
    "affine": lambda c: {"y": affine(c)},
    "affine-backward": case_affine_backward,
    "activation": lambda c: {"h": act(c)},
    "activation-backward": backward_case(act, "dh", da="a"),
    "reparam": lambda c: {"z": reparam(c["mu"], c["logvar"], c["eps"])},
    "reparam-backward": case_reparam_backward,
    "kl": lambda c: {"kl": kl(c["mu"], c["logvar"])},
    "kl-backward": backward_case(lambda c: kl(c["mu"], c["logvar"]), "dkl", dmu="mu", dlogvar="logvar"),
    "logq": lambda c: {"logq": logq(c["logvar"], c["eps"])},
    "logq-backward": backward_case(lambda c: logq(c["logvar"], c["eps"]), "dlogq", dlogvar="logvar"),
    "logpz": lambda c: {"logpz": logpz(c["z"])},
    "logpz-backward": backward_case(lambda c: logpz(c["z"]), "dlogpz", dz="z"),
    "bernoulli": likelihood_case("bernoulli", lambda c: {"logpx": bern(c)}),
    "bernoulli-backward": likelihood_case("bernoulli", backward_case(bern, "dlogpx", da="a")),
    "grey": likelihood_case("grey", lambda c: {"logpx": bern(c)}),
    "grey-backward": likelihood_case("grey", backward_case(bern, "dlogpx", da="a")),
    "gaussian": likelihood_case("gaussian", lambda c: {"logpx": gauss(c)}),
    "gaussian-backward": likelihood_case(
        "gaussian", backward_case(gauss, "dlogpx", dmean="mean", dlogvar="logvar")),
    "categorical": likelihood_case("categorical", lambda c: {"logpx": cat(c)}),
    "categorical-backward": likelihood_case("categorical", backward_case(cat, "dlogpx", da="a")),
    "gaussian-fixed": likelihood_case("gaussian", lambda c: {"logpx": fixed(c)}),
    "gaussian-fixed-backward": likelihood_case("gaussian", backward_case(fixed, "dlogpx", dmean="mean")),
    "elbo": case_objective,
    "iwae": case_iwae,
    "weight-prior": case_weight_prior,
    "optimiser": case_optimiser,
    "model": case_model,
    "trajectory": case_trajectory,
}


def make_array(values, shape, precision):
    return torch.tensor(values, dtype=torch.float32 if precision == "f32" else torch.float64).reshape(shape)


if __name__ == "__main__":
    torch.set_num_threads(1)
    port_loop.serve("torch " + torch.__version__, ["f64", "f32"], TYPES, make_array)
